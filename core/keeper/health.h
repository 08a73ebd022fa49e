/* keeper/health: the keeper's own pulse: results a second and how late probes start, over the last
 * minute.
 *
 * Six slices of ten seconds; lateness in half octaves, so that a percentile is right to about 40 %.
 * Pure. */
#ifndef NINES_KEEPER_HEALTH_H
#define NINES_KEEPER_HEALTH_H

#include <stdint.h>

#define HEALTH_SLICES 6
#define HEALTH_SLICE_US INT64_C(10000000)
#define HEALTH_BANDS 64

struct health {
	int64_t slice; /* the newest, counted since the clock's zero */
	uint32_t late[HEALTH_SLICES][HEALTH_BANDS];
	uint32_t results[HEALTH_SLICES];
	uint64_t results_ever, ignored;
};

void health_add(struct health *, int64_t now_us, int64_t late_us);
/* The lateness that `percent` of the last minute's probes did not exceed. */
int64_t health_late_us(struct health *, int64_t now_us, int percent);
uint64_t health_results(struct health *, int64_t now_us); /* in the last minute */

#endif
