/* web/secret: what is secret of sign-in: made by the kernel's random numbers, kept as hashes.
 * libsodium does the work. */
#ifndef NINES_WEB_SECRET_H
#define NINES_WEB_SECRET_H

#include <stdbool.h>

#include "../base/text.h"

#define SECRET_BYTES          43 /* of one as text: 256 bits in base64url */
#define SECRET_HASH_BYTES     64 /* hexadecimal */
#define SECRET_PASSWORD_BYTES 1024

/* False: libsodium does not work on this machine. Before anything else. */
bool secret_start(void);
void secret_make(char secret[SECRET_BYTES + 1]);
/* The hash that cards keep of it. */
void secret_hash(char hash[SECRET_HASH_BYTES + 1], const char *secret);
/* What a form must carry that was made for whoever holds the secret: says nothing about it. */
void secret_form(char form[SECRET_HASH_BYTES + 1], const char *secret);
/* Takes the same time wherever two texts of SECRET_HASH_BYTES differ. */
bool secret_same(const char *form, const char *other);

/* argon2id: tenths of a second and 64 MiB. False: no memory. */
bool secret_hash_password(char hash[128], const char *password);
bool secret_is_password(const char *hash, const char *password);
void secret_forget(char *text); /* overwrites it */

/* The hash of a page's password, for secret_is_password(): the same each time, so that who knows
 * the password stays inside when the configuration is read anew. False: no memory. */
bool secret_hash_page(char hash[128], const char *password, const char *page);
/* What a cookie carries until `until_s` of who knows that password. */
void secret_pass(char pass[SECRET_HASH_BYTES + 1], const char *hash, int64_t until_s);
/* By what a password that was found to be that hash's is known again, without work; another in
 * each process. */
void secret_known(char known[SECRET_HASH_BYTES + 1], const char *hash, const char *password);
/* The password in what stands behind "Basic " (RFC 7617). False: that is none. */
bool secret_of_basic(char password[SECRET_PASSWORD_BYTES + 1], const char *basic);

#endif
