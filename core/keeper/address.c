/* keeper/address: the request `addresses`: the secret addresses of heartbeats and hooks. The keeper
 * makes no random bytes: who asks first brings the secret that they are made of. See
 * board/address.h. */
#include "../board/address.h"

#include "board.h"

static void add_address(struct text *t, const char *key, const struct check *c)
{
	char address[ADDRESS_BYTES];
	struct text slug = {0};

	address_of(key, c->name, address);
	address_slug(&slug, c->name);
	line_begin_name(t, "address", c->name);
	line_add(t, "module", c->module->name);
	line_add(t, "address", address);
	line_add(t, "slug", text_get(&slug));
	line_end(t);
	text_release(&slug);
}

static void add_shared(struct text *t, const char *key)
{
	char address[ADDRESS_BYTES];

	address_shared(key, address);
	line_begin(t, "shared", "-");
	line_add(t, "address", address);
	line_end(t);
}

static void tell(struct keeper *k, int64_t client, const char *key)
{
	struct text *t = keeper_line(k, END_CLIENT, client);

	if (t)
		add_shared(t, key);
	for (size_t i = 0; i < k->checks; i++)
		if (address_has(k->check[i]->module->name)) {
			t = keeper_line(k, END_CLIENT, client);
			if (t)
				add_address(t, key, k->check[i]);
		}
}

/* Must be the only one who makes a card of this id. */
static void make_secret(struct keeper *k, const struct line *l)
{
	line_add(board_begin(k, "secret", "addresses", line_get(l, "by")), "key",
		 line_get(l, "key"));
	board_end(k);
}

void address_ask(struct keeper *k, int64_t client, const struct line *l)
{
	bool is_anew = line_int(l, "renew", 0) == 1;

	if (!is_anew && !*address_key(k->board) && cards_are_missing(k)) {
		status_end(k, client, "wrong",
			   "the record could not be read: addresses that were given out may be in "
			   "it, so none are made anew");
		return;
	}
	if (is_anew || !*address_key(k->board)) {
		if (!address_is_key(line_get(l, "key"))) {
			status_end(k, client, "wrong", "a key of 64 hex digits is missing");
			return;
		}
		make_secret(k, l);
	}
	if (!client_is_web(client))
		tell(k, client, address_key(k->board));
	board_answer(k, client, is_anew ? "every address is another one now" : NULL, NULL);
}
