/* base/cron: when a job of crontab(5) is due.
 *
 * Five fields: minute, hour, day of month, month, day of week; each `*`, a number, a range `a-b`, a
 * step behind either (`*` and `/5`, `8-18/2`), or a list of these with commas; months and days of
 * the week also by their first three letters, Sunday as 0 or 7. When both days are given either
 * counts. Also @hourly @daily @midnight @weekly @monthly @yearly @annually.
 *
 * Changes of the clock as Debian's cron(8) treats them: a job whose minute and hour are both given
 * is due once in a repeated hour, the first time, and one in a skipped hour right behind it; a job
 * whose minute or hour begins with `*` is due whenever the clock on the wall says so. Pure, but for
 * the zone that it is given. */
#ifndef NINES_BASE_CRON_H
#define NINES_BASE_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "zone.h"

struct cron {
	uint64_t minute;			/* bit n: minute n */
	uint32_t hour, day, month, weekday;	/* weekday 0 is Sunday */
	bool is_starred;			/* minute or hour begins with '*' */
	bool any_day, any_weekday;		/* begins with '*' */
};

/* False: one sentence in *wrong. */
bool cron_parse(struct cron *, const char *text, struct text *wrong);

/* The first time behind `after_s` (seconds since 1970 UTC) at which it is due; 0: there is none in
 * the next nine years. */
int64_t cron_next(const struct cron *, const struct zone *, int64_t after_s);

#endif
