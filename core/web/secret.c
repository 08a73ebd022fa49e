/* web/secret: see secret.h. */
#include "secret.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define PASSES       3
#define MEMORY_BYTES (64u << 20)

/* A page's password is hashed whenever the configuration is read, so at less cost. */
#define PAGE_PASSES 2
#define PAGE_KIB    19456u

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

/* As crypto_pwhash_argon2id_str() writes it, but for the salt: that is the page's. */
bool secret_hash_page(char hash[128], const char *password, const char *page)
{
	unsigned char salt[crypto_pwhash_argon2id_SALTBYTES], key[32];
	char salted[2 * sizeof salt], keyed[2 * sizeof key];
	const int form = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;

	crypto_generichash(salt, sizeof salt, (const unsigned char *)page, strlen(page),
			   (const unsigned char *)"nines: salt of a page", 21);
	if (crypto_pwhash_argon2id(key, sizeof key, password, strlen(password), salt, PAGE_PASSES,
				   PAGE_KIB << 10, crypto_pwhash_argon2id_ALG_ARGON2ID13))
		return false;
	sodium_bin2base64(salted, sizeof salted, salt, sizeof salt, form);
	sodium_bin2base64(keyed, sizeof keyed, key, sizeof key, form);
	snprintf(hash, 128, "$argon2id$v=19$m=%u,t=%d,p=1$%s$%s", PAGE_KIB, PAGE_PASSES, salted,
		 keyed);
	return true;
}

void secret_pass(char pass[SECRET_HASH_BYTES + 1], const char *hash, int64_t until_s)
{
	char text[192];

	snprintf(text, sizeof text, "%lld %s", (long long)until_s, hash);
	digest(pass, text, "nines: who knows a page's password");
}

void secret_known(char known[SECRET_HASH_BYTES + 1], const char *hash, const char *password)
{
	static char own[SECRET_BYTES + 1];
	struct text text = {0};

	if (!*own)
		secret_make(own);
	text_printf(&text, "%s\n%s", hash, password);
	digest(known, text_get(&text), own);
	explicit_bzero(text.at, text.size);
	text_release(&text);
}

bool secret_of_basic(char password[SECRET_PASSWORD_BYTES + 1], const char *basic)
{
	char both[2 * SECRET_PASSWORD_BYTES];
	size_t size = 0;
	const char *colon;
	bool is_fine = !sodium_base642bin((unsigned char *)both, sizeof both - 1, basic,
					  strlen(basic), " ", &size, NULL,
					  sodium_base64_VARIANT_ORIGINAL);

	both[is_fine ? size : 0] = '\0';
	colon = is_fine ? memchr(both, ':', size) : NULL;
	is_fine = colon && strlen(both) == size && colon[1] &&
		  strlen(colon + 1) <= SECRET_PASSWORD_BYTES;
	if (is_fine)
		memcpy(password, colon + 1, strlen(colon + 1) + 1);
	sodium_memzero(both, sizeof both);
	return is_fine;
}

void secret_forget(char *text)
{
	sodium_memzero(text, strlen(text));
}
