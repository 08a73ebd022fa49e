/* report/exclusion: the maintenance that a policy leaves out of the agreed time.
 *
 * Windows from the record and from the configuration that are not cancelled, were announced in
 * time, and fit into the month's allowance (definitions 2.6). Called by figures.c alone. */
#ifndef NINES_REPORT_EXCLUSION_H
#define NINES_REPORT_EXCLUSION_H

#include "figures.h"

/* False: *wrong says why. */
bool exclusion_get(const struct figures_source *, const struct figures_order *,
		   struct sla_windows *into, struct text *wrong);

#endif
