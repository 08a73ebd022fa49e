/* web/permit: who may do what. The one place where that is decided: over the role of who asks, the
 * owner of what is asked for, and the ways into a private page. Every route names its act. */
#ifndef NINES_WEB_PERMIT_H
#define NINES_WEB_PERMIT_H

#include <stdbool.h>

#include "../board/board.h"
#include "catalog.h"

enum permit_act {
	PERMIT_READ, /* what pages show: of a private one, who is inside */
	PERMIT_SUBSCRIBE, /* what a visitor may do for himself, likewise */
	PERMIT_BEAT, /* a heartbeat: whoever knows its address */
	PERMIT_LOOK, /* what is not public: every check, reasons, addresses */
	PERMIT_ACKNOWLEDGE, /* acknowledge, silence, pause, intensify */
	PERMIT_POST, /* write posts, announce maintenance */
	PERMIT_SUBSCRIBERS, /* see who subscribed, remove and add */
	PERMIT_ADMINISTER, /* users, tokens, reclassification */
	PERMIT_OPEN, /* what says nothing of any page, or what a letter's own key opens */
	PERMIT_ACTS
};

/* `who`: a card of the kind `user` or `token` (words `role`: viewer operator editor admin, and
 * `owner`), NULL: a visitor. `owner`: of what is asked for, "": nobody's, which only its role
 * decides. */
bool permit(const struct card *who, enum permit_act, const char *owner);

/* Who asks, as far as it opens a private page. */
struct permit_caller {
	const struct card *user; /* NULL: nobody is signed in */
	bool is_program; /* `user` is a token's */
	const char *address; /* "": not known */
	const char *told; /* the name that a trusted proxy told; "" none */
	const char *proof; /* the hash of the page's password that he knows; "" none */
};

enum permit_sight {
	PERMIT_SEES_NOTHING, /* he is refused */
	PERMIT_SEES_DOOR, /* served, with nothing of the page: page->door in its place */
	PERMIT_SEES_PAGE
};

/* How much of the page an answer to him may hold. Each way that its section gives opens it, and so
 * does a token that may look, as it opens /api/v1. What needs a role goes by that alone. */
enum permit_sight permit_sight(const struct page *, enum permit_act, const struct permit_caller *);

#endif
