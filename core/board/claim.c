/* board/claim: see claim.h. */
#include "claim.h"

#include <string.h>

const char *const claim_state_name[CLAIM_STATES] = {
	[CLAIM_PENDING] = "pending",   [CLAIM_OPEN] = "open",
	[CLAIM_VERIFIED] = "verified", [CLAIM_ACCEPTED] = "accepted",
	[CLAIM_REFUSED] = "refused",   [CLAIM_WITHDRAWN] = "withdrawn",
	[CLAIM_EXPIRED] = "expired",   [CLAIM_RELEASED] = "released",
};

bool claim_is(const struct card *c, enum claim_state state)
{
	return !strcmp(card_get(c, "state"), claim_state_name[state]);
}

bool claim_waits(const struct card *c)
{
	return claim_is(c, CLAIM_PENDING) || claim_is(c, CLAIM_OPEN) || claim_is(c, CLAIM_VERIFIED);
}

void claim_key(char key[KEY_TEXT], const char *secret, const char *id)
{
	key_derive(key, secret, "claim", id);
}

void claim_code(char code[KEY_TEXT], const char *secret, const char *id)
{
	key_derive(code, secret, "claim-code", id);
}

const struct card *claim_of_key(const struct board *b, const char *key)
{
	const struct card *secret = board_find(b, "secret", "subscription");
	char id[KEY_ID], wanted[KEY_TEXT];

	if (!secret || !key_id(key, id))
		return NULL;
	claim_key(wanted, card_get(secret, "key"), id);
	return key_is_same(wanted, key) ? board_find(b, "claim", id) : NULL;
}

void owner_id(char id[OWNER_ID], const char *target)
{
	char hash[KEY_SECRET];

	key_hash(hash, target);
	memcpy(id, hash, OWNER_ID - 1);
	id[OWNER_ID - 1] = '\0';
}

const struct card *owner_find(const struct board *b, const char *target)
{
	const struct card *c;
	char id[OWNER_ID];

	if (!board_count(b, "owner"))
		return NULL;
	owner_id(id, target);
	c = board_find(b, "owner", id);
	return c && !strcmp(card_get(c, "target"), target) ? c : NULL;
}

const char *owner_of(const struct board *b, const char *target, const char *configured)
{
	const struct card *c = owner_find(b, target);

	return c ? card_get(c, "owner") : configured;
}
