/* Crontab times: what is read, when it is due, and the same against a walk over every minute around
 * changes of the clock. */
#include <stdlib.h>

#include "../../core/base/cron.h"
#include "../lib/tap.h"

#define MINUTE 60
#define DAY    86400

static const struct {
	/* due as local time, and "+1" when it is the second of a repeated one */
	const char *text, *zone, *after, *due;
} table[] = {
	{"* * * * *", "UTC", "2026-11-21 18:00:00", "2026-11-21 18:01"},
	{"* * * * *", "UTC", "2026-11-21 18:00:59", "2026-11-21 18:01"},
	{"0 3 * * *", "UTC", "2026-11-21 02:59:59", "2026-11-21 03:00"},
	{"0 3 * * *", "UTC", "2026-11-21 03:00:00", "2026-11-22 03:00"},
	{"*/15 8-18/5 * * mon-fri", "UTC", "2026-11-20 18:45:00", "2026-11-23 08:00"},
	{"5,35 8-18/5 * * MON-FRI", "UTC", "2026-11-23 08:05:00", "2026-11-23 08:35"},
	{"5,35 8-18/5 * * 1-5", "UTC", "2026-11-23 08:35:00", "2026-11-23 13:05"},
	{"0 0 29 2 *", "UTC", "2026-01-01 00:00:00", "2028-02-29 00:00"},
	{"0 0 29 2 *", "UTC", "2096-03-01 00:00:00", "2104-02-29 00:00"},
	{"0 0 31 * *", "UTC", "2026-01-31 00:00:00", "2026-03-31 00:00"},
	{"0 0 13 * 5", "UTC", "2026-11-21 00:00:00", "2026-11-27 00:00"}, /* either day */
	{"0 0 13 * fri", "UTC", "2026-12-11 00:00:00", "2026-12-13 00:00"},
	{"0 0 */2 * fri", "UTC", "2026-11-21 00:00:00", "2026-11-27 00:00"}, /* '*': both */
	{"0 0 * * 7", "UTC", "2026-11-21 00:00:00", "2026-11-22 00:00"},
	{"0 0 * * sat-sun", "UTC", "2026-11-22 00:00:00", "2026-11-28 00:00"},
	{"0 0 1 jan,jul *", "UTC", "2026-02-01 00:00:00", "2026-07-01 00:00"},
	{"0 0 31 12 *", "UTC", "2026-12-31 00:00:00", "2027-12-31 00:00"},
	{"  0\t0 1 1 *  ", "UTC", "2026-02-01 00:00:00", "2027-01-01 00:00"},
	{"@hourly", "UTC", "2026-02-01 00:00:00", "2026-02-01 01:00"},
	{"@daily", "UTC", "2026-02-01 00:00:00", "2026-02-02 00:00"},
	{"@weekly", "UTC", "2026-11-21 00:00:00", "2026-11-22 00:00"},
	{"@monthly", "UTC", "2026-02-01 00:00:00", "2026-03-01 00:00"},
	{"@Yearly", "UTC", "2026-02-01 00:00:00", "2027-01-01 00:00"},
	{"0 9 * * *", "Asia/Kathmandu", "2026-11-21 08:00:00", "2026-11-21 09:00"},
	/* a skipped hour: right behind it; a job every few minutes: not at all */
	{"30 2 * * *", "Europe/Berlin", "2026-03-28 12:00:00", "2026-03-29 03:00"},
	{"30 2 * * *", "Europe/Berlin", "2026-03-29 03:00:00", "2026-03-30 02:30"},
	{"10,50 2 * * *", "Europe/Berlin", "2026-03-29 01:00:00", "2026-03-29 03:00"},
	{"*/20 2 * * *", "Europe/Berlin", "2026-03-29 01:00:00", "2026-03-30 02:00"},
	{"30 * * * *", "Europe/Berlin", "2026-03-29 01:30:00", "2026-03-29 03:30"},
	{"15 2 * * *", "Australia/Lord_Howe", "2026-10-04 00:00:00", "2026-10-04 02:30"},
	/* a repeated hour: once; a job every hour: each hour */
	{"30 2 * * *", "Europe/Berlin", "2026-10-24 12:00:00", "2026-10-25 02:30"},
	{"30 2 * * *", "Europe/Berlin", "2026-10-25 02:30:00", "2026-10-26 02:30"},
	{"30 * * * *", "Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25 02:30+1"},
	{"45 1 * * *", "Australia/Lord_Howe", "2026-04-05 01:45:00", "2026-04-06 01:45"},
};

