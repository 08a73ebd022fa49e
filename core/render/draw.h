/* render/draw: charts as drawings: the one code that decides what a chart looks like.
 *
 * A chart that would not fit a sheet comes in parts. Whatever a chart has more of than there is
 * room (bars, points) is drawn by the worst or the greatest of what comes together: a peak is never
 * lost. Pure: the same chart is the same drawing. */
#ifndef NINES_RENDER_DRAW_H
#define NINES_RENDER_DRAW_H

#include "drawing.h"
#include "page.h"

/* At least 1. */
size_t draw_parts(const struct page_picture *);
void draw_chart(struct drawing *, const struct page_picture *, size_t part);

/* What it shows, in a sentence or two (draw_words.c). */
void draw_says(struct text *, const struct page_picture *);
/* A few lines of characters (draw_text.c): pictures of rows and days, else sparklines; `safe` makes
 * a name harmless for where they go. */
void draw_characters(struct text *, const struct page_picture *, bool has_utf8,
		     void (*safe)(struct text *, const char *name, int columns, const void *with),
		     const void *with);

/* ---- between the files of it ---- */

#define DRAW_PART 24 /* rows of one drawing */
#define DRAW_SIZE 11.0
#define DRAW_SMALL 9.0
#define DRAW_TOP 30.0 /* where the picture begins, below its title */

/* As people read it, and one character; "" for up. */
extern const char *const draw_state_word[], *const draw_state_mark[];
enum shape_ink draw_state_ink(uint32_t state);
/* A value as tables show it, so that none differs from them; a percentage with its sign. */
void draw_add_value(struct text *, uint32_t type, int64_t value);

/* A month of a calendar, counted from the year 0. */
int64_t draw_month_of(const struct page_picture *, const struct page_point *, int *day);

/* Everything below is drawn at y and returns where it ended. */
double draw_legend(struct drawing *, double y, const enum shape_ink *, const char *const *label,
		   size_t labels);
double draw_state_legend(struct drawing *, const struct page_picture *, double y);
/* Square or bar of a state, filled by how much of it was down. */
void draw_state(struct drawing *, const struct page_point *, double x, double y, double w,
		double h, const char *hint);
/* The axis of time (or of a waterfall) below something from x0 to x1; its lines reach up to top. */
double draw_time_axis(struct drawing *, const struct page_picture *, double x0, double x1,
		      double top, double y);
double draw_at(const struct page_picture *, int64_t at_us, double x0, double x1);

/* Never more than a chart may hold. */
int64_t draw_sum(int64_t, int64_t);
/* The points i to end - 1 as one: the worst state, the greatest value (sum: of all). */
struct page_point draw_merged(const struct page_series *, size_t i, size_t end, bool is_sum);

double draw_rows(struct drawing *, const struct page_picture *, size_t part, double y);
double draw_plot(struct drawing *, const struct page_picture *, double y);

#endif
