/* import/prometheus: what a server of Prometheus answered, as samples. See import.h; called by
 * import/fetch, which asks it. */
#ifndef NINES_IMPORT_PROMETHEUS_H
#define NINES_IMPORT_PROMETHEUS_H

#include "import.h"

/* Answers to the queries probe_success[...] and probe_duration_seconds[...] about one time: samples
 * in [from_us, to_us) are added, as response time what stands of the same series at the same
 * moment. Problems are told. */
void prometheus_take(struct import *, const struct text *success, const struct text *seconds,
		     int64_t from_us, int64_t to_us);

#endif
