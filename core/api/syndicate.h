/* api/syndicate: the posts of a page as a feed, Atom 1.0 (RFC 4287) or RSS 2.0: one entry a post,
 * all its updates inside, under an id that stays. Pure. */
#ifndef NINES_API_SYNDICATE_H
#define NINES_API_SYNDICATE_H

#include "../page/notice.h"

#define SYNDICATE_MOST 50 /* entries */

enum syndicate_form { SYNDICATE_ATOM, SYNDICATE_RSS };
extern const char *const syndicate_type[]; /* of the answer */

struct syndicate_view {
	const struct site *site;
	const struct page *page;
	const char *base, *path; /* where the page is, and on it the feed */
	const char *component; /* NULL: all */
	unsigned sorts; /* bits 1 << POST_NEWS */
	enum syndicate_form form;
};

/* Returns when anything in it was last changed, wall clock; 0: there is nothing in it. */
int64_t syndicate_add(struct text *, const struct syndicate_view *);

/* "urn:uuid:..." of a name, the same for ever; without the "urn:uuid:" where `is_bare`. */
void syndicate_id(struct text *, const struct site *, const char *name, bool is_bare);

#endif
