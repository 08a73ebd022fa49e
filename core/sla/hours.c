/* sla/hours: agreed hours of the week as windows of time. See sla.h. */
#include "sla.h"

#define SECOND INT64_C(1000000)

static int64_t instant_us(const struct zone *z, struct civil day, int minute)
{
	day.hour = minute / 60;
	day.minute = minute % 60;
	return zone_instant(z, day) * SECOND;
}

void sla_windows_of_hours(struct sla_windows *into, const struct hours *h, const struct zone *z,
			  int64_t from_us, int64_t to_us)
{
	struct civil first = zone_civil(z, from_us / SECOND), last = zone_civil(z, to_us / SECOND);
	int64_t from = zone_days(first.year, first.month, first.day) - 1,
		to = zone_days(last.year, last.month, last.day);

	for (int64_t day = from; day <= to; day++)
		for (size_t i = 0; i < h->rules; i++) {
			const struct hours_rule *r = &h->rule[i];
			struct civil date = zone_date(day);

			/* 1970-01-01 was a Thursday. */
			if (r->days & 1u << (((day + 3) % 7 + 7) % 7))
				sla_windows_add(into, instant_us(z, date, r->from_minute),
						instant_us(z, date, r->to_minute));
		}
	sla_windows_settle(into);
}
