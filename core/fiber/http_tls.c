/* fiber/http_tls: the certificate of libcurl's connection, judged and shown by tls.c's own
 * functions.
 *
 * OpenSSL asks on_certificate() in place of its own verification; the chain is verified without a
 * name, then tls.c finds the one reason. */
#include <openssl/x509_vfy.h>

#include "../base/clock.h"
#include "http_exchange.h"
#include "tls.h"

/* One certificate's facts a probe: the first. */
static void show(
	struct http_exchange *x, X509_STORE_CTX *context, X509 *leaf, STACK_OF(X509) * chain)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx());

	if (x->ask->is_shown)
		return;
	x->ask->is_shown = true;
	if (ssl) {
		probe_fact(x->probe, "tls_version", SSL_get_version(ssl));
		probe_fact(
			x->probe, "tls_cipher", SSL_CIPHER_get_name(SSL_get_pending_cipher(ssl)));
	}
	tls_show_certificate(x->probe, leaf, chain);
}

static int on_certificate(X509_STORE_CTX *context, void *exchange)
{
	struct http_exchange *x = exchange;
	X509 *leaf = X509_STORE_CTX_get0_cert(context);
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_untrusted(context);
	char why[TLS_REASON_BYTES];
	int result;

	show(x, context, leaf, chain);
	if (!x->ask->tls->verify)
		return 1;
	X509_verify_cert(context);
	result = X509_STORE_CTX_get_error(context);
	if (!tls_verify_reason(
		    result, leaf, chain, x->ask->host, clock_wall_us(), why, sizeof why)) {
		tls_warn_expiry(x->probe, leaf, x->ask->tls->warn_expiry);
		return 1;
	}
	x->tls_fault = probe_text(x->probe, "%s", why);
	if (result == X509_V_OK) /* which alert goes out */
		X509_STORE_CTX_set_error(context, X509_V_ERR_HOSTNAME_MISMATCH);
	return 0;
}

/* libcurl calls after it has made an SSL_CTX, which is no part of connecting. */
static void enter(struct http_exchange *x, CURL *easy)
{
	curl_off_t looked_up_us = 0, connected_us = 0;

	curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &looked_up_us);
	curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connected_us);
	if (connected_us < looked_up_us)
		connected_us = looked_up_us;
	x->phase = HTTP_TLS;
	probe_step_at(
		x->probe, "tls", x->opened_us - x->probe->start_us + connected_us - looked_up_us);
}

CURLcode http_on_tls(CURL *easy, void *ssl_ctx, void *exchange)
{
	struct http_exchange *x = exchange;
	X509_STORE *store;

	enter(x, easy);
	if (SSL_CTX_up_ref(ssl_ctx))
		x->context = ssl_ctx;
	SSL_CTX_set_cert_verify_callback(ssl_ctx, on_certificate, x);
	if (!tls_use_client(x->probe, ssl_ctx, x->ask->tls->client_cert, x->ask->tls->client_key))
		return CURLE_SSL_CERTPROBLEM;
	if (!x->ask->tls->verify)
		return CURLE_OK;
	store = http_store(x->handle->host, x->ask->tls->ca_file);
	if (!store) {
		probe_unknown(x->probe, "ca-file '%s' cannot be used", x->ask->tls->ca_file);
		return CURLE_SSL_CACERT_BADFILE;
	}
	SSL_CTX_set1_cert_store(ssl_ctx, store);
	return CURLE_OK;
}
