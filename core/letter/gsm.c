/* letter/gsm: one SMS: the characters of GSM 03.38, or else as few as UTF-16 allows.
 *
 * 160 characters of GSM-7 make one SMS (some count twice), 70 of UTF-16. Letters of Latin, Greek
 * and Cyrillic that GSM-7 lacks are written in its own; where others stand, those alone decide for
 * UTF-16. The tables answer "" for what GSM-7 has. */
#include <string.h>

#include "inside.h"

#define SHORT_UTF16 70

static const char *const latin[] = { /* U+00C0 to U+017F */
	"A", "A", "A", "A", "", "", "", "", "E", "", "E", "E",
	"I", "I", "I", "I", "D", "", "O", "O", "O", "O", "", "x",
	"", "U", "U", "U", "", "Y", "Th", "", "", "a", "a", "a",
	"", "", "", "c", "", "", "e", "e", "", "i", "i", "i",
	"d", "", "", "o", "o", "o", "", "/", "", "", "u", "u",
	"", "y", "th", "y", "A", "a", "A", "a", "A", "a", "C", "c",
	"C", "c", "C", "c", "C", "c", "D", "d", "D", "d", "E", "e",
	"E", "e", "E", "e", "E", "e", "E", "e", "G", "g", "G", "g",
	"G", "g", "G", "g", "H", "h", "H", "h", "I", "i", "I", "i",
	"I", "i", "I", "i", "I", "i", "IJ", "ij", "J", "j", "K", "k",
	"k", "L", "l", "L", "l", "L", "l", "L", "l", "L", "l", "N",
	"n", "N", "n", "N", "n", "'n", "N", "n", "O", "o", "O", "o",
	"O", "o", "OE", "oe", "R", "r", "R", "r", "R", "r", "S", "s",
	"S", "s", "S", "s", "S", "s", "T", "t", "T", "t", "T", "t",
	"U", "u", "U", "u", "U", "u", "U", "u", "U", "u", "U", "u",
	"W", "w", "Y", "y", "Y", "Z", "z", "Z", "z", "Z", "z", "s",
};
static const char *const greek[] = { /* U+0391 to U+03C9 */
	"A", "B", "", "", "E", "Z", "H", "", "I", "K", "", "M",
	"N", "", "O", "", "P", "?", "", "T", "Y", "", "X", "",
	"", "I", "Y", "a", "e", "i", "i", "y", "a", "v", "g", "d",
	"e", "z", "i", "th", "i", "k", "l", "m", "n", "x", "o", "p",
	"r", "s", "s", "t", "y", "f", "ch", "ps", "o",
};
static const char *const cyrillic[] = { /* U+0410 to U+044F */
	"A", "B", "V", "G", "D", "E", "Zh", "Z", "I", "J", "K", "L",
	"M", "N", "O", "P", "R", "S", "T", "U", "F", "Kh", "Ts", "Ch",
	"Sh", "Shch", "'", "Y", "'", "E", "Yu", "Ya", "a", "b", "v", "g",
	"d", "e", "zh", "z", "i", "j", "k", "l", "m", "n", "o", "p",
	"r", "s", "t", "u", "f", "kh", "ts", "ch", "s" "h", "shch", "'", "y",
	"'", "e", "yu", "ya",
};
static const struct {
	uint32_t rune;
	const char *text;
} sign[] = {
	{'`', "'"},	  {0xa0, " "},	  {0xa1, ""},	  {0xa3, ""},	  {0xa4, ""},
	{0xa5, ""},	  {0xa7, ""},	  {0xab, "\""},	  {0xb0, "o"},	  {0xb4, "'"},
	{0xb5, "u"},	  {0xb7, "."},	  {0xbb, "\""},	  {0xbf, ""},	  {0x401, "Yo"},
	{0x404, "Ye"},	  {0x406, "I"},	  {0x407, "Yi"},  {0x451, "yo"},  {0x454, "ye"},
	{0x456, "i"},	  {0x457, "yi"},  {0x490, "G"},	  {0x491, "g"},	  {0x2010, "-"},
	{0x2011, "-"},	  {0x2012, "-"},  {0x2013, "-"},  {0x2014, "-"},  {0x2018, "'"},
	{0x2019, "'"},	  {0x201a, "'"},  {0x201c, "\""}, {0x201d, "\""}, {0x201e, "\""},
	{0x2022, "*"},	  {0x2026, "..."}, {0x2032, "'"}, {0x20ac, ""},	  {0x2192, "->"},
	{0x2212, "-"},	  {0xfffd, "?"},
};

/* How GSM-7 writes it: "" as it is, NULL not at all. */
static const char *written(uint32_t rune)
{
	static const struct {
		const char *const *text;
		uint32_t first, last;
	} table[] = {{latin, 0xc0, 0x17f}, {greek, 0x391, 0x3c9}, {cyrillic, 0x410, 0x44f}};

	for (size_t i = 0; i < sizeof sign / sizeof *sign; i++)
		if (sign[i].rune == rune)
			return sign[i].text;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (rune >= table[i].first && rune <= table[i].last)
			return table[i].text[rune - table[i].first];
	if (rune >= 0x300 && rune <= 0x36f)
		return NULL; /* combining: rare, and what it stands on is not known here */
	return rune < 0x80 ? "" : NULL;
}

#define TEXT_LEAST 40 /* characters that a tail leaves at least */

static bool counts_twice(uint32_t rune)
{
	return rune == 0x20ac || (rune < 0x80 && rune && strchr("^{}\\[~]|", (int)rune));
}

/* False: some character cannot be written. */
static bool transliterate(const char *s, size_t size, struct text *to)
{
	const char *as;
	size_t n;
	uint32_t rune;

	for (size_t i = 0; i < size; i += n) {
		n = letter_rune(s + i, size - i, &rune);
		as = written(rune);
		if (!as)
			return false;
		text_add(to, *as ? as : s + i, *as ? strlen(as) : n);
	}
	return true;
}

static size_t cost_gsm(uint32_t rune)
{
	return counts_twice(rune) ? 2 : 1;
}

static size_t cost_utf16(uint32_t rune)
{
	return rune > 0xffff ? 2 : 1;
}

/* Up to `most`; what is cut ends in "...". */
static void add_cut(struct text *t, const char *s, size_t size, size_t most,
		    size_t (*cost)(uint32_t rune))
{
	size_t used = 0, with_dots = 0, n;
	uint32_t rune;

	for (size_t i = 0; i < size; i += n) {
		n = letter_rune(s + i, size - i, &rune);
		used += cost(rune);
		if (used <= most - 3)
			with_dots = i + n;
		if (used <= most)
			continue;
		text_add(t, s, with_dots);
		text_puts(t, "...");
		return;
	}
	text_add(t, s, size);
}

/* What is left of `most` for the text in front of the tail. */
static size_t room_beside(const char *tail, size_t most)
{
	size_t size = strlen(tail);

	return size && size + 1 + TEXT_LEAST <= most ? most - size - 1 : most;
}

void letter_add_short(struct text *t, const char *s, size_t size, const char *tail)
{
	struct text gsm = {0};
	bool is_gsm = transliterate(s, size, &gsm);
	size_t most = is_gsm ? LETTER_SHORT : SHORT_UTF16,
	       room = room_beside(tail ? tail : "", most);

	if (is_gsm)
		add_cut(t, text_get(&gsm), gsm.size, room, cost_gsm);
	else
		add_cut(t, s, size, room, cost_utf16);
	if (room < most) {
		text_putc(t, ' ');
		text_puts(t, tail);
	}
	text_release(&gsm);
}
