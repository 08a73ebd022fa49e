/* report/uptime: availability for whoever shows it beside a check: `nines status` and the web.
 *
 * The same engine and rules as `nines report sla` without further words: each service by its own
 * sla, in the zone of that one, checks by the default and UTC. Reads the record, writes nothing.
 */
#ifndef NINES_REPORT_UPTIME_H
#define NINES_REPORT_UPTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/text.h"
#include "figures.h"

struct uptime;
struct config_policies;
struct report_order;

/* `store` and `policies` must stay; policies NULL: none. NULL: *wrong says why. */
struct uptime *uptime_open(const char *store, const struct config_policies *policies,
			   int64_t now_us, struct text *wrong);
void uptime_close(struct uptime *);

/* The same for what an order names, read as `nines report` reads it: `store`, `policies`, `check`,
 * `service`, `sla`, `month`, `quarter`, `year`,
 * `from`, `to`, `now_us`; the rest is not looked at. Texts must stay.
 */
enum uptime_opened {
	UPTIME_OPEN,
	UPTIME_WRONG_SPAN,
	UPTIME_NOT_THERE, /* no such check, service or sla, or none in the record */
	UPTIME_UNREADABLE
};
enum uptime_opened uptime_open_order(struct uptime **, const struct report_order *,
				     struct text *wrong);
/* An order for the figures of one of its targets over the span that was asked for. */
struct figures_order uptime_asked(const struct uptime *, size_t target);

/* Of this month so far: the share of known time that was not down, in millionths of a percent,
 * truncated; -1: not known.
 */
int64_t uptime_known_micro(struct uptime *, const char *name);

/* "99.987654"; "" for -1. */
void uptime_add(struct text *, int64_t micro);

/* ---- for whoever shows more than that ---- */

/* Services first, each list in order of name. */
size_t uptime_targets(const struct uptime *);
/* What it is; borrowed until uptime_close(). */
struct page_about uptime_about(const struct uptime *, size_t target);
/* An order for its figures of [from, to), to be completed and given to figures_compute(). */
struct figures_order uptime_order(const struct uptime *, size_t target, int64_t from_us,
				  int64_t to_us);
const struct figures_source *uptime_source(const struct uptime *);

/* What was said of the record, and what became final in it, when it was looked at: other marks,
 * other figures of what is over. */
struct uptime_marks {
	int64_t links;  /* of the chain of evidence */
	int64_t claims; /* reclassifications, and those undone */
};
bool uptime_marks(const struct uptime *, struct uptime_marks *);

#endif
