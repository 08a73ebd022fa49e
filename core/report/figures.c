/* report/figures: see figures.h. Lines are track.c's, excluded time exclusion.c's, incidents
 * figures_incidents.c's, hours are core/sla's. */
#include "figures.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../base/map.h"
#include "../base/memory.h"
#include "days.h"
#include "figures_inside.h"
#include "times.h"

#define SECOND INT64_C(1000000)

int64_t figures_day_us(const struct zone *z, int64_t at_us, int days)
{
	struct civil c = zone_civil(z, at_us / SECOND - (at_us % SECOND < 0));

	return zone_instant(z, (struct civil){c.year, c.month, c.day + days, 0, 0, 0}) * SECOND;
}

int64_t figures_month_us(const struct zone *z, int64_t at_us, int months)
{
	struct civil c = zone_civil(z, at_us / SECOND - (at_us % SECOND < 0));

	return zone_instant(z, (struct civil){c.year, c.month + months, 1, 0, 0, 0}) * SECOND;
}

int64_t figures_year_us(const struct zone *z, int64_t at_us, int years)
{
	struct civil c = zone_civil(z, at_us / SECOND - (at_us % SECOND < 0));

	return zone_instant(z, (struct civil){c.year + years, 1, 1, 0, 0, 0}) * SECOND;
}

/* Up to the same day of the year before. */
static int days_of_year(const struct zone *z, int64_t end_us)
{
	struct civil today = zone_civil(z, figures_day_us(z, end_us - 1, 0) / SECOND);
	struct civil leap = zone_civil(z, figures_day_us(z, end_us - 1, -366) / SECOND);

	return leap.month == today.month && leap.day == today.day ? 366 : 365;
}

struct page_span figures_span(const struct zone *z, int64_t end_us, int days)
{
	int64_t last_us = figures_day_us(z, end_us - 1, 0);

	days = days ? days : days_of_year(z, end_us);
	return (struct page_span){
		.from_us = figures_day_us(z, end_us - 1, 1 - days),
		.to_us = end_us,
		.before_from_us = figures_day_us(z, end_us - 1, 1 - 2 * days),
		.before_to_us = figures_day_us(z, end_us - 1, -days) + end_us - last_us,
	};
}

void figures_add_method(struct text *t, const struct figures_policy *p, const char *zone)
{
	struct text all = {0};

	sla_add_method(&all, &p->rule, zone);
	if (p->notice_us || p->allowance_us || p->hours || p->holidays ||
	    p->maintenance_up_counts) {
		text_printf(&all, " notice=%" PRId64 " allowance=%" PRId64, p->notice_us,
			    p->allowance_us);
		if (p->hours)
			hours_add_text(&all, p->hours);
		if (p->holidays)
			holidays_add_text(&all, p->holidays);
		if (p->maintenance_up_counts) /* not said else: ids of before stay */
			text_puts(&all, " maintenance-up=counts");
		text_add(t, all.at, strcspn(all.at, ":") + 1);
		text_printf(t, "%012" PRIx64, map_hash(all.at, all.size) >> 16);
	} else {
		text_add(t, all.at, all.size);
	}
	text_release(&all);
}

void *figures_room(struct figures_question *q, size_t count, size_t size)
{
	void *at = arena_alloc(q->arena, (count + 1) * size);

	if (!at && !q->wrong->size)
		text_puts(q->wrong, FIGURES_TOO_MUCH);
	return at;
}

const char *figures_keep(struct figures_question *q, const char *text)
{
	const char *at = arena_copy(q->arena, text, strlen(text));

	return at ? at : "";
}

/* ---- sums ---- */

