/* render/axis: see axis.h. */
#include "axis.h"

#include <inttypes.h>
#include <stdio.h>

#include "drawing.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define MICRO INT64_C(1000000) /* of a percent */
#define GAP 12.0 /* between labels */

static const char *const month_name[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* ---- time ---- */

enum unit { UNIT_SECOND, UNIT_DAY, UNIT_WEEK, UNIT_MONTH };

/* How far apart ticks may be, and the widest label between them. */
static const struct pace {
	enum unit unit;
	int count;
	const char *widest;
	int64_t about_us;
} paces[] = {
	{UNIT_SECOND, 1, "00:00:00", SECOND},
	{UNIT_SECOND, 5, "00:00:00", 5 * SECOND},
	{UNIT_SECOND, 15, "00:00:00", 15 * SECOND},
	{UNIT_SECOND, 60, "00:00", MINUTE},
	{UNIT_SECOND, 300, "30 May", 5 * MINUTE},
	{UNIT_SECOND, 900, "30 May", 15 * MINUTE},
	{UNIT_SECOND, 1800, "30 May", 30 * MINUTE},
	{UNIT_SECOND, 3600, "30 May", HOUR},
	{UNIT_SECOND, 7200, "30 May", 2 * HOUR},
	{UNIT_SECOND, 10800, "30 May", 3 * HOUR},
	{UNIT_SECOND, 21600, "30 May", 6 * HOUR},
	{UNIT_SECOND, 43200, "30 May", 12 * HOUR},
	{UNIT_DAY, 1, "30 May", DAY},
	{UNIT_WEEK, 1, "30 May", 7 * DAY},
	{UNIT_WEEK, 2, "30 May", 14 * DAY},
	{UNIT_MONTH, 1, "May", 30 * DAY},
	{UNIT_MONTH, 3, "May", 91 * DAY},
	{UNIT_MONTH, 12, "2026", 365 * DAY},
	{UNIT_MONTH, 60, "2026", 1826 * DAY},
	{UNIT_MONTH, 120, "2026", 3653 * DAY},
	{UNIT_MONTH, 240, "2026", 7305 * DAY},
	{UNIT_MONTH, 1200, "2026", 36525 * DAY},
};
#define PACES (sizeof paces / sizeof *paces)

static int64_t floor_second(int64_t us)
{
	return us / SECOND - (us % SECOND < 0);
}

/* The tick at or before `c`. */
static struct civil floor_civil(const struct pace *p, struct civil c)
{
	int64_t second = c.hour * 3600 + c.minute * 60 + c.second, months, days;

	switch (p->unit) {
	case UNIT_SECOND:
		c.hour = c.minute = 0;
		c.second = (int)(second - second % p->count);
		break;
	case UNIT_DAY:
		c.hour = c.minute = c.second = 0;
		break;
	case UNIT_WEEK: /* the epoch was a Thursday; weeks begin on Monday */
		days = zone_days(c.year, c.month, c.day) + 3;
		c = zone_date(days - days % (7 * p->count) - 3);
		break;
	case UNIT_MONTH:
		months = c.year * 12 + c.month - 1;
		months -= months % p->count;
		c = (struct civil){months / 12, (int)(months % 12) + 1, 1, 0, 0, 0};
		break;
	}
	return c;
}

static struct civil next_civil(const struct pace *p, struct civil c)
{
	if (p->unit == UNIT_SECOND && c.second + p->count >= 86400)
		return (struct civil){c.year, c.month, c.day + 1, 0, 0, 0};
	c.second += p->unit == UNIT_SECOND ? p->count : 0;
	c.day += p->unit == UNIT_DAY ? 1 : p->unit == UNIT_WEEK ? 7 * p->count : 0;
	c.month += p->unit == UNIT_MONTH ? p->count : 0;
	return c;
}

static void label_time(struct axis_tick *t, const struct pace *p, const struct zone *z)
{
	struct civil c = zone_civil(z, floor_second(t->at));

	if (p->unit == UNIT_MONTH && c.month == 1)
		snprintf(t->label, sizeof t->label, "%" PRId64, c.year);
	else if (p->unit == UNIT_MONTH)
		snprintf(t->label, sizeof t->label, "%s", month_name[c.month - 1]);
	else if (p->unit != UNIT_SECOND || (!c.hour && !c.minute && !c.second))
		snprintf(t->label, sizeof t->label, "%d %s", c.day, month_name[c.month - 1]);
	else if (p->count < 60)
		snprintf(t->label, sizeof t->label, "%02d:%02d:%02d", c.hour, c.minute, c.second);
	else
		snprintf(t->label, sizeof t->label, "%02d:%02d", c.hour, c.minute);
}

static const struct pace *choose_pace(int64_t span_us, double length, double size)
{
	size_t i = 0;

	for (; i + 1 < PACES; i++) {
		double ticks = (double)span_us / (double)paces[i].about_us;

		if (ticks * (drawing_width(paces[i].widest, size) + GAP) <= length)
			break;
	}
	return &paces[i];
}

/* An hour that comes twice has one tick, one that is skipped none. */
void axis_of_time(struct axis *a, const struct zone *z, int64_t from_us, int64_t to_us,
		  double length, double size)
{
	const struct pace *p = choose_pace(to_us - from_us, length, size);
	struct civil c = floor_civil(p, zone_civil(z, floor_second(from_us)));

	*a = (struct axis){.from = from_us, .to = to_us};
	for (int rounds = 0; rounds < 4 * AXIS_TICKS && a->ticks < AXIS_TICKS; rounds++) {
		int64_t at_us = zone_instant(z, c) * SECOND;

		if (at_us > to_us)
			break;
		if (at_us >= from_us && (!a->ticks || at_us > a->tick[a->ticks - 1].at)) {
			a->tick[a->ticks].at = at_us;
			label_time(&a->tick[a->ticks++], p, z);
		}
		c = next_civil(p, c);
		if (p->unit != UNIT_SECOND || !c.second) /* months and days are carried */
			c = zone_date(zone_days(c.year, c.month, c.day));
	}
}

void axis_add_instant(struct text *t, const struct zone *z, int64_t at_us, bool with_clock)
{
	struct civil c = zone_civil(z, floor_second(at_us));

	text_printf(t, "%04" PRId64 "-%02d-%02d", c.year, c.month, c.day);
	if (with_clock)
		text_printf(t, " %02d:%02d:%02d", c.hour, c.minute, c.second);
}

/* ---- values ---- */

static const int64_t time_steps[] = {15 * SECOND, 30 * SECOND, MINUTE,     2 * MINUTE,
				     5 * MINUTE,  10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
				     HOUR,        2 * HOUR,    3 * HOUR,   6 * HOUR,
				     12 * HOUR,   DAY};

/* The least of 1, 2, 5, 10, ... times `unit` that is not less. */
static int64_t round_step(int64_t least, int64_t unit)
{
	for (int64_t ten = unit;; ten *= 10)
		for (int i = 0; i < 3; i++) {
			static const int factor[] = {1, 2, 5};

			if (ten * factor[i] >= least || ten > INT64_MAX / 100)
				return ten * factor[i];
		}
}

static bool is_time(enum page_type type)
{
	return type != PAGE_PERCENT && type != PAGE_INT;
}

static int64_t step_of(enum page_type type, int64_t least)
{
	if (!is_time(type) || least <= 10 * SECOND)
		return round_step(least, 1);
	for (size_t i = 0; i < sizeof time_steps / sizeof *time_steps; i++)
		if (time_steps[i] >= least)
			return time_steps[i];
	return round_step(least, DAY);
}

static void add_tick(struct axis *a, enum page_type type, int64_t at)
{
	struct text label = {0};

	if (a->ticks == AXIS_TICKS)
		return;
	a->tick[a->ticks].at = at;
	axis_add_value(&label, type, at);
	snprintf(a->tick[a->ticks++].label, sizeof a->tick->label, "%s", text_get(&label));
	text_release(&label);
}

/* The next greater power of ten; of times above ten seconds minutes and hours and tens of them. */
static int64_t next_power(enum page_type type, int64_t power)
{
	static const int64_t round[] = {MINUTE, 10 * MINUTE, HOUR, 10 * HOUR, 10 * DAY};

	for (size_t i = 0; i < sizeof round / sizeof *round; i++)
		if (is_time(type) && power >= 10 * SECOND && power < round[i])
			return round[i];
	return power * 10;
}

/* Whole powers around them; between two or three of them 2 and 5 as well. */
static void set_log(struct axis *a, enum page_type type, int64_t least, int64_t most)
{
	a->is_log = true;
	least = least > 0 ? least : 1;
	for (a->from = 1; next_power(type, a->from) <= least;)
		a->from = next_power(type, a->from);
	for (a->to = next_power(type, a->from); a->to < most && a->to < INT64_MAX / 100;)
		a->to = next_power(type, a->to);
	for (int64_t at = a->from; at <= a->to; at = next_power(type, at)) {
		add_tick(a, type, at);
		for (int i = 2; i <= 5 && a->to / a->from <= 1000 && at < a->to; i += 3)
			if (i * at < next_power(type, at) * 2 / 3)
				add_tick(a, type, i * at);
	}
}

static int64_t floor_to(int64_t value, int64_t step)
{
	return value / step * step - (value % step < 0 ? step : 0);
}

void axis_of_values(struct axis *a, enum page_type type, int64_t least, int64_t most, bool is_log,
		    int most_ticks)
{
	int64_t step;

	*a = (struct axis){0};
	if (is_log) {
		set_log(a, type, least, most);
		return;
	}
	if (type != PAGE_PERCENT)
		least = least < 0 ? least : 0;
	most = most > least ? most : least + (type == PAGE_INT ? 1 : 1000);
	step = step_of(type, (most - least + most_ticks - 1) / most_ticks);
	a->from = floor_to(least, step);
	a->to = -floor_to(-most, step);
	if (type == PAGE_PERCENT && a->to > 100 * MICRO)
		a->to = 100 * MICRO;
	for (int64_t at = a->from; at <= a->to; at += step)
		add_tick(a, type, at);
}

/* The logarithm to the base of ten of a number from 1 on, bit by bit: the same on every machine. */
static double log10_of(double v)
{
	double sum = 0, bit = 0.5;

	for (; v >= 10; v /= 10)
		sum++;
	for (int i = 0; i < 24; i++, bit /= 2) {
		v *= v;
		if (v >= 10) {
			v /= 10;
			sum += bit;
		}
	}
	return sum;
}

double axis_place(const struct axis *a, int64_t value)
{
	double at, length;

	if (a->to <= a->from)
		return 0;
	value = value < a->from ? a->from : value > a->to ? a->to : value;
	at = a->is_log ? log10_of((double)value / (double)a->from) : (double)(value - a->from);
	length = a->is_log ? log10_of((double)a->to / (double)a->from) : (double)(a->to - a->from);
	return at / length;
}

/* At most `places` behind the point, truncated, none that is 0. */
static void add_fraction(struct text *t, int64_t value, int64_t unit, int places)
{
	int64_t rest = value % unit;

	text_int(t, value / unit);
	for (int i = 0; i < places; i++)
		unit /= 10;
	rest /= unit;
	for (; rest && rest % 10 == 0; places--)
		rest /= 10;
	if (rest)
		text_printf(t, ".%0*" PRId64, places, rest);
}

static void add_time(struct text *t, int64_t us)
{
	if (us < 1000)
		text_printf(t, "%" PRId64 "%s", us, us ? "us" : "");
	else if (us < SECOND)
		add_fraction(t, us, 1000, 1);
	else if (us < MINUTE)
		add_fraction(t, us, SECOND, 2);
	else if (us < HOUR)
		text_printf(t, "%" PRId64 "m", us / MINUTE);
	else if (us < DAY)
		text_printf(t, "%" PRId64 "h", us / HOUR);
	else
		text_printf(t, "%" PRId64 "d", us / DAY);
	text_puts(t, us < 1000 ? "" : us < SECOND ? "ms" : us < MINUTE ? "s" : "");
	if (us >= MINUTE && us < HOUR && us % MINUTE)
		text_printf(t, " %" PRId64 "s", us % MINUTE / SECOND);
	if (us >= HOUR && us < DAY && us % HOUR >= MINUTE)
		text_printf(t, " %" PRId64 "m", us % HOUR / MINUTE);
	if (us >= DAY && us % DAY >= HOUR)
		text_printf(t, " %" PRId64 "h", us % DAY / HOUR);
}

void axis_add_value(struct text *t, enum page_type type, int64_t value)
{
	if (value < 0)
		text_putc(t, '-');
	value = value < 0 ? -value : value;
	if (type == PAGE_INT)
		text_int(t, value);
	else if (type != PAGE_PERCENT)
		add_time(t, value);
	else if (value >= 100 * MICRO)
		text_puts(t, "100 %");
	else {
		add_fraction(t, value, MICRO, value < 99 * MICRO ? 2 : 4);
		text_puts(t, " %");
	}
}
