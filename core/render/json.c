/* render/json: a page as one JSON document: its facts, then its tables as lists of objects.
 *
 * Rows that stand within a row of another table (page_row_of) become part of that row. Numbers are
 * integers, percentages strings: nothing is rounded by somebody's floating point. */
#include <jansson.h>
#include <string.h>

#include "../base/clock.h"
#include "../web/json.h"
#include "page.h"

static json_t *text_of(const struct page_value *v)
{
	struct text t = {0};
	json_t *made;

	page_add_plain(&t, v);
	made = json_safe(text_get(&t));
	text_release(&t);
	return made;
}

static json_t *value_of(const struct page_value *v)
{
	switch ((enum page_type)v->type) {
	case PAGE_NONE:
		return json_null();
	case PAGE_INT:
	case PAGE_ELAPSED:
	case PAGE_DECIMAL:
	case PAGE_EXACT:
		return json_integer(v->number);
	case PAGE_SECONDS:
		return json_integer(page_seconds(v->number));
	case PAGE_ROUNDED:
	case PAGE_CLOCK:
		return json_integer((v->number + CLOCK_SECOND / 2) / CLOCK_SECOND);
	case PAGE_BOOL:
		return json_boolean(v->number);
	default:
		return text_of(v);
	}
}

static json_t *time_of(int64_t us)
{
	const struct page_value v = page_value(PAGE_TIME, us);

	return text_of(&v);
}

/* The columns of a row from the `first` data column on; with `bare` the only one itself. */
static json_t *row_json(const struct page_table *t, const struct page_row *row, size_t first)
{
	json_t *made = json_object();
	size_t n = 0;

	for (size_t i = 0; i < t->columns; i++)
		if (page_is_data(t, &t->column[i]) && n++ >= first)
			json_object_set_new(made, t->column[i].key, value_of(&row->cell[i]));
	return made;
}

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

static json_t *empty(const struct page_table *t)
{
	return t->flags & PAGE_KEYED ? json_object() : json_array();
}

static void add_row(json_t *into, const struct page_table *t, const struct page_row *row)
{
	struct text key = {0}, safe = {0};

	if (!(t->flags & PAGE_KEYED)) {
		json_array_append_new(into, row_json(t, row, 0));
		return;
	}
	page_add_plain(&key, &row->cell[nth_data_column(t, 0)]);
	text_add_safe(&safe, text_get(&key), key.size, SIZE_MAX / 2);
	json_object_set_new(into, text_get(&safe),
			    data_columns(t) == 2 ? value_of(&row->cell[nth_data_column(t, 1)])
						 : row_json(t, row, 1));
	text_release(&key);
	text_release(&safe);
}

/* Every row of the parent gets the member, also where no row of the table belongs to it. */
static void add_within(json_t *all, const struct page_table *t)
{
	json_t *parent = json_object_get(all, t->parent->key), *row;

	for (size_t i = 0; i < json_array_size(parent); i++)
		json_object_set_new(json_array_get(parent, i), t->key, empty(t));
	for (size_t i = 0; i < t->rows; i++) {
		row = json_array_get(parent, t->row[i].of);
		add_row(json_object_get(row, t->key), t, &t->row[i]);
	}
}

static void add_table(json_t *all, const struct page_table *t)
{
	json_t *made;

	if (!page_is_data(t, NULL) || !data_columns(t))
		return;
	if (t->parent) {
		add_within(all, t);
		return;
	}
	made = empty(t);
	for (size_t i = 0; i < t->rows; i++)
		add_row(made, t, &t->row[i]);
	json_object_set_new(all, t->key, made);
}

bool render_json(struct text *t, const struct page *p, const struct render_order *o,
		 struct text *wrong)
{
	json_t *all = json_object();

	(void)o;
	(void)wrong;
	json_object_set_new(all, "report", json_safe(p->report));
	json_object_set_new(all, "from", time_of(p->period.from_us));
	json_object_set_new(all, "to", time_of(p->period.to_us));
	json_object_set_new(all, "zone", json_safe(p->period.zone));
	for (const struct page_piece *b = p->first; b; b = b->next)
		if (b->kind == PIECE_FACT && b->key)
			json_object_set_new(all, b->key, value_of(&b->value));
	for (const struct page_piece *b = p->first; b; b = b->next)
		if (page_data_of(b))
			add_table(all, &b->table);
	json_write(t, all);
	return true;
}
