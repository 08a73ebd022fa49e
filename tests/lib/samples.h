/* tests/lib/samples.h: random records for tests of the availability engine: gaps, several origins,
 * every state. `seed` decides which. */
#ifndef NINES_TESTS_SAMPLES_H
#define NINES_TESTS_SAMPLES_H

#include "../../core/sla/sla.h"

#define S    INT64_C(1000000)
#define MOST 400

static uint64_t seed = 1;

static int64_t below(int64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((seed >> 33) % (uint64_t)n);
}

static struct sla_sample sample[MOST];
static size_t samples;

static void make_samples(void)
{
	static const enum sla_state state[] = {SLA_UP,   SLA_UP,   SLA_UP,      SLA_DEGRADED,
					       SLA_DOWN, SLA_DOWN, SLA_UNKNOWN, SLA_NOT_MONITORED};
	int64_t at_s = below(20), interval_s = 1 + below(8);

	enum sla_origin origin = (enum sla_origin)below(SLA_ORIGINS);

	samples = 1 + (size_t)below(60);
	for (size_t i = 0; i < samples; i++) {
		if (!below(15)) /* a history, then our own watch, or the other way round */
			origin = (enum sla_origin)below(SLA_ORIGINS);
		sample[i] = (struct sla_sample){
			at_s * S,     0,     at_s * S, interval_s * S, state[below(8)],
			SLA_NO_CAUSE, origin};
		if (sample[i].state == SLA_UNKNOWN)
			sample[i].cause = SLA_VOID_CYCLE;
		at_s += below(12) ? interval_s : 1 + below(6 * interval_s);
	}
}

#endif
