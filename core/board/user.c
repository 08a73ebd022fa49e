/* board/user: see user.h. */
#include "user.h"

#include <string.h>

static const char *const role[] = {"viewer", "operator", "editor", "admin"};

const char *user_wrong_name(const char *name)
{
	static const char all[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				  "._@-";

	if (!*name || strlen(name) > USER_NAME_BYTES)
		return "a name has 1 to 64 characters";
	if (strspn(name, all) != strlen(name) || *name == '-' || *name == '.')
		return "a name is made of letters, digits, '.', '_', '@' and '-', and begins with "
		       "none of '.' and '-'";
	return NULL;
}

bool user_is_role(const char *name)
{
	for (size_t i = 0; i < sizeof role / sizeof *role; i++)
		if (!strcmp(role[i], name))
			return true;
	return false;
}

bool user_is_password_hash(const char *hash)
{
	return !strncmp(hash, "$argon2id$", 10) && strlen(hash) < 128;
}

bool user_is_hash(const char *hash)
{
	return strlen(hash) == USER_HASH_BYTES &&
	       strspn(hash, "0123456789abcdef") == USER_HASH_BYTES;
}

/* Takes the same time wherever they differ. */
static bool user_same(const char *hash, const char *other)
{
	unsigned char differ = 0;

	if (strlen(hash) != USER_HASH_BYTES || strlen(other) != USER_HASH_BYTES)
		return false;
	for (size_t i = 0; i < USER_HASH_BYTES; i++)
		differ |= (unsigned char)(hash[i] ^ other[i]);
	return !differ;
}

bool session_is_good(const struct card *c, int64_t now_us)
{
	return now_us < c->first_us + SESSION_LIFE_US &&
	       now_us < card_int(c, "seen_us", c->first_us) + SESSION_IDLE_US;
}

bool token_is_good(const struct card *c, int64_t now_us)
{
	int64_t until_us = card_int(c, "until_us", 0);

	return !until_us || now_us < until_us;
}

static const struct card *find(const struct board *b, const char *kind, const char *hash)
{
	char id[USER_ID_BYTES + 1] = "";
	const struct card *c;

	if (!user_is_hash(hash))
		return NULL;
	memcpy(id, hash, USER_ID_BYTES);
	c = board_find(b, kind, id);
	return c && user_same(card_get(c, "hash"), hash) ? c : NULL;
}

const struct card *user_of_session(const struct board *b, const char *hash, int64_t now_us,
				   const struct card **session)
{
	const struct card *c = find(b, "session", hash);

	if (session)
		*session = c;
	return c && session_is_good(c, now_us) ? board_find(b, "user", card_get(c, "user")) : NULL;
}

const struct card *user_of_token(const struct board *b, const char *hash, int64_t now_us)
{
	const struct card *c = find(b, "token", hash);

	return c && token_is_good(c, now_us) ? c : NULL;
}
