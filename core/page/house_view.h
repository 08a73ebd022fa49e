/* page/house_view: the infrastructure of one page at one moment, as records to draw (core/view):
 * services become boxes, checks the servers in them. Pure. */
#ifndef NINES_PAGE_HOUSE_VIEW_H
#define NINES_PAGE_HOUSE_VIEW_H

#include "../view/view.h"
#include "moment.h"

/* Names of all that the page shows, lines. */
void house_view_names(const struct catalog *, const struct page *, struct text *names);
/* Zero-initialise; borrows texts of the catalog. */
void house_view_make(struct view *, const struct catalog *, const struct page *,
		     const struct moment *);

#endif
