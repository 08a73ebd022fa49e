/* keeper/claim_look: has the site of a claim looked at, by the prober that has its check: is the
 * code where it should be? The keeper itself opens no connection. What was found stands in the
 * card, for whoever claims; found, it is verified.
 *
 * Bounded: LOOKS_MOST under way, one a claim, LOOKS_AN_HOUR of each. */
#include <string.h>

#include "subscriber_inside.h"

#define FOUND_BYTES 4096

static struct look *find_free(struct keeper *k, const char *claim)
{
	struct look *found = NULL;

	for (size_t i = 0; i < LOOKS_MOST; i++) {
		struct look *o = &k->subscribers->look[i];
		bool is_free = !o->number || o->until_us <= k->now_us;

		if (!is_free && !strcmp(o->claim, claim))
			return NULL;
		if (is_free && !found)
			found = o;
	}
	return found;
}

static void note_look(struct keeper *k, const struct card *c)
{
	static const char *const but[] = {"looking_us", NULL};
	struct text *t = board_begin(k, "claim", c->id, "");

	line_add_int(t, "looking_us", k->wall_us);
	card_words(t, c, but);
	board_end(k);
}

const char *look_begin(struct keeper *k, const struct card *c)
{
	struct check *check = map_find_text(&k->checks_by_name, card_get(c, "target"));
	const char *site = map_find_text(&k->subscribers->sites, card_get(c, "target"));
	struct look *o = find_free(k, c->id);
	char code[KEY_TEXT];
	struct text *t;
	int64_t prober;

	if (!check || !site)
		return "its monitor is configured no more";
	if (!limit_allows(&k->subscribers->looks, c->id, k->now_us))
		return "it was looked at often enough: try again in an hour";
	claim_code(code, subscription_secret(k), c->id);
	t = o ? pool_ask(k, check, &prober) : NULL;
	if (!t)
		return "it is being looked at already, or nobody can look just now: try again in "
		       "a minute";
	limit_count(&k->subscribers->looks, c->id, k->now_us);
	*o = (struct look){.number = ++k->flights.last,
			   .prober = prober,
			   .until_us = k->now_us + CLAIM_LOOK_US};
	keeper_copy(o->claim, sizeof o->claim, c->id);
	line_begin_number(t, "inspect", o->number);
	line_add(t, "site", site);
	line_add(t, "code", code);
	line_end(t);
	note_look(k, c);
	return NULL;
}

static void found(struct keeper *k, const char *claim, const struct line *l)
{
	static const char *const but[] = {"state", "until_us", "looking_us", "checked_us",
					  "found", "method",   "site",       NULL};
	const struct card *c = board_find(k->board, "claim", claim);
	const struct told_page *p = c ? told_page_find(k, card_get(c, "page")) : NULL;
	bool is_found = *line_get(l, "method") != '\0';
	struct text what = {0}, *t;

	if (!c || !claim_is(c, CLAIM_OPEN))
		return;
	text_add(&what, line_get(l, "found"), strnlen(line_get(l, "found"), FOUND_BYTES));
	t = board_begin(k, "claim", claim, "");
	line_add(t, "state", claim_state_name[is_found ? CLAIM_VERIFIED : CLAIM_OPEN]);
	line_add(t, "site", line_get(l, "site"));
	line_add_int(t, "checked_us", k->wall_us);
	line_add(t, "found", text_get(&what));
	line_add(t, "method", line_get(l, "method"));
	if (!is_found)
		line_add_int(t, "until_us", card_int(c, "until_us", 0));
	card_words(t, c, but);
	board_end(k);
	text_release(&what);
	if (is_found && !(p && p->accepts_claims && !claim_accept(k, claim, "", "", "")))
		claim_tell(k, claim);
}

void look_take(struct keeper *k, int64_t prober, const struct line *l)
{
	int64_t number = line_number(l);

	for (size_t i = 0; number > 0 && i < LOOKS_MOST; i++) {
		struct look *o = &k->subscribers->look[i];

		if (o->number != number || o->prober != prober)
			continue;
		o->number = 0;
		found(k, o->claim, l);
		return;
	}
	k->health.ignored++;
}
