/* page/statistics: what the pages of statistics list: every monitor of a page by category, with
 * rank, as `nines report statistics` has it. Pure; reads the site. Used by statistics_routes.c. */
#ifndef NINES_PAGE_STATISTICS_H
#define NINES_PAGE_STATISTICS_H

#include "monitor.h"

#define STATISTICS_NAMELESS "Without a category"
#define STATISTICS_ROWS     200 /* of one part of a list */

struct listed {
	struct monitor monitor;
	const char *category; /* "" sorts last */
	size_t place, place_of, rank, rank_of; /* in its category, of all; 0: none */
};

struct statistics {
	struct listed *list; /* by category, the better first */
	size_t count;
};

/* An order of a list: its word in addresses, and as people read it. */
struct statistics_order {
	const char *word, *label;
	int (*compare)(const void *, const void *); /* of two struct listed */
	const char *column; /* which column it orders */
	bool is_falling;
};
/* The first is how a list is without a word; a NULL word ends the table. */
extern const struct statistics_order statistics_order[];

void statistics_gather(struct statistics *, const struct site *, const struct page *);
void statistics_release(struct statistics *);
/* Where the category that begins at `first` ends. */
size_t statistics_end(const struct statistics *, size_t first);

/* /statistics/, and the part (from 0) of a category in an order. */
void statistics_show(struct answer *, const struct site *, const struct request *,
		     const struct statistics *);
void statistics_show_category(struct answer *, const struct site *, const struct request *,
			      struct listed *, size_t count, const struct statistics_order *,
			      size_t part);
/* "/statistics/Mail/by-name/2/"; part 0 has no number, the first order no word. */
void statistics_link(struct text *, const char *base, const char *category,
		     const struct statistics_order *, size_t part);

#endif
