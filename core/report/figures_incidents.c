/* report/figures_incidents: the incidents of a question's span, what they add up to, and why they
 * were. See figures_inside.h. */
#include <string.h>

#include "figures_inside.h"
#include "words.h"

#define INCIDENTS 500 /* taken in one step */
#define LOOKS     4096 /* at members whether they failed, in one step */

/* Incidents come in order of time, so the search goes on where it stopped. */
static int64_t down_within(struct figures_question *q, int64_t from_us, int64_t to_us)
{
	const struct figures_order *o = &q->order;
	const struct sla_line *all = &q->track.line;
	struct sla_line rest;

	from_us = from_us > o->from_us ? from_us : o->from_us;
	to_us = to_us < o->to_us ? to_us : o->to_us;
	if (from_us >= to_us)
		return 0;
	while (q->span < all->spans && all->span[q->span].to_us <= from_us)
		q->span++;
	rest = (struct sla_line){all->span + q->span, all->spans - q->span, 0};
	return sla_sum(&rest, from_us, to_us, &q->over.layers, &o->policy->rule).down_us;
}

/* Has any of its time counted before the span? Outside of the hours and in maintenance none does.
 */
static bool has_counted(struct figures_question *q, const struct page_incident *i)
{
	struct figures_order before = q->order;
	struct figures_over over = {0};
	bool has = true;

	if (i->from_us >= q->order.from_us)
		return false;
	before.from_us = i->from_us;
	before.to_us = q->order.from_us;
	if (figures_lay_over(q, &before, &over))
		has = sla_sum(&q->track.line, before.from_us, before.to_us, &over.layers,
			      &q->order.policy->rule)
			      .down_us > 0;
	figures_over_release(&over);
	return has;
}

static void take_incident(struct figures_question *q, const struct sla_incident *i,
			  struct page_incident *into)
{
	bool is_open = i->to_us > q->end_us;
	int64_t until_us = is_open ? q->end_us : i->to_us;

	*into = (struct page_incident){
		.from_us = i->from_us,
		.to_us = is_open ? -1 : i->to_us,
		.lasted_us = until_us - i->from_us,
		.counted_us = down_within(q, i->from_us, until_us),
		.is_confirmed = i->is_confirmed,
		.step = "",
		.reason = "",
		.id = "",
		.diagnosis = "",
		.acked_us = -1,
		.acked_by = "",
	};
}

static void count(struct figures_question *q, struct page_incident *i)
{
	struct page_figures *f = q->into;

	q->outages += i->counted_us > 0; /* begun before or not */
	if (!i->counted_us || has_counted(q, i))
		return;
	f->blips += !i->is_confirmed;
	i->is_counted = i->is_confirmed;
	if (!i->is_counted)
		return;
	f->incidents++;
	if (i->lasted_us > f->longest_us)
		f->longest_us = i->lasted_us;
	if (i->to_us >= 0) {
		q->ended++;
		q->lasted_us += i->lasted_us;
	}
}

#define STATE(s) (1u << SLA_##s)

static int64_t stretches(const struct figures_question *q, uint32_t of, uint32_t until)
{
	return sla_stretches(&q->track.line, q->order.from_us, q->order.to_us, &q->over.layers, of,
			     until);
}

static void tell_means(struct figures_question *q)
{
	struct page_figures *f = q->into;
	int64_t good_us = f->up_us + f->degraded_us,
		good = stretches(q, STATE(UP) | STATE(DEGRADED), STATE(DOWN));

	f->mttr_us = q->ended ? q->lasted_us / q->ended : -1;
	f->mtbf_us = f->incidents ? good_us / f->incidents : -1;
	f->mttf_us = good ? good_us / good : -1;
	f->check_micro = f->mttr_us >= 0 && f->mtbf_us >= 0
				 ? sla_percent_micro(f->mtbf_us, f->mtbf_us + f->mttr_us)
				 : -1;
}

/* Where degraded time weighs, each stretch of it is known to an interval of that weight. What was
 * found exactly as agreed may still have failed between two probes: one interval at least. */
static void tell_exactness(struct figures_question *q)
{
	struct page_figures *f = q->into;
	int64_t weight_ppm = q->order.policy->rule.degraded_weight_ppm, exact_us;

	f->interval_us = q->track.interval_us;
	f->resolution_us = q->outages * f->interval_us;
	exact_us = f->resolution_us;
	if (weight_ppm)
		exact_us += sla_part_up(stretches(q, STATE(DEGRADED), ~STATE(DEGRADED)) *
						f->interval_us,
					weight_ppm, 1000000);
	exact_us = exact_us > f->interval_us ? exact_us : f->interval_us;
	f->known_exact_micro = f->interval_us ? sla_percent_up_micro(exact_us, f->known_us) : -1;
	f->period_exact_micro = f->interval_us ? sla_percent_up_micro(exact_us, f->agreed_us) : -1;
}

static void tell_incidents(struct figures_question *q)
{
	struct page_figures *f = q->into;
	struct text said = {0};

	tell_means(q);
	tell_exactness(q);
	words_add_resolution(&said, f);
	f->resolution = figures_keep(q, text_get(&said));
	text_release(&said);
}

enum figures_step figures_take_incidents(struct figures_question *q)
{
	const struct sla_incidents *all = &q->track.incidents;
	size_t most = q->at + INCIDENTS < all->incidents ? q->at + INCIDENTS : all->incidents;

