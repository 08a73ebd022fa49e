/* tests/lib/charts.h: charts of every kind and extreme, as samples by name. `seed` decides what is
 * random in them; `berlin` must be open. */
#ifndef NINES_TESTS_CHARTS_H
#define NINES_TESTS_CHARTS_H

#include <stdio.h>

#include "../../core/render/page.h"

#define S INT64_C(1000000)
#define DAY (86400 * S)
#define AUGUST (INT64_C(1785535200) * S) /* 2026-08-01 00:00 in Berlin */

static struct zone *berlin;
static uint64_t seed;

static int64_t below(int64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((seed >> 33) % (uint64_t)n);
}

static int64_t day_us(int64_t from_us, int days)
{
	struct civil c = zone_civil(berlin, from_us / S);

	return zone_instant(berlin, (struct civil){c.year, c.month, c.day + days, 0, 0, 0}) * S;
}

static const struct page_value none;

static void add_days(struct page *p, int64_t from_us, int days, int oddness)
{
	for (int i = 0; i < days; i++) {
		struct page_point at = {.from_us = day_us(from_us, i),
					.to_us = day_us(from_us, i + 1),
					.state = PAGE_STATE_UP};

		if (!below(oddness))
			at.state = (uint32_t)below(PAGE_STATE_DOWN + 1);
		if (!below(oddness))
			at.state = PAGE_STATE_DOWN;
		if (at.state == PAGE_STATE_DOWN)
			at.value = (S * 45) << below(9);
		page_chart_point(p, &at);
	}
}

static void calendar(struct page *p, const char *key, const char *title, int64_t from_us, int days)
{
	const struct page_chart c = {.kind = PAGE_CALENDAR,
				     .type = PAGE_SECONDS,
				     .title = title,
				     .key = key,
				     .value_key = "down_s",
				     .from_us = from_us,
				     .to_us = day_us(from_us, days)};

	page_chart(p, &c);
	page_chart_series(p, "web", none);
	add_days(p, from_us, days, 8);
}

static void month(struct page *p)
{
	calendar(p, "days", "Days of web, August 2026", AUGUST, 31);
}

/* Two of its days have 23 and 25 hours. */
static void year(struct page *p)
{
	calendar(p, NULL, "Days of web, 2026", INT64_C(1767222000) * S, 365);
}

static void decade(struct page *p)
{
	calendar(p, NULL, "Days of web since 2016", INT64_C(1451602800) * S, 3653);
}

static const char *const name[] = {
	"web", "<b>bold</b> & \"quoted\" <script>alert(1)</script>", "=SUM(A1:A9)",
	"\xd7\x90\xd7\xaa\xd7\xa8 \xd7\x94\xd7\x97\xd7\xa0\xd7\x95\xd7\xaa",
	"\xd8\xa7\xd9\x84\xd9\x85\xd8\xaa\xd8\xac\xd8\xb1 \xd8\xa7\xd9\x84\xd8\xa5\xd9\x84\xd9\x83"
	"\xd8\xaa\xd8\xb1\xd9\x88\xd9\x86\xd9\x8a \xd8\xa7\xd9\x84\xd9\x83\xd8\xa8\xd9\x8a\xd8\xb1",
	"\xe5\x95\x86\xe5\xba\x97\xe7\xb6\xb2\xe7\xab\x99\xe3\x81\xae\xe6\x94\xaf\xe6\x89\x95\xe3"
	"\x81\x84\xe7\xaa\x93\xe5\x8f\xa3\xe3\x81\xa8\xe9\x85\x8d\xe9\x80\x81",
	"WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"
	"WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"
	"WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
	"tab\tnewline\nescape\x1b[31m override\xe2\x80\xae" "cba bad\xff\xfe",
};
#define NAMES (sizeof name / sizeof *name)

static void bars(struct page *p)
{
	const struct page_chart c = {.kind = PAGE_BARS,
				     .type = PAGE_SECONDS,
				     .title = "Availability of the last 90 days",
				     .key = "bars",
				     .from_us = AUGUST,
				     .to_us = day_us(AUGUST, 90)};

	page_chart(p, &c);
	for (size_t i = 0; i < NAMES; i++) {
		page_chart_series(p, name[i],
				  page_value(PAGE_PERCENT, i ? 99999999 - 123456 * (int64_t)i
							     : 100000000));
		add_days(p, AUGUST, 90, i ? 20 : 1000);
	}
}

static void many_bars(struct page *p)
{
	const struct page_chart c = {.kind = PAGE_BARS,
				     .type = PAGE_SECONDS,
				     .title = "Thirty checks, a year of days",
				     .from_us = AUGUST,
				     .to_us = day_us(AUGUST, 365)};
	char check[32];

	page_chart(p, &c);
	for (int i = 0; i < 30; i++) {
		snprintf(check, sizeof check, "check-%02d", i);
		page_chart_series(p, check, page_value(PAGE_PERCENT, 99998700));
		add_days(p, AUGUST, 365, 40);
	}
}

