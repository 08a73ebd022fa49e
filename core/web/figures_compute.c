/* web/figures_compute: one target's figures, in pieces that each take a millisecond or so: every
 * piece is one question to report/figures. See figures_inside.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../report/days.h"
#include "../report/times.h"
#include "figures_inside.h"

#define ARENA_BYTES (16u << 20)

static void tell(struct piece *p)
{
	if (p->wrong.size && !p->with->wrong->size)
		text_puts(p->with->wrong, text_get(&p->wrong));
}

/* ---- questions ---- */

static bool ask(struct piece *p, int64_t from_us, int64_t to_us, bool with_reasons,
		struct figures_days *days)
{
	struct figures_order order = uptime_order(p->with->open, p->entry->target, from_us, to_us);

	order.now_us = p->with->end_us;
	order.with_reasons = with_reasons;
	order.days = days;
	return figures_compute(uptime_source(p->with->open), &p->arena, &order, &p->figures,
			       &p->wrong);
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

/* ---- pieces ---- */

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

static void today(struct piece *p)
{
	const struct page_span span = figures_span(p->zone, p->with->end_us, 1);
	struct figures_days days = {0};
	struct figure_window w;
	struct figure_day d;

	memset(&w, 0, sizeof w);
	if (!ask(p, span.from_us, span.to_us, false, &days))
		return;
	draft_copy_sums(&w, &p->figures);
	draft_show_method(p);
	w.trend = p->entry->draft->window[SPAN_TODAY].trend;
	judge_long(p, &w);
	draft_show_window(p, SPAN_TODAY, &w);
	if (!days.days || !p->entry->draft->days)
		return;
	draft_copy_day(p, &days.day[0], &d);
	d.incidents = (uint32_t)w.incidents;
	draft_show_day(p, p->entry->draft->days - 1, &d);
}

static void last_24h(struct piece *p)
{
	const int64_t end_us = p->with->end_us, from_us = end_us - 86400 * CLOCK_SECOND;
	const struct figure_window *shown = &p->entry->draft->window[SPAN_24H];
	struct figure_window w;

	memset(&w, 0, sizeof w);
	if (!ask(p, from_us, end_us, false, NULL))
		return;
	draft_copy_sums(&w, &p->figures);
	if (end_us - p->entry->times_us >= FIGURES_FINAL_US || end_us < p->entry->times_us) {
		p->entry->times_us = end_us;
		read_times(p, from_us, end_us, &w);
	} else {
		w.times_from_us = shown->times_from_us;
		w.times_to_us = shown->times_to_us;
		w.total = shown->total;
		w.steps = shown->steps;
		memcpy(w.step, shown->step, sizeof w.step);
	}
	draft_show_window(p, SPAN_24H, &w);
}

static void last_hour(struct piece *p)
{
	struct figure_window w;

	memset(&w, 0, sizeof w);
	if (!ask(p, p->with->end_us - 3600 * CLOCK_SECOND, p->with->end_us, false, NULL))
		return;
	draft_copy_sums(&w, &p->figures);
	draft_show_window(p, SPAN_1H, &w);
}

static void this_month(struct piece *p)
{
	struct figure_window w;

	memset(&w, 0, sizeof w);
	if (!ask(p, figures_month_us(p->zone, p->with->end_us - 1, 0), p->with->end_us, false,
		 NULL))
		return;
	draft_copy_sums(&w, &p->figures);
	draft_show_window(p, SPAN_MONTH, &w);
}

static void whole_days(struct piece *p, enum figure_span at, int days)
{
	const struct page_span span = figures_span(p->zone, p->with->end_us, days);
	struct figure_window w;

	memset(&w, 0, sizeof w);
	if (!p->entry->is_long_due || !ask(p, span.from_us, span.to_us, false, NULL))
		return;
	draft_copy_sums(&w, &p->figures);
	w.trend = p->entry->draft->window[at].trend;
	if (at == SPAN_12M)
		draft_show_last(p);
	read_times(p, span.from_us, span.to_us, &w);
	draft_show_window(p, at, &w);
}

/* Against as many days before. */
static void judge_trend(struct piece *p, enum figure_span at, int days)
{
	const struct page_span span = figures_span(p->zone, p->with->end_us, days);
	struct figure_window *w = &p->entry->draft->window[at];
	const struct page_figures now = {.span_us = w->span_us,
					 .known_us = w->known_us,
					 .counted_down_us = w->counted_down_us,
					 .resolution_us = w->resolution_us};
	enum page_trend trend;

	if (at != SPAN_TODAY && !p->entry->is_long_due)
		return;
	if (!ask(p, span.before_from_us, span.before_to_us, false, NULL))
		return;
	trend = page_trend(&now, &p->figures);
	p->with->has_changed |= trend != w->trend;
	w->trend = trend;
}

static void today_trend(struct piece *p)
{
	judge_trend(p, SPAN_TODAY, 1);
}

static void week(struct piece *p)
{
	whole_days(p, SPAN_7D, 7);
}

static void week_trend(struct piece *p)
{
	judge_trend(p, SPAN_7D, 7);
}

static void month_trend(struct piece *p)
{
	judge_trend(p, SPAN_30D, 30);
}

static void quarter_trend(struct piece *p)
{
	judge_trend(p, SPAN_90D, FIGURE_DAYS);
}

static void year_trend(struct piece *p)
{
	judge_trend(p, SPAN_12M, 0);
}

static void month(struct piece *p)
{
	whole_days(p, SPAN_30D, 30);
}

static void quarter(struct piece *p)
{
	whole_days(p, SPAN_90D, FIGURE_DAYS);
}

static void year(struct piece *p)
{
	whole_days(p, SPAN_12M, 0);
}

static void count_incident(const struct page_incident *i, struct figure_day *day, size_t days)
{
	for (size_t d = 0; i->is_counted && d < days; d++)
		day[d].incidents += i->from_us >= day[d].from_us && i->from_us < day[d].to_us;
}

static void days_of_quarter(struct piece *p)
{
	const struct page_span span = figures_span(p->zone, p->with->end_us, FIGURE_DAYS);
	struct figure_day *day;
	struct figures_days list = {0};

	if (!p->entry->is_long_due || !ask(p, span.from_us, span.to_us, true, &list))
		return;
	list.days = list.days < FIGURE_DAYS ? list.days : FIGURE_DAYS;
	day = memory_new((list.days + 1) * sizeof *day);
	for (size_t i = 0; i < list.days; i++)
		draft_copy_day(p, &list.day[i], &day[i]);
	for (size_t i = 0; i < p->figures.incident_count; i++)
		count_incident(&p->figures.incident[i], day, list.days);
	for (size_t i = 0; i < list.days; i++)
		draft_show_day(p, i, &day[i]);
	p->entry->draft->days = list.days;
	draft_show_incidents(p);
	free(day);
}

static void (*const piece[])(struct piece *) = {
	today,           today_trend,   last_hour,   last_24h,  this_month,
	days_of_quarter, month,         month_trend, week,      week_trend,
	quarter,         quarter_trend, year,        year_trend};
#define PIECES (sizeof piece / sizeof *piece)

bool entry_compute(struct figure_entry *e, struct computing *with, size_t number)
{
	struct piece p = {.entry = e, .with = with};

	if (!number)
		draft_begin(e);
	p.zone = uptime_order(with->open, e->target, 0, 1).zone;
	arena_init(&p.arena, NULL, 0, ARENA_BYTES);
	piece[number](&p);
	tell(&p);
	text_release(&p.wrong);
	arena_release(&p.arena);
	if (number + 1 < PIECES)
		return false;
	draft_end(e, true);
	return true;
}
