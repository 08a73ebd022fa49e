/* web/kept: answers that are the same for all who ask: found among what was rendered before, or
 * kept for the next (F58).
 *
 * Invariant: what was made for one host, query, page or way of connecting is never shown for
 * another, and nothing that is behind the site. Used by server.c alone. */
#ifndef NINES_WEB_KEPT_H
#define NINES_WEB_KEPT_H

#include "cache.h"
#include "site.h"
#include "visit.h"

/* What the keeper says is shown on it. */
bool kept_shows_state(const struct route *);
/* NULL: there is none, or the answer is made for each who asks. */
struct rendering *kept_find(struct visit *, struct cache *, const struct site *, bool is_stale);
/* Takes over the visit's answer; NULL: it is for him alone. */
struct rendering *kept_add(struct visit *, struct cache *, const struct site *, bool is_stale);

#endif
