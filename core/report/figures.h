/* report/figures: the one way from the record to a figure that anybody is shown.
 *
 * `nines status`, the page, every report: all ask here, so that two of them about the same thing
 * can never differ. It reads the record (core/store/read.h), the time lines and sums are
 * core/sla's. A figure depends on the record up to the end of its span only, and on what was said
 * of it afterwards: those of a month that is over never change but by a reclassification. What a
 * service was made of before its last change is the record's, too. Pure but for reading; `now` is
 * passed in. */
#ifndef NINES_REPORT_FIGURES_H
#define NINES_REPORT_FIGURES_H

#include <nines/report.h>

#include "../base/arena.h"
#include "../base/credits.h"
#include "../base/text.h"
#include "../base/zone.h"
#include "../base/recur.h"
#include "../sla/sla.h"
#include "../store/read.h"

/* What decides a figure beside the record. */
struct figures_policy {
	const char *name; /* "": the default one */
	const char *zone; /* of its months and hours, unless the order says another */
	struct sla_policy rule;
	const struct hours *hours;	 /* NULL: always */
	const struct holidays *holidays; /* NULL: none */
	const char *const *hours_written; /* as people wrote them, NULL at the end */
	const struct credits *credits;	 /* NULL: none */
	int64_t notice_us, allowance_us; /* of maintenance; allowance 0: without limit */
	bool maintenance_up_counts;	 /* what was up in it is not left out with it */
};

/* A service as it is configured now; others are found in the record, as is what it was made of
 * before. */
struct figures_service {
	const char *name;
	const char *const *member;
	const int64_t *weight; /* of each, NULL: each 1 */
	size_t members;
	int64_t need; /* more than they weigh together: all */
};

/* Maintenance declared in the configuration; `services` empty: of all. */
struct figures_window {
	const char *const *services;
	struct recur when; /* its zone is the host's */
	int64_t announced_us; /* 0: in time */
	const char *text; /* what people read */
};

#define FIGURES_TOO_MUCH "the figures need more memory than a report may have"

struct figures_source {
	struct read *read;
	const struct figures_service *service;
	size_t services;
	const struct figures_window *window;
	size_t windows;
};

/* What is to be supposed instead of what was: `nines report sla --need, --interval`. */
struct figures_what_if {
	const char *service; /* whose `need` is another */
	int64_t need;        /* of its members' weight; 0: as it is */
	int64_t interval_us; /* of checks that were probed more often; 0: as it was */
};

struct figures_order {
	const char *name; /* of a check or service */
	int64_t from_us, to_us, now_us;
	const struct figures_policy *policy;
	const struct zone *zone; /* of the policy's hours and the month of its allowance */
	bool with_detail;        /* incidents with their reasons, times of steps */
	bool with_reasons;       /* the same without the times */
	bool as_measured; /* without what was said afterwards */
	struct figures_days *days; /* days.h; NULL: not wanted */
	const struct figures_what_if *what_if; /* NULL: nothing is supposed */
};

/* Everything in *into lies in the arena. False: *wrong says why. */
bool figures_compute(const struct figures_source *, struct arena *, const struct figures_order *,
		     struct page_figures *into, struct text *wrong);

/* The same step by step, for whoever must not be away for long: in each one check at most is read,
 * or some thousand spans are gone through, however many a service is made of. Each step reads of
 * the record what it holds by then: figures up to a time are those of one moment once all results
 * up to that time are there. The order is copied; all else that is given must stay. */
struct figures_question;
enum figures_step { FIGURES_MORE, FIGURES_DONE, FIGURES_FAILED /* *wrong says why */ };
struct figures_question *figures_begin(const struct figures_source *, struct arena *,
				       const struct figures_order *, struct page_figures *into,
				       struct text *wrong);
enum figures_step figures_step(struct figures_question *);
void figures_end(struct figures_question *); /* or NULL; whether it is done or not */

/* "nines-1:ab12...": sla_add_method() and what else decides. */
void figures_add_method(struct text *, const struct figures_policy *, const char *zone);

/* Midnight of the day of an instant (plus `days`) in that zone. */
int64_t figures_day_us(const struct zone *, int64_t at_us, int days);
/* The first and the end of the calendar month of an instant (plus `months`), of the year, in that
 * zone. */
int64_t figures_month_us(const struct zone *, int64_t at_us, int months);
int64_t figures_year_us(const struct zone *, int64_t at_us, int years);
/* page_span() of that zone. */
struct page_span figures_span(const struct zone *, int64_t end_us, int days);

#endif
