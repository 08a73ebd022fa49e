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

#endif
