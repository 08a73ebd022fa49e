/* The periods of reports: calendar days, weeks, months, quarters and years of a zone, when each is
 * due, what follows what, in zones with every kind of change of the clock. */
#include <stdlib.h>

#include "../../core/alert/period.h"
#include "../../core/base/clock.h"
#include "../lib/tap.h"

#define HOUR (3600 * CLOCK_SECOND)

static const struct {
	const char *zone, *every, *at, *time; /* of the period that holds `time` */
	const char *from, *to, *due, *label;
} table[] = {
	{"UTC", "month", "06:00", "2026-10-31T23:59:59Z", "2026-10-01T00:00:00Z",
	 "2026-11-01T00:00:00Z", "2026-11-01T06:00:00Z", "2026-10"},
	{"Europe/Berlin", "month", "06:00", "2026-10-10T00:00:00Z", "2026-09-30T22:00:00Z",
	 "2026-10-31T23:00:00Z", "2026-11-01T05:00:00Z", "2026-10"},
	{"UTC", "month", "00:00", "2026-12-31T00:00:00Z", "2026-12-01T00:00:00Z",
	 "2027-01-01T00:00:00Z", "2027-01-01T00:15:00Z", "2026-12"},
	/* 25 and 23 hours */
	{"Europe/Berlin", "day", "06:00", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z",
	 "2026-10-25T23:00:00Z", "2026-10-26T05:00:00Z", "2026-10-25"},
	{"Europe/Berlin", "day", "06:00", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z",
	 "2026-03-29T22:00:00Z", "2026-03-30T04:00:00Z", "2026-03-29"},
	/* due in an hour that is skipped, and in one that comes twice */
	{"Europe/Berlin", "day", "02:30", "2026-03-28T12:00:00Z", "2026-03-27T23:00:00Z",
	 "2026-03-28T23:00:00Z", "2026-03-29T01:30:00Z", "2026-03-28"},
	{"Europe/Berlin", "day", "02:30", "2026-10-24T12:00:00Z", "2026-10-23T22:00:00Z",
	 "2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z", "2026-10-24"},
	/* midnight itself is skipped */
	{"America/Havana", "day", "00:00", "2026-03-08T12:00:00Z", "2026-03-08T05:00:00Z",
	 "2026-03-09T04:00:00Z", "2026-03-09T04:15:00Z", "2026-03-08"},
	{"America/New_York", "week", "07:30", "2026-11-01T12:00:00Z", "2026-10-26T04:00:00Z",
	 "2026-11-02T05:00:00Z", "2026-11-02T12:30:00Z", "2026-W44"},
	{"UTC", "week", "06:00", "2027-01-01T00:00:00Z", "2026-12-28T00:00:00Z",
	 "2027-01-04T00:00:00Z", "2027-01-04T06:00:00Z", "2026-W53"},
	{"Asia/Kathmandu", "day", "00:00", "2026-10-31T18:14:59Z", "2026-10-30T18:15:00Z",
	 "2026-10-31T18:15:00Z", "2026-10-31T18:30:00Z", "2026-10-31"},
	/* half an hour of summer time, the end of February, the first zone of the day */
	{"Australia/Lord_Howe", "month", "06:00", "2027-04-10T00:00:00Z", "2027-03-31T13:00:00Z",
	 "2027-04-30T13:30:00Z", "2027-04-30T19:30:00Z", "2027-04"},
	{"America/St_Johns", "month", "06:00", "2028-02-29T12:00:00Z", "2028-02-01T03:30:00Z",
	 "2028-03-01T03:30:00Z", "2028-03-01T09:30:00Z", "2028-02"},
	{"Pacific/Kiritimati", "month", "06:00", "2027-02-28T09:59:59Z", "2027-01-31T10:00:00Z",
	 "2027-02-28T10:00:00Z", "2027-02-28T16:00:00Z", "2027-02"},
	{"Europe/Berlin", "quarter", "06:00", "2026-12-31T22:59:59Z", "2026-09-30T22:00:00Z",
	 "2026-12-31T23:00:00Z", "2027-01-01T05:00:00Z", "2026-Q4"},
	{"America/St_Johns", "quarter", "00:00", "2028-02-29T12:00:00Z", "2028-01-01T03:30:00Z",
	 "2028-04-01T02:30:00Z", "2028-04-01T02:45:00Z", "2028-Q1"},
	{"Australia/Lord_Howe", "year", "06:00", "2028-07-01T00:00:00Z", "2027-12-31T13:00:00Z",
	 "2028-12-31T13:00:00Z", "2028-12-31T19:00:00Z", "2028"},
};

static void show(struct text *t, int64_t us)
{
	text_clear(t);
	clock_add_utc(t, us, 0);
}

static struct period_rule rule_of(const char *zone, const char *every, const char *at)
{
	struct text wrong = {0};
	struct period_rule r = {period_every_of(every), period_minute(at), zone_open(zone, &wrong)};

	ok(r.zone && r.every < PERIODS && r.at_minute >= 0, "a rule: %s %s %s", zone, every, at);
	return r;
}

static void test_table(void)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct period_rule r = rule_of(table[i].zone, table[i].every, table[i].at);
		struct text shown = {0};
		struct period p, again;
		int64_t at_us;

		clock_parse_utc(table[i].time, &at_us);
		p = period_of(&r, at_us);
		show(&shown, p.from_us);
		same(text_get(&shown), table[i].from, "it begins");
		show(&shown, p.to_us);
		same(text_get(&shown), table[i].to, "it ends");
		show(&shown, p.due_us);
		same(text_get(&shown), table[i].due, "it is due");
		text_clear(&shown);
		period_add_label(&shown, &r, &p);
		same(text_get(&shown), table[i].label, "it is called");
		ok(period_read(&r, text_get(&shown), &again) && again.from_us == p.from_us,
		   "and found by that");
		text_release(&shown);
		zone_close((struct zone *)r.zone);
	}
}

