/* keeper/subscriber_key: the keys that open a subscription: what stands in a letter as it leaves.
 *
 * A letter is written, recorded and shown with masks in their place (board/key.h), as long as they
 * are. The key of a pending one is random, its hash stands in its card and itself only in this
 * memory: a letter that waits through a restart gets a new one, and the card the new hash. The key
 * by which a subscriber manages what he gets is derived of our secret, a card of the kind `secret`.
 * See subscriber.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "subscriber_inside.h"

#define SECRET_ID "subscription"

const char *subscription_secret(struct keeper *k)
{
	const struct card *c = board_find(k->board, "secret", SECRET_ID);
	char made[KEY_SECRET];

	if (!c) {
		key_secret(made);
		line_add(board_begin(k, "secret", SECRET_ID, ""), "key", made);
		c = board_end(k);
	}
	return card_get(c, "key");
}

void manage_key(struct keeper *k, char key[KEY_TEXT], const char *id)
{
	key_derive(key, subscription_secret(k), "manage", id);
}

const struct card *managed_by(struct keeper *k, const char *key)
{
	char id[KEY_ID], wanted[KEY_TEXT];
	const struct card *c;

	if (!key_id(key, id))
		return NULL;
	manage_key(k, wanted, id);
	c = key_is_same(wanted, key) ? board_find(k->board, "subscriber", id) : NULL;
	return c && strcmp(card_get(c, "state"), "pending") ? c : NULL;
}

void pending_key_forget(struct keeper *k, const char *id)
{
	free(map_take_text(&k->subscribers->keys, id));
}

void pending_key_make(struct keeper *k, const char *id, struct text *card)
{
	struct pending_key *made = memory_new(sizeof *made);
	char hash[KEY_SECRET];

	key_make(made->key, id);
	key_code(made->code);
	key_hash(hash, made->key);
	line_add(card, "hash", hash);
	key_hash(hash, made->code);
	line_add(card, "code_hash", hash);
	pending_key_forget(k, id);
	map_put_text(&k->subscribers->keys, id, made);
}

/* ---- a letter leaves ---- */

static const struct pending_key *pending_key_of(struct keeper *k, const char *id)
{
	static const char *const but[] = {"hash", "code_hash", NULL};
	const struct card *c = board_find(k->board, "subscriber", id);
	struct text *t;

	if (map_find_text(&k->subscribers->keys, id) || !c ||
	    strcmp(card_get(c, "state"), "pending"))
		return map_find_text(&k->subscribers->keys, id);
	t = board_begin(k, "subscriber", id, c->by);
	card_words(t, c, but);
	pending_key_make(k, id, t);
	board_end(k);
	return map_find_text(&k->subscribers->keys, id);
}

static char *find(char *at, char *end, const char *what, size_t size)
{
	return memmem(at, (size_t)(end - at), what, size);
}

static bool stands_before(const char *from, const char *at, const char *what)
{
	size_t size = strlen(what);

	return (size_t)(at - from) >= size && !memcmp(at - size, what, size);
}

void subscriber_fill(struct keeper *k, const char *id, char *line, size_t size)
{
	char mask[KEY_TEXT], key[KEY_TEXT], *end = line + size;
	const struct pending_key *pending = pending_key_of(k, id);

	key_mask(mask, id);
	if (board_find(k->board, "claim", id))
		claim_key(key, subscription_secret(k), id);
	else
		manage_key(k, key, id);
	for (char *at = line; (at = find(at, end, mask, strlen(mask))); at += strlen(mask)) {
		bool asks = pending && stands_before(line, at, "/confirm/");

		memcpy(at, asks ? pending->key : key, strlen(mask));
	}
	for (char *at = line; pending && (at = find(at, end, KEY_CODE_MASK, KEY_CODE - 1));)
		memcpy(at, pending->code, KEY_CODE - 1);
}
