/* web/figures_draft: figures as they are shown, made from those of report/figures, and whether they
 * differ from the ones before. See figures_inside.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../report/days.h"
#include "figures_inside.h"

#define REASON_BYTES 500

void draft_copy_sums(struct figure_window *w, const struct page_figures *f)
{
	w->from_us = f->from_us;
	w->to_us = f->to_us;
	w->known_micro = f->known_micro;
	w->period_micro = f->period_micro;
	w->coverage_micro = f->coverage_micro;
	w->span_us = f->span_us;
	w->known_us = f->known_us;
	w->up_us = f->up_us;
	w->degraded_us = f->degraded_us;
	w->down_us = f->down_us;
	w->unknown_us = f->unknown_us;
	w->not_monitored_us = f->not_monitored_us;
	w->maintenance_us = f->maintenance_us;
	w->outside_us = f->outside_hours_us + f->excluded_us;
	w->counted_down_us = f->counted_down_us;
	w->incidents = f->incidents;
	w->longest_us = f->longest_us;
	w->resolution_us = f->resolution_us;
	w->target_micro = f->target_micro;
	w->budget_us = f->budget_us;
}

/* Time that passes well is no news. */
static struct figure_window news_of(const struct figure_window *w)
{
	struct figure_window news;

	memcpy(&news, w, sizeof news);
	news.from_us = news.to_us = news.span_us = news.known_us = news.up_us = 0;
	news.not_monitored_us = news.outside_us = news.times_from_us = news.times_to_us = 0;
	news.total.count = news.budget_us = 0;
	for (size_t i = 0; i < news.steps; i++)
		news.step[i].count = 0;
	return news;
}

void draft_show_window(struct piece *p, enum figure_span at, const struct figure_window *w)
{
	const struct figure_window was = news_of(&p->entry->draft->window[at]), is = news_of(w);

	p->with->has_changed |= memcmp(&was, &is, sizeof was) != 0;
	memcpy(&p->entry->draft->window[at], w, sizeof *w);
}

static void name_day(const struct zone *zone, struct figure_day *d)
{
	struct civil c = zone_civil(zone, d->from_us / CLOCK_SECOND);
	struct text date = {0};

	text_printf(&date, "%04d-%02d-%02d", (int)c.year, c.month, c.day);
	strncpy(d->date, text_get(&date), sizeof d->date - 1);
	text_release(&date);
}

void draft_copy_day(struct piece *p, const struct page_day *from, struct figure_day *d)
{
	memset(d, 0, sizeof *d);
	d->from_us = from->from_us;
	d->to_us = from->to_us;
	d->known_micro = from->known_micro;
	d->known_us = from->known_us;
	d->up_us = from->up_us;
	d->degraded_us = from->degraded_us;
	d->down_us = from->down_us;
	d->unknown_us = from->unknown_us;
	d->not_monitored_us = from->not_monitored_us;
	d->maintenance_us = from->maintenance_us;
	d->outside_us = from->outside_hours_us + from->excluded_us;
	d->counted_down_us = from->counted_down_us;
	d->state = from->state;
	d->letter = page_glance(from);
	name_day(p->zone, d);
}

static bool is_other_day(const struct figure_day *a, const struct figure_day *b)
{
	return a->from_us != b->from_us || a->letter != b->letter || a->incidents != b->incidents ||
	       a->known_micro != b->known_micro || a->down_us != b->down_us ||
	       a->degraded_us != b->degraded_us || a->unknown_us != b->unknown_us ||
	       a->maintenance_us != b->maintenance_us;
}

void draft_show_day(struct piece *p, size_t at, const struct figure_day *d)
{
	p->with->has_changed |= is_other_day(&p->entry->draft->day[at], d);
	p->entry->draft->day[at] = *d;
}

/* ---- incidents ---- */

static bool is_outage(const struct page_incident *i)
{
	return i->is_confirmed && i->counted_us;
}

static char *cut(const char *text)
{
	struct text safe = {0};
	char *kept;

	text_add_safe(&safe, text, strlen(text), REASON_BYTES);
	kept = memory_text(text_get(&safe));
	text_release(&safe);
	return kept;
}

static void release_incidents(struct figure *f)
{
	for (size_t i = 0; i < f->incidents; i++) {
		free(f->incident[i].id);
		free(f->incident[i].step);
		free(f->incident[i].reason);
	}
	f->incidents = 0;
}

static bool is_other_incident(const struct figure_incident *a, const struct page_incident *b)
{
	return a->from_us != b->from_us || a->to_us != b->to_us || strcmp(a->id, b->id) ||
	       strcmp(a->step, b->step);
}

void draft_show_incidents(struct piece *p)
{
	struct figure *f = p->entry->draft;
	size_t was = f->incidents, n = 0;
	bool is_other = false;

	for (size_t i = p->figures.incident_count; i-- && n < FIGURE_INCIDENTS;) {
		const struct page_incident *from = &p->figures.incident[i];

		if (!is_outage(from))
			continue;
		is_other |= n >= was || is_other_incident(&f->incident[n], from);
		n++;
	}
	p->with->has_changed |= is_other || n != was;
	if (p->entry->has_new_incidents)
		release_incidents(f);
	p->entry->has_new_incidents = true;
	f->incidents = 0;
	for (size_t i = p->figures.incident_count; i-- && f->incidents < FIGURE_INCIDENTS;) {
		const struct page_incident *from = &p->figures.incident[i];

		if (is_outage(from))
			f->incident[f->incidents++] = (struct figure_incident){
				from->from_us, from->to_us,     from->lasted_us,
				cut(from->id), cut(from->step), cut(from->reason)};
	}
}

void draft_show_last(struct piece *p)
{
	struct figure *f = p->entry->draft;
	size_t i = p->figures.incident_count;

	f->up_since_us = f->last_us = f->last_lasted_us = -1;
	while (i && !is_outage(&p->figures.incident[i - 1]))
		i--;
	if (!i)
		return;
	f->last_us = p->figures.incident[i - 1].from_us;
	f->last_lasted_us = p->figures.incident[i - 1].lasted_us;
	f->up_since_us = p->figures.incident[i - 1].to_us;
}

void draft_show_method(struct piece *p)
{
	struct figure *f = p->entry->draft;

	if (f->method && !strcmp(f->method, p->figures.method))
		return;
	if (f->method != p->entry->shown.method)
		free((char *)f->method);
	f->method = memory_text(p->figures.method);
	p->with->has_changed = true;
}

void draft_begin(struct figure_entry *e)
{
	if (!e->draft)
		e->draft = memory_new(sizeof *e->draft);
	*e->draft = e->shown;
	e->has_new_incidents = false;
}

void draft_end(struct figure_entry *e, bool is_shown)
{
	struct figure *out = is_shown ? &e->shown : e->draft;

	if (!e->draft)
		return;
	if (e->has_new_incidents)
		release_incidents(out);
	if (e->draft->method != e->shown.method)
		free((char *)out->method);
	if (is_shown)
		e->shown = *e->draft;
	free(e->draft);
	e->draft = NULL;
}

void entry_release(struct figure_entry *e)
{
	struct figure *f = &e->shown;
	const char *const text[] = {f->name, f->category, f->module, f->zone, f->sla, f->method};

	draft_end(e, false);
	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		free((char *)text[i]);
	release_incidents(f);
	course_forget(e);
}
