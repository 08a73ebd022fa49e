/* tests/bench/results.h: results of checks as lines, with long tails; for what measures stores. */
#ifndef NINES_BENCH_RESULTS_H
#define NINES_BENCH_RESULTS_H

#include "../../core/base/text.h"

static uint64_t seed = 3;

static int64_t below(int64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((seed >> 33) % (uint64_t)n);
}

/* One of a check each minute, four steps. */
static void say(struct text *t, const char *name, int host, int64_t due_us, const char *state)
{
	static const char *const step[] = {"resolve", "connect", "tls", "first-byte"};
	static const int64_t usual[] = {900, 1500, 6000, 9000};
	int64_t at_us = 0;

	text_printf(t, "result %s verdict=%s address=192.0.2.%d start_us=%lld steps=", name, state,
		    host, (long long)(due_us + 200 + below(4000)));
	for (int i = 0; i < 4; i++) {
		at_us += usual[i] + below(usual[i] / 4) + (below(50) ? 0 : below(usual[i] * 4));
		text_printf(t, "%s%s:%lld", i ? "," : "", step[i], (long long)at_us);
	}
	text_printf(t, " elapsed_us=%lld location=here due_at_us=%lld interval_us=60000000 ends=%s",
		    (long long)(at_us + 30), (long long)due_us, state);
}

#endif
