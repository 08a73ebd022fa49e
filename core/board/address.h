/* board/address: the addresses that nobody can guess: of heartbeats and of hooks. Each is made of
 * one secret (the card `addresses` of the kind `secret`) and of the check's name, so that every
 * check has one from the beginning and nothing is stored. Whoever knows one may say how that check
 * fares, and nothing else. Pure. */
#ifndef NINES_BOARD_ADDRESS_H
#define NINES_BOARD_ADDRESS_H

#include "board.h"

#define ADDRESS_BYTES     37 /* a UUID (RFC 9562, version 8) and its NUL */
#define ADDRESS_KEY_BYTES 64 /* of the secret, in hex */

/* The secret; "": it was not made yet. */
const char *address_key(const struct board *);
/* Is it one: ADDRESS_KEY_BYTES hex digits? */
bool address_is_key(const char *);
/* What module's checks have an address. */
bool address_has(const char *module);
/* The address of the check of that name. */
void address_of(const char *key, const char *name, char into[ADDRESS_BYTES]);
/* The one in front of slugs (`/ping/KEY/SLUG`): it speaks for all heartbeats. */
void address_shared(const char *key, char into[ADDRESS_BYTES]);
/* Both texts, however long they take to differ. */
bool address_is(const char *given, const char *wanted);
/* A name as it stands in a path: letters, digits and single `-`, lower case. Two names may have the
 * same. */
void address_slug(struct text *, const char *name);

#endif
