/* web/figures: see figures.h: the rounds over all targets, and who may read what. */
#include "figures.h"

#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/map.h"
#include "../base/memory.h"
#include "figures_inside.h"
#include "rules.h"

#define EVERY_US  (60 * CLOCK_SECOND)
#define RETRY_US  (5 * CLOCK_SECOND) /* of a record that cannot be read yet */
#define STEP_US   5000 /* of work, then */
#define PAUSE_US  20000 /* others have their turn */
#define TELL_US   CLOCK_SECOND /* in the first round, that there is more to see */
#define FORGET_US (3600 * CLOCK_SECOND) /* courses that nobody asked for */

struct site_figures {
	struct loop *loop;
	struct loop_timer timer;
	char *store;
	struct rules rules;
	struct computing now; /* `open` holds the rules */
	struct text wrong; /* why not all of this round could be computed */
	struct map by_name;
	struct figure_entry **list;
	size_t entries, at; /* at: whose turn it is in the round */
	struct figure_entry **wanted; /* whose courses were asked for */
	size_t wanteds, wanted_room;
	int64_t next_us, told_us; /* monotonic */
	int64_t whole_us; /* wall clock */
	uint64_t *changes;
	bool is_asked, is_round;
	struct zone *utc;
	struct inquiries *inquiries;
};

const char *const figure_span_word[SPANS] = {"today", "24h", "7d",    "30d",
					     "90d",   "12m", "month", "1h"};
const char *const figure_span_label[SPANS] = {"today",   "24 hours",  "7 days",     "30 days",
					      "90 days", "12 months", "this month", "1 hour"};

enum figure_span figure_span_of(const char *word, size_t bytes)
{
	size_t i = 0;

	while (i < SPANS && (strlen(figure_span_word[i]) != bytes ||
			     memcmp(figure_span_word[i], word, bytes) != 0))
		i++;
	return (enum figure_span)i;
}

/* ---- who there is ---- */

static void set_text(const char **at, const char *text, bool *has_changed)
{
	if (*at && !strcmp(*at, text))
		return;
	free((char *)*at);
	*at = memory_text(text);
	*has_changed = true;
}

static struct figure_entry *entry_of(struct site_figures *f, const char *name)
{
	struct figure_entry *e = map_find_text(&f->by_name, name);

	if (e)
		return e;
	e = memory_new(sizeof *e);
	e->shown.name = memory_text(name);
	e->shown.up_since_us = e->shown.last_us = e->shown.last_lasted_us = -1;
	for (size_t i = 0; i < SPANS; i++)
		e->shown.window[i].known_micro = e->shown.window[i].period_micro =
			e->shown.window[i].coverage_micro = -1;
	map_put_text(&f->by_name, name, e);
	f->now.has_changed = true;
	return e;
}

static void tell_about(struct site_figures *f, struct figure_entry *e, size_t target,
		       const struct page_about *a)
{
	const struct figures_order order = uptime_order(f->now.open, target, 0, 1);
	bool *changed = &f->now.has_changed;

	e->target = target;
	e->is_seen = true;
	e->shown.is_service = !strcmp(a->kind, "service");
	set_text(&e->shown.category, a->category, changed);
	set_text(&e->shown.module, a->module, changed);
	set_text(&e->shown.zone, zone_name(order.zone), changed);
	set_text(&e->shown.sla, order.policy->name, changed);
}

static void drop(struct site_figures *f, struct figure_entry *e)
{
	for (size_t i = 0; i < f->wanteds; i++)
		if (f->wanted[i] == e)
			f->wanted[i--] = f->wanted[--f->wanteds];
	map_take_text(&f->by_name, e->shown.name);
	entry_release(e);
	free(e);
}

