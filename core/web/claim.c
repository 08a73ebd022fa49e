/* web/claim: see claim.h. */
#include "claim.h"

#include <string.h>

#include "json.h"

const char *target_owner(const struct site *s, const struct target *t)
{
	return t ? owner_of(s->board, t->name, t->configured_owner) : "";
}

bool claim_permits(const struct site *s, const struct card *who, enum permit_act act,
		   const struct card *claim)
{
	const struct target *t = catalog_find(s->catalog, card_get(claim, "target"));

	return permit(who, act, target_owner(s, t)) && permit(who, act, card_get(claim, "owner"));
}

static json_t *follow_of(const struct board *b, const struct card *claim)
{
	const struct card *owner = owner_find(b, card_get(claim, "target"));

	return owner && !strcmp(card_get(owner, "claim"), claim->id)
		       ? json_boolean(!strcmp(card_get(owner, "follow"), "on"))
		       : json_null();
}

json_t *claim_json(const struct board *b, const struct card *c)
{
	static const char *const text[] = {"page",  "target", "site",	   "owner", "to",
					   "state", "method", "judged_by", "said",  NULL};
	static const char *const time[][2] = {{"until", "until_us"},
					      {"checked", "checked_us"},
					      {"judged", "judged_us"},
					      {NULL, NULL}};
	json_t *j = json_pack("{so, so, so}", "id", json_safe(c->id), "made",
			      json_time(c->first_us), "changed", json_time(c->at_us));

	for (size_t i = 0; text[i]; i++)
		json_object_set_new(j, text[i], json_safe(card_get(c, text[i])));
	for (size_t i = 0; time[i][0]; i++)
		json_object_set_new(j, time[i][0], json_time(card_int(c, time[i][1], 0)));
	json_object_set_new(j, "found", json_lines(card_get(c, "found")));
	json_object_set_new(j, "follow", follow_of(b, c));
	return j;
}
