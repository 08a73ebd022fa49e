/* store/digest: SHA-256 for the chain of evidence, from OpenSSL's libcrypto.
 *
 * With a library context of its own, which reads no configuration file and leaves that of the TLS
 * code alone. Called by the store's writer and by what verifies it; no other role computes one. */
#ifndef NINES_STORE_DIGEST_H
#define NINES_STORE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/text.h"

#define DIGEST_BYTES 32
#define DIGEST_HEX   (2 * DIGEST_BYTES)

struct digest {
	unsigned char byte[DIGEST_BYTES];
};

/* One that is being computed. Zero-initialise; digest_release(). */
struct digest_run {
	void *context;
};

void digest_add(struct digest_run *, const void *, size_t);
/* Of what was added so far (of nothing too); more can follow. */
void digest_peek(const struct digest_run *, struct digest *);
void digest_release(struct digest_run *);

void digest_of(struct digest *, const void *, size_t);
bool digest_is_same(const struct digest *, const struct digest *);
void digest_add_hex(struct text *, const struct digest *);

#endif