/* The list anew, in the order of the open record; whoever is gone is forgotten. */
static void list_targets(struct site_figures *f)
{
	size_t targets = uptime_targets(f->now.open), entries = 0;
	struct figure_entry **list;

	for (size_t i = 0; i < f->entries; i++)
		f->list[i]->is_seen = false;
	targets = targets < FIGURES_TARGETS ? targets : FIGURES_TARGETS;
	list = memory_new((targets + 1) * sizeof(struct figure_entry *));
	for (size_t i = 0; i < targets; i++) {
		const struct page_about about = uptime_about(f->now.open, i);

		if (about.is_removed)
			continue;
		list[entries] = entry_of(f, about.name);
		tell_about(f, list[entries++], i, &about);
	}
	for (size_t i = 0; i < f->entries; i++)
		if (!f->list[i]->is_seen)
			drop(f, f->list[i]);
	free(f->list);
	f->list = list;
	f->now.has_changed |= f->entries != entries;
	f->entries = entries;
}

/* ---- rounds ---- */

static void tell_changes(struct site_figures *f)
{
	*f->changes += f->now.has_changed;
	f->now.has_changed = false;
	f->told_us = clock_mono_us();
}

static void close_record(struct site_figures *f)
{
	entry_stop(&f->now);
	uptime_close(f->now.open);
	f->now.open = NULL;
	f->is_round = false;
}

static void forget_courses(struct site_figures *f, int64_t now_us)
{
	for (size_t i = 0; i < f->wanteds; i++) {
		struct figure_entry *e = f->wanted[i];
		int64_t asked_us = 0;

		for (int c = 0; c < COURSES; c++)
			asked_us =
				e->course[c].asked_us > asked_us ? e->course[c].asked_us : asked_us;
		if (now_us - asked_us < FORGET_US)
			continue;
		course_forget(e);
		f->wanted[i--] = f->wanted[--f->wanteds];
	}
}

static bool begin_round(struct site_figures *f)
{
	int64_t now_us = clock_wall_us();

	close_record(f);
	text_clear(&f->wrong);
	f->now.wrong = &f->wrong;
	f->now.end_us = now_us - now_us % CLOCK_SECOND;
	f->now.open = uptime_open(f->store, rules_get(&f->rules), f->now.end_us, &f->wrong);
	f->at = 0;
	f->next_us = clock_mono_us() + (f->now.open ? EVERY_US : RETRY_US);
	if (!f->now.open || !uptime_marks(f->now.open, &f->now.marks)) {
		close_record(f);
		return false;
	}
	list_targets(f);
	forget_courses(f, now_us);
	f->is_round = true;
	return true;
}

static void end_round(struct site_figures *f)
{
	f->is_round = false;
	f->whole_us = f->now.end_us;
	tell_changes(f);
}

/* False: the round is over, and the next is not due. */
static bool step_round(struct site_figures *f)
{
	if (!f->is_round && (clock_mono_us() < f->next_us || !begin_round(f)))
		return false;
	if (f->at == f->entries) {
		end_round(f);
		return false;
	}
	if (!entry_step(f->list[f->at], &f->now))
		return true;
	f->at++;
	if (!f->whole_us && clock_mono_us() - f->told_us >= TELL_US)
		tell_changes(f);
	return true;
}

/* Somebody waits for them, so they go first. */
static bool step_courses(struct site_figures *f)
{
	bool has_worked = false;

	for (size_t i = 0; f->now.open && i < f->wanteds && !has_worked; i++)
		has_worked = course_step(f->wanted[i], &f->now);
	if (!has_worked && f->now.has_changed && !f->is_round)
		tell_changes(f);
	return has_worked;
}

static void fire(struct loop_timer *t)
{
	struct site_figures *f =
		(struct site_figures *)((char *)t - offsetof(struct site_figures, timer));
	int64_t until_us = clock_mono_us() + STEP_US;
	bool has_worked = true;

	while (has_worked && clock_mono_us() < until_us)
		has_worked = step_courses(f) || step_round(f);
	if (f->now.open)
		read_linger(uptime_source(f->now.open)->read, has_worked);
	loop_set(f->loop, &f->timer, has_worked ? clock_mono_us() + PAUSE_US : f->next_us);
}

/* ---- for its owner ---- */

struct site_figures *figures_new(struct loop *loop, uint64_t *changes)
{
	struct site_figures *f = memory_new(sizeof *f);

	f->loop = loop;
	f->timer.fire = fire;
	f->changes = changes;
	f->utc = zone_open("UTC", &f->wrong); /* of no file */
	f->inquiries = inquiries_new(loop, (const char *const *)&f->store, &f->rules);
	return f;
}