static void spans(struct page *p)
{
	const struct page_chart c = {.kind = PAGE_SPANS,
				     .title = "Incidents",
				     .key = "incidents",
				     .from_us = AUGUST,
				     .to_us = day_us(AUGUST, 31)};

	page_chart(p, &c);
	for (size_t i = 0; i < NAMES; i++) {
		int64_t at_us = AUGUST;

		page_chart_series(p, name[i], i % 3 == 2 ? page_text("3 of 4") : none);
		while (i && (at_us += below(9 * 86400) * S) < day_us(AUGUST, 31)) {
			const struct page_point at = {
				.from_us = at_us,
				.to_us = at_us + (S * 60 << below(12)),
				.state = (uint32_t)(below(3) ? PAGE_STATE_DOWN : 2 + below(4))};

			page_chart_point(p, &at);
		}
	}
}

static void waterfall(struct page *p)
{
	static const struct {
		const char *step;
		int64_t to_us;
		bool has_failed;
	} step[] = {{"resolve", 1800, false},   {"connect", 14100, false},
		    {"tls", 48700, false},      {"request", 48900, false},
		    {"first-byte", 211000, false}, {"body@1", 237312, true}};
	const struct page_chart c = {.kind = PAGE_WATERFALL,
				     .type = PAGE_ELAPSED,
				     .title = "The slowest probe, 2026-08-14 12:30:00",
				     .key = "slowest",
				     .to_us = 237312};

	page_chart(p, &c);
	for (size_t i = 0; i < sizeof step / sizeof *step; i++) {
		const struct page_point at = {
			.from_us = i ? step[i - 1].to_us : 0,
			.to_us = step[i].to_us,
			.state = step[i].has_failed ? PAGE_STATE_DOWN : PAGE_STATE_UP};

		page_chart_series(p, step[i].step,
				  page_value(PAGE_ELAPSED, at.to_us - at.from_us));
		page_chart_point(p, &at);
	}
}

static void add_values(struct page *p, int64_t about, int64_t spread, int points, int64_t every_us)
{
	for (int i = 0; i < points; i++) {
		const struct page_point at = {
			.from_us = AUGUST + i * every_us,
			.to_us = AUGUST + (i + 1) * every_us,
			.value = i % 41 == 40 ? PAGE_UNKNOWN : about + below(spread)};

		page_chart_point(p, &at);
	}
}

static void band_of(struct page *p, const char *title, int64_t worst, int points, int64_t every_us)
{
	const struct page_chart c = {.kind = PAGE_BAND,
				     .type = PAGE_ELAPSED,
				     .title = title,
				     .key = points > 1 ? NULL : "times",
				     .from_us = AUGUST,
				     .to_us = AUGUST + points * every_us};

	page_chart(p, &c);
	page_chart_series(p, "p50", none);
	seed = 7;
	add_values(p, 42000, 9000, points, every_us);
	page_chart_series(p, "p95", none);
	seed = 7;
	add_values(p, 60000, 30000, points, every_us);
	page_chart_series(p, "p99", none);
	seed = 7;
	add_values(p, 100000, worst, points, every_us);
}

static void band(struct page *p)
{
	band_of(p, "Response time of web", 90000, 124, 6 * 3600 * S);
}

static void steep(struct page *p)
{
	band_of(p, "Response time of web, a day with outliers", 9000000, 96, 900 * S);
}

static void one_point(struct page *p)
{
	band_of(p, "Response time, one hour", 100, 1, 3600 * S);
}

static void many_points(struct page *p)
{
	band_of(p, "Response time, ten thousand points", 90000, 10000, 60 * S);
}

static void stack_of(struct page *p, const char *title, size_t steps)
{
	static const char *const step[] = {"resolve", "connect", "tls",  "request", "first-byte",
					   "body",    "query",   "auth", "mail",    "rcpt"};
	const struct page_chart c = {.kind = PAGE_STACK,
				     .type = PAGE_ELAPSED,
				     .title = title,
				     .key = "mean",
				     .value_key = "mean_us",
				     .from_us = AUGUST,
				     .to_us = day_us(AUGUST, 31)};

	page_chart(p, &c);
	for (size_t i = 0; i < steps; i++) {
		page_chart_series(p, step[i], none);
		add_values(p, 2000 * (int64_t)(1 + i * i), 4000, 124, 6 * 3600 * S);
	}
}

static void stack(struct page *p)
{
	stack_of(p, "Where the time goes", 5);
}

static void high_stack(struct page *p)
{
	stack_of(p, "Ten steps", 10);
}

static void burn_of(struct page *p, const char *title, int64_t whole, int64_t most,
		    int64_t times)
{
	const struct page_chart c = {.kind = PAGE_BURN,
				     .type = PAGE_SECONDS,
				     .title = title,
				     .key = "budget",
				     .value_key = "left_s",
				     .from_us = AUGUST,
				     .to_us = day_us(AUGUST, 31)};
	struct page_point at = {.from_us = AUGUST, .to_us = AUGUST, .value = whole};

	page_chart(p, &c);
	page_chart_series(p, "web", none);
	page_chart_point(p, &at);
	for (int i = 0; i < (times > 1 ? 31 : 24); i++) { /* else the month goes on */
		at.from_us = day_us(AUGUST, i);
		at.to_us = day_us(AUGUST, i + 1);
		at.value -= below(4) ? 0 : times * below(most);
		page_chart_point(p, &at);
	}
}

