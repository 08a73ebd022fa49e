/* store/digest: see digest.h. */
#include "digest.h"

#include <assert.h>
#include <openssl/evp.h>
#include <string.h>

/* Looked up once: that costs more than a small digest. */
static const EVP_MD *sha256(void)
{
	static EVP_MD *found;

	if (!found)
		found = EVP_MD_fetch(OSSL_LIB_CTX_new(), "SHA256", NULL);
	assert(found);
	return found;
}

static void begin(struct digest_run *run)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	int is_done = c && EVP_DigestInit_ex2(c, sha256(), NULL);

	assert(is_done);
	run->context = c;
}

void digest_add(struct digest_run *run, const void *bytes, size_t size)
{
	if (!run->context)
		begin(run);
	EVP_DigestUpdate(run->context, bytes, size);
}

void digest_peek(const struct digest_run *run, struct digest *d)
{
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	int is_done = copy && (run->context ? EVP_MD_CTX_copy_ex(copy, run->context)
					    : EVP_DigestInit_ex2(copy, sha256(), NULL));

	assert(is_done);
	EVP_DigestFinal_ex(copy, d->byte, NULL);
	EVP_MD_CTX_free(copy);
}

void digest_release(struct digest_run *run)
{
	EVP_MD_CTX_free(run->context);
	run->context = NULL;
}

void digest_of(struct digest *d, const void *bytes, size_t size)
{
	static struct digest_run run; /* its context is used again and again */

	if (run.context)
		EVP_DigestInit_ex2(run.context, NULL, NULL);
	digest_add(&run, bytes ? bytes : "", size);
	EVP_DigestFinal_ex(run.context, d->byte, NULL);
}

bool digest_is_same(const struct digest *a, const struct digest *b)
{
	return !memcmp(a->byte, b->byte, sizeof a->byte);
}

void digest_add_hex(struct text *t, const struct digest *d)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		text_putc(t, digit[d->byte[i] >> 4]);
		text_putc(t, digit[d->byte[i] & 15]);
	}
}
