/* fiber/http_context: SSL_CTXs that libcurl's connections use again.
 *
 * libcurl makes one for each connection, and OpenSSL 3 takes a fifth of the time of a whole HTTPS
 * check for that: it asks its provider for every algorithm. Nothing of libcurl can hand it another
 * one, so this program has an SSL_CTX_new() of its own, which the dynamic linker finds first; where
 * it did not, all would be as before. For any other library that asks it is OpenSSL's. Invariant: a
 * context that waits here has no authorities, no client certificate and no callback of ours;
 * everything else libcurl sets anew, to the same for all. */
#include "http_exchange.h"
#include "tls.h"

#define WAITING_MOST 64

static SSL_CTX *waiting[WAITING_MOST];
static size_t waiting_count;
static bool is_lending;

void http_context_lend(bool is_so)
{
	is_lending = is_so;
}

__attribute__((visibility("default"))) SSL_CTX *SSL_CTX_new(const SSL_METHOD *method)
{
	if (!is_lending)
		return SSL_CTX_new_ex(NULL, NULL, method);
	if (waiting_count > 0 && SSL_CTX_get_ssl_method(waiting[waiting_count - 1]) == method)
		return waiting[--waiting_count];
	return SSL_CTX_new_ex(tls_library(), NULL, method);
}

/* What libcurl finds in a fresh one. */
static bool clear(SSL_CTX *context)
{
	X509_STORE *none = X509_STORE_new();

	if (!none)
		return false;
	SSL_CTX_set_cert_store(context, none);
	SSL_CTX_set_cert_verify_callback(context, NULL, NULL);
	SSL_CTX_set_msg_callback(context, NULL);
	return true;
}

void http_context_give(SSL_CTX **context)
{
	if (*context && waiting_count < WAITING_MOST && clear(*context))
		waiting[waiting_count++] = *context;
	else
		SSL_CTX_free(*context);
	*context = NULL;
}

void http_context_free_all(void)
{
	while (waiting_count > 0)
		SSL_CTX_free(waiting[--waiting_count]);
}
