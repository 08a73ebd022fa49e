/* keeper/burst: on the first failure of a check a diagnosis at once, by the prober that has the
 * check: the conversation again with its transcript, names, certificates, route. Its text goes to
 * the record with the incident; nothing is believed because of it.
 *
 * Bounded: one an incident, BURST_MOST under way, BURST_A_MINUTE begun over all checks: a storm of
 * a thousand failures begins no thousand. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "alert.h"
#include "inside.h"

#define PATIENCE_US (90 * KEEPER_SECOND)
#define TEXT_BYTES 12288

static struct burst *find_free(struct keeper *k)
{
	for (int i = 0; i < BURST_MOST; i++) {
		struct burst *b = &k->bursts.burst[i];

		if (!b->number || b->until_us <= k->now_us)
			return b;
	}
	return NULL;
}

/* Of the last BURST_A_MINUTE the oldest must have begun a minute ago. */
static bool has_rate(const struct keeper *k)
{
	int64_t oldest_us = k->bursts.begun_us[k->bursts.next];

	return !oldest_us || k->now_us - oldest_us >= 60 * KEEPER_SECOND;
}

static void add_line(struct text *t, const struct burst *b, const struct check *c,
		     const struct outcome *o)
{
	line_begin_number(t, "diagnose", b->number);
	line_add_int(t, "check", c->number);
	if (*o->address)
		line_add(t, "address", o->address);
	for (uint16_t i = 0; i < c->locations; i++)
		if (!strcmp(c->location[i]->name, o->location) && *c->location[i]->source)
			line_add(t, "source", c->location[i]->source);
	if (!c->items && !c->runs_when_healthy) /* nobody may hear now that we are well */
		line_add(t, "probe", "1");
	line_end(t);
}

void burst_begin(struct keeper *k, struct check *c, const struct outcome *o)
{
	struct burst *b = c->is_passive ? NULL : find_free(k);
	struct text *t;
	int64_t prober;

	if (c->is_passive)
		return;
	t = b && has_rate(k) ? pool_ask(k, c, &prober) : NULL;
	if (!t) {
		k->bursts.left_out++;
		return;
	}
	free(b->check);
	*b = (struct burst){.number = ++k->flights.last, .prober = prober,
			    .until_us = k->now_us + PATIENCE_US, .check = memory_text(c->name)};
	keeper_copy(b->incident, sizeof b->incident, c->incident.id);
	add_line(t, b, c, o);
	k->bursts.begun_us[k->bursts.next] = k->now_us;
	k->bursts.next = (k->bursts.next + 1) % BURST_A_MINUTE;
}

static void record(struct keeper *k, const struct burst *b, const char *text)
{
	struct text *t = spool_begin(&k->spool);

	line_begin(t, "diagnosis", b->incident);
	line_add(t, "check", b->check);
	line_add_int(t, "at_us", k->wall_us);
	line_add_bytes(t, "text", text, strnlen(text, TEXT_BYTES));
	spool_end(&k->spool);
	alert_diagnosis(k, b->incident, text);
}

void burst_take(struct keeper *k, int64_t prober, const struct line *l)
{
	int64_t number = line_number(l);

	for (int i = 0; number > 0 && i < BURST_MOST; i++) {
		struct burst *b = &k->bursts.burst[i];

		if (b->number != number || b->prober != prober)
			continue;
		if (*line_get(l, "text"))
			record(k, b, line_get(l, "text"));
		b->number = 0;
		return;
	}
	k->health.ignored++;
}

void burst_release(struct keeper *k)
{
	for (int i = 0; i < BURST_MOST; i++)
		free(k->bursts.burst[i].check);
}
