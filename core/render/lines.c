/* render/lines: a page as lines (base/line.h), for the program that prints it (pdf/).
 *
 * What a person reads, in order, each value as it is shown: `page`, `heading`, `note`, `fact`,
 * `table` with its labels, `row` with its cells, `chart` with its size and the `shape`s of its
 * drawing (drawing.h), places and sizes in hundredths. Every text is made harmless here, so that
 * the printer gets valid UTF-8 without control characters and knows neither zones nor units. */
#include <stdio.h>

#include <string.h>

#include "../base/line.h"
#include "draw.h"
#include "page.h"

static void add_text(struct text *t, const char *key, const char *value)
{
	struct text safe = {0};

	text_add_safe(&safe, value, strlen(value), LINE_BYTES / 8);
	line_add(t, key, text_get(&safe));
	text_release(&safe);
}

static void add_value(struct text *t, const struct page *p, const char *key,
		      const struct page_value *v)
{
	struct text shown = {0};

	page_add_shown(&shown, p, v);
	add_text(t, key, text_get(&shown));
	text_release(&shown);
}

static enum page_tone tone_of(const struct page_value *v)
{
	return v->type == PAGE_NONE ? PAGE_DIM : (enum page_tone)v->tone;
}

static void add_piece(struct text *t, const char *verb, const struct page_piece *b)
{
	line_begin(t, verb, "-");
	add_text(t, "text", b->text);
	if (b->is_sub)
		line_add_int(t, "level", 3);
	line_end(t);
}

static void add_fact(struct text *t, const struct page *p, const struct page_piece *b)
{
	if (!b->text)
		return;
	line_begin(t, "fact", "-");
	add_text(t, "label", b->text);
	add_value(t, p, "text", &b->value);
	line_add_int(t, "tone", tone_of(&b->value));
	line_end(t);
}

static void add_head(struct text *t, const struct page_table *table)
{
	char key[16];
	int n = 0;

	line_begin(t, "table", "-");
	for (size_t i = 0; i < table->columns; i++) {
		if (!page_is_shown(table, &table->column[i]))
			continue;
		snprintf(key, sizeof key, "c%d", n);
		add_text(t, key, table->column[i].label);
		snprintf(key, sizeof key, "right%d", n++);
		if (table->column[i].flags & PAGE_RIGHT)
			line_add_int(t, key, 1);
	}
	line_end(t);
}

static void add_row(struct text *t, const struct page *p, const struct page_table *table,
		    const struct page_row *row)
{
	char key[16];
	int n = 0;

	line_begin(t, "row", "-");
	for (size_t i = 0; i < table->columns; i++) {
		if (!page_is_shown(table, &table->column[i]))
			continue;
		snprintf(key, sizeof key, "c%d", n);
		add_value(t, p, key, &row->cell[i]);
		snprintf(key, sizeof key, "t%d", n++);
		if (tone_of(&row->cell[i]))
			line_add_int(t, key, tone_of(&row->cell[i]));
		snprintf(key, sizeof key, "long%d", n - 1);
		if (page_is_long(&row->cell[i]))
			line_add_int(t, key, 1);
	}
	line_end(t);
}

static void add_table(struct text *t, const struct page *p, const struct page_table *table,
		      const struct render_order *o)
{
	if (!page_is_shown(table, NULL))
		return;
	add_head(t, table);
	for (const struct page_row *r = table->first; r; r = page_next_row(p, r)) {
		add_row(t, p, table, r);
		render_pour(t, o);
	}
}

static void add_points(struct text *t, const struct drawing *d, const struct shape *s)
{
	struct text list = {0};

	for (size_t i = 0; i < s->points; i++)
		text_printf(&list, "%s%d,%d", i ? ":" : "", d->place[s->first + i][0],
			    d->place[s->first + i][1]);
	line_add(t, "at", text_get(&list));
	text_release(&list);
}

static void add_shape(struct text *t, const struct drawing *d, const struct shape *s)
{
	static const char *const kind[SHAPE_KINDS] = {"line", "rect", "area", "text"};

	line_begin(t, "shape", kind[s->kind]);
	line_add_int(t, "ink", s->ink);
	if (s->kind == SHAPE_LINE || s->kind == SHAPE_AREA)
		add_points(t, d, s);
	if (s->kind == SHAPE_RECT || s->kind == SHAPE_TEXT) {
		line_add_int(t, "x", s->x);
		line_add_int(t, "y", s->y);
	}
	if (s->kind == SHAPE_RECT) {
		line_add_int(t, "w", s->w);
		line_add_int(t, "h", s->h);
	}
	if (s->size)
		line_add_int(t, "size", s->size);
	if (s->dash)
		line_add_int(t, "stroke", s->dash);
	if (s->anchor)
		line_add_int(t, "anchor", s->anchor);
	if (s->is_bold)
		line_add_int(t, "bold", 1);
	if (s->kind == SHAPE_TEXT)
		add_text(t, "text", s->text);
	line_end(t);
}

static void add_chart(struct text *t, const struct page_picture *c)
{
	struct text says = {0};

	draw_says(&says, c);
	for (size_t part = 0; part < draw_parts(c); part++) {
		struct drawing d = {.says = text_get(&says)};

		draw_chart(&d, c, part);
		line_begin(t, "chart", "-");
		line_add_int(t, "width", d.width);
		line_add_int(t, "height", d.height);
		add_text(t, "text", part + 1 == draw_parts(c) ? d.says : "");
		line_end(t);
		for (size_t i = 0; i < d.shapes; i++)
			add_shape(t, &d, &d.shape[i]);
		drawing_release(&d);
	}
	text_release(&says);
}

bool render_lines(struct text *t, const struct page *p, const struct render_order *o,
		  struct text *wrong)
{
	const char *paper = o->paper ? o->paper : "a4";

	if (strcmp(paper, "a4") && strcmp(paper, "letter")) {
		text_printf(wrong, "paper '%.40s' is none of a4, letter", paper);
		return false;
	}
	line_begin(t, "page", "-");
	add_text(t, "text", p->title ? p->title : p->report);
	line_add(t, "paper", paper);
	line_add_int(t, "now_us", p->period.now_us);
	line_end(t);
	for (const struct page_piece *b = p->first; b; b = b->next)
		if (b->kind == PIECE_FACT)
			add_fact(t, p, b);
		else if (b->kind == PIECE_TABLE)
			add_table(t, p, &b->table, o);
		else if (b->kind == PIECE_CHART)
			add_chart(t, &b->picture);
		else
			add_piece(t, b->kind == PIECE_HEADING ? "heading" : "note", b);
	return true;
}
