/* page/subscription_routes: /subscription/KEY/: whoever has the link of a letter says yes, changes
 * what he gets, or ends it. A link alone changes nothing: what scans mail opens links, so each
 * change is a POST. The one click of mail programs (RFC 8058) is a POST to the same address,
 * without cookie or form. See subscribe.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../board/key.h"
#include "../web/assets.h"
#include "frame.h"
#include "subscribe.h"

static const char none_title[] = "There is no such subscription";
static const char none_text[] =
	"It was ended, or the link is older than two days and was never confirmed. "
	"Nothing is sent to you, unless you subscribe anew.";

/* What stands behind /subscription/: [confirm/]KEY[/remove]. */
struct place {
	char key[KEY_TEXT];
	bool confirms, removes, is_wrong;
};

static struct place place_of(const struct request *r)
{
	struct place p = {.confirms = !strncmp(r->tail, "confirm/", 8)};
	const char *key = r->tail + (p.confirms ? 8 : 0);
	size_t n = strcspn(key, "/");

	p.removes = !strcmp(key + n, "/remove");
	p.is_wrong = n >= sizeof p.key || (key[n] && !p.removes) || (p.confirms && p.removes);
	if (!p.is_wrong)
		memcpy(p.key, key, n);
	return p;
}

/* Whose key that is; NULL: nobody's. As the keeper has it (keeper/subscriber_key.c). */
static const struct card *card_of(const struct site *s, const char *key)
{
	const struct card *secret = board_find(s->board, "secret", "subscription"), *c;
	char id[KEY_ID], wanted[KEY_TEXT];

	if (!secret || !key_id(key, id))
		return NULL;
	key_derive(wanted, card_get(secret, "key"), "manage", id);
	c = key_is_same(wanted, key) ? board_find(s->board, "subscriber", id) : NULL;
	return c && strcmp(card_get(c, "state"), "pending") ? c : NULL;
}

static void show_none(const struct site *s, const struct request *r, struct answer *a)
{
	said_answer(a, s, r, 404, none_title, none_text);
}

/* Of a key that may well be one: as long as not all cards are here nobody can say that it is none.
 */
static void show_unknown(const struct site *s, const struct request *r, struct answer *a)
{
	if (s->has_board) {
		show_none(s, r, a);
		return;
	}
	a->retry_after_s = 1;
	said_answer(a, s, r, 503, "One moment",
		    "Subscriptions are still being read: load this page again.");
}

/* ---- to look ---- */

/* Who has that link waits for the answer to what he asked for, and subscribes to nothing. */
static bool is_request(const struct site *s, const char *key)
{
	char id[KEY_ID];
	const struct card *c = key_id(key, id) ? board_find(s->board, "subscriber", id) : NULL;

	return c && *card_get(c, "request");
}

static void show_confirm(const struct site *s, const struct request *r, struct answer *a,
			 const char *key)
{
	struct text body = {0};
	struct words w = {0};

	frame_brand(word(&w, "brand"), s, r->page);
	word_text(&w, "base", r->base);
	word_text(&w, "key", key);
	words_piece(&body, web_subscribe,
		    is_request(s, key) ? "request-confirm" : "subscribe-confirm", &w);
	subscribe_answer(a, s, r, "Subscribe", &body, 0);
	text_release(&body);
}

/* Whoever has the key of a subscription to a private page sees what he may choose from. */
static struct request inside(const struct site *s, const struct request *r)
{
	const struct page *page = catalog_page(s->catalog, r->page->name);
	struct request known = *r;

	known.page = page ? page : r->page;
	return known;
}

static void show_one(const struct site *s, const struct request *from, struct answer *a,
		     const struct card *c, const struct place *at, const struct choices *choices,
		     const char *said, bool is_wrong)
{
	struct request known = inside(s, from), *r = &known;
	bool is_paused = !strcmp(card_get(c, "state"), "paused");
	struct text body = {0};
	struct words w = {0};
	const char *to = strchr(card_get(c, "to"), ':');

	frame_brand(word(&w, "brand"), s, r->page);
	word_text(&w, "base", r->base);
	word_text(&w, "key", at->key);
	word_text(&w, "to", to ? to + 1 : "");
	word_text(&w, "paused",
		  is_paused ? ", which is paused"
		  : strcmp(card_get(c, "state"), "ended")
			  ? ""
			  : ", but nothing of what you chose can be followed any more");
	word_text(&w, "pause", is_paused ? " checked" : "");
	said_add(word(&w, "said"), said, is_wrong);
	choices_add(word(&w, "choices"), s, r, choices);
	words_piece(&body, web_subscribe, at->removes ? "subscription-remove" : "subscription", &w);
	subscribe_answer(a, s, r, "Your subscription", &body, is_wrong ? 422 : 0);
	text_release(&body);
}

