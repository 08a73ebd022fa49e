/* report/figures: see figures.h. Lines are track.c's, excluded time exclusion.c's, hours are
 * core/sla's. */
#include "figures.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../base/map.h"
#include "days.h"
#include "exclusion.h"
#include "times.h"
#include "track.h"
#include "words.h"

#define SECOND INT64_C(1000000)

struct work {
	const struct figures_source *source;
	const struct figures_order *order;
	struct arena *arena;
	struct page_figures *into;
	struct text *wrong;
	int64_t end_us; /* of what can be known: the span's end, or now */
	struct track track;
	size_t span; /* of the line: where the incident begins that is looked at */
	struct sla_windows hours;
	struct exclusion exclusion;
	struct sla_layers over;
};

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
	if (p->notice_us || p->allowance_us || p->hours || p->holidays) {
		text_printf(&all, " notice=%" PRId64 " allowance=%" PRId64, p->notice_us,
			    p->allowance_us);
		if (p->hours)
			hours_add_text(&all, p->hours);
		if (p->holidays)
			holidays_add_text(&all, p->holidays);
		text_add(t, all.at, strcspn(all.at, ":") + 1);
		text_printf(t, "%012" PRIx64, map_hash(all.at, all.size) >> 16);
	} else {
		text_add(t, all.at, all.size);
	}
	text_release(&all);
}

static void *room_for(struct work *w, size_t count, size_t size)
{
	void *at = arena_alloc(w->arena, (count + 1) * size);

	if (!at && !w->wrong->size)
		text_puts(w->wrong, FIGURES_TOO_MUCH);
	return at;
}

static const char *keep(struct work *w, const char *text)
{
	const char *at = arena_copy(w->arena, text, strlen(text));

	return at ? at : "";
}

/* ---- sums ---- */

static void take_sums(struct work *w, const struct sla_sums *s)
{
	const struct sla_policy *rule = &w->order->policy->rule;
	struct page_figures *f = w->into;
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
		f->budget_us = page_allowed_us(f->target_micro, s->agreed_us) - s->counted_down_us;
	f->credit_micro = -1;
	if (w->order->policy->credits && f->judged_micro >= 0)
		f->credit_micro = credits_due(w->order->policy->credits, f->judged_micro,
					      &f->credit_below_micro);
}

static void take_causes(struct work *w, const struct sla_sums *s)
{
	struct page_cause *list = room_for(w, SLA_CAUSES, sizeof *list);

	for (int i = 0; list && i < SLA_CAUSES; i++)
		if (s->unknown_by_cause_us[i])
			list[w->into->cause_count++] = (struct page_cause){
				i ? sla_cause_name[i] : "other", s->unknown_by_cause_us[i]};
	w->into->cause = list;
}

/* ---- incidents ---- */

/* Incidents come in order of time, so the search goes on where it stopped. */
static int64_t down_within(struct work *w, int64_t from_us, int64_t to_us)
{
	const struct figures_order *o = w->order;
	const struct sla_line *all = &w->track.line;
	struct sla_line rest;

	from_us = from_us > o->from_us ? from_us : o->from_us;
	to_us = to_us < o->to_us ? to_us : o->to_us;
	if (from_us >= to_us)
		return 0;
	while (w->span < all->spans && all->span[w->span].to_us <= from_us)
		w->span++;
	rest = (struct sla_line){all->span + w->span, all->spans - w->span, 0};
	return sla_sum(&rest, from_us, to_us, &w->over, &o->policy->rule).down_us;
}

static void take_incident(struct work *w, const struct sla_incident *i, struct page_incident *into)
{
	bool is_open = i->to_us > w->end_us;
	int64_t until_us = is_open ? w->end_us : i->to_us;

	*into = (struct page_incident){
		.from_us = i->from_us,
		.to_us = is_open ? -1 : i->to_us,
		.lasted_us = until_us - i->from_us,
		.counted_us = down_within(w, i->from_us, until_us),
		.is_confirmed = i->is_confirmed,
		.step = "",
		.reason = "",
		.id = "",
		.diagnosis = "",
		.acked_us = -1,
		.acked_by = "",
	};
	into->is_counted =
		i->is_confirmed && into->counted_us && i->from_us >= w->order->from_us;
}

