/* keeper/subscriber: what visitors and admins ask: to subscribe, to say yes, to change, to leave.
 * See subscriber.h.
 *
 * Whether an address is known is never told: the answer and its time are the same, and all else
 * stands in a letter to that very address. */
#include "subscriber.h"

#include <string.h>
#include <strings.h>

#include "../base/memory.h"
#include "subscriber_inside.h"

#define REFUSALS_MOST 5 /* letters in a row; then the address is of no use */

static const char sent_link[] =
	"A message with a link was sent, if that address may be written to: open it to say yes.";
static const char sent_code[] =
	"A message with a code was sent, if that number may be written to: type it in to say yes.";

static void refuse(struct keeper *k, int64_t client, const char *why)
{
	status_end(k, client, "wrong", why);
}

/* ---- who there is ---- */

const struct card *subscriber_find(const struct keeper *k, const char *page, const char *to)
{
	const struct card *c = NULL;

	for (size_t i = 0; (c = board_at(k->board, "subscriber", i)); i++)
		if (!strcmp(card_get(c, "page"), page) && !strcasecmp(card_get(c, "to"), to) &&
		    !*card_get(c, "request"))
			return c;
	return NULL;
}

static size_t count_pending(const struct keeper *k)
{
	size_t count = 0;

	for (size_t i = 0; i < board_count(k->board, "subscriber"); i++)
		count += !strcmp(card_get(board_at(k->board, "subscriber", i), "state"), "pending");
	return count;
}

bool subscribers_are_full(const struct keeper *k)
{
	return board_count(k->board, "subscriber") >= SUBSCRIBERS_MOST ||
	       count_pending(k) >= PENDING_MOST;
}

/* ---- to subscribe ---- */

/* What is not shown is not there. */
static bool judge_components(const struct keeper *k, const struct told_page *p, const char *chosen,
			     struct text *wrong)
{
	char name[256];
	size_t n;

	for (; *chosen; chosen += n + (chosen[n] == '\n')) {
		n = strcspn(chosen, "\n");
		if (n < sizeof name) {
			memcpy(name, chosen, n);
			name[n] = '\0';
		}
		if (n < sizeof name && told_page_shows(k, p, name))
			continue;
		text_printf(wrong, "there is no component '%.*s' on this page",
			    n < 100 ? (int)n : 100, chosen);
		return false;
	}
	return true;
}

static bool judge_audiences(const struct told_page *p, const char *chosen, struct text *wrong)
{
	size_t n;

	for (; *chosen; chosen += n + (chosen[n] == '\n')) {
		n = strcspn(chosen, "\n");
		if (text_lists_bytes(p->audiences, chosen, n))
			continue;
		text_printf(wrong, "there is no group '%.*s' on this page", n < 60 ? (int)n : 60,
			    chosen);
		return false;
	}
	return true;
}

/* What is asked for, judged: `to` and the words of the card. */
struct asked {
	const struct told_page *page;
	struct text to, choice, wrong;
	bool types_code;
};

static void asked_release(struct asked *w)
{
	text_release(&w->to);
	text_release(&w->choice);
	text_release(&w->wrong);
}

static bool judge_address(struct keeper *k, struct asked *w, const struct line *l)
{
	const char *to = line_get(l, "to"), *address = strchr(to, ':'), *module = module_of(k, to);
	struct text normal = {0};
	bool is_fine = false;

	if (!address || !module ||
	    !text_lists_bytes(w->page->subscribe, to, (size_t)(address - to)))
		text_puts(&w->wrong, "choose one of the ways that this page offers");
	else
		is_fine = subscriber_address(module, address + 1, &normal, &w->wrong);
	if (is_fine) {
		text_add(&w->to, to, (size_t)(address - to) + 1);
		text_add(&w->to, normal.at, normal.size);
		w->types_code = subscriber_types_code(module);
	}
	text_release(&normal);
	return is_fine;
}

