/* fiber/net_read: what is read from and written to a connection: bytes, lines, replies with codes,
 * text up to a mark. */
#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../prober/probe.h"

#define SHOWN_BYTES 200 /* of what a server said, in a reason */

/* What was said, readable and short, in the probe's memory. */
static const char *shown(struct probe *p, const char *bytes, size_t size)
{
	struct text all = {0}, t = {0};
	const char *kept;

	text_add(&all, bytes, size);
	probe_strike_secrets(p, all.at, size);
	text_add_safe(&t, text_get(&all), size, SHOWN_BYTES);
	kept = arena_text(&p->arena, "%s%s", text_get(&t), size > SHOWN_BYTES ? "..." : "");
	text_release(&t);
	text_release(&all);
	return kept ? kept : "";
}

const char *probe_shown(struct probe *p, const char *text)
{
	return probe_may_go_on(p) ? shown(p, text, strlen(text)) : "";
}

/* More bytes behind c->to; false at the end of the stream or after a failure. */
static bool fill(struct connection *c)
{
	long n;

	if (!c->in) {
		if (!net_await(c, &c->can_read))
			return false;
		c->in = malloc(NET_IN_BYTES);
		if (!c->in)
			return probe_unknown(c->probe, "no memory left to read from %s", c->name);
	}
	if (c->from) {
		memmove(c->in, c->in + c->from, c->to - c->from);
		c->to -= c->from;
		c->from = 0;
	}
	n = net_receive(c, c->in + c->to, NET_IN_BYTES - c->to);
	if (n > 0)
		c->to += (size_t)n;
	return n > 0;
}

static bool say_closed(struct connection *c, const char *what)
{
	if (c->to > c->from)
		return probe_fail(c->probe, "connection closed by %s in the middle of a %s: '%s'",
				  c->name, what, shown(c->probe, c->in + c->from, c->to - c->from));
	return probe_fail(c->probe, "connection closed by %s", c->name);
}

static bool say_too_long(struct connection *c)
{
	return probe_fail(c->probe, "line too long: more than %d bytes, '%s'", NET_LINE_BYTES,
			  shown(c->probe, c->in + c->from, c->to - c->from));
}

/* The bytes of one line up to its LF; 0 after a failure. */
static size_t find_line(struct connection *c)
{
	size_t seen = 0;
	char *end;

	for (;;) {
		size_t unread = c->to - c->from;

		end = unread > seen ? memchr(c->in + c->from + seen, '\n', unread - seen) : NULL;
		if (end)
			return (size_t)(end + 1 - (c->in + c->from));
		seen = unread;
		if (seen > NET_LINE_BYTES + 1)
			return say_too_long(c);
		if (!fill(c))
			return c->probe->has_failed ? 0 : say_closed(c, "line");
	}
}

static void blank_nuls(char *at, size_t size)
{
	for (char *nul; (nul = memchr(at, '\0', size)); at = nul + 1) {
		*nul = ' ';
		size -= (size_t)(nul + 1 - at);
	}
}

/* The next line in the buffer itself, NUL-terminated, until something is read again; NULL after a
 * failure. */
static const char *next_line(struct connection *c, size_t *size)
{
	size_t n = find_line(c);
	char *line;

	if (!n)
		return NULL;
	line = c->in + c->from;
	c->from += n;
	line[--n] = '\0';
	if (n && line[n - 1] == '\r')
		line[--n] = '\0';
	if (n > NET_LINE_BYTES) {
		c->from = (size_t)(line - c->in);
		say_too_long(c);
		return NULL;
	}
	blank_nuls(line, n);
	*size = n;
	return line;
}

const char *probe_line(struct probe *p)
{
	struct connection *c = net_get(p);
	const char *line;
	size_t size;

	line = c ? next_line(c, &size) : NULL;
	if (!line)
		return "";
	line = arena_copy(&p->arena, line, size);
	if (!line)
		probe_unknown(p, "probe used more than %u MiB", PROBE_ARENA_BYTES >> 20);
	return line ? line : "";
}

