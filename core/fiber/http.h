/* fiber/http: HTTP/1.1 exchanges for probes (probe_http() of nines/check.h; RFC 9110, RFC 9112), on
 * the fibers' own connections (net.h).
 *
 * Each hop is one connection with one request. Names are resolved, addresses judged and redirects
 * followed here, hop by hop. What a server says passes http_take() piece by piece, however it was
 * cut, and has a cap (F38, F41, F42); nothing of it is believed before it was checked. Invariant:
 * nobody parks while bytes of an answer are looked at. Files: http.c the hops and their policy,
 * http_request.c what is sent, http_exchange.c sends it and hears the answer, http_read.c the head
 * of an answer, http_body.c its body, http_decode.c compression, http_url.c targets. */
#ifndef NINES_FIBER_HTTP_H
#define NINES_FIBER_HTTP_H

#include <nines/check.h>

#include "../prober/probe.h"

#define HTTP_HEAD_BYTES (64 << 10)
#define HTTP_HEAD_LINES 100
#define HTTP_URL_BYTES (8 << 10)
#define HTTP_BODY_BYTES (1 << 20)
#define HTTP_SHOWN_BYTES 80 /* of what is no HTTP */
#define HTTP_PASSED_BYTES (64 << 10) /* of a body that is not kept */
#define HTTP_EXTENSION_BYTES (4 << 10) /* of a chunk */
#define HTTP_PIECE_BYTES 1024 /* that are decompressed at once */
#define HTTP_BOMB_RATIO 100 /* decompressed bytes for each byte that came in ... */
#define HTTP_BOMB_BYTES (64 << 10) /* ... of which so many are free */

/* Bytes in the probe's arena that grow by doubling. */
struct http_bytes {
	char *at;
	size_t size, room;
};

/* What comes next of an answer; the first is where it begins. */
enum http_place {
	HTTP_HEAD,
	HTTP_SIZED,	 /* a body of a known length */
	HTTP_REST,	 /* a body that ends with the connection */
	HTTP_CHUNK_SIZE, /* the places within a chunked one (RFC 9112 7.1) */
	HTTP_CHUNK_EXTENSION,
	HTTP_CHUNK,
	HTTP_CHUNK_END,
	HTTP_TRAILER,
	HTTP_DONE
};

struct http_decoder; /* http_decode.c */

/* One answer, as it comes in. Zero-initialise it, fill in what was asked for. */
struct http_answer {
	struct probe *probe;
	const char *peer;  /* its name in reasons: "127.0.0.1:80" */
	bool has_no_body;  /* HEAD */
	bool follows;	   /* the body of a redirect is not kept */
	bool decodes;	   /* a Content-Encoding is undone */
	size_t body_most;
	/* how far it has come */
	enum http_place place;
	const char *fault; /* why it is none: the target's doing; NULL */
	bool has_begun;	   /* its first line has come, or what is none */
	bool has_head;	   /* all of it, and no interim one */
	bool is_cut;	   /* enough was read */
	/* the head of the last answer, interim ones included */
	int status;
	const char *version, *location;
	struct http_bytes head;
	size_t head_bytes, head_lines; /* of everything before the body, and of trailers */
	size_t line_at, field_at; /* in `head`: the line that comes, the field before it or 0 */
	bool is_interim;	  /* another one follows */
	bool is_chunked, has_length;
	bool is_sized; /* by the length, then: it is not chunked, and there is a body */
	int64_t length;
	const char *encoding; /* Content-Encoding; NULL: none */
	/* its body */
	size_t came_bytes;  /* as they came, chunks taken off */
	uint64_t left;	    /* of the body or of the chunk */
	/* of the chunk's size, then bytes of its extension, of a trailer's line */
	size_t digits;
	struct http_decoder *decoder;
	struct http_bytes body;
	size_t body_bytes; /* decompressed, kept or not */
};

/* ---- http_read.c, and http_body.c behind the head ---- */

/* The next bytes of the answer. It is complete when `place` is HTTP_DONE, and no good one when
 * `fault` is set or the probe has failed. */
void http_take(struct http_answer *, const char *at, size_t size);
/* The connection has ended. */
void http_end(struct http_answer *);
/* Sets `fault` unless it is set already. Always returns false. */
bool http_refuse(struct http_answer *, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Adds to bytes that never become more than `most`, which the caller sees to. False: no memory. */
bool http_keep(struct http_answer *, struct http_bytes *, const char *at, size_t size, size_t most);
/* "HTTP/1.1 200 OK": the status, *version "1.1"; -1 when it is no status line (RFC 9112 4):
 * *version NULL when that is what is wrong. */
int http_status_line(const char *at, size_t size, const char **version);
/* The head has come: where the body begins, and how it will end (RFC 9112 6.3). */
void http_begin_body(struct http_answer *);
/* Takes bytes of the body, at least one; how many. */
size_t http_take_body(struct http_answer *, const char *at, size_t size);
void http_end_body(struct http_answer *);
/* The next bytes of the page itself. False: no more of them. */
bool http_keep_body(struct http_answer *, const char *at, size_t size);

/* ---- http_decode.c ---- */

/* Undoes a->encoding; the page goes to http_keep_body(). False: a fault, the end or no memory. */
bool http_decode(struct http_answer *, const char *at, size_t size);
/* Is what came whole? Also when nothing did. */
bool http_decode_is_whole(const struct http_answer *);

/* ---- http_url.c: pure ---- */

struct http_url {
	const char *text;   /* without user, password and fragment */
	const char *target; /* its path and query */
	const char *scheme; /* "http" or "https"; NULL: another one, in `foreign` */
	const char *host, *user, *password, *foreign;
	int64_t port;
};

/* `base` NULL: an absolute URL; else `text` may be relative to it. NULL, or what is wrong with it
 * (a constant text). Texts are in the arena, or are those of `text` and `base`. */
const char *http_url_parse(struct arena *, struct http_url *, const struct http_url *base,
			   const char *text);
int64_t http_url_standard_port(const struct http_url *);
/* Same scheme, host and port: may the credentials go there too? */
bool http_url_is_same_origin(const struct http_url *, const struct http_url *);
/* Does this status lead on? *method and *body become those of the next request (RFC 9110 15.4). */
bool http_leads_on(int status, const char **method, const char **body);

/* ---- http_request.c ---- */

struct http_request {
	const char *method, *body; /* body NULL: none */
	const char *user, *password; /* user "": none */
	const char *const *header;   /* as probe_http.header */
	const struct http_url *url;
	bool is_home; /* at the first URL's origin: all headers go there, and who asks */
};

/* NULL, or what is wrong with a header that is to be sent (a format for one text: it). */
const char *http_header_fault(const char *header);
/* May this header ("Name: value") go to another origin than the one it was written for? */
bool http_header_travels(const char *header);
/* Does it ask for compression? Then an answer's is undone. */
bool http_request_decodes(const struct http_request *);
/* The request, in the probe's memory, with its body where that is small: else *body_size is what
 * has to follow of it. NULL: no memory. */
const char *http_request_write(struct probe *, const struct http_request *, size_t *size,
			       size_t *body_size);

/* ---- http_exchange.c ---- */

/* Asks over the connection in use and parks until the answer is complete. Steps request,
 * first-byte, body. False: the probe has failed. */
bool http_exchange(struct probe *, const struct http_request *, struct http_answer *);

#endif
