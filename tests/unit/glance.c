/* tests/unit/glance: days as letters, and what is called better or worse. */
#include <nines/report.h>

#include "../lib/tap.h"

#define MINUTE INT64_C(60000000)
#define DAY    (1440 * MINUTE)

static const struct {
	const char *what, *letter;
	struct page_day day;
} day[] = {
	{"up", "u", {.state = PAGE_STATE_UP, .known_us = DAY}},
	{"degraded", "g", {.state = PAGE_STATE_DEGRADED, .known_us = DAY}},
	{"a minute down",
	 "P",
	 {.state = PAGE_STATE_DOWN, .known_us = DAY, .counted_down_us = MINUTE}},
	{"all but half of it",
	 "P",
	 {.state = PAGE_STATE_DOWN, .known_us = DAY, .counted_down_us = DAY / 2 - 1}},
	{"half of it",
	 "D",
	 {.state = PAGE_STATE_DOWN, .known_us = DAY, .counted_down_us = DAY / 2}},
	{"unknown", "?", {.state = PAGE_STATE_UNKNOWN}},
	{"maintenance", "m", {.state = PAGE_STATE_MAINTENANCE}},
	{"outside the hours", "m", {.state = PAGE_STATE_OUTSIDE}},
	{"not monitored", "-", {.state = PAGE_STATE_NONE}},
	{"of a newer host", "-", {.state = 99}},
};

/* Known time, what of it was down, how exact that is: of now and of before. */
static const struct {
	const char *what;
	int64_t known_us, down_us, exact_us, was_known_us, was_down_us, was_exact_us;
	enum page_trend trend;
} row[] = {
	{"nothing happened", DAY, 0, 0, DAY, 0, 0, PAGE_TREND_SAME},
	{"one failed probe is not more than the interval", DAY, MINUTE, MINUTE, DAY, 0, 0,
	 PAGE_TREND_SAME},
	{"a microsecond more is", DAY, MINUTE + 1, MINUTE, DAY, 0, 0, PAGE_TREND_WORSE},
	{"and the other way round", DAY, 0, 0, DAY, MINUTE + 1, MINUTE, PAGE_TREND_BETTER},
	{"both are inexact", DAY, 5 * MINUTE, 2 * MINUTE, DAY, 2 * MINUTE, MINUTE, PAGE_TREND_SAME},
	{"a shorter span with the same share", DAY / 2, 10 * MINUTE, 0, DAY, 20 * MINUTE, 0,
	 PAGE_TREND_SAME},
	{"events are exact", DAY, 1, 0, DAY, 0, 0, PAGE_TREND_WORSE},
	{"half a span is enough to compare", DAY / 2, 0, 0, DAY, DAY, 0, PAGE_TREND_BETTER},
	{"less is not", DAY / 2 - 1, 0, 0, DAY, DAY, 0, PAGE_TREND_UNKNOWN},
	{"nor before", DAY, 0, 0, DAY / 2 - 1, DAY, 0, PAGE_TREND_UNKNOWN},
	{"nothing is known", 0, 0, 0, 0, 0, 0, PAGE_TREND_UNKNOWN},
	{"years do not overflow", 3650 * DAY, 3650 * DAY, 365 * DAY, 3650 * DAY, 0, 0,
	 PAGE_TREND_WORSE},
};

int main(void)
{
	for (size_t i = 0; i < sizeof day / sizeof *day; i++) {
		char letter[] = {page_glance(&day[i].day), '\0'};

		same(letter, day[i].letter, day[i].what);
	}
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		int64_t span_us = row[i].known_us > DAY ? row[i].known_us : DAY;
		struct page_figures now = {.span_us = span_us,
					   .known_us = row[i].known_us,
					   .counted_down_us = row[i].down_us,
					   .resolution_us = row[i].exact_us},
				    before = {.span_us = span_us,
					      .known_us = row[i].was_known_us,
					      .counted_down_us = row[i].was_down_us,
					      .resolution_us = row[i].was_exact_us};

		ok(page_trend(&now, &before) == row[i].trend, "%s", row[i].what);
	}
	return done_testing();
}
