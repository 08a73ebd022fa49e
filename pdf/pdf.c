/* nines-pdf: prints a report: lines of core/render/lines.c on standard input, a PDF on standard
 * output.
 *
 * A program of its own, so that no other process of nines carries a type setter, and so that what a
 * report module wrote meets the fonts of this machine outside of any process that matters.
 * Exit status: 0 done, 2 it could not be done: one line on standard error says why. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../core/base/line.h"
#include "../core/base/memory.h"
#include "../core/base/text.h"
#include "chart.h"
#include "sheet.h"
#include "table.h"

#define INPUT_MOST (256u << 20)

struct piece {
	char *verb;
	struct line *line; /* its words, in `bytes` */
	struct text bytes;
};

struct document {
	struct piece *piece;
	size_t pieces, room;
};

static const struct setting_font title_font = {17, true}, heading_font = {11, true},
				 text_font = {9, false}, small_font = {8, false};

static int fail(const char *why)
{
	fprintf(stderr, "nines-pdf: %s\n", why);
	return 2;
}

/* ---- reading ---- */

static bool read_all(struct text *t)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(STDIN_FILENO, bytes, sizeof bytes)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || t->size + (size_t)n > INPUT_MOST)
			return false;
		text_add(t, bytes, (size_t)n);
	}
	return true;
}

static bool add_piece(struct document *d, const char *at, size_t size)
{
	struct piece *p;

	if (d->pieces == d->room) {
		d->room = d->room ? 2 * d->room : 256;
		d->piece = memory_resize(d->piece, d->room * sizeof *d->piece);
	}
	p = &d->piece[d->pieces++];
	*p = (struct piece){0};
	text_add(&p->bytes, at, size);
	p->line = memory_new(sizeof *p->line);
	if (line_parse(p->line, p->bytes.at, p->bytes.size))
		return false;
	/* most words go unused: what was parsed is as large as the largest line could be */
	p->line = memory_resize(p->line, offsetof(struct line, word) +
						 p->line->words * sizeof *p->line->word);
	return true;
}

static bool parse(struct document *d, const struct text *input)
{
	const char *at = text_get(input), *end = at + input->size, *newline;

	for (; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (!newline || !add_piece(d, at, (size_t)(newline - at)))
			return false;
	}
	return d->pieces && !strcmp(d->piece[0].line->verb, "page");
}

static enum ink ink_of(int64_t tone)
{
	return tone >= INK_PLAIN && tone <= INK_DIM ? (enum ink)tone : INK_PLAIN;
}

/* ---- setting ---- */

static void put_block(struct sheet *s, const char *text, struct setting_font f, double before,
		      double after, double keep)
{
	PangoLayout *l = sheet_text(s, text, f, sheet_room(s), false);

	s->y += s->y > s->margin ? before : 0;
	sheet_need(s, sheet_height_of(l) + keep);
	sheet_put(s, l, s->margin, s->y, INK_PLAIN);
	s->y += sheet_height_of(l) + after;
	g_object_unref(l);
}

static void put_fact(struct sheet *s, const struct line *l)
{
	static const struct setting_font loud_font = {9, true};
	double label = 110, height;
	enum ink ink = ink_of(line_int(l, "tone", 0));
	PangoLayout *name = sheet_text(s, line_get(l, "label"), text_font, label - 8, false);
	PangoLayout *value =
		sheet_text(s, line_get(l, "text"), ink == INK_BAD ? loud_font : text_font,
			   sheet_room(s) - label, false); /* to be told without colour, too */

	height = sheet_height_of(name);
	height = sheet_height_of(value) > height ? sheet_height_of(value) : height;
	sheet_need(s, height + 2);
	sheet_put(s, name, s->margin, s->y, INK_DIM);
	sheet_put(s, value, s->margin + label, s->y, ink);
	s->y += height + 2;
	g_object_unref(name);
	g_object_unref(value);
}

static size_t columns_of(const struct line *l)
{
	char key[32] = "c0";
	size_t n = 0;

	while (n < TABLE_COLUMNS && line_find(l, key))
		snprintf(key, sizeof key, "c%zu", ++n);
	return n;
}

static void read_row(struct table *t, size_t row, const struct line *l)
{
	char key[32];

	for (size_t c = 0; c < t->columns; c++) {
		struct table_cell *x = &t->cell[row * t->columns + c];

		snprintf(key, sizeof key, "c%zu", c);
		x->text = line_get(l, key);
		snprintf(key, sizeof key, "t%zu", c);
		x->ink = ink_of(line_int(l, key, 0));
	}
}