static void take_sums(struct figures_question *q, const struct sla_sums *s)
{
	const struct sla_policy *rule = &q->order.policy->rule;
	struct page_figures *f = q->into;
	int64_t good_us = s->known_us - s->counted_down_us;

	f->span_us = s->span_us;
	f->agreed_us = s->agreed_us;
	f->known_us = s->known_us;
	f->up_us = s->up_us;
	f->degraded_us = s->degraded_us;
	f->down_us = s->down_us;
	f->blip_us = s->blip_us;
	f->unknown_us = s->unknown_us;
	f->not_monitored_us = s->not_monitored_us;
	f->maintenance_us = s->maintenance_us;
	f->outside_hours_us = s->outside_hours_us;
	f->excluded_us = s->excluded_us;
	f->counted_down_us = s->counted_down_us;
	f->known_micro = sla_percent_micro(good_us, s->known_us);
	f->period_micro = sla_percent_micro(good_us, s->agreed_us);
	f->coverage_micro = sla_percent_micro(s->known_us, s->agreed_us);
	f->judged_micro = sla_judged_micro(s, rule);
	f->target_micro = rule->target_micro ? rule->target_micro : -1;
	f->is_met = sla_is_met(s, rule);
	if (f->target_micro >= 0)
		f->budget_us =
			page_allowed_us(f->target_micro, s->agreed_us) - sla_used_us(s, rule);
	f->credit_micro = -1;
	if (q->order.policy->credits && f->judged_micro >= 0)
		f->credit_micro = credits_due(q->order.policy->credits, f->judged_micro,
					      &f->credit_below_micro);
}

static void take_causes(struct figures_question *q, const struct sla_sums *s)
{
	struct page_cause *list = figures_room(q, SLA_CAUSES, sizeof *list);

	for (int i = 0; list && i < SLA_CAUSES; i++)
		if (s->unknown_by_cause_us[i])
			list[q->into->cause_count++] = (struct page_cause){
				i ? sla_cause_name[i] : "other", s->unknown_by_cause_us[i]};
	q->into->cause = list;
}

/* ---- the whole ---- */

/* What was supposed decides, too: "nines-1-what-if:...", so that nobody takes it for a figure. */
static void suppose_method(struct text *t, const struct figures_what_if *i)
{
	struct text all = {0};
	size_t stem = strcspn(text_get(t), ":");

	text_printf(&all, "%s need=%" PRId64 " interval=%" PRId64, text_get(t), i->need,
		    i->interval_us);
	t->size = stem;
	text_printf(t, "-what-if:%012" PRIx64, map_hash(all.at, all.size) >> 16);
	text_release(&all);
}

static void name_it(struct figures_question *q)
{
	struct text method = {0};

	figures_add_method(&method, q->order.policy, zone_name(q->order.zone));
	if (q->order.what_if)
		suppose_method(&method, q->order.what_if);
	q->into->method = figures_keep(q, text_get(&method));
	q->into->name = figures_keep(q, q->order.name);
	q->into->kind = q->track.is_service ? "service" : "check";
	q->into->sla = figures_keep(q, q->order.policy->name);
	q->into->zone = figures_keep(q, zone_name(q->order.zone));
	q->into->from_us = q->order.from_us;
	q->into->to_us = q->order.to_us;
	text_release(&method);
}

/* ---- parts of the answer, in their order; each goes on until it is done ---- */

static bool is_pass(enum sla_state s)
{
	return s == SLA_UP || s == SLA_DEGRADED;
}

/* The line is true from where it was followed from; before that it has of each member what is
 * behind the last pass of that one. An incident that lasts from there on may have begun before. */
static bool is_cut_short(const struct figures_question *q)
{
	const struct sla_line *line = &q->track.line;
	int64_t true_us = q->followed.from_us;

	if ((!q->track.is_service && !q->track.said.claims) || !line->spans ||
	    line->span[0].from_us >= true_us)
		return false;
	for (size_t i = 0; i < line->spans && line->span[i].from_us <= q->order.from_us; i++)
		if (line->span[i].to_us > true_us && is_pass(line->span[i].state))
			return false;
	return true;
}

/* Twice as far each time, so that it is done in few rounds. The interval stays that of the span. */
static void follow_further(struct figures_question *q)
{
	if (q->followed.from_us == q->order.from_us)
		q->interval_us = q->track.interval_us;
	q->followed.from_us = 2 * q->track.line.span[0].from_us - q->order.from_us;
	track_end(q->tracking);
	track_release(&q->track);
	q->tracking = NULL;
}

static enum figures_step follow(struct figures_question *q)
{
	enum figures_step is;

	if (!q->tracking)
		q->tracking =
			track_begin(q->source, &q->followed, q->arena, &q->track, q->wrong);
	is = track_step(q->tracking);
	if (is != FIGURES_DONE)
		return is;
	if (is_cut_short(q)) {
		follow_further(q);
		return FIGURES_MORE;
	}
	if (q->followed.from_us < q->order.from_us)
		q->track.interval_us = q->interval_us;
	return FIGURES_DONE;
}

