/* view/layout: where each item of a view stands, and the corners of each arrow.
 *
 * Boxes lie in layers from top to bottom, in the direction of the arrows; a layer that would be too
 * wide goes on in the next. Arrows run through gaps: no arrow crosses a box, no box another. Arrows
 * between what stands in different boxes join those boxes. The same view has the same layout,
 * always. Units as in render/drawing.h. Pure. */
#ifndef NINES_VIEW_LAYOUT_H
#define NINES_VIEW_LAYOUT_H

#include "view.h"

#define LAYOUT_WIDTH 890.0 /* of what has no wider box in it */
#define LAYOUT_BOX   276.0 /* the width of a box without boxes */
#define LAYOUT_HEAD  48.0 /* of a box, above its rows */
#define LAYOUT_ROW   23.0
#define LAYOUT_PAD   10.0

struct layout_place {
	double x, y, w, h; /* of a server: its row */
};

struct layout_line {
	bool is_fallback;
	size_t first, points; /* in `point`; the head of the arrow is at the last */
};

struct layout {
	double width, height;
	struct layout_place *place; /* one an item */
	struct layout_line *line;
	size_t lines, line_room;
	double (*point)[2];
	size_t points, point_room;
};

/* Zero-initialise. */
void layout_make(struct layout *, const struct view *);
void layout_release(struct layout *);

#endif