static int code_of(const char *line)
{
	for (int i = 0; i < 3; i++)
		if (line[i] < '0' || line[i] > '9')
			return 0;
	if (line[3] && line[3] != ' ' && line[3] != '-')
		return 0;
	return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

/* Lines up to the last, "220 ...", go to `all` without their codes. Between, any text may stand
 * (RFC 959 4.2). */
static int read_reply(struct connection *c, struct text *all)
{
	int code = 0, lines = 0;
	const char *line;
	size_t size;

	for (;;) {
		line = next_line(c, &size);
		if (!line)
			return 0;
		if (!lines)
			code = code_of(line);
		if (!code)
			return text_add(all, line, size), -1;
		if (lines++)
			text_putc(all, '\n');
		if (code_of(line) == code)
			text_add(all, line + (size > 3 ? 4 : 3), size > 3 ? size - 4 : 0);
		else
			text_add(all, line, size);
		if (code_of(line) == code && line[3] != '-')
			return code;
		if (all->size > NET_REPLY_BYTES || lines >= NET_REPLY_LINES)
			return probe_fail(c->probe,
					  "reply too long: more than %d lines or %d bytes",
					  NET_REPLY_LINES, NET_REPLY_BYTES);
	}
}

static void wanted_name(int code, char *to, size_t room)
{
	snprintf(to, room, code < 10 ? "%dxx" : "%03d", code);
}

/* The first line of the reply says most. */
static void say_unwanted(struct probe *p, int wanted, int got, const char *text)
{
	const char *first = shown(p, text, strcspn(text, "\n"));
	char name[16];

	wanted_name(wanted, name, sizeof name);
	if (!wanted)
		probe_fail(p, "wanted a reply code, got '%s'", first);
	else if (got < 0)
		probe_fail(p, "wanted %s, got '%s'", name, first);
	else
		probe_fail(p, "wanted %s, got '%03d%s%s'", name, got, *first ? " " : "", first);
}

static bool is_unwanted(int wanted, int got)
{
	return got <= 0 || (wanted && got != wanted && (wanted >= 10 || got / 100 != wanted));
}

int probe_reply(struct probe *p, int code)
{
	struct connection *c = net_get(p);
	struct text all = {0};
	int got;

	if (!c)
		return 0;
	got = read_reply(c, &all);
	if (got && is_unwanted(code, got))
		say_unwanted(p, code, got, text_get(&all));
	if (!p->has_failed)
		c->reply = arena_copy(&p->arena, text_get(&all), all.size);
	c->reply_code = got;
	if (!p->has_failed && !c->reply)
		probe_unknown(p, "probe used more than %u MiB", PROBE_ARENA_BYTES >> 20);
	text_release(&all);
	return p->has_failed ? 0 : got;
}

int probe_want_reply(struct probe *p, int code)
{
	struct connection *c = net_get(p);

	if (!c)
		return 0;
	if (is_unwanted(code, c->reply_code))
		say_unwanted(p, code, c->reply_code, c->reply ? c->reply : "");
	return p->has_failed ? 0 : c->reply_code;
}

const char *probe_reply_text(const struct probe *p)
{
	const struct connection *c = p->connection[p->in_use];

	return p->has_failed || !c || !c->reply ? "" : c->reply;
}

static size_t take(struct connection *c, void *into, size_t room)
{
	size_t n = c->to - c->from < room ? c->to - c->from : room;

	memcpy(into, c->in + c->from, n);
	c->from += n;
	return n;
}

size_t probe_read(struct probe *p, void *into, size_t room)
{
	struct connection *c = net_get(p);
	long n;

	if (!c || !room)
		return 0;
	if (c->to > c->from)
		return take(c, into, room);
	n = net_receive(c, into, room);
	return n > 0 ? (size_t)n : 0;
}

static char *keep_read(struct probe *p, const char *bytes, size_t size)
{
	char *kept = arena_copy(&p->arena, bytes, size);

	if (!kept)
		probe_unknown(p, "probe used more than %u MiB", PROBE_ARENA_BYTES >> 20);
	return kept;
}

/* What is waited for, and what has come so far. */
struct wait {
	const struct probe_mark *mark;
	size_t marks, longest, most;
	struct text got;
	int found; /* place of the mark that has come */
};

/* How many of the bytes got end the wait, 0 when no mark has come. Of two that overlap the one that
 * ends first, as if each byte came alone. */
static size_t find_mark(struct wait *w, size_t seen)
{
	size_t from = seen > w->longest ? seen - w->longest : 0, end = 0, at;
	const char *found;

	for (size_t i = 0; i < w->marks; i++) {
		found = memmem(w->got.at + from, w->got.size - from, w->mark[i].bytes,
			       w->mark[i].size);
		at = found ? (size_t)(found - w->got.at) + w->mark[i].size : 0;
		if (!w->mark[i].size || !at || (end && at >= end))
			continue;
		end = at;
		w->found = (int)i;
	}
	return end;
}

/* A reason that is there already says how the wait ended, not what had come until then. */
static void say_what_came(struct probe *p, const struct wait *w)
{
	const char *wanted = shown(p, w->mark->bytes, w->mark->size), *more;

	if (!p->has_failed) {
		probe_fail(p, "wanted '%s', got '%s' and the end of the stream", wanted,
			   shown(p, text_get(&w->got), w->got.size));
	} else if (p->is_late && p->verdict == VERDICT_DOWN && w->got.size) {
		more = arena_text(&p->arena, "%s: wanted '%s', got '%s'", p->reason, wanted,
				  shown(p, w->got.at, w->got.size));
		p->reason = more ? more : p->reason;
	}
}

static size_t read_until(struct connection *c, struct wait *w)
{
	struct text *got = &w->got;
	size_t seen, end = 0;
	struct probe *p = c->probe;

	while (!end) {
		if (c->to == c->from && !fill(c)) {
			say_what_came(p, w);
			return 0;
		}
		seen = got->size;
		text_add(got, c->in + c->from, c->to - c->from);
		end = find_mark(w, seen);
		if (end > w->most || (!end && got->size >= w->most)) {
			probe_fail(p, "too long: no '%s' in the first %zu bytes, got '%s'",
				   shown(p, w->mark->bytes, w->mark->size), w->most,
				   shown(p, got->at, got->size));
			return 0;
		}
		c->from = end ? c->from + (end - seen) : c->to;
	}
	return end;
}

int probe_find(struct probe *p, const struct probe_mark *mark, size_t marks, size_t most,
	       const char **got, size_t *size)
{
	struct connection *c = net_get(p);
	struct wait w = {.mark = mark, .marks = marks, .most = most};
	const char *kept = NULL;

	*got = "";
	*size = 0;
	for (size_t i = 0; i < marks; i++)
		w.longest = mark[i].size > w.longest ? mark[i].size : w.longest;
	if (!c || !w.longest)
		return -1;
	*size = read_until(c, &w);
	if (*size)
		kept = keep_read(p, w.got.at, *size);
	text_release(&w.got);
	if (!kept) {
		*size = 0;
		return -1;
	}
	*got = kept;
	return w.found;
}

const char *probe_until(struct probe *p, const char *text, size_t most)
{
	struct probe_mark mark = {text, strlen(text)};
	const char *got;
	size_t size;

	if (probe_find(p, &mark, 1, most, &got, &size) < 0)
		return "";
	blank_nuls((char *)got, size); /* our copy */
	return got;
}

const char *probe_take(struct probe *p, size_t size)
{
	char *into = probe_alloc(p, size + 1);
	size_t have = 0, n = 1;

	while (into && have < size && n) {
		n = probe_read(p, into + have, size - have);
		have += n;
	}
	if (into && have == size && probe_ok(p))
		return into;
	if (into && !n)
		probe_fail(p, "wanted %zu bytes, got %zu and the end of the stream: '%s'", size,
			   have, shown(p, into, have));
	return "";
}

const char *probe_shown_bytes(struct probe *p, const void *bytes, size_t size)
{
	return probe_ok(p) ? shown(p, bytes, size) : "";
}

bool probe_has_input(struct probe *p)
{
	struct connection *c = net_get(p);

	return c && net_has_input(c);
}

bool probe_send(struct probe *p, const void *bytes, size_t size)
{
	struct connection *c = net_get(p);

	return c && net_send_all(c, bytes, size);
}

bool probe_print(struct probe *p, const char *format, ...)
{
	struct connection *c = net_get(p);
	char few[512], *bytes = few;
	va_list ap;
	int n;

	if (!c)
		return false;
	va_start(ap, format);
	n = vsnprintf(few, sizeof few, format, ap);
	va_end(ap);
	if (n >= (int)sizeof few) {
		va_start(ap, format);
		bytes = arena_vtext(&p->arena, format, ap);
		va_end(ap);
	}
	if (n < 0 || !bytes)
		return probe_unknown(p, "probe used more than %u MiB", PROBE_ARENA_BYTES >> 20);
	return net_send_all(c, bytes, (size_t)n);
}
