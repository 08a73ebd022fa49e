/* render/text: a page for terminals and mail: 76 columns where it fits, aligned, UTF-8.
 *
 * Nothing is ever cut off: a name too long for its column stands on a line of its own, a long last
 * column is wrapped. Width is what a terminal shows, not bytes; text that runs from right to left
 * is isolated so that it cannot move the figures beside it (F44). */
#include <locale.h>
#include <string.h>
#include <wchar.h>

#include "draw.h"
#include "page.h"

#define COLUMNS 76
#define GAP 2 /* between columns: 1 when they need the room */
#define NARROWEST_FIRST 12
#define NARROWEST_LAST 20

#define PLUS_MINUS "\xc2\xb1"
#define ISOLATE "\xe2\x81\xa8" /* FSI: what follows runs by itself, up to PDI */
#define ISOLATE_END "\xe2\x81\xa9"

struct writer {
	struct text *out;
	const struct page *page;
	const struct render_order *order;
	bool has_utf8;
};

static void add_spaces(struct text *t, int n)
{
	while (n-- > 0)
		text_putc(t, ' ');
}

/* Columns of `size` bytes of valid UTF-8. */
static int width_of(const char *at, size_t size)
{
	mbstate_t state = {0};
	int columns = 0, w;
	wchar_t rune;
	size_t n;

	for (; size; at += n, size -= n) {
		n = mbrtowc(&rune, at, size, &state);
		if (n == 0 || n > size) { /* no UTF-8 locale: a character a lead byte */
			n = 1;
			columns += (*at & 0xc0) != 0x80;
			state = (mbstate_t){0};
			continue;
		}
		w = wcwidth(rune);
		columns += w >= 0 ? w : 1;
	}
	return columns;
}

/* Hebrew, Arabic and what follows them up to U+08FF, their presentation forms, and U+10800 on. */
static bool runs_left(const char *s)
{
	const unsigned char *at = (const unsigned char *)s;

	for (; *at; at++)
		if ((at[0] >= 0xd6 && at[0] <= 0xdf) || (at[0] == 0xe0 && at[1] < 0xa4) ||
		    (at[0] == 0xef && at[1] >= 0xac && at[1] <= 0xbb) ||
		    (at[0] == 0xf0 && ((at[1] == 0x90 && at[2] >= 0xa0) || at[1] == 0x9e)))
			return true;
	return false;
}

static void add_safe(const struct writer *w, struct text *t, const char *text)
{
	struct text safe = {0};

	text_add_safe(&safe, text, strlen(text), SIZE_MAX / 2);
	if (!w->has_utf8) {
		for (size_t i = 0; i < safe.size; i++)
			if (!(safe.at[i] & 0x80))
				text_putc(t, safe.at[i]);
			else if (!strncmp(safe.at + i, PLUS_MINUS, strlen(PLUS_MINUS)))
				text_puts(t, "+-"); /* a figure must not become another one */
			else if ((safe.at[i] & 0xc0) != 0x80)
				text_putc(t, '?');
	} else if (runs_left(text_get(&safe))) {
		text_printf(t, ISOLATE "%s" ISOLATE_END, text_get(&safe));
	} else {
		text_add(t, text_get(&safe), safe.size);
	}
	text_release(&safe);
}

static void shown(const struct writer *w, struct text *into, const struct page_value *v)
{
	struct text plain = {0};

	text_clear(into);
	if (v->type == PAGE_BAR && !w->has_utf8)
		page_add_plain(&plain, v); /* no blocks: the letters */
	else
		page_add_shown(&plain, w->page, v);
	add_safe(w, into, text_get(&plain));
	text_release(&plain);
}

/* Words in lines up to column `until`; further lines begin at column `indent`. A line ends what it
 * isolates (Unicode's annex 9), so each is isolated by itself. */
static void add_wrapped(struct text *out, const char *words, int indent, int until)
{
	bool is_isolated = !strncmp(words, ISOLATE, strlen(ISOLATE));
	int at = indent;

	while (*words) {
		size_t n = strcspn(words, " ");
		int wide = width_of(words, n);

		if (at > indent && at + 1 + wide > until) {
			text_puts(out, is_isolated ? ISOLATE_END "\n" : "\n");
			add_spaces(out, indent);
			text_puts(out, is_isolated ? ISOLATE : "");
			at = indent;
		}
		if (at > indent)
			text_putc(out, ' ');
		at += wide + (at > indent);
		text_add(out, words, n);
		words += n + strspn(words + n, " ");
	}
}

