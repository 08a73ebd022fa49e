/* report/uptime: the availability of this month so far, for pages that show one figure a check.
 *
 * The same engine and rules as `nines report sla` without further words: each service by its own
 * sla, in the month of that one's zone, checks in the month of UTC. Reads the record, writes
 * nothing. Called by `nines status` and the web.
 */
#ifndef NINES_REPORT_UPTIME_H
#define NINES_REPORT_UPTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/text.h"

struct uptime;
struct config_policies;

/* `store` and `policies` must stay; policies NULL: none. NULL: *wrong says why. */
struct uptime *uptime_open(const char *store, const struct config_policies *policies,
			   int64_t now_us, struct text *wrong);
void uptime_close(struct uptime *);

/* The share of known time that was not down, in millionths of a percent, truncated; -1: not known.
 */
int64_t uptime_known_micro(struct uptime *, const char *name);

/* "99.987654"; "" for -1. */
void uptime_add(struct text *, int64_t micro);

#endif
