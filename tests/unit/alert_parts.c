/* What flaps, when a storm's letters go, when hours begin: tables. */
#include "../../core/alert/alert.h"
#include "../../core/alert/flap.h"
#include "../../core/alert/storm.h"
#include "../lib/tap.h"

#define SECOND INT64_C(1000000)

/* Results: + passed, - failed; where flapping begins and ends stand the numbers of the results. */
static const struct {
	const char *policy, *results;
	int begins, ends;
} flapping[] = {
	{"20%-40%", "++++++++++++++++++++++++++++++", 0, 0},
	{"20%-40%", "++++++++++-----------++++++++++", 0, 0},
	{"20%-40%", "+-+-+-+-+-+-+-+-+-+-", 0, 0}, /* nothing before 21 results */
	{"20%-40%", "+-+-+-+-+-+-+-+-+-+-+", 21, 0},
	{"20%-40%", "+++++++++++++++++++++-+-+-+-+", 28, 0},
	{"20%-40%", "+++++++++++++++++++++-+-+-+-+++++++++++++++++++++", 28, 45},
	{"20%-40%", "+++++++++++++++++++++-+-+-+-++++++++-+-+-+-++++++++++++++++++++++", 28, 60},
	{"5%-20%", "+++++++++++++++++++++-+-+++++", 25, 0},
	{"100%-100%", "+-+-+-+-+-+-+-+-+-+-+-", 21, 0},
	{"0-1", "+++++++++++++++++++++-", 22, 0},
	{"no", "+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-", 0, 0},
};

static void test_flapping(void)
{
	for (size_t n = 0; n < sizeof flapping / sizeof *flapping; n++) {
		struct flap f = {0};
		struct flap_policy p = {0};
		int begins = 0, ends = 0, i = 0;

		ok(flap_policy_parse(&p, flapping[n].policy), "policy %s", flapping[n].policy);
		for (const char *at = flapping[n].results; *at; at++)
			if (flap_add(&f, &p, *at == '+', ++i * SECOND))
				*(f.is_on ? &begins : &ends) = i;
		ok(begins == flapping[n].begins && ends == flapping[n].ends,
		   "%s of %s: flaps from %d to %d", flapping[n].policy, flapping[n].results, begins,
		   ends);
	}
}

static void test_weights(void)
{
	struct flap newest = {0}, oldest = {0}, all = {0};
	struct flap_policy p = {.low = 20, .high = 40};

	for (int i = 0; i < FLAP_RESULTS; i++) {
		flap_add(&newest, &p, i < FLAP_RESULTS - 1, i + 1);
		flap_add(&oldest, &p, i == 0, i + 1);
		flap_add(&all, &p, i % 2, i + 1);
	}
	ok(flap_permille(&newest) == 62 && flap_permille(&oldest) == 37,
	   "the newest change weighs 1.25, the oldest 0.75: %d and %d permille",
	   flap_permille(&newest), flap_permille(&oldest));
	ok(flap_permille(&all) == 1000 && flap_changes(&all) == 20 && flap_since_us(&all) == 2,
	   "20 changes are 100 %%, the first was the second result");
	for (int i = 0; i < FLAP_RESULTS * 2 + 3; i++)
		flap_add(&all, &p, i % 2, 100 + i);
	ok(flap_since_us(&all) == 100 + FLAP_RESULTS * 2 + 3 - 20,
	   "the times of the last results stay with them: %d", (int)flap_since_us(&all));
}

static void test_policies(void)
{
	static const char *const bad[] = {"",	 "yes",	  "20%",	"40%-20%",  "-1-20",
					  "20-", "20-101", "20%-40% ", "20% - 40%", "0-0"};
	struct flap_policy p = {.low = 7, .high = 8};

	for (size_t n = 0; n < sizeof bad / sizeof *bad; n++)
		ok(!flap_policy_parse(&p, bad[n]) && p.low == 7 && p.high == 8,
		   "'%s' is no policy", bad[n]);
	ok(flap_policy_parse(&p, "5-20") && p.low == 5 && p.high == 20 && !p.is_off,
	   "5-20 is one");
}

/* A letter alone goes at once; with others on their way it waits for the window; the seventh of a
 * minute waits for the first to be a minute old. */
static void test_storm(void)
{
	struct storm_rate r = {0};
	int64_t at = 1000 * SECOND;

	ok(storm_goes_us(&r, at, false) == at, "nothing else is due: at once");
	ok(storm_goes_us(&r, at, true) == at + STORM_WINDOW_US, "more may join: the window");
	for (int i = 0; i < STORM_LETTERS; i++) {
		ok(storm_goes_us(&r, at, false) == at, "letter %d of a minute", i + 1);
		storm_sent(&r, at + i);
	}
	ok(storm_goes_us(&r, at, false) == at + STORM_MINUTE_US, "one more waits");
	ok(storm_goes_us(&r, at + 2 * STORM_MINUTE_US, false) == at + 2 * STORM_MINUTE_US,
	   "two minutes later it does not");
}

static const struct {
	const char *hours;
	int minute; /* of 2026-11-23, a Monday */
	int begins; /* -1: never */
} hours[] = {
	{"Mon-Fri 08:00-18:00", 479, 480},    {"Mon-Fri 08:00-18:00", 480, 480},
	{"Mon-Fri 08:00-18:00", 1079, 1079},  {"Mon-Fri 08:00-18:00", 1080, 1920},
	{"Mon-Sun 22:00-07:00", 0, 0},	      {"Mon-Sun 22:00-07:00", 419, 419},
	{"Mon-Sun 22:00-07:00", 420, 1320},   {"Sun 22:00-07:00", 60, 60},
	{"Sun 23:00-24:00", 0, 6 * 1440 + 1380}, {"Mon 00:00-24:00", 1439, 1439},
	{"Mon 00:00-24:00", 1440, 7 * 1440},  {"Mon 08:00-08:00", 100, 480},
};

static void test_hours(void)
{
	int64_t midnight = zone_days(2026, 11, 23) * 1440, got;
	struct text wrong = {0};

	for (size_t n = 0; n < sizeof hours / sizeof *hours; n++) {
		struct hours h = {0};

		hours_add(&h, hours[n].hours, &wrong);
		got = alert_hours_from(&h, NULL, (midnight + hours[n].minute) * 60 * SECOND);
		ok(got == (midnight + hours[n].begins) * 60 * SECOND, "%s at minute %d: %lld",
		   hours[n].hours, hours[n].minute, (long long)(got / 60 / SECOND - midnight));
	}
	ok(alert_hours_from(&(struct hours){0}, NULL, 5) == 5, "no hours: always");
	text_release(&wrong);
}

int main(void)
{
	test_flapping();
	test_weights();
	test_policies();
	test_storm();
	test_hours();
	return done_testing();
}
