/* base/text: see text.h. */
#include "text.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

void text_release(struct text *t)
{
	free(t->at);
	*t = (struct text){0};
}

void text_clear(struct text *t)
{
	t->size = 0;
	if (t->at)
		t->at[0] = '\0';
}

void text_grow(struct text *t, size_t more)
{
	size_t room = t->room ? t->room : 64;

	while (room < t->size + more + 1)
		room *= 2;
	t->at = memory_resize(t->at, room);
	t->room = room;
}

/* Eight digits as they stand in memory, each from 0 to 9: halves, quarters and digits side by side
 * in one word. */
static uint64_t eight_digits(uint32_t n)
{
	uint64_t x = n / 10000 | (uint64_t)(n % 10000) << 32, q;

	q = (x * 10486 >> 20) & UINT64_C(0x0000007f0000007f);
	x = q | (x - 100 * q) << 16;
	q = (x * 103 >> 10) & UINT64_C(0x000f000f000f000f);
	return q | (x - 10 * q) << 8;
}

void text_int(struct text *t, int64_t n)
{
	char digit[2 * TEXT_INT_BYTES + 1], *end = digit + TEXT_INT_BYTES + 1, *at = end;
	uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n, part;

	do {
		part = eight_digits((uint32_t)(rest % 100000000));
		part = htole64(part | UINT64_C(0x3030303030303030));
		memcpy(at -= 8, &part, sizeof part);
	} while (rest /= 100000000);
	while (*at == '0' && at < end - 1)
		at++;
	if (n < 0)
		*--at = '-';
	text_reserve(t, TEXT_INT_BYTES);
	memcpy(t->at + t->size, at, TEXT_INT_BYTES); /* of one size, and so without a call */
	t->size += (size_t)(end - at);
	t->at[t->size] = '\0';
}

void text_vprintf(struct text *t, const char *format, va_list ap)
{
	va_list again;
	size_t room;
	int n;

	text_reserve(t, 64); /* mostly it fits: formatted once */
	room = t->room - t->size;
	va_copy(again, ap);
	n = vsnprintf(t->at + t->size, room, format, again);
	va_end(again);
	if (n >= 0 && (size_t)n >= room) {
		text_reserve(t, (size_t)n);
		vsnprintf(t->at + t->size, (size_t)n + 1, format, ap);
	}
	t->size += n > 0 ? (size_t)n : 0;
	t->at[t->size] = '\0';
}

void text_printf(struct text *t, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	text_vprintf(t, format, ap);
	va_end(ap);
}

void text_cut(struct text *t, size_t first)
{
	if (first >= t->size) {
		text_clear(t);
		return;
	}
	memmove(t->at, t->at + first, t->size - first + 1);
	t->size -= first;
}

const char *text_get(const struct text *t)
{
	return t->at ? t->at : "";
}

/* Length of the valid UTF-8 sequence at `s`, 0 if there is none; *rune gets the character. */
static size_t utf8_take(const unsigned char *s, size_t size, uint32_t *rune)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc2 ? 2 : 0;

	if (!n || n > size || s[0] > 0xf4)
		return 0;
	*rune = n == 1 ? s[0] : s[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*rune = *rune << 6 | (s[i] & 0x3f);
	}
	if (n > 1 && (*rune < least[n] || *rune > 0x10ffff || (*rune & 0xfffff800) == 0xd800))
		return 0;
	return n;
}

static bool misleads(uint32_t rune)
{
	return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || (rune >= 0x200b && rune <= 0x200f) ||
	       (rune >= 0x2028 && rune <= 0x202e) || (rune >= 0x2066 && rune <= 0x2069) ||
	       rune == 0xfeff || rune == 0x61c;
}

/* Persian and the scripts of India need them within a word, emoji between two signs; elsewhere they
 * only hide. The bytes of what follows; 0: it is none of those places. */
static size_t joined(uint32_t joiner, uint32_t before, const unsigned char *next, size_t size)
{
	uint32_t rune;
	size_t n = size ? utf8_take(next, size, &rune) : 0;
	bool is_joiner = joiner == 0x200c || joiner == 0x200d;

	return is_joiner && n && before >= 0x600 && rune >= 0x600 && !misleads(before) &&
			       !misleads(rune)
		       ? n
		       : 0;
}