/* The table whose head is piece `at`; behind it the first piece that is no row. */
static size_t put_table(struct sheet *s, const struct document *d, size_t at)
{
	const struct line *l = d->piece[at].line;
	struct table t = {.columns = columns_of(l)};
	size_t end = at + 1;
	char key[32];

	for (size_t c = 0; c < t.columns; c++) {
		snprintf(key, sizeof key, "c%zu", c);
		t.label[c] = line_get(l, key);
		snprintf(key, sizeof key, "right%zu", c);
		t.is_right[c] = line_int(l, key, 0) == 1;
	}
	while (end < d->pieces && !strcmp(d->piece[end].line->verb, "row"))
		end++;
	t.rows = end - at - 1;
	t.cell = memory_new((t.rows * t.columns + 1) * sizeof *t.cell);
	for (size_t r = 0; r < t.rows; r++)
		read_row(&t, r, d->piece[at + 1 + r].line);
	s->y += 4;
	table_set(s, &t);
	free(t.cell);
	return end;
}

/* The chart whose head is piece `at`; behind it the first piece that is no shape. */
static size_t put_chart(struct sheet *s, const struct document *d, size_t at)
{
	const struct line **shape;
	size_t end = at + 1;

	while (end < d->pieces && !strcmp(d->piece[end].line->verb, "shape"))
		end++;
	shape = memory_new((end - at) * sizeof *shape);
	for (size_t i = at + 1; i < end; i++)
		shape[i - at - 1] = d->piece[i].line;
	chart_set(s, d->piece[at].line, shape, end - at - 1);
	free(shape);
	return end;
}

static size_t put(struct sheet *s, const struct document *d, size_t at)
{
	const struct line *l = d->piece[at].line;

	if (!strcmp(l->verb, "table"))
		return put_table(s, d, at);
	if (!strcmp(l->verb, "chart"))
		return put_chart(s, d, at);
	if (!strcmp(l->verb, "fact"))
		put_fact(s, l);
	else if (!strcmp(l->verb, "heading"))
		put_block(s, line_get(l, "text"), heading_font, 14, 4, 60);
	else if (!strcmp(l->verb, "note"))
		put_block(s, line_get(l, "text"), small_font, 4, 4, 0);
	return at + 1;
}

/* The number of sheets; 0: it could not be set. */
static int set(const struct document *d, struct setting *setting, int sheets,
	       cairo_write_func_t write, void *with)
{
	const struct line *l = d->piece[0].line;
	struct sheet s;

	if (!sheet_open(&s, setting, line_get(l, "paper"), line_get(l, "text"),
			line_int(l, "now_us", 0), sheets, write, with))
		return 0;
	put_block(&s, line_get(l, "text"), title_font, 0, 10, 0);
	for (size_t at = 1; at < d->pieces;)
		at = put(&s, d, at);
	return sheet_close(&s) ? s.number : 0;
}

/* ---- writing ---- */

static cairo_status_t keep(void *with, const unsigned char *bytes, unsigned size)
{
	text_add(with, (const char *)bytes, size);
	return CAIRO_STATUS_SUCCESS;
}

static cairo_status_t count(void *with, const unsigned char *bytes, unsigned size)
{
	(void)with, (void)bytes, (void)size;
	return CAIRO_STATUS_SUCCESS;
}

static bool write_all(const struct text *t)
{
	const char *at = text_get(t);
	ssize_t n;

	for (size_t left = t->size; left; left -= (size_t)n, at += n)
		if ((n = write(STDOUT_FILENO, at, left)) <= 0)
			return false;
	return true;
}

static int print(const struct document *d, struct text *pdf)
{
	static struct setting setting; /* of both times */
	int sheets = set(d, &setting, 0, count, NULL);
	bool is_set = sheets && set(d, &setting, sheets, keep, pdf);

	setting_release(&setting);
	if (!sheets)
		return fail("it cannot be set: is the paper a4 or letter?");
	if (!is_set)
		return fail("no memory or no font");
	return write_all(pdf) ? 0 : fail("nobody takes the document");
}

static void release(struct document *d)
{
	for (size_t i = 0; i < d->pieces; i++) {
		free(d->piece[i].line);
		text_release(&d->piece[i].bytes);
	}
	free(d->piece);
}

int main(void)
{
	struct document d = {0};
	struct text input = {0}, pdf = {0};
	int status = 2;

	if (read_all(&input) && parse(&d, &input))
		status = print(&d, &pdf);
	else
		fail("what came in is no report: see core/render/lines.c");
	release(&d);
	text_release(&input);
	text_release(&pdf);
	return status;
}
