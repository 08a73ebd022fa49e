/* sla/group: the line of a redundant group from the merged lines of its members. See sla.h.
 *
 * A sweep over all members' changes in order of time: a heap tells whose span ends next, counts of
 * members by state decide each span. */
#include "sla.h"

#include <assert.h>
#include <stdlib.h>

#include "../base/memory.h"

struct cursor {
	struct sla_line line; /* the member's line, cut to the report's span */
	size_t at;
	int64_t weight;
};

struct sla_merge {
	size_t members, room;
	int64_t need, weight; /* weight: of all members */
	int64_t from_us, to_us; /* from_us: how far it has come */
	struct cursor *cursor;
	size_t *next; /* a heap of members: whose span ends first */
	int64_t count[SLA_STATES]; /* the weight of members, by their state at from_us */
};

static const struct sla_span *span_of(const struct cursor *c)
{
	return &c->line.span[c->at];
}

/* A member that is not monitored has not begun to be, or is out of service. Then it is no member:
 * adding one to a service changes nothing of the time before, and one that is deliberately offline
 * holds nothing up. */
static int64_t present_of(const struct sla_merge *m)
{
	return m->weight - m->count[SLA_NOT_MONITORED];
}

/* Up while members of the weight `need` are up (or all, where fewer have begun); what silent
 * members could still make up is unknown; one that only an unconfirmed failure keeps down is
 * unconfirmed. */
static enum sla_state judge(const int64_t count[SLA_STATES], int64_t present, int64_t need)
{
	int64_t passing = count[SLA_UP] + count[SLA_DEGRADED];
	int64_t silent = count[SLA_UNKNOWN];

	if (!present)
		return SLA_NOT_MONITORED;
	need = need < present ? need : present;
	if (count[SLA_UP] >= need)
		return SLA_UP;
	if (passing >= need)
		return SLA_DEGRADED;
	if (passing + silent >= need)
		return SLA_UNKNOWN;
	return passing + silent + count[SLA_UNCONFIRMED] >= need ? SLA_UNCONFIRMED : SLA_DOWN;
}

/* The cause of the first unknown member: the group is unknown because that one is. */
static enum sla_cause cause_of(const struct sla_merge *m, size_t *work)
{
	size_t i = 0;

	while (i < m->members && span_of(&m->cursor[i])->state != SLA_UNKNOWN)
		i++;
	*work += i;
	return i < m->members ? span_of(&m->cursor[i])->cause : SLA_NO_CAUSE;
}

/* ---- whose span ends next ---- */

static int64_t end_of(const struct sla_merge *m, size_t place)
{
	return span_of(&m->cursor[m->next[place]])->to_us;
}

static void swap(struct sla_merge *m, size_t a, size_t b)
{
	size_t was = m->next[a];

	m->next[a] = m->next[b];
	m->next[b] = was;
}

static void sink(struct sla_merge *m, size_t place)
{
	for (size_t child; (child = 2 * place + 1) < m->members; place = child) {
		if (child + 1 < m->members && end_of(m, child + 1) < end_of(m, child))
			child++;
		if (end_of(m, place) <= end_of(m, child))
			return;
		swap(m, place, child);
	}
}

static void rise(struct sla_merge *m, size_t place)
{
	for (; place && end_of(m, place) < end_of(m, (place - 1) / 2); place = (place - 1) / 2)
		swap(m, place, (place - 1) / 2);
}

/* ---- the sweep ---- */

struct sla_merge *sla_merge_new(size_t members, int64_t need, int64_t from_us, int64_t to_us)
{
	struct sla_merge *m = memory_new(sizeof *m);

	*m = (struct sla_merge){.room = members,
				.need = need,
				.from_us = from_us,
				.to_us = to_us,
				.cursor = memory_new((members + 1) * sizeof *m->cursor),
				.next = memory_new((members + 1) * sizeof *m->next)};
	return m;
}

void sla_merge_free(struct sla_merge *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->members; i++)
		sla_line_release(&m->cursor[i].line);
	free(m->cursor);
	free(m->next);
	free(m);
}

void sla_merge_add(struct sla_merge *m, const struct sla_line *member, int64_t weight)
{
	struct cursor *c = &m->cursor[m->members];

	assert(m->members < m->room);
	sla_line_cut(&c->line, member, m->from_us, m->to_us);
	if (!c->line.spans)
		return; /* of no time at all */
	c->weight = weight;
	m->weight += weight;
	m->count[span_of(c)->state] += weight;
	m->next[m->members] = m->members;
	rise(m, m->members++);
}

/* All whose span ends there go on to their next. */
static size_t advance(struct sla_merge *m, int64_t to_us)
{
	size_t advanced = 0;

	for (struct cursor *c; end_of(m, 0) <= to_us; advanced++) {
		c = &m->cursor[m->next[0]];
		if (c->at + 1 == c->line.spans)
			break;
		m->count[span_of(c)->state] -= c->weight;
		c->at++;
		m->count[span_of(c)->state] += c->weight;
		sink(m, 0);
	}
	return advanced;
}

bool sla_merge_step(struct sla_merge *m, struct sla_line *into, size_t spans)
{
	size_t work = 0;

	if (!m->members) {
		sla_line_add(into, m->from_us, m->to_us, SLA_NOT_MONITORED, SLA_NO_CAUSE);
		m->from_us = m->to_us;
	}
	while (m->from_us < m->to_us && work < spans) {
		int64_t until_us = end_of(m, 0);
		enum sla_state state = judge(m->count, present_of(m), m->need);

		sla_line_add(into, m->from_us, until_us, state,
			     state == SLA_UNKNOWN ? cause_of(m, &work) : SLA_NO_CAUSE);
		m->from_us = until_us;
		work += 1 + advance(m, until_us);
	}
	return m->from_us >= m->to_us;
}

void sla_group(struct sla_line *into, const struct sla_line *const *member, const int64_t *weight,
	       size_t members, int64_t need, int64_t from_us, int64_t to_us)
{
	struct sla_merge *m = sla_merge_new(members, need, from_us, to_us);

	for (size_t i = 0; i < members; i++)
		sla_merge_add(m, member[i], weight ? weight[i] : 1);
	sla_merge_step(m, into, SIZE_MAX);
	sla_merge_free(m);
}
