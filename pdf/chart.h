/* pdf/chart: draws the shapes of a chart as they came (core/render/drawing.h): what is to be seen
 * was decided there, so that paper shows what the HTML form shows. */
#ifndef NINES_PDF_CHART_H
#define NINES_PDF_CHART_H

#include "../core/base/line.h"
#include "sheet.h"

/* A chart of `height` units and `width`, as wide as the sheet has room; a higher one than a sheet
 * is made smaller. `shape` are its `shapes` lines. */
void chart_set(struct sheet *, const struct line *chart, const struct line *const *shape,
	       size_t shapes);

#endif
