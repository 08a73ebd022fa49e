/* render/csv: one table of a page by RFC 4180: a header, CRLF, quotes where needed.
 *
 * A row stands alone: report, period and zone are its first columns, then the first column of the
 * row it explains (page_row_of). Text that a spreadsheet would
 * take for a formula gets an apostrophe in front (CWE-1236). */
#include <string.h>

#include "../base/clock.h"
#include "page.h"

#define FORMULA "=+-@\t\r|%"

static void add_field(struct text *t, const char *field, bool is_text)
{
	bool is_quoted = field[strcspn(field, ",\"\r\n")];

	if (is_text && *field && strchr(FORMULA, *field))
		is_quoted = true;
	if (is_quoted)
		text_putc(t, '"');
	if (is_text && *field && strchr(FORMULA, *field))
		text_putc(t, '\'');
	for (; *field; field++) {
		if (*field == '"')
			text_putc(t, '"');
		text_putc(t, *field);
	}
	if (is_quoted)
		text_putc(t, '"');
}

/* Valid UTF-8 without control characters, whatever a server or a configuration said. */
static void add_text(struct text *t, const char *field)
{
	struct text safe = {0};

	text_add_safe(&safe, field, strlen(field), SIZE_MAX / 2);
	add_field(t, text_get(&safe), true);
	text_release(&safe);
}

static void add_cell(struct text *t, const struct page_value *v)
{
	struct text plain = {0};

	page_add_plain(&plain, v);
	if (v->type == PAGE_TEXT || v->type == PAGE_BAR)
		add_text(t, text_get(&plain));
	else
		add_field(t, text_get(&plain), false);
	text_release(&plain);
}

/* `explained`: the row of the parent table, NULL: there is none. */
static void add_row(struct text *t, const struct page *p, const struct page_table *table,
		    const struct page_row *row, const struct page_row *explained)
{
	add_text(t, p->report);
	text_putc(t, ',');
	clock_add_utc(t, p->period.from_us, 0);
	text_putc(t, ',');
	clock_add_utc(t, p->period.to_us, 0);
	text_putc(t, ',');
	add_text(t, p->period.zone);
	if (explained) {
		text_putc(t, ',');
		add_cell(t, &explained->cell[0]);
	}
	for (size_t i = 0; i < table->columns; i++)
		if (page_is_data(table, &table->column[i])) {
			text_putc(t, ',');
			add_cell(t, &row->cell[i]);
		}
	text_puts(t, "\r\n");
}

static void add_header(struct text *t, const struct page_table *table)
{
	text_puts(t, "report,from,to,zone");
	if (table->parent) {
		text_putc(t, ',');
		add_text(t, table->parent->column[0].key);
	}
	for (size_t i = 0; i < table->columns; i++)
		if (page_is_data(table, &table->column[i])) {
			text_putc(t, ',');
			add_text(t, table->column[i].key);
		}
	text_puts(t, "\r\n");
}

/* Rows mostly come in the order of those that they explain. */
static void add_rows(struct text *t, const struct page *p, const struct page_table *table,
		     const struct render_order *o)
{
	const struct page_row *explained = table->parent ? table->parent->first : NULL;
	size_t at = 0;

	for (const struct page_row *r = table->first; r; r = page_next_row(p, r)) {
		if (table->parent && r->of < at) {
			explained = table->parent->first;
			at = 0;
		}
		for (; table->parent && at < r->of; at++)
			explained = explained->next;
		add_row(t, p, table, r, explained);
		render_pour(t, o);
	}
}

/* A table goes before what a chart shows, unless it is named. */
static const struct page_table *choose(const struct page *p, const char *key)
{
	const struct page_table *first = NULL;

	for (const struct page_piece *b = p->first; b; b = b->next) {
		const struct page_table *t = page_data_of(b);

		if (t && (key ? !strcmp(key, b->key) : b->kind == PIECE_TABLE))
			return t;
		first = first || key ? first : t;
	}
	return first;
}

static void refuse(const struct page *p, const char *key, struct text *wrong)
{
	const char *comma = "";

	if (!choose(p, NULL)) {
		text_printf(wrong, "the report '%s' has no table for CSV", p->report);
		return;
	}
	text_printf(wrong, "the report '%s' has no table '%s': it has ", p->report, key);
	for (const struct page_piece *b = p->first; b; b = b->next)
		if (page_data_of(b)) {
			text_printf(wrong, "%s'%s'", comma, b->key);
			comma = ", ";
		}
}

bool render_csv(struct text *t, const struct page *p, const struct render_order *o,
		struct text *wrong)
{
	const struct page_table *table = choose(p, o->table);

	if (!table) {
		refuse(p, o->table, wrong);
		return false;
	}
	add_header(t, table);
	add_rows(t, p, table, o);
	return true;
}
