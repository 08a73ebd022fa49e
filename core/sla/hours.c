/* sla/hours: agreed hours of the week, and holidays, as windows of time. See sla.h. */
#include "sla.h"

#define SECOND INT64_C(1000000)

static int64_t instant_us(const struct zone *z, int64_t day, int minute)
{
	struct civil at = zone_date(day);

	at.hour = minute / 60;
	at.minute = minute % 60;
	return zone_instant(z, at) * SECOND;
}

static void add_week(struct sla_windows *into, const struct hours *h, const struct zone *z,
		     int64_t from, int64_t to)
{
	for (int64_t day = from; day <= to; day++)
		for (size_t i = 0; i < h->rules; i++) {
			const struct hours_rule *r = &h->rule[i];

			/* 1970-01-01 was a Thursday. */
			if (r->days & 1u << (((day + 3) % 7 + 7) % 7))
				sla_windows_add(into, instant_us(z, day, r->from_minute),
						instant_us(z, day, r->to_minute));
		}
	sla_windows_settle(into);
}

struct off {
	const struct zone *zone;
	int64_t from, to; /* days */
	struct sla_windows closed, open;
};

static void take_holiday(const struct holiday *h, int64_t first, int64_t last, void *with)
{
	struct off *o = with;

	first = first > o->from ? first : o->from;
	last = last < o->to ? last : o->to;
	sla_windows_add(&o->closed, instant_us(o->zone, first, 0),
			instant_us(o->zone, last + 1, 0));
	for (int64_t day = first; h->hour_count && day <= last; day++)
		for (size_t i = 0; i < h->hour_count; i++)
			sla_windows_add(&o->open, instant_us(o->zone, day, h->hours[i].from_minute),
					instant_us(o->zone, day, h->hours[i].to_minute));
}

static void close_holidays(struct sla_windows *into, const struct holidays *all,
			   const struct zone *z, int64_t from, int64_t to)
{
	struct off o = {.zone = z, .from = from, .to = to};

	holidays_each(all, from, to, take_holiday, &o);
	sla_windows_settle(&o.closed);
	sla_windows_subtract(into, &o.closed);
	for (size_t i = 0; i < o.open.windows; i++)
		sla_windows_add(into, o.open.window[i].from_us, o.open.window[i].to_us);
	sla_windows_settle(into);
	sla_windows_release(&o.closed);
	sla_windows_release(&o.open);
}

void sla_windows_of_hours(struct sla_windows *into, const struct hours *h,
			  const struct holidays *holidays, const struct zone *z, int64_t from_us,
			  int64_t to_us)
{
	struct civil first = zone_civil(z, from_us / SECOND), last = zone_civil(z, to_us / SECOND);
	int64_t from = zone_days(first.year, first.month, first.day) - 1,
		to = zone_days(last.year, last.month, last.day);

	if (h)
		add_week(into, h, z, from, to);
	else
		sla_windows_add(into, instant_us(z, from, 0), instant_us(z, to + 1, 0));
	if (holidays)
		close_holidays(into, holidays, z, from, to);
}
