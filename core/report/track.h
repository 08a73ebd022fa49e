/* report/track: the time line of a check or service, and its incidents, from the record.
 *
 * A service's line is computed from the merged lines of its members, however deep they nest; never
 * from percentages. Called by figures.c alone. */
#ifndef NINES_REPORT_TRACK_H
#define NINES_REPORT_TRACK_H

#include "figures.h"
#include "said.h"

#define TRACK_DEPTH 16 /* services within services */

/* Zero-initialise; track_release(). */
struct track {
	struct sla_line line; /* may reach beyond [from, to) */
	struct sla_incidents incidents;
	int64_t interval_us;  /* the longest in force; 0: events */
	bool is_service;
	const char *const *member; /* of a service */
	struct track *part;        /* its members' tracks */
	size_t members;
	struct said said;
};

/* False: *wrong says why. */
bool track_get(const struct figures_source *, const struct figures_order *, struct arena *,
	       struct track *into, struct text *wrong);
void track_release(struct track *);

#endif
