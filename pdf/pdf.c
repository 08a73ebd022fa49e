/* nines-pdf: prints a report: lines of core/render/lines.c on standard input, a PDF on standard
 * output.
 *
 * A program of its own, so that no other process of nines carries a type setter, and so that what a
 * report module wrote meets the fonts of this machine outside of any process that matters. With
 * --progress it says on standard error how far it is: lines `progress PERCENT`.
 * Exit status: 0 done, 2 it could not be done: one line on standard error says why. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../core/base/line.h"
#include "../core/base/map.h"
#include "../core/base/memory.h"
#include "../core/base/text.h"
#include "catalog.h"
#include "chart.h"
#include "mark.h"
#include "sheet.h"
#include "table.h"
#include "want.h"

#define INPUT_MOST (256u << 20)
#define MARKED_CELLS 5000 /* each is 100 bytes more: a document of more has its rows marked */

struct piece {
	int level, number; /* of a heading and the title: see sheet_heading; else 0 */
	struct line *line; /* its words, in `bytes` */
	struct text bytes;
};

struct document {
	struct map heading; /* the first of each text */
	size_t cells;
	struct piece *piece;
	size_t pieces, room;
	bool tells;
};

static const struct setting_font text_font = {9, false}, small_font = {8, false};

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
	static struct line line; /* the largest: most words of it go unused, and are not kept */
	struct piece *p;

	if (d->pieces == d->room) {
		d->room = d->room ? 2 * d->room : 256;
		d->piece = memory_resize(d->piece, d->room * sizeof *d->piece);
	}
	p = &d->piece[d->pieces++];
	*p = (struct piece){0};
	text_add(&p->bytes, at, size);
	if (line_parse(&line, p->bytes.at, p->bytes.size))
		return false;
	size = offsetof(struct line, word) + line.words * sizeof *line.word;
	p->line = memcpy(memory_new(size), &line, size);
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

static size_t columns_of(const struct line *l)
{
	char key[32] = "c0";
	size_t n = 0;

	while (n < TABLE_COLUMNS && line_find(l, key))
		snprintf(key, sizeof key, "c%zu", ++n);
	return n;
}

/* Headings, the title the first of them, and how much there is. */
static void look_through(struct document *d)
{
	int number = 1;

	d->piece[0].level = d->piece[0].number = 1;
	for (size_t i = 1; i < d->pieces; i++) {
		struct piece *p = &d->piece[i];
		const char *text = line_get(p->line, "text");

		if (!strcmp(p->line->verb, "row"))
			d->cells += columns_of(p->line);
		if (strcmp(p->line->verb, "heading"))
			continue;
		p->level = line_int(p->line, "level", 2) == 3 ? 3 : 2;
		p->number = ++number;
		if (!map_find_text(&d->heading, text))
			map_put_text(&d->heading, text, p);
	}
}

static enum ink ink_of(int64_t tone)
{
	return tone >= INK_PLAIN && tone <= INK_DIM ? (enum ink)tone : INK_PLAIN;
}

/* ---- setting ---- */

static void put_note(struct sheet *s, const struct line *note)
{
	PangoLayout *l = sheet_text(s, line_get(note, "text"), small_font, sheet_room(s), 0);

	s->y += s->y > s->margin && !s->helds ? 4 : 0;
	sheet_need(s, sheet_height_of(l));
	mark_begin(s, "P");
	sheet_put(s, l, s->margin, s->y, INK_PLAIN);
	mark_end(s, "P");
	s->y += sheet_height_of(l) + 4;
	g_object_unref(l);
}

static void hold_heading(struct sheet *s, const struct piece *p)
{
	static const struct sheet_heading of_level[SHEET_LEVELS + 1] = {
		[1] = {.level = 1, .font = {17, true}, .after = 10},
		[2] = {.level = 2, .font = {12, true}, .before = 16, .after = 4},
		[3] = {.level = 3, .font = {10, true}, .before = 10, .after = 3},
	};
	struct sheet_heading h = of_level[p->level];

	h.text = line_get(p->line, "text");
	h.number = p->number;
	sheet_hold(s, &h);
}

