/* page/chart: a target's charts as SVG files: drawn by core/render, as those of reports are.
 *
 * The one file of the web that knows both: figures.h and a report's pictures. Pure. */
#ifndef NINES_PAGE_CHART_H
#define NINES_PAGE_CHART_H

#include "../base/zone.h"
#include "../web/figures.h"

enum chart_kind { CHART_DAYS, CHART_RESPONSE, CHART_STEPS };

/* What is drawn, of what, in whose time. */
struct chart_order {
	enum chart_kind kind;
	const char *title; /* "How long 'shop' took, 24 hours" */
	const struct figure *figure; /* of days */
	const struct figure_parts *parts; /* of the others */
	const struct zone *zone;
};

/* Appends the file. While there is nothing to draw yet it says so. */
void chart_add(struct text *, const struct chart_order *);
/* Appends what it shows, in a sentence: for those who do not see it. */
void chart_says(struct text *, const struct chart_order *);

#endif
