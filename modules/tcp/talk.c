/* modules/tcp/talk: see talk.h. */
#include "talk.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_BYTES 60
#define NAME_BYTES 32
#define UNIT_BYTES 8

/* Those of docs/modules.md that a conversation in plain text can have. */
static const char *const step[] = {"banner", "ehlo",  "starttls",   "auth", "mail", "rcpt", "query",
				   "request", "first-byte", "body", "list", "fetch", "quit"};

/* What is being read. */
struct reader {
	struct talk_line *line;
	const char *secret, *rest; /* what stands behind the word */
	char *room, *why;
};

static bool refuse(char why[TALK_WHY_BYTES], const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static bool refuse(char why[TALK_WHY_BYTES], const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, TALK_WHY_BYTES, format, ap);
	va_end(ap);
	return false;
}

/* ---- bytes ---- */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return isxdigit((unsigned char)c) ? (c | 32) - 'a' + 10 : -1;
}

static const struct {
	char letter, meaning;
} escape[] = {{'r', '\r'}, {'n', '\n'}, {'t', '\t'}, {'\\', '\\'}};

/* The byte that the escape behind a backslash means; *at moves behind it. -1: it is none. */
static int take_escape(const char **at)
{
	const char *a = *at;

	if (a[0] == 'x' && digit(a[1]) >= 0 && digit(a[2]) >= 0) {
		*at = a + 3;
		return digit(a[1]) << 4 | digit(a[2]);
	}
	for (size_t i = 0; i < sizeof escape / sizeof *escape; i++)
		if (escape[i].letter == *a) {
			*at = a + 1;
			return (unsigned char)escape[i].meaning;
		}
	return -1;
}

size_t talk_room(const char *text, const char *secret)
{
	size_t bytes = strlen(text), secrets = 0;

	for (const char *at = text; (at = strstr(at, "\\p")); at += 2)
		secrets++;
	return bytes + secrets * strlen(secret) + NAME_BYTES + UNIT_BYTES + 2;
}

bool talk_bytes(const char *text, const char *secret, char *room, size_t *size,
		char why[TALK_WHY_BYTES])
{
	const char *at = text, *begin;
	char *to = room;
	int c;

	while (*at) {
		begin = at;
		if (*at != '\\') {
			*to++ = *at++;
		} else if (at[1] == 'p') {
			to = mempcpy(to, secret, strlen(secret));
			at += 2;
		} else {
			at++;
			c = take_escape(&at);
			if (c < 0)
				return refuse(why, "no such escape '%.2s' in '%.*s': there are "
					      "\\r \\n \\t \\\\ \\p \\xNN",
					      begin, SHOWN_BYTES, text);
			*to++ = (char)c;
		}
	}
	*to = '\0';
	*size = (size_t)(to - room);
	return true;
}

/* ---- words ---- */

static bool take_step(struct reader *r)
{
	for (size_t i = 0; i < sizeof step / sizeof *step; i++)
		if (!strcmp(step[i], r->rest)) {
			r->line->name = step[i];
			return true;
		}
	refuse(r->why, "no such step '%.*s': there are", NAME_BYTES, r->rest);
	for (size_t i = 0; i < sizeof step / sizeof *step; i++)
		snprintf(r->why + strlen(r->why), TALK_WHY_BYTES - strlen(r->why), " %s", step[i]);
	return false;
}

static bool take_bytes(struct reader *r)
{
	r->line->bytes = r->room;
	return talk_bytes(r->rest, r->secret, r->room, &r->line->size, r->why);
}

static bool take_some_bytes(struct reader *r)
{
	return take_bytes(r) && (r->line->size || refuse(r->why, "a text must follow"));
}

static bool take_number(struct reader *r, int64_t most, const char *what)
{
	int64_t n = 0;

	for (const char *at = r->rest; *at; at++) {
		if (*at < '0' || *at > '9' || n > most)
			return refuse(r->why, "%s must follow, not '%.*s'", what, SHOWN_BYTES,
				      r->rest);
		n = n * 10 + (*at - '0');
	}
	if (!n || n > most)
		return refuse(r->why, "%s must follow, not '%.*s'", what, SHOWN_BYTES, r->rest);
	r->line->number = n;
	return true;
}

static bool take_code(struct reader *r)
{
	return take_number(r, 999, "a code such as 220, or 2 for any 2xx,");
}

static bool take_count(struct reader *r)
{
	return take_number(r, TALK_ANSWER_BYTES, "a number of bytes, 65536 at most,");
}

static bool take_nothing(struct reader *r)
{
	return !*r->rest || refuse(r->why, "nothing can follow, not '%.*s'", SHOWN_BYTES, r->rest);
}

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* NAME or NAME:UNIT, into the first bytes of the room. */
static bool take_name(struct reader *r)
{
	struct talk_line *l = r->line;
	size_t n = 0, unit;

	while (is_name_byte(r->rest[n]))
		n++;
	unit = r->rest[n] == ':' ? strcspn(r->rest + n + 1, " ") : 0;
	if (!n || n >= NAME_BYTES || unit >= UNIT_BYTES || (r->rest[n] == ':' && !unit) ||
	    (r->rest[n] && r->rest[n] != ' ' && r->rest[n] != ':'))
		return refuse(r->why, "a name of a-z 0-9 _ must follow, with NAME:UNIT a unit of "
			      "less than %d bytes, not '%.*s'",
			      UNIT_BYTES, SHOWN_BYTES, r->rest);
	memcpy(r->room, r->rest, n);
	r->room[n] = '\0';
	l->name = r->room;
	l->unit = r->room + NAME_BYTES;
	memcpy(r->room + NAME_BYTES, r->rest + n + 1, unit);
	r->room[NAME_BYTES + unit] = '\0';
	r->rest += n + (unit ? unit + 1 : 0);
	r->rest += *r->rest == ' ';
	r->room += NAME_BYTES + UNIT_BYTES;
	return take_bytes(r);
}

