/* board/address: see address.h. */
#include "address.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#define SLUG_BYTES 100

const char *address_key(const struct board *b)
{
	const struct card *c = board_find(b, "secret", "addresses");

	return c ? card_get(c, "key") : "";
}

bool address_is_key(const char *key)
{
	return strlen(key) == ADDRESS_KEY_BYTES &&
	       strspn(key, "0123456789abcdef") == ADDRESS_KEY_BYTES;
}

bool address_has(const char *module)
{
	return !strcmp(module, "heartbeat") || !strcmp(module, "inbound");
}

/* The key's digits are taken as they are: what counts is that nobody knows them. */
static void make(const char *key, const char *what, const char *name, char into[ADDRESS_BYTES])
{
	unsigned char sum[EVP_MAX_MD_SIZE] = {0};
	struct text said = {0};
	unsigned size = 0;

	text_printf(&said, "%s\n%s", what, name);
	HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)said.at, said.size, sum,
	     &size);
	text_release(&said);
	sum[6] = (unsigned char)((sum[6] & 0x0f) | 0x80);
	sum[8] = (unsigned char)((sum[8] & 0x3f) | 0x80);
	for (int i = 0; i < 16; i++, into += 2) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*into++ = '-';
		snprintf(into, 3, "%02x", sum[i]);
	}
}

void address_of(const char *key, const char *name, char into[ADDRESS_BYTES])
{
	make(key, "check", name, into);
}

void address_shared(const char *key, char into[ADDRESS_BYTES])
{
	make(key, "shared", "", into);
}

bool address_is(const char *given, const char *wanted)
{
	return strlen(given) == strlen(wanted) && !CRYPTO_memcmp(given, wanted, strlen(wanted));
}

void address_slug(struct text *t, const char *name)
{
	size_t from = t->size;

	for (const char *at = name; *at && t->size - from < SLUG_BYTES; at++) {
		if (isalnum((unsigned char)*at))
			text_putc(t, (char)tolower((unsigned char)*at));
		else if (t->size > from && t->at[t->size - 1] != '-')
			text_putc(t, '-');
	}
	if (t->size > from && t->at[t->size - 1] == '-')
		t->at[--t->size] = '\0';
	text_puts(t, "");
}