void figures_start(struct site_figures *f, const char *store)
{
	free(f->store);
	f->store = memory_text(store);
}

static void forget(struct site_figures *f)
{
	loop_stop_timer(f->loop, &f->timer);
	close_record(f);
	for (size_t i = 0; i < f->entries; i++) {
		entry_release(f->list[i]);
		free(f->list[i]);
	}
	free(f->list);
	free(f->wanted);
	map_release(&f->by_name);
	f->by_name = (struct map){0};
	f->list = f->wanted = NULL;
	f->entries = f->wanteds = f->wanted_room = 0;
	f->whole_us = f->next_us = 0;
	++*f->changes;
}

void figures_take(struct site_figures *f, const struct line *l)
{
	if (!rules_take(&f->rules, l))
		return;
	forget(f);
	inquiries_restart(f->inquiries);
	rules_change(&f->rules);
	if (f->is_asked)
		loop_set(f->loop, &f->timer, clock_mono_us());
}

void figures_free(struct site_figures *f)
{
	if (!f)
		return;
	inquiries_free(f->inquiries);
	forget(f);
	rules_release(&f->rules);
	text_release(&f->wrong);
	zone_close(f->utc);
	free(f->store);
	free(f);
}

void figures_ask(struct site_figures *f)
{
	if (f->is_asked || !f->store || !*f->store)
		return;
	f->is_asked = true;
	loop_set(f->loop, &f->timer, clock_mono_us());
}

void figures_renew(struct site_figures *f)
{
	f->next_us = 0;
	if (f->is_asked)
		loop_set(f->loop, &f->timer, clock_mono_us());
}

/* ---- for readers ---- */

struct figures_progress figures_progress(const struct site_figures *f)
{
	return (struct figures_progress){.targets = f->entries,
					 .known = f->whole_us ? f->entries : f->at,
					 .is_first = !f->whole_us,
					 .is_round = f->is_round || !f->next_us,
					 .at_us = f->whole_us,
					 .wrong = text_get(&f->wrong)};
}

size_t figures_count(const struct site_figures *f)
{
	return f->entries;
}

const struct figure *figures_at(const struct site_figures *f, size_t i)
{
	return &f->list[i]->shown;
}

const struct figure *figures_find(const struct site_figures *f, const char *name)
{
	const struct figure_entry *e = map_find_text(&f->by_name, name);

	return e ? &e->shown : NULL;
}

struct inquiries *figures_inquiries(struct site_figures *f)
{
	return f->inquiries;
}

/* False: so many were asked for that there is no room for another. */
static bool want(struct site_figures *f, struct figure_entry *e)
{
	for (size_t i = 0; i < f->wanteds; i++)
		if (f->wanted[i] == e)
			return true;
	if (f->wanteds == FIGURES_COURSES)
		return false;
	if (f->wanteds == f->wanted_room) {
		f->wanted_room = f->wanted_room ? 2 * f->wanted_room : 16;
		f->wanted =
			memory_resize(f->wanted, f->wanted_room * sizeof(struct figure_entry *));
	}
	f->wanted[f->wanteds++] = e;
	return true;
}

struct figure_parts figure_course(struct site_figures *f, const char *name,
				  enum figure_course which)
{
	struct figure_entry *e = map_find_text(&f->by_name, name);
	struct figure_parts parts = {0};
	bool is_wanted = false;

	if (e && want(f, e))
		parts = course_ask(e, which, clock_wall_us(), &is_wanted);
	if (is_wanted)
		loop_set(f->loop, &f->timer, clock_mono_us());
	return parts;
}

const struct zone *figures_zone(const struct site_figures *f, const char *name)
{
	const struct figure_entry *e = map_find_text(&f->by_name, name);

	return e && f->now.open ? uptime_order(f->now.open, e->target, 0, 1).zone : f->utc;
}

int64_t figures_month_micro(const struct site_figures *f, const char *name)
{
	const struct figure *found = figures_find(f, name);

	return found ? found->window[SPAN_MONTH].known_micro : -1;
}
