/* page/bars: the last days of a check or a service as a row of bars, readable without colour and
 * without eyes. Pure. */
#ifndef NINES_PAGE_BARS_H
#define NINES_PAGE_BARS_H

#include "../web/catalog.h"
#include "../web/figures.h"

/* Appends the row with the figures of a page's `bars-days`. `each`: a bar and a text a day, else
 * days alike are joined, which is a tenth of the bytes. */
void bars_add(struct text *, const struct page *, const struct figure *, bool each);

#endif
