/* keeper/request: visitors ask for a monitor that is not there (features row 131): kept as cards of
 * the kind `request` for whoever administers, with the words `page what why state`(open accepted
 * refused)` said`. Nothing is probed because a stranger asked: a person decides, and writes the
 * configuration; `asked` says for a day when and from which net it came. Who leaves a mail address
 * is asked there whether it is his, as a subscriber is, and told the answer by one letter: a card
 * `subscriber` with the word `request`, which is gone with that letter. */
#include <string.h>

#include "subscriber_inside.h"

#define WHAT_BYTES 300
#define WHY_BYTES  1000

static const char sent_link[] =
	"Thank you. A person will look at it. A message with a link was sent, if that address may "
	"be written to: open it to be told the answer.";

static const struct {
	const char *word;
	size_t least, most;
	const char *wrong;
} field[] = {
	{"what", 3, WHAT_BYTES, "say which address or service is meant, in at most 300 characters"},
	{"why", 0, WHY_BYTES, "say why in at most 1,000 characters"},
};

static const char *judge(struct keeper *k, const struct line *l)
{
	size_t size;

	if (!told_page_find(k, line_get(l, "page")))
		return "there is no such page";
	for (size_t i = 0; i < sizeof field / sizeof *field; i++) {
		size = strlen(line_get(l, field[i].word));
		if (size < field[i].least || size > field[i].most)
			return field[i].wrong;
	}
	return NULL;
}

/* ---- who wants to hear the answer ---- */

/* "email:", by which the page writes mail; false: it writes none. */
static bool find_mail(struct text *to, const struct keeper *k, const struct told_page *p)
{
	const char *module;
	size_t n;

	for (const char *at = p->subscribe; *at; at += n + (at[n] == '\n')) {
		n = strcspn(at, "\n");
		text_clear(to);
		text_add(to, at, n);
		text_puts(to, ":");
		module = module_of(k, to->at);
		if (module && !strcmp(module, "email"))
			return true;
	}
	return false;
}

/* Nothing where he leaves no address. False: *wrong. */
static bool judge_mail(struct text *to, const struct keeper *k, const struct told_page *p,
		       const char *mail, struct text *wrong)
{
	struct text normal = {0};
	bool is_fine = true;

	if (!*mail)
		return true;
	if (find_mail(to, k, p))
		is_fine = subscriber_address("email", mail, &normal, wrong);
	else
		text_puts(wrong, "this page writes no mail: leave the address out");
	is_fine = is_fine && !wrong->size;
	text_add(to, text_get(&normal), normal.size);
	text_release(&normal);
	return is_fine;
}

static void ask_whether(struct keeper *k, const char *request, const struct told_page *p,
			const char *to, const char *net)
{
	struct text words = {0};

	line_add(&words, "request", request);
	if (subscriber_may_write(k, to) && !subscribers_are_full(k))
		subscriber_write_pending(k, NULL,
					 &(struct pending_subscriber){LETTER_FORM_REQUESTED,
								      p->name, to, &words, net,
								      ""});
	text_release(&words);
}

void request_tell(struct keeper *k, const char *subscriber)
{
	static const char *const but[] = {"state", NULL};
	const struct card *c = board_find(k->board, "subscriber", subscriber),
			  *request = c ? board_find(k->board, "request", card_get(c, "request"))
				       : NULL;
	struct letter_facts f = {.form = LETTER_FORM_ANSWERED};
	struct text *t;

	if (!request || !strcmp(card_get(request, "state"), "open") ||
	    strcmp(card_get(c, "state"), "confirmed"))
		return;
	f.verdict = card_get(request, "state");
	f.body = card_get(request, "said");
	f.detected_us = request->first_us;
	t = board_begin(k, "subscriber", subscriber, c->by);
	line_add(t, "state", "answered");
	line_add_int(t, "until_us", k->wall_us + SUBSCRIBER_PENDING_US);
	card_words(t, c, but);
	c = board_end(k);
	if (c)
		say_to_subscriber(k, c, &f, NULL);
}

