/* web/template: see template.h. */
#include "template.h"

#include <string.h>

#define MARK "<!-- piece "
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

/* The piece between its mark and the next; NULL when there is none. */
static const char *find_piece(const char *source, const char *name, size_t *size)
{
	size_t n = strlen(name);
	const char *end;

	for (const char *at = source; (at = strstr(at, MARK));) {
		at += strlen(MARK);
		if (strncmp(at, name, n) || strncmp(at + n, " -->\n", 5))
			continue;
		at += n + 5;
		end = strstr(at, MARK);
		*size = end ? (size_t)(end - at) : strlen(at);
		return at;
	}
	return NULL;
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
