/* prober/inspection: does a site publish the code of a claim (core/board/claim.h)? Asked for by the
 * keeper (keeper/claim_look.c): first its TXT record, then its file, until one has it.
 *
 * A stranger has it done, so only public addresses are dialled (F48), unless the check itself has
 * the address written out in its URL. No redirect is followed: who can lead a visitor elsewhere
 * does not run the site. Bounded in time and in size. Used by prober.c alone. */
#ifndef NINES_PROBER_INSPECTION_H
#define NINES_PROBER_INSPECTION_H

#include "probe.h"

struct inspection;

struct inspection_order {
	const char *id, *site, *code; /* site: a host or an origin; copied */
	/* `method`: dns, file, or "" where it was not found; `found`: what was, a line for each
	 * place. Freed behind it. */
	void (*done)(const struct inspection_order *, const char *method, const struct text *found);
	void *with;
};

void inspection_begin(struct probe_host *, const struct inspection_order *);

#endif
