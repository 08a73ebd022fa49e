/* web/page: the page for people, made from an overview and the pieces of web/page.html. Pure:
 * no clock, no socket. */
#ifndef NINES_WEB_PAGE_H
#define NINES_WEB_PAGE_H

#include "overview.h"

struct page_view {
	const struct overview *overview;
	int64_t now_us; /* wall clock */
	bool is_stale;  /* say loudly how old it is */
	bool is_linked; /* the keeper is there */
};

void page_add(struct text *, const struct page_view *);

#endif
