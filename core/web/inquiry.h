/* web/inquiry: figures of any check, service or sla over any span, for whoever asks by the API.
 *
 * One after another in the order in which they were put, step by step in the web's loop, some
 * milliseconds at a time, by report/uptime: an inquiry answers what `nines report sla` says of the
 * same words. A list that takes long ends early and says where to go on; a single one that does is
 * given up by who asked. At most INQUIRIES wait; memory is bounded by the figures of one target and
 * the sums of those that are answered. Used by the server (server.c) and figures.c, which tells
 * when the rules become others: what is under way begins anew then. */
#ifndef NINES_WEB_INQUIRY_H
#define NINES_WEB_INQUIRY_H

#include <nines/report.h>

#include "../base/loop.h"
#include "rules.h"

#define INQUIRIES	8
#define INQUIRY_LIST_US INT64_C(20000000) /* a list ends with what it has by then */

/* Texts must stay until it has ended; NULL: not given. */
struct inquiry_order {
	const char *check, *service; /* one of them, or neither: a list */
	const char *sla, *month, *quarter, *year, *from, *to; /* as `nines report` takes them */
	const char *after; /* of a list: go on behind that one */
	size_t limit;
	/* of a list: is that one wanted? */
	bool (*wants)(void *with, const char *name);
	void *with;
};

/* What came of it; borrowed while its end is told. */
struct inquiry_answer {
	unsigned status; /* of HTTP: 200, or why not */
	const char *wrong;
	const struct page_figures *figures; /* sums alone: no lists in them */
	size_t count;
	const char *next; /* NULL: the list is whole */
};

typedef void inquiry_ended(const struct inquiry_answer *, void *with);

struct inquiries;

struct inquiries *inquiries_new(struct loop *, const char *const *store, const struct rules *);
void inquiries_free(struct inquiries *);
/* False: too many wait; `ended` is not called then. */
bool inquiries_put(struct inquiries *, const struct inquiry_order *, inquiry_ended *, void *with);
/* Whoever put it is gone: nothing is told. */
void inquiries_forget(struct inquiries *, const void *with);
/* The rules are about to become others. */
void inquiries_restart(struct inquiries *);

#endif
