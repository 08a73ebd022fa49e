/* mail/decode: bytes as they travel in a mail, and as UTF-8. See inside.h. */
#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <strings.h>

#include "inside.h"

#define CHARSET_BYTES 40
#define WORD_BYTES    1000 /* RFC 2047 says 75; some write more */

/* ---- transfer encodings ---- */

static bool take_hex(const char *at, const char *end, char *byte)
{
	unsigned n;

	if (end - at < 3 || !isxdigit((unsigned char)at[1]) || !isxdigit((unsigned char)at[2]))
		return false;
	sscanf(at + 1, "%2x", &n);
	*byte = (char)n;
	return true;
}

/* How many bytes from '=' on end the line without ending it; 0: none. */
static size_t soft_break(const char *at, const char *end)
{
	const char *from = at++;

	while (at < end && (*at == ' ' || *at == '\t' || *at == '\r'))
		at++;
	return at == end ? (size_t)(at - from) : *at == '\n' ? (size_t)(at - from) + 1 : 0;
}

static void add_quoted(struct text *t, struct piece p)
{
	const char *end = p.at + p.size;
	char byte;
	size_t n;

	for (const char *at = p.at; at < end; at += n) {
		n = *at == '=' ? soft_break(at, end) : 0;
		if (n)
			continue;
		n = *at == '=' && take_hex(at, end, &byte) ? 3 : 1;
		text_putc(t, n == 3 ? byte : *at);
	}
}

/* What is no digit is passed over (RFC 2045 6.8). */
static void add_base64(struct text *t, struct piece p)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *digit;
	uint32_t bits = 0;
	unsigned n = 0;

	for (size_t i = 0; i < p.size; i++) {
		digit = memchr(digits, p.at[i], 64);
		if (p.at[i] == '=')
			n = 0;
		if (!digit)
			continue;
		bits = bits << 6 | (uint32_t)(digit - digits);
		n += 6;
		if (n >= 8)
			text_putc(t, (char)(bits >> (n -= 8)));
	}
}

static void add_bytes(struct text *t, struct piece p)
{
	text_add(t, p.at, p.size);
}

void decode_transfer(struct text *t, const char *encoding, struct piece p)
{
	static const struct {
		const char *name;
		void (*add)(struct text *, struct piece);
	} known[] = {{"quoted-printable", add_quoted}, {"base64", add_base64}};
	void (*add)(struct text *, struct piece) = add_bytes;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcasecmp(known[i].name, encoding))
			add = known[i].add;
	add(t, p);
}

/* ---- character sets ---- */

/* The name is a stranger's, and of the many that iconv has some are odd enough to have had holes:
 * these are the ones that mail is written in. The first are families. */
static bool is_known(const char *charset)
{
	static const char *const known[] = {"iso-8859-", "windows-125", "cp125",    "koi8-",
					    "gb2312",    "gbk",         "gb18030",  "big5",
					    "shift_jis", "euc-jp",      "iso-2022-jp", "euc-kr"};
	const size_t families = 4;
	size_t n;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		n = strlen(known[i]);
		if (strncasecmp(charset, known[i], n) != 0)
			continue;
		if (i >= families ? !charset[n]
				  : strlen(charset + n) <= 2 && isalnum((unsigned char)charset[n]))
			return true;
	}
	return false;
}

static void convert(struct text *t, iconv_t way, char *at, size_t left)
{
	char room[1024], *out;
	size_t free_bytes;

	while (left) {
		out = room;
		free_bytes = sizeof room;
		errno = 0;
		iconv(way, &at, &left, &out, &free_bytes);
		text_add(t, room, (size_t)(out - room));
		if (left && errno != E2BIG) {
			text_puts(t, "\xef\xbf\xbd");
			at++;
			left--;
		}
	}
}

void decode_charset(struct text *t, const char *charset, const char *bytes, size_t size)
{
	iconv_t way = is_known(charset) ? iconv_open("UTF-8", charset) : (iconv_t)-1;

	if (way == (iconv_t)-1) {
		text_add(t, bytes, size);
		return;
	}
	convert(t, way, (char *)(uintptr_t)bytes, size);
	iconv_close(way);
}

/* ---- encoded words ---- */

struct word {
	char charset[CHARSET_BYTES];
	bool is_base64;
	struct piece said;
	const char *end;
};

/* "=?CHARSET*LANGUAGE?Q?TEXT?=" */
static bool take_word(const char *at, const char *end, struct word *w)
{
	size_t n;

	if (end - at > WORD_BYTES)
		end = at + WORD_BYTES;
	if (end - at < 8 || at[0] != '=' || at[1] != '?')
		return false;
	for (n = 2; at + n < end - 5 && at[n] != '?';)
		n++;
	if (at[n] != '?' || at[n + 2] != '?' || !strchr("QqBb", at[n + 1]) || !at[n + 1])
		return false;
	snprintf(w->charset, sizeof w->charset, "%.*s", (int)(n - 2), at + 2);
	w->charset[strcspn(w->charset, "*")] = '\0';
	w->is_base64 = strchr("Bb", at[n + 1]) != NULL;
	w->said.at = at + n + 3;
	w->end = memmem(w->said.at, (size_t)(end - w->said.at), "?=", 2);
	if (!w->end)
		return false;
	w->said.size = (size_t)(w->end - w->said.at);
	w->end += 2;
	return true;
}

static void add_said(struct text *t, const struct word *w)
{
	struct text quoted = {0};

	if (w->is_base64)
		add_base64(t, w->said);
	for (size_t i = 0; i < w->said.size && !w->is_base64; i++)
		if (w->said.at[i] == '_')
			text_puts(&quoted, "=20");
		else
			text_putc(&quoted, w->said.at[i]);
	add_quoted(t, (struct piece){text_get(&quoted), quoted.size});
	text_release(&quoted);
}

/* Words that follow each other are one text, though a character be cut in two between them. */
static const char *add_words(struct text *t, struct word *w, const char *end)
{
	struct text bytes = {0};
	char charset[CHARSET_BYTES];
	const char *behind, *at;

	memcpy(charset, w->charset, sizeof charset);
	do {
		if (strcasecmp(charset, w->charset) != 0) {
			decode_charset(t, charset, text_get(&bytes), bytes.size);
			text_clear(&bytes);
			memcpy(charset, w->charset, sizeof charset);
		}
		add_said(&bytes, w);
		behind = w->end;
		for (at = behind; at < end && (*at == ' ' || *at == '\t'); at++)
			;
	} while (take_word(at, end, w));
	decode_charset(t, charset, text_get(&bytes), bytes.size);
	text_release(&bytes);
	return behind;
}

void decode_words(struct text *t, const char *value, size_t size)
{
	const char *end = value + size;
	struct word w;

	while (value < end)
		if (take_word(value, end, &w))
			value = add_words(t, &w, end);
		else
			text_putc(t, *value++);
}