static void put_fact(struct sheet *s, const struct line *l)
{
	static const struct setting_font loud_font = {9, true};
	double label = 110, height;
	enum ink ink = ink_of(line_int(l, "tone", 0));
	PangoLayout *name = sheet_text(s, line_get(l, "label"), text_font, label - 8, 0);
	PangoLayout *value =
		sheet_text(s, line_get(l, "text"), ink == INK_BAD ? loud_font : text_font,
			   sheet_room(s) - label, SET_NAME); /* to be told without colour, too */

	height = sheet_height_of(name);
	height = sheet_height_of(value) > height ? sheet_height_of(value) : height;
	sheet_need(s, height + 2);
	mark_begin(s, "P");
	sheet_put(s, name, s->margin, s->y, INK_DIM);
	sheet_put(s, value, s->margin + label, s->y, ink);
	mark_end(s, "P");
	s->y += height + 2;
	g_object_unref(name);
	g_object_unref(value);
}

/* A name in the first column leads to the heading that says the same. */
static int heading_of(const struct document *d, const char *text)
{
	const struct piece *p = *text ? map_find_text(&d->heading, text) : NULL;

	return p ? p->number : 0;
}

static void read_row(const struct document *d, struct table *t, size_t row, const struct line *l)
{
	char key[32];

	for (size_t c = 0; c < t->columns; c++) {
		struct table_cell *x = &t->cell[row * t->columns + c];

		snprintf(key, sizeof key, "c%zu", c);
		x->text = line_get(l, key);
		snprintf(key, sizeof key, "t%zu", c);
		x->ink = ink_of(line_int(l, key, 0));
		snprintf(key, sizeof key, "long%zu", c);
		t->is_long[c] |= line_int(l, key, 0) == 1;
		x->heading = c ? 0 : heading_of(d, x->text);
	}
}

/* The table whose head is piece `at`; behind it the first piece that is no row. */
static size_t put_table(struct sheet *s, const struct document *d, size_t at)
{
	const struct line *l = d->piece[at].line;
	struct table t = {.columns = columns_of(l), .is_marked = d->cells <= MARKED_CELLS};
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
		read_row(d, &t, r, d->piece[at + 1 + r].line);
	s->y += s->helds ? 0 : 8;
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
		hold_heading(s, &d->piece[at]);
	else if (!strcmp(l->verb, "note"))
		put_note(s, l);
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
	s.tells = d->tells;
	hold_heading(&s, &d->piece[0]);
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

static int print(struct document *d, struct text *pdf)
{
	static struct setting setting; /* of both times */

	look_through(d);
	int sheets = set(d, &setting, 0, count, NULL);
	bool is_set = sheets && set(d, &setting, sheets, keep, pdf);

	setting_release(&setting);
	if (!sheets)
		return fail("it cannot be set: is the paper a4 or letter?");
	if (!is_set)
		return fail("no memory or no font");
	catalog_complete(pdf);
	return write_all(pdf) ? 0 : fail("nobody takes the document");
}

static void release(struct document *d)
{
	for (size_t i = 0; i < d->pieces; i++) {
		free(d->piece[i].line);
		text_release(&d->piece[i].bytes);
	}
	map_release(&d->heading);
	free(d->piece);
}

int main(int argc, char **argv)
{
	struct document d = {.tells = argc > 1 && !strcmp(argv[1], "--progress")};
	struct text input = {0}, pdf = {0};
	int status = 2;

	want_end();
	if (read_all(&input) && parse(&d, &input))
		status = print(&d, &pdf);
	else
		fail("what came in is no report: see core/render/lines.c");
	release(&d);
	text_release(&input);
	text_release(&pdf);
	return status;
}
