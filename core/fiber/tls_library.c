/* fiber/tls_library: OpenSSL's algorithms for TLS, without what makes its handshakes slow.
 *
 * To read the key in a certificate OpenSSL 3.0 goes over all decoders it has and over all
 * algorithms in use, for each certificate that is shown: a tenth of a handshake more than need be.
 * This library context has one provider: the default one, less the decoders of anything but public
 * keys and the ciphers that TLS has no use for. So a private key has to be read elsewhere.
 * Invariant: where this machine is configured to use other providers or properties there is no such
 * context, and all is as it is configured. See provider(7); called by those who make an SSL_CTX. */
#include <openssl/core_dispatch.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <string.h>

#include "tls.h"

#define ALGORITHMS 256

static OSSL_PROVIDER *whole;

/* What TLS has no use for, by words in their names. */
static const char *const unused_mode[] = {"CFB", "CTS", "ECB", "OCB", "OFB", "SIV", "WRAP", "XTS"};

static bool is_decoder_of_public_keys(const OSSL_ALGORITHM *a)
{
	return strstr(a->property_definition, "structure=SubjectPublicKeyInfo");
}

static bool is_cipher_of_tls(const OSSL_ALGORITHM *a)
{
	for (size_t i = 0; i < sizeof unused_mode / sizeof *unused_mode; i++)
		if (strstr(a->algorithm_names, unused_mode[i]))
			return false;
	return true;
}

/* What is kept of a table, which never changes. */
static const OSSL_ALGORITHM *keep(OSSL_ALGORITHM kept[ALGORITHMS], const OSSL_ALGORITHM *all,
				  bool (*is_kept)(const OSSL_ALGORITHM *))
{
	size_t count = 0;

	if (kept[0].algorithm_names)
		return kept;
	for (; all && all->algorithm_names && count < ALGORITHMS - 1; all++)
		if (is_kept(all))
			kept[count++] = *all;
	return kept;
}

static const OSSL_ALGORITHM *query(void *context, int operation, int *is_volatile)
{
	static OSSL_ALGORITHM decoder[ALGORITHMS], cipher[ALGORITHMS];
	const OSSL_ALGORITHM *all = OSSL_PROVIDER_query_operation(whole, operation, is_volatile);

	(void)context;
	return operation == OSSL_OP_DECODER  ? keep(decoder, all, is_decoder_of_public_keys)
	       : operation == OSSL_OP_CIPHER ? keep(cipher, all, is_cipher_of_tls)
					     : all;
}

static int capabilities(void *context, const char *what, OSSL_CALLBACK *tell, void *with)
{
	(void)context;
	return OSSL_PROVIDER_get_capabilities(whole, what, tell, with);
}

static int open_provider(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
			 const OSSL_DISPATCH **out, void **context)
{
	static const OSSL_DISPATCH ours[] = {
		{OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query},
		{OSSL_FUNC_PROVIDER_GET_CAPABILITIES, (void (*)(void))capabilities},
		{0, NULL}};

	(void)handle, (void)in;
	*out = ours;
	*context = OSSL_PROVIDER_get0_provider_ctx(whole);
	return 1;
}

static int is_default(OSSL_PROVIDER *provider, void *nobody)
{
	(void)nobody;
	return !strcmp(OSSL_PROVIDER_get0_name(provider), "default");
}

static bool is_as_delivered(void)
{
	return OSSL_PROVIDER_do_all(NULL, is_default, NULL) == 1 &&
	       !EVP_default_properties_is_fips_enabled(NULL);
}

static OSSL_LIB_CTX *make(void)
{
	OSSL_LIB_CTX *library = OSSL_LIB_CTX_new();

	whole = library ? OSSL_PROVIDER_try_load(NULL, "default", 1) : NULL;
	if (whole && OSSL_PROVIDER_add_builtin(library, "nines", open_provider) == 1 &&
	    OSSL_PROVIDER_load(library, "nines"))
		return library;
	OSSL_LIB_CTX_free(library);
	return NULL;
}

OSSL_LIB_CTX *tls_library(void)
{
	static OSSL_LIB_CTX *library;
	static bool is_made;

	if (!is_made && is_as_delivered())
		library = make();
	is_made = true;
	return library;
}
