/* web/figures: what pages show of the record: days, windows, percentiles, incidents, courses.
 *
 * Computed step by step in the web's loop, some milliseconds at a time, from report/figures and
 * from nowhere else: each figure is the one that `nines report sla` has of its span, and tells that
 * span. Today is renewed once a minute; what is over is kept, and computed anew when a day ends,
 * when something final changed in the record (its chain of evidence says so) or somebody
 * reclassified. Until the first round is over readers get what is known so far, and are told
 * (figures_progress()). Whoever shows courses asks for them by figure_course(): they are computed
 * when first asked for. Memory is bounded by the number of targets: about 25 KB each, 40 KB more
 * for each whose courses were asked for within the hour (at most FIGURES_COURSES), and none for
 * more than FIGURES_TARGETS. Pointers stand until the loop goes on. */
#ifndef NINES_WEB_FIGURES_H
#define NINES_WEB_FIGURES_H

#include <nines/report.h>

#include "../base/line.h"
#include "../base/loop.h"
#include "inquiry.h"

#define FIGURES_TARGETS   10000
#define FIGURES_COURSES   2000
#define FIGURE_DAYS       90
#define FIGURE_INCIDENTS  20 /* the last ones */
#define FIGURE_STEPS      16 /* of a probe; what is beyond is not shown */
#define FIGURE_STEP_BYTES 32

/* Whole days of the target's zone, the last one as far as it has come; but the hour and the 24
 * hours before the last whole second, and the calendar month so far. */
enum figure_span {
	SPAN_TODAY,
	SPAN_24H,
	SPAN_7D,
	SPAN_30D,
	SPAN_90D,
	SPAN_12M,
	SPAN_MONTH,
	SPAN_1H,
	SPANS
};
/* "today" "24h" "7d" "30d" "90d" "12m" "month" "1h", as addresses have them; "7 days", as people
 * do.
 */
extern const char *const figure_span_word[SPANS], *const figure_span_label[SPANS];
/* SPANS: there is none of that name. */
enum figure_span figure_span_of(const char *word, size_t bytes);

struct figure_times {
	char step[FIGURE_STEP_BYTES]; /* "connect", "connect@1"; "total" */
	int64_t count, p50_us, p95_us, p99_us;
};

/* Sums of one span: all but blip and counted_down add up to span_us. Percentages in millionths of a
 * percent, truncated; -1: undefined. */
struct figure_window {
	int64_t from_us, to_us; /* to_us 0: not computed yet */
	int64_t known_micro, period_micro, coverage_micro;
	int64_t span_us, known_us, up_us, degraded_us, down_us, unknown_us, not_monitored_us,
		maintenance_us, outside_us /* service hours, or excluded */, counted_down_us;
	int64_t incidents, longest_us, resolution_us;
	/* what the sla wants, -1: nothing; what may still be down, less than 0: too much was */
	int64_t target_micro, budget_us;
	enum page_trend trend; /* against as long before; of the month and 24 h none */
	/* of probes that passed; none of the month, of today and of services. `total`: count 0,
	 * none
	 */
	int64_t times_from_us, times_to_us;
	struct figure_times total, step[FIGURE_STEPS];
	size_t steps;
};

struct figure_day {
	int64_t from_us, to_us;
	int64_t known_micro; /* -1: undefined */
	int64_t known_us, up_us, degraded_us, down_us, unknown_us, not_monitored_us, maintenance_us,
		outside_us, counted_down_us;
	uint32_t incidents; /* that began on it */
	uint32_t state; /* enum page_state */
	char letter; /* page_glance() */
	char date[11]; /* "2026-08-01" in the target's zone */
};

struct figure_incident {
	int64_t from_us, to_us; /* to_us -1: it lasts */
	int64_t lasted_us;
	char *id, *step, *reason; /* "" when not recorded; `reason` may name hosts and addresses */
};

/* How long probes took over time: the last 24 hours, 7 days, 30 days. */
enum figure_course { COURSE_24H, COURSE_7D, COURSE_30D, COURSES };

struct figure_part {
	int64_t from_us, to_us, count; /* of probes that passed */
	int64_t p50_us, p95_us, p99_us; /* -1: none */
	int64_t mean_us[FIGURE_STEPS]; /* of each step; -1: it was not taken */
};

struct figure_parts {
	const struct figure_part *part;
	size_t parts, steps;
	char step[FIGURE_STEPS][FIGURE_STEP_BYTES];
	bool is_complete; /* else more is being computed */
};

struct figure {
	const char *name, *category, *module; /* "" where there is none */
	bool is_service;
	const char *zone; /* of its days: that of its sla, else UTC */
	const char *sla, *method; /* the policy's name, "" the default one; "nines-1:..." */
	struct figure_window window[SPANS];
	/* Oldest first, the last one is today as far as it has come; `days` 0: not computed yet. */
	struct figure_day day[FIGURE_DAYS];
	size_t days;
	/* Of the last 90 days, the newest first. */
	struct figure_incident incident[FIGURE_INCIDENTS];
	size_t incidents;
	int64_t up_since_us, last_us, last_lasted_us; /* last outage within 12 months; -1: none */
};

struct site_figures;

struct figures_progress {
	size_t targets, known; /* known: whose windows and days are all computed */
	bool is_first; /* the first round goes on: say so */
	bool is_round; /* a round goes on */
	int64_t at_us; /* wall clock: the end of the last whole round, 0: none yet */
	const char *wrong; /* why there are none; "" */
};

/* *changes counts up when something shown has changed. */
struct site_figures *figures_new(struct loop *, uint64_t *changes);
void figures_free(struct site_figures *);
/* The database. Nothing is computed before somebody asks (figures_ask()). */
void figures_start(struct site_figures *, const char *store);
/* A line of the parent about what decides figures (rules.h). Other rules: a new first round. */
void figures_take(struct site_figures *, const struct line *);
/* Somebody reads: the first begins the rounds. */
void figures_ask(struct site_figures *);
/* Something has happened: the next round begins now, or when the one that goes on is over. */
void figures_renew(struct site_figures *);

struct figures_progress figures_progress(const struct site_figures *);

/* All, services first, each list in order of name; configured or known to the record and not
 * removed. */
size_t figures_count(const struct site_figures *);
const struct figure *figures_at(const struct site_figures *, size_t i);
/* NULL: there is none of that name, or not yet. */
const struct figure *figures_find(const struct site_figures *, const char *name);
/* Asks for it where it is not there yet, then `parts` is 0 and is_complete false. Borrowed. */
struct figure_parts figure_course(struct site_figures *, const char *name, enum figure_course);

/* Who asks for other spans than those above. */
struct inquiries *figures_inquiries(struct site_figures *);

/* That of the target's days and hours; UTC's where it is not known. Stands as the others do. */
const struct zone *figures_zone(const struct site_figures *, const char *name);
/* The availability of this month so far in millionths of a percent, -1: not known (yet). */
int64_t figures_month_micro(const struct site_figures *, const char *name);

#endif
