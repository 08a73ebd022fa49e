/* web/evidence: the head of the record's chain of evidence, as reports print it, for the foot of
 * pages. Looked at once a minute, when somebody reads a page. Used by server.c. */
#ifndef NINES_WEB_EVIDENCE_H
#define NINES_WEB_EVIDENCE_H

#include "site.h"

#define EVIDENCE_EVERY_US (INT64_C(60) * 1000000)

/* Brings `head` and `links` of the site up to date; what cannot be read stays as it was. */
void evidence_look(struct site *, int64_t mono_us);

#endif
