/* report/host: what the child of a report knows: targets, their policies, the figures so far.
 *
 * Stands behind struct page as `host`; <nines/report.h>'s readers of figures are here. Used by
 * child.c only. */
#ifndef NINES_REPORT_HOST_H
#define NINES_REPORT_HOST_H

#include "figures.h"
#include "report.h"

#define HOST_MAGIC 0x72686f73u
#define HOST_BYTES (1u << 30) /* of figures */

struct host_target {
	const char *name;
	const struct figures_policy *policy;
	struct page_figures *figures; /* once computed */
};

struct host {
	uint32_t magic;
	const struct report_order *order;
	struct arena arena;
	struct read *read;
	struct figures_source source;
	struct figures_policy standard, *policy; /* `policy`: of each sla in its order */
	struct hours *hours;                     /* of each policy, as many */
	size_t policies;
	struct zone *zone;
	struct page_period period;
	struct host_target *target;
	size_t targets, target_room;
	char *method;
	struct text unreadable; /* why there are no targets */
};

/* Zero-initialise. policy.c, period.c, target.c: false: *wrong says what of the order is wrong. */
bool host_read_policies(struct host *, struct text *wrong);
bool host_find_period(struct host *, struct text *wrong);
bool host_find_targets(struct host *, struct text *wrong);
void host_release(struct host *);

/* The sla of that name, NULL when there is none. */
const struct figures_policy *host_policy(const struct host *, const char *name);

#endif
