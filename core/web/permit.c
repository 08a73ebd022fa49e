/* web/permit: see permit.h. The table is the whole policy. */
#include "permit.h"

#include <string.h>

enum role { VISITOR, VIEWER, OPERATOR, EDITOR, ADMIN, ROLES };

static const char *const role_name[ROLES] = {"", "viewer", "operator", "editor", "admin"};

/* From which role on an act is allowed. */
static const enum role least[PERMIT_ACTS] = {
	[PERMIT_READ] = VISITOR,       [PERMIT_SUBSCRIBE] = VISITOR,    [PERMIT_BEAT] = VISITOR,
	[PERMIT_LOOK] = VIEWER,        [PERMIT_ACKNOWLEDGE] = OPERATOR, [PERMIT_POST] = EDITOR,
	[PERMIT_SUBSCRIBERS] = EDITOR, [PERMIT_ADMINISTER] = ADMIN,
};

static enum role role_of(const struct card *who)
{
	const char *name = who ? card_get(who, "role") : "";

	for (enum role r = VIEWER; r < ROLES; r++)
		if (!strcmp(role_name[r], name))
			return r;
	return VISITOR; /* an unknown role is none */
}

/* Who has an owner of his own (one team of several) reaches what is his and what is nobody's. */
static bool reaches(const struct card *who, const char *owner)
{
	const char *own = who ? card_get(who, "owner") : "";

	return !*owner || !*own || !strcmp(own, owner);
}

bool permit(const struct card *who, enum permit_act act, const char *owner)
{
	if ((unsigned)act >= PERMIT_ACTS)
		return false;
	if (least[act] == VISITOR)
		return true;
	return role_of(who) >= least[act] && reaches(who, owner);
}
