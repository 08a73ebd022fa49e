/* web/secret: see secret.h. */
#include "secret.h"

#include <sodium.h>

#define PASSES       3
#define MEMORY_BYTES (64u << 20)

bool secret_start(void)
{
	return sodium_init() >= 0;
}

void secret_make(char secret[SECRET_BYTES + 1])
{
	unsigned char bytes[32];

	randombytes_buf(bytes, sizeof bytes);
	sodium_bin2base64(secret, SECRET_BYTES + 1, bytes, sizeof bytes,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(bytes, sizeof bytes);
}

static void digest(char hash[SECRET_HASH_BYTES + 1], const char *secret, const char *purpose)
{
	unsigned char bytes[32];

	crypto_generichash(bytes, sizeof bytes, (const unsigned char *)secret, strlen(secret),
			   (const unsigned char *)purpose, strlen(purpose));
	sodium_bin2hex(hash, SECRET_HASH_BYTES + 1, bytes, sizeof bytes);
}

void secret_hash(char hash[SECRET_HASH_BYTES + 1], const char *secret)
{
	digest(hash, secret, "nines: what a card keeps");
}

void secret_form(char form[SECRET_HASH_BYTES + 1], const char *secret)
{
	digest(form, secret, "nines: what a form carries");
}

bool secret_same(const char *form, const char *other)
{
	return strlen(form) == SECRET_HASH_BYTES && strlen(other) == SECRET_HASH_BYTES &&
	       !sodium_memcmp(form, other, SECRET_HASH_BYTES);
}

bool secret_hash_password(char hash[128], const char *password)
{
	_Static_assert(crypto_pwhash_argon2id_STRBYTES <= 128, "it fits");
	return !crypto_pwhash_argon2id_str(hash, password, strlen(password), PASSES, MEMORY_BYTES);
}

bool secret_is_password(const char *hash, const char *password)
{
	return !crypto_pwhash_argon2id_str_verify(hash, password, strlen(password));
}

void secret_forget(char *text)
{
	sodium_memzero(text, strlen(text));
}
