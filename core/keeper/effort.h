/* keeper/effort: what nines itself takes, for the record: a marker each quarter of an hour.
 *
 * CPU and memory tells the parent, now and then; probes in flight and what waits is looked at each
 * second. Where the parent tells nothing (/proc is closed) nothing is recorded. Called by keeper.c.
 */
#ifndef NINES_KEEPER_EFFORT_H
#define NINES_KEEPER_EFFORT_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/line.h"

#define EFFORT_SPAN_US INT64_C(900000000) /* of wall clock: no zone's midnight lies inside one */

struct keeper;

/* What came since the quarter began; zero-initialise. */
struct effort_span {
	int64_t from_us; /* wall clock; 0: nothing yet */
	int64_t seconds, in_flight, in_flight_most, waiting_most, queue_most, letters_most;
	int64_t memory_most, memory_bytes; /* the latter as it was told last */
	/* the parent's CPU time as it was told last, and at the end of the span before */
	int64_t cpu_us, cpu_at_us, base_us, base_at_us;
	bool is_told;
};

void effort_take(struct keeper *, const struct line *);
void effort_watch(struct keeper *); /* each second */

#endif
