/* board/key: see key.h. */
#include "key.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define BYTES  16 /* of a key */
#define LETTER "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

static void draw(unsigned char *to, size_t size)
{
	ssize_t got = getrandom(to, size, 0); /* so few bytes come at once or never */

	assert(got == (ssize_t)size);
	(void)got;
}

static void hexadecimal(char *to, const unsigned char *from, size_t size)
{
	sodium_bin2hex(to, 2 * size + 1, from, size);
}

static void write_key(char key[KEY_TEXT], const char *id, const unsigned char bytes[BYTES])
{
	size_t n = strnlen(id, KEY_ID - 1);

	memcpy(key, id, n);
	key[n++] = '.';
	sodium_bin2base64(key + n, KEY_LETTERS + 1, bytes, BYTES,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void key_secret(char secret[KEY_SECRET])
{
	unsigned char bytes[32];

	draw(bytes, sizeof bytes);
	hexadecimal(secret, bytes, sizeof bytes);
}

void key_make(char key[KEY_TEXT], const char *id)
{
	unsigned char bytes[BYTES];

	draw(bytes, sizeof bytes);
	write_key(key, id, bytes);
}

/* Each code is as likely as any other: what does not divide evenly is drawn again. */
void key_code(char code[KEY_CODE])
{
	const unsigned codes = 100000000u, most = UINT32_MAX - UINT32_MAX % codes;
	unsigned char bytes[4];
	unsigned n;

	do {
		draw(bytes, sizeof bytes);
		memcpy(&n, bytes, sizeof n);
	} while (n >= most);
	snprintf(code, KEY_CODE, "%08u", n % codes);
}

void key_derive(char key[KEY_TEXT], const char *secret, const char *use, const char *id)
{
	unsigned char sum[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state s;

	crypto_auth_hmacsha256_init(&s, (const unsigned char *)secret, strlen(secret));
	crypto_auth_hmacsha256_update(&s, (const unsigned char *)use, strlen(use) + 1);
	crypto_auth_hmacsha256_update(&s, (const unsigned char *)id, strlen(id));
	crypto_auth_hmacsha256_final(&s, sum);
	write_key(key, id, sum);
}

void key_hash(char hash[KEY_SECRET], const char *key)
{
	unsigned char sum[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(sum, (const unsigned char *)key, strlen(key));
	hexadecimal(hash, sum, sizeof sum);
}

bool key_is_same(const char *a, const char *b)
{
	size_t size = strlen(a);

	return size == strlen(b) && !sodium_memcmp(a, b, size);
}

bool key_id(const char *key, char id[KEY_ID])
{
	const char *dot = strchr(key, '.');
	size_t n = dot ? (size_t)(dot - key) : 0;

	if (!n || n >= KEY_ID || strlen(dot + 1) != KEY_LETTERS ||
	    strspn(dot + 1, LETTER) != KEY_LETTERS || strspn(key, LETTER) != n)
		return false;
	memcpy(id, key, n);
	id[n] = '\0';
	return true;
}

void key_mask(char key[KEY_TEXT], const char *id)
{
	size_t n = strnlen(id, KEY_ID - 1);

	memcpy(key, id, n);
	key[n++] = '.';
	memset(key + n, '*', KEY_LETTERS);
	key[n + KEY_LETTERS] = '\0';
}
