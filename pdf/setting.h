/* pdf/setting: texts as they were set, kept to be drawn again.
 *
 * Setting a text (which fonts have its letters, where its lines break) takes most of a document's
 * time, and reports repeat their words: labels, rules, names, everything once more when the sheets
 * have been counted. Knows nothing of sheets; a layout that is kept is never changed by anybody. */
#ifndef NINES_PDF_SETTING_H
#define NINES_PDF_SETTING_H

#include <pango/pangocairo.h>
#include <stdbool.h>

#define SETTING_KEPT 16384 /* texts: a later one takes the place of one that hashes alike */

struct setting_font {
	double points;
	bool is_bold;
};

enum setting_how {
	SET_RIGHT = 1, /* at the right of its width, whichever way it runs */
	SET_NAME = 2,  /* it runs as its first letter does; else from the left, as our words do */
	SET_CUT = 4,   /* with an ellipsis, instead of a second line */
};

struct setting_order {
	const char *text;
	struct setting_font font;
	double width; /* at most; 0: as wide as it is */
	unsigned how; /* enum setting_how */
};

/* Zero-initialise; setting_release(). */
struct setting {
	PangoContext *context;
	struct {
		struct setting_order order; /* its text is the layout's */
		PangoLayout *layout;
	} kept[SETTING_KEPT];
};

/* The layout; the caller's to unref. All surfaces that it is drawn on must be of one kind. */
PangoLayout *setting_of(struct setting *, cairo_t *, const struct setting_order *);
void setting_release(struct setting *);

#endif
