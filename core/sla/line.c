/* sla/line: time lines from samples, and parts of them. See sla.h. */
#include "sla.h"

#include <stdlib.h>

#include "../base/memory.h"

#define GAP_INTERVALS 3

const char *const sla_state_name[SLA_STATES] = {"not-monitored", "unknown",     "up",
						"degraded",      "unconfirmed", "down"};
const char *const sla_cause_name[SLA_CAUSES] = {
	"", "monitor-off", "void-cycle", "overload", "agent-lost", "module", "reclassified"};

void sla_line_release(struct sla_line *l)
{
	free(l->span);
	*l = (struct sla_line){0};
}

void sla_line_add(struct sla_line *l, int64_t from_us, int64_t to_us, enum sla_state state,
		  enum sla_cause cause)
{
	struct sla_span *last = l->spans ? &l->span[l->spans - 1] : NULL;

	if (from_us >= to_us)
		return;
	if (last && last->state == state && last->cause == cause && last->to_us == from_us) {
		last->to_us = to_us;
		return;
	}
	if (l->spans == l->room) {
		l->room = l->room ? l->room * 2 : 16;
		l->span = memory_resize(l->span, l->room * sizeof *l->span);
	}
	l->span[l->spans++] = (struct sla_span){from_us, to_us, state, cause};
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void sla_line_cut(struct sla_line *into, const struct sla_line *line, int64_t from_us,
		  int64_t to_us)
{
	int64_t at_us = from_us;

	for (size_t i = 0; i < line->spans && at_us < to_us; i++) {
		const struct sla_span *s = &line->span[i];

		if (s->to_us <= at_us)
			continue;
		if (s->from_us >= to_us)
			break;
		sla_line_add(into, at_us, s->from_us, SLA_NOT_MONITORED, SLA_NO_CAUSE);
		sla_line_add(into, later(at_us, s->from_us), earlier(s->to_us, to_us), s->state,
			     s->cause);
		at_us = earlier(s->to_us, to_us);
	}
	sla_line_add(into, at_us, to_us, SLA_NOT_MONITORED, SLA_NO_CAUSE);
}

/* ---- incidents ---- */

static struct sla_incident *open_incident(struct sla_incidents *list, int64_t from_us,
					  bool is_confirmed)
{
	if (list->incidents == list->room) {
		list->room = list->room ? list->room * 2 : 16;
		list->incident = memory_resize(list->incident, list->room * sizeof *list->incident);
	}
	list->incident[list->incidents] = (struct sla_incident){from_us, SLA_OPEN, is_confirmed};
	return &list->incident[list->incidents++];
}

static bool is_pass(enum sla_state s)
{
	return s == SLA_UP || s == SLA_DEGRADED;
}

/* What ends an incident: nobody watches it any more, or it works again. */
static bool is_over(enum sla_state s)
{
	return is_pass(s) || s == SLA_NOT_MONITORED;
}

void sla_incidents_of_line(const struct sla_line *line, bool ends_unwatched,
			   struct sla_incidents *into)
{
	struct sla_incident *open = NULL;