bool figures_lay_over(const struct figures_question *q, const struct figures_order *o,
		      struct figures_over *into)
{
	bool has_hours = o->policy->hours || o->policy->holidays;

	if (!exclusion_get(q->source, o, q->arena, &q->track, &into->exclusion, q->wrong))
		return false;
	if (has_hours)
		sla_windows_of_hours(&into->hours, o->policy->hours, o->policy->holidays, o->zone,
				     o->from_us, o->to_us);
	into->layers = (struct sla_layers){has_hours ? &into->hours : NULL,
					   &into->exclusion.excluded, &into->exclusion.left_out};
	return true;
}

void figures_over_release(struct figures_over *over)
{
	sla_windows_release(&over->hours);
	exclusion_release(&over->exclusion);
}

/* From where on nothing is said of it yet: a probe that is under way may still speak of the time
 * before now. */
static int64_t open_from(const struct figures_question *q)
{
	const struct sla_line *line = &q->track.line;
	int64_t now_us = q->order.now_us;
	size_t i = line->spans;

	while (i && line->span[i - 1].state == SLA_NOT_MONITORED)
		i--;
	if (!i || (now_us - line->span[i - 1].to_us) / 2 > q->track.interval_us)
		return now_us;
	return line->span[i - 1].to_us < now_us ? line->span[i - 1].to_us : now_us;
}

/* How much of the time to come is agreed, were it up: then maintenance may count, too. */
static int64_t ahead_of(const struct figures_question *q)
{
	const struct figures_order *o = &q->order;
	struct sla_layers over = q->over.layers;
	struct sla_line up = {0};
	int64_t from_us = open_from(q), agreed_us;

	if (o->now_us >= o->to_us)
		return 0;
	from_us = from_us > o->from_us ? from_us : o->from_us;
	if (o->policy->maintenance_up_counts)
		over.maintenance = NULL;
	sla_line_add(&up, from_us, o->to_us, SLA_UP, SLA_NO_CAUSE);
	agreed_us = sla_sum(&up, from_us, o->to_us, &over, &o->policy->rule).agreed_us;
	sla_line_release(&up);
	return agreed_us;
}

static void take_whole(struct figures_question *q, const struct sla_sums *so_far)
{
	struct page_figures *f = q->into;

	if (f->target_micro < 0)
		return;
	f->span_budget_us = page_allowed_us(f->target_micro, f->agreed_us + ahead_of(q));
	f->span_left_us = f->span_budget_us - sla_used_us(so_far, &q->order.policy->rule);
}

static enum figures_step take_all(struct figures_question *q)
{
	const struct figures_order *o = &q->order;
	struct sla_sums sums;

	if (!figures_lay_over(q, o, &q->over))
		return FIGURES_FAILED;
	sums = sla_sum(&q->track.line, o->from_us, o->to_us, &q->over.layers, &o->policy->rule);
	name_it(q);
	take_sums(q, &sums);
	take_whole(q, &sums);
	take_causes(q, &sums);
	return FIGURES_DONE;
}

static enum figures_step take_days(struct figures_question *q)
{
	if (q->order.days && !days_take(q->arena, &q->order, &q->track.line, &q->over.layers))
		text_puts(q->wrong, FIGURES_TOO_MUCH);
	return FIGURES_DONE;
}

static bool has_detail(const struct figures_question *q)
{
	return q->order.with_detail || q->order.with_reasons;
}

/* The same figures as they would be if nobody had said anything. */
static void ask_before(struct figures_question *q)
{
	struct figures_order before = q->order;
	struct page_figures *f = figures_room(q, 1, sizeof *f);

	before.as_measured = true;
	before.with_reasons = true;
	before.with_detail = false;
	before.days = NULL;
	q->into->before = f;
	if (f)
		q->before = figures_begin(q->source, q->arena, &before, f, q->wrong);
}

static enum figures_step tell_exclusion(struct figures_question *q)
{
	if (!has_detail(q))
		return FIGURES_DONE;
	if (!exclusion_tell(&q->over.exclusion, &q->order, q->arena, &q->track.line,
			    q->over.layers.hours, q->end_us, q->into)) {
		text_puts(q->wrong, FIGURES_TOO_MUCH);
		return FIGURES_FAILED;
	}
	return FIGURES_DONE;
}

