/* board/claim: whoever runs a site says so and proves it: the rules of the cards `claim` and
 * `owner`.
 *
 * A card `claim`: `page target owner`(for whom it is claimed)` to`(NOTIFIER:ADDRESS of who asks;
 * gone once he wants no more letters) `state site`, `until_us` of one that may expire, `looking_us`
 * (its site is being looked at) `checked_us found`(when and what was seen last, lines) `method`(dns
 * file: by which it was proven), `judged_us judged_by said`(a person's answer). Its code is
 * published by the site, the key in the letter shows the claim: both are derived of our secret and
 * its id, so neither is kept.
 *
 * A card `owner` of a target, whose id is made of its name: `target owner claim follow`(on off: may
 * others follow it). As long as it is there it wins over the `owner` of the configuration. Pure. */
#ifndef NINES_BOARD_CLAIM_H
#define NINES_BOARD_CLAIM_H

#include "board.h"
#include "key.h"

#define CLAIM_OWNER_BYTES 100
#define CLAIM_PENDING_US  (INT64_C(48) * 3600 * 1000000) /* to confirm the address */
#define CLAIM_OPEN_US     (INT64_C(14) * 86400 * 1000000) /* to publish the code */
#define CLAIM_LOOK_US     (INT64_C(60) * 1000000) /* a look that takes longer is over */

#define CLAIM_PREFIX "nines-claim=" /* in front of the code */

enum claim_state {
	CLAIM_PENDING, /* the address has not been confirmed */
	CLAIM_OPEN, /* the code is to be published */
	CLAIM_VERIFIED, /* it was found; a person decides */
	CLAIM_ACCEPTED,
	CLAIM_REFUSED,
	CLAIM_WITHDRAWN, /* by who had asked */
	CLAIM_EXPIRED,
	CLAIM_RELEASED, /* accepted, and given back */
	CLAIM_STATES
};
extern const char *const claim_state_name[CLAIM_STATES];

bool claim_is(const struct card *, enum claim_state);
enum claim_state claim_state(const struct card *);
/* Neither answered nor given up. */
bool claim_waits(const struct card *);
/* There may be more to tell of it: it waits, or was accepted and can be given back. */
bool claim_goes_on(const struct card *);

/* What opens the page of that claim, and what its site publishes behind CLAIM_PREFIX. */
void claim_key(char key[KEY_TEXT], const char *secret, const char *id);
void claim_code(char code[KEY_TEXT], const char *secret, const char *id);
/* The claim that this key opens; NULL: none. */
const struct card *claim_of_key(const struct board *, const char *key);

/* Where a site (a host, or an origin as in a check's URL) publishes a code: the name of a TXT
 * record, or the URL of a file. */
enum claim_place { CLAIM_RECORD, CLAIM_FILE, CLAIM_PLAIN_FILE, CLAIM_PLACES };

/* Appends it. False: the site has no such place: an address has no record, and an origin with a
 * port is the only one. */
bool claim_place(struct text *, const char *site, enum claim_place);
/* It is an origin whose host is an address written out: whoever wrote the check chose it. */
bool claim_is_address(const char *site);
/* Appends its host. */
void claim_host(struct text *, const char *site);

#define OWNER_ID 23 /* with its NUL */

/* The id of a target's card `owner`. */
void owner_id(char id[OWNER_ID], const char *target);
/* NULL: it has only the owner that is configured. */
const struct card *owner_find(const struct board *, const char *target);
/* Who owns it. */
const char *owner_of(const struct board *, const char *target, const char *configured);

#endif