static bool judge(struct keeper *k, struct asked *w, const struct line *l)
{
	w->page = told_page_find(k, line_get(l, "page"));
	if (!w->page) {
		text_puts(&w->wrong, "there is no page of this name: 'nines page' lists them");
		return false;
	}
	return judge_address(k, w, l) && subscriber_choose(&w->choice, l, &w->wrong) &&
	       judge_components(k, w->page, line_get(l, "components"), &w->wrong) &&
	       judge_audiences(w->page, line_get(l, "audiences"), &w->wrong) &&
	       follow_judge(k, l, NULL, &w->wrong);
}

void subscriber_write_pending(struct keeper *k, const struct card *old,
			      const struct pending_subscriber *p)
{
	struct letter_facts f = {.form = p->form};
	struct text *t;
	char id[24];

	keeper_copy(id, sizeof id, old ? old->id : "");
	if (!old)
		keeper_stamp(k, id, sizeof id);
	else
		outbox_withdraw_foreign(k, id, "asked for anew");
	t = board_begin(k, "subscriber", id, p->by);
	line_add(t, "page", p->page);
	line_add(t, "to", p->to);
	line_add(t, "state", "pending");
	text_add(t, p->words->at, p->words->size);
	line_add_int(t, "until_us", k->wall_us + SUBSCRIBER_PENDING_US);
	subscriber_note(k, t, "asked", old, p->net);
	if (old && *card_get(old, "guessed"))
		line_add(t, "guessed", card_get(old, "guessed"));
	pending_key_make(k, id, t);
	if (board_end(k))
		say_to_subscriber(k, board_find(k->board, "subscriber", id), &f, NULL);
}

static void write_known(struct keeper *k, const struct card *c, const char *net)
{
	static const char *const but[] = {"asked", NULL};
	struct letter_facts f = {.form = LETTER_FORM_SUBSCRIBED};
	struct text *t = board_begin(k, "subscriber", c->id, c->by);

	card_words(t, c, but);
	subscriber_note(k, t, "asked", c, net);
	c = board_end(k);
	if (c)
		say_to_subscriber(k, c, &f, NULL);
}

static void write_to(struct keeper *k, const struct asked *w, const char *net, const char *by)
{
	const struct card *old = subscriber_find(k, w->page->name, text_get(&w->to));
	const struct pending_subscriber pending = {
		LETTER_FORM_SUBSCRIPTION, w->page->name, text_get(&w->to), &w->choice, net, by};

	if (!subscriber_may_write(k, text_get(&w->to)) || (!old && subscribers_are_full(k)))
		return;
	if (old && strcmp(card_get(old, "state"), "pending") &&
	    strcmp(card_get(old, "state"), "ended"))
		write_known(k, old, net);
	else
		subscriber_write_pending(k, old, &pending);
}

static void answer_sent(struct keeper *k, int64_t client, bool types_code)
{
	struct text *t = keeper_line(k, END_CLIENT, client);

	if (!t)
		return;
	line_begin(t, "end", "-");
	line_add(t, "text", types_code ? sent_code : sent_link);
	line_add(t, "answer", types_code ? "code" : "link");
	line_end(t);
}

void subscriber_ask(struct keeper *k, int64_t client, const struct line *l)
{
	struct asked w = {0};
	struct text net = {0};
	const char *why = NULL;

	subscriber_net(&net, client, l);
	if (!judge(k, &w, l))
		why = text_get(&w.wrong);
	else
		why = subscriber_too_often(k, text_get(&net));
	if (why) {
		refuse(k, client, why);
	} else {
		write_to(k, &w, text_get(&net), line_get(l, "by"));
		answer_sent(k, client, w.types_code);
	}
	text_release(&net);
	asked_release(&w);
}

/* ---- to change and to leave ---- */

static const char bad_manage[] = "there is no such subscription any more";

