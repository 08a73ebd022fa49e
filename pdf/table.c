/* pdf/table: see table.h. */
#include "table.h"

#include <string.h>

#define GAP       10.0
#define PAD       2.5 /* above and below a row */
#define NARROWEST 42.0 /* a column of text never gets less */
#define MEASURED  400 /* rows that decide the widths */

static const struct setting_font head_font = {7.5, true}, cell_font = {8, false},
				 loud_font = {8, true};

struct layout {
	struct sheet *sheet;
	const struct table *table;
	double width[TABLE_COLUMNS], x[TABLE_COLUMNS];
};

static struct setting_font font_of(enum ink ink)
{
	return ink == INK_BAD ? loud_font : cell_font; /* to be told without colour, too */
}

static double natural(struct sheet *s, const char *text, struct setting_font f)
{
	PangoLayout *l = sheet_text(s, text, f, 0, false);
	double width = sheet_width_of(l) + 0.5;

	g_object_unref(l);
	return width;
}

static void measure(struct layout *t)
{
	for (size_t c = 0; c < t->table->columns; c++)
		t->width[c] = natural(t->sheet, t->table->label[c], head_font);
	for (size_t r = 0; r < t->table->rows && r < MEASURED; r++)
		for (size_t c = 0; c < t->table->columns; c++) {
			const struct table_cell *x = &t->table->cell[r * t->table->columns + c];
			double width = natural(t->sheet, x->text, font_of(x->ink));

			t->width[c] = width > t->width[c] ? width : t->width[c];
		}
}

/* Takes what is too much from the widest column, as often as it takes. */
static void fit(struct layout *t)
{
	double room = sheet_room(t->sheet) - GAP * (double)(t->table->columns - 1), sum = 0;

	for (size_t c = 0; c < t->table->columns; c++)
		sum += t->width[c];
	for (int round = 0; sum > room && round < 1000; round++) {
		size_t widest = 0;
		double next = 0, less;

		for (size_t c = 1; c < t->table->columns; c++)
			widest = t->width[c] > t->width[widest] ? c : widest;
		for (size_t c = 0; c < t->table->columns; c++)
			if (c != widest && t->width[c] > next)
				next = t->width[c];
		less = t->width[widest] - (next > NARROWEST ? next : NARROWEST);
		less = less < sum - room ? less : sum - room;
		less = less > 1 ? less : 1; /* several are the widest: each in turn */
		t->width[widest] -= less;
		sum -= less;
	}
}

static void place(struct layout *t)
{
	double x = t->sheet->margin;

	for (size_t c = 0; c < t->table->columns; c++) {
		t->x[c] = x;
		x += t->width[c] + GAP;
	}
}

static void put_head(struct sheet *s, void *with)
{
	struct layout *t = with;
	double height = 0;

	for (size_t c = 0; c < t->table->columns; c++) {
		PangoLayout *l = sheet_text(s, t->table->label[c], head_font, t->width[c],
					    t->table->is_right[c]);

		height = sheet_height_of(l) > height ? sheet_height_of(l) : height;
		sheet_put(s, l, t->x[c], s->y, INK_DIM);
		g_object_unref(l);
	}
	s->y += height + PAD;
	sheet_rule(s, s->y);
	s->y += 1;
}

static void put_row(struct layout *t, size_t row)
{
	PangoLayout *l[TABLE_COLUMNS];
	const struct table_cell *x = &t->table->cell[row * t->table->columns];
	double height = 0;

	for (size_t c = 0; c < t->table->columns; c++) {
		l[c] = sheet_text(t->sheet, x[c].text, font_of(x[c].ink), t->width[c],
				  t->table->is_right[c]);
		height = sheet_height_of(l[c]) > height ? sheet_height_of(l[c]) : height;
	}
	sheet_need(t->sheet, height + 2 * PAD);
	if (row % 2)
		sheet_band(t->sheet, t->sheet->y, height + 2 * PAD);
	for (size_t c = 0; c < t->table->columns; c++) {
		sheet_put(t->sheet, l[c], t->x[c], t->sheet->y + PAD, x[c].ink);
		g_object_unref(l[c]);
	}
	t->sheet->y += height + 2 * PAD;
}

void table_set(struct sheet *s, const struct table *table)
{
	struct layout t = {.sheet = s, .table = table};

	if (!table->columns)
		return;
	measure(&t);
	fit(&t);
	place(&t);
	sheet_need(s, 48);
	put_head(s, &t);
	s->head = put_head;
	s->with = &t;
	for (size_t r = 0; r < table->rows; r++)
		put_row(&t, r);
	s->head = NULL;
	s->y += 10;
}