/* ---- tables ---- */

struct grid {
	const struct page_table *table;
	size_t column[PAGE_COLUMNS], columns; /* those that people see */
	int width[PAGE_COLUMNS], gap;
};

static int sum_of(const struct grid *g)
{
	int sum = 0;

	for (size_t i = 0; i < g->columns; i++)
		sum += g->width[i] + (i ? g->gap : 0);
	return sum;
}

static const struct page_column *column_of(const struct grid *g, size_t i)
{
	return &g->table->column[g->column[i]];
}

static bool is_right(const struct grid *g, size_t i)
{
	return column_of(g, i)->flags & PAGE_RIGHT;
}

static void shrink(struct grid *g, size_t i, int least)
{
	int too_much = sum_of(g) - COLUMNS;

	if (too_much <= 0 || is_right(g, i) || g->width[i] <= least)
		return;
	g->width[i] = g->width[i] - too_much > least ? g->width[i] - too_much : least;
}

static void widen(int *width, int wide)
{
	*width = *width > wide ? *width : wide;
}

static void measure(const struct writer *w, struct grid *g)
{
	struct text cell = {0};

	for (size_t i = 0; i < g->table->columns; i++) {
		const struct page_column *c = &g->table->column[i];

		if (!page_is_shown(g->table, c))
			continue;
		g->column[g->columns] = i;
		text_clear(&cell);
		add_safe(w, &cell, c->label);
		g->width[g->columns++] = width_of(text_get(&cell), cell.size);
	}
	for (const struct page_row *r = g->columns ? g->table->first : NULL; r;
	     r = page_next_row(w->page, r))
		for (size_t i = 0; i < g->columns; i++) {
			shown(w, &cell, &r->cell[g->column[i]]);
			widen(&g->width[i], width_of(text_get(&cell), cell.size));
		}
	text_release(&cell);
	if (g->columns > 1)
		shrink(g, g->columns - 1, NARROWEST_LAST);
	if (sum_of(g) > COLUMNS)
		g->gap = 1;
	if (g->columns > 1)
		shrink(g, 0, NARROWEST_FIRST);
}

/* One cell at column *at. */
static void add_cell(struct text *out, const struct grid *g, size_t i, const char *cell, int *at)
{
	int wide = width_of(cell, strlen(cell)), room = g->width[i] - wide;
	bool is_last = i + 1 == g->columns;

	if (i) {
		add_spaces(out, g->gap);
		*at += g->gap;
	}
	if (is_right(g, i))
		add_spaces(out, room);
	if (room < 0 && is_last)
		add_wrapped(out, cell, *at, *at + g->width[i]);
	else
		text_puts(out, cell);
	if (!is_right(g, i) && room < 0 && !i && !is_last) {
		text_putc(out, '\n'); /* too long for its column: the rest stands below */
		add_spaces(out, g->width[i]);
	} else if (!is_right(g, i) && !is_last) {
		add_spaces(out, room);
	}
	*at += g->width[i];
}

static void add_header(const struct writer *w, const struct grid *g)
{
	struct text *out = w->out, label = {0};
	int at = 0;

	for (size_t i = 0; i < g->columns; i++) {
		text_clear(&label);
		add_safe(w, &label, column_of(g, i)->label);
		add_cell(out, g, i, text_get(&label), &at);
	}
	text_release(&label);
	text_putc(out, '\n');
	for (size_t i = 0; i < g->columns; i++) {
		add_spaces(out, i ? g->gap : 0);
		for (int n = 0; n < g->width[i]; n++)
			text_putc(out, '-');
	}
	text_putc(out, '\n');
}

static void add_table(const struct writer *w, const struct page_table *t)
{
	struct grid g = {.table = t, .gap = GAP};
	struct text cell = {0};

	measure(w, &g);
	if (!g.columns || !page_is_shown(t, NULL))
		return;
	text_putc(w->out, '\n');
	add_header(w, &g);
	for (const struct page_row *r = t->first; r; r = page_next_row(w->page, r)) {
		int at = 0;

		for (size_t i = 0; i < g.columns; i++) {
			shown(w, &cell, &r->cell[g.column[i]]);
			add_cell(w->out, &g, i, text_get(&cell), &at);
		}
		text_putc(w->out, '\n');
		render_pour(w->out, w->order);
	}
	text_release(&cell);
}

/* ---- the rest ---- */