static int64_t seconds_of(const struct zone *z, const char *text)
{
	struct civil c = {.second = 0};

	sscanf(text, "%ld-%d-%d %d:%d:%d", &c.year, &c.month, &c.day, &c.hour, &c.minute,
	       &c.second);
	return zone_instant(z, c);
}

static void show(const struct zone *z, int64_t at_s, char to[64])
{
	struct civil c = zone_civil(z, at_s);
	int more = snprintf(to, 64, "%04ld-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour,
			    c.minute);

	if (zone_instant(z, c) != at_s)
		snprintf(to + more, (size_t)(64 - more), "+1");
}

static void test_table(void)
{
	struct text wrong = {0};
	char due[64], name[160];
	struct cron c;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct zone *z = zone_open(table[i].zone, &wrong);
		bool is_read = cron_parse(&c, table[i].text, &wrong);

		snprintf(name, sizeof name, "'%s' behind %s %s", table[i].text, table[i].after,
			 table[i].zone);
		if (!is_read)
			snprintf(due, sizeof due, "%.60s", text_get(&wrong));
		else
			show(z, cron_next(&c, z, seconds_of(z, table[i].after)), due);
		same(due, table[i].due, name);
		zone_close(z);
	}
	text_release(&wrong);
}

static const char *const broken[] = {"",
				     "*",
				     "* * * *",
				     "* * * * * *",
				     "60 * * * *",
				     "* 24 * * *",
				     "* * 0 * *",
				     "* * 32 * *",
				     "* * * 13 * ",
				     "* * * 0 *",
				     "* * * * 8",
				     "5-1 * * * *",
				     "*/0 * * * *",
				     "5/10 * * * *",
				     "1,,2 * * * *",
				     "1, * * * *",
				     ",1 * * * *",
				     "-1 * * * *",
				     "a * * * *",
				     "* * * foo *",
				     "* * * * mond",
				     "1-2-3 * * * *",
				     "1/2/3 * * * *",
				     "*5 * * * *",
				     "0 0 31 2 *",
				     "0 0 31 4,6 *",
				     "@reboot",
				     "@",
				     "0 0 * * * root",
				     "1- * * * *",
				     "*/ * * * *",
				     "0x1 * * * *",
				     "1000000000000000000000 * * * *"};

static void test_broken(void)
{
	struct cron c;

	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct text wrong = {0};

		ok(!cron_parse(&c, broken[i], &wrong) && wrong.size, "'%s' is refused: %s",
		   broken[i], text_get(&wrong));
		text_release(&wrong);
	}
}

/* ---- against a walk ---- */

static uint32_t dice = 20261121;

static int roll(int sides)
{
	dice = dice * 1664525u + 1013904223u;
	return (int)(dice >> 8) % sides;
}

static void roll_field(struct text *t, int low, int high, bool may_star)
{
	int a = low + roll(high - low + 1), b = low + roll(high - low + 1);

	switch (roll(may_star ? 6 : 4)) {
	case 0:
		text_printf(t, "%d ", a);
		break;
	case 1:
		text_printf(t, "%d-%d ", a < b ? a : b, a < b ? b : a);
		break;
	case 2:
		text_printf(t, "%d,%d ", a, b);
		break;
	case 3:
		text_printf(t, "%d-%d/%d ", a < b ? a : b, a < b ? b : a, 1 + roll(5));
		break;
	case 4:
		text_printf(t, "*/%d ", 1 + roll(high));
		break;
	default:
		text_puts(t, "* ");
	}
}

