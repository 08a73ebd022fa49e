/* board/claim: see claim.h. */
#include "claim.h"

#include <arpa/inet.h>
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

enum claim_state claim_state(const struct card *c)
{
	size_t i = 0;

	while (i < CLAIM_STATES - 1 && !claim_is(c, (enum claim_state)i))
		i++;
	return (enum claim_state)i;
}

bool claim_waits(const struct card *c)
{
	return claim_is(c, CLAIM_PENDING) || claim_is(c, CLAIM_OPEN) || claim_is(c, CLAIM_VERIFIED);
}

bool claim_goes_on(const struct card *c)
{
	return claim_waits(c) || claim_is(c, CLAIM_ACCEPTED);
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

/* ---- where it is published ---- */

static const char *authority(const char *site)
{
	const char *at = strstr(site, "://");

	return at ? at + 3 : site;
}

static size_t host_bytes(const char *authority)
{
	return *authority == '[' ? strcspn(authority, "]") + 1 : strcspn(authority, ":");
}

void claim_host(struct text *t, const char *site)
{
	text_add(t, authority(site), host_bytes(authority(site)));
}

static bool is_address(const char *site)
{
	const char *at = authority(site);
	unsigned char address[16];
	struct text host = {0};
	bool is;

	claim_host(&host, site);
	is = *at == '[' || inet_pton(AF_INET, text_get(&host), address) == 1 ||
	     inet_pton(AF_INET6, at, address) == 1;
	text_release(&host);
	return is;
}

bool claim_is_address(const char *site)
{
	return authority(site) != site && is_address(site);
}

static bool has_port(const char *site)
{
	const char *at = authority(site);

	return at != site && at[host_bytes(at)] == ':';
}

bool claim_place(struct text *t, const char *site, enum claim_place place)
{
	if (place == CLAIM_RECORD) {
		text_puts(t, "_nines-claim.");
		claim_host(t, site);
		return !is_address(site);
	}
	if (has_port(site)) {
		text_puts(t, site);
	} else {
		text_puts(t, place == CLAIM_FILE ? "https://" : "http://");
		text_puts(t, authority(site));
	}
	text_puts(t, "/.well-known/nines-claim");
	return place == CLAIM_FILE || !has_port(site);
}

/* ---- whose it is ---- */

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
