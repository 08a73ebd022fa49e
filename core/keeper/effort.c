/* keeper/effort: see effort.h. */
#include "effort.h"

#include "../base/clock.h"
#include "inside.h"
#include "outbox.h"

#define PPM 1000000 /* of one core */

void effort_take(struct keeper *k, const struct line *l)
{
	struct effort_span *e = &k->effort;
	int64_t memory = line_int(l, "memory_bytes", -1), cpu_us = line_int(l, "cpu_us", -1);

	if (cpu_us < 0 || memory < 0)
		return;
	if (!e->base_at_us || cpu_us < e->base_us) { /* another parent's */
		e->base_us = cpu_us;
		e->base_at_us = k->now_us;
	}
	e->cpu_us = cpu_us;
	e->cpu_at_us = k->now_us;
	e->memory_most = memory > e->memory_most ? memory : e->memory_most;
	e->memory_bytes = memory;
	e->is_told = true;
}

static void most(int64_t *of, size_t now)
{
	if ((int64_t)now > *of)
		*of = (int64_t)now;
}

static void look(struct keeper *k)
{
	struct effort_span *e = &k->effort;
	size_t waiting = 0;

	for (int i = 0; i < POOLS; i++)
		waiting += k->pool[i].waiting.count;
	e->seconds++;
	e->in_flight += (int64_t)k->flights.count;
	most(&e->in_flight_most, k->flights.count);
	most(&e->waiting_most, waiting);
	most(&e->queue_most, k->spool.count);
	most(&e->letters_most, outbox_waiting(k));
}

/* As values of a probe are written: base/values.h. */
static void record(struct keeper *k)
{
	struct effort_span *e = &k->effort;
	const int64_t over_us = e->cpu_at_us - e->base_at_us;
	struct text said = {0};

	if (over_us > 0)
		text_printf(&said, "cpu:%lld:ppm,",
			    (long long)((e->cpu_us - e->base_us) * PPM / over_us));
	text_printf(&said,
		    "memory:%lld:B,in_flight:%lld:m,in_flight_most:%lld,waiting_most:%lld,"
		    "queue_most:%lld,letters_most:%lld",
		    (long long)e->memory_most, (long long)(e->in_flight * 1000 / e->seconds),
		    (long long)e->in_flight_most, (long long)e->waiting_most,
		    (long long)e->queue_most, (long long)e->letters_most);
	struct text *t = keeper_marker(k, "effort");

	line_add(t, "text", text_get(&said));
	line_add_int(t, "from_us", e->from_us);
	spool_end(&k->spool);
	text_release(&said);
}

void effort_watch(struct keeper *k)
{
	struct effort_span *e = &k->effort;

	if (e->from_us && k->wall_us / EFFORT_SPAN_US != e->from_us / EFFORT_SPAN_US) {
		if (e->is_told && e->seconds)
			record(k);
		*e = (struct effort_span){.cpu_us = e->cpu_us,
					  .cpu_at_us = e->cpu_at_us,
					  .base_us = e->cpu_us,
					  .base_at_us = e->cpu_at_us,
					  .memory_bytes = e->memory_bytes};
	}
	if (!e->from_us)
		e->from_us = k->wall_us;
	look(k);
}
