/* letter/fold: columns: how wide a text is, cutting it, wrapping it. See inside.h. */
#include <string.h>

#include "inside.h"

#define ADDRESS_COLUMNS 200

size_t letter_rune(const char *s, size_t size, uint32_t *rune)
{
	const unsigned char *at = (const unsigned char *)s;
	size_t n = at[0] < 0x80 ? 1 : at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;

	if (n > size)
		n = size;
	*rune = n == 1 ? at[0] : at[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++)
		*rune = *rune << 6 | (at[i] & 0x3f);
	return n;
}

/* Unicode's East Asian wide and its combining characters, as far as names and reasons have them. */
static size_t columns_of(uint32_t rune)
{
	static const struct {
		uint32_t first, last;
		size_t columns;
	} range[] = {
		{0x0300, 0x036f, 0},   {0x1100, 0x115f, 2}, {0x1ab0, 0x1aff, 0},
		{0x1dc0, 0x1dff, 0},   {0x20d0, 0x20ff, 0}, {0x2e80, 0x303e, 2},
		{0x3041, 0xa4cf, 2},   {0xac00, 0xd7a3, 2}, {0xf900, 0xfaff, 2},
		{0xfe00, 0xfe0f, 0},   {0xfe20, 0xfe2f, 0}, {0xfe30, 0xfe6f, 2},
		{0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2}, {0x1f300, 0x1faff, 2},
		{0x20000, 0x3fffd, 2},
	};

	for (size_t i = 0; i < sizeof range / sizeof *range; i++)
		if (rune >= range[i].first && rune <= range[i].last)
			return range[i].columns;
	return 1;
}

size_t letter_columns(const char *s, size_t size)
{
	size_t columns = 0;
	uint32_t rune;

	for (size_t i = 0; i < size;) {
		i += letter_rune(s + i, size - i, &rune);
		columns += columns_of(rune);
	}
	return columns;
}

/* How many bytes of it are at most `most` columns. */
static size_t fit(const char *s, size_t size, size_t most)
{
	size_t i = 0, n, columns = 0;
	uint32_t rune;

	while (i < size) {
		n = letter_rune(s + i, size - i, &rune);
		columns += columns_of(rune);
		if (columns > most)
			return i;
		i += n;
	}
	return size;
}

void letter_add_clipped(struct text *t, const char *s, size_t size, size_t most)
{
	if (fit(s, size, most) == size) {
		text_add(t, s, size);
		return;
	}
	text_add(t, s, fit(s, size, most - 3));
	text_puts(t, "...");
}

/* An address that is cut leads nowhere: alone on a line it may be longer than one. */
static bool is_address(const char *s, size_t size)
{
	return size <= ADDRESS_COLUMNS && size > 8 && !memchr(s, ' ', size) &&
	       (!memcmp(s, "https://", 8) || !memcmp(s, "http://", 7));
}

/* So much of a line that is too long goes on this one: up to the last space that leaves a word on
 * it. A word that is too long for any line is cut. */
static size_t break_at(const char *s, size_t size, size_t room)
{
	size_t cut = fit(s, size, room), at = cut, lead = strspn(s, " ");

	if (cut == size)
		return size;
	while (at > lead && s[at] != ' ')
		at--;
	return at > lead ? at : cut;
}

/* A word too long for the room behind the indent may begin at the left: a URL stays whole. */
static size_t indent_for(const char *s, size_t size, size_t indent)
{
	const char *space = memchr(s, ' ', size);
	size_t columns = letter_columns(s, space ? (size_t)(space - s) : size);

	return columns > LETTER_COLUMNS - indent && columns <= LETTER_COLUMNS ? 0 : indent;
}

void letter_add_folded(struct text *t, const char *line, size_t size, size_t indent)
{
	size_t at = 0, n = is_address(line, size) ? size : break_at(line, size, LETTER_COLUMNS),
	       under;

	text_add(t, line, n);
	for (at = n; at < size; at += n) {
		while (t->size && t->at[t->size - 1] == ' ')
			t->at[--t->size] = '\0';
		while (at < size && line[at] == ' ')
			at++;
		if (at == size)
			break;
		under = indent_for(line + at, size - at, indent);
		text_printf(t, "\n%*s", (int)under, "");
		n = break_at(line + at, size - at, LETTER_COLUMNS - under);
		text_add(t, line + at, n);
	}
	text_putc(t, '\n');
}

size_t letter_escaped(const char *s, size_t size)
{
	size_t bytes = 2;

	for (size_t i = 0; i < size; i++)
		bytes += s[i] == '\n' || s[i] == '"' || s[i] == '\\' ? 2
			 : s[i] >= 0x20 && s[i] < 0x7f               ? 1
								     : 4;
	return bytes;
}
