/* alert/period: of which time a report is due, and when: calendar days, weeks, months, quarters and
 * years of a zone.
 *
 * A period is reported once it is over, at a time of the day behind it, and not before
 * PERIOD_SETTLE_US: what was begun in it has come by then, and the recorder has rolled its day up.
 * What was reported is one instant, the end of the last period: the next one is the first whose
 * middle lies behind it, so that another zone neither repeats nor leaves out a period. Pure.
 * Called by core/keeper/delivery.c, `nines deliver` and tests/unit/period.c. */
#ifndef NINES_ALERT_PERIOD_H
#define NINES_ALERT_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/zone.h"

#define PERIOD_SETTLE_US (INT64_C(900) * 1000000)

enum period_every {
	PERIOD_DAY,
	PERIOD_WEEK,
	PERIOD_MONTH,
	PERIOD_QUARTER,
	PERIOD_YEAR,
	PERIODS
};
/* "day" "week" "month" "quarter" "year" */
extern const char *const period_every_name[PERIODS];
/* PERIODS: it is none of them. */
enum period_every period_every_of(const char *name);
/* Of those that were missed so many are made up for, the newest. */
extern const int period_missed_most[PERIODS];
/* How one may be written: "2026-10 or 2026-10-31". */
extern const char *const period_form[PERIODS];

struct period_rule {
	enum period_every every;
	int at_minute; /* of the day behind the period */
	const struct zone *zone; /* borrowed */
};

/* Wall clock, [from, to). */
struct period {
	int64_t from_us, to_us, due_us;
};

/* The one that holds the instant. */
struct period period_of(const struct period_rule *, int64_t at_us);
/* The one before or behind. */
struct period period_step(const struct period_rule *, const struct period *, int by);
/* The first one behind what was reported. */
struct period period_next(const struct period_rule *, int64_t reported_us);
/* The last one that is due by now: what a new delivery begins behind. */
struct period period_last_due(const struct period_rule *, int64_t now_us);

/* "2026", "2026-Q4", "2026-10", "2026-W44" (ISO 8601), "2026-10-31". */
void period_add_label(struct text *, const struct period_rule *, const struct period *);
/* "2026-10-31": the day of an instant. */
void period_add_date(struct text *, const struct period_rule *, int64_t at_us);
/* Its label; "2026-10": the period that holds the first day of that month; "2026-10-31": the one
 * that holds that day. False: it is none of them. */
bool period_read(const struct period_rule *, const char *text, struct period *);

/* "06:00" as minutes of the day; -1: it is none. */
int period_minute(const char *text);

#endif
