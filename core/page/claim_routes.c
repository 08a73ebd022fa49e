/* page/claim_routes: /claim/NAME/: whoever runs the site of a monitor says so; /claiming/KEY/:
 * whoever has the link of the letter confirms his address, reads which code to publish, has it
 * looked for, withdraws, or wants no more letters. A link alone changes nothing. Whatever is
 * decided the keeper decides: keeper/claim.c. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../base/memory.h"
#include "../web/assets.h"
#include "../web/claim.h"
#include "frame.h"
#include "subscribe.h"
#include "when.h"

/* ---- /claim/NAME/ ---- */

bool claim_is_offered(const struct page *p)
{
	const char *claims = page_get(p, "claims");

	return !strcmp(claims, "yes") || !strcmp(claims, "automatic");
}

/* NULL: there is nothing of that name to be claimed here. */
static const struct target *target_of(const struct site *s, const struct request *r)
{
	const struct target *t = catalog_find(s->catalog, r->tail);

	return t && claim_is_offered(r->page) && *t->site &&
			       page_shows(s->catalog, r->page, r->tail)
		       ? t
		       : NULL;
}

static void show_form(const struct site *s, const struct request *r, struct answer *a,
		      const char *wrong)
{
	const struct target *t = target_of(s, r);
	struct text body = {0};
	struct words w = {0};

	if (!t) {
		frame_none(a, s, r);
		return;
	}
	word_text(&w, "base", r->base);
	word_text(&w, "title", t->title);
	url_add(word(&w, "name"), t->name);
	claim_host(word(&w, "site"), t->site);
	word_text(&w, "owner", request_field(r, "owner"));
	word_text(&w, "mail", request_field(r, "mail"));
	said_add(word(&w, "said"), wrong, true);
	words_piece(&body, web_subscribe, "claim", &w);
	subscribe_answer(a, s, r, "Is this your site?", &body, wrong ? 422 : 0);
	text_release(&body);
}

static void show(const struct site *s, const struct request *r, struct answer *a)
{
	show_form(s, r, a, NULL);
}

static void asked(const struct site *s, const struct request *r, struct answer *a,
		  const struct line *end, void *state)
{
	const char *wrong = keeper_refusal(end);

	(void)state;
	if (wrong)
		show_form(s, r, a, wrong);
	else
		said_answer(a, s, r, 0, "Almost done", line_get(end, "text"));
}

static void ask(const struct site *s, const struct request *r, struct answer *a)
{
	struct text line = {0};

	if (!target_of(s, r)) {
		frame_none(a, s, r);
		return;
	}
	line_begin(&line, "claim", "-");
	line_add(&line, "page", r->page->name);
	line_add(&line, "target", r->tail);
	line_add(&line, "owner", request_field(r, "owner"));
	line_add(&line, "mail", request_field(r, "mail"));
	line_add(&line, "address", r->address);
	line_end(&line);
	route_ask(r, text_get(&line), asked, NULL);
	text_release(&line);
}

/* ---- /claiming/KEY/ ---- */

/* What a claim is shown as in each state; "": the piece of one that is open says it. */
static const struct {
	const char *title, *text, *piece;
} shown[CLAIM_STATES] = {
	[CLAIM_PENDING] = {"Do you run this site?",
			   "Somebody, we think you, says so. Nothing goes on before you press the "
			   "button.",
			   "claim-confirm"},
	[CLAIM_OPEN] = {"Prove that you run this site", "", "claim-withdraw"},
	[CLAIM_VERIFIED] = {"It is proven", "The code was found. A person now answers the claim.",
			    "claim-withdraw"},
	[CLAIM_ACCEPTED] = {"It is yours",
			    "The claim was accepted: the monitor and its history are yours, and "
			    "the alerts that others had of it have ended.",
			    NULL},
	[CLAIM_REFUSED] = {"The claim was refused", "The monitor stays as it was.", NULL},
	[CLAIM_WITHDRAWN] = {"The claim is withdrawn", "The monitor stays as it was.", NULL},
	[CLAIM_EXPIRED] = {"The claim is too old",
			   "The code was not found in time. Claim the site anew.", NULL},
	[CLAIM_RELEASED] = {"The claim has ended", "The monitor belongs to who had it before.",
			    NULL},
};

static bool is_looked_at(const struct site *s, const struct card *c)
{
	int64_t since_us = card_int(c, "looking_us", 0);

	return since_us && s->now_us - since_us < CLAIM_LOOK_US;
}

static void add_places(struct text *t, const char *site)
{
	static const char *const piece[CLAIM_PLACES] = {"claim-record", "claim-file", "claim-file"};
	struct words w = {0};

	for (int i = 0; i < CLAIM_PLACES; i++) {
		struct text place = {0};

		if (claim_place(&place, site, (enum claim_place)i)) {
			word_text(&w, "place", text_get(&place));
			words_piece(t, web_subscribe, piece[i], &w);
		}
		text_release(&place);
	}
}

static void add_found(struct text *t, const struct request *r, const struct card *c)
{
	const char *at = card_get(c, "found");
	struct text lines = {0};
	struct words w = {0};
	size_t n;

	for (; *at; at += n + (at[n] == '\n')) {
		n = strcspn(at, "\n");
		text_add(word(&w, "line"), at, n);
		words_piece(&lines, web_subscribe, "claim-found-line", &w);
	}
	if (lines.size) {
		when_time(word(&w, "when"), r->page, card_int(c, "checked_us", 0));
		word_text(&w, "lines", lines.at);
		words_piece(t, web_subscribe, "claim-found", &w);
	}
	text_release(&lines);
}

