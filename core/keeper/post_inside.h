/* keeper/post_inside: what post.c, which changes posts, and canned.c, which knows the sections
 * `canned` and what fails of them, share. See post.h. */
#ifndef NINES_KEEPER_POST_INSIDE_H
#define NINES_KEEPER_POST_INSIDE_H

#include "../board/canned.h"
#include "post.h"

/* A section `page` has that name; where there is none, "status". Else the one that was meant. */
bool posts_know_page(const struct keeper *, const char *name, struct text *nearest);
/* The next change that is due by the sections `canned`; false: none. */
bool canned_next(struct keeper *, struct post_change *);

#endif