void text_add_safe(struct text *t, const char *bytes, size_t size, size_t most)
{
	const unsigned char *s = (const unsigned char *)bytes;
	size_t limit = t->size + most, n;
	uint32_t rune = 0, before = 0;

	for (size_t i = 0; i < size; i += n ? n : 1, before = n ? rune : 0) {
		n = utf8_take(s + i, size - i, &rune);
		size_t next = n ? joined(rune, before, s + i + n, size - i - n) : 0;
		bool is_plain = n && (next || !misleads(rune)),
		     is_hidden = n && !is_plain && rune >= 0x80;

		if (t->size + (is_plain ? n + next : is_hidden ? 3 : 4) > limit)
			return;
		if (is_plain)
			text_add(t, s + i, n);
		else if (is_hidden)
			text_puts(t, "\xef\xbf\xbd"); /* U+FFFD */
		else
			text_printf(t, "\\x%02x", s[i]);
	}
}

static const struct {
	const char *name;
	int64_t us;
} unit[] = {{"", 1000000},      {"s", 1000000},      {"ms", 1000},
	    {"us", 1},          {"m", 60000000},     {"h", 3600000000},
	    {"d", 86400000000}, {"w", 604800000000}, {NULL, 0}};

bool text_duration(const char *s, int64_t *us)
{
	char *end;
	long long n;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	n = strtoll(s, &end, 10);
	for (int i = 0; unit[i].name; i++)
		if (!strcmp(end, unit[i].name) && !errno)
			return !__builtin_mul_overflow(n, unit[i].us, us);
	return false;
}

void text_add_duration(struct text *t, int64_t us)
{
	int64_t s = us / 1000000;

	if (us < 1000)
		text_printf(t, "%" PRId64 "us", us);
	else if (us < 1000000)
		text_printf(t, "%.*fms", us < 10000 ? 2 : us < 100000 ? 1 : 0, (double)us / 1e3);
	else if (s < 60)
		text_printf(t, "%.2fs", (double)us / 1e6);
	else if (s < 3600)
		text_printf(t, "%" PRId64 "m %" PRId64 "s", s / 60, s % 60);
	else if (s < 86400)
		text_printf(t, "%" PRId64 "h %" PRId64 "m", s / 3600, s / 60 % 60);
	else
		text_printf(t, "%" PRId64 "d %" PRId64 "h", s / 86400, s / 3600 % 24);
}

void text_stamp(char id[TEXT_STAMP], uint64_t number)
{
	static const char digit[] = "0123456789abcdefghjkmnpqrstvwxyz";

	for (int i = TEXT_STAMP - 2; i >= 0; i--, number >>= 5)
		id[i] = digit[number & 31];
	id[TEXT_STAMP - 1] = '\0';
}

/* Of eighteen digits at most, which cannot be too many; false: it is not so simple. */
static bool read_short(const char *at, uint64_t *n)
{
	const char *first = at;

	for (*n = 0; *at >= '0' && *at <= '9' && at < first + 18; at++)
		*n = *n * 10 + (uint64_t)(*at - '0');
	return at > first && !*at;
}

bool text_to_bool(const char *s, bool *is_true)
{
	static const char *const word[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};

	for (size_t i = 0; i < sizeof word / sizeof *word; i++)
		if (!strcmp(word[i], s)) {
			*is_true = i % 2;
			return true;
		}
	return false;
}

bool text_next_line(const char **list, struct text *line)
{
	const char *at = *list;
	size_t n = at ? strcspn(at, "\n") : 0;

	text_clear(line);
	if (!at || !*at) {
		text_release(line);
		return false;
	}
	text_add(line, at, n);
	*list = at + n + (at[n] == '\n');
	return true;
}

bool text_lists_bytes(const char *list, const char *item, size_t size)
{
	size_t n;

	for (; *list; list += n + (list[n] == '\n')) {
		n = strcspn(list, "\n");
		if (n == size && !memcmp(list, item, n))
			return true;
	}
	return false;
}

bool text_lists(const char *list, const char *item)
{
	return text_lists_bytes(list, item, strlen(item));
}

bool text_lists_some(const char *list, const char *items)
{
	size_t n;

	for (; *items; items += n + (items[n] == '\n')) {
		n = strcspn(items, "\n");
		if (text_lists_bytes(list, items, n))
			return true;
	}
	return false;
}

bool text_to_int(const char *s, int64_t *n)
{
	bool is_negative = *s == '-';
	const char *at = s + is_negative, *first = at;
	int64_t got = 0; /* below zero, where there is one number more */
	uint64_t few;

	if (read_short(at, &few)) {
		*n = is_negative ? -(int64_t)few : (int64_t)few;
		return true;
	}
	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(got, 10, &got) ||
		    __builtin_sub_overflow(got, *at - '0', &got))
			return false;
	if (at == first || *at || (!is_negative && got == INT64_MIN))
		return false;
	*n = is_negative ? got : -got;
	return true;
}
