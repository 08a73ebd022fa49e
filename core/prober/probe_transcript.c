/* prober/probe_transcript: what was sent ('>'), received ('<') and noted ('*'), a line each, for
 * the trace.
 *
 * Printable ASCII only, at most TRANSCRIPT_BYTES; the values of secret options never appear,
 * neither as they are nor inside base64 (SMTP's and IMAP's AUTH PLAIN). */
#include "probe.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

#define TRANSCRIPT_BYTES 8192
#define CUT "[...]\n"
#define TOKEN_BYTES 1024

static int digit64(int c)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = c ? strchr(digit, c) : NULL;

	return found ? (int)(found - digit) : -1;
}

/* Is `secret` inside the base64 text at `at`? */
static bool hides(const char *at, size_t size, const char *secret)
{
	unsigned char plain[TOKEN_BYTES];
	size_t n = 0;
	unsigned bits = 0;
	int held = 0;

	for (size_t i = 0; i < size && n < sizeof plain && digit64((unsigned char)at[i]) >= 0;
	     i++) {
		bits = bits << 6 | (unsigned)digit64((unsigned char)at[i]);
		held += 6;
		if (held >= 8)
			plain[n++] = (unsigned char)(bits >> (held -= 8));
	}
	return memmem(plain, n, secret, strlen(secret)) != NULL;
}

static void blot(char *at, size_t size)
{
	memset(at, '*', size);
}

static void strike(char *at, size_t size, const char *secret)
{
	size_t length = strlen(secret), n;
	char *found, *end = at + size;

	for (char *from = at; (found = memmem(from, (size_t)(end - from), secret, length));
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

static void strike_secrets(const struct probe *p, char *at, size_t size)
{
	const struct module_option *o = p->order.module->head.option;
	const char *secret;

	for (; o && o->name && p->order.options; o++) {
		if (!(o->flags & OPTION_IS_SECRET) || o->type != OPTION_TYPE_TEXT)
			continue;
		memcpy(&secret, (const char *)p->order.options + o->offset, sizeof secret);
		if (secret && *secret)
			strike(at, size, secret);
	}
}

static void add_line(struct text *t, const char *at, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)at[i];

		if (c == '\r' && i + 1 == size)
			continue;
		if (c >= 0x20 && c < 0x7f)
			text_putc(t, (char)c);
		else
			text_printf(t, "\\x%02x", c);
	}
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
	if (t->size <= TRANSCRIPT_BYTES)
		return;
	t->size = TRANSCRIPT_BYTES;
	text_puts(t, "\n" CUT);
}

void probe_transcribe(struct probe *p, char mark, const void *bytes, size_t size)
{
	char *copy;

	if (!p->order.wants_transcript || !size)
		return;
	if (!p->transcript)
		p->transcript = memory_new(sizeof *p->transcript);
	if (p->transcript->size >= TRANSCRIPT_BYTES)
		return;
	if (size > TRANSCRIPT_BYTES)
		size = TRANSCRIPT_BYTES;
	copy = memory_new(size + 1);
	memcpy(copy, bytes, size);
	strike_secrets(p, copy, size);
	add_lines(p, mark, copy, size);
	free(copy);
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