static void tell_askers(struct keeper *k, const char *request)
{
	const struct card *c;
	char id[24] = "";

	while ((c = board_next(k->board, "subscriber", id))) {
		keeper_copy(id, sizeof id, c->id);
		if (!strcmp(card_get(c, "request"), request))
			request_tell(k, id);
	}
}

/* ---- requests ---- */

static size_t count_open(const struct keeper *k)
{
	size_t count = 0;

	for (size_t i = 0; i < board_count(k->board, "request"); i++)
		count += !strcmp(card_get(board_at(k->board, "request", i), "state"), "open");
	return count;
}

static const char *too_many(struct keeper *k, const char *net)
{
	struct limit *limit = &k->subscribers->requests;

	subscriber_limits_go_on(k);
	if (count_open(k) >= REQUESTS_MOST)
		return "too many requests wait for an answer already: try again another day";
	if (!limit_allows(limit, net, k->now_us))
		return "your network has asked for enough today: try again tomorrow";
	limit_count(limit, net, k->now_us);
	return NULL;
}

/* One line a paragraph, without anything a terminal or a page could be tricked with. */
static void add_safe(struct text *card, const char *key, const char *value)
{
	struct text safe = {0};
	size_t n;

	for (; *value; value += n + (value[n] == '\n')) {
		n = strcspn(value, "\n");
		text_puts(&safe, safe.size ? "\n" : "");
		text_add_safe(&safe, value, n - (n && value[n - 1] == '\r'), WHY_BYTES);
	}
	line_add(card, key, text_get(&safe));
	text_release(&safe);
}

static void write_request(struct keeper *k, const struct line *l, const struct told_page *p,
			  const char *to, const char *net)
{
	struct text *t = board_begin(k, "request", "", "");
	const struct card *c;

	line_add(t, "page", p->name);
	line_add(t, "state", "open");
	add_safe(t, "what", line_get(l, "what"));
	add_safe(t, "why", line_get(l, "why"));
	subscriber_note(k, t, "asked", NULL, net);
	c = board_end(k);
	if (c && *to)
		ask_whether(k, c->id, p, to, net);
}

void request_ask(struct keeper *k, int64_t client, const struct line *l)
{
	const struct told_page *p = told_page_find(k, line_get(l, "page"));
	const char *why = judge(k, l);
	struct text net = {0}, to = {0}, wrong = {0};

	limit_net(&net, line_get(l, "address"));
	if (!why && !judge_mail(&to, k, p, line_get(l, "mail"), &wrong))
		why = text_get(&wrong);
	if (!why && to.size)
		why = subscriber_too_often(k, text_get(&net));
	if (!why)
		why = too_many(k, text_get(&net));
	if (why) {
		status_end(k, client, "wrong", why);
	} else {
		write_request(k, l, p, text_get(&to), text_get(&net));
		board_answer(k, client,
			     to.size ? sent_link : "Thank you. A person will look at it.", NULL);
	}
	text_release(&net);
	text_release(&to);
	text_release(&wrong);
}

void request_ask_close(struct keeper *k, int64_t client, const struct line *l)
{
	static const char *const but[] = {"state", "said", NULL};
	const struct card *c = board_find(k->board, "request", l->id);
	bool is_accepted = line_int(l, "accept", 0) == 1;
	struct text *t;

	if (!c) {
		status_end(k, client, "wrong", "there is no such request: nines request list");
		return;
	}
	if (strcmp(card_get(c, "state"), "open")) {
		status_end(k, client, "wrong", "it was answered already");
		return;
	}
	t = board_begin(k, "request", l->id, line_get(l, "by"));
	line_add(t, "state", is_accepted ? "accepted" : "refused");
	line_add(t, "said", line_get(l, "said"));
	card_words(t, c, but);
	if (board_end(k))
		tell_askers(k, l->id);
	board_answer(k, client, is_accepted ? "accepted: now write its check" : "refused", l->id);
}
