/* pdf/table: see table.h. */
#include "table.h"

#include <string.h>

#include "mark.h"

#define GAP       10.0
#define PAD       2.5 /* above and below a row */
#define NARROWEST 60.0 /* a column of text never gets less */
#define MEASURED  400 /* rows that decide the widths */
#define SIZE      8.0
#define SMALLEST  5.5

struct layout {
	struct sheet *sheet;
	const struct table *table;
	double size; /* of its texts */
	double head; /* how high it is */
	double width[TABLE_COLUMNS], x[TABLE_COLUMNS];
};

static struct setting_font head_font(const struct layout *t)
{
	return (struct setting_font){t->size - 0.5, true};
}

/* To be told without colour, too. */
static struct setting_font font_of(const struct layout *t, enum ink ink)
{
	return (struct setting_font){t->size, ink == INK_BAD};
}

static unsigned how_of(const struct layout *t, size_t column)
{
	return t->table->is_right[column] ? SET_RIGHT : 0;
}

/* ---- widths ---- */

static double natural(struct sheet *s, const char *text, struct setting_font f)
{
	PangoLayout *l = sheet_text(s, text, f, 0, SET_NAME);
	double width = sheet_width_of(l) + 0.5;

	g_object_unref(l);
	return width;
}

static void measure(struct layout *t)
{
	for (size_t c = 0; c < t->table->columns; c++)
		t->width[c] = natural(t->sheet, t->table->label[c], head_font(t));
	for (size_t r = 0; r < t->table->rows && r < MEASURED; r++)
		for (size_t c = 0; c < t->table->columns; c++) {
			const struct table_cell *x = &t->table->cell[r * t->table->columns + c];
			double width = natural(t->sheet, x->text, font_of(t, x->ink));

			t->width[c] = width > t->width[c] ? width : t->width[c];
		}
}

/* What is too wide; 0: it fits. */
static double excess(const struct layout *t)
{
	double sum = GAP * (double)(t->table->columns - 1) - sheet_room(t->sheet);

	for (size_t c = 0; c < t->table->columns; c++)
		sum += t->width[c];
	return sum > 0 ? sum : 0;
}

/* The widest of those that may become narrower, -1: none; *next is how wide the next one is. */
static int widest_of(const struct layout *t, bool is_any, double *next)
{
	int widest = -1;

	*next = NARROWEST;
	for (size_t c = 0; c < t->table->columns; c++) {
		if (t->width[c] <= NARROWEST || !(is_any || t->table->is_long[c]))
			continue;
		if (widest < 0 || t->width[c] > t->width[widest]) {
			*next = widest < 0 ? *next : t->width[widest];
			widest = (int)c;
		} else if (t->width[c] > *next) {
			*next = t->width[c];
		}
	}
	return widest;
}

/* Takes what is too much from the widest column, as often as it takes. */
static void narrow(struct layout *t, bool is_any)
{
	double next, less, most;
	int widest;

	while ((most = excess(t)) > 0 && (widest = widest_of(t, is_any, &next)) >= 0) {
		less = t->width[widest] - next;
		less = less > 1 ? less : 1; /* several are the widest: each in turn */
		t->width[widest] -= less < most ? less : most;
	}
}

/* Long texts are broken into lines; times, numbers and words only where they fit in no size. */
static void fit(struct layout *t)
{
	for (t->size = SIZE;; t->size -= 0.5) {
		measure(t);
		narrow(t, false);
		if (excess(t) <= 0 || t->size <= SMALLEST)
			break;
	}
	narrow(t, true);
}

static void place(struct layout *t)
{
	double x = t->sheet->margin;

	for (size_t c = 0; c < t->table->columns; c++) {
		t->x[c] = x;
		x += t->width[c] + GAP;
	}
}

/* ---- rows ---- */

static PangoLayout *label_of(const struct layout *t, size_t column)
{
	return sheet_text(t->sheet, t->table->label[column], head_font(t), t->width[column],
			  how_of(t, column));
}

static PangoLayout *cell_of(const struct layout *t, size_t row, size_t column)
{
	const struct table_cell *x = &t->table->cell[row * t->table->columns + column];

	return sheet_text(t->sheet, x->text, font_of(t, x->ink), t->width[column],
			  how_of(t, column) | SET_NAME);
}

static double head_height(const struct layout *t)
{
	double height = 0;

	for (size_t c = 0; c < t->table->columns; c++) {
		PangoLayout *l = label_of(t, c);

		height = sheet_height_of(l) > height ? sheet_height_of(l) : height;
		g_object_unref(l);
	}
	return height + PAD;
}

static double row_height(const struct layout *t, size_t row)
{
	double height = 0;

	for (size_t c = 0; row < t->table->rows && c < t->table->columns; c++) {
		PangoLayout *l = cell_of(t, row, c);

		height = sheet_height_of(l) > height ? sheet_height_of(l) : height;
		g_object_unref(l);
	}
	return height + 2 * PAD;
}

static void mark_part(const struct layout *t, bool is_begin, const char *tag)
{
	if (t->table->is_marked)
		(is_begin ? mark_begin : mark_end)(t->sheet, tag);
}

