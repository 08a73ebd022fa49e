/* page/admin_page: the dress of pages with forms, web/admin.html: sign-in and administration. */
#ifndef NINES_PAGE_ADMIN_PAGE_H
#define NINES_PAGE_ADMIN_PAGE_H

#include "../web/route.h"
#include "../web/template.h"

/* What stands in the page; NULL: nothing. */
struct admin_page {
	const char *title;
	const char *said, *wrong; /* a sentence about what was done, or was not */
	const struct text *main; /* made of pieces */
};

/* Makes the answer this page. Its status stays. */
void admin_page(struct answer *, const struct request *, const struct admin_page *);
/* Appends a piece of web/admin.html. */
void admin_add(struct text *, const char *piece, const struct template_word *);

#endif
