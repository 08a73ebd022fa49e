/* render/page: the filling of a document: what <nines/report.h> promises to modules. See page.h. */
#include "page.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

void page_init(struct page *p, const char *report, const struct zone *zone,
	       const struct page_period *period)
{
	*p = (struct page){
		.magic = PAGE_MAGIC, .zone = zone, .period = *period, .report = report};
	arena_init(&p->arena, NULL, 0, PAGE_BYTES);
}

void page_release(struct page *p)
{
	for (struct page_piece *b = p->first; b; b = b->next)
		page_picture_release(&b->picture);
	arena_release(&p->arena);
	text_release(&p->wrong);
	*p = (struct page){0};
}

void page_spill(struct page *p, struct spool *spool)
{
	p->spool = spool;
	p->arena.cap_bytes = PAGE_SPILLED_BYTES;
	p->arena.more = spool_more;
	p->arena.more_with = spool;
	p->arena.more_from_bytes = PAGE_HEAP_BYTES;
}

const struct page_row *page_next_row(const struct page *p, const struct page_row *row)
{
	if (p->spool)
		spool_look(p->spool);
	return row->next;
}

void page_refuse(struct page *p, const char *format, ...)
{
	va_list ap;

	if (p->wrong.size)
		return;
	va_start(ap, format);
	text_vprintf(&p->wrong, format, ap);
	va_end(ap);
}

void page_wrong_order(struct page *p, const char *format, ...)
{
	va_list ap;

	if (p->wrong.size)
		return;
	p->is_wrong_order = true;
	va_start(ap, format);
	text_vprintf(&p->wrong, format, ap);
	va_end(ap);
}

void page_cover(struct page *p, int64_t from_us, int64_t to_us)
{
	p->period.from_us = from_us;
	p->period.to_us = to_us;
	p->period.is_month = false;
	p->period.is_running = p->period.now_us < to_us;
}

static void refuse_size(struct page *p)
{
	size_t mb = p->arena.used_bytes >> 20;

	if (p->spool && p->spool->is_full)
		page_refuse(p, "the report needs more than the %zu MB that the folder of temporary "
			       "files has room for: name another in TMPDIR", mb);
	else if (p->spool && p->arena.used_bytes + PAGE_HEAP_BYTES < PAGE_SPILLED_BYTES)
		page_refuse(p, "there is no memory for more than %zu MB of the report: ask for a "
			       "shorter time, or for less", mb);
	else
		page_refuse(p, "the report is larger than %zu MB", mb);
}

const char *page_keep(struct page *p, const char *text)
{
	char *kept = text ? arena_copy(&p->arena, text, strlen(text)) : NULL;

	if (text && !kept)
		refuse_size(p);
	return kept;
}

/* NULL when the page is full; what is added then is lost, and so is the page. */
struct page_piece *page_add_piece(struct page *p, enum page_piece_kind kind, const char *key,
				  const char *text)
{
	struct page_piece *b = arena_alloc(&p->arena, sizeof *b);

	assert(p->magic == PAGE_MAGIC);
	if (!b) {
		refuse_size(p);
		return NULL;
	}
	b->kind = kind;
	b->key = page_keep(p, key);
	b->text = page_keep(p, text);
	if (p->last)
		p->last->next = b;
	else
		p->first = b;
	p->last = b;
	return b;
}

/* `above`: a value that is kept already and may well have the same text. NULL: none. */
static struct page_value keep_value(struct page *p, struct page_value v,
				    const struct page_value *above)
{
	bool has_text = v.type == PAGE_TEXT || v.type == PAGE_BAR;

	if (has_text && v.text && above && above->type == v.type && !strcmp(v.text, above->text)) {
		v.text = above->text;
		return v;
	}
	if (has_text)
		v.text = page_keep(p, v.text ? v.text : "");
	if (has_text && !v.text)
		v.type = PAGE_NONE;
	return v;
}

void page_title(struct page *p, const char *text)
{
	p->title = page_keep(p, text);
}

void page_heading(struct page *p, const char *text)
{
	page_add_piece(p, PIECE_HEADING, NULL, text);
}

void page_subheading(struct page *p, const char *text)
{
	struct page_piece *b = page_add_piece(p, PIECE_HEADING, NULL, text);

	if (b)
		b->is_sub = true;
}