static bool is_match(const struct cron *c, struct civil local)
{
	int64_t days = zone_days(local.year, local.month, local.day);
	bool day = c->day >> local.day & 1, weekday = c->weekday >> ((days + 4) % 7) & 1;

	return c->minute >> local.minute & 1 && c->hour >> local.hour & 1 &&
	       c->month >> local.month & 1 &&
	       (c->any_day || c->any_weekday ? day && weekday : day || weekday);
}

static struct civil civil_of(int64_t local_s)
{
	struct civil c = zone_date(local_s / DAY);

	c.hour = (int)(local_s % DAY / 3600);
	c.minute = (int)(local_s % 3600 / 60);
	return c;
}

/* Is it due at this minute? `highest_s`: the latest local time shown so far. */
static bool is_due(const struct cron *c, int64_t local_s, int64_t highest_s)
{
	if (c->is_starred)
		return is_match(c, civil_of(local_s));
	for (int64_t skipped_s = highest_s + MINUTE; skipped_s <= local_s; skipped_s += MINUTE)
		if (is_match(c, civil_of(skipped_s)))
			return true;
	return false;
}

/* Every minute of six days: the next due time is that of the walk, from the minute before on. */
static int64_t walk(const struct cron *c, const struct zone *z, int64_t from_s)
{
	int64_t highest_s = from_s + zone_offset(z, from_s, NULL) - MINUTE, last_s = from_s;

	for (int64_t at_s = from_s; at_s < from_s + 6 * DAY; at_s += MINUTE) {
		int64_t local_s = at_s + zone_offset(z, at_s, NULL);
		bool due = is_due(c, local_s, highest_s);

		highest_s = local_s > highest_s ? local_s : highest_s;
		if (!due || at_s == from_s)
			continue;
		for (int64_t after_s = last_s; after_s < at_s; after_s += 257 * MINUTE + 1)
			if (cron_next(c, z, after_s) != at_s)
				return after_s;
		if (cron_next(c, z, at_s - 1) != at_s)
			return at_s - 1;
		last_s = at_s;
	}
	return 0;
}

static const struct {
	const char *zone;
	struct civil from;
} around[] = {
	{"Europe/Berlin", {2026, 3, 26, 0, 0, 0}},
	{"Europe/Berlin", {2026, 10, 22, 0, 0, 0}},
	{"America/New_York", {2026, 3, 5, 0, 0, 0}},
	{"America/New_York", {2026, 10, 29, 0, 0, 0}},
	{"Australia/Lord_Howe", {2026, 4, 2, 0, 0, 0}},
	{"Australia/Lord_Howe", {2026, 10, 1, 0, 0, 0}},
	{"America/Havana", {2026, 3, 5, 0, 0, 0}}, /* at midnight */
	{"America/Havana", {2026, 10, 29, 0, 0, 0}},
	{"Africa/Cairo", {2026, 10, 27, 0, 0, 0}},
	{"Pacific/Apia", {2011, 12, 28, 0, 0, 0}}, /* a day left out */
	{"Antarctica/Troll", {2026, 3, 26, 0, 0, 0}}, /* two hours */
};

static void test_walk(void)
{
	struct text spec = {0}, wrong = {0};
	struct cron c;

	for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
		struct zone *z = zone_open(around[i].zone, &wrong);
		int64_t from_s = zone_instant(z, around[i].from), bad_s = 0;

		for (int n = 0; n < 6 && !bad_s; n++) {
			text_clear(&spec);
			roll_field(&spec, 0, 59, true);
			roll_field(&spec, 0, 23, true);
			text_puts(&spec, roll(3) ? "* * " : "27-31,1-5 * ");
			text_puts(&spec, roll(3) ? "*" : "0-2");
			bad_s = cron_parse(&c, text_get(&spec), &wrong) ? walk(&c, z, from_s) : -1;
		}
		ok(!bad_s, "%s from %ld-%d on as a walk over the minutes says ('%s' behind %ld)",
		   around[i].zone, around[i].from.year, around[i].from.month,
		   bad_s ? text_get(&spec) : "", bad_s);
		zone_close(z);
	}
	text_release(&spec);
	text_release(&wrong);
}

int main(void)
{
	test_table();
	test_broken();
	test_walk();
	return done_testing();
}
