/* keeper/claim_judge: what a person says of a claim, or nines itself where the page wants that: the
 * monitor's owner is then he for whom it was claimed, whatever the configuration says, and nobody
 * else follows it; and how that is undone. Who decided what and when are the versions of the card.
 */
#include <string.h>

#include "alert_inside.h"
#include "subscriber_inside.h"

static const char none[] = "there is no such claim: nines claim list";

static struct text *begin_next(struct keeper *k, const struct card *c, const char *by,
			       enum claim_state state)
{
	struct text *t = board_begin(k, "claim", c->id, by);

	line_add(t, "state", claim_state_name[state]);
	line_add_int(t, "judged_us", k->wall_us);
	line_add(t, "judged_by", by);
	return t;
}

/* Says that it is judged; what follows changes other cards. */
static void judge(struct keeper *k, const struct card *c, const char *by, enum claim_state state,
		  const char *owner, const char *said)
{
	static const char *const but[] = {"state", "judged_us", "judged_by",  "owner",
					  "said",  "until_us",  "looking_us", NULL};
	struct text *t = begin_next(k, c, by, state);

	line_add(t, "owner", owner);
	line_add(t, "said", said);
	card_words(t, c, but);
	board_end(k);
}

/* The record has whose it is at once, not by the next configuration: reports say so. */
static void record_owner(struct keeper *k, const char *target)
{
	const struct subject *s = map_find_text(&k->alerts->subjects, target);
	const char *owner = owner_of(k->board, target, s && s->owner ? s->owner : "");
	struct text *t = spool_begin(&k->spool);

	line_begin_name(t, "owner", target);
	if (*owner)
		line_add(t, "owner", owner);
	spool_end(&k->spool);
}

static void write_owner(struct keeper *k, const char *claim, const char *target, const char *owner,
			const char *follow, const char *by)
{
	char id[OWNER_ID];
	struct text *t;

	owner_id(id, target);
	t = board_begin(k, "owner", id, by);
	line_add(t, "target", target);
	line_add(t, "owner", owner);
	line_add(t, "claim", claim);
	line_add(t, "follow", follow);
	board_end(k);
}

/* A verified one; one that was never proven a person may not wave through either. */
const char *claim_accept(struct keeper *k, const char *claim, const char *owner, const char *by,
			 const char *said)
{
	const struct card *c = board_find(k->board, "claim", claim);
	struct text target = {0}, given = {0};
	char id[24];

	if (!c)
		return none;
	if (!claim_is(c, CLAIM_VERIFIED))
		return "it is not verified: its code was not found at its site";
	if (owner_find(k->board, card_get(c, "target")))
		return "its monitor was claimed already: release that claim first";
	if (!map_find_text(&k->checks_by_name, card_get(c, "target")))
		return "its monitor is configured no more";
	keeper_copy(id, sizeof id, claim);
	text_puts(&target, card_get(c, "target"));
	text_puts(&given, *owner ? owner : card_get(c, "owner"));
	judge(k, c, by, CLAIM_ACCEPTED, given.at, said);
	write_owner(k, id, target.at, given.at, "off", by);
	record_owner(k, target.at);
	follow_end(k, target.at);
	claim_tell(k, id);
	text_release(&target);
	text_release(&given);
	return NULL;
}

static const char *accept(struct keeper *k, const struct card *c, const struct line *l)
{
	const char *owner = line_get(l, "owner");

	if (strlen(owner) > CLAIM_OWNER_BYTES || strpbrk(owner, "\r\n"))
		return "an owner has one line of at most 100 characters";
	return claim_accept(k, c->id, owner, line_get(l, "by"), line_get(l, "said"));
}

static const char *refuse(struct keeper *k, const struct card *c, const struct line *l)
{
	bool is_confirmed = !claim_is(c, CLAIM_PENDING);

	if (!claim_waits(c))
		return "it was answered already";
	judge(k, c, line_get(l, "by"), CLAIM_REFUSED, card_get(c, "owner"), line_get(l, "said"));
	if (is_confirmed)
		claim_tell(k, l->id);
	return NULL;
}

/* The card `owner` of an accepted claim; NULL: it is not in force. */
static const struct card *held_by(const struct keeper *k, const struct card *c)
{
	const struct card *owner = owner_find(k->board, card_get(c, "target"));

	return owner && !strcmp(card_get(owner, "claim"), c->id) ? owner : NULL;
}

/* The owner is again who the configuration says. */
static const char *release(struct keeper *k, const struct card *c, const struct line *l)
{
	const struct card *owner = held_by(k, c);
	char id[OWNER_ID];

	if (!owner)
		return "it is not in force: only an accepted claim can be released";
	keeper_copy(id, sizeof id, owner->id);
	judge(k, c, line_get(l, "by"), CLAIM_RELEASED, card_get(c, "owner"), line_get(l, "said"));
	board_remove(k, "owner", id, line_get(l, "by"));
	record_owner(k, card_get(board_find(k->board, "claim", l->id), "target"));
	claim_tell(k, l->id);
	return NULL;
}

static const char *follow(struct keeper *k, const struct card *c, const struct line *l)
{
	const struct card *owner = held_by(k, c);
	bool is_on = line_int(l, "follow", -1) == 1;
	struct text target = {0};

	if (!owner)
		return "it is not in force: only of an accepted claim it is said who may follow";
	if (line_int(l, "follow", -1) < 0)
		return "say whether others may follow it: follow=1 or follow=0";
	text_puts(&target, card_get(c, "target"));
	write_owner(k, c->id, target.at, card_get(owner, "owner"), is_on ? "on" : "off",
		    line_get(l, "by"));
	if (!is_on)
		follow_end(k, target.at);
	text_release(&target);
	return NULL;
}

static const struct {
	const char *act;
	const char *(*take)(struct keeper *, const struct card *, const struct line *);
	const char *said;
} act[] = {
	{"accept", accept, "accepted: the monitor is his, and nobody else follows it"},
	{"refuse", refuse, "refused"},
	{"release", release, "released: its owner is again who the configuration says"},
	{"follow", follow, "noted"},
};
#define ACTS (sizeof act / sizeof *act)

void claim_ask_judge(struct keeper *k, int64_t client, const struct line *l)
{
	const struct card *c = board_find(k->board, "claim", l->id);
	const char *why;
	size_t i = 0;

	while (i < ACTS && strcmp(act[i].act, line_get(l, "act")) != 0)
		i++;
	if (i == ACTS)
		why = "act is none of accept, refuse, release and follow";
	else
		why = c ? act[i].take(k, c, l) : none;
	if (why)
		status_end(k, client, "wrong", why);
	else
		board_answer(k, client, act[i].said, l->id);
}
