/* Planned spans: what is read, and which one comes next, once and again, over changes of the clock.
 */
#include <stdlib.h>

#include "../../core/base/clock.h"
#include "../../core/base/recur.h"
#include "../lib/tap.h"

#define START "2026-11-21T22:00:00Z"
#define END   "2026-11-22T02:00:00Z"

static const struct {
	const char *start, *end, *cron, *length, *zone;
	const char *at, *from, *to; /* "" none */
} table[] = {
	{START, END, "", "", "UTC", "2026-11-01T00:00:00Z", START, END},
	{START, END, "", "", "UTC", "2026-11-22T01:59:59Z", START, END},
	{START, END, "", "", "UTC", END, "", ""},
	/* Sundays at 2 for two hours: before, in it, at its end */
	{"", "", "0 2 * * sun", "2h", "UTC", "2026-11-20T00:00:00Z", "2026-11-22T02:00:00Z",
	 "2026-11-22T04:00:00Z"},
	{"", "", "0 2 * * sun", "2h", "UTC", "2026-11-22T03:59:59Z", "2026-11-22T02:00:00Z",
	 "2026-11-22T04:00:00Z"},
	{"", "", "0 2 * * sun", "2h", "UTC", "2026-11-22T04:00:00Z", "2026-11-29T02:00:00Z",
	 "2026-11-29T04:00:00Z"},
	/* the clock of the zone: 2 in Berlin is 1 UTC in winter, 0 UTC in summer */
	{"", "", "0 2 * * sun", "2h", "Europe/Berlin", "2026-11-20T00:00:00Z",
	 "2026-11-22T01:00:00Z", "2026-11-22T03:00:00Z"},
	{"", "", "0 2 * * sun", "2h", "Europe/Berlin", "2026-07-01T00:00:00Z",
	 "2026-07-05T00:00:00Z", "2026-07-05T02:00:00Z"},
	/* its hour is skipped, then repeated: as long as ever */
	{"", "", "30 2 * * *", "1h", "Europe/Berlin", "2026-03-29T00:00:00Z",
	 "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"},
	{"", "", "30 2 * * *", "1h", "Europe/Berlin", "2026-10-25T00:00:00Z",
	 "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"},
	/* longer than the time between: each in turn */
	{"", "", "0 * * * *", "90m", "UTC", "2026-11-21T10:10:00Z", "2026-11-21T09:00:00Z",
	 "2026-11-21T10:30:00Z"},
	{"", "", "0 * * * *", "90m", "UTC", "2026-11-21T10:30:00Z", "2026-11-21T10:00:00Z",
	 "2026-11-21T11:30:00Z"},
	/* within bounds, cut by them */
	{"2026-11-21T10:00:00Z", "2026-11-21T12:00:00Z", "30 * * * *", "1h", "UTC",
	 "2026-11-01T00:00:00Z", "2026-11-21T10:00:00Z", "2026-11-21T10:30:00Z"},
	{"2026-11-21T10:00:00Z", "2026-11-21T12:00:00Z", "30 * * * *", "1h", "UTC",
	 "2026-11-21T11:30:00Z", "2026-11-21T11:30:00Z", "2026-11-21T12:00:00Z"},
	{"2026-11-21T10:00:00Z", "2026-11-21T12:00:00Z", "30 * * * *", "1h", "UTC",
	 "2026-11-21T12:00:00Z", "", ""},
};

static void show(struct text *t, int64_t us)
{
	text_clear(t);
	clock_add_utc(t, us, 0);
}

static void test_next(void)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct recur_words w = {table[i].start, table[i].end, table[i].cron,
					table[i].length};
		struct text wrong = {0}, from = {0}, to = {0};
		struct zone *z = zone_open(table[i].zone, &wrong);
		const char *option = "";
		int64_t at_us, from_us, to_us;
		struct recur r;
		bool is_read = recur_parse(&r, &w, z, &option, &wrong);

		clock_parse_utc(table[i].at, &at_us);
		if (is_read && recur_next(&r, at_us, &from_us, &to_us)) {
			show(&from, from_us);
			show(&to, to_us);
		}
		ok(is_read && !strcmp(text_get(&from), table[i].from) &&
			   !strcmp(text_get(&to), table[i].to),
		   "%s %s %s at %s: %s to %s %s", table[i].start, table[i].cron, table[i].zone,
		   table[i].at, text_get(&from), text_get(&to), text_get(&wrong));
		zone_close(z);
		text_release(&wrong);
		text_release(&from);
		text_release(&to);
	}
}

static const struct {
	const char *start, *end, *cron, *length, *option;
} broken[] = {
	{"", "", "", "", "start"},
	{START, "", "", "", "end"},
	{"", END, "", "", "start"},
	{END, START, "", "", "end"},
	{START, START, "", "", "end"},
	{"tomorrow", END, "", "", "start"},
	{START, "2026-11-32", "", "", "end"},
	{START, END, "", "2h", "for"},
	{"", "", "0 2 * *", "2h", "cron"},
	{"", "", "0 2 * * sun", "", "for"},
	{"", "", "0 2 * * sun", "soon", "for"},
	{"", "", "0 2 * * sun", "59s", "for"},
	{"", "", "0 2 * * sun", "32d", "for"},
	{END, START, "0 2 * * sun", "2h", "end"},
};

static void test_broken(void)
{
	struct text none = {0};
	struct zone *z = zone_open("UTC", &none);

	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct recur_words w = {broken[i].start, broken[i].end, broken[i].cron,
					broken[i].length};
		struct text wrong = {0};
		const char *option = "";
		struct recur r;

		ok(!recur_parse(&r, &w, z, &option, &wrong) && wrong.size &&
			   !strcmp(option, broken[i].option),
		   "'%s' '%s' '%s' '%s' is refused: %s: %s", broken[i].start, broken[i].end,
		   broken[i].cron, broken[i].length, option, text_get(&wrong));
		text_release(&wrong);
	}
	zone_close(z);
	text_release(&none);
}

int main(void)
{
	test_next();
	test_broken();
	return done_testing();
}