	for (size_t i = 0; i < line->spans; i++) {
		const struct sla_span *s = &line->span[i];

		if ((s->state == SLA_DOWN || s->state == SLA_UNCONFIRMED) && !open)
			open = open_incident(into, s->from_us, false);
		if (open && s->state == SLA_DOWN)
			open->is_confirmed = true;
		if (open && (ends_unwatched ? is_over(s->state) : is_pass(s->state))) {
			open->to_us = s->from_us;
			open = NULL;
		}
	}
}

/* ---- the samples rule ---- */

struct reader {
	struct sla_line *line;
	struct sla_incidents *incidents;
	const struct sla_sample *sample;
	size_t samples;
	const struct sla_reading *how;
	enum sla_state *state; /* of each sample, once confirmation has spoken */
};

/* Does the sample speak until one at `next_us`? */
static bool covers(const struct sla_sample *s, int64_t next_us)
{
	int64_t gap_us;

	if (s->origin == SLA_EVENT)
		return true;
	if (__builtin_mul_overflow(s->interval_us, GAP_INTERVALS, &gap_us))
		return true;
	return next_us - s->last_us <= gap_us;
}

void sla_samples_add(struct sla_samples *list, const struct sla_sample *s)
{
	struct sla_sample *last = list->samples ? &list->sample[list->samples - 1] : NULL;

	if (last && last->state == s->state && last->cause == s->cause &&
	    last->origin == s->origin && last->interval_us == s->interval_us &&
	    covers(last, s->at_us)) {
		if (!last->second_us) /* what was found twice at one moment is found once */
			last->second_us = s->at_us > last->at_us ? s->at_us : s->second_us;
		last->last_us = s->last_us;
		return;
	}
	if (list->samples == list->room) {
		list->room = list->room ? list->room * 2 : 16;
		list->sample = memory_resize(list->sample, list->room * sizeof *list->sample);
	}
	list->sample[list->samples++] = *s;
}

int64_t sla_speaks_until(const struct sla_sample *s, const struct sla_sample *next, int64_t now_us)
{
	int64_t end_us;

	if (next && covers(s, next->at_us))
		return next->at_us;
	if (s->origin == SLA_EVENT || __builtin_add_overflow(s->last_us, s->interval_us, &end_us))
		end_us = INT64_MAX;
	return earlier(end_us, next ? next->at_us : now_us);
}

static int64_t speaks_until(const struct reader *r, size_t i)
{
	return sla_speaks_until(&r->sample[i], i + 1 < r->samples ? &r->sample[i + 1] : NULL,
				r->how->now_us);
}

static bool reaches_next(const struct reader *r, size_t i)
{
	return i + 1 < r->samples && speaks_until(r, i) == r->sample[i + 1].at_us;
}

/* Does an outage begin with its confirmation only? */
static bool counts_late(const struct reader *r)
{
	return r->how->start == SLA_START_CONFIRMED;
}

/* Is a failure confirmed the moment that it is found? */
static bool is_certain(const struct sla_sample *s)
{
	return s->origin != SLA_MEASURED;
}

/* A failure is provisional until another follows it before any pass; what is unknown between
 * decides nothing. */
static void confirm(struct reader *r)
{
	size_t first = SIZE_MAX;

	for (size_t i = 0; i < r->samples; i++) {
		r->state[i] = r->sample[i].state;
		if (is_over(r->state[i]))
			first = SIZE_MAX;
		if (r->state[i] != SLA_DOWN)
			continue;
		if (first == SIZE_MAX) {
			first = i;
			if (!r->sample[i].second_us && !is_certain(&r->sample[i]))
				r->state[i] = SLA_UNCONFIRMED;
		} else if (r->state[first] == SLA_UNCONFIRMED) {
			r->state[first] = counts_late(r) ? SLA_UP : SLA_DOWN;
		}
	}
}

static bool changes_sides(enum sla_state a, enum sla_state b)
{
	return (is_pass(a) && b == SLA_DOWN) || (a == SLA_DOWN && is_pass(b));
}

/* The moment from which sample i speaks: its own, or the middle between two samples when the rule
 * says so. Events are no samples: they tell the moment. */
static int64_t begins_at(const struct reader *r, size_t i)
{
	int64_t at_us = r->sample[i].at_us, before_us;

	if (r->how->start != SLA_START_MIDPOINT || !i || !reaches_next(r, i - 1) ||
	    r->sample[i].origin == SLA_EVENT || r->sample[i - 1].origin == SLA_EVENT ||
	    !changes_sides(r->state[i - 1], r->state[i]))
		return at_us;
	before_us = r->sample[i - 1].last_us;
	return before_us + (at_us - before_us) / 2;
}

/* Is sample i a run of failures that begins an incident and confirms it by itself? */
static bool confirms_itself(const struct reader *r, size_t i)
{
	if (r->sample[i].state != SLA_DOWN || is_certain(&r->sample[i]) ||
	    !r->sample[i].second_us || r->sample[i].second_us >= r->how->now_us)
		return false;
	while (i-- > 0 && !is_over(r->sample[i].state))
		if (r->sample[i].state == SLA_DOWN)
			return false;
	return true;
}

static void write_line(struct reader *r)
{
	for (size_t i = 0; i < r->samples; i++) {
		const struct sla_sample *s = &r->sample[i];
		bool reaches = reaches_next(r, i);
		int64_t from_us = begins_at(r, i),
			end_us = reaches ? begins_at(r, i + 1) : speaks_until(r, i);

		if (counts_late(r) && confirms_itself(r, i)) {
			sla_line_add(r->line, from_us, s->second_us, SLA_UP, SLA_NO_CAUSE);
			from_us = s->second_us;
		}
		sla_line_add(r->line, from_us, end_us, r->state[i],
			     r->state[i] == SLA_UNKNOWN ? s->cause : SLA_NO_CAUSE);
		if (i + 1 < r->samples && !reaches)
			sla_line_add(r->line, end_us, s[1].at_us, SLA_UNKNOWN, SLA_MONITOR_OFF);
	}
}

/* A failed sample of an incident that was not confirmed before it: which of its times confirms? 0:
 * none. */
static int64_t confirmed_at(const struct sla_sample *s, bool is_first)
{
	return is_first ? s->second_us : s->at_us;
}

static void list_incidents(struct reader *r)
{
	struct sla_incident *open = NULL;

	for (size_t i = 0; r->incidents && i < r->samples; i++) {
		const struct sla_sample *s = &r->sample[i];
		bool is_first = !open;

		if (is_over(s->state) && open) {
			open->to_us = begins_at(r, i);
			open = NULL;
		}
		if (s->state != SLA_DOWN)
			continue;
		if (!open)
			open = open_incident(r->incidents, begins_at(r, i), is_certain(s));
		if (!open->is_confirmed && confirmed_at(s, is_first)) {
			open->is_confirmed = true;
			if (counts_late(r))
				open->from_us = confirmed_at(s, is_first);
		}
	}
}

void sla_from_samples(struct sla_line *line, struct sla_incidents *incidents,
		      const struct sla_sample *sample, size_t samples,
		      const struct sla_reading *how)
{
	struct reader r = {line, incidents, sample, samples, how, NULL};

	while (r.samples && sample[r.samples - 1].at_us >= how->now_us)
		r.samples--; /* nobody has measured in the future */
	r.state = memory_new(r.samples * sizeof *r.state);
	confirm(&r);
	write_line(&r);
	list_incidents(&r);
	free(r.state);
}
