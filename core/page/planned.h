/* page/planned: maintenance that was planned without a post, in the configuration or by command, as
 * far as one page shows what it concerns: for the page, the calendar and programs. Pure.
 *
 * The keeper says which spans go on or come soon (overview.h). Those of a post are the post's and
 * not here. */
#ifndef NINES_PAGE_PLANNED_H
#define NINES_PAGE_PLANNED_H

#include "../web/site.h"

#define PLANNED_MOST 50 /* spans of one page; the first ones */

struct planned {
	const char *id; /* of the span: stays as long as it does not move */
	const char *title; /* what people read of it, one line, "" where nobody wrote anything */
	const char *impact; /* none degraded outage */
	const char *names; /* lines: what the page shows of it; "": everything */
	int64_t from_us, to_us, announced_us; /* 0: nobody said when */
	bool is_on;
	bool is_again; /* a span of the same window was told before */
	size_t more; /* spans of the same window behind it, the last of which begins then */
	int64_t last_us;
};

/* Calls `take` for each, the earliest first. It lives until `take` returns. How many. `component`:
 * only those that concern it; NULL: all. */
size_t planned(const struct site *, const struct page *, const char *component,
	       void (*take)(const struct planned *, void *with), void *with);

#endif
