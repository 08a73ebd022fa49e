/* page/admin_claim: who says that a monitored site is his: what was found there, and what a person
 * answers. Only what the reader may decide is there (web/claim.h). See admin.h. */
#include <string.h>

#include "../base/memory.h"
#include "../web/claim.h"
#include "admin.h"

#define ROWS 300

static bool may_judge(const struct site *s, const struct request *r, const struct card *c)
{
	return claim_permits(s, r->user, PERMIT_ADMINISTER, c);
}

/* The card `owner` that the claim has led to; NULL: it is not in force. */
static const struct card *owner_by(const struct site *s, const struct card *c)
{
	const struct card *owner = owner_find(s->board, card_get(c, "target"));

	return owner && !strcmp(card_get(owner, "claim"), c->id) ? owner : NULL;
}

/* What can be done with one that stands so. */
static const char *form_of(const struct site *s, const struct card *c)
{
	const struct card *owner = owner_by(s, c);

	if (owner)
		return strcmp(card_get(owner, "follow"), "on") ? "admin-claim-held"
							       : "admin-claim-followed";
	if (claim_is(c, CLAIM_VERIFIED))
		return "admin-claim-verified";
	return claim_waits(c) ? "admin-claim-open" : NULL;
}

static void add_form(struct text *t, const struct site *s, const struct request *r,
		     const struct card *c)
{
	const char *piece = form_of(s, c);

	if (piece && *request_form(r))
		admin_add(t, piece,
			  (const struct template_word[]){{"base", r->base},
							 {"form", request_form(r)},
							 {"id", c->id},
							 {"owner", card_get(c, "owner")},
							 {"target", card_get(c, "target")},
							 {NULL, NULL}});
	else
		admin_add(t, "admin-none",
			  (const struct template_word[]){{"text", card_get(c, "said")},
							 {NULL, NULL}});
}

static void add_claim(struct text *t, const struct site *s, const struct request *r,
		      const struct card *c)
{
	struct text since = {0}, found = {0}, form = {0};

	admin_add_time(&since, r, c->at_us);
	html_add_lines(&found, card_get(c, "found"));
	add_form(&form, s, r, c);
	admin_add(t, "admin-claim",
		  (const struct template_word[]){{"target", card_get(c, "target")},
						 {"site", card_get(c, "site")},
						 {"owner", card_get(c, "owner")},
						 {"to", card_get(c, "to")},
						 {"state", card_get(c, "state")},
						 {"since", text_get(&since)},
						 {"found", text_get(&found)},
						 {"form", text_get(&form)},
						 {NULL, NULL}});
	text_release(&since);
	text_release(&found);
	text_release(&form);
}

/* Those that wait first; the newest of the rest behind them. */
static void add_claims(struct text *t, const struct site *s, const struct request *r)
{
	size_t all = board_count(s->board, "claim"), count = 0;

	for (int waits = 1; waits >= 0; waits--)
		for (size_t i = all; i-- > 0 && count < ROWS;) {
			const struct card *c = board_at(s->board, "claim", i);

			if (claim_waits(c) != (waits == 1) || !may_judge(s, r, c))
				continue;
			add_claim(t, s, r, c);
			count++;
		}
}

static void show(const struct site *s, const struct request *r, struct answer *a, const char *wrong)
{
	struct text main = {0}, rows = {0};

	add_claims(&rows, s, r);
	if (rows.size)
		admin_add(&main, "admin-table",
			  (const struct template_word[]){{"one", "Claim"},
							 {"two", "What was found"},
							 {"three", "Answer"},
							 {"rows", text_get(&rows)},
							 {NULL, NULL}});
	else
		admin_add(&main, "admin-none",
			  (const struct template_word[]){{"text", "Nobody has claimed a site."},
							 {NULL, NULL}});
	admin_page(a, r,
		   &(struct admin_page){"Claims of sites", wrong ? NULL : admin_done(r), wrong,
					&main});
	text_release(&main);
	text_release(&rows);
}

void admin_show_claims(const struct site *s, const struct request *r, struct answer *a)
{
	show(s, r, a, NULL);
}

static void judged(const struct site *s, const struct request *r, struct answer *a,
		   const struct line *end, void *with)
{
	const char *wrong = admin_refusal(a, end);

	(void)with;
	if (wrong)
		show(s, r, a, wrong);
	else
		answer_see(a, "/admin/claims/?done=saved");
}

void admin_judge_claim(const struct site *s, const struct request *r, struct answer *a)
{
	const struct card *c = board_find(s->board, "claim", request_field(r, "id"));
	const char *own = card_get(r->user, "owner"), *owner = request_field(r, "owner");
	struct text line = {0};

	if (!c || !may_judge(s, r, c)) {
		admin_not_found(a);
		return;
	}
	line_begin(&line, "claim-judge", c->id);
	line_add(&line, "act", request_field(r, "act"));
	line_add(&line, "owner", *own ? own : owner);
	line_add_int(&line, "follow", !strcmp(request_field(r, "follow"), "on"));
	line_add(&line, "said", request_field(r, "said"));
	line_add(&line, "by", r->user->id);
	line_end(&line);
	route_ask(r, text_get(&line), judged, NULL);
	text_release(&line);
}

void admin_add_claims(struct text *t, const struct site *s, const struct request *r)
{
	struct text said = {0};
	size_t waiting = 0;

	for (size_t i = board_count(s->board, "claim"); i-- > 0;)
		waiting += claim_is(board_at(s->board, "claim", i), CLAIM_VERIFIED) &&
			   may_judge(s, r, board_at(s->board, "claim", i));
	if (!permit(r->user, PERMIT_ADMINISTER, ""))
		return;
	text_printf(&said, "%zu verified %s", waiting,
		    waiting == 1 ? "claim waits" : "claims wait");
	admin_add(t, "admin-claims",
		  (const struct template_word[]){
			  {"base", r->base}, {"claims", text_get(&said)}, {NULL, NULL}});
	text_release(&said);
}
