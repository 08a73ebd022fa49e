/* fiber/http_exchange: one request and its answer: what the files of fiber/http share. See http.h
 * for who does what. */
#ifndef NINES_FIBER_HTTP_EXCHANGE_H
#define NINES_FIBER_HTTP_EXCHANGE_H

#include <curl/curl.h>
#include <nines/check.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "../base/loop.h"
#include "../prober/probe.h"
#include "http.h"

#define HTTP_HEAD_BYTES (64 << 10)
#define HTTP_HEAD_LINES 100
#define HTTP_BODY_BYTES (1 << 20)
#define HTTP_SHOWN_BYTES 80 /* of what is no HTTP */
#define HTTP_PASSED_BYTES (64 << 10) /* of a body that is not kept */
#define HTTP_BOMB_RATIO 100 /* decompressed bytes for each byte that came in ... */
#define HTTP_BOMB_BYTES (64 << 10) /* ... of which so many are free */

/* In the order in which an exchange goes through them. */
enum http_phase { HTTP_CONNECTS, HTTP_TLS, HTTP_REQUEST, HTTP_FIRST_BYTE, HTTP_BODY };

/* Bytes in the probe's arena that grow by doubling. */
struct http_bytes {
	char *at;
	size_t size, room;
};

/* A prepared easy handle, pooled while exchange is NULL. */
struct http_handle {
	struct loop_watch watch; /* first: a handle is its watch */
	struct http_host *host;
	CURL *easy;
	struct http_exchange *exchange;
	struct http_handle *next;
	bool is_watched, writes;
	char error[CURL_ERROR_SIZE];
};

/* What libcurl is asked for; all texts stay until the exchange ends. */
struct http_ask {
	const char *url, *method, *body, *user, *password;
	struct curl_slist *header; /* owned by the handle once it has started */
	const char *encoding; /* NULL: no Accept-Encoding */
	CURLU *renamed; /* NULL: `url`; else asked for in its place: its host is server-name */
	const struct tls_options *tls;
	const char *host; /* to verify the certificate for */
	size_t body_most;
	bool follows;
	bool is_shown; /* the facts of a certificate were */
	struct sockaddr_storage to;
	socklen_t to_size;
	char name[56]; /* of `to` and its port, for reasons */
};

struct http_exchange {
	uint32_t magic;
	struct probe *probe;
	struct http_handle *handle; /* NULL once it was given back */
	struct http_ask *ask;
	struct http_exchange *next_ended;
	SSL_CTX *context; /* its connection's; NULL: none yet, or not to be used again */
	enum http_phase phase;
	bool is_done;
	CURLcode outcome;
	long os_error; /* errno of the socket that failed, 0: none */
	int64_t opened_us; /* when its socket was made */
	int own_error; /* errno of our own doing: no socket, no watch */
	bool was_watched; /* else libcurl gave up before it waited: this machine said no */
	const char *fault; /* why we stopped it: the target's doing; NULL */
	bool is_cut; /* stopped on purpose: enough was read */
	bool has_sent_head;
	size_t sent_body_bytes;
	const char *tls_fault; /* why the certificate was not accepted; NULL */
	/* the answer */
	int status;
	const char *version, *location;
	bool wants_status, has_head, has_length;
	int64_t length; /* of the body as announced */
	size_t head_bytes, head_lines; /* of everything before the body, 1xx answers included */
	struct http_bytes head, body;
	size_t body_bytes;
};

#define HTTP_EXCHANGE_MAGIC 0x68747470u

/* ---- http_engine.c ---- */

/* Does x->ask and parks until the answer is complete, or the deadline over. False: the probe has
 * failed. */
bool http_run(struct http_host *, struct http_exchange *);
/* The exchange has come to this phase: opens its step, and those before it that nothing told of. */
void http_enter(struct http_exchange *, enum http_phase);
/* The authorities of a file, or of the system (""); read once. NULL: they cannot be. */
X509_STORE *http_store(struct http_host *, const char *ca_file);

/* ---- http_read.c ---- */

size_t http_on_header(char *at, size_t one, size_t size, void *exchange);
size_t http_on_body(char *at, size_t one, size_t size, void *exchange);
int http_on_debug(CURL *, curl_infotype, char *at, size_t size, void *exchange);
/* "HTTP/1.1 200 OK": the status, *version "1.1"; -1 when it is no status line (RFC 9112 4). */
int http_status_line(const char *at, size_t size, const char **version);

/* ---- http_tls.c ---- */

/* CURLOPT_SSL_CTX_FUNCTION. */
CURLcode http_on_tls(CURL *, void *ssl_ctx, void *exchange);

/* ---- http_context.c ---- */

/* True while libcurl works: only then SSL_CTX_new() gives out what waits here. */
void http_context_lend(bool);
/* Takes one that no connection uses any more and nothing special was loaded into: the next one gets
 * it. NULL is fine. */
void http_context_give(SSL_CTX **);
void http_context_free_all(void);

/* ---- http_fault.c ---- */

/* True when a complete answer came; else fails the probe with the reason. `error` is libcurl's own
 * text. */
bool http_judge(struct http_exchange *, const char *error);

/* ---- http_url.c: pure ---- */

struct http_url {
	char *text; /* without user, password and fragment */
	const char *scheme; /* "http" or "https"; NULL: another one, in `foreign` */
	char *host, *user, *password, *foreign;
	int64_t port;
	CURLU *parsed; /* NULL: it was too plain to need it */
};

/* `base` NULL: an absolute URL; else `text` may be relative to it. NULL, or what is wrong with it
 * (a constant text). The URL is open either way: http_url_release(). */
const char *http_url_parse(struct http_url *, const struct http_url *base, const char *text);
void http_url_release(struct http_url *);
/* For libcurl; curl_url_cleanup() it. NULL: no memory. */
CURLU *http_url_open(const struct http_url *);
/* Same scheme, host and port: may the credentials go there too? */
bool http_url_is_same_origin(const struct http_url *, const struct http_url *);
/* Does this status lead on? *method and *body become those of the next request (RFC 9110 15.4). */
bool http_leads_on(int status, const char **method, const char **body);
/* May this header ("Name: value") go to another origin than the one it was written for? */
bool http_header_travels(const char *header);

#endif