static void show(const struct site *s, const struct request *r, struct answer *a)
{
	struct place at = place_of(r);
	const struct card *c = at.is_wrong ? NULL : card_of(s, at.key);
	struct choices choices;

	if (at.confirms && !at.is_wrong) {
		show_confirm(s, r, a, at.key);
	} else if (!c) {
		show_unknown(s, r, a);
	} else {
		choices = choices_of_card(c);
		show_one(s, r, a, c, &at, &choices, NULL, false);
	}
}

/* ---- to change ---- */

static void ask(const struct request *r, const char *verb, const char *key, const struct choices *c,
		route_then *then)
{
	struct text line = {0};

	line_begin(&line, verb, key);
	if (c) {
		choices_ask(&line, c);
		line_add_int(&line, "paused", *request_field(r, "paused") != '\0');
	}
	line_end(&line);
	route_ask(r, text_get(&line), then, NULL);
	text_release(&line);
}

static void confirmed(const struct site *s, const struct request *r, struct answer *a,
		      const struct line *end, void *state)
{
	const char *wrong = keeper_refusal(end);

	(void)state;
	if (wrong)
		said_answer(a, s, r, end ? 410 : 503, "That did not work", wrong);
	else if (!*line_get(end, "key"))
		said_answer(a, s, r, 0, "Confirmed", line_get(end, "text"));
	else
		answer_see(a, "/subscription/%s/", line_get(end, "key"));
}

static void changed(const struct site *s, const struct request *r, struct answer *a,
		    const struct line *end, void *state)
{
	struct place at = place_of(r);
	const struct card *c = card_of(s, at.key);
	struct text list[3] = {{0}};
	struct choices choices = choices_of_request(r, list);
	const char *wrong = keeper_refusal(end);

	(void)state;
	if (!c)
		show_unknown(s, r, a);
	else
		show_one(s, r, a, c, &at, &choices, wrong ? wrong : line_get(end, "text"),
			 wrong != NULL);
	for (size_t i = 0; i < 3; i++)
		text_release(&list[i]);
}

static void removed(const struct site *s, const struct request *r, struct answer *a,
		    const struct line *end, void *state)
{
	const char *wrong = keeper_refusal(end);

	(void)state;
	said_answer(a, s, r, wrong ? 503 : 200, wrong ? "That did not work" : "Unsubscribed",
		    wrong ? wrong : line_get(end, "text"));
}

/* A key that is none would be read as a line by the keeper: it is refused before. */
static void change(const struct site *s, const struct request *r, struct answer *a)
{
	struct place at = place_of(r);
	struct text list[3] = {{0}};
	struct choices choices = choices_of_request(r, list);
	char id[KEY_ID];

	if (at.is_wrong || !key_id(at.key, id))
		show_none(s, r, a);
	else if (at.confirms)
		ask(r, "subscribe-confirm", at.key, NULL, confirmed);
	else if (at.removes || !strcasecmp(request_field(r, "List-Unsubscribe"), "One-Click"))
		ask(r, "subscriber-remove", at.key, NULL, removed);
	else
		ask(r, "subscriber-change", at.key, &choices, changed);
	for (size_t i = 0; i < 3; i++)
		text_release(&list[i]);
}

/* Another for each who asks, and none of it can be copied. */
#define ROUTE(method_, path_, act_, answer_)                                              \
	{                                                                                 \
		.method = method_, .path = path_, .shows = SHOWS_STATE_EACH, .act = act_, \
		.answer = answer_, .is_live = true                                        \
	}

extern const struct route subscription_routes[];
const struct route subscription_routes[] = {
	ROUTE("GET", "/subscription/*", PERMIT_OPEN, show),
	ROUTE("POST", "/subscription/*", PERMIT_OPEN, change),
	{0},
};
