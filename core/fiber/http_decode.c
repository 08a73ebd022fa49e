/* fiber/http_decode: undoes Content-Encoding: gzip, deflate, br and zstd, also one behind the
 * other, by their own libraries. See http.h.
 *
 * Each coding gives what it made to the next, in pieces, and the last to the page: so a bomb ends
 * where it begins to grow (F41). A server chooses neither how much memory that takes (zstd: windows
 * of 8 MiB, RFC 9659) nor, by what a library lacks, its verdict: memory_try() counts it (F11). */
#include <brotli/decode.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "../base/memory.h"
#include "http.h"

#define CODINGS 3 /* of one body */
#define MADE_BYTES (16 << 10)
#define WINDOW_BITS 23 /* of zstd */

struct http_decoder {
	const struct coding *coding;
	struct http_answer *answer;
	struct http_decoder *next; /* who gets what this one makes; NULL: the page */
	size_t made_bytes;
	int depth;
	bool has_begun, is_whole;
	union {
		z_stream z;
		BrotliDecoderState *br;
		ZSTD_DStream *zstd;
	};
};

struct coding {
	const char *name;
	bool (*open)(struct http_decoder *, unsigned char first); /* false: no memory */
	bool (*feed)(struct http_decoder *, const char *at, size_t size);
	void (*close)(struct http_decoder *);
};

/* Of all probes: nobody parks while it is in use. */
static char made[CODINGS][MADE_BYTES];

static bool feed(struct http_decoder *d, const char *at, size_t size);

static bool broken(struct http_decoder *d)
{
	return http_refuse(d->answer, "broken compressed body");
}

static bool pass_on(struct http_decoder *d, size_t size)
{
	struct http_answer *a = d->answer;

	d->made_bytes += size;
	if (d->made_bytes > HTTP_BOMB_BYTES && d->made_bytes / HTTP_BOMB_RATIO > a->came_bytes)
		return http_refuse(a, "decompressed body more than 100 times its size");
	if (!size)
		return true;
	return d->next ? feed(d->next, made[d->depth], size)
		       : http_keep_body(a, made[d->depth], size);
}

/* ---- gzip and deflate (RFC 1950 to 1952) ---- */

static void *try_items(void *nothing, unsigned count, unsigned size)
{
	(void)nothing;
	return memory_try_new(count, size);
}

static void free_items(void *nothing, void *at)
{
	(void)nothing;
	free(at);
}

static bool open_zlib(struct http_decoder *d, int bits)
{
	d->z = (z_stream){.zalloc = try_items, .zfree = free_items};
	return inflateInit2(&d->z, bits) == Z_OK;
}

static bool open_gzip(struct http_decoder *d, unsigned char first)
{
	(void)first;
	return open_zlib(d, MAX_WBITS + 16);
}

/* Some servers leave the frame of zlib out, which begins with an 8 (RFC 9110 8.4.1.2). */
static bool open_deflate(struct http_decoder *d, unsigned char first)
{
	return open_zlib(d, (first & 15) == 8 ? MAX_WBITS : -MAX_WBITS);
}

static bool feed_zlib(struct http_decoder *d, const char *at, size_t size)
{
	z_stream *z = &d->z;
	int result;

	z->next_in = (unsigned char *)at;
	z->avail_in = (unsigned)size;
	do {
		if (d->is_whole && inflateReset(z) != Z_OK) /* another member (RFC 1952 2.2) */
			return broken(d);
		z->next_out = (unsigned char *)made[d->depth];
		z->avail_out = MADE_BYTES;
		result = inflate(z, Z_NO_FLUSH);
		d->is_whole = result == Z_STREAM_END;
		if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
			return broken(d);
		if (!pass_on(d, MADE_BYTES - z->avail_out))
			return false;
	} while (z->avail_in || (!z->avail_out && !d->is_whole));
	return true;
}

static void close_zlib(struct http_decoder *d)
{
	inflateEnd(&d->z);
}

/* ---- br (RFC 7932) ---- */

static void *try_bytes(void *nothing, size_t size)
{
	(void)nothing;
	return memory_try(size);
}

static bool open_br(struct http_decoder *d, unsigned char first)
{
	(void)first;
	d->br = BrotliDecoderCreateInstance(try_bytes, free_items, NULL);
	return d->br;
}

