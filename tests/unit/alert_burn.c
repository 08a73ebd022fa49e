/* Alerts by burn rate: the engine against a count of every second of random days, which pairs the
 * sampling can carry, and what a keeper that begins anew neither begins nor ends. */
#include <stdlib.h>

#include "../../core/alert/burn.h"
#include "../lib/tap.h"

#define SECOND  INT64_C(1000000)
#define DAYS    5
#define SECONDS (DAYS * 86400)
#define BEGIN   (INT64_C(100000) * 60 + 17) /* seconds; its minutes do not begin with ours */
#define LINES   40

static uint64_t seed;

static int64_t below(int64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((seed >> 33) % (uint64_t)n);
}

/* What each second was in the end, and the sums up to it. */
static struct {
	uint8_t time[SECONDS], told[SECONDS]; /* as it is told: open ones too */
	int since[SECONDS]; /* of what is told */
	int bad[SECONDS + 1], known[SECONDS + 1];
} line;

static bool on[BURN_PAIRS];

static enum burn_time settle(enum burn_time time, enum burn_time next, bool blips_are_up)
{
	if (time != BURN_OPEN)
		return time;
	return next == BURN_NEITHER                ? BURN_NEITHER
	       : next == BURN_GOOD && blips_are_up ? BURN_GOOD
						   : BURN_BAD;
}

static int64_t length_of(enum burn_time t)
{
	static const int64_t most[] = {1800, 40000, 3600, 60};

	return 1 + below(below(3) ? most[t] : most[t] / 10);
}

static void invent(bool blips_are_up)
{
	enum burn_time now = BURN_NEITHER, next;

	for (int at = 0, end; at < SECONDS; at = end, now = next) {
		next = (enum burn_time)((now + 1 + below(3)) % 4);
		end = at + (int)length_of(now);
		end = end < SECONDS ? end : SECONDS;
		for (int i = at; i < end; i++) {
			line.told[i] = (uint8_t)now;
			line.since[i] = at;
			line.time[i] = (uint8_t)settle(now, next, blips_are_up);
		}
	}
	for (int i = 0; i < SECONDS; i++) {
		line.bad[i + 1] = line.bad[i] + (line.time[i] == BURN_BAD);
		line.known[i + 1] = line.known[i] + (line.time[i] != BURN_NEITHER);
	}
}

/* Seconds of a window that ends at `to`, of what is known by then. */
static void count(int to, int64_t width_us, int64_t *bad_us, int64_t *known_us)
{
	int64_t from = to - width_us / SECOND, end = to;

	if (width_us > 6 * 3600 * SECOND) /* at the next full ten minutes of the engine's clock */
		from = (from + BEGIN + 599) / 600 * 600 - BEGIN;
	from = from < 0 ? 0 : from;
	if (line.told[to - 1] == BURN_OPEN && to < SECONDS && line.told[to] == BURN_OPEN)
		end = line.since[to - 1];
	end = end < from ? from : end;
	*bad_us = (line.bad[end] - line.bad[from]) * SECOND;
	*known_us = (line.known[end] - line.known[from]) * SECOND;
}

static bool brute(int pair, int to, int64_t target_micro)
{
	const struct burn_pair *p = &burn_pair[pair];
	int64_t bad, known, long_bad, ignored;

	count(to, p->short_us, &bad, &known);
	count(to, p->long_us, &long_bad, &ignored);
	if (on[pair])
		return burn_milli(bad + p->short_us - known, p->short_us, target_micro) >=
		       p->rate_milli;
	return burn_milli(bad, p->short_us, target_micro) >= p->rate_milli &&
	       burn_milli(long_bad, p->long_us, target_micro) >= p->rate_milli;
}

static bool agrees(const struct burn *b, int to)
{
	bool is_fine = true;

	for (int i = 0; i < BURN_PAIRS; i++) {
		on[i] = brute(i, to, b->target_micro);
		is_fine &= on[i] == b->is_on[i];
		if (on[i] != b->is_on[i])
			printf("# second %d, pair %d: %d, not %d\n", to, i, b->is_on[i], on[i]);
	}
	return is_fine;
}

static void test_line(int n)
{
	static const int64_t target[] = {90000000, 95000000, 99000000, 99900000};
	struct burn *b = calloc(1, sizeof *b);
	int changes = 0;
	bool is_fine = true, was = false;

	seed = (uint64_t)n * 7919 + 1;
	b->target_micro = target[n % 4];
	b->blips_are_up = n % 3 == 0;
	invent(b->blips_are_up);
	memset(on, 0, sizeof on);
	for (int at = 0; at < SECONDS && is_fine; at++) {
		if (at)
			burn_set(b, (enum burn_time)line.told[at], (BEGIN + at) * SECOND);
		if ((BEGIN + at) % 60 || !at)
			continue;
		burn_look(b, (BEGIN + at) * SECOND);
		is_fine = agrees(b, at);
		changes += was != (burn_of(b, BURN_PAGE) != NULL);
		was = burn_of(b, BURN_PAGE) != NULL;
	}
	ok(is_fine, "line %d: as counted by seconds, %d changes of the page", n, changes);
	free(b);
}

/* ---- beginnings ---- */

static void set(struct burn *b, enum burn_time t, int64_t minute)
{
	burn_set(b, t, (1000000 + minute) * BURN_MINUTE_US);
}

static bool pages(struct burn *b, int64_t minute)
{
	burn_look(b, (1000000 + minute) * BURN_MINUTE_US + 7);
	return burn_of(b, BURN_PAGE) != NULL;
}

static void test_new_keeper(void)
{
	static struct burn b, resumed;

	b.target_micro = resumed.target_micro = 99000000;
	set(&b, BURN_BAD, 0);
	ok(!pages(&b, 8), "eight minutes down of those eight that are known begin nothing");
	ok(pages(&b, 9), "14.4 times 1 %% of an hour, all of it seen, does");
	resumed.is_on[0] = true;
	ok(pages(&resumed, 0), "nothing known ends nothing");
	set(&resumed, BURN_GOOD, 0);
	ok(pages(&resumed, 4) && !pages(&resumed, 5), "five minutes up, all seen, end the page");
}

static void test_sampling(void)
{
	static const struct {
		int64_t interval_s, target_micro;
		bool can_tell[BURN_PAIRS];
	} row[] = {
		{60, 99900000, {false, true, true, true}},
		{51, 99900000, {true, true, true, true}},
		{60, 99990000, {false, false, false, false}},
		{25, 99990000, {false, false, true, true}},
		{1, 100000000, {false, false, false, false}},
		{300, 99000000, {true, true, true, true}},
	};

	for (size_t n = 0; n < sizeof row / sizeof *row; n++)
		for (int i = 0; i < BURN_PAIRS; i++)
			ok(burn_can_tell(&burn_pair[i], row[n].interval_s * SECOND,
					 row[n].target_micro) == row[n].can_tell[i],
			   "%d s at %d: %s", (int)row[n].interval_s, (int)row[n].target_micro,
			   burn_pair[i].name);
	ok(burn_enough_us(&burn_pair[0], 99900000) == 51840000, "51.84 s at 99.9 %%");
}

int main(void)
{
	for (int n = 0; n < LINES; n++)
		test_line(n);
	test_new_keeper();
	test_sampling();
	return done_testing();
}
