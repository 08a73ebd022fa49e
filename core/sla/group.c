/* sla/group: the line of a redundant group from the merged lines of its members. See sla.h.
 *
 * A sweep over all members' changes in order of time; counts of members by state decide each span.
 */
#include "sla.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

struct cursor {
	struct sla_line line; /* the member's line, cut to the report's span */
	size_t at;
};

struct sweep {
	size_t members, need;
	struct cursor *cursor;
};

static const struct sla_span *span_of(const struct cursor *c)
{
	return &c->line.span[c->at];
}

/* Is the member not monitored, because it has not begun to be, or is out of service? Then it is no
 * member: adding one to a service changes nothing of the time before, and one that is deliberately
 * offline holds nothing up. */
static bool is_absent(const struct cursor *c)
{
	return span_of(c)->state == SLA_NOT_MONITORED;
}

/* Up while `need` members are up (or all, where fewer have begun); what silent members could still
 * make up is unknown; one that only an unconfirmed failure keeps down is unconfirmed. */
static enum sla_state judge(const size_t count[SLA_STATES], size_t present, size_t need)
{
	size_t passing = count[SLA_UP] + count[SLA_DEGRADED];
	size_t silent = count[SLA_UNKNOWN];

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
static enum sla_cause cause_of(const struct sweep *s)
{
	for (size_t i = 0; i < s->members; i++)
		if (span_of(&s->cursor[i])->state == SLA_UNKNOWN)
			return span_of(&s->cursor[i])->cause;
	return SLA_NO_CAUSE;
}

static int64_t next_change(const struct sweep *s)
{
	int64_t at_us = INT64_MAX;

	for (size_t i = 0; i < s->members; i++)
		if (span_of(&s->cursor[i])->to_us < at_us)
			at_us = span_of(&s->cursor[i])->to_us;
	return at_us;
}

static void advance(struct sweep *s, int64_t to_us)
{
	for (size_t i = 0; i < s->members; i++)
		if (span_of(&s->cursor[i])->to_us <= to_us &&
		    s->cursor[i].at + 1 < s->cursor[i].line.spans)
			s->cursor[i].at++;
}

static void run(struct sweep *s, struct sla_line *into, int64_t from_us, int64_t to_us)
{
	while (from_us < to_us) {
		size_t count[SLA_STATES] = {0}, present = 0;
		int64_t until_us = next_change(s);
		enum sla_state state;

		for (size_t i = 0; i < s->members; i++) {
			if (is_absent(&s->cursor[i]))
				continue;
			present++;
			count[span_of(&s->cursor[i])->state]++;
		}
		state = judge(count, present, s->need);
		sla_line_add(into, from_us, until_us, state,
			     state == SLA_UNKNOWN ? cause_of(s) : SLA_NO_CAUSE);
		from_us = until_us;
		advance(s, until_us);
	}
}

void sla_group(struct sla_line *into, const struct sla_line *const *member, size_t members,
	       size_t need, int64_t from_us, int64_t to_us)
{
	struct sweep s = {members, need, memory_new(members * sizeof *s.cursor)};

	for (size_t i = 0; i < members; i++)
		sla_line_cut(&s.cursor[i].line, member[i], from_us, to_us);
	if (members)
		run(&s, into, from_us, to_us);
	else
		sla_line_add(into, from_us, to_us, SLA_NOT_MONITORED, SLA_NO_CAUSE);
	for (size_t i = 0; i < members; i++)
		sla_line_release(&s.cursor[i].line);
	free(s.cursor);
}
