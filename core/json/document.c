/* json/document: see document.h. */
#include "document.h"

#include <malloc.h>
#include <stdlib.h>

#include "../base/memory.h"

#define NAMES_SHOWN 5

/* What the document that is being read has taken. */
static struct {
	size_t bytes;
	bool is_over, has_failed;
} taken;

static void *take(size_t size)
{
	void *got = NULL;

	taken.is_over |= size > JSON_MEMORY_BYTES - taken.bytes;
	if (!taken.is_over && !(got = memory_try(size)))
		taken.has_failed = true;
	if (got)
		taken.bytes += malloc_usable_size(got);
	if (taken.bytes > JSON_MEMORY_BYTES)
		taken.bytes = JSON_MEMORY_BYTES;
	return got;
}

static void give(void *thing)
{
	size_t bytes = thing ? malloc_usable_size(thing) : 0;

	taken.bytes -= bytes < taken.bytes ? bytes : taken.bytes;
	free(thing);
}

/* How deep the brackets outside of texts go: more than jansson may be given. */
static bool is_deep(const char *at, size_t size)
{
	bool in_text = false;
	int level = 0;

	for (const char *end = at + size; at < end; at++) {
		if (in_text && *at == '\\')
			at++;
		else if (*at == '"')
			in_text = !in_text;
		else if (!in_text && (*at == '[' || *at == '{') && ++level > JSON_LEVELS)
			return true;
		else if (!in_text && (*at == ']' || *at == '}'))
			level--;
	}
	return false;
}

static json_t *load(const char *bytes, size_t size, json_error_t *error)
{
	size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
	json_t *document;

	memset(&taken, 0, sizeof taken);
	document = json_loadb(bytes, size, flags, error);
	if (document || json_error_code(error) != json_error_numeric_overflow)
		return document;
	memset(&taken, 0, sizeof taken);
	return json_loadb(bytes, size, flags | JSON_DECODE_INT_AS_REAL, error);
}

static json_t *load_within_limits(const char *bytes, size_t size, json_error_t *error)
{
	json_malloc_t usual_malloc;
	json_free_t usual_free;
	json_t *document;

	json_get_alloc_funcs(&usual_malloc, &usual_free);
	json_set_alloc_funcs(take, give);
	document = load(bytes, size, error);
	json_set_alloc_funcs(usual_malloc, usual_free);
	return document;
}

enum json_trouble json_read(const char *bytes, size_t size, json_t **document, struct text *why)
{
	json_error_t error;

	*document = NULL;
	if (size >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3)) { /* RFC 8259 8.1: may be ignored */
		bytes += 3;
		size -= 3;
	}
	if (is_deep(bytes, size)) {
		text_printf(why, "nested more than %d levels deep", JSON_LEVELS);
		return JSON_TOO_LARGE;
	}
	*document = load_within_limits(bytes, size, &error);
	if (*document)
		return JSON_FINE;
	if (taken.is_over) {
		text_printf(why, "of more than %u MiB in memory", JSON_MEMORY_BYTES >> 20);
		return JSON_TOO_LARGE;
	}
	if (taken.has_failed) {
		text_puts(why, "no memory for it");
		return JSON_NO_MEMORY;
	}
	text_printf(why, "line %d, column %d: ", error.line, error.column);
	text_add_safe(why, error.text, strlen(error.text), JSON_SHOWN_BYTES);
	return JSON_WRONG;
}

static void show_object(struct text *t, const json_t *value)
{
	size_t left = json_object_size(value), shown = 0;
	const char *name;
	json_t *member;

	text_puts(t, left ? "an object with" : "an empty object");
	json_object_foreach((json_t *)value, name, member) {
		if (shown == NAMES_SHOWN)
			break;
		text_puts(t, shown++ ? ", '" : " '");
		text_add_safe(t, name, strlen(name), JSON_SHOWN_BYTES / 2);
		text_putc(t, '\'');
	}
	if (left > shown)
		text_printf(t, " and %zu more", left - shown);
}

/* As the document writes it, but not all of a long text. */
static void show_scalar(struct text *t, const json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY);
	size_t size = text ? strlen(text) : 0;

	if (size > JSON_SHOWN_BYTES) {
		text_add_safe(t, text, JSON_SHOWN_BYTES, JSON_SHOWN_BYTES);
		text_puts(t, "...");
	} else {
		text_add_safe(t, text, size, JSON_SHOWN_BYTES);
	}
	free(text);
}

void json_show(struct text *t, const json_t *value)
{
	size_t items = json_array_size(value);

	if (json_is_object(value))
		show_object(t, value);
	else if (!json_is_array(value))
		show_scalar(t, value);
	else if (!items)
		text_puts(t, "an empty array");
	else
		text_printf(t, "an array of %zu item%s", items, items == 1 ? "" : "s");
}
