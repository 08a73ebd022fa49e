/* report/track: the time line of a check or service, and its incidents, from the record.
 *
 * A service's line is computed from the merged lines of its members, however deep they nest; never
 * from percentages. Called by figures.c alone. */
#ifndef NINES_REPORT_TRACK_H
#define NINES_REPORT_TRACK_H

#include "figures.h"
#include "said.h"

#define TRACK_DEPTH 16   /* services within services */
#define TRACK_SPANS 4096 /* merged in one step */

/* What a service is made of for a while: closed time stays as it was. */
struct track_makeup {
	int64_t from_us, to_us; /* the first from the beginning of time, the last to its end */
	int64_t need;
	size_t members;
	const size_t *place;   /* of each among the track's members */
	const int64_t *weight; /* of each, NULL: each 1 */
};

/* Zero-initialise; track_release(). */
struct track {
	struct sla_line line; /* may reach beyond [from, to) */
	struct sla_incidents incidents;
	int64_t interval_us;  /* the longest in force; 0: events */
	bool is_service;
	const char *const *member; /* of a service, of whatever time */
	struct track *part;        /* its members' tracks */
	size_t members;
	const struct track_makeup *makeup; /* what it was made of, in order of time */
	size_t makeups;
	struct said said;
};

void track_release(struct track *);

/* A step reads one check at most, or merges about TRACK_SPANS spans of members. All that is given
 * must stay until track_end(). Failed: *wrong says why. */
struct tracking;
struct tracking *track_begin(const struct figures_source *, const struct figures_order *,
			     struct arena *, struct track *into, struct text *wrong);
enum figures_step track_step(struct tracking *);
void track_end(struct tracking *); /* or NULL */

#endif
