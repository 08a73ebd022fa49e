/* keeper/post_inside: what post.c, which changes posts, and canned.c, which knows the sections
 * `canned` and what fails of them, share. See post.h. */
#ifndef NINES_KEEPER_POST_INSIDE_H
#define NINES_KEEPER_POST_INSIDE_H

#include "../board/canned.h"
#include "post.h"

/* The next change that is due by the sections `canned`; false: none. */
bool canned_next(struct keeper *, struct post_change *);

#endif
