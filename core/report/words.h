/* report/words: what decides figures, told in words: a policy's sentences, how exact a figure is,
 * and the small forms (times, percentages, dates) that sentences about figures share.
 *
 * A sentence has no full stop. Pure. Called by figures.c, exclusion.c and host.c. */
#ifndef NINES_REPORT_WORDS_H
#define NINES_REPORT_WORDS_H

#include "figures.h"

/* All of it, to the second where there are any: "48h", "1h 30m", "5d", "250ms", "0s". */
void words_add_length(struct text *, int64_t us);

/* "2026-10-03 14:00" by the clock of the zone. */
void words_add_time(struct text *, const struct zone *, int64_t us);

/* "measured downtime 6m +- 1m (0.002241 % of the known time); outages shorter than 1m (0.002241 %)
 * may be missed" (definitions 4). */
void words_add_resolution(struct text *, const struct page_figures *);

/* The policy, in the order that <nines/report.h> promises; everything lies in the arena. NULL: too
 * little memory. */
const struct page_policy *words_policy(struct arena *, const struct figures_policy *,
				       const struct zone *);

#endif
