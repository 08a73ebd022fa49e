/* notifiers/sms/gsm: see gsm.h. */
#include "gsm.h"

#include <nines/fill.h>

/* What of the alphabet is not ASCII. */
static const char basic[] = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
/* Behind an escape: each counts twice. */
static const char extension[] = "^{}\\[~]|€";

/* Septets of the character at `at`, of `size` bytes; 0: it is not in the alphabet. */
static size_t septets(const char *at, size_t size)
{
	if (memmem(extension, sizeof extension - 1, at, size))
		return 2;
	if (size > 1)
		return memmem(basic, sizeof basic - 1, at, size) != NULL;
	return *at == '\n' || (*at >= ' ' && *at < 127 && *at != '`');
}

static size_t next(const char *at)
{
	size_t size = fill_utf8(at, strlen(at));

	return size ? size : 1;
}

bool gsm_has(const char *text)
{
	for (; *text; text += next(text))
		if (!septets(text, next(text)))
			return false;
	return true;
}

/* How much room one character takes. */
static size_t units(const char *at, size_t size, bool is_ucs2)
{
	size_t n = is_ucs2 ? 1 + (size == 4) : septets(at, size);

	return n ? n : 1; /* a '?' */
}

/* Bytes of the text that take at most `most`. */
static size_t fitting(const char *text, size_t most, bool is_ucs2)
{
	size_t used = 0, taken = 0;

	while (text[used]) {
		taken += units(text + used, next(text + used), is_ucs2);
		if (taken > most)
			break;
		used += next(text + used);
	}
	return used;
}

bool gsm_cut(const char *text, bool only, char *cut)
{
	bool is_ucs2 = !only && !gsm_has(text), is_long;
	size_t most = is_ucs2 ? GSM_UCS2_MOST : GSM_MOST, used = fitting(text, most, is_ucs2);

	is_long = text[used] != '\0';
	if (is_long)
		used = fitting(text, most - 3, is_ucs2);
	for (size_t at = 0, size; at < used; at += size) {
		size = next(text + at);
		if (!is_ucs2 && !septets(text + at, size)) {
			*cut++ = '?';
			continue;
		}
		memcpy(cut, text + at, size);
		cut += size;
	}
	memcpy(cut, is_long ? "..." : "", is_long ? 4 : 1);
	return is_ucs2;
}
