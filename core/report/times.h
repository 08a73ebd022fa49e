/* report/times: how long the steps of a check took, from the record's days: percentiles of whole
 * probes and of each step, as every report shows them. Called by figures.c and glance.c. */
#ifndef NINES_REPORT_TIMES_H
#define NINES_REPORT_TIMES_H

#include "figures.h"

/* The list lies in the arena; empty for a service and for NULL. False: *wrong says why. */
bool times_read(struct read *, const struct read_target *, struct arena *, int64_t from_us,
		int64_t to_us, const struct page_times **list, size_t *count, struct text *wrong);

#endif
