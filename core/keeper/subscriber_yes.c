/* keeper/subscriber_yes: somebody says yes, with the link of a letter or with a code that he types
 * in: once, in time, and not by guessing (F54). See subscriber.h. */
#include <string.h>

#include "subscriber_inside.h"

static const char bad_key[] = "this link was used already or is too old: ask for a new one";
static const char bad_code[] = "that code is wrong, was used already or is too old";

static const struct card *pending_of_key(const struct keeper *k, const char *key)
{
	char id[KEY_ID], hash[KEY_SECRET];
	const struct card *c = key_id(key, id) ? board_find(k->board, "subscriber", id) : NULL;

	if (!c || strcmp(card_get(c, "state"), "pending") ||
	    k->wall_us >= card_int(c, "until_us", 0))
		return NULL;
	key_hash(hash, key);
	return key_is_same(card_get(c, "hash"), hash) ? c : NULL;
}

static void count_try(struct keeper *k, const struct card *c, const char *net)
{
	static const char *const but[] = {"tries", "guessed", NULL};
	int64_t tries = card_int(c, "tries", 0) + 1;
	struct text *t = board_begin(k, "subscriber", c->id, c->by);

	card_words(t, c, but);
	line_add_int(t, "tries", tries);
	subscriber_note(k, t, "guessed", c, net);
	board_end(k);
}

static const struct card *pending_of_code(struct keeper *k, const struct line *l,
					const char *net)
{
	const struct told_page *p = told_page_find(k, line_get(l, "page"));
	const char *to = line_get(l, "to"), *address = strchr(to, ':'), *module = module_of(k, to);
	struct text normal = {0}, whole = {0};
	const struct card *c = NULL;
	char hash[KEY_SECRET];

	if (p && module && subscriber_address(module, address + 1, &normal, &whole)) {
		text_clear(&whole);
		text_add(&whole, to, (size_t)(address - to) + 1);
		text_add(&whole, normal.at, normal.size);
		c = subscriber_find(k, p->name, text_get(&whole));
	}
	text_release(&normal);
	text_release(&whole);
	if (!c || strcmp(card_get(c, "state"), "pending") ||
	    k->wall_us >= card_int(c, "until_us", 0) || card_int(c, "tries", 0) >= SUBSCRIBER_TRIES)
		return NULL;
	key_hash(hash, line_get(l, "code"));
	if (key_is_same(card_get(c, "code_hash"), hash))
		return c;
	count_try(k, c, net);
	return NULL;
}

static void answer_managed(struct keeper *k, int64_t client, const char *said, const char *id)
{
	struct text *t;
	char key[KEY_TEXT];

	manage_key(k, key, id);
	t = keeper_line(k, END_CLIENT, client);
	if (!t)
		return;
	line_begin(t, "end", "-");
	line_add(t, "text", said);
	line_add(t, "key", key);
	line_end(t);
}

static void confirm(struct keeper *k, int64_t client, const struct card *c)
{
	static const char *const but[] = {"state", "hash", "code_hash", "until_us", "tries", NULL};
	struct text *t;
	char id[24];

	keeper_copy(id, sizeof id, c->id);
	outbox_withdraw_foreign(k, id, "confirmed before this was delivered");
	pending_key_forget(k, id);
	t = board_begin(k, "subscriber", id, c->by);
	line_add(t, "state", "confirmed");
	card_words(t, c, but);
	c = board_end(k);
	if (!c || !*card_get(c, "request")) {
		answer_managed(k, client, "You are subscribed.", id);
		return;
	}
	board_answer(k, client, "Thank you. You will be told what becomes of your request.", NULL);
	request_tell(k, id);
}

void subscriber_ask_confirm(struct keeper *k, int64_t client, const struct line *l)
{
	bool is_code = !strcmp(l->id, "-");
	struct text net = {0};
	const struct card *c = NULL;

	subscriber_net(&net, client, l);
	subscriber_limits_go_on(k);
	if (is_code && net.size && !limit_allows(&k->subscribers->guesses, net.at, k->now_us)) {
		status_end(k, client, "wrong",
			   "your network has tried too many codes: try again in an hour");
		text_release(&net);
		return;
	}
	c = is_code ? pending_of_code(k, l, text_get(&net)) : pending_of_key(k, l->id);
	if (c)
		confirm(k, client, c);
	else
		status_end(k, client, "wrong", is_code ? bad_code : bad_key);
	if (!c && is_code && net.size)
		limit_count(&k->subscribers->guesses, net.at, k->now_us);
	text_release(&net);
}
