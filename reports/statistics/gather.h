/* reports/statistics/gather: what is listed, in its order, with all the figures that are shown of
 * it: statistics.c writes them down. */
#ifndef STATISTICS_GATHER_H
#define STATISTICS_GATHER_H

#include <nines/report.h>

#define COUNT(a)  (sizeof(a) / sizeof *(a))
#define DAYS_MOST 92
#define LABEL     40

struct options {
	const char *const *categories, *const *periods;
	int64_t days, chart, rows;
};

enum period { TODAY, WEEK, MONTH, QUARTER, YEAR, PERIODS };
extern const char *const period_word[PERIODS];

struct span {
	struct page_span at;
	char label[LABEL];
	bool is_wanted;
};

struct thing {
	size_t target;
	const struct page_about *about;
	/* of the days that the bar shows, and of those before; of the chart's, NULL without one; of
	 * the spans that are wanted */
	const struct page_figures *main, *before, *drawn, *now[PERIODS], *was[PERIODS];
	const struct page_day *day; /* of the bar or the chart, whichever has more */
	size_t days;
	char bar[DAYS_MOST + 1];
	const struct page_incident *last; /* outage within 12 months; NULL: none */
	const struct page_times *total, *slowest; /* NULL: there are none */
	size_t place, place_of, rank, rank_of; /* in its category, of all; 0: none */
};

struct statistics {
	const struct options *options;
	struct thing *thing; /* by category, the better first */
	size_t things;
	struct span main, chart, period[PERIODS];
	bool is_running;
};

/* False: the report ends with the reason. free(s->thing). */
bool gather(struct page *, struct statistics *);

#endif
