/* page/admin_words: what the pages that write posts share: what a form may say of one, and the
 * words by which the keeper is asked. A new post: admin_new.c; one that there is: admin_post.c. */
#ifndef NINES_PAGE_ADMIN_WORDS_H
#define NINES_PAGE_ADMIN_WORDS_H

#include "../board/post.h"
#include "admin.h"

/* What may be chosen, NULL at the end. */
extern const char *const admin_impact[POST_SORTS][6], *const admin_state[POST_SORTS][6];

/* What the form says, for a line `post`. False: something of it is wrong, *wrong says so. */
bool admin_add_words(struct text *line, const struct request *, struct text *wrong);
/* Why the keeper did not do it; NULL: it did. */
const char *admin_wrong_of(const struct line *end);
/* The components that were chosen are all his to write of. */
bool admin_reaches_chosen(const struct site *, const struct request *);

#endif
