/* render/page: a document as a data structure, and its renderings.
 *
 * A module fills it through <nines/report.h>, the host writes it out: every rendering is a function
 * of the page alone, so that what people read and what programs read is the same figure. Texts of
 * strangers (names, reasons) are kept as they came and made harmless by each rendering in its own
 * way (F44): terminals by text_add_safe(), HTML by escapes and isolation, CSV against formulas.
 * Filling never fails half-way: a mistake of the module is one sentence in `wrong`, and such a page
 * is not rendered. A new rendering is a file and a row in render_format. */
#ifndef NINES_RENDER_PAGE_H
#define NINES_RENDER_PAGE_H

#include <nines/report.h>

#include "../base/arena.h"
#include "../base/spool.h"
#include "../base/text.h"
#include "../base/zone.h"

#define PAGE_MAGIC 0x70616765u
#define PAGE_BYTES ((size_t)256 << 20) /* of texts and rows without a temporary file */
#define PAGE_HEAP_BYTES ((size_t)32 << 20) /* with one: from here on they lie in it */
#define PAGE_SPILLED_BYTES ((size_t)16 << 30)
#define PAGE_COLUMNS 64

struct page_row {
	struct page_row *next; /* page_next_row() goes there */
	size_t of;               /* the row of the parent table that it explains */
	struct page_value cell[]; /* as many as the table has columns */
};

struct page_table {
	const char *key; /* NULL: for people only */
	const struct page_table *parent; /* NULL: none */
	uint32_t flags;
	struct page_column *column;
	size_t columns;
	struct page_row *first, *last, *above; /* above: the one before the last */
	size_t rows;
	bool is_ordered; /* by the rows of the parent that they explain */
};

#define PAGE_CHART_MOST INT64_C(100000000000000000) /* of a chart's times and values */

struct page_series {
	const char *name;
	struct page_value value;
	struct page_point *point;
	size_t points, room;
};

struct page_picture {
	struct page_chart chart; /* its texts are the page's */
	const struct zone *zone;
	struct page_series *series;
	size_t count, room;
};

enum page_piece_kind { PIECE_HEADING, PIECE_NOTE, PIECE_FACT, PIECE_TABLE, PIECE_CHART };

struct page_piece {
	enum page_piece_kind kind;
	bool is_sub; /* a heading within the last one that is not */
	const char *key, *text; /* text: heading, note, label of a fact */
	struct page_value value;
	struct page_table table; /* of a chart: its data, where it has a key */
	struct page_picture picture;
	struct page_piece *next;
};

struct page {
	uint32_t magic;
	struct arena arena;
	const char *title;
	struct page_piece *first, *last;
	struct text wrong;       /* the module's first mistake */
	bool is_wrong_order;     /* it is not the module's: what was asked for is */
	const struct zone *zone; /* of times for people; borrowed */
	/* another that is open, NULL: none of that name; NULL: there are no others */
	const struct zone *(*find_zone)(const struct page *, const char *name);
	struct page_period period;
	const char *report;      /* the module's name */
	void *host;              /* what the readers of figures know: core/report */
	struct spool *spool;     /* where rows lie that memory has no room for; NULL: nowhere */
};

/* `zone` and `report` must stay. */
void page_init(struct page *, const char *report, const struct zone *zone,
	       const struct page_period *);
void page_release(struct page *);
/* From now on a long document goes into that file, which stays the caller's. */
void page_spill(struct page *, struct spool *);
/* NULL: it was the last. Every rendering goes through the rows by it, in order. */
const struct page_row *page_next_row(const struct page *, const struct page_row *);
/* Keeps the first mistake. */
void page_refuse(struct page *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* For those who fill it: a new piece at the end, a text that stays; NULL when the page is full. */
struct page_piece *page_add_piece(struct page *, enum page_piece_kind, const char *key,
				  const char *text);
const char *page_keep(struct page *, const char *text);
void page_add_row(struct page *, struct page_table *);
/* chart.c */
void page_picture_release(struct page_picture *);

/* The table of a piece that has one for programs; NULL: none. */
const struct page_table *page_data_of(const struct page_piece *);
/* Is the table or column in CSV and JSON; does it stand before people? */
bool page_is_data(const struct page_table *, const struct page_column *);
bool page_is_shown(const struct page_table *, const struct page_column *);

/* A text that may be broken into lines where there is no room; numbers, times and words are not. */
bool page_is_long(const struct page_value *);

/* Whole seconds, truncated; less than nothing is not flattered either. */
int64_t page_seconds(int64_t us);
/* The value as a person reads it; "-" for none. */
void page_add_shown(struct text *, const struct page *, const struct page_value *);
/* The value as CSV and JSON write it (JSON: without quotes); "" for none. */
void page_add_plain(struct text *, const struct page_value *);

struct render_order {
	/* takes what is rendered so far and clears it, so that no rendering is ever whole in
	 * memory; NULL: it is */
	void (*pour)(struct text *, void *with);
	void *with;
	const char *table; /* CSV: which table, NULL: the first */
	const char *paper; /* pdf: "a4" (NULL) or "letter" */
	bool has_utf8;     /* text: else one '?' for every other character */
};

/* Now and then in each rendering: pours when there is enough. */
void render_pour(struct text *, const struct render_order *);

struct render_format {
	const char *name;
	const char *endings; /* of files: ".html .htm" */
	/* False: *wrong says why. */
	bool (*render)(struct text *, const struct page *, const struct render_order *,
		       struct text *wrong);
	const char *printer; /* a program beside ours that makes the document of it; NULL: none */
};
/* A NULL name ends the table. */
extern const struct render_format render_format[];
const struct render_format *render_find(const char *name);
/* By the ending of a file's name; NULL: none. */
const struct render_format *render_of_path(const char *path);

bool render_text(struct text *, const struct page *, const struct render_order *, struct text *);
bool render_html(struct text *, const struct page *, const struct render_order *, struct text *);
bool render_csv(struct text *, const struct page *, const struct render_order *, struct text *);
bool render_lines(struct text *, const struct page *, const struct render_order *, struct text *);
bool render_json(struct text *, const struct page *, const struct render_order *, struct text *);

#endif
