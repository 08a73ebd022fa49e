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

static const char more_providers[] = "openssl_conf = all\n[all]\nproviders = two\n[two]\n"
				     "default = on\nbase = on\n[on]\nactivate = 1\n";

/* Before OpenSSL is used: it reads its configuration once. */
static void gives_way(void)
{
	char path[] = "/tmp/nines-openssl-XXXXXX";
	int fd = mkstemp(path), status = -1;
	pid_t child;

	ok(write(fd, more_providers, sizeof more_providers - 1) > 0, "a configuration");
	close(fd);
	child = fork();
	if (child == 0) {
		setenv("OPENSSL_CONF", path, 1);
		_exit(tls_library() != NULL);
	}
	waitpid(child, &status, 0);
	ok(status == 0, "where other providers are configured it is OpenSSL's own");
	unlink(path);
}

int main(void)
{
	gives_way();
	offers();
	reads();
	return done_testing();
}
