/* render/svg: a drawing as SVG inside an HTML page: shapes, no script, nothing from elsewhere.
 *
 * Colours are classes, so that the page decides them for light, dark and paper; hatches are
 * patterns that stand once in the page. The accessible text is the drawing's own. */
#ifndef NINES_RENDER_SVG_H
#define NINES_RENDER_SVG_H

#include "drawing.h"

/* Once in a page that has drawings: what belongs between <style> and </style>; the patterns. */
void svg_add_style(struct text *);
void svg_add_patterns(struct text *);
/* `number` makes its ids unique in the page. */
void svg_add(struct text *, const struct drawing *, size_t number);
/* A file of its own, with its style, its patterns and its size: for <img>. */
void svg_add_document(struct text *, const struct drawing *);
/* A small one that only repeats what stands beside it: without accessible text, in its own size. */
void svg_add_mark(struct text *, const struct drawing *);

#endif
