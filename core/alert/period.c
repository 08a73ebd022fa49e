/* alert/period: see period.h. */
#include "period.h"

#include <inttypes.h>
#include <string.h>

#define SECOND INT64_C(1000000)

const char *const period_every_name[PERIODS] = {"day", "week", "month", "quarter", "year"};
const int period_missed_most[PERIODS] = {3, 4, 12, 4, 2};
const char *const period_form[PERIODS] = {"2026-10-31", "2026-W44 or 2026-10-31",
					  "2026-10 or 2026-10-31", "2026-Q4 or 2026-10-31",
					  "2026 or 2026-10-31"};
/* 0: it is one of days */
static const int months_of[PERIODS] = {
	[PERIOD_MONTH] = 1, [PERIOD_QUARTER] = 3, [PERIOD_YEAR] = 12};

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

/* The one that holds that date. */
static struct period of_date(const struct period_rule *r, int64_t year, int month, int day)
{
	int64_t days = zone_days(year, month, day);
	int back = r->every == PERIOD_WEEK ? (int)((days % 7 + 10) % 7) : 0; /* to Monday */
	int length = r->every == PERIOD_WEEK ? 7 : 1, months = months_of[r->every];
	struct period p;

	if (months) {
		month -= (month - 1) % months;
		p.from_us = midnight_us(r, year, month, 1);
		p.to_us = midnight_us(r, year, month + months, 1);
	} else {
		p.from_us = midnight_us(r, year, month, day - back);
		p.to_us = midnight_us(r, year, month, day - back + length);
	}
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

	if (r->every == PERIOD_WEEK) {
		add_week(t, &c);
		return;
	}
	text_printf(t, "%04" PRId64, c.year);
	if (r->every == PERIOD_QUARTER)
		text_printf(t, "-Q%d", (c.month + 2) / 3);
	if (r->every == PERIOD_MONTH || r->every == PERIOD_DAY)
		text_printf(t, "-%02d", c.month);
	if (r->every == PERIOD_DAY)
		text_printf(t, "-%02d", c.day);
}

void period_add_date(struct text *t, const struct period_rule *r, int64_t at_us)
{
	struct civil c = zone_civil(r->zone, at_us / SECOND);

	text_printf(t, "%04" PRId64 "-%02d-%02d", c.year, c.month, c.day);
}

/* ---- what people write ---- */

/* 'd' in a form is a digit; all else stands for itself. Numbers go where its digits are. */
static bool has_form(const char *text, const char *form, int number[3])
{
	int n = -1;

	for (size_t i = 0; form[i]; i++) {
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
		if (form[i] != 'd')
			continue;
		if (!i || form[i - 1] != 'd')
			number[++n] = 0;
		number[n] = number[n] * 10 + text[i] - '0';
	}
	return !text[strlen(form)];
}

/* Of a week its Monday: the first one holds the fourth of January. */
static struct civil date_of_week(const int number[3])
{
	int64_t fourth = zone_days(number[0], 1, 4);

	return zone_date(fourth - (fourth % 7 + 10) % 7 + 7 * (number[1] - 1));
}

static struct civil date_of_year(const int number[3])
{
	return (struct civil){.year = number[0], .month = 1, .day = 1};
}

static struct civil date_of_quarter(const int number[3])
{
	return (struct civil){.year = number[0], .month = 3 * number[1] - 2, .day = 1};
}

static struct civil date_of_month(const int number[3])
{
	return (struct civil){.year = number[0], .month = number[1], .day = 1};
}

static struct civil date_of_day(const int number[3])
{
	return (struct civil){.year = number[0], .month = number[1], .day = number[2]};
}

/* The first day of what is written; of which rhythm it may be. */
static const struct form {
	const char *form;
	enum period_every every; /* PERIODS: any */
	struct civil (*date)(const int number[3]);
} forms[] = {
	{"dddd", PERIOD_YEAR, date_of_year},     {"dddd-Qd", PERIOD_QUARTER, date_of_quarter},
	{"dddd-Wdd", PERIOD_WEEK, date_of_week}, {"dddd-dd", PERIODS, date_of_month},
	{"dddd-dd-dd", PERIODS, date_of_day},
};

static bool is_date(const struct civil *c)
{
	struct civil back = zone_date(zone_days(c->year, c->month, c->day));

	return back.year == c->year && back.month == c->month && back.day == c->day;
}

bool period_read(const struct period_rule *r, const char *text, struct period *p)
{
	int number[3] = {0};
	struct text label = {0};
	struct civil date;
	bool is_it = true;

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		const struct form *f = &forms[i];

		if ((f->every != PERIODS && f->every != r->every) ||
		    !has_form(text, f->form, number))
			continue;
		date = f->date(number);
		if (number[0] < 1970 || !is_date(&date))
			return false;
		*p = of_date(r, date.year, date.month, date.day);
		period_add_label(&label, r, p);
		is_it = f->every == PERIODS || !strcmp(text_get(&label), text); /* 2026-W99 */
		text_release(&label);
		return is_it;
	}
	return false;
}
