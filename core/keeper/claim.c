/* keeper/claim: whoever runs a site that a public page shows says so (features row 132): he gives
 * an address, answers the letter that goes there, and gets a code that his site is to publish;
 * claim_look.c looks for it, claim_judge.c decides. The cards: board/claim.h.
 *
 * Nothing is told to that address but whether it asked, with no word of whoever asked, and as often
 * as any subscriber would be written to (F53). Who has no key learns nothing of a claim. */
#include <string.h>

#include "subscriber_inside.h"

#define DROPPED_US (INT64_C(30) * 86400 * KEEPER_SECOND)

static const char sent[] =
	"A message with a link was sent, if that address may be written to: open it to go on.";

/* ---- to ask ---- */

struct claimed {
	const struct told_page *page;
	const char *target, *site;
	struct text owner, to, wrong;
};

static void claimed_release(struct claimed *w)
{
	text_release(&w->owner);
	text_release(&w->to);
	text_release(&w->wrong);
}

static bool wrong(struct claimed *w, const char *why)
{
	text_puts(&w->wrong, why);
	return false;
}

/* The first of the page's channels that writes mail. */
static bool judge_mail(struct keeper *k, struct claimed *w, const char *mail)
{
	struct text normal = {0}, channel = {0};
	bool is_fine = subscriber_address("email", mail, &normal, &w->wrong);
	const char *module, *at = w->page->subscribe;
	size_t n;

	for (; *at && is_fine && !w->to.size; at += n + (at[n] == '\n')) {
		n = strcspn(at, "\n");
		text_clear(&channel);
		text_add(&channel, at, n);
		text_putc(&channel, ':');
		module = module_of(k, channel.at);
		if (module && !strcmp(module, "email"))
			text_printf(&w->to, "%s%s", channel.at, normal.at);
	}
	if (is_fine && !w->to.size)
		is_fine = wrong(w, "this page can write to nobody just now");
	text_release(&normal);
	text_release(&channel);
	return is_fine;
}

static bool judge_target(struct keeper *k, struct claimed *w, const char *target)
{
	w->site = map_find_text(&k->subscribers->sites, target);
	w->target = target;
	if (!w->site || !map_find_text(&k->checks_by_name, target) ||
	    !told_page_shows(k, w->page, target))
		return wrong(w, "there is no site of that name to be claimed on this page");
	return true;
}

static bool judge(struct keeper *k, struct claimed *w, const struct line *l)
{
	const char *owner = line_get(l, "owner");

	w->page = told_page_find(k, line_get(l, "page"));
	if (!w->page || !w->page->takes_claims)
		return wrong(w, "this page takes no claims");
	text_add_safe(&w->owner, owner, strcspn(owner, "\r\n"), CLAIM_OWNER_BYTES);
	if (!*owner || strlen(owner) > CLAIM_OWNER_BYTES || strcmp(text_get(&w->owner), owner) != 0)
		return wrong(w, "say in one line of at most 100 characters who runs the site");
	return judge_target(k, w, line_get(l, "target")) && judge_mail(k, w, line_get(l, "mail"));
}

/* Those of a site that wait for their site or for an answer; of all sites for target NULL. */
static size_t count_waiting(const struct keeper *k, const char *target, bool are_pending)
{
	const struct card *c;
	size_t count = 0;

	for (size_t i = 0; (c = board_at(k->board, "claim", i)); i++)
		count += claim_waits(c) && claim_is(c, CLAIM_PENDING) == are_pending &&
			 (!target || !strcmp(card_get(c, "target"), target));
	return count;
}

static bool is_full(const struct keeper *k, const char *target, bool are_pending)
{
	return count_waiting(k, target, are_pending) >= CLAIMS_A_SITE ||
	       count_waiting(k, NULL, are_pending) >= CLAIMS_MOST;
}

static const char too_many[] =
	"enough people claim this site already: try again once they are answered";

/* The same person once more gets the same link once more. */
static const struct card *waiting_of(const struct keeper *k, const struct claimed *w)
{
	const struct card *c;

	for (size_t i = 0; (c = board_at(k->board, "claim", i)); i++)
		if (claim_waits(c) && !strcmp(card_get(c, "target"), w->target) &&
		    !strcmp(card_get(c, "page"), w->page->name) &&
		    !strcmp(card_get(c, "to"), text_get(&w->to)))
			return c;
	return NULL;
}

/* A new one, or one that was asked for before. */
static const struct card *write_claim(struct keeper *k, const struct claimed *w,
				      const struct card *old, const char *net)
{
	static const char *const but[] = {"asked", NULL};
	struct text *t = board_begin(k, "claim", old ? old->id : "", "");

	subscriber_note(k, t, "asked", old, net);
	if (old) {
		card_words(t, old, but);
		return board_end(k);
	}
	line_add(t, "page", w->page->name);
	line_add(t, "target", w->target);
	line_add(t, "site", w->site);
	line_add(t, "owner", text_get(&w->owner));
	line_add(t, "to", text_get(&w->to));
	line_add(t, "state", claim_state_name[CLAIM_PENDING]);
	line_add_int(t, "until_us", k->wall_us + CLAIM_PENDING_US);
	return board_end(k);
}

static void write_to(struct keeper *k, const struct claimed *w, const struct card *old,
		     const char *net)
{
	struct letter_facts f = {.form = LETTER_FORM_CLAIM, .title = title_of(k, w->target)};
	const struct card *c = NULL;

	if (subscriber_may_write(k, text_get(&w->to)))
		c = write_claim(k, w, old, net);
	if (c)
		say_to_subscriber(k, c, &f, NULL);
}