void subscriber_ask_change(struct keeper *k, int64_t client, const struct line *l)
{
	const struct card *c = managed_by(k, l->id);
	const struct told_page *p = c ? told_page_find(k, card_get(c, "page")) : NULL;
	struct text choice = {0}, wrong = {0}, *t;
	bool is_paused = line_int(l, "paused", 0) == 1;

	if (!p) {
		refuse(k, client, bad_manage);
	} else if (!subscriber_choose(&choice, l, &wrong) ||
		   !judge_components(k, p, line_get(l, "components"), &wrong) ||
		   !judge_audiences(p, line_get(l, "audiences"), &wrong) ||
		   !follow_judge(k, l, c, &wrong)) {
		refuse(k, client, text_get(&wrong));
	} else {
		t = board_begin(k, "subscriber", c->id, c->by);
		line_add(t, "page", card_get(c, "page"));
		line_add(t, "to", card_get(c, "to"));
		line_add(t, "state", is_paused ? "paused" : "confirmed");
		text_add(t, choice.at, choice.size);
		board_end(k);
		board_answer(k, client, "Your choices are kept.", NULL);
	}
	text_release(&choice);
	text_release(&wrong);
}

void subscriber_forget(struct keeper *k, const char *card, const char *by, const char *why)
{
	char id[24];

	keeper_copy(id, sizeof id, card);
	outbox_withdraw_foreign(k, id, why);
	pending_key_forget(k, id);
	board_remove(k, "subscriber", id, by);
}

void subscriber_ask_remove(struct keeper *k, int64_t client, const struct line *l)
{
	const struct card *c = managed_by(k, l->id);

	if (c)
		subscriber_forget(k, c->id, "", "unsubscribed");
	/* One that is gone is what was wanted: programs press the button twice. */
	board_answer(k, client, "You get no more messages, and nothing of you is kept.", NULL);
}

void subscriber_ask_delete(struct keeper *k, int64_t client, const struct line *l)
{
	const struct card *c = board_find(k->board, "subscriber", l->id);

	if (!c) {
		refuse(k, client, "there is no such subscriber: nines subscriber list");
		return;
	}
	subscriber_forget(k, c->id, line_get(l, "by"), "removed");
	board_answer(k, client, "removed", NULL);
}

/* ---- what becomes of letters, and of time ---- */

/* He has been told the one thing that he wanted to hear: the next look forgets him. */
static void end_answered(struct keeper *k, const struct card *c)
{
	static const char *const but[] = {"until_us", NULL};
	struct text *t = board_begin(k, "subscriber", c->id, c->by);

	card_words(t, c, but);
	line_add_int(t, "until_us", k->wall_us);
	board_end(k);
	k->subscribers->sweep_us = k->now_us;
}

void subscriber_letter_ended(struct keeper *k, const char *id, enum outbox_outcome outcome)
{
	const struct card *c = *id ? board_find(k->board, "subscriber", id) : NULL;
	int64_t refused = c ? card_int(c, "refused", 0) : 0;
	static const char *const but[] = {"refused", NULL};
	struct text *t;

	if (c && !strcmp(card_get(c, "state"), "answered")) {
		end_answered(k, c);
		return;
	}
	if (!c || (outcome != OUTBOX_GAVE_UP && (outcome != OUTBOX_DELIVERED || !refused)))
		return;
	t = board_begin(k, "subscriber", id, c->by);
	card_words(t, c, but);
	if (outcome == OUTBOX_GAVE_UP)
		line_add_int(t, "refused", refused + 1);
	board_end(k);
}

static bool is_over(const struct keeper *k, const struct card *c)
{
	int64_t until_us = card_int(c, "until_us", 0);

	return (until_us && k->wall_us >= until_us) || card_int(c, "refused", 0) >= REFUSALS_MOST;
}

/* The next one is found before this one is gone. */
static void drop_what_is_over(struct keeper *k)
{
	char id[24] = "";
	const struct card *c;

	while ((c = board_next(k->board, "subscriber", id))) {
		keeper_copy(id, sizeof id, c->id);
		if (is_over(k, c))
			subscriber_forget(k, id, "",
					  "never confirmed, answered, ended, or refused again "
					  "and again");
	}
}

void subscribers_watch(struct keeper *k)
{
	struct subscribers *s = k->subscribers;

	if (k->now_us >= s->sweep_us) {
		s->sweep_us = k->now_us + 60 * KEEPER_SECOND;
		drop_what_is_over(k);
		subscriber_limits_sweep(k);
		claims_sweep(k);
	}
	follow_watch(k);
	tell_watch(k);
}
