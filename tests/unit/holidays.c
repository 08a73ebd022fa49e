/* Holidays: what is a day and what is none, which days they are, and the hours that are left:
 * against a second reading that asks minute by minute. */
#include <string.h>

#include "../../core/sla/sla.h"
#include "../lib/tap.h"

#define MINUTE INT64_C(60000000)
#define DAY    (1440 * MINUTE)

static struct holidays all, off; /* too large for a stack frame */

static const struct {
	const char *text;
	const char *words; /* NULL: refused */
} form[] = {
	{"2026-12-25", "2026-12-25"},
	{"12-25", "12-25"},
	{" 12-25   Christmas Day ", "12-25 Christmas Day"},
	{"12-24 to 01-01", "12-24 to 01-01"},
	{"2026-12-24 to 2027-01-01 closed", "2026-12-24 to 2027-01-01 closed"},
	{"12-24 08:00-12:00 Christmas Eve", "12-24 Christmas Eve 08:00-12:00"},
	{"12-31 08:00-10:00,22:00-02:00", "12-31 08:00-10:00, 22:00-02:00"},
	{"12-25 to everybody", NULL},
	{"12-25 total", "12-25 total"},
	{"12-25 08:00 to noon", "12-25 08:00 to noon"},
	{"02-29", "02-29"},
	{"2028-02-29", "2028-02-29"},
	{"2026-02-29", NULL},
	{"2026-13-01", NULL},
	{"2026-00-10", NULL},
	{"2026-12-32", NULL},
	{"00-10", NULL},
	{"12-00", NULL},
	{"1-1", NULL},
	{"2026-12-25x", NULL},
	{"26-12-25", NULL},
	{"", NULL},
	{"Christmas", NULL},
	{"2026-12-26 to 2026-12-25", NULL},
	{"2026-12-25 to 12-26", NULL},
	{"12-25 to 2026-12-26", NULL},
	{"0001-12-25", NULL},
	{"25/12/2026", NULL},
	{"12-24 \x1b[31m", "12-24 \\x1b[31m"},
};

static void forms(void)
{
	for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
		struct text wrong = {0}, words = {0};
		bool is_fine;

		all.days = 0;
		is_fine = holidays_add(&all, form[i].text, &wrong);

		if (is_fine)
			holidays_add_words(&words, &all.day[0]);
		ok(is_fine == !!form[i].words && is_fine == !wrong.size, "'%s': %s", form[i].text,
		   text_get(&wrong));
		if (is_fine && form[i].words)
			same(text_get(&words), form[i].words, form[i].text);
		text_release(&wrong);
		text_release(&words);
	}
}

/* ---- days ---- */

static struct text seen;

static void see(const struct holiday *h, int64_t first, int64_t last, void *with)
{
	struct civil a = zone_date(first), b = zone_date(last);

	(void)h, (void)with;
	text_printf(&seen, "%s%d-%02d-%02d", seen.size ? " " : "", (int)a.year, a.month, a.day);
	if (first != last)
		text_printf(&seen, "..%d-%02d-%02d", (int)b.year, b.month, b.day);
}

static const struct {
	const char *text, *days;
} when[] = {
	{"12-25", "2025-12-25 2026-12-25 2027-12-25"},
	{"2026-12-25", "2026-12-25"},
	{"2024-12-25", ""},
	{"12-24 to 01-01", "2024-12-24..2025-01-01 2025-12-24..2026-01-01 2026-12-24..2027-01-01 "
			   "2027-12-24..2028-01-01"},
	{"2026-12-24 to 2027-01-06", "2026-12-24..2027-01-06"},
	{"02-29", "2028-02-29"},
	{"01-01", "2025-01-01 2026-01-01 2027-01-01 2028-01-01"},
};

/* From 2025-01-01 to 2028-02-29. */
static void days(void)
{
	for (size_t i = 0; i < sizeof when / sizeof *when; i++) {
		struct text wrong = {0};

		all.days = 0;
		text_clear(&seen);
		text_puts(&seen, "");
		holidays_add(&all, when[i].text, &wrong);
		holidays_each(&all, zone_days(2025, 1, 1), zone_days(2028, 2, 29), see, NULL);
		same(text_get(&seen), when[i].days, when[i].text);
		text_release(&wrong);
	}
	text_release(&seen);
}