void page_note(struct page *p, const char *format, ...)
{
	struct text t = {0};
	va_list ap;

	va_start(ap, format);
	text_vprintf(&t, format, ap);
	va_end(ap);
	page_add_piece(p, PIECE_NOTE, NULL, text_get(&t));
	text_release(&t);
}

void page_fact(struct page *p, const char *key, const char *label, struct page_value value)
{
	struct page_piece *b = page_add_piece(p, PIECE_FACT, key, label);

	if (b)
		b->value = keep_value(p, value, NULL);
}

void page_table(struct page *p, const char *key, const struct page_column *column, size_t columns,
		uint32_t flags)
{
	struct page_piece *b = page_add_piece(p, PIECE_TABLE, key, NULL);
	struct page_column *kept;

	if (!columns || columns > PAGE_COLUMNS)
		page_refuse(p, "a table has %zu columns: 1 to %d are possible", columns,
			    PAGE_COLUMNS);
	kept = arena_alloc(&p->arena, columns * sizeof *kept);
	if (!b || !kept || p->wrong.size)
		return;
	for (size_t i = 0; i < columns; i++)
		kept[i] = (struct page_column){page_keep(p, column[i].key),
					       page_keep(p, column[i].label), column[i].flags};
	b->table = (struct page_table){
		.key = b->key, .flags = flags, .column = kept, .columns = columns,
		.is_ordered = true};
}

static struct page_table *last_table(struct page *p)
{
	if (p->last && p->last->kind == PIECE_TABLE)
		return &p->last->table;
	page_refuse(p, "the report adds to a table before it began one");
	return NULL;
}

void page_add_row(struct page *p, struct page_table *t)
{
	struct page_row *row;

	if (p->wrong.size)
		return;
	row = arena_alloc(&p->arena, sizeof *row + t->columns * sizeof *row->cell);
	if (!row) {
		refuse_size(p);
		return;
	}
	t->above = t->last;
	if (t->last)
		t->last->next = row;
	else
		t->first = row;
	t->last = row;
	t->rows++;
}

void page_row(struct page *p)
{
	struct page_table *t = last_table(p);

	if (t)
		page_add_row(p, t);
}

static struct page_row *last_row(struct page *p)
{
	struct page_table *t = last_table(p);

	if (t && t->last)
		return t->last;
	page_refuse(p, "the report fills a row before it began one");
	return NULL;
}

void page_cell(struct page *p, const char *column, struct page_value value)
{
	struct page_row *row = last_row(p);
	struct page_table *t = row ? last_table(p) : NULL;

	for (size_t i = 0; t && i < t->columns; i++)
		if (!strcmp(t->column[i].key, column)) {
			row->cell[i] = keep_value(p, value, t->above ? &t->above->cell[i] : NULL);
			return;
		}
	page_refuse(p, "the report's table '%s' has no column '%s'", t && t->key ? t->key : "",
		    column);
}

void page_row_of(struct page *p, size_t n)
{
	struct page_table *t = last_table(p);

	if (!t || !t->parent || n >= t->parent->rows) {
		page_refuse(p, "the report has no row %zu that one of '%s' explains", n,
			    t && t->key ? t->key : "");
		return;
	}
	page_row(p);
	if (p->wrong.size)
		return;
	t->last->of = n;
	t->is_ordered &= !t->above || t->above->of <= n;
}

static const struct page_table *find_table(const struct page *p, const char *key)
{
	for (const struct page_piece *b = p->first; b; b = b->next)
		if (b->kind == PIECE_TABLE && b->key && !strcmp(b->key, key))
			return &b->table;
	return NULL;
}

void page_within(struct page *p, const char *key)
{
	struct page_table *t = last_table(p);
	const struct page_table *parent = find_table(p, key);

	if (!t)
		return;
	if (!t->key || !parent || parent == t || parent->flags & PAGE_KEYED || parent->parent)
		page_refuse(p, "the report has no table '%s' that '%s' can stand in", key,
			    t->key ? t->key : "");
	else
		t->parent = parent;
}

const struct page_period *page_period(const struct page *p)
{
	return &p->period;
}
