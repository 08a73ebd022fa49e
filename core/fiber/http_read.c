/* fiber/http_read: the head of an answer, line by line: status, the fields that decide how the body
 * is read, interim answers, lines that go on (RFC 9112 4 to 5). See http.h.
 *
 * Lenient where RFC 9112 lets a client be so (2.2: a line that ends without CR, a CR within
 * one; 5.2: a field over several lines, which is joined here), strict where an error would make two
 * readers differ about where the answer ends. */
#include "http.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool http_refuse(struct http_answer *a, const char *format, ...)
{
	va_list ap;

	if (a->fault)
		return false;
	va_start(ap, format);
	a->fault = arena_vtext(&a->probe->arena, format, ap);
	va_end(ap);
	if (!a->fault)
		a->fault = "no HTTP answer, and no memory is left to say why";
	return false;
}

bool http_keep(struct http_answer *a, struct http_bytes *bytes, const char *at, size_t size,
	       size_t most)
{
	size_t room = bytes->room ? bytes->room : 512;
	char *grown;

	while (room < bytes->size + size + 1)
		room *= 2;
	if (room > most + 1)
		room = most + 1;
	if (room > bytes->room) {
		grown = probe_alloc(a->probe, room);
		if (!grown)
			return false;
		if (bytes->size)
			memcpy(grown, bytes->at, bytes->size);
		bytes->at = grown;
		bytes->room = room;
	}
	memcpy(bytes->at + bytes->size, at, size);
	bytes->size += size;
	bytes->at[bytes->size] = '\0';
	return true;
}

static const char *shown(struct http_answer *a, const char *at, size_t size)
{
	return probe_shown_bytes(
		a->probe, at, size < HTTP_SHOWN_BYTES ? size : HTTP_SHOWN_BYTES);
}

/* ---- the first line ---- */

int http_status_line(const char *at, size_t size, const char **version)
{
	static const char *const known[] = {"1.1", "1.0", "2", "3"};
	size_t used = 0, digits = 0;
	int status = 0;

	*version = NULL;
	if (size < 5 || memcmp(at, "HTTP/", 5) != 0)
		return -1;
	for (size_t i = 0; i < sizeof known / sizeof *known && !*version; i++) {
		used = 5 + strlen(known[i]);
		if (size > used && !memcmp(at + 5, known[i], used - 5) && at[used] == ' ')
			*version = known[i];
	}
	if (!*version)
		return -1;
	for (at += used + 1, size -= used + 1; digits < size && isdigit((unsigned char)at[digits]);)
		if (++digits <= 3)
			status = status * 10 + (at[digits - 1] - '0');
	if (digits != 3 || status < 100 || (digits < size && !strchr(" \r\n", at[digits])))
		return -1;
	return status;
}

static bool take_status(struct http_answer *a, const char *at, size_t size)
{
	a->status = http_status_line(at, size, &a->version);
	if (a->status >= 0) {
		a->has_begun = true;
		return true;
	}
	a->status = 0;
	return http_refuse(a, a->version ? "malformed status line: its number is none from 100 to "
					   "999"
					 : "malformed status line: it has no HTTP version known "
					   "here");
}

/* What does not begin as HTTP does is another protocol: there is no use in waiting for its end. */
static bool may_be_http(struct http_answer *a)
{
	const char *line = a->head.at + a->line_at;
	size_t size = a->head.size - a->line_at;

	if (!memcmp(line, "HTTP/", size < 5 ? size : 5))
		return true;
	while (size && strchr("\r\n", line[size - 1]) && line[size - 1])
		size--;
	a->has_begun = true;
	return http_refuse(a, "wanted an HTTP answer, got '%s'", shown(a, line, size));
}

/* ---- fields ---- */

/* RFC 9110 8.6: digits only, and two that differ make the message invalid. */
static bool take_length(struct http_answer *a, const char *value, size_t size)
{
	size_t digits = strspn(value, "0123456789");
	int64_t length = 0;

	if (!digits || digits != size || digits > 18)
		return http_refuse(a, "malformed Content-Length '%s'", shown(a, value, size));
	for (size_t i = 0; i < digits; i++)
		length = length * 10 + (value[i] - '0');
	if (a->has_length && a->length != length)
		return http_refuse(a, "two Content-Lengths that differ");
	a->has_length = true;
	a->length = length;
	return true;
}

static bool is_word(const char *at, size_t size, const char *word)
{
	return strlen(word) == size && !strncasecmp(at, word, size);
}

/* We never ask for another one (RFC 9112 7.4), and chunks are never cut into chunks (6.1). */
static bool take_transfer(struct http_answer *a, const char *value, size_t size)
{
	if (!size || is_word(value, size, "identity"))
		return true;
	if (a->is_chunked || !is_word(value, size, "chunked"))
		return http_refuse(a, "unknown Transfer-Encoding '%s'", shown(a, value, size));
	a->is_chunked = true;
	return true;
}