static void test_words(void)
{
	static const char *const bad[] = {"", "6:00", "24:00", "06:60", "06:00 ", "a6:00", "06-00"};
	static const char *const no_period[] = {"",           "2026",     "2026-13",     "2026-1",
						"2026-02-30", "2026-10-", "2026-10-31x", "2026-Q3",
						"2026-W44",   "1969-12",  "2026-00",     "x"};
	struct period_rule r = rule_of("UTC", "month", "23:59");
	struct period p;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(period_minute(bad[i]) == -1, "'%s' is no time of the day", bad[i]);
	for (size_t i = 0; i < sizeof no_period / sizeof *no_period; i++)
		ok(!period_read(&r, no_period[i], &p), "'%s' is no period", no_period[i]);
	ok(period_every_of("hour") == PERIODS, "no such rhythm");
	zone_close((struct zone *)r.zone);
}

/* Each rhythm takes its own names, and a day or month for the period that holds its first day. */
static void test_read(void)
{
	static const struct {
		const char *every, *text, *label; /* NULL: refused */
	} cases[] = {
		{"year", "2026", "2026"},
		{"year", "2026-10", "2026"},
		{"year", "2026-12-31", "2026"},
		{"year", "2026-Q4", NULL},
		{"year", "1969", NULL},
		{"year", "20266", NULL},
		{"quarter", "2026-Q1", "2026-Q1"},
		{"quarter", "2026-06", "2026-Q2"},
		{"quarter", "2026-Q5", NULL},
		{"quarter", "2026-Q0", NULL},
		{"quarter", "2026", NULL},
		{"quarter", "2026-q1", NULL},
		{"week", "2026-W53", "2026-W53"},
		{"week", "2026-W01", "2026-W01"},
		{"week", "2025-W53", NULL},
		{"week", "2026-W00", NULL},
		{"week", "2026-12-31", "2026-W53"},
		{"week", "2026-W1", NULL},
		{"day", "2028-02-29", "2028-02-29"},
		{"day", "2027-02-29", NULL},
		{"day", "2026-W53", NULL},
		{"month", "2026-02", "2026-02"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct period_rule r = rule_of("UTC", cases[i].every, "06:00");
		struct text label = {0};
		struct period p;

		if (period_read(&r, cases[i].text, &p))
			period_add_label(&label, &r, &p);
		same(text_get(&label), cases[i].label ? cases[i].label : "", cases[i].text);
		text_release(&label);
		zone_close((struct zone *)r.zone);
	}
}

/* Two years hour by hour: each period follows the one before without a gap, and due behind its
 * end; what is reported once is behind us for good. */
static void walk(const char *zone, const char *every)
{
	struct period_rule r = rule_of(zone, every, "00:10");
	int64_t at_us = INT64_C(1767225600) * CLOCK_SECOND, end_us = at_us + 2 * 8766 * HOUR;
	struct period before = period_of(&r, at_us);
	int wrong = 0;

	for (; at_us < end_us; at_us += HOUR) {
		struct period p = period_of(&r, at_us), next = period_next(&r, p.to_us),
			      last = period_last_due(&r, at_us);

		wrong += p.from_us > at_us || at_us >= p.to_us;
		wrong += p.due_us < p.to_us + PERIOD_SETTLE_US;
		wrong += p.from_us != before.from_us && p.from_us != before.to_us;
		wrong += next.from_us != p.to_us || last.due_us > at_us;
		wrong += period_step(&r, &last, 1).due_us <= at_us;
		before = p;
	}
	ok(!wrong, "each %s of two years in %s follows the one before", every, zone);
	zone_close((struct zone *)r.zone);
}

static void test_walk(void)
{
	static const char *const zone[] = {"UTC",
					   "Europe/Berlin",
					   "America/Havana",
					   "Asia/Kathmandu",
					   "Pacific/Chatham",
					   "America/St_Johns"};

	for (size_t i = 0; i < sizeof zone / sizeof *zone; i++)
		for (int every = 0; every < PERIODS; every++)
			walk(zone[i], period_every_name[every]);
}

/* The same month is not reported again because its zone is another now. */
static void test_other_zone(void)
{
	struct period_rule utc = rule_of("UTC", "month", "06:00"),
			   berlin = rule_of("Europe/Berlin", "month", "06:00"),
			   hawaii = rule_of("Pacific/Honolulu", "month", "06:00");
	const struct period_rule *rule[] = {&utc, &berlin, &hawaii};
	struct period october[3];

	for (int i = 0; i < 3; i++)
		period_read(rule[i], "2026-10", &october[i]);
	for (int from = 0; from < 3; from++)
		for (int to = 0; to < 3; to++) {
			struct text label = {0};
			struct period p = period_next(rule[to], october[from].to_us);

			period_add_label(&label, rule[to], &p);
			same(text_get(&label), "2026-11", "the month behind, whatever the zone");
			text_release(&label);
		}
	for (int i = 0; i < 3; i++)
		zone_close((struct zone *)rule[i]->zone);
}

int main(void)
{
	test_table();
	test_words();
	test_read();
	test_walk();
	test_other_zone();
	return done_testing();
}