	if (!q->at)
		q->incident = figures_room(q, all->incidents, sizeof *q->incident);
	for (; q->incident && q->at < most; q->at++) {
		const struct sla_incident *i = &all->incident[q->at];

		if (i->from_us >= q->end_us || i->to_us <= q->order.from_us)
			continue;
		take_incident(q, i, &q->incident[q->into->incident_count]);
		count(q, &q->incident[q->into->incident_count++]);
	}
	q->into->incident = q->incident;
	if (q->incident && q->at < all->incidents)
		return FIGURES_MORE;
	tell_incidents(q);
	return FIGURES_DONE;
}

/* What the keeper wrote down of an incident belongs to the one that overlaps it; both lists are in
 * order of time. */
struct matching {
	struct figures_question *question;
	struct page_incident *list;
	size_t incidents, at;
};

static void take_record(struct figures_question *q, const struct read_incident *r,
			struct page_incident *into)
{
	into->step = figures_keep(q, r->step);
	into->reason = figures_keep(q, r->reason);
	into->id = figures_keep(q, r->id);
	into->diagnosis = *r->diagnosis ? figures_keep(q, r->diagnosis) : "";
	into->acked_by = *r->acked_by ? figures_keep(q, r->acked_by) : "";
	if (r->acked_us >= into->from_us && (into->to_us < 0 || r->acked_us <= into->to_us))
		into->acked_us = r->acked_us;
}

static bool take_reason(const struct read_incident *r, void *with)
{
	struct matching *m = with;

	while (m->at < m->incidents && m->list[m->at].to_us >= 0 &&
	       m->list[m->at].to_us <= r->start_us)
		m->at++;
	for (size_t i = m->at; i < m->incidents && m->list[i].from_us < r->end_us; i++)
		if (!*m->list[i].reason)
			take_record(m->question, r, &m->list[i]);
	return true;
}

/* Detect, acknowledge, resolve: of incidents where each of the three is known. */
static void take_acks(struct figures_question *q)
{
	struct page_figures *f = q->into;
	int64_t to_ack_us = 0, ack_to_end_us = 0;

	for (size_t n = 0; n < f->incident_count; n++) {
		const struct page_incident *i = &f->incident[n];

		if (!i->is_counted || i->to_us < 0 || i->acked_us < 0)
			continue;
		f->acked++;
		to_ack_us += i->acked_us - i->from_us;
		ack_to_end_us += i->to_us - i->acked_us;
	}
	f->to_ack_us = f->acked ? to_ack_us / f->acked : -1;
	f->ack_to_end_us = f->acked ? ack_to_end_us / f->acked : -1;
}

/* Of a service: the first while an incident of its own was open. */
static bool take_own_ack(int64_t at_us, const char *by, void *with)
{
	struct matching *m = with;
	struct page_incident *i;

	while (m->at < m->incidents && m->list[m->at].to_us >= 0 && m->list[m->at].to_us < at_us)
		m->at++;
	i = &m->list[m->at];
	if (m->at == m->incidents || at_us < i->from_us || i->acked_us >= 0)
		return true;
	i->acked_us = at_us;
	i->acked_by = figures_keep(m->question, by);
	return true;
}

static enum figures_step add_own_acks(struct figures_question *q)
{
	struct matching m = {q, q->incident, q->into->incident_count, 0};

	if (!m.incidents || read_acks(q->source->read, q->order.name, m.list[0].from_us,
				      q->end_us, take_own_ack, &m)) {
		take_acks(q);
		return FIGURES_DONE;
	}
	text_puts(q->wrong, read_wrong(q->source->read));
	return FIGURES_FAILED;
}

static enum figures_step add_reasons(struct figures_question *q)
{
	struct matching m = {q, q->incident, q->into->incident_count, 0};

	if (!m.incidents || read_incidents(q->source->read, q->order.name, m.list[0].from_us,
					   q->order.to_us, take_reason, &m)) {
		take_acks(q);
		return FIGURES_DONE;
	}
	text_puts(q->wrong, read_wrong(q->source->read));
	return FIGURES_FAILED;
}

bool figures_is_failing(const struct track *t, int64_t at_us)
{
	size_t low = 0, high = t->line.spans;

	while (low < high) { /* the first span that ends behind it */
		size_t middle = low + (high - low) / 2;

		if (t->line.span[middle].to_us <= at_us)
			low = middle + 1;
		else
			high = middle;
	}
	return low < t->line.spans && t->line.span[low].from_us <= at_us &&
	       (t->line.span[low].state == SLA_DOWN || t->line.span[low].state == SLA_UNCONFIRMED);
}

static void name_members(struct figures_question *q, struct page_incident *of)
{
	struct text reason = {0};

	const struct track_makeup *then = q->track.makeup;

	while (then->to_us <= of->from_us)
		then++;
	for (size_t i = 0; i < then->members; i++)
		if (figures_is_failing(&q->track.part[then->place[i]], of->from_us))
			text_printf(&reason, "%s'%s'", reason.size ? ", " : "",
				    q->track.member[then->place[i]]);
	if (reason.size)
		text_puts(&reason, " down");
	of->reason = figures_keep(q, text_get(&reason));
	text_release(&reason);
}

/* The reason of a service is which of its members failed. */
enum figures_step figures_take_reasons(struct figures_question *q)
{
	size_t looks = 0;

	if (!q->track.is_service)
		return add_reasons(q);
	for (; q->at < q->into->incident_count && looks < LOOKS; looks += 1 + q->track.members)
		name_members(q, &q->incident[q->at++]);
	return q->at < q->into->incident_count ? FIGURES_MORE : add_own_acks(q);
}