static const struct {
	const char *name;
	bool (*take)(struct reader *);
} word[] = {
	[TALK_STEP] = {"step", take_step},	   [TALK_SEND] = {"send", take_some_bytes},
	[TALK_EXPECT] = {"expect", take_some_bytes}, [TALK_LINE] = {"line", take_bytes},
	[TALK_REPLY] = {"reply", take_code},	   [TALK_READ] = {"read", take_count},
	[TALK_CLOSE] = {"close", take_nothing},	   [TALK_MATCH] = {"match", take_some_bytes},
	[TALK_REFUSE] = {"refuse", take_some_bytes}, [TALK_VALUE] = {"value", take_name},
	[TALK_FACT] = {"fact", take_name},	   [TALK_TLS] = {"tls", take_nothing},
};

bool talk_read(struct talk_line *l, const char *text, const char *secret, char *room,
	       char why[TALK_WHY_BYTES])
{
	size_t n = strcspn(text, " ");
	struct reader r = {.line = l, .secret = secret, .room = room, .why = why,
			   .rest = text + n + (text[n] == ' ')};

	*l = (struct talk_line){.bytes = "", .name = "", .unit = ""};
	for (int i = 0; i < TALK_WORDS; i++)
		if (strlen(word[i].name) == n && !memcmp(word[i].name, text, n)) {
			l->word = (enum talk_word)i;
			return word[i].take(&r);
		}
	refuse(why, "unknown word '%.*s': there are", (int)(n > NAME_BYTES ? NAME_BYTES : n), text);
	for (int i = 0; i < TALK_WORDS; i++)
		snprintf(why + strlen(why), TALK_WHY_BYTES - strlen(why), " %s", word[i].name);
	return false;
}

/* ---- lists ---- */

size_t talk_list_room(const char *const *list, const char *secret)
{
	size_t bytes = 0;

	for (; *list; list++)
		bytes += sizeof(struct talk_line) + talk_room(*list, secret);
	return bytes + sizeof(struct talk_line);
}

/* What of the conversation stands before a line. */
struct before {
	bool has_tls, has_read;
	int refusals;
};

static bool fits(struct before *b, const struct talk_line *l, char why[TALK_WHY_BYTES])
{
	bool reads = l->word == TALK_EXPECT || l->word == TALK_LINE || l->word == TALK_REPLY ||
		     l->word == TALK_READ || l->word == TALK_CLOSE;
	bool looks = l->word == TALK_MATCH || l->word == TALK_VALUE || l->word == TALK_FACT;

	if (looks && !b->has_read)
		return refuse(why, "'%s' looks at what was read last: expect, line, reply, read or "
			      "close must stand before it",
			      word[l->word].name);
	if (l->word == TALK_TLS && b->has_tls)
		return refuse(why, "'tls': the connection speaks TLS already: remove it");
	if (l->word == TALK_REFUSE && ++b->refusals > TALK_REFUSALS)
		return refuse(why, "'refuse' for the %dth time: %d at most", b->refusals,
			      TALK_REFUSALS);
	b->has_read |= reads;
	b->has_tls |= l->word == TALK_TLS;
	return true;
}

int talk_read_list(struct talk_line *into, const char *const *list, const char *secret,
		   bool has_tls, struct talk_listener *listener)
{
	struct before before = {.has_tls = has_tls};
	char why[TALK_WHY_BYTES], *room;
	size_t lines = 0, wrong = 0;

	while (list[lines])
		lines++;
	room = (char *)(into + lines + 1);
	for (size_t i = 0; i < lines; room += talk_room(list[i++], secret)) {
		bool is_read = talk_read(&into[i], list[i], secret, room, why);

		if (is_read && fits(&before, &into[i], why))
			continue;
		if (!is_read)
			before.has_read = true; /* it may have been meant to: no more of that */
		listener->wrong(listener, i, why);
		wrong++;
	}
	return wrong ? -1 : (int)lines;
}

/* ---- answers ---- */

const char *talk_find(const char *answer, size_t size, const char *bytes, size_t length)
{
	return length ? memmem(answer, size, bytes, length) : answer;
}

static const char *find_behind(const struct talk_line *l, const char *answer, size_t size)
{
	const char *found = talk_find(answer, size, l->bytes, l->size);

	return found ? found + l->size : NULL;
}

bool talk_number(const struct talk_line *l, const char *answer, size_t size, double *number)
{
	const char *at = find_behind(l, answer, size), *end = answer + size;
	char digits[64];
	size_t n = 0;
	char *stop;

	while (at && at < end && strchr(" \t\"'=:", *at) && *at)
		at++;
	while (at && at < end && n < sizeof digits - 1 && *at && strchr("0123456789+-.eE", *at))
		digits[n++] = *at++;
	digits[n] = '\0';
	if (!n || !strchr("0123456789+-.", *digits))
		return false;
	*number = strtod(digits, &stop);
	return stop > digits && isfinite(*number);
}

bool talk_text(const struct talk_line *l, const char *answer, size_t size, char *to, size_t room)
{
	const char *at = find_behind(l, answer, size), *end = answer + size;
	size_t n = 0;

	if (!at)
		return false;
	while (at < end && n < room - 1 && *at && *at != '\r' && *at != '\n')
		to[n++] = *at++;
	to[n] = '\0';
	return true;
}