/* ---- hours that are left ---- */

struct agreement {
	const char *hours, *holiday[3];
	const char *zone;
};
static const struct agreement agreement[] = {
	{NULL, {"03-29", NULL, NULL}, "Europe/Berlin"}, /* 23 hours long in 2026 */
	{NULL, {"10-25", "12-24 to 01-01 08:00-12:00", NULL}, "Europe/Berlin"}, /* 25 hours */
	{"Mon-Sun 22:00-07:00", {"03-29 to 03-30", "05-01", NULL}, "Europe/Berlin"},
	{"Mon-Fri 08:00-18:00", {"2026-04-06", "10-24 10:00-14:00,22:00-02:00", "02-29"}, "UTC"},
	{"Sat,Sun 00:00-24:00", {"04-05 03:00-04:00", NULL, NULL}, "Australia/Lord_Howe"},
};

static bool is_in(const struct sla_windows *w, int64_t at_us)
{
	for (size_t i = 0; i < w->windows; i++)
		if (w->window[i].from_us <= at_us && at_us < w->window[i].to_us)
			return true;
	return false;
}

static bool is_holiday(const struct agreement *a, struct civil c, const char **hours)
{
	struct text wrong = {0};
	int64_t day = zone_days(c.year, c.month, c.day);

	for (int i = 0; i < 3 && a->holiday[i]; i++) {
		all.days = 0;
		holidays_add(&all, a->holiday[i], &wrong);
		text_clear(&seen);
		holidays_each(&all, day, day, see, NULL);
		if (seen.size) {
			*hours = all.day[0].hour_count ? a->holiday[i] : "";
			return true;
		}
	}
	return false;
}

/* By the wall: the rule of the week, none on a holiday, its own hours and those of one before. */
static bool naive(const struct agreement *a, const struct zone *z, const struct sla_windows *week,
		  int64_t at_us)
{
	struct civil c = zone_civil(z, at_us / 1000000),
		     before = zone_civil(z, at_us / 1000000 - 86400);
	int minute = c.hour * 60 + c.minute;
	const char *hours = "";

	if (is_holiday(a, before, &hours) && strstr(hours, "22:00-02:00") && minute < 120)
		return true;
	if (!is_holiday(a, c, &hours))
		return !a->hours || is_in(week, at_us);
	return (strstr(hours, "08:00-12:00") && minute >= 480 && minute < 720) ||
	       (strstr(hours, "10:00-14:00") && minute >= 600 && minute < 840) ||
	       (strstr(hours, "03:00-04:00") && minute >= 180 && minute < 240) ||
	       (strstr(hours, "22:00-02:00") && minute >= 1320);
}

static void left(void)
{
	for (size_t i = 0; i < sizeof agreement / sizeof *agreement; i++) {
		const struct agreement *a = &agreement[i];
		struct text wrong = {0};
		struct zone *z = zone_open(a->zone, &wrong);
		struct hours h = {0};
		struct sla_windows week = {0}, got = {0};
		int64_t from_us = zone_days(2026, 3, 27) * DAY, to_us = zone_days(2027, 1, 3) * DAY;
		bool fine;

		off.days = 0;
		fine = a->hours ? hours_add(&h, a->hours, &wrong) : true;

		for (int n = 0; n < 3 && a->holiday[n]; n++)
			fine = fine && holidays_add(&off, a->holiday[n], &wrong);
		sla_windows_of_hours(&week, a->hours ? &h : NULL, NULL, z, from_us, to_us);
		sla_windows_of_hours(&got, a->hours ? &h : NULL, &off, z, from_us, to_us);
		for (int64_t at = from_us; at < to_us && fine; at += 30 * MINUTE)
			fine = is_in(&got, at) == naive(a, z, &week, at);
		ok(fine, "%s without %s in %s: half-hour by half-hour of nine months",
		   a->hours ? a->hours : "always", a->holiday[0], a->zone);
		sla_windows_release(&week);
		sla_windows_release(&got);
		zone_close(z);
		text_release(&wrong);
	}
	text_release(&seen);
}

int main(void)
{
	forms();
	days();
	left();
	return done_testing();
}