static void add_line(const struct writer *w, const char *line, char under)
{
	struct text safe = {0};
	int wide;

	add_safe(w, &safe, line);
	wide = width_of(text_get(&safe), safe.size);
	text_printf(w->out, "%s\n", text_get(&safe));
	for (int i = 0; i < wide && i < COLUMNS; i++)
		text_putc(w->out, under);
	text_putc(w->out, '\n');
	text_release(&safe);
}

static int label_width(const struct page *p)
{
	int widest = 0, wide;

	for (const struct page_piece *b = p->first; b; b = b->next) {
		if (b->kind != PIECE_FACT || !b->text)
			continue;
		wide = width_of(b->text, strlen(b->text));
		widest = wide > widest ? wide : widest;
	}
	return widest;
}

static void add_fact(const struct writer *w, const struct page_piece *b, int column)
{
	struct text safe = {0};

	if (!b->text)
		return;
	add_safe(w, w->out, b->text);
	text_putc(w->out, ':');
	add_spaces(w->out, column - width_of(b->text, strlen(b->text)) + 1);
	shown(w, &safe, &b->value);
	add_wrapped(w->out, text_get(&safe), column + 2, COLUMNS);
	text_putc(w->out, '\n');
	text_release(&safe);
}

static void add_note(const struct writer *w, const char *note)
{
	struct text safe = {0};

	add_safe(w, &safe, note);
	text_putc(w->out, '\n');
	add_wrapped(w->out, text_get(&safe), 0, COLUMNS);
	text_putc(w->out, '\n');
	text_release(&safe);
}

static bool is_seen(const struct page_piece *b)
{
	return (b->kind != PIECE_FACT || b->text) &&
	       (b->kind != PIECE_TABLE || page_is_shown(&b->table, NULL));
}

/* ---- charts ---- */

/* How many bytes of it are at most so many columns. */
static size_t bytes_within(const char *text, int columns)
{
	size_t n = 0, next;

	for (; text[n]; n = next) {
		for (next = n + 1; (text[next] & 0xc0) == 0x80;)
			next++;
		if (width_of(text, next) > columns)
			break;
	}
	return n;
}

/* A name in a column of so many, 0: as it is. */
static void add_name(struct text *t, const char *name, int columns, const void *with)
{
	const struct writer *w = with;
	struct text safe = {0}, fit = {0};
	size_t size;

	text_add_safe(&safe, name, strlen(name), SIZE_MAX / 2);
	size = safe.size;
	if (columns && width_of(text_get(&safe), size) > columns)
		size = bytes_within(text_get(&safe), columns - 2);
	text_add(&fit, text_get(&safe), size);
	text_puts(&fit, size < safe.size ? ".." : "");
	text_clear(&safe);
	add_safe(w, &safe, text_get(&fit));
	text_add(t, text_get(&safe), safe.size);
	add_spaces(t, columns - width_of(text_get(&safe), safe.size));
	text_release(&safe);
	text_release(&fit);
}

static void add_chart(const struct writer *w, const struct page_picture *c)
{
	struct text says = {0};

	text_putc(w->out, '\n');
	add_name(w->out, c->chart.title, 0, w);
	text_puts(w->out, ":\n");
	draw_characters(w->out, c, w->has_utf8, add_name, w);
	draw_says(&says, c);
	add_note(w, text_get(&says));
	text_release(&says);
}

static void add_all(const struct writer *w)
{
	int column = label_width(w->page);
	const struct page_piece *above = NULL; /* that people see */

	if (w->page->title)
		add_line(w, w->page->title, '=');
	for (const struct page_piece *b = w->page->first; b; b = b->next) {
		if (b->kind == PIECE_HEADING) {
			text_putc(w->out, '\n');
			add_line(w, b->text, '-');
		} else if (b->kind == PIECE_NOTE) {
			add_note(w, b->text);
		} else if (b->kind == PIECE_FACT) {
			if (b->text && above && above->kind != PIECE_FACT &&
			    above->kind != PIECE_HEADING)
				text_putc(w->out, '\n');
			add_fact(w, b, column);
		} else if (b->kind == PIECE_CHART) {
			add_chart(w, &b->picture);
		} else {
			add_table(w, &b->table);
		}
		above = is_seen(b) ? b : above;
		render_pour(w->out, w->order);
	}
}

bool render_text(struct text *t, const struct page *p, const struct render_order *o,
		 struct text *wrong)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
	const struct writer w = {t, p, o, o->has_utf8};

	(void)wrong;
	add_all(&w);
	if (utf8) {
		uselocale(before);
		freelocale(utf8);
	}
	return true;
}
