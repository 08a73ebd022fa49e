/* report/exclusion: the maintenance that a policy leaves out of the agreed time, and why it does
 * not leave out the rest.
 *
 * Windows from the record and from the configuration that are not cancelled, were announced in
 * time, and fit into the month's allowance (definitions 2.6); what was said of a time afterwards
 * wins over them. Called by figures.c alone. */
#ifndef NINES_REPORT_EXCLUSION_H
#define NINES_REPORT_EXCLUSION_H

#include "track.h"

struct exclusion_window;

/* Zero-initialise; exclusion_release(). */
struct exclusion {
	struct sla_windows left_out; /* of maintenance; settled */
	struct sla_windows excluded; /* for another reason: said afterwards */
	struct exclusion_window *window;
	size_t windows, room;
};

/* The track's line is whole, with what was said of it afterwards. False: *wrong says why. */
bool exclusion_get(const struct figures_source *, const struct figures_order *, struct arena *,
		   const struct track *, struct exclusion *into, struct text *wrong);
void exclusion_release(struct exclusion *);

/* What became of each window that reaches into the order's span, as <nines/report.h> tells it, in
 * the arena. `line` and `end_us`: what went on behind a window's end, as far as it can be known.
 * False: the arena is full. */
bool exclusion_tell(const struct exclusion *, const struct figures_order *, struct arena *,
		    const struct sla_line *line, const struct sla_windows *hours, int64_t end_us,
		    struct page_figures *into);

#endif
