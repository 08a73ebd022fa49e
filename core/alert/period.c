/* alert/period: see period.h. */
#include "period.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000)

const char *const period_every_name[PERIODS] = {"day", "week", "month"};
const int period_missed_most[PERIODS] = {3, 4, 12};

enum period_every period_every_of(const char *name)
{
	enum period_every e = PERIOD_DAY;

	while (e < PERIODS && strcmp(period_every_name[e], name) != 0)
		e++;
	return e;
}

int period_minute(const char *text)
{
	static const char form[] = "dd:dd";
	int minute;

	for (size_t i = 0; i < sizeof form; i++)
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return -1;
	minute = ((text[0] - '0') * 10 + text[1] - '0') * 60 + (text[3] - '0') * 10 + text[4] - '0';
	return text[3] < '6' && minute < 1440 ? minute : -1;
}

/* Midnight of a date whose fields may be out of range. */
static int64_t midnight_us(const struct period_rule *r, int64_t year, int month, int day)
{
	return zone_instant(r->zone, (struct civil){year, month, day, 0, 0, 0}) * SECOND;
}

static int64_t due_us(const struct period_rule *r, int64_t to_us)
{
	struct civil day = zone_civil(r->zone, to_us / SECOND);
	int64_t at_us;

	day.hour = r->at_minute / 60;
	day.minute = r->at_minute % 60;
	day.second = 0;
	at_us = zone_instant(r->zone, day) * SECOND;
	return at_us > to_us + PERIOD_SETTLE_US ? at_us : to_us + PERIOD_SETTLE_US;
}

/* The one whose first day is that date, or holds it. */
static struct period of_date(const struct period_rule *r, int64_t year, int month, int day)
{
	int64_t days = zone_days(year, month, day);
	int back = r->every == PERIOD_WEEK ? (int)((days % 7 + 10) % 7) : 0; /* to Monday */
	struct period p;

	if (r->every == PERIOD_MONTH)
		p = (struct period){midnight_us(r, year, month, 1),
				    midnight_us(r, year, month + 1, 1), 0};
	else
		p = (struct period){
			midnight_us(r, year, month, day - back),
			midnight_us(r, year, month, day - back + (r->every == PERIOD_WEEK ? 7 : 1)),
			0};
	p.due_us = due_us(r, p.to_us);
	return p;
}

struct period period_of(const struct period_rule *r, int64_t at_us)
{
	struct civil c = zone_civil(r->zone, at_us / SECOND - (at_us % SECOND < 0));

	return of_date(r, c.year, c.month, c.day);
}

/* By way of its middle: an hour more or less at its ends leads nowhere else. */
struct period period_step(const struct period_rule *r, const struct period *p, int by)
{
	int64_t length_us = p->to_us - p->from_us;

	return period_of(r, p->from_us + length_us / 2 + by * length_us);
}

struct period period_next(const struct period_rule *r, int64_t reported_us)
{
	struct period p = period_of(r, reported_us);

	while (p.from_us + (p.to_us - p.from_us) / 2 <= reported_us)
		p = period_step(r, &p, 1);
	return p;
}

struct period period_last_due(const struct period_rule *r, int64_t now_us)
{
	struct period p = period_of(r, now_us);

	while (p.due_us > now_us)
		p = period_step(r, &p, -1);
	return p;
}

/* The week is that of its Thursday. */
static void add_week(struct text *t, const struct civil *monday)
{
	int64_t days = zone_days(monday->year, monday->month, monday->day) + 3;
	struct civil thursday = zone_date(days);

	text_printf(t, "%04" PRId64 "-W%02d", thursday.year,
		    (int)((days - zone_days(thursday.year, 1, 1)) / 7) + 1);
}

void period_add_label(struct text *t, const struct period_rule *r, const struct period *p)
{
	struct civil c = zone_civil(r->zone, p->from_us / SECOND);

	if (r->every == PERIOD_WEEK)
		add_week(t, &c);
	else
		text_printf(t, "%04" PRId64 "-%02d", c.year, c.month);
	if (r->every == PERIOD_DAY)
		text_printf(t, "-%02d", c.day);
}

void period_add_date(struct text *t, const struct period_rule *r, int64_t at_us)
{
	struct civil c = zone_civil(r->zone, at_us / SECOND);

	text_printf(t, "%04" PRId64 "-%02d-%02d", c.year, c.month, c.day);
}

bool period_read(const struct period_rule *r, const char *text, struct period *p)
{
	int year, month, day = 1, end = 0;
	struct civil back;

	if (sscanf(text, "%4d-%2d%n", &year, &month, &end) != 2 || end != 7)
		return false;
	if (text[end] &&
	    (sscanf(text + end, "-%2d%n", &day, &end) != 1 || end != 3 || text[7 + end]))
		return false;
	back = zone_date(zone_days(year, month, day));
	if (year < 1970 || back.month != month || back.day != day)
		return false;
	*p = of_date(r, year, month, day);
	return true;
}
