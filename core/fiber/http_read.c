/* fiber/http_read: what a server may say. Everything it sends passes here, in libcurl's callbacks,
 * and has a cap (F38, F41, F42).
 *
 * A callback that returns less than it got stops the transfer: `fault` says why, or `is_cut` that
 * enough was read. */
#include "http_exchange.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool fault(struct http_exchange *x, const char *why)
{
	if (!x->fault)
		x->fault = why;
	return false;
}

/* Never more than `most` bytes, which the caller sees to. */
static bool keep(
	struct http_exchange *x, struct http_bytes *bytes, const char *at, size_t size, size_t most)
{
	size_t room = bytes->room ? bytes->room : 512;
	char *grown;

	while (room < bytes->size + size + 1)
		room *= 2;
	if (room > most + 1)
		room = most + 1;
	if (room > bytes->room) {
		grown = probe_alloc(x->probe, room);
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

int http_status_line(const char *at, size_t size, const char **version)
{
	static const char *const known[] = {"1.0", "1.1", "2", "3"};
	size_t used, i;

	if (size < 5 || memcmp(at, "HTTP/", 5))
		return -1;
	for (i = 0; i < sizeof known / sizeof *known; i++) {
		used = 5 + strlen(known[i]);
		if (size > used && !memcmp(at + 5, known[i], used - 5) && at[used] == ' ')
			break;
	}
	if (i == sizeof known / sizeof *known)
		return -1;
	*version = known[i];
	at += used + 1;
	size -= used + 1;
	for (i = 0, used = 0; i < size && i < 4 && isdigit((unsigned char)at[i]); i++)
		used = used * 10 + (at[i] - '0');
	if (!i || i > 3 || (i < size && !strchr(" \r\n", at[i])))
		return -1;
	return (int)used;
}

static bool take_status(struct http_exchange *x, const char *at, size_t size)
{
	x->status = http_status_line(at, size, &x->version);
	if (x->status < 0) {
		x->status = 0;
		return fault(x,
			probe_text(x->probe, "malformed status line '%.*s'",
				(int)strcspn(at, "\r\n"), at));
	}
	x->wants_status = false;
	x->head.size = 0;
	x->has_length = false;
	x->location = NULL;
	return true;
}

/* RFC 9110 8.6: digits only, and two that differ make the message invalid. */
static bool take_length(struct http_exchange *x, const char *value)
{
	int64_t length = 0;
	size_t digits = strspn(value, "0123456789");

	if (!digits || digits > 18 || value[digits])
		return fault(x, probe_text(x->probe, "malformed Content-Length '%s'", value));
	for (size_t i = 0; i < digits; i++)
		length = length * 10 + (value[i] - '0');
	if (x->has_length && x->length != length)
		return fault(x, "two Content-Lengths that differ");
	x->has_length = true;
	x->length = length;
	return true;
}

static const char *value_of(struct http_exchange *x, const char *at, size_t size, const char *name)
{
	size_t used = strlen(name);

	if (size <= used || strncasecmp(at, name, used) || at[used] != ':')
		return NULL;
	for (used++; used < size && (at[used] == ' ' || at[used] == '\t');)
		used++;
	while (size > used && strchr(" \t\r\n", at[size - 1]))
		size--;
	return probe_text(x->probe, "%.*s", (int)(size - used), at + used);
}

static bool take_field(struct http_exchange *x, const char *at, size_t size)
{
	const char *value;

	if (tolower((unsigned char)at[0]) == 'l' && !x->location)
		x->location = value_of(x, at, size, "Location");
	else if (tolower((unsigned char)at[0]) == 'c' &&
		(value = value_of(x, at, size, "Content-Length")))
		return take_length(x, value);
	return true;
}

/* The empty line. An interim answer is followed by another one (RFC 9110 15.2), except 101, which
 * we never asked for. */
static bool end_head(struct http_exchange *x)
{
	if (x->status >= 100 && x->status < 200 && x->status != 101) {
		x->wants_status = true;
		return true;
	}
	x->has_head = true;
	x->is_cut = x->status <= 101; /* libcurl would wait for another one */
	if (x->has_length) /* from here on libcurl may tell us of bytes that are too many */
		curl_easy_setopt(x->handle->easy, CURLOPT_VERBOSE, 1L);
	return !x->is_cut;
}

static bool take_line(struct http_exchange *x, const char *at, size_t size)
{
	x->head_bytes += size;
	x->head_lines++;
	if (x->head_bytes > HTTP_HEAD_BYTES)
		return fault(x, "too long: header of more than 64 KB");
	if (x->head_lines > HTTP_HEAD_LINES)
		return fault(x, "too long: header of more than 100 lines");
	if (x->has_head) /* a trailer: counted, not believed (RFC 9110 6.5) */
		return true;
	if (x->wants_status && !take_status(x, at, size))
		return false;
	if (!keep(x, &x->head, at, size, HTTP_HEAD_BYTES))
		return false;
	return *at == '\r' || *at == '\n' ? end_head(x) : take_field(x, at, size);
}

size_t http_on_header(char *at, size_t one, size_t size, void *exchange)
{
	struct http_exchange *x = exchange;

	http_enter(x, HTTP_BODY);
	return take_line(x, at, one * size) ? one * size : 0;
}

static bool is_bomb(const struct http_exchange *x)
{
	curl_off_t came = 0;

	if (!x->ask->encoding || x->body_bytes <= HTTP_BOMB_BYTES)
		return false;
	curl_easy_getinfo(x->handle->easy, CURLINFO_SIZE_DOWNLOAD_T, &came);
	return (int64_t)x->body_bytes > came * HTTP_BOMB_RATIO;
}

/* The body of a page that sends us elsewhere is nobody's concern. */
static bool leads_on(const struct http_exchange *x)
{
	return x->ask->follows && x->location && x->status >= 300 && x->status < 400;
}

/* What libcurl takes for HTTP/0.9 is another protocol, or a status line that is none. */
static size_t refuse_headless(struct http_exchange *x, const char *at, size_t size)
{
	size_t shown = 0;

	while (shown < size && shown < HTTP_SHOWN_BYTES && at[shown] != '\r' && at[shown] != '\n')
		shown++;
	fault(x, probe_text(x->probe, "wanted an HTTP answer, got '%s'",
			    probe_shown_bytes(x->probe, at, shown)));
	return 0;
}

size_t http_on_body(char *at, size_t one, size_t size, void *exchange)
{
	struct http_exchange *x = exchange;
	size_t room = x->ask->body_most - x->body.size;

	http_enter(x, HTTP_BODY);
	size *= one;
	if (!x->has_head)
		return refuse_headless(x, at, size);
	x->body_bytes += size;
	if (is_bomb(x)) {
		fault(x, "decompressed body more than 100 times its size");
		return 0;
	}
	if (leads_on(x)) {
		x->is_cut = x->body_bytes > HTTP_PASSED_BYTES;
		return x->is_cut ? 0 : size;
	}
	x->is_cut = size > room;
	if (!keep(x, &x->body, at, x->is_cut ? room : size, x->ask->body_most))
		return 0;
	return x->is_cut ? 0 : size;
}

/* Behind the request's last byte begins the time of the answer, also where libcurl sees the end of
 * the connection in the same call. */
static void note_out(struct http_exchange *x, curl_infotype type, const char *at, size_t size)
{
	if (type == CURLINFO_DATA_OUT)
		x->sent_body_bytes += size;
	else
		x->has_sent_head = size >= 4 && !memcmp(at + size - 4, "\r\n\r\n", 4);
	if (x->has_sent_head && x->sent_body_bytes >= (x->ask->body ? strlen(x->ask->body) : 0))
		http_enter(x, HTTP_FIRST_BYTE);
}

/* libcurl passes over bytes behind the announced end and only tells its log. */
int http_on_debug(CURL *easy, curl_infotype type, char *at, size_t size, void *exchange)
{
	struct http_exchange *x = exchange;

	(void)easy;
	if (type == CURLINFO_TEXT && size > 12 && !memcmp(at, "Excess found", 12))
		fault(x, "body longer than its Content-Length");
	else if (type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT) {
		probe_transcribe(x->probe, '>', at, size);
		note_out(x, type, at, size);
	} else if (type == CURLINFO_HEADER_IN || type == CURLINFO_DATA_IN)
		probe_transcribe(x->probe, '<', at, size);
	return 0;
}
