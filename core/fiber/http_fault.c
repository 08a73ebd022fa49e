/* fiber/http_fault: what an exchange that ended came to: an answer, the target's fault (down) or
 * ours (unknown). */
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "http_exchange.h"
#include "net.h"
#include "tls.h"

struct outcome {
	CURLcode code;
	enum verdict verdict;
	const char *text; /* NULL: libcurl's own words behind `before` */
	const char *before;
};

static const struct outcome outcome[] = {
	{CURLE_BAD_CONTENT_ENCODING, VERDICT_DOWN, "broken compressed body", NULL},
	{CURLE_WEIRD_SERVER_REPLY, VERDICT_DOWN, NULL, "malformed answer"},
	{CURLE_WRITE_ERROR, VERDICT_DOWN, NULL, "malformed answer"},
	{CURLE_SSL_CACERT_BADFILE, VERDICT_UNKNOWN, NULL, "ca-file cannot be used"},
	{CURLE_SSL_CIPHER, VERDICT_UNKNOWN, NULL, "TLS cannot be set up"},
	{CURLE_PEER_FAILED_VERIFICATION, VERDICT_DOWN, NULL, "certificate not accepted"},
	{CURLE_SSL_INVALIDCERTSTATUS, VERDICT_DOWN, NULL, "certificate not accepted"},
	{CURLE_URL_MALFORMAT, VERDICT_UNKNOWN, NULL, "no valid address"},
};

/* libcurl keeps only the text of OpenSSL's error, which begins with its number: tls.c knows it by
 * that. */
static bool blame_handshake(const struct http_exchange *x, const char *error)
{
	const char *at = strstr(error, "error:");
	unsigned long code = at ? strtoul(at + strlen("error:"), NULL, 16) : 0;
	char why[TLS_REASON_BYTES];

	if (x->phase < HTTP_TLS)
		return probe_unknown(x->probe, "TLS cannot be set up: %s", error);
	if (code && ERR_GET_REASON(code) != SSL_R_UNEXPECTED_EOF_WHILE_READING) {
		ERR_clear_error();
		ERR_new();
		ERR_set_error(ERR_GET_LIB(code), ERR_GET_REASON(code), NULL);
		return probe_fail(x->probe, "%s", tls_handshake_reason(NULL, why, sizeof why));
	}
	if (strstr(error, "Connection reset") || strstr(error, "Broken pipe"))
		return probe_fail(
			x->probe, "connection reset by %s in the TLS handshake", x->ask->name);
	return probe_fail(x->probe, "connection closed by %s in the TLS handshake", x->ask->name);
}

static bool blame_length(const struct http_exchange *x)
{
	if (x->has_length)
		return probe_fail(x->probe, "body ended after %zu of %lld bytes", x->body_bytes,
			(long long)x->length);
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
		return probe_fail(x->probe, "connection reset by %s in its answer", x->ask->name);
	return probe_fail(x->probe, "connection reset by %s before its answer", x->ask->name);
}

static bool blame_by_table(const struct http_exchange *x, const char *error)
{
	for (size_t i = 0; i < sizeof outcome / sizeof *outcome; i++) {
		const struct outcome *o = &outcome[i];

		if (o->code != x->outcome)
			continue;
		if (o->verdict == VERDICT_UNKNOWN)
			return probe_unknown(x->probe, "%s: %s", o->before, error);
		return o->text ? probe_fail(x->probe, "%s", o->text)
			       : probe_fail(x->probe, "%s: %s", o->before, error);
	}
	return probe_unknown(
		x->probe, "libcurl: %s", *error ? error : curl_easy_strerror(x->outcome));
}

/* libcurl looks at the status line before anybody else can. */
static bool blame_status_line(const struct http_exchange *x, const char *error)
{
	if (strstr(error, "response code"))
		return probe_fail(
			x->probe, "malformed status line: its number is none from 100 to 999");
	return probe_fail(x->probe, "malformed status line: it has no HTTP version known here");
}

static bool blame(const struct http_exchange *x, const char *error)
{
	switch (x->outcome) {
	case CURLE_OUT_OF_MEMORY: /* libcurl 7.88 says so of a header line past its limit of 100 KB;
				     a real lack is noticed by probe_fail() */
		return probe_fail(x->probe, "too long: header of more than 64 KB");
	case CURLE_BAD_FUNCTION_ARGUMENT: /* and so of a line that is no header, in an answer */
		return x->head_bytes ? probe_fail(x->probe, "malformed header line")
				     : blame_by_table(x, error);
	case CURLE_COULDNT_CONNECT:
	case CURLE_INTERFACE_FAILED:
		return net_judge_errno(x->probe, (int)x->os_error, !x->was_watched, x->ask->name);
	case CURLE_GOT_NOTHING:
		return probe_fail(
			x->probe, "connection closed by %s before its answer", x->ask->name);
	case CURLE_UNSUPPORTED_PROTOCOL:
		return blame_status_line(x, error);
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
	return x->status >= 100 && x->status < 200 && x->wants_status &&
		x->outcome == CURLE_GOT_NOTHING;
}

bool http_judge(struct http_exchange *x, const char *error)
{
	if (x->fault)
		return probe_fail(x->probe, "%s", x->fault);
	if (x->is_cut || is_interim_only(x))
		return true;
	if (x->outcome == CURLE_OK && !x->has_head)
		return probe_fail(x->probe, "connection closed by %s in its header", x->ask->name);
	if (x->outcome == CURLE_OK)
		return true;
	if (x->own_error)
		return net_judge_errno(x->probe, x->own_error, true, x->ask->name);
	if (x->tls_fault)
		return probe_fail(x->probe, "%s", x->tls_fault);
	if (x->os_error && x->phase > HTTP_CONNECTS && !net_is_told((int)x->os_error))
		return probe_unknown(x->probe, "this machine lost the connection to %s: %s",
			x->ask->name, log_errno((int)x->os_error));
	return blame(x, error);
}
