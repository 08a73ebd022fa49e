/* mail/html: the words of a mail that has no other text than HTML. See inside.h. */
#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "inside.h"

static const struct {
	const char *name, *text;
} entity[] = {{"amp;", "&"},  {"lt;", "<"},   {"gt;", ">"},
	      {"quot;", "\""}, {"apos;", "'"}, {"nbsp;", " "}};

static bool is_name(const char *at, const char *end, const char *name)
{
	size_t n = strlen(name);

	return (size_t)(end - at) > n && !strncasecmp(at, name, n) &&
	       !isalnum((unsigned char)at[n]);
}

/* A character by its number as UTF-8; none that cannot be one. */
static void add_rune(struct text *t, unsigned rune)
{
	if (rune < 0x80) {
		text_putc(t, (char)(rune < ' ' ? ' ' : rune));
	} else if (rune < 0x800) {
		text_putc(t, (char)(0xc0 | rune >> 6));
	} else if (rune < 0x10000) {
		text_putc(t, (char)(0xe0 | rune >> 12));
		text_putc(t, (char)(0x80 | (rune >> 6 & 0x3f)));
	} else if (rune <= 0x10ffff) {
		text_putc(t, (char)(0xf0 | rune >> 18));
		text_putc(t, (char)(0x80 | (rune >> 12 & 0x3f)));
		text_putc(t, (char)(0x80 | (rune >> 6 & 0x3f)));
	}
	if (rune >= 0x80 && rune <= 0x10ffff)
		text_putc(t, (char)(0x80 | (rune & 0x3f)));
}

/* "&#228;", "&#xe4;" */
static const char *add_number(struct text *t, const char *at, const char *end)
{
	char written[12];
	unsigned rune = ' ';
	int n = 0;

	snprintf(written, sizeof written, "%.*s", (int)(end - at > 11 ? 11 : end - at), at);
	if (sscanf(written, "&#%*1[xX]%6x;%n", &rune, &n) < 1 || !n)
		if (sscanf(written, "&#%7u;%n", &rune, &n) < 1 || !n)
			return NULL;
	add_rune(t, rune);
	return at + n;
}

static const char *add_entity(struct text *t, const char *at, const char *end)
{
	const char *behind = add_number(t, at, end);
	size_t n;

	for (size_t i = 0; !behind && i < sizeof entity / sizeof *entity; i++) {
		n = strlen(entity[i].name);
		if ((size_t)(end - at) > n && !strncasecmp(at + 1, entity[i].name, n)) {
			text_puts(t, entity[i].text);
			behind = at + 1 + n;
		}
	}
	if (!behind)
		text_putc(t, '&');
	return behind ? behind : at + 1;
}

/* Behind what nobody reads: its end tag, or the end. */
static const char *skip_element(const char *at, const char *end, const char *name)
{
	for (; at < end; at++)
		if (at[0] == '<' && end - at > 2 && at[1] == '/' && is_name(at + 2, end, name))
			return at;
	return end;
}

/* Some tags end a line, some a word, and of some not even what stands in them is read. */
static const char *add_tag(struct text *t, const char *at, const char *end)
{
	static const char *const hidden[] = {"head", "style", "script", "title"},
				 *const cell[] = {"td", "th", "img"},
				 *const inside[] = {"a",  "b",      "i",    "u",  "em",
						    "strong", "span", "font", "small", "code"};
	const char *name = at + 1 + (end - at > 1 && at[1] == '/'), *between = "\n";
	const char *behind = memchr(at, '>', (size_t)(end - at));

	behind = behind ? behind + 1 : end;
	if (end - at > 3 && !memcmp(at, "<!--", 4)) {
		behind = memmem(at, (size_t)(end - at), "-->", 3);
		return behind ? behind + 3 : end;
	}
	for (size_t i = 0; name == at + 1 && i < sizeof hidden / sizeof *hidden; i++)
		if (is_name(name, end, hidden[i]))
			return skip_element(behind, end, hidden[i]);
	for (size_t i = 0; i < sizeof cell / sizeof *cell; i++)
		between = is_name(name, end, cell[i]) ? " " : between;
	for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
		between = is_name(name, end, inside[i]) ? "" : between;
	text_puts(t, between);
	return behind;
}

void html_add_text(struct text *t, const char *html, size_t size)
{
	const char *at = html, *end = html + size;

	while (at < end)
		if (*at == '<')
			at = add_tag(t, at, end);
		else if (*at == '&')
			at = add_entity(t, at, end);
		else
			text_putc(t, isspace((unsigned char)*at) ? ' ' : *at), at++;
}