static void count(struct page_figures *f, const struct page_incident *i, int64_t *ended,
		  int64_t *lasted_us)
{
	f->blips += !i->is_confirmed && i->counted_us;
	if (!i->is_counted)
		return;
	f->incidents++;
	if (i->lasted_us > f->longest_us)
		f->longest_us = i->lasted_us;
	if (i->to_us >= 0) {
		++*ended;
		*lasted_us += i->lasted_us;
	}
}

static void take_incidents(struct work *w)
{
	const struct sla_incidents *all = &w->track.incidents;
	struct page_incident *list = room_for(w, all->incidents, sizeof *list);
	struct page_figures *f = w->into;
	int64_t ended = 0, lasted_us = 0, outages = 0;

	for (size_t n = 0; list && n < all->incidents; n++) {
		const struct sla_incident *i = &all->incident[n];

		if (i->from_us >= w->end_us || i->to_us <= w->order->from_us)
			continue;
		take_incident(w, i, &list[f->incident_count]);
		outages += list[f->incident_count].counted_us > 0; /* begun before or not */
		count(f, &list[f->incident_count++], &ended, &lasted_us);
	}
	f->incident = list;
	f->mttr_us = ended ? lasted_us / ended : -1;
	f->mtbf_us = f->incidents ? (f->up_us + f->degraded_us) / f->incidents : -1;
	f->interval_us = w->track.interval_us;
	f->resolution_us = outages * f->interval_us;
}

/* What the keeper wrote down of an incident belongs to the one that overlaps it; both lists are in
 * order of time. */
struct matching {
	struct work *work;
	struct page_incident *list;
	size_t incidents, at;
};

static void take_record(struct work *w, const struct read_incident *r, struct page_incident *into)
{
	into->step = keep(w, r->step);
	into->reason = keep(w, r->reason);
	into->id = keep(w, r->id);
	into->diagnosis = *r->diagnosis ? keep(w, r->diagnosis) : "";
	into->acked_by = *r->acked_by ? keep(w, r->acked_by) : "";
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
			take_record(m->work, r, &m->list[i]);
	return true;
}