static bool take_encoding(struct http_answer *a, const char *value, size_t size)
{
	if (a->decodes)
		a->encoding = probe_text(a->probe, "%s%s%.*s", a->encoding ? a->encoding : "",
					 a->encoding ? "," : "", (int)size, value);
	return probe_ok(a->probe);
}

static bool take_location(struct http_answer *a, const char *value, size_t size)
{
	if (!a->location)
		a->location = probe_text(a->probe, "%.*s", (int)size, value);
	return probe_ok(a->probe);
}

static const struct {
	const char *name;
	size_t size;
	bool (*take)(struct http_answer *, const char *value, size_t size);
} known[] = {
	{"Content-Length", 14, take_length},
	{"Transfer-Encoding", 17, take_transfer},
	{"Content-Encoding", 16, take_encoding},
	{"Location", 8, take_location},
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The field before the line that has come, joined by now. A space before its colon is refused: some
 * readers would see another name (RFC 9112 5.1). */
static bool take_field(struct http_answer *a)
{
	const char *at = a->head.at + a->field_at;
	size_t size = a->line_at - a->field_at, name;
	const char *colon = memchr(at, ':', size);

	while (size && is_space(at[size - 1]))
		size--;
	if (!colon || colon == at || is_space(colon[-1]) || memchr(at, '\0', size))
		return http_refuse(a, "malformed header line '%s'", shown(a, at, size));
	name = (size_t)(colon - at);
	for (at = colon + 1, size -= name + 1; size && is_space(*at); size--)
		at++;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].size == name && !strncasecmp(colon - name, known[i].name, name))
			return known[i].take(a, at, size);
	return true;
}

/* Where the field before was ended stand spaces now (RFC 9112 5.2). */
static bool join(struct http_answer *a, char *line)
{
	if (!a->field_at)
		return http_refuse(a, "malformed header line '%s'",
				   shown(a, line, strcspn(line, "\r\n")));
	for (char *end = line; is_space(end[-1]);)
		*--end = ' ';
	return true;
}

/* ---- lines ---- */

static void forget_head(struct http_answer *a)
{
	a->is_interim = a->is_chunked = a->has_length = false;
	a->location = a->encoding = NULL;
	a->head.size = a->line_at = a->field_at = 0;
}

/* The empty line. An interim answer is followed by another one (RFC 9110 15.2), except 101, which
 * we never asked for. */
static void end_head(struct http_answer *a)
{
	a->is_interim = a->status < 200 && a->status != 101;
	a->has_head = !a->is_interim;
	if (a->has_head)
		http_begin_body(a);
}

static void take_line(struct http_answer *a, char *line, size_t size)
{
	size_t bare = size - 1;

	while (bare && line[bare - 1] == '\r')
		bare--;
	for (char *cr = line; (cr = memchr(cr, '\r', bare - (size_t)(cr - line)));)
		*cr = ' ';
	if (++a->head_lines > HTTP_HEAD_LINES) {
		http_refuse(a, "too long: header of more than 100 lines");
	} else if (!a->line_at) {
		take_status(a, line, bare);
	} else if (*line == ' ' || *line == '\t') {
		join(a, line);
	} else if (!a->field_at || take_field(a)) {
		a->field_at = a->line_at;
		if (!bare)
			end_head(a);
	}
	a->line_at += size;
}

static size_t take_head(struct http_answer *a, const char *at, size_t size)
{
	const char *end = memchr(at, '\n', size);
	size_t line;

	if (end)
		size = (size_t)(end + 1 - at);
	if (a->is_interim)
		forget_head(a);
	a->head_bytes += size;
	if (a->head_bytes > HTTP_HEAD_BYTES)
		http_refuse(a, "too long: header of more than 64 KB");
	else if (http_keep(a, &a->head, at, size, HTTP_HEAD_BYTES) &&
		 (a->line_at || may_be_http(a)) && end) {
		line = a->line_at;
		take_line(a, a->head.at + line, a->head.size - line);
	}
	return size;
}

void http_take(struct http_answer *a, const char *at, size_t size)
{
	while (size && a->place != HTTP_DONE && !a->fault && probe_ok(a->probe)) {
		size_t used = a->place == HTTP_HEAD ? take_head(a, at, size)
						    : http_take_body(a, at, size);

		at += used;
		size -= used;
	}
	if (size && a->is_sized && !a->left && !a->is_cut)
		http_refuse(a, "body longer than its Content-Length");
}

void http_end(struct http_answer *a)
{
	if (a->place == HTTP_DONE || a->fault)
		return;
	if (a->has_head) {
		http_end_body(a);
	} else if (a->is_interim) { /* and then nothing: the number that came is the answer */
		a->place = HTTP_DONE;
	} else if (a->head_bytes) {
		http_refuse(a, "connection closed by %s in its header", a->peer);
	} else {
		http_refuse(a, "connection closed by %s before its answer", a->peer);
	}
}
