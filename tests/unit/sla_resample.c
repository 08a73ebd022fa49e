/* What probes further apart would have found, against a naive reading second by second. */
#include <stdlib.h>
#include <string.h>

#include "../lib/samples.h"
#include "../lib/tap.h"

/* The sample that speaks at a second; SIZE_MAX: none does. */
static size_t speaker(int64_t at_s, int64_t now_s)
{
	size_t i = samples;

	while (i > 0 && sample[i - 1].at_us > at_s * S)
		i--;
	if (!i || at_s >= now_s)
		return SIZE_MAX;
	i--;
	if (sample[i].origin == SLA_EVENT ||
	    (i + 1 < samples && sample[i + 1].at_us - sample[i].at_us <= 3 * sample[i].interval_us))
		return i;
	return at_s * S < sample[i].at_us + sample[i].interval_us ? i : SIZE_MAX;
}

/* Second by second: a probe at each slot, and one a minute behind a failure that begins. */
static void naive_resample(struct sla_samples *into, int64_t every_s, int64_t end_s, int64_t now_s)
{
	int64_t recheck_s = -1;
	bool has_failed = false;

	for (int64_t t = 0; t < end_s; t++) {
		size_t i = speaker(t, now_s);
		struct sla_sample s;

		if ((t % every_s && t != recheck_s) || i == SIZE_MAX)
			continue;
		s = sample[i];
		s.at_us = s.last_us = t * S;
		s.interval_us = every_s * S;
		s.origin = s.origin == SLA_EVENT ? SLA_IMPORTED : s.origin;
		sla_samples_add(into, &s);
		if (s.state == SLA_UP || s.state == SLA_DEGRADED || s.state == SLA_NOT_MONITORED)
			has_failed = false;
		else if (s.state == SLA_DOWN && !has_failed && s.origin == SLA_MEASURED)
			recheck_s = every_s > 60 ? t + 60 : -1;
		has_failed |= s.state == SLA_DOWN;
	}
}

static bool same_samples(const struct sla_samples *a, const struct sla_samples *b)
{
	return a->samples == b->samples &&
	       (!a->samples || !memcmp(a->sample, b->sample, a->samples * sizeof *a->sample));
}

static void resamples(void)
{
	bool as_naive = true, as_runs = true;

	for (int round = 0; round < 3000 && as_naive && as_runs; round++) {
		struct sla_samples got = {0}, wanted = {0}, runs = {0}, of_runs = {0};
		int64_t every_s = below(2) ? 1 + below(30) : 61 + below(60);

		make_samples();
		int64_t end_s = sample[samples - 1].at_us / S + 60,
			now_s = below(2) ? end_s : below(end_s) + 1;

		while (samples && sample[samples - 1].at_us >= now_s * S)
			samples--;
		for (size_t i = 0; i < samples; i++)
			sla_samples_add(&runs, &sample[i]);
		sla_resample(&got, sample, samples, every_s * S, now_s * S);
		sla_resample(&of_runs, runs.sample, runs.samples, every_s * S, now_s * S);
		naive_resample(&wanted, every_s, end_s, now_s);
		as_naive = same_samples(&got, &wanted);
		as_runs = same_samples(&got, &of_runs);
		free(got.sample);
		free(wanted.sample);
		free(runs.sample);
		free(of_runs.sample);
	}
	ok(as_naive, "3,000 records probed less often as second by second");
	ok(as_runs, "and as their runs are");
}

static void table(void)
{
	struct sla_sample down = {.at_us = 600 * S,
				  .second_us = 660 * S,
				  .last_us = 1140 * S,
				  .interval_us = 60 * S,
				  .state = SLA_DOWN},
			  up = {.at_us = 1200 * S,
				.last_us = 1200 * S,
				.interval_us = 60 * S,
				.state = SLA_UP};
	const struct sla_sample both[] = {down, up};
	struct sla_samples got = {0};

	sla_resample(&got, both, 2, 300 * S, 1250 * S);
	ok(got.samples == 2 && got.sample[0].at_us == 600 * S &&
		   got.sample[0].second_us == 660 * S && got.sample[0].last_us == 900 * S &&
		   got.sample[1].at_us == 1200 * S,
	   "slots at 600 and 900, the recheck at 660, up at 1200");
	free(got.sample);
	got = (struct sla_samples){0};
	sla_resample(&got, both, 2, 3600 * S, 1250 * S);
	ok(!got.samples, "no slot, nothing found");
}

int main(void)
{
	table();
	resamples();
	return done_testing();
}