static void burn(struct page *p)
{
	burn_of(p, "Error budget of web, 99.9 %", 2678 * S, 400 * S, 1);
}

static void overdrawn(struct page *p)
{
	burn_of(p, "Error budget of web, 99.99 %", 267 * S, 300 * S, 1);
}

/* What is left takes more room than there is behind the end of the line. */
static void far_overdrawn(struct page *p)
{
	burn_of(p, "Error budget of web, overdrawn by days", 13000 * S, 400 * S, 99);
}

static void plenty(struct page *p)
{
	burn_of(p, "Error budget of a year", 12 * 86400 * S, 400 * S, 99);
}

/* A day of 25 hours, spans of no length at both ends, one beyond the whole. */
static void edges(struct page *p)
{
	const int64_t from_us = INT64_C(1761343200) * S; /* 2025-10-25 00:00 in Berlin */
	const struct page_chart c = {.kind = PAGE_SPANS,
				     .title = "Two days, one of 25 hours",
				     .from_us = from_us,
				     .to_us = from_us + 49 * 3600 * S};
	const struct page_point at[] = {
		{from_us, from_us, 0, PAGE_STATE_DOWN},
		{from_us + 26 * 3600 * S, from_us + 27 * 3600 * S, 0, PAGE_STATE_DEGRADED},
		{c.to_us, c.to_us, 0, PAGE_STATE_DOWN},
	};
	const struct page_point whole = {from_us - DAY, c.to_us + DAY, 0, PAGE_STATE_MAINTENANCE};

	page_chart(p, &c);
	page_chart_series(p, "moments", none);
	for (size_t i = 0; i < sizeof at / sizeof *at; i++)
		page_chart_point(p, &at[i]);
	page_chart_series(p, "longer than the chart", none);
	page_chart_point(p, &whole);
}

/* Times of nothing at all, and of hours. */
static void still(struct page *p)
{
	const struct page_chart c = {.kind = PAGE_STACK,
				     .type = PAGE_ELAPSED,
				     .title = "Nothing took any time",
				     .from_us = AUGUST,
				     .to_us = day_us(AUGUST, 31)};

	page_chart(p, &c);
	page_chart_series(p, "resolve", none);
	add_values(p, 0, 1, 31, DAY);
}

static void slow(struct page *p)
{
	band_of(p, "Response time, a job of hours", 5 * 3600 * S, 3650, DAY);
}

static void unknown(struct page *p)
{
	const struct page_chart c = {.kind = PAGE_BAND,
				     .type = PAGE_ELAPSED,
				     .title = "All unknown",
				     .from_us = AUGUST,
				     .to_us = day_us(AUGUST, 31)};

	page_chart(p, &c);
	page_chart_series(p, "p50", none);
	for (int i = 0; i < 31; i++) {
		const struct page_point at = {.from_us = day_us(AUGUST, i),
					      .to_us = day_us(AUGUST, i + 1),
					      .value = PAGE_UNKNOWN};

		page_chart_point(p, &at);
	}
}

static void empty(struct page *p)
{
	for (uint32_t kind = 0; kind <= PAGE_BURN; kind++) {
		const struct page_chart c = {.kind = kind,
					     .type = PAGE_ELAPSED,
					     .title = "Nothing",
					     .from_us = AUGUST,
					     .to_us = AUGUST + (kind % 2) * DAY};

		page_chart(p, &c);
		if (kind > PAGE_WATERFALL)
			page_chart_series(p, "none", none);
	}
}

static void quiet(struct page *p)
{
	const struct page_chart c = {.kind = PAGE_SPANS,
				     .title = "Incidents of a month without any",
				     .from_us = AUGUST,
				     .to_us = day_us(AUGUST, 31)};

	page_chart(p, &c);
	page_chart_series(p, "web", page_text("none"));
}

static const struct {
	const char *name;
	void (*fill)(struct page *);
} sample[] = {
	{"calendar", month},	 {"calendar-year", year}, {"bars", bars},
	{"spans", spans},	 {"waterfall", waterfall}, {"band", band},
	{"band-log", steep},	 {"stack", stack},	  {"stack-high", high_stack},
	{"burn", burn},		 {"burn-over", overdrawn}, {"band-one", one_point},
	{"burn-far", far_overdrawn}, {"burn-plenty", plenty}, {"spans-edges", edges},
	{"stack-still", still},	 {"band-decade", slow},
	{"unknown", unknown},	 {"quiet", quiet},	  {"empty", empty},
	{"calendar-long", decade}, {"bars-many", many_bars}, {"band-many", many_points},
};
#define SAMPLES (sizeof sample / sizeof *sample)

#endif
