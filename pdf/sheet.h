/* pdf/sheet: sheets of paper that text is set on: fonts, lines, page breaks, page numbers.
 *
 * Everything is measured in points from the upper left corner. A sheet that is full is ended and
 * another one begun by sheet_need(); whoever sets something higher than a sheet sets it in parts.
 * The number of sheets is known only behind the last, so a document is set twice: once to count. */
#ifndef NINES_PDF_SHEET_H
#define NINES_PDF_SHEET_H

#include <stdbool.h>
#include <stdint.h>

#include "setting.h"

#define SHEET_LEVELS 3
#define SHEET_HELD 4

enum ink { INK_PLAIN, INK_GOOD, INK_WARN, INK_BAD, INK_DIM, INK_RULE, INK_BAND, INKS };

/* A title is of level 1. `number`: its own, from 1 on. */
struct sheet_heading {
	const char *text; /* lent until the sheets are closed */
	struct setting_font font;
	double before, after;
	int level, number;
};

struct sheet {
	struct setting *setting; /* lent */
	cairo_surface_t *surface;
	cairo_t *cairo;
	double width, height, margin, bottom; /* bottom: where the footer begins */
	double y; /* the next free line */
	int number, sheets; /* sheets 0: not known yet */
	bool tells;         /* on standard error how many of them are done */
	const char *title;
	struct sheet_heading held[SHEET_HELD];
	size_t helds;
	int bookmark[SHEET_LEVELS + 1]; /* the last of each level */
	/* draws what stands on top of each further sheet (the head of a table); may be NULL */
	void (*head)(struct sheet *, void *with);
	void *with;
};

/* "a4" or "letter"; false: no such paper. `write` takes the bytes; with `sheets` 0 nothing is
 * drawn. */
bool sheet_open(struct sheet *, struct setting *, const char *paper, const char *title,
		int64_t now_us, int sheets, cairo_write_func_t write, void *with);
/* Ends the last sheet; false: it could not be written. */
bool sheet_close(struct sheet *);

/* It is set by the next sheet_need(), on the same sheet as what needs the room: a heading never
 * stands alone. */
void sheet_hold(struct sheet *, const struct sheet_heading *);
/* Room for so much, on this sheet or the next. */
void sheet_need(struct sheet *, double height);
double sheet_room(const struct sheet *); /* the width between the margins */

/* Not when sheets are only counted: whatever takes long to draw can be left out. */
bool sheet_is_drawn(const struct sheet *);
void sheet_ink(struct sheet *, enum ink);
/* A layout of this text, at most `width` wide (0: as wide as it is, and from the left), set as
 * `how` (enum setting_how) says; the caller's to unref, nobody's to change. */
PangoLayout *sheet_text(struct sheet *, const char *text, struct setting_font, double width,
			unsigned how);
double sheet_height_of(PangoLayout *);
double sheet_width_of(PangoLayout *);
void sheet_put(struct sheet *, PangoLayout *, double x, double y, enum ink);
/* The line that the iterator is at, of a layout whose corner is there. */
void sheet_put_line(struct sheet *, PangoLayoutIter *, double x, double y, enum ink);
void sheet_rule(struct sheet *, double y);
void sheet_band(struct sheet *, double y, double height);

#endif
