/* sla/resample: the samples that a longer interval would have found: see sla.h.
 *
 * A supposed probe finds what the record says of its moment, so that runs and single samples give
 * the same. A failure that begins an incident has its recheck, as every probe of ours has. */
#include "sla.h"

#define RECHECK_US INT64_C(60000000)

struct supposing {
	struct sla_samples *into;
	int64_t every_us;
	int64_t recheck_us; /* when it is due; INT64_MAX: none is */
	bool has_failed; /* an incident is open */
};

static bool is_over(enum sla_state s)
{
	return s == SLA_UP || s == SLA_DEGRADED || s == SLA_NOT_MONITORED;
}

/* The first slot at or behind that time; slots are multiples of the interval, whatever is asked. */
static int64_t slot_from(const struct supposing *w, int64_t at_us)
{
	int64_t behind = at_us % w->every_us;

	return behind ? at_us - behind + (at_us > 0 ? w->every_us : 0) : at_us;
}

static void add(const struct supposing *w, const struct sla_sample *found, int64_t at_us,
		int64_t last_us)
{
	struct sla_sample s = *found;

	s.at_us = at_us;
	s.last_us = last_us;
	s.second_us = last_us > at_us ? at_us + w->every_us : 0;
	s.interval_us = w->every_us;
	s.origin = found->origin == SLA_EVENT ? SLA_IMPORTED : found->origin;
	sla_samples_add(w->into, &s);
}

static void take_state(struct supposing *w, const struct sla_sample *found, int64_t at_us)
{
	if (found->state == SLA_DOWN && !w->has_failed) {
		w->has_failed = true;
		if (found->origin == SLA_MEASURED && w->every_us > RECHECK_US)
			w->recheck_us = at_us + RECHECK_US;
	} else if (is_over(found->state)) {
		w->has_failed = false;
	}
}

/* Every probe that falls into the stretch [from, to) of which the record says one thing. */
static void probe(struct supposing *w, const struct sla_sample *found, int64_t from_us,
		  int64_t to_us)
{
	int64_t at_us = slot_from(w, from_us), last_us;

	if (w->recheck_us < from_us)
		w->recheck_us = INT64_MAX;
	while (at_us < to_us || w->recheck_us < to_us) {
		if (w->recheck_us < at_us) {
			last_us = w->recheck_us;
			w->recheck_us = INT64_MAX;
			take_state(w, found, last_us);
			add(w, found, last_us, last_us);
			continue;
		}
		take_state(w, found, at_us);
		last_us = w->recheck_us < to_us ? at_us : slot_from(w, to_us) - w->every_us;
		add(w, found, at_us, last_us);
		at_us = last_us + w->every_us;
	}
}

void sla_resample(struct sla_samples *into, const struct sla_sample *sample, size_t samples,
		  int64_t every_us, int64_t now_us)
{
	struct supposing w = {into, every_us, INT64_MAX, false};

	for (size_t i = 0; i < samples && sample[i].at_us < now_us; i++) {
		const struct sla_sample *next = i + 1 < samples ? &sample[i + 1] : NULL;
		int64_t end_us = sla_speaks_until(&sample[i], next, now_us);

		probe(&w, &sample[i], sample[i].at_us, end_us);
	}
}
