/* Zones against glibc: 1970 to 2037 and far beyond by the footer rule, gaps and repeated hours. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../core/base/zone.h"
#include "../lib/tap.h"

static const char *const name[] = {
	"Europe/Berlin",   "Australia/Lord_Howe", "America/New_York", "America/St_Johns",
	"Asia/Kathmandu",  "Africa/Casablanca",   "Pacific/Apia",     "America/Sao_Paulo",
	"Europe/Dublin",   "Antarctica/Troll",    "Asia/Gaza",        "Asia/Tehran",
	"America/Caracas", "Pacific/Kiritimati",  "America/Nuuk",     "Etc/GMT+5"};

static bool agrees_at(const struct zone *z, int64_t at_s)
{
	time_t t = (time_t)at_s;
	struct civil c = zone_civil(z, at_s);
	struct tm tm;

	localtime_r(&t, &tm);
	return zone_offset(z, at_s, NULL) == tm.tm_gmtoff && c.year == tm.tm_year + 1900 &&
	       c.month == tm.tm_mon + 1 && c.day == tm.tm_mday && c.hour == tm.tm_hour &&
	       c.minute == tm.tm_min && c.second == tm.tm_sec;
}

static void against_glibc(const char *zone, int from_year, int to_year, int64_t step_s)
{
	struct text wrong = {0};
	struct zone *z = zone_open(zone, &wrong);
	int64_t at_s = zone_days(from_year, 1, 1) * 86400,
		end_s = zone_days(to_year + 1, 1, 1) * 86400, bad = 0;

	setenv("TZ", zone, 1);
	tzset();
	for (; z && at_s < end_s && !bad; at_s += step_s)
		if (!agrees_at(z, at_s) || !agrees_at(z, at_s - 1))
			bad = at_s;
	ok(z && !bad, "%s %d-%d as glibc says it (first difference: %lld)", zone, from_year,
	   to_year, (long long)bad);
	zone_close(z);
	text_release(&wrong);
}

static const struct {
	const char *zone;
	struct civil local;
	int64_t utc_s;
	const char *about;
} instant[] = {
	{"UTC", {1970, 1, 1, 0, 0, 0}, 0, "the beginning"},
	{"Europe/Berlin",
	 {2026, 3, 29, 2, 30, 0},
	 1774747800,
	 "a skipped time lies behind the change"},
	{"Europe/Berlin",
	 {2026, 10, 25, 2, 30, 0},
	 1792888200,
	 "of a repeated time the first counts"},
	{"Australia/Lord_Howe", {2026, 10, 4, 2, 15, 0}, 1791042300, "a change of half an hour"},
	{"Europe/Berlin", {2026, 13, 1, 0, 0, 0}, 1798758000, "month 13 is next January"},
	{"Europe/Berlin", {2400, 2, 29, 12, 0, 0}, 13574602800, "a leap day by the footer rule"},
	{"UTC", {2038, 1, 19, 3, 14, 8}, 2147483648, "past 2038"},
};

static void instants(void)
{
	struct text wrong = {0};

	for (size_t i = 0; i < sizeof instant / sizeof *instant; i++) {
		struct zone *z = zone_open(instant[i].zone, &wrong);
		int64_t got = z ? zone_instant(z, instant[i].local) : -1;

		ok(got == instant[i].utc_s, "%s: %s (%lld)", instant[i].zone, instant[i].about,
		   (long long)got);
		zone_close(z);
	}
	text_release(&wrong);
}

static void all_instants(void)
{
	static const struct {
		struct civil local;
		int count;
		int64_t utc_s[2];
		const char *about;
	} time[] = {{{2026, 3, 29, 2, 30, 0}, 0, {0}, "a skipped time is none"},
		    {{2026, 3, 29, 3, 0, 0}, 1, {1774746000}, "the first one behind a gap"},
		    {{2026, 10, 25, 2, 0, 0}, 2, {1792886400, 1792890000}, "a time twice"},
		    {{2026, 10, 25, 3, 0, 0}, 1, {1792893600}, "the first one that is once"},
		    {{2026, 7, 1, 12, 0, 0}, 1, {1782900000}, "a time in summer"}};
	struct text wrong = {0};
	struct zone *z = zone_open("Europe/Berlin", &wrong);

	for (size_t i = 0; z && i < sizeof time / sizeof *time; i++) {
		int64_t got[2] = {0};

		ok(zone_instants(z, time[i].local, got) == time[i].count &&
			   got[0] == time[i].utc_s[0] && got[1] == time[i].utc_s[1],
		   "all instants: %s", time[i].about);
	}
	zone_close(z);
	text_release(&wrong);
}

static void dates(void)
{
	bool fine = true;

	for (int64_t d = -800000; d < 800000; d++) {
		struct civil c = zone_date(d);

		fine = fine && zone_days(c.year, c.month, c.day) == d;
	}
	ok(fine, "dates of 4,380 years go there and back");
}

static void refusals(void)
{
	static const char *const bad[] = {
		"",       "Mars/Olympus", "../../etc/passwd", "/etc/passwd",
		"Europe", "zone.tab",     "Europe/Berlin\n"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct text wrong = {0};

		ok(!zone_open(bad[i], &wrong) && wrong.size, "refused: %.*s",
		   (int)strcspn(text_get(&wrong), "\n"), text_get(&wrong));
		text_release(&wrong);
	}
}

/* A process that may open no file has the bytes of another's. */
static void from_bytes(void)
{
	struct text wrong = {0};
	struct zone *z = zone_open("Europe/Berlin", &wrong), *copy;
	bool is_same = true;
	size_t size;
	const char *bytes = zone_bytes(z, &size);

	copy = zone_of_bytes("Europe/Berlin", bytes, size, &wrong);
	for (int64_t at_s = 0; copy && at_s < INT64_C(3000000000); at_s += 86400)
		is_same = is_same && zone_offset(copy, at_s, NULL) == zone_offset(z, at_s, NULL);
	ok(copy && is_same && !strcmp(zone_name(copy), "Europe/Berlin"), "a zone of its bytes");
	ok(!zone_of_bytes("Europe/Berlin", bytes, size / 2, &wrong) && wrong.size, "not of half");
	ok(!zone_of_bytes("../passwd", bytes, size, &wrong), "not under any name");
	zone_close(copy);
	zone_close(z);
	text_release(&wrong);
}

int main(void)
{
	for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
		against_glibc(name[i], 1970, 2037, i < 2 ? 1800 : 4 * 3600);
		against_glibc(name[i], 2038, 2440, 25 * 3600);
	}
	instants();
	all_instants();
	dates();
	refusals();
	from_bytes();
	return done_testing();
}
