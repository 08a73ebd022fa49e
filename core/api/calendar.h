/* api/calendar: the maintenance that a page announces, as a calendar to subscribe to (RFC 5545).
 * What was cancelled or withdrawn stays in it as cancelled, so that it goes from the reader's, too.
 * Maintenance that was planned without a post is in it while it goes on or comes (page/planned.h).
 * Pure. */
#ifndef NINES_API_CALENDAR_H
#define NINES_API_CALENDAR_H

#include "../page/notice.h"

#define CALENDAR_MOST    500
#define CALENDAR_PAST_US (INT64_C(400) * 86400 * 1000000) /* older ones are left out */

struct calendar_view {
	const struct site *site;
	const struct page *page;
	const char *base; /* where the page is */
	const char *component; /* NULL: all */
};

/* Returns when anything in it was last changed, wall clock; 0: there is nothing in it, or
 * nobody can say, as planned windows that come and go do not tell. */
int64_t calendar_add(struct text *, const struct calendar_view *);

#endif
