/* prober/probe_transcript: what was sent ('>'), received ('<') and noted ('*'), a line each, for
 * the trace; and the striking out of secrets, there and in reasons and facts.
 *
 * Printable ASCII only, at most TRANSCRIPT_BYTES; the values of secret options never appear,
 * neither as they are nor inside base64 (AUTH PLAIN of SMTP, POP3 and IMAP), whoever says them: a
 * server may well repeat the command that it does not like. */
#include "probe.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

#define TRANSCRIPT_BYTES 8192
#define CUT "[...]\n"
#define SHORT_BYTES 3 /* a secret as short as that is in many words by chance */

static int digit64(int c)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = c ? strchr(digit, c) : NULL;

	return found ? (int)(found - digit) : -1;
}

/* The secret in `size` bytes at `at`, a short one only where it stands apart; NULL: none. */
static char *find_secret(char *at, size_t size, const char *secret)
{
	size_t length = strlen(secret);
	char *found, *end = at + size;

	for (char *from = at; (found = memmem(from, (size_t)(end - from), secret, length));
	     from = found + 1)
		if (length > SHORT_BYTES ||
		    ((found == at || !isalnum((unsigned char)found[-1])) &&
		     (found + length == end || !isalnum((unsigned char)found[length]))))
			return found;
	return NULL;
}

/* Is `secret` inside the base64 text at `at`? A short one must be the end of it. */
static bool hides(const char *at, size_t size, const char *secret)
{
	char *plain = memory_new(size);
	size_t n = 0, length = strlen(secret), from = 0;
	unsigned bits = 0;
	int held = 0;
	bool found;

	for (size_t i = 0; i < size && digit64((unsigned char)at[i]) >= 0; i++) {
		bits = bits << 6 | (unsigned)digit64((unsigned char)at[i]);
		held += 6;
		if (held >= 8)
			plain[n++] = (char)(bits >> (held -= 8));
	}
	if (length <= SHORT_BYTES && n > length)
		from = n - length - 1; /* with the byte before it */
	found = find_secret(plain + from, n - from, secret) != NULL;
	free(plain);
	return found;
}

static void blot(char *at, size_t size)
{
	memset(at, '*', size);
}

static void strike(char *at, size_t size, const char *secret)
{
	size_t length = strlen(secret), n;
	char *found, *end = at + size;

	for (char *from = at; (found = find_secret(from, (size_t)(end - from), secret));
	     from = found + length)
		blot(found, length);
	for (char *token = at; token < end; token += n + 1) {
		for (n = 0;
		     token + n < end && (digit64((unsigned char)token[n]) >= 0 || token[n] == '=');
		     n++)
			;
		if (n >= 4 && hides(token, n, secret))
			blot(token, n);
	}
}

static void add_printable(struct text *t, const char *at, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)at[i];

		if (c >= 0x20 && c < 0x7f)
			text_putc(t, (char)c);
		else
			text_printf(t, "\\x%02x", c);
	}
}

/* As it is, and as a transcript shows it. */
static void strike_both(char *at, size_t size, const char *secret)
{
	struct text shown = {0};

	strike(at, size, secret);
	add_printable(&shown, secret, strlen(secret));
	if (strcmp(text_get(&shown), secret) != 0)
		strike(at, size, text_get(&shown));
	text_release(&shown);
}

void probe_strike_secrets(const struct probe *p, char *at, size_t size)
{
	const struct module_option *o = p->order.module->head.option;
	const char *secret;

	for (; o && o->name && p->order.options; o++) {
		if (!(o->flags & OPTION_IS_SECRET) || o->type != OPTION_TYPE_TEXT)
			continue;
		memcpy(&secret, (const char *)p->order.options + o->offset, sizeof secret);
		if (secret && *secret)
			strike_both(at, size, secret);
	}
	for (size_t i = 0; i < p->hiddens; i++)
		strike_both(at, size, p->hidden[i]);
}

void probe_hide(struct probe *p, const char *secret)
{
	const char *kept;

	if (!probe_may_go_on(p) || p->hiddens == PROBE_HIDDEN || strlen(secret) <= SHORT_BYTES)
		return;
	kept = probe_text(p, "%s", secret);
	if (*kept)
		p->hidden[p->hiddens++] = kept;
}

static void add_line(struct text *t, const char *at, size_t size)
{
	add_printable(t, at, size && at[size - 1] == '\r' ? size - 1 : size);
	text_putc(t, '\n');
}

/* A line that came in pieces is shown whole. */
static void begin_line(struct probe *p, char mark)
{
	struct text *t = p->transcript;

	if (p->transcript_mark == mark) {
		t->size--; /* the newline */
		return;
	}
	text_putc(t, mark);
	text_putc(t, ' ');
}

static void add_lines(struct probe *p, char mark, const char *at, size_t size)
{
	const char *end = at + size, *stop;
	struct text *t = p->transcript;

	for (; at < end && t->size < TRANSCRIPT_BYTES; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		begin_line(p, mark);
		p->transcript_mark = stop || mark == '*' ? 0 : mark;
		if (!stop)
			stop = end;
		add_line(t, at, (size_t)(stop - at));
	}
}

/* Where the last line begins, which may be about to grow. */
static size_t last_line(const struct text *t)
{
	const char *before = t->size ? memrchr(t->at, '\n', t->size - 1) : NULL;

	return before ? (size_t)(before + 1 - t->at) : 0;
}

/* Struck twice: what has newlines in it before it is cut into lines, what came in pieces after. */
void probe_transcribe(struct probe *p, char mark, const void *bytes, size_t size)
{
	struct text *t;
	size_t from;
	char *copy;

	if (!p->order.wants_transcript || !size)
		return;
	if (!p->transcript)
		p->transcript = memory_new(sizeof *p->transcript);
	t = p->transcript;
	if (t->size >= TRANSCRIPT_BYTES)
		return;
	copy = memory_new(size + 1);
	memcpy(copy, bytes, size);
	probe_strike_secrets(p, copy, size);
	from = last_line(t);
	add_lines(p, mark, copy, size);
	free(copy);
	probe_strike_secrets(p, t->at + from, t->size - from);
	if (t->size <= TRANSCRIPT_BYTES)
		return;
	t->size = TRANSCRIPT_BYTES;
	text_puts(t, "\n" CUT);
}

void probe_note(struct probe *p, const char *format, ...)
{
	struct text note = {0};
	va_list ap;

	if (!probe_may_go_on(p) || !p->order.wants_transcript)
		return;
	va_start(ap, format);
	text_vprintf(&note, format, ap);
	va_end(ap);
	probe_transcribe(p, '*', text_get(&note), note.size);
	text_release(&note);
}