static enum figures_step tell_said(struct figures_question *q)
{
	if (!has_detail(q) || q->order.as_measured)
		return FIGURES_DONE;
	if (!said_tell(&q->track, &q->order, q->over.layers.hours, q->arena, q->into)) {
		text_puts(q->wrong, FIGURES_TOO_MUCH);
		return FIGURES_FAILED;
	}
	if (q->into->reclassification_count)
		ask_before(q);
	return FIGURES_DONE;
}

static enum figures_step answer_before(struct figures_question *q)
{
	return q->before ? figures_step(q->before) : FIGURES_DONE;
}

static enum figures_step tell_makeups(struct figures_question *q)
{
	if (q->track.is_service && has_detail(q) && !figures_tell_makeups(q))
		return FIGURES_FAILED;
	return FIGURES_DONE;
}

static enum figures_step take_reasons(struct figures_question *q)
{
	return has_detail(q) ? figures_take_reasons(q) : FIGURES_DONE;
}

static enum figures_step take_members(struct figures_question *q)
{
	return q->track.is_service && has_detail(q) ? figures_take_members(q) : FIGURES_DONE;
}

static enum figures_step take_times(struct figures_question *q)
{
	const struct figures_order *o = &q->order;

	if (q->track.is_service || !o->with_detail ||
	    times_read(q->source->read, read_find(q->source->read, o->name), q->arena, o->from_us,
		       o->to_us, &q->into->step, &q->into->step_count, q->wrong))
		return FIGURES_DONE;
	return FIGURES_FAILED;
}

static enum figures_step (*const part[])(struct figures_question *) = {
	follow,    take_all,      figures_take_incidents, take_days,  tell_exclusion,
	tell_said, answer_before, tell_makeups,           take_reasons, take_members, take_times,
};
#define PARTS (sizeof part / sizeof *part)

/* ---- the whole ---- */

struct figures_question *figures_begin(const struct figures_source *source, struct arena *arena,
				       const struct figures_order *order, struct page_figures *into,
				       struct text *wrong)
{
	struct figures_question *q = memory_new(sizeof *q);

	q->source = source;
	q->order = *order;
	q->followed = *order;
	q->arena = arena;
	q->into = into;
	q->wrong = wrong;
	q->end_us = order->now_us < order->to_us ? order->now_us : order->to_us;
	*into = (struct page_figures){.reclassified_at_us = -1,
				      .resolution = "",
				      .to_ack_us = -1,
				      .ack_to_end_us = -1,
				      .mttf_us = -1,
				      .check_micro = -1,
				      .known_exact_micro = -1,
				      .period_exact_micro = -1};
	return q;
}

enum figures_step figures_step(struct figures_question *q)
{
	enum figures_step is;

	if (!read_begin(q->source->read)) {
		text_puts(q->wrong, read_wrong(q->source->read));
		return FIGURES_FAILED;
	}
	is = part[q->part](q);
	read_end(q->source->read);
	if (q->wrong->size)
		return FIGURES_FAILED;
	if (is == FIGURES_DONE) {
		q->at = 0;
		is = ++q->part < PARTS ? FIGURES_MORE : FIGURES_DONE;
	}
	return is;
}

void figures_end(struct figures_question *q)
{
	if (!q)
		return;
	figures_end(q->before);
	figures_members_free(q->members);
	track_end(q->tracking);
	track_release(&q->track);
	figures_over_release(&q->over);
	free(q);
}

bool figures_compute(const struct figures_source *source, struct arena *arena,
		     const struct figures_order *order, struct page_figures *into,
		     struct text *wrong)
{
	struct figures_question *q = figures_begin(source, arena, order, into, wrong);
	enum figures_step is = FIGURES_FAILED;
	bool has_begun = read_begin(source->read); /* all of it is read of one moment */

	if (!has_begun)
		text_puts(wrong, read_wrong(source->read));
	else
		do
			is = figures_step(q);
		while (is == FIGURES_MORE);
	read_end(source->read);
	figures_end(q);
	return is == FIGURES_DONE;
}