static const char *row_tag(const struct layout *t)
{
	return t->table->is_marked ? "TR" : "P";
}

static void put_label(struct layout *t, size_t column)
{
	PangoLayout *l;

	if (!sheet_is_drawn(t->sheet))
		return;
	l = label_of(t, column);
	sheet_put(t->sheet, l, t->x[column], t->sheet->y, INK_DIM);
	g_object_unref(l);
}

/* Once more on a further sheet: for the eye alone. */
static void put_head(struct sheet *s, void *with)
{
	struct layout *t = with;

	for (size_t c = 0; c < t->table->columns; c++)
		put_label(t, c);
	s->y += t->head;
	sheet_rule(s, s->y);
	s->y += 1;
}

static void put_first_head(struct sheet *s, struct layout *t)
{
	mark_begin(s, row_tag(t));
	for (size_t c = 0; c < t->table->columns; c++) {
		mark_part(t, true, "TH");
		put_label(t, c);
		mark_part(t, false, "TH");
	}
	mark_end(s, row_tag(t));
	s->y += t->head;
	sheet_rule(s, s->y);
	s->y += 1;
}

static void put_cell(struct layout *t, size_t row, size_t column)
{
	const struct table_cell *x = &t->table->cell[row * t->table->columns + column];
	PangoLayout *l;

	if (!sheet_is_drawn(t->sheet))
		return;
	l = cell_of(t, row, column);
	mark_part(t, true, "TD");
	mark_begin_link(t->sheet, x->heading);
	sheet_put(t->sheet, l, t->x[column], t->sheet->y + PAD, x->ink);
	mark_end_link(t->sheet, x->heading);
	mark_part(t, false, "TD");
	g_object_unref(l);
}

/* ---- a row that is higher than a sheet ---- */

/* Draws the lines of a cell from *line on that there is room for; how high they are. *is_left:
 * there are more of them. */
static double put_lines(const struct layout *t, size_t row, size_t column, int *line,
			bool *is_left)
{
	const struct table_cell *x = &t->table->cell[row * t->table->columns + column];
	PangoLayout *l = cell_of(t, row, column);
	PangoLayoutIter *at = pango_layout_get_iter(l);
	double top = -1, end = 0, room = t->sheet->bottom - t->sheet->y - 2 * PAD;
	int n = 0;

	do {
		PangoRectangle box;

		pango_layout_iter_get_line_extents(at, NULL, &box);
		if (n < *line)
			continue;
		top = top < 0 ? (double)box.y / PANGO_SCALE : top;
		if ((double)(box.y + box.height) / PANGO_SCALE - top > room) {
			*is_left = true;
			break;
		}
		end = (double)(box.y + box.height) / PANGO_SCALE - top;
		sheet_put_line(t->sheet, at, t->x[column], t->sheet->y + PAD - top, x->ink);
		++*line;
	} while (++n, pango_layout_iter_next_line(at));
	pango_layout_iter_free(at);
	g_object_unref(l);
	return end;
}

static void put_pieces(struct layout *t, size_t row)
{
	struct sheet *s = t->sheet;
	int line[TABLE_COLUMNS] = {0};
	bool is_left = true;

	for (double height = 1; is_left && height > 0; s->y += height + 2 * PAD) {
		sheet_need(s, height > 1 ? s->bottom - s->margin : 4 * t->size);
		is_left = false;
		height = 0;
		mark_begin(s, "P");
		for (size_t c = 0; c < t->table->columns; c++) {
			double used = put_lines(t, row, c, &line[c], &is_left);

			height = used > height ? used : height;
		}
		mark_end(s, "P");
	}
}

/* The last two stay together. */
static void put_row(struct layout *t, size_t row)
{
	struct sheet *s = t->sheet;
	double height = row_height(t, row);

	if (height > s->bottom - s->margin - t->head - 1) {
		put_pieces(t, row);
		return;
	}
	sheet_need(s, height + (row + 2 == t->table->rows ? row_height(t, row + 1) : 0));
	if (row % 2)
		sheet_band(s, s->y, height);
	mark_begin(s, row_tag(t));
	for (size_t c = 0; c < t->table->columns; c++)
		put_cell(t, row, c);
	mark_end(s, row_tag(t));
	s->y += height;
}

/* What must stand together at the begin: all where that is little, else its head and two rows. */
static double begin_height(const struct layout *t)
{
	double small = (t->sheet->bottom - t->sheet->margin) / 4;
	double height = t->head + 1 + row_height(t, 0), least = height;

	for (size_t r = 1; r < t->table->rows && height <= small; r++) {
		height += row_height(t, r);
		least = r == 1 ? height : least;
	}
	return height <= small ? height : least;
}

void table_set(struct sheet *s, const struct table *table)
{
	struct layout t = {.sheet = s, .table = table};

	if (!table->columns)
		return;
	fit(&t);
	place(&t);
	t.head = head_height(&t);
	sheet_need(s, begin_height(&t));
	mark_part(&t, true, "Table");
	put_first_head(s, &t);
	s->head = put_head;
	s->with = &t;
	for (size_t r = 0; r < table->rows; r++)
		put_row(&t, r);
	s->head = NULL;
	mark_part(&t, false, "Table");
	s->y += 10;
}