static void ask(struct keeper *k, int64_t client, const struct line *l)
{
	struct claimed w = {0};
	struct text net = {0};
	const struct card *old = NULL;
	const char *why = NULL;

	limit_net(&net, line_get(l, "address"));
	if (!judge(k, &w, l))
		why = text_get(&w.wrong);
	else if (!(old = waiting_of(k, &w)) && is_full(k, w.target, true))
		why = too_many;
	else
		why = subscriber_too_often(k, text_get(&net));
	if (why) {
		status_end(k, client, "wrong", why);
	} else {
		write_to(k, &w, old, text_get(&net));
		board_answer(k, client, sent, NULL);
	}
	text_release(&net);
	claimed_release(&w);
}

/* ---- whoever has the key ---- */

static struct text *begin_next(struct keeper *k, const struct card *c, enum claim_state state)
{
	struct text *t = board_begin(k, "claim", c->id, "");

	line_add(t, "state", claim_state_name[state]);
	return t;
}

static const char *confirm(struct keeper *k, const struct card *c)
{
	static const char *const but[] = {"state", "until_us", NULL};
	struct text *t;

	if (!claim_is(c, CLAIM_PENDING) || k->wall_us >= card_int(c, "until_us", 0))
		return "this link was used already or is too old: claim the site anew";
	if (is_full(k, card_get(c, "target"), false))
		return too_many;
	t = begin_next(k, c, CLAIM_OPEN);
	line_add_int(t, "until_us", k->wall_us + CLAIM_OPEN_US);
	card_words(t, c, but);
	board_end(k);
	return NULL;
}

/* His address goes, that he had asked stays. */
static void give_up(struct keeper *k, const struct card *c, enum claim_state state)
{
	static const char *const but[] = {"state", "until_us", "to", "asked", NULL};

	card_words(begin_next(k, c, state), c, but);
	board_end(k);
}

static const char *withdraw(struct keeper *k, const struct card *c)
{
	if (!claim_waits(c))
		return "it was answered already";
	outbox_withdraw_foreign(k, c->id, "the claim is withdrawn");
	give_up(k, c, CLAIM_WITHDRAWN);
	return NULL;
}

/* The claim stays; nothing more is written to him of it, nor what is still on its way. */
static const char *forget(struct keeper *k, const struct card *c)
{
	static const char *const but[] = {"to", NULL};
	char id[24];

	keeper_copy(id, sizeof id, c->id);
	if (claim_is(c, CLAIM_PENDING))
		return "the address was not confirmed: it is written to once only";
	if (!*card_get(c, "to"))
		return NULL;
	outbox_withdraw_foreign(k, id, "no more letters are wanted");
	card_words(board_begin(k, "claim", id, ""), c, but);
	board_end(k);
	return NULL;
}

static const char *look(struct keeper *k, const struct card *c)
{
	return !claim_is(c, CLAIM_OPEN) ? "there is nothing to look for" : look_begin(k, c);
}

static const struct {
	const char *act;
	const char *(*take)(struct keeper *, const struct card *);
	const char *said;
} act[] = {
	{"confirm", confirm, "The address is yours. Now publish the code."},
	{"look", look, "We are looking: what was found stands here in a moment."},
	{"withdraw", withdraw, "The claim is withdrawn."},
	{"forget", forget, "You get no more letters of it."},
};
#define ACTS (sizeof act / sizeof *act)

void claim_ask(struct keeper *k, int64_t client, const struct line *l)
{
	const struct card *c = claim_of_key(k->board, l->id);
	const char *why = NULL;
	size_t i = 0;

	if (!strcmp(l->id, "-")) {
		ask(k, client, l);
		return;
	}
	while (i < ACTS && strcmp(act[i].act, line_get(l, "act")) != 0)
		i++;
	if (!c)
		why = "there is no such claim any more";
	else if (i == ACTS)
		why = "act is none of confirm, look, withdraw and forget";
	else
		why = act[i].take(k, c);
	if (why)
		status_end(k, client, "wrong", why);
	else
		board_answer(k, client, act[i].said, NULL);
}

/* ---- time ---- */

static bool is_over(const struct keeper *k, const struct card *c)
{
	return k->wall_us >= card_int(c, "until_us", INT64_MAX);
}

/* He is told while his address is there. */
static void expire(struct keeper *k, const struct card *c)
{
	static const char *const but[] = {"state", "until_us", NULL};
	char id[24];

	keeper_copy(id, sizeof id, c->id);
	card_words(begin_next(k, c, CLAIM_EXPIRED), c, but);
	board_end(k);
	claim_tell(k, id);
	give_up(k, board_find(k->board, "claim", id), CLAIM_EXPIRED);
}

static void look_at(struct keeper *k, const struct card *c)
{
	char id[24];

	keeper_copy(id, sizeof id, c->id);
	if (claim_is(c, CLAIM_PENDING) && is_over(k, c)) {
		outbox_withdraw_foreign(k, id, "never confirmed");
		board_remove(k, "claim", id, "");
	} else if (claim_is(c, CLAIM_OPEN) && is_over(k, c)) {
		expire(k, c);
	} else if ((claim_is(c, CLAIM_EXPIRED) || claim_is(c, CLAIM_WITHDRAWN)) &&
		   k->wall_us - c->at_us >= DROPPED_US) {
		board_remove(k, "claim", id, "");
	}
}

void claims_sweep(struct keeper *k)
{
	const struct card *c;
	char id[24] = "";

	while ((c = board_next(k->board, "claim", id))) {
		keeper_copy(id, sizeof id, c->id);
		look_at(k, c);
	}
}