static bool feed_br(struct http_decoder *d, const char *at, size_t size)
{
	const uint8_t *in = (const uint8_t *)at;
	BrotliDecoderResult result;
	size_t room;

	do {
		uint8_t *out = (uint8_t *)made[d->depth];

		room = MADE_BYTES;
		result = BrotliDecoderDecompressStream(d->br, &size, &in, &room, &out, NULL);
		if (result == BROTLI_DECODER_RESULT_ERROR)
			return broken(d);
		if (!pass_on(d, MADE_BYTES - room))
			return false;
	} while (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT);
	d->is_whole = result == BROTLI_DECODER_RESULT_SUCCESS;
	return !size || broken(d);
}

static void close_br(struct http_decoder *d)
{
	BrotliDecoderDestroyInstance(d->br);
}

/* ---- zstd (RFC 8878), which takes its memory itself ---- */

static bool open_zstd(struct http_decoder *d, unsigned char first)
{
	(void)first;
	d->zstd = ZSTD_createDStream();
	if (d->zstd)
		ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax, WINDOW_BITS);
	return d->zstd;
}

static bool feed_zstd(struct http_decoder *d, const char *at, size_t size)
{
	ZSTD_inBuffer in = {at, size, 0};
	ZSTD_outBuffer out;
	size_t result;

	do {
		out = (ZSTD_outBuffer){made[d->depth], MADE_BYTES, 0};
		result = ZSTD_decompressStream(d->zstd, &out, &in);
		if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation)
			return probe_unknown(d->answer->probe, "no memory left to decompress");
		if (ZSTD_isError(result))
			return broken(d);
		if (!pass_on(d, out.pos))
			return false;
	} while (in.pos < in.size || (out.pos == out.size && result));
	d->is_whole = !result;
	return true;
}

static void close_zstd(struct http_decoder *d)
{
	ZSTD_freeDStream(d->zstd);
}

/* ---- all of them ---- */

static const struct coding coding[] = {
	{"gzip", open_gzip, feed_zlib, close_zlib},
	{"x-gzip", open_gzip, feed_zlib, close_zlib},
	{"deflate", open_deflate, feed_zlib, close_zlib},
	{"br", open_br, feed_br, close_br},
	{"zstd", open_zstd, feed_zstd, close_zstd},
};

static void release(void *with)
{
	struct http_decoder *d = with;

	d->coding->close(d);
}

static bool begin(struct http_decoder *d, char first)
{
	d->has_begun = true;
	if (!d->coding->open(d, (unsigned char)first))
		return probe_unknown(d->answer->probe, "no memory left to decompress");
	probe_defer(d->answer->probe, release, d);
	return probe_ok(d->answer->probe);
}

static bool feed(struct http_decoder *d, const char *at, size_t size)
{
	return (d->has_begun || begin(d, *at)) && d->coding->feed(d, at, size);
}

static bool add_decoder(struct http_answer *a, const char *name, size_t size)
{
	struct http_decoder *d = probe_alloc(a->probe, sizeof *d);
	size_t i = 0;

	while (i < sizeof coding / sizeof *coding &&
	       (strlen(coding[i].name) != size || strncasecmp(coding[i].name, name, size) != 0))
		i++;
	if (i == sizeof coding / sizeof *coding)
		return http_refuse(a, "unknown Content-Encoding '%s'",
				   probe_shown_bytes(a->probe, name,
						     size < HTTP_SHOWN_BYTES ? size
									     : HTTP_SHOWN_BYTES));
	if (!d)
		return false;
	*d = (struct http_decoder){.coding = &coding[i], .answer = a, .next = a->decoder};
	d->depth = a->decoder ? a->decoder->depth + 1 : 0;
	a->decoder = d;
	return d->depth < CODINGS || http_refuse(a, "more than %d codings of the body", CODINGS);
}

/* The one that was applied last stands last, and is undone first. */
static bool open_decoders(struct http_answer *a)
{
	const char *at = a->encoding;
	size_t size;

	for (; *at; at += *at == ',') {
		at += strspn(at, " \t");
		size = strcspn(at, ", \t");
		if (size && !(size == 8 && !strncasecmp(at, "identity", size)) &&
		    !add_decoder(a, at, size))
			return false;
		at += size + strspn(at + size, " \t");
	}
	return true;
}

bool http_decode(struct http_answer *a, const char *at, size_t size)
{
	if (!a->decoder && !open_decoders(a))
		return false;
	return a->decoder ? feed(a->decoder, at, size) : http_keep_body(a, at, size);
}

bool http_decode_is_whole(const struct http_answer *a)
{
	const struct http_decoder *d = a->decoder;

	while (d && d->is_whole)
		d = d->next;
	return !d;
}
