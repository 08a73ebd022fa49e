/* web/claim: whose a target is as the site stands, and claims for whoever may see them
 * (board/claim.h). */
#ifndef NINES_WEB_CLAIM_H
#define NINES_WEB_CLAIM_H

#include <jansson.h>

#include "../board/claim.h"
#include "permit.h"
#include "site.h"

/* Whose it is: of a claim that was accepted, else as configured. "" for NULL. */
const char *target_owner(const struct site *, const struct target *);

/* He may do that to it: to what he and nobody own, and for nobody but his own owner. */
bool claim_permits(const struct site *, const struct card *who, enum permit_act,
		   const struct card *claim);

/* As the API and the command line show it; `follow` is null where it is not in force. New
 * reference. */
json_t *claim_json(const struct board *, const struct card *claim);

#endif
