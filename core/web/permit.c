/* web/permit: see permit.h. The table is the whole policy. */
#include "permit.h"

#include <string.h>

#include "proxy.h"

enum rank { VISITOR, VIEWER, OPERATOR, EDITOR, ADMIN, RANKS };

static const char *const rank_name[RANKS] = {"", "viewer", "operator", "editor", "admin"};

/* From which role on an act is allowed. */
static const enum rank least[PERMIT_ACTS] = {
	[PERMIT_READ] = VISITOR,       [PERMIT_SUBSCRIBE] = VISITOR,    [PERMIT_BEAT] = VISITOR,
	[PERMIT_LOOK] = VIEWER,        [PERMIT_ACKNOWLEDGE] = OPERATOR, [PERMIT_POST] = EDITOR,
	[PERMIT_SUBSCRIBERS] = EDITOR, [PERMIT_ADMINISTER] = ADMIN,     [PERMIT_OPEN] = VISITOR,
};

static enum rank rank_of(const struct card *who)
{
	const char *name = who ? card_get(who, "role") : "";

	for (enum rank r = VIEWER; r < RANKS; r++)
		if (!strcmp(rank_name[r], name))
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
	return rank_of(who) >= least[act] && reaches(who, owner);
}

/* ---- private pages ---- */

static bool is_visitor(const struct page *p, const struct permit_caller *who)
{
	return *who->address && proxy_is(p->visitors, who->address);
}

static bool knows_password(const struct page *p, const struct permit_caller *who)
{
	return *who->proof && !strcmp(who->proof, page_get(p, "password"));
}

static bool is_signed_in(const struct page *p, const struct permit_caller *who)
{
	return (who->is_program || page_is(p, "sign-in")) && permit(who->user, PERMIT_LOOK, "");
}

static bool is_told(const struct page *p, const struct permit_caller *who)
{
	return *page_get(p, "sso-header") && *who->told;
}

static bool (*const way[])(const struct page *, const struct permit_caller *) = {
	is_visitor, knows_password, is_signed_in, is_told};

static bool is_inside(const struct page *p, const struct permit_caller *who)
{
	for (size_t i = 0; i < sizeof way / sizeof *way; i++)
		if (way[i](p, who))
			return true;
	return false;
}

enum permit_sight permit_sight(const struct page *p, enum permit_act act,
			       const struct permit_caller *who)
{
	if (!p || !p->door || is_inside(p, who))
		return PERMIT_SEES_PAGE;
	if (act == PERMIT_READ || act == PERMIT_SUBSCRIBE)
		return PERMIT_SEES_NOTHING;
	return (unsigned)act < PERMIT_ACTS && least[act] == VISITOR ? PERMIT_SEES_DOOR
								    : PERMIT_SEES_PAGE;
}
