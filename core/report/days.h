/* report/days: the figures of a target day by day, from the same line as those of its span.
 *
 * What calendars, bars and burn-downs show. Each day's sums add up to the span's, whatever the zone
 * does to the length of its days. days_take() is called by figures.c alone. */
#ifndef NINES_REPORT_DAYS_H
#define NINES_REPORT_DAYS_H

#include "figures.h"

/* What a figures_order may ask for; zero-initialise. The list lies in the arena. */
struct figures_days {
	struct page_day *day;
	size_t days;
};

/* Fills order->days. False: the arena is full. */
bool days_take(struct arena *, const struct figures_order *, const struct sla_line *,
	       const struct sla_layers *);

#endif
