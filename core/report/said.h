/* report/said: what somebody said afterwards of the time of one check or service, laid over its
 * line.
 *
 * The record stays what it is: without these the line is what was measured. Of a claim about an
 * incident the begin is that of the outage as the policy has it (outage-start). Called by track.c,
 * which lays, and figures.c, which tells. */
#ifndef NINES_REPORT_SAID_H
#define NINES_REPORT_SAID_H

#include "figures.h"

/* Zero-initialise; said_release(). Entries lie in the arena. */
struct said {
	struct page_reclassification *entry; /* in the order they were said, undone ones too */
	size_t entries, room;
	struct sla_claim *claim; /* of those that are not undone */
	size_t *entry_of; /* of a claim */
	size_t claims;
	struct sla_pieces pieces; /* when which claim is in force */
};

/* Reads what was said of that name and reaches into [from, to) or into the line, and lays it over
 * the line. *is_laid: the line is another now. False: *wrong says why. */
bool said_lay(const struct figures_source *, struct arena *, const char *name, int64_t from_us,
	      int64_t to_us, struct sla_line *, struct said *, bool *is_laid, struct text *wrong);
void said_release(struct said *);

/* What was said of the period of a target and of what it is computed from, as <nines/report.h>
 * tells it, in the arena; `hours` NULL: always. False: the arena is full. */
struct track;
bool said_tell(const struct track *, const struct figures_order *, const struct sla_windows *hours,
	       struct arena *, struct page_figures *into);

#endif
