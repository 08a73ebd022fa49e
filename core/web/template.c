/* web/template: see template.h. */
#include "template.h"

#include <stdlib.h>
#include <string.h>

#include "../base/map.h"
#include "../base/memory.h"
#include "assets.h"
#include "template_piece.h"

#define VALUE_BYTES 16384 /* of one value shown */

static const struct {
	char byte;
	const char *escape;
} escapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};

static const char *escape_of(char byte)
{
	for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
		if (escapes[i].byte == byte)
			return escapes[i].escape;
	return NULL;
}

void html_add(struct text *t, const char *text)
{
	struct text safe = {0};
	const char *escape;

	text_add_safe(&safe, text, strlen(text), VALUE_BYTES);
	for (size_t i = 0; i < safe.size; i++) {
		escape = escape_of(safe.at[i]);
		if (escape)
			text_puts(t, escape);
		else
			text_putc(t, safe.at[i]);
	}
	text_release(&safe);
}

void html_add_lines(struct text *t, const char *lines)
{
	struct text one = {0};

	while (true) {
		size_t size = strcspn(lines, "\n");

		text_clear(&one);
		text_add(&one, lines, size);
		html_add(t, text_get(&one));
		if (!lines[size])
			break;
		text_putc(t, '\n');
		lines += size + 1;
	}
	text_release(&one);
}

const char *template_next(const char *at, struct template_piece *p)
{
	const char *end;

	while ((at = strstr(at, TEMPLATE_MARK))) {
		p->mark = at;
		p->name = at + strlen(TEMPLATE_MARK);
		p->name_size = strcspn(p->name, " \n");
		at = p->name + p->name_size;
		if (strncmp(at, " -->\n", 5))
			continue;
		p->at = at + 5;
		end = strstr(p->at, TEMPLATE_MARK);
		p->size = end ? (size_t)(end - p->at) : strlen(p->at);
		return p->at + p->size;
	}
	return NULL;
}

/* ---- the dress ---- */

struct template_dress {
	struct map piece;
	struct template_piece *all;
};

static const struct template_dress *worn;

static size_t count_of(const char *source)
{
	struct template_piece p;
	size_t n = 0;

	while ((source = template_next(source, &p)))
		n++;
	return n;
}

static void put(struct template_dress *d, struct template_piece *p)
{
	char *name = memory_copy(p->name, p->name_size);

	if (!map_find_text(&d->piece, name))
		map_put_text(&d->piece, name, p);
	free(name);
}

struct template_dress *template_dress_new(const char *source)
{
	struct template_dress *d = memory_new(sizeof *d);
	size_t n = count_of(source);

	d->all = memory_new((n + 1) * sizeof *d->all);
	for (size_t i = 0; i < n; i++) {
		source = template_next(source, &d->all[i]);
		put(d, &d->all[i]);
	}
	return d;
}

void template_dress_free(struct template_dress *d)
{
	if (!d)
		return;
	map_release(&d->piece);
	free(d->all);
	free(d);
}

void template_wear(const struct template_dress *d)
{
	worn = d;
}

#define SHIPPED 32

/* What is shipped is looked through once: a page of thousands of rows asks for tens of thousands of
 * pieces. NULL: the source is another. */
static const struct template_dress *shipped(const char *source)
{
	static struct template_dress *known[SHIPPED];

	for (size_t i = 0; i < SHIPPED && web_sources[i]; i++) {
		if (web_sources[i] != source)
			continue;
		if (!known[i])
			known[i] = template_dress_new(source);
		return known[i];
	}
	return NULL;
}

/* The one that is worn, else the one between its mark and the next; NULL when there is none. */
static const char *find_piece(const char *source, const char *name, size_t *size)
{
	const struct template_piece *own = worn ? map_find_text(&worn->piece, name) : NULL;
	const struct template_dress *all = own ? NULL : shipped(source);
	struct template_piece p;
	size_t n = strlen(name);

	if (all)
		own = map_find_text(&all->piece, name);
	while (!own && !all && (source = template_next(source, &p)))
		if (p.name_size == n && !memcmp(p.name, name, n))
			own = &p;
	if (own)
		*size = own->size;
	return own ? own->at : NULL;
}

static const char *value_of(const struct template_word *w, const char *key, size_t size)
{
	for (; w->key; w++)
		if (strlen(w->key) == size && !memcmp(w->key, key, size))
			return w->value;
	return "";
}

/* The placeholder at `at`; returns what stands behind it. */
static const char *add_word(struct text *t, const char *at, const struct template_word *w)
{
	bool is_raw = at[2] == '{';
	const char *key = at + (is_raw ? 3 : 2);
	size_t size = strcspn(key, "}");
	const char *value = value_of(w, key, size);

	if (is_raw)
		text_puts(t, value);
	else
		html_add(t, value);
	return key + size + strspn(key + size, "}");
}

bool template_add(struct text *t, const char *source, const char *piece,
		  const struct template_word *w)
{
	size_t size = 0;
	const char *at = find_piece(source, piece, &size), *end, *open;

	if (!at)
		return false;
	for (end = at + size; at < end;) {
		open = memmem(at, (size_t)(end - at), "{{", 2);
		text_add(t, at, (size_t)((open ? open : end) - at));
		at = open ? add_word(t, open, w) : end;
	}
	return true;
}
