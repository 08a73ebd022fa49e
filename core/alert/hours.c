/* alert/hours: when a path's hours next begin. See alert.h. */
#include "alert.h"

#define SECOND INT64_C(1000000)
#define DAY_SECONDS INT64_C(86400)

static struct civil civil_of(const struct zone *z, int64_t at_s)
{
	int64_t days = at_s / DAY_SECONDS - (at_s % DAY_SECONDS < 0);

	return z ? zone_civil(z, at_s) : zone_date(days);
}

static int64_t instant_us(const struct zone *z, struct civil day, int minute)
{
	if (!z)
		return (zone_days(day.year, day.month, day.day) * DAY_SECONDS + minute * 60) *
		       SECOND;
	day.hour = minute / 60;
	day.minute = minute % 60;
	return zone_instant(z, day) * SECOND;
}

int64_t alert_hours_from(const struct hours *h, const struct zone *z, int64_t wall_us)
{
	struct civil today = civil_of(z, wall_us / SECOND);
	int64_t first = zone_days(today.year, today.month, today.day) - 1, begins_us = ALERT_NEVER;

	if (!h->rules)
		return wall_us;
	for (int64_t day = first; day < first + 10; day++)
		for (size_t i = 0; i < h->rules; i++) {
			const struct hours_rule *r = &h->rule[i];
			int64_t from_us, to_us;

			/* 1970-01-01 was a Thursday. */
			if (!(r->days & 1u << (((day + 3) % 7 + 7) % 7)))
				continue;
			from_us = instant_us(z, zone_date(day), r->from_minute);
			to_us = instant_us(z, zone_date(day), r->to_minute);
			if (from_us <= wall_us && wall_us < to_us)
				return wall_us;
			if (from_us > wall_us && from_us < to_us && from_us < begins_us)
				begins_us = from_us;
		}
	return begins_us;
}
