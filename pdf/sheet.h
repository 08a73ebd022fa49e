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

enum ink { INK_PLAIN, INK_GOOD, INK_WARN, INK_BAD, INK_DIM, INK_RULE, INK_BAND, INKS };

struct sheet {
	struct setting *setting; /* lent */
	cairo_surface_t *surface;
	cairo_t *cairo;
	double width, height, margin, bottom; /* bottom: where the footer begins */
	double y; /* the next free line */
	int number, sheets; /* sheets 0: not known yet */
	const char *title;
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

/* Room for so much, on this sheet or the next. */
void sheet_need(struct sheet *, double height);
double sheet_room(const struct sheet *); /* the width between the margins */

void sheet_ink(struct sheet *, enum ink);
/* A layout of this text, at most `width` wide (0: as wide as it is, and from the left); the
 * caller's to unref, nobody's to change. */
PangoLayout *sheet_text(struct sheet *, const char *text, struct setting_font, double width,
			bool is_right);
double sheet_height_of(PangoLayout *);
double sheet_width_of(PangoLayout *);
void sheet_put(struct sheet *, PangoLayout *, double x, double y, enum ink);
void sheet_rule(struct sheet *, double y);
void sheet_band(struct sheet *, double y, double height);

#endif
