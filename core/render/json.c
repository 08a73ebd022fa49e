/* render/json: a page as one JSON document: its facts, then its tables as lists of objects.
 *
 * Rows that stand within a row of another table (page_row_of) become part of that row. Numbers are
 * integers, percentages strings: nothing is rounded by somebody's floating point. Written as it
 * goes, each row once, so that no document is ever whole in memory; jansson writes the strings. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../web/json.h"
#include "page.h"

struct writer {
	struct text *out;
	const struct page *page;
	const struct render_order *order;
};

/* ---- values ---- */

/* Printable ASCII that needs no escape, as keys are. */
static bool is_bare(const char *text)
{
	while (*text >= ' ' && *text < 0x7f && *text != '"' && *text != '\\')
		text++;
	return !*text;
}

/* Whether it has what could trick a terminal that shows the document. */
static bool misleads(const char *text)
{
	struct text safe = {0};
	bool is_other;

	text_add_safe(&safe, text, strlen(text), SIZE_MAX / 2);
	is_other = strcmp(text_get(&safe), text);
	text_release(&safe);
	return is_other;
}

/* Programs get texts exactly as they were; what could trick a terminal is escaped. Bytes that are
 * no UTF-8 are no text of JSON: they become U+FFFD. */
static void put_string(struct text *t, const char *text)
{
	if (is_bare(text)) {
		text_putc(t, '"');
		text_puts(t, text);
		text_putc(t, '"');
		return;
	}
	json_t *exact = json_string(text), *shown = exact ? exact : json_safe(text);
	char *made = json_dumps(shown, JSON_ENCODE_ANY | (misleads(text) ? JSON_ENSURE_ASCII : 0));

	text_puts(t, made ? made : "\"\"");
	free(made);
	json_decref(shown);
}

/* Percentages and times: digits and signs alone. */
static void put_plain(struct text *t, const struct page_value *v)
{
	text_putc(t, '"');
	page_add_plain(t, v);
	text_putc(t, '"');
}

static void put_value(struct text *t, const struct page_value *v)
{
	switch ((enum page_type)v->type) {
	case PAGE_NONE:
		text_puts(t, "null");
		break;
	case PAGE_INT:
	case PAGE_ELAPSED:
	case PAGE_DECIMAL:
	case PAGE_EXACT:
	case PAGE_SECONDS:
	case PAGE_ROUNDED:
	case PAGE_CLOCK:
	case PAGE_BOOL:
		page_add_plain(t, v);
		break;
	case PAGE_PERCENT:
	case PAGE_NINES:
	case PAGE_TIME:
		put_plain(t, v);
		break;
	default:
		put_string(t, v->text);
	}
}

/* ---- objects and lists ---- */

struct list {
	struct text *out;
	int depth;
	bool has_any, is_object;
};

static struct list begin(struct text *t, int depth, bool is_object)
{
	text_putc(t, is_object ? '{' : '[');
	return (struct list){t, depth, false, is_object};
}

static void put_indent(const struct list *l, int depth)
{
	text_putc(l->out, '\n');
	while (depth-- > 0)
		text_putc(l->out, ' ');
}

/* `key` of an object's member. */
static void put_item(struct list *l, const char *key)
{
	if (l->has_any)
		text_putc(l->out, ',');
	l->has_any = true;
	put_indent(l, l->depth);
	if (!l->is_object)
		return;
	put_string(l->out, key);
	text_puts(l->out, ": ");
}

static void end(const struct list *l)
{
	if (l->has_any)
		put_indent(l, l->depth - 1);
	text_putc(l->out, l->is_object ? '}' : ']');
}

/* ---- rows ---- */

static size_t data_columns(const struct page_table *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->columns; i++)
		n += page_is_data(t, &t->column[i]);
	return n;
}

static size_t nth_data_column(const struct page_table *t, size_t n)
{
	size_t i = 0;

	for (;; i++)
		if (page_is_data(t, &t->column[i]) && !n--)
			return i;
}

/* The columns of a row from the `first` data column on. */
static void put_columns(struct list *into, const struct page_table *t, const struct page_row *row,
			size_t first)
{
	size_t n = 0;

	for (size_t i = 0; i < t->columns; i++)
		if (page_is_data(t, &t->column[i]) && n++ >= first) {
			put_item(into, t->column[i].key);
			put_value(into->out, &row->cell[i]);
		}
}

static void put_keyed(struct list *into, const struct page_table *t, const struct page_row *row)
{
	struct text key = {0};

	page_add_plain(&key, &row->cell[nth_data_column(t, 0)]);
	put_item(into, text_get(&key));
	text_release(&key);
	if (data_columns(t) == 2) {
		put_value(into->out, &row->cell[nth_data_column(t, 1)]);
		return;
	}
	struct list one = begin(into->out, into->depth + 1, true);

	put_columns(&one, t, row, 1);
	end(&one);
}