/* Detect, acknowledge, resolve: of incidents where each of the three is known. */
static void take_acks(struct work *w)
{
	struct page_figures *f = w->into;
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

static bool add_reasons(struct work *w)
{
	struct matching m = {w, (struct page_incident *)w->into->incident,
			     w->into->incident_count, 0};

	if (!m.incidents ||
	    read_incidents(w->source->read, w->order->name, m.list[0].from_us, w->order->to_us,
			   take_reason, &m)) {
		take_acks(w);
		return true;
	}
	text_puts(w->wrong, read_wrong(w->source->read));
	return false;
}

static bool is_failing(const struct track *t, int64_t at_us)
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

/* The reason of a service is which of its members failed. */
static void add_members(struct work *w)
{
	struct page_incident *list = (struct page_incident *)w->into->incident;
	struct text reason = {0};

	for (size_t n = 0; n < w->into->incident_count; n++) {
		text_clear(&reason);
		for (size_t i = 0; i < w->track.members; i++)
			if (is_failing(&w->track.part[i], list[n].from_us))
				text_printf(&reason, "%s'%s'", reason.size ? ", " : "",
					    w->track.member[i]);
		if (reason.size)
			text_puts(&reason, " down");
		list[n].reason = keep(w, text_get(&reason));
	}
	text_release(&reason);
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

static void name_it(struct work *w)
{
	struct text method = {0};

	figures_add_method(&method, w->order->policy, zone_name(w->order->zone));
	if (w->order->what_if)
		suppose_method(&method, w->order->what_if);
	w->into->method = keep(w, text_get(&method));
	w->into->name = keep(w, w->order->name);
	w->into->kind = w->track.is_service ? "service" : "check";
	w->into->sla = keep(w, w->order->policy->name);
	w->into->zone = keep(w, zone_name(w->order->zone));
	w->into->from_us = w->order->from_us;
	w->into->to_us = w->order->to_us;
	text_release(&method);
}

static void tell_resolution(struct work *w)
{
	struct text said = {0};

	words_add_resolution(&said, w->into);
	w->into->resolution = keep(w, text_get(&said));
	text_release(&said);
}

/* ---- what was said afterwards ---- */

/* The same figures as they would be if nobody had said anything. */
static bool tell_said(struct work *w)
{
	struct figures_order before = *w->order;
	struct page_figures *f;

	if (!said_tell(&w->track, w->order, w->over.hours, w->arena, w->into)) {
		text_puts(w->wrong, FIGURES_TOO_MUCH);
		return false;
	}
	if (!w->into->reclassification_count)
		return true;
	before.as_measured = true;
	before.with_reasons = true;
	before.with_detail = false;
	before.days = NULL;
	w->into->before = f = room_for(w, 1, sizeof *f);
	return f && figures_compute(w->source, w->arena, &before, f, w->wrong);
}

static bool add_times(struct work *w)
{
	const struct read_target *t = read_find(w->source->read, w->order->name);

	return times_read(w->source->read, t, w->arena, w->order->from_us, w->order->to_us,
			  &w->into->step, &w->into->step_count, w->wrong);
}

static bool add_detail(struct work *w)
{
	if (!exclusion_tell(&w->exclusion, w->order, w->arena, &w->track.line, w->over.hours,
			    w->end_us, w->into)) {
		text_puts(w->wrong, FIGURES_TOO_MUCH);
		return false;
	}
	if (!w->order->as_measured && !tell_said(w))
		return false;
	if (!w->track.is_service)
		return add_reasons(w) && (!w->order->with_detail || add_times(w));
	add_members(w);
	return true;
}

static bool compute(struct work *w)
{
	const struct figures_order *o = w->order;
	struct sla_sums sums;
	bool has_hours;

	if (!track_get(w->source, o, w->arena, &w->track, w->wrong) ||
	    !exclusion_get(w->source, o, w->arena, &w->track.said, &w->exclusion, w->wrong))
		return false;
	has_hours = o->policy->hours || o->policy->holidays;
	if (has_hours)
		sla_windows_of_hours(&w->hours, o->policy->hours, o->policy->holidays, o->zone,
				     o->from_us, o->to_us);
	w->over = (struct sla_layers){has_hours ? &w->hours : NULL, &w->exclusion.excluded,
				      &w->exclusion.left_out};
	sums = sla_sum(&w->track.line, o->from_us, o->to_us, &w->over, &o->policy->rule);
	name_it(w);
	take_sums(w, &sums);
	take_causes(w, &sums);
	take_incidents(w);
	tell_resolution(w);
	if (o->days && !days_take(w->arena, o, &w->track.line, &w->over))
		text_puts(w->wrong, FIGURES_TOO_MUCH);
	return ((!o->with_detail && !o->with_reasons) || add_detail(w)) && !w->wrong->size;
}

bool figures_compute(const struct figures_source *source, struct arena *arena,
		     const struct figures_order *order, struct page_figures *into,
		     struct text *wrong)
{
	struct work w = {.source = source, .order = order, .arena = arena, .into = into,
			 .wrong = wrong,
			 .end_us = order->now_us < order->to_us ? order->now_us : order->to_us};
	bool is_fine;

	*into = (struct page_figures){.reclassified_at_us = -1, .resolution = "",
				      .to_ack_us = -1, .ack_to_end_us = -1};
	is_fine = read_begin(source->read);
	if (!is_fine)
		text_puts(wrong, read_wrong(source->read));
	is_fine = is_fine && compute(&w);
	read_end(source->read);
	track_release(&w.track);
	sla_windows_release(&w.hours);
	exclusion_release(&w.exclusion);
	return is_fine;
}
