/* keeper/post: posts in the keeper: requests, what becomes due of maintenance and of the sections
 * `canned`, the planned windows that figures go by, and what subscribers are told.
 *
 * The rules are core/board/post.h and canned.h. Nothing here reads or decides a state. */
#ifndef NINES_KEEPER_POST_H
#define NINES_KEEPER_POST_H

#include "inside.h"

struct posts *posts_new(void);
void posts_free(struct keeper *);
/* The loader's lines that have come into force: `canned`. */
void posts_configure(struct keeper *, const struct text *pending);

/* `post -`, `post ID`: board_kinds.c. */
void posts_ask(struct keeper *, int64_t client, const struct line *);
void posts_watch(struct keeper *); /* each second */

#endif
