/* web/finding: the diagnoses of incidents that last, for the page.
 *
 * Read once from the record and kept by the incident's id, at most FINDINGS of them. One that is
 * not there yet is looked for again with each answer of the keeper, for two minutes. Used by feed.c
 * alone. */
#ifndef NINES_WEB_FINDING_H
#define NINES_WEB_FINDING_H

#include "../base/map.h"
#include "overview.h"

#define FINDINGS 64	/* then all are forgotten */
#define FINDINGS_SHOWN 20 /* on one page */

struct findings {
	char *store; /* NULL: there is none */
	struct map known; /* by id: a text */
};

void findings_start(struct findings *, const char *store);
void findings_release(struct findings *);
/* Lends each of the first checks that fail its text, until the next call. */
void findings_put(struct findings *, struct overview *);

#endif
