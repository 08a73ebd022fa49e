/* web/figures_compute: one target's figures, a question to report/figures at a time, each answered
 * in steps of a millisecond or so, whatever a service is made of. See figures_inside.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../report/times.h"
#include "figures_inside.h"

#define ARENA_BYTES (16u << 20)

static void tell(struct piece *p)
{
	if (p->wrong.size && !p->with->wrong->size)
		text_puts(p->with->wrong, text_get(&p->wrong));
}

static void copy_times(struct figure_times *into, const struct page_times *t)
{
	*into = (struct figure_times){
		.count = t->count, .p50_us = t->p50_us, .p95_us = t->p95_us, .p99_us = t->p99_us};
	strncpy(into->step, t->step, sizeof into->step - 1);
}

static void read_times(struct piece *p, int64_t from_us, int64_t to_us, struct figure_window *w)
{
	struct read *r = uptime_source(p->with->open)->read;
	const struct page_times *list;
	size_t count;

	w->times_from_us = from_us;
	w->times_to_us = to_us;
	if (!times_read(r, read_find(r, p->entry->shown.name), &p->arena, from_us, to_us, &list,
			&count, &p->wrong))
		return;
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i].step, "total"))
			copy_times(&w->total, &list[i]);
		else if (w->steps < FIGURE_STEPS)
			copy_times(&w->step[w->steps++], &list[i]);
}

/* ---- questions, and what is taken from their answers ---- */

static int64_t bad_of(const struct figure_window *w)
{
	return w->down_us + w->degraded_us;
}

static int64_t lost_of(const struct figure_window *w)
{
	return w->unknown_us + w->maintenance_us;
}

/* Decides whether what is over is due, too. */
static void judge_long(struct piece *p, const struct figure_window *today)
{
	struct figure_entry *e = p->entry;
	const struct uptime_marks *m = &p->with->marks;
	int64_t age_us = p->with->end_us - e->long_us;
	bool is_other = e->marks.links != m->links || e->lost_us != lost_of(today);

	e->is_long_due = !e->long_us || e->midnight_us != today->from_us ||
			 e->bad_us != bad_of(today) || e->marks.claims != m->claims ||
			 (is_other && age_us >= FIGURES_FINAL_US) || age_us >= FIGURES_LONG_US ||
			 age_us < 0;
	if (!e->is_long_due)
		return;
	e->long_us = p->with->end_us;
	e->midnight_us = today->from_us;
	e->bad_us = bad_of(today);
	e->lost_us = lost_of(today);
	e->marks = *m;
}

static void take_today(struct piece *p)
{
	struct figure_window w = {.trend = p->entry->draft->window[SPAN_TODAY].trend};
	struct figure_day d;

	draft_copy_sums(&w, &p->figures);
	draft_show_method(p);
	judge_long(p, &w);
	draft_show_window(p, SPAN_TODAY, &w);
	if (!p->days.days || !p->entry->draft->days)
		return;
	draft_copy_day(p, &p->days.day[0], &d);
	d.incidents = (uint32_t)w.incidents;
	draft_show_day(p, p->entry->draft->days - 1, &d);
}

static void take_24h(struct piece *p)
{
	const int64_t end_us = p->with->end_us;
	const struct figure_window *shown = &p->entry->draft->window[SPAN_24H];
	struct figure_window w = {0};

	draft_copy_sums(&w, &p->figures);
	if (end_us - p->entry->times_us >= FIGURES_FINAL_US || end_us < p->entry->times_us) {
		p->entry->times_us = end_us;
		read_times(p, p->figures.from_us, p->figures.to_us, &w);
	} else {
		w.times_from_us = shown->times_from_us;
		w.times_to_us = shown->times_to_us;
		w.total = shown->total;
		w.steps = shown->steps;
		memcpy(w.step, shown->step, sizeof w.step);
	}
	draft_show_window(p, SPAN_24H, &w);
}

static void take_sums(struct piece *p)
{
	struct figure_window w = {0};

	draft_copy_sums(&w, &p->figures);
	draft_show_window(p, p->asked->shows, &w);
}

static void take_window(struct piece *p)
{
	const enum figure_span at = p->asked->shows;
	struct figure_window w = {.trend = p->entry->draft->window[at].trend};

	draft_copy_sums(&w, &p->figures);
	if (at == SPAN_12M)
		draft_show_last(p);
	read_times(p, p->figures.from_us, p->figures.to_us, &w);
	draft_show_window(p, at, &w);
}

/* Against as many days before. */
static void take_trend(struct piece *p)
{
	struct figure_window *w = &p->entry->draft->window[p->asked->shows];
	const struct page_figures now = {.span_us = w->span_us,
					 .known_us = w->known_us,
					 .counted_down_us = w->counted_down_us,
					 .resolution_us = w->resolution_us};
	enum page_trend trend = page_trend(&now, &p->figures);

	p->with->has_changed |= trend != w->trend;
	w->trend = trend;
}