/* As the keeper derives it: only who has the link comes here. */
static void add_code(struct text *t, const struct site *s, const struct card *c)
{
	const struct card *secret = board_find(s->board, "secret", "subscription");
	char code[KEY_TEXT];

	claim_code(code, secret ? card_get(secret, "key") : "", c->id);
	text_printf(t, CLAIM_PREFIX "%s", code);
}

static void add_open(struct text *t, const struct site *s, const struct request *r,
		     const struct card *c)
{
	const struct target *target = catalog_find(s->catalog, card_get(c, "target"));
	struct words w = {0}, button = {0};

	add_code(word(&w, "code"), s, c);
	add_places(word(&w, "places"),
		   target && *target->site ? target->site : card_get(c, "site"));
	when_time(word(&w, "until"), r->page, card_int(c, "until_us", 0));
	add_found(word(&w, "found"), r, c);
	word_text(&button, "base", r->base);
	word_text(&button, "key", r->tail);
	words_piece(word(&w, "button"), web_subscribe,
		    is_looked_at(s, c) ? "claim-looking" : "claim-look", &button);
	words_piece(t, web_subscribe, "claim-open", &w);
}

static void add_rest(struct text *t, const struct request *r, const char *piece)
{
	struct words w = {0};

	word_text(&w, "base", r->base);
	word_text(&w, "key", r->tail);
	words_piece(t, web_subscribe, piece, &w);
}

/* What the person who judged it says. */
static void add_answer(struct text *t, const struct card *c)
{
	struct words w = {0};

	if (!*card_get(c, "said"))
		return;
	word_text(&w, "text", card_get(c, "said"));
	words_piece(t, web_subscribe, "claim-answer", &w);
}

static void answer_page(struct answer *a, const struct site *s, const struct request *r,
			const struct card *c, const struct text *body)
{
	struct text head = {0};
	struct words none = {0};

	if (is_looked_at(s, c))
		words_piece(&head, web_subscribe, "claim-refresh", &none);
	frame_answer(a, s, r,
		     &(struct frame){.title = shown[claim_state(c)].title,
				     .at = "",
				     .body = text_get(body),
				     .head = head.at,
				     .status = a->status,
				     .is_private = true});
	a->cache = "no-store";
	text_release(&head);
}

static void show_claim(const struct site *s, const struct request *r, struct answer *a,
		       const char *said, bool is_wrong)
{
	const struct card *c = claim_of_key(s->board, r->tail);
	const struct target *t = c ? catalog_find(s->catalog, card_get(c, "target")) : NULL;
	struct text body = {0};
	struct words w = {0};
	enum claim_state state;

	if (!c || strcmp(card_get(c, "page"), r->page->name) != 0) {
		said_answer(a, s, r, 404, "There is no such claim",
			    "It was withdrawn, or its address was not confirmed within two days.");
		return;
	}
	state = claim_state(c);
	word_text(&w, "title", shown[state].title);
	word_text(&w, "text", shown[state].text);
	word_text(&w, "monitor", t ? t->title : card_get(c, "target"));
	add_answer(word(&w, "answer"), c);
	said_add(word(&w, "said"), said, is_wrong);
	word(&w, "rest");
	if (state == CLAIM_OPEN)
		add_open(&w.value[w.count - 1], s, r, c);
	if (shown[state].piece)
		add_rest(&w.value[w.count - 1], r, shown[state].piece);
	if (state != CLAIM_PENDING && claim_goes_on(c) && *card_get(c, "to"))
		add_rest(&w.value[w.count - 1], r, "claim-forget");
	words_piece(&body, web_subscribe, "claim-state", &w);
	answer_page(a, s, r, c, &body);
	text_release(&body);
}

static void show_claiming(const struct site *s, const struct request *r, struct answer *a)
{
	show_claim(s, r, a, NULL, false);
}

static void acted(const struct site *s, const struct request *r, struct answer *a,
		  const struct line *end, void *state)
{
	const char *wrong = keeper_refusal(end);

	(void)state;
	if (!wrong) {
		answer_see(a, "/claiming/%s/", r->tail);
		return;
	}
	a->status = end ? 422 : 503;
	show_claim(s, r, a, wrong, true);
}

/* The button of a mail program (RFC 8058) has no other words than its own. */
static const char *act_of(const struct request *r)
{
	return strcasecmp(request_field(r, "List-Unsubscribe"), "One-Click")
		       ? request_field(r, "act")
		       : "forget";
}

/* A key that is none would be read as a line by the keeper: it is refused before. */
static void act(const struct site *s, const struct request *r, struct answer *a)
{
	struct text line = {0};

	if (!claim_of_key(s->board, r->tail)) {
		show_claim(s, r, a, NULL, false);
		return;
	}
	line_begin(&line, "claim", r->tail);
	line_add(&line, "act", act_of(r));
	line_end(&line);
	route_ask(r, text_get(&line), acted, NULL);
	text_release(&line);
}

/* Another for each who asks, and none of it can be copied. */
#define ROUTE(method_, path_, act_, answer_)                                              \
	{                                                                                 \
		.method = method_, .path = path_, .shows = SHOWS_STATE_EACH, .act = act_, \
		.answer = answer_, .is_live = true                                        \
	}

extern const struct route claim_routes[];
const struct route claim_routes[] = {
	ROUTE("GET", "/claim/*", PERMIT_READ, show),
	ROUTE("POST", "/claim/*", PERMIT_SUBSCRIBE, ask),
	ROUTE("GET", "/claiming/*", PERMIT_READ, show_claiming),
	ROUTE("POST", "/claiming/*", PERMIT_SUBSCRIBE, act),
	{0},
};
