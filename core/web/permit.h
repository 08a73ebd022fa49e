/* web/permit: who may do what. The one place where that is decided: over the role of who asks and
 * the owner of what is asked for. Every route names its act. */
#ifndef NINES_WEB_PERMIT_H
#define NINES_WEB_PERMIT_H

#include <stdbool.h>

#include "../board/board.h"

enum permit_act {
	PERMIT_READ, /* what the public pages show */
	PERMIT_SUBSCRIBE, /* what a visitor may do for himself */
	PERMIT_BEAT, /* a heartbeat: whoever knows its address */
	PERMIT_LOOK, /* what is not public: every check, reasons, addresses */
	PERMIT_ACKNOWLEDGE, /* acknowledge, silence, pause, intensify */
	PERMIT_POST, /* write posts, announce maintenance */
	PERMIT_SUBSCRIBERS, /* see who subscribed, remove and add */
	PERMIT_ADMINISTER, /* users, tokens, reclassification */
	PERMIT_ACTS
};

/* `who`: a card of the kind `user` or `token` (words `role`: viewer operator editor admin, and
 * `owner`), NULL: a visitor. `owner`: of what is asked for, "": nobody's, which only its role
 * decides. */
bool permit(const struct card *who, enum permit_act, const char *owner);

#endif
