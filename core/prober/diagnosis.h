/* prober/diagnosis: a closer look at a target that has just failed: the conversation once more with
 * its transcript and the certificates that were shown, what the system's name servers say, and the
 * routers on the way.
 *
 * Asked for by the keeper, once an incident (keeper/burst.c). Never a result of the check. Bounded
 * in time (each part has its own deadline) and in size: DIAGNOSIS_BYTES of readable text, in which
 * the secrets of the check are struck out as in every transcript. Used by prober.c alone. */
#ifndef NINES_PROBER_DIAGNOSIS_H
#define NINES_PROBER_DIAGNOSIS_H

#include "probe.h"

#define DIAGNOSIS_BYTES	      8192
#define DIAGNOSIS_PROBE_BYTES 5632 /* of them at most, for the conversation */
#define DIAGNOSIS_TIMEOUT_US  10000000

struct diagnosis;

struct diagnosis_order {
	const char *id, *check, *source; /* copied */
	const char *host;    /* as the check names it, "" when it names none; copied */
	const char *address; /* that the failed probe has talked to, ""; copied */
	int address_family;
	/* The finished text, freed behind it. */
	void (*done)(const char *id, const struct text *report, void *with);
	void *with;
};

struct diagnosis *diagnosis_new(struct probe_host *, const struct diagnosis_order *);
/* What the check's own probe said: a `result` line with a transcript. May be left out. */
void diagnosis_take_probe(struct diagnosis *, const struct text *result);
/* Looks at names and route, then calls done() and frees it. */
void diagnosis_go_on(struct diagnosis *);

#endif
