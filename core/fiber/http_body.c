/* fiber/http_body: the body of an answer: where it begins and ends, chunks and trailers, and what
 * of it is kept (RFC 9112 6 to 7). See http.h.
 *
 * Of both a length and chunks the chunks count (6.3); a trailer is counted, not believed (RFC 9110
 * 6.5). As libraries do, a line end within chunks may lack its CR. */
#include "http.h"

#include <string.h>

static bool leads_on(const struct http_answer *a)
{
	return a->follows && a->location && a->status >= 300 && a->status < 400;
}

bool http_keep_body(struct http_answer *a, const char *at, size_t size)
{
	size_t room = a->body_most - a->body.size;

	a->body_bytes += size;
	if (leads_on(a)) { /* the page behind it is what is asked for */
		a->is_cut = a->body_bytes > HTTP_PASSED_BYTES;
		return !a->is_cut;
	}
	a->is_cut = size > room;
	return http_keep(a, &a->body, at, a->is_cut ? room : size, a->body_most) && !a->is_cut;
}

static void finish(struct http_answer *a)
{
	a->place = HTTP_DONE;
	if (!a->is_cut && !http_decode_is_whole(a))
		http_refuse(a, "broken compressed body");
}

/* What is to be decompressed little by little, so that a bomb is compared with what it came from.
 */
static void deliver(struct http_answer *a, const char *at, size_t size)
{
	bool goes_on = true;

	for (size_t n; goes_on && size; at += n, size -= n) {
		n = a->encoding && size > HTTP_PIECE_BYTES ? HTTP_PIECE_BYTES : size;
		a->came_bytes += n;
		goes_on = a->encoding ? http_decode(a, at, n) : http_keep_body(a, at, n);
	}
	if (a->is_cut)
		a->place = HTTP_DONE;
}

void http_begin_body(struct http_answer *a)
{
	if (a->status == 101) /* what follows is no HTTP */
		a->is_cut = true;
	a->is_sized = a->has_length && !a->is_chunked;
	if (a->has_no_body || a->status == 101 || a->status == 204 || a->status == 304) {
		a->is_sized = false;
		a->place = HTTP_DONE;
	} else if (a->is_chunked) {
		a->place = HTTP_CHUNK_SIZE;
	} else if (a->has_length) {
		a->left = (uint64_t)a->length;
		a->place = a->left ? HTTP_SIZED : HTTP_DONE;
	} else {
		a->place = HTTP_REST;
	}
}

static size_t take_sized(struct http_answer *a, const char *at, size_t size)
{
	if (size > a->left)
		size = (size_t)a->left;
	a->left -= size;
	deliver(a, at, size);
	if (!a->left && a->place == HTTP_SIZED)
		finish(a);
	return size;
}

static size_t take_rest(struct http_answer *a, const char *at, size_t size)
{
	deliver(a, at, size);
	return size;
}

/* ---- chunks ---- */

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

static void begin_chunk(struct http_answer *a)
{
	a->digits = 0;
	a->place = a->left ? HTTP_CHUNK : HTTP_TRAILER;
}

/* 15 digits at most: no length of ours overflows. */
static size_t take_chunk_size(struct http_answer *a, const char *at, size_t size)
{
	int digit = hex(*at);

	(void)size;
	if (digit >= 0 && a->digits < 15) {
		a->left = a->left * 16 + (unsigned)digit;
		a->digits++;
	} else if (digit >= 0 || !a->digits || !strchr(" \t\r\n;", *at) || !*at) {
		http_refuse(a, "broken chunked body");
	} else if (*at == '\n') {
		begin_chunk(a);
	} else {
		a->digits = 0;
		a->place = HTTP_CHUNK_EXTENSION;
	}
	return 1;
}

static size_t take_chunk_extension(struct http_answer *a, const char *at, size_t size)
{
	const char *end = memchr(at, '\n', size);

	if (end)
		size = (size_t)(end + 1 - at);
	a->digits += size;
	if (a->digits > HTTP_EXTENSION_BYTES)
		http_refuse(a, "too long: chunk extension of more than 4 KB");
	else if (end)
		begin_chunk(a);
	return size;
}

static size_t take_chunk(struct http_answer *a, const char *at, size_t size)
{
	if (size > a->left)
		size = (size_t)a->left;
	a->left -= size;
	deliver(a, at, size);
	if (!a->left && a->place == HTTP_CHUNK)
		a->place = HTTP_CHUNK_END;
	return size;
}

static size_t take_chunk_end(struct http_answer *a, const char *at, size_t size)
{
	(void)size;
	if (*at == '\n') {
		a->digits = 0;
		a->place = HTTP_CHUNK_SIZE;
	} else if (*at != '\r' || a->digits++) {
		http_refuse(a, "broken chunked body");
	}
	return 1;
}

static size_t take_trailer(struct http_answer *a, const char *at, size_t size)
{
	const char *end = memchr(at, '\n', size);

	if (end)
		size = (size_t)(end + 1 - at);
	a->head_bytes += size;
	for (size_t i = 0; i < size; i++)
		a->digits += at[i] != '\r' && at[i] != '\n';
	if (a->head_bytes > HTTP_HEAD_BYTES)
		http_refuse(a, "too long: header of more than 64 KB");
	else if (end && ++a->head_lines > HTTP_HEAD_LINES)
		http_refuse(a, "too long: header of more than 100 lines");
	else if (end && !a->digits)
		finish(a);
	else if (end)
		a->digits = 0;
	return size;
}

size_t http_take_body(struct http_answer *a, const char *at, size_t size)
{
	static size_t (*const take[])(struct http_answer *, const char *, size_t) = {
		[HTTP_SIZED] = take_sized,
		[HTTP_REST] = take_rest,
		[HTTP_CHUNK_SIZE] = take_chunk_size,
		[HTTP_CHUNK_EXTENSION] = take_chunk_extension,
		[HTTP_CHUNK] = take_chunk,
		[HTTP_CHUNK_END] = take_chunk_end,
		[HTTP_TRAILER] = take_trailer,
	};

	return take[a->place](a, at, size);
}

void http_end_body(struct http_answer *a)
{
	if (a->place == HTTP_REST)
		finish(a);
	else if (a->place == HTTP_SIZED)
		http_refuse(a, "body ended after %zu of %lld bytes", a->came_bytes,
			    (long long)a->length);
	else
		http_refuse(a, "chunked body ended before its last chunk");
}
