/* api/v1_claim: who says that a monitored site is his (board/claim.h): what the asker may see and
 * answer. See v1.h. */
#include <string.h>

#include "v1.h"

static bool may_see(const struct site *s, const struct request *r, const struct card *c)
{
	return claim_permits(s, r->user, r->route->act, c);
}

void v1_claims(const struct site *s, const struct request *r, struct answer *a)
{
	const char *after = request_query(r, "after"), *next = NULL;
	json_t *list = json_array();
	const struct card *c, *last = NULL;
	size_t limit;

	if (!v1_limit(r, a, &limit)) {
		json_decref(list);
		return;
	}
	for (c = board_next(s->board, "claim", after); c;
	     c = board_next(s->board, "claim", c->id)) {
		if (!may_see(s, r, c))
			continue;
		if (json_array_size(list) == limit) {
			next = last->id;
			break;
		}
		json_array_append_new(list, claim_json(s->board, c));
		last = c;
	}
	v1_answer_list(a, list, next);
}

const struct card *v1_claim_of(const struct site *s, const struct request *r)
{
	const struct card *c = board_find(s->board, "claim", r->tail);

	return c && may_see(s, r, c) ? c : NULL;
}

void v1_claim(const struct site *s, const struct request *r, struct answer *a)
{
	const struct card *c = v1_claim_of(s, r);

	if (c)
		v1_answer(a, 200, claim_json(s->board, c));
	else
		v1_problem(a, 404, "there is no claim '%.60s'", r->tail);
}