static void count_incident(const struct page_incident *i, struct figure_day *day, size_t days)
{
	for (size_t d = 0; i->is_counted && d < days; d++)
		day[d].incidents += i->from_us >= day[d].from_us && i->from_us < day[d].to_us;
}

static void take_days(struct piece *p)
{
	const size_t days = p->days.days < FIGURE_DAYS ? p->days.days : FIGURE_DAYS;
	struct figure_day *day = memory_new((days + 1) * sizeof *day);

	for (size_t i = 0; i < days; i++)
		draft_copy_day(p, &p->days.day[i], &day[i]);
	for (size_t i = 0; i < p->figures.incident_count; i++)
		count_incident(&p->figures.incident[i], day, days);
	for (size_t i = 0; i < days; i++)
		draft_show_day(p, i, &day[i]);
	p->entry->draft->days = days;
	draft_show_incidents(p);
	free(day);
}

/* ---- questions ---- */

static void whole_days(const struct piece *p, int days, struct figures_order *o)
{
	const struct page_span span = figures_span(p->zone, p->with->end_us, days);

	o->from_us = span.from_us;
	o->to_us = span.to_us;
}

static void days_before(const struct piece *p, int days, struct figures_order *o)
{
	const struct page_span span = figures_span(p->zone, p->with->end_us, days);

	o->from_us = span.before_from_us;
	o->to_us = span.before_to_us;
}

static void last_hours(const struct piece *p, int hours, struct figures_order *o)
{
	o->to_us = p->with->end_us;
	o->from_us = o->to_us - hours * 3600 * CLOCK_SECOND;
}

static void this_month(const struct piece *p, int months, struct figures_order *o)
{
	o->to_us = p->with->end_us;
	o->from_us = figures_month_us(p->zone, o->to_us - 1, -months);
}

/* In their turn: trends behind the window that they are of, the end of today first of all. */
static const struct piece_question question[] = {
	{SPAN_TODAY, whole_days, 1, take_today, ASKS_DAYS},
	{SPAN_TODAY, days_before, 1, take_trend, 0},
	{SPAN_1H, last_hours, 1, take_sums, 0},
	{SPAN_24H, last_hours, 24, take_24h, 0},
	{SPAN_MONTH, this_month, 0, take_sums, 0},
	{SPAN_90D, whole_days, FIGURE_DAYS, take_days, ASKS_LONG | ASKS_DAYS | ASKS_REASONS},
	{SPAN_30D, whole_days, 30, take_window, ASKS_LONG},
	{SPAN_30D, days_before, 30, take_trend, ASKS_LONG},
	{SPAN_7D, whole_days, 7, take_window, ASKS_LONG},
	{SPAN_7D, days_before, 7, take_trend, ASKS_LONG},
	{SPAN_90D, whole_days, FIGURE_DAYS, take_window, ASKS_LONG},
	{SPAN_90D, days_before, FIGURE_DAYS, take_trend, ASKS_LONG},
	{SPAN_12M, whole_days, 0, take_window, ASKS_LONG},
	{SPAN_12M, days_before, 0, take_trend, ASKS_LONG},
};
#define QUESTIONS (sizeof question / sizeof *question)

static void begin(struct figure_entry *e, struct computing *with)
{
	const struct piece_question *asked = &question[with->number];
	struct figures_order order = uptime_order(with->open, e->target, 0, 1);
	struct piece *p = memory_new(sizeof *p);

	p->entry = e;
	p->with = with;
	p->asked = asked;
	p->zone = order.zone;
	arena_init(&p->arena, NULL, 0, ARENA_BYTES);
	asked->span(p, asked->count, &order);
	order.now_us = with->end_us;
	order.with_reasons = asked->asks & ASKS_REASONS;
	order.days = asked->asks & ASKS_DAYS ? &p->days : NULL;
	p->question =
		figures_begin(uptime_source(with->open), &p->arena, &order, &p->figures, &p->wrong);
	with->piece = p;
}

static void end(struct computing *with)
{
	struct piece *p = with->piece;

	figures_end(p->question);
	tell(p);
	text_release(&p->wrong);
	arena_release(&p->arena);
	free(p);
	with->piece = NULL;
	with->number++;
}

void entry_stop(struct computing *with)
{
	if (with->piece)
		end(with);
	with->number = 0;
}

/* To the next question that is due; false: there is none. */
static bool find_question(const struct figure_entry *e, struct computing *with)
{
	while (with->number < QUESTIONS && (question[with->number].asks & ASKS_LONG) &&
	       !e->is_long_due)
		with->number++;
	return with->number < QUESTIONS;
}

bool entry_step(struct figure_entry *e, struct computing *with)
{
	enum figures_step is;

	if (!with->piece && !with->number)
		draft_begin(e);
	if (!with->piece)
		begin(e, with);
	is = figures_step(with->piece->question);
	if (is == FIGURES_MORE)
		return false;
	if (is == FIGURES_DONE)
		with->piece->asked->take(with->piece);
	end(with);
	if (find_question(e, with))
		return false;
	with->number = 0;
	draft_end(e, true);
	return true;
}
