/* view/diagram: a view as a drawing: each box with its role, its dot and its servers, arrows
 * between them.
 *
 * Nothing is told by colour alone: a dot's shape and a word say the state, a letter and a hatch the
 * role, dashes the way that is only taken when the other fails. Pure. */
#ifndef NINES_VIEW_DIAGRAM_H
#define NINES_VIEW_DIAGRAM_H

#include "../render/drawing.h"
#include "view.h"

/* `title` and `says` are borrowed by the drawing. */
void diagram_draw(struct drawing *, const struct view *, const char *title, const char *says);
/* For a legend: the mark of a role, of a light, of an arrow; 20 units high. */
void diagram_draw_role(struct drawing *, int role);
void diagram_draw_light(struct drawing *, enum view_light);
void diagram_draw_arrow(struct drawing *, bool is_fallback);

#endif