/* A row of a table that stands in no other, or within a row of one. */
static void put_row(struct list *into, const struct page_table *t, const struct page_row *row)
{
	if (t->flags & PAGE_KEYED) {
		put_keyed(into, t, row);
		return;
	}
	put_item(into, NULL);
	struct list one = begin(into->out, into->depth + 1, true);

	put_columns(&one, t, row, 0);
	end(&one);
}

/* ---- tables within a table ---- */

struct child {
	const struct page_table *table;
	const struct page_row *next; /* the first that was not written, where they are in order */
};

static size_t find_children(const struct page *p, const struct page_table *t, struct child *child)
{
	size_t n = 0;

	for (const struct page_piece *b = p->first; b; b = b->next)
		if (page_data_of(b) && b->table.parent == t && data_columns(&b->table)) {
			if (child)
				child[n] = (struct child){&b->table, b->table.first};
			n++;
		}
	return n;
}

/* Every row of the parent gets the member, also where no row of the table belongs to it. */
static void put_child(const struct writer *w, struct list *into, struct child *c, size_t of)
{
	struct list rows;
	const struct page_row *r = c->table->is_ordered ? c->next : c->table->first;

	put_item(into, c->table->key);
	rows = begin(w->out, into->depth + 1, c->table->flags & PAGE_KEYED);
	for (; r && (r->of <= of || !c->table->is_ordered); r = page_next_row(w->page, r))
		if (r->of == of)
			put_row(&rows, c->table, r);
	end(&rows);
	c->next = r;
}

static void put_parent(const struct writer *w, struct list *into, const struct page_table *t,
		       struct child *child, size_t children)
{
	size_t n = 0;

	for (const struct page_row *r = t->first; r; r = page_next_row(w->page, r), n++) {
		put_item(into, NULL);
		struct list one = begin(w->out, into->depth + 1, true);

		put_columns(&one, t, r, 0);
		for (size_t i = 0; i < children; i++)
			put_child(w, &one, &child[i], n);
		end(&one);
		render_pour(w->out, w->order);
	}
}

static void put_table(const struct writer *w, struct list *into, const struct page_table *t)
{
	size_t children = find_children(w->page, t, NULL);
	struct child *child;
	struct list rows;

	rows = begin(w->out, into->depth + 1, t->flags & PAGE_KEYED);
	if (children) {
		child = memory_new(children * sizeof *child);
		find_children(w->page, t, child);
		put_parent(w, &rows, t, child, children);
		free(child);
	}
	for (const struct page_row *r = children ? NULL : t->first; r;
	     r = page_next_row(w->page, r)) {
		put_row(&rows, t, r);
		render_pour(w->out, w->order);
	}
	end(&rows);
}

/* ---- the document ---- */

static void put_head(struct list *into, const struct page *p)
{
	const struct page_value from = page_value(PAGE_TIME, p->period.from_us),
				to = page_value(PAGE_TIME, p->period.to_us);

	put_item(into, "report");
	put_string(into->out, p->report);
	put_item(into, "from");
	put_value(into->out, &from);
	put_item(into, "to");
	put_value(into->out, &to);
	put_item(into, "zone");
	put_string(into->out, p->period.zone);
}

static bool is_member(const struct page_piece *b)
{
	if (b->kind == PIECE_FACT)
		return b->key;
	return page_data_of(b) && data_columns(&b->table) && !b->table.parent;
}

/* A key stands once: a later one takes the place of an earlier, a table that of a fact. */
static const struct page_piece *last_of(const struct page *p, const char *key)
{
	const struct page_piece *last = NULL;

	for (const struct page_piece *b = p->first; b; b = b->next)
		if (is_member(b) && !strcmp(b->key, key) &&
		    !(last && last->kind != PIECE_FACT && b->kind == PIECE_FACT))
			last = b;
	return last;
}

/* Facts go first, then tables. */
static const struct page_piece *first_of(const struct page *p, const char *key)
{
	const struct page_piece *first = NULL;

	for (const struct page_piece *b = p->first; b; b = b->next)
		if (is_member(b) && !strcmp(b->key, key) &&
		    (!first || (first->kind != PIECE_FACT && b->kind == PIECE_FACT)))
			first = b;
	return first;
}

static void put_members(const struct writer *w, struct list *into, bool are_facts)
{
	for (const struct page_piece *b = w->page->first; b; b = b->next) {
		const struct page_piece *value;

		if ((b->kind == PIECE_FACT) != are_facts || !is_member(b) ||
		    first_of(w->page, b->key) != b)
			continue;
		value = last_of(w->page, b->key);
		put_item(into, b->key);
		if (value->kind == PIECE_FACT)
			put_value(w->out, &value->value);
		else
			put_table(w, into, &value->table);
	}
}

bool render_json(struct text *t, const struct page *p, const struct render_order *o,
		 struct text *wrong)
{
	const struct writer w = {t, p, o};
	struct list all = begin(t, 1, true);

	(void)wrong;
	put_head(&all, p);
	put_members(&w, &all, true);
	put_members(&w, &all, false);
	end(&all);
	text_putc(t, '\n');
	return true;
}
