/* fiber/http_fault: what an exchange that ended came to: an answer, the target's fault (down) or ours (unknown). */
#include <errno.h>
#include <string.h>

#include "../base/log.h"
#include "http_exchange.h"
#include "net.h"

struct outcome {
	CURLcode code;
	enum verdict verdict;
	const char *text; /* NULL: libcurl's own words behind `before` */
	const char *before;
};

static const struct outcome outcome[] = {
	{CURLE_UNSUPPORTED_PROTOCOL, VERDICT_DOWN, "no HTTP answer: HTTP/0.9 or another protocol", NULL},
	{CURLE_GOT_NOTHING, VERDICT_DOWN, "no answer: connection closed", NULL},
	{CURLE_BAD_CONTENT_ENCODING, VERDICT_DOWN, "broken compressed body", NULL},
	{CURLE_WEIRD_SERVER_REPLY, VERDICT_DOWN, NULL, "malformed answer"},
	{CURLE_WRITE_ERROR, VERDICT_DOWN, NULL, "malformed answer"},
	{CURLE_SSL_CERTPROBLEM, VERDICT_UNKNOWN, NULL, "client certificate or key cannot be used"},
	{CURLE_SSL_CACERT_BADFILE, VERDICT_UNKNOWN, NULL, "ca-file cannot be used"},
	{CURLE_SSL_CIPHER, VERDICT_UNKNOWN, NULL, "TLS cannot be set up"},
	{CURLE_SSL_CONNECT_ERROR, VERDICT_DOWN, NULL, "TLS handshake failed"},
	{CURLE_PEER_FAILED_VERIFICATION, VERDICT_DOWN, NULL, "certificate not accepted"},
	{CURLE_SSL_INVALIDCERTSTATUS, VERDICT_DOWN, NULL, "certificate not accepted"},
	{CURLE_URL_MALFORMAT, VERDICT_UNKNOWN, NULL, "no valid address"},
};

/* What OpenSSL says in libcurl's text of a failed handshake. */
static const struct {
	const char *part, *text;
} handshake[] = {
	{"wrong version number", "no TLS: the other side speaks another protocol"},
	{"packet length too long", "no TLS: the other side speaks another protocol"},
	{"http request", "no TLS: the other side speaks another protocol"},
	{"Connection reset", "connection reset in the TLS handshake"},
	{"SSL_ERROR_SYSCALL", "connection closed in the TLS handshake"},
	{"unexpected eof", "connection closed in the TLS handshake"},
	{"Broken pipe", "connection reset in the TLS handshake"},
	{"unsupported protocol", "no TLS version in common"},
	{"alert protocol version", "no TLS version in common"},
};

static bool blame_handshake(const struct http_exchange *x, const char *error)
{
	for (size_t i = 0; i < sizeof handshake / sizeof *handshake; i++)
		if (strstr(error, handshake[i].part))
			return probe_fail(x->probe, "%s", handshake[i].text);
	return probe_fail(x->probe, "TLS handshake failed: %s", error);
}

static bool blame_length(const struct http_exchange *x)
{
	if (x->has_length)
		return probe_fail(x->probe, "body ended after %zu of %lld bytes", x->body_bytes, (long long)x->length);
	return probe_fail(x->probe, "chunked body ended before its last chunk");
}

/* The connection broke, or what came over it is no chunked body (libcurl has one code for both). */
static bool blame_transfer(const struct http_exchange *x, const char *error)
{
	if (x->phase == HTTP_TLS)
		return blame_handshake(x, error);
	if (x->has_head && !x->os_error)
		return probe_fail(x->probe, "broken chunked body");
	if (x->head_bytes)
		return probe_fail(x->probe, "connection reset in the answer");
	return probe_fail(x->probe, "connection reset before the answer");
}

static bool blame_by_table(const struct http_exchange *x, const char *error)
{
	for (size_t i = 0; i < sizeof outcome / sizeof *outcome; i++) {
		const struct outcome *o = &outcome[i];

		if (o->code != x->outcome)
			continue;
		if (o->verdict == VERDICT_UNKNOWN)
			return probe_unknown(x->probe, "%s: %s", o->before, error);
		return o->text ? probe_fail(x->probe, "%s", o->text) : probe_fail(x->probe, "%s: %s", o->before, error);
	}
	return probe_unknown(x->probe, "libcurl: %s", *error ? error : curl_easy_strerror(x->outcome));
}

static bool blame(const struct http_exchange *x, const char *error)
{
	switch (x->outcome) {
	case CURLE_OUT_OF_MEMORY: /* libcurl 7.88 says so too of a header line past its own limit of 100 KB */
		if (!http_lacked_memory())
			return probe_fail(x->probe, "too long: header of more than 64 KB");
		return probe_unknown(x->probe, "no memory left for libcurl");
	case CURLE_COULDNT_CONNECT:
	case CURLE_INTERFACE_FAILED:
		return net_judge_errno(x->probe, x->own_error ? x->own_error : (int)x->os_error, x->probe->address,
				       x->ask->port);
	case CURLE_PARTIAL_FILE:
		return blame_length(x);
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
		return blame_transfer(x, error);
	case CURLE_SSL_CONNECT_ERROR:
		return blame_handshake(x, error);
	default:
		return blame_by_table(x, error);
	}
}

/* An interim answer and then the end: the number that came is the answer. */
static bool is_interim_only(const struct http_exchange *x)
{
	return x->status >= 100 && x->status < 200 && x->wants_status && x->outcome == CURLE_GOT_NOTHING;
}

bool http_judge(struct http_exchange *x, const char *error)
{
	if (x->fault)
		return probe_fail(x->probe, "%s", x->fault);
	if (x->is_cut || x->outcome == CURLE_OK || is_interim_only(x))
		return true;
	if (x->own_error)
		return net_judge_errno(x->probe, x->own_error, x->probe->address, x->ask->port);
	if (x->tls_fault)
		return probe_fail(x->probe, "%s", x->tls_fault);
	return blame(x, error);
}
