/* tests/unit/http_context: contexts that are used again: what the next one gets, and what not. */
#include "../../core/fiber/http_exchange.h"

#include "../lib/tap.h"

static int accept_all(X509_STORE_CTX *context, void *with)
{
	(void)context, (void)with;
	return 1;
}

static int count(SSL_CTX *context)
{
	return sk_X509_OBJECT_num(X509_STORE_get0_objects(SSL_CTX_get_cert_store(context)));
}

static void again(void)
{
	SSL_CTX *one = SSL_CTX_new(TLS_client_method()), *kept = one, *foreign, *other, *server;
	X509_STORE *authorities = X509_STORE_new();
	X509 *authority = X509_new();

	ok(X509_STORE_add_cert(authorities, authority), "a store with an authority");
	SSL_CTX_set1_cert_store(one, authorities);
	SSL_CTX_set_cert_verify_callback(one, accept_all, NULL);
	ok(count(one) == 1, "it is trusted");
	http_context_give(&one);
	ok(!one, "a context that was given is the giver's no more");
	foreign = SSL_CTX_new(TLS_client_method());
	ok(foreign != kept, "who is not libcurl gets a new one");
	http_context_lend(true);
	server = SSL_CTX_new(TLS_server_method());
	ok(server != kept, "one for a server is another");
	one = SSL_CTX_new(TLS_client_method());
	ok(one == kept, "the next client gets it");
	ok(count(one) == 0, "without its authorities");
	ok(sk_X509_OBJECT_num(X509_STORE_get0_objects(authorities)) == 1, "which lost nothing");
	other = SSL_CTX_new(TLS_client_method());
	ok(other && other != one, "two at once are two");
	http_context_lend(false);
	SSL_CTX_free(foreign);
	SSL_CTX_free(one);
	SSL_CTX_free(other);
	SSL_CTX_free(server);
	X509_STORE_free(authorities);
	X509_free(authority);
}

static void many(void)
{
	SSL_CTX *context[100];
	int i;

	for (i = 0; i < 100; i++)
		context[i] = SSL_CTX_new(TLS_client_method());
	for (i = 0; i < 100; i++)
		http_context_give(&context[i]);
	http_context_give(&context[0]);
	http_context_free_all();
	ok(true, "a hundred are given back, nothing too, and all are freed");
}

int main(void)
{
	again();
	many();
	return done_testing();
}
