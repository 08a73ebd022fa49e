/* tests/unit/tls_library: our library context offers servers what OpenSSL's own does, reads what
 * they show, and gives way to what an administrator configures. */
#include "../../core/fiber/tls.h"

#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/tap.h"

#define RANDOM_AT 11 /* in a ClientHello with its record (RFC 8446 4.1.2) */
#define KEY_SHARE 51

struct hello {
	unsigned char at[2048];
	size_t size;
};

static size_t number(const unsigned char *at)
{
	return (size_t)at[0] << 8 | at[1];
}

/* Blanks what is random: 32 bytes, a session's name, keys. */
static void blank(struct hello *h)
{
	size_t at = RANDOM_AT + 32, end, size;

	memset(h->at + RANDOM_AT, 0, 32);
	memset(h->at + at + 1, 0, h->at[at]);
	at += 1 + h->at[at];
	at += 2 + number(h->at + at);
	at += 1 + h->at[at];
	end = at + 2 + number(h->at + at);
	for (at += 2; at < end && end <= h->size; at += 4 + size) {
		size = number(h->at + at + 2);
		if (number(h->at + at) == KEY_SHARE)
			memset(h->at + at + 10, 0, size - 6);
	}
}

static void say_hello(OSSL_LIB_CTX *library, struct hello *h)
{
	SSL_CTX *context = SSL_CTX_new_ex(library, NULL, TLS_client_method());
	SSL *ssl = SSL_new(context);
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	int size;

	SSL_set_bio(ssl, in, out);
	SSL_connect(ssl);
	size = BIO_read(out, h->at, sizeof h->at);
	h->size = size > 0 ? (size_t)size : 0;
	if (h->size)
		blank(h);
	SSL_free(ssl);
	SSL_CTX_free(context);
}

static void offers(void)
{
	struct hello own = {.size = 0}, ours = {.size = 0};

	ok(tls_library(), "there is a library context");
	ok(tls_library() == tls_library(), "only one");
	say_hello(NULL, &own);
	say_hello(tls_library(), &ours);
	ok(ours.size > 100, "a client says hello");
	ok(ours.size == own.size && !memcmp(ours.at, own.at, own.size),
	   "to the byte as OpenSSL's own would");
}

static void reads(void)
{
	static const struct {
		const char *type;
		size_t bits;
		const char *curve;
	} row[] = {{"RSA", 2048, NULL},
		   {"EC", 0, "P-256"},
		   {"EC", 0, "P-521"},
		   {"ED25519", 0, NULL},
		   {"ED448", 0, NULL}};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		EVP_PKEY *key = row[i].bits    ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", row[i].bits)
				: row[i].curve ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", row[i].curve)
					       : EVP_PKEY_Q_keygen(NULL, NULL, row[i].type),
			 *read = NULL;
		unsigned char *der = NULL;
		int size = i2d_PUBKEY(key, &der);
		const unsigned char *at = der;

		read = d2i_PUBKEY_ex(NULL, &at, size, tls_library(), NULL);
		ok(read && EVP_PKEY_eq(read, key) == 1, "reads a public key: %s", row[i].type);
		EVP_PKEY_free(read);
		EVP_PKEY_free(key);
		OPENSSL_free(der);
	}
}

static bool gives_way(void)
{
	return !tls_library();
}

static bool obeys(void)
{
	SSL_CTX *context = SSL_CTX_new_ex(tls_library(), NULL, TLS_client_method());
	bool is_so = tls_library() && SSL_CTX_get_min_proto_version(context) == TLS1_3_VERSION;

	SSL_CTX_free(context);
	return is_so;
}

static const struct {
	const char *name, *text;
	bool (*is_so)(void);
} configuration[] = {
	{"where other providers are configured it is OpenSSL's own",
	 "openssl_conf = all\n[all]\nproviders = two\n[two]\ndefault = on\nbase = on\n"
	 "[on]\nactivate = 1\n",
	 gives_way},
	{"the versions of TLS that are configured hold",
	 "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = tls\n"
	 "[tls]\nMinProtocol = TLSv1.3\n",
	 obeys},
};

/* In a child, before OpenSSL is used: it reads its configuration once. */
static void configured(size_t i)
{
	char path[] = "/tmp/nines-openssl-XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");
	int status = -1;
	pid_t child;

	fputs(configuration[i].text, file);
	fclose(file);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		setenv("OPENSSL_CONF", path, 1);
		_exit(!configuration[i].is_so());
	}
	waitpid(child, &status, 0);
	ok(status == 0, "%s", configuration[i].name);
	unlink(path);
}

int main(void)
{
	for (size_t i = 0; i < sizeof configuration / sizeof *configuration; i++)
		configured(i);
	offers();
	reads();
	return done_testing();
}
