/* keeper/claim_tell: what becomes of a claim, told by letter to the address that answered the first
 * one: that it is proven, what a person says, that the time is over, that it was given back.
 *
 * Bounded without a limit of its own: no claim reaches such a state twice, and none does before its
 * address was confirmed (F53). Whoever wants no more says so by the link, or by the button of his
 * mail program: then the address is gone. Used by claim.c, claim_judge.c and claim_look.c. */
#include "subscriber_inside.h"

#define LAST " This is the last letter of it."

/* NULL: he did it himself, and sees it. */
static const char *const meaning[CLAIM_STATES] = {
	[CLAIM_VERIFIED] = "The code was found at your site. A person now answers the claim.",
	[CLAIM_ACCEPTED] = "The monitor and its history are yours, and the alerts that others had "
			   "of it have ended.",
	[CLAIM_REFUSED] = "The monitor stays as it was." LAST,
	[CLAIM_EXPIRED] = "The code was not found in time: claim the site anew." LAST,
	[CLAIM_RELEASED] = "The monitor belongs to who had it before." LAST,
};

void claim_tell(struct keeper *k, const char *id)
{
	const struct card *c = board_find(k->board, "claim", id);
	enum claim_state state = c ? claim_state(c) : CLAIM_PENDING;
	struct letter_facts f = {.form = LETTER_FORM_CLAIMED};

	if (!meaning[state] || !*card_get(c, "to") || !told_page_find(k, card_get(c, "page")))
		return;
	f.title = title_of(k, card_get(c, "target"));
	f.verdict = claim_state_name[state];
	f.next = meaning[state];
	f.body = card_get(c, "said");
	f.detected_us = c->first_us;
	say_to_subscriber(k, c, &f, NULL);
}
