/* render/drawing: a picture as shapes: lines, rectangles, areas, texts, each with a place and an
 * ink.
 *
 * What a chart becomes (draw.h) and what every back end writes: SVG in HTML (svg.c), lines for the
 * program that prints (lines.c). Both have the shapes from here and nothing else, so they cannot
 * differ. Places are hundredths of a unit from the upper left corner; a unit is about a point. A
 * text is harmless, and cut where it would not fit. Pure. */
#ifndef NINES_RENDER_DRAWING_H
#define NINES_RENDER_DRAWING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/text.h"

#define DRAWING_WIDTH 640.0 /* units; the height is the picture's own */

enum shape_kind { SHAPE_LINE, SHAPE_RECT, SHAPE_AREA, SHAPE_TEXT, SHAPE_KINDS };

/* What it is painted with. Each state and each series has a hatch of its own beside its colour, so
 * that they can be told without colour. */
enum shape_ink {
	SHAPE_INK,   /* of texts */
	SHAPE_DIM,   /* of texts that explain */
	SHAPE_GRID,
	SHAPE_PAPER, /* on something dark */
	SHAPE_NONE,  /* states: outlined, empty */
	SHAPE_OUTSIDE,
	SHAPE_UNKNOWN,
	SHAPE_MAINTENANCE,
	SHAPE_UP,
	SHAPE_DEGRADED,
	SHAPE_DOWN,
	SHAPE_ONLINE, /* dots of what works; of what works badly */
	SHAPE_UNSTEADY,
	SHAPE_A, /* series */
	SHAPE_B,
	SHAPE_C,
	SHAPE_D,
	SHAPE_E,
	SHAPE_F,
	SHAPE_G,
	SHAPE_INKS,
};
#define SHAPE_SERIES (SHAPE_INKS - SHAPE_A)

enum shape_anchor { SHAPE_START, SHAPE_MIDDLE, SHAPE_END };
enum shape_dash { SHAPE_SOLID, SHAPE_DASHED, SHAPE_DOTTED };

/* How an ink fills: all of it, or lines (dots) on paper. */
enum shape_hatch {
	HATCH_SOLID,
	HATCH_RISING,
	HATCH_FALLING,
	HATCH_LEVEL,
	HATCH_UPRIGHT,
	HATCH_DOTS,
	HATCH_EMPTY, /* outlined */
	HATCHES,
};
/* What both back ends know of an ink: its name, how it fills, its colour on white paper. */
struct shape_look {
	const char *name;
	enum shape_hatch hatch;
	const char *light, *dark; /* "#rrggbb" on white paper; on dark screens */
};
extern const struct shape_look shape_look[SHAPE_INKS];

struct shape {
	enum shape_kind kind;
	enum shape_ink ink;
	enum shape_dash dash;     /* of a line */
	enum shape_anchor anchor; /* of a text: which end is at x; y is its base line */
	bool is_bold;
	int32_t size;            /* of a text, of a line's width: hundredths */
	int32_t x, y, w, h;      /* of a rectangle; of a text x, y */
	size_t first, points;    /* of a line, an area: in the drawing's list */
	const char *text, *hint; /* of a text; what a pointer resting on a rectangle reads */
};

struct drawing {
	const char *title, *says; /* borrowed */
	int32_t width, height;
	bool is_full_size; /* never made smaller to fit: who reads it scrolls */
	struct shape *shape;
	size_t shapes, room;
	int32_t (*place)[2];
	size_t places, place_room;
};

/* Zero-initialise. */
void drawing_release(struct drawing *);
/* Units. `hint` may be NULL. */
void drawing_rect(struct drawing *, enum shape_ink, double x, double y, double w, double h,
		  const char *hint);
/* Cut to `room` units (0: as it is); empty ones are left out. */
void drawing_text(struct drawing *, enum shape_ink, enum shape_anchor, double x, double y,
		  double size, double room, const char *text);
void drawing_bold(struct drawing *); /* the last text */
/* A line or an area: begin, then its corners. */
void drawing_begin(struct drawing *, enum shape_kind, enum shape_ink, double width,
		   enum shape_dash);
void drawing_to(struct drawing *, double x, double y);
void drawing_line(struct drawing *, enum shape_ink, double x0, double y0, double x1, double y1);

/* How wide a text is at most: nobody knows the reader's fonts, so the widest usual ones count. */
double drawing_width(const char *text, double size);
/* Harmless, and with "..." (one character) where it does not fit. */
void drawing_cut(struct text *into, const char *text, double size, double room);

#endif
