/* report/track: see track.h. */
#include "track.h"

#include <stdlib.h>
#include <string.h>

#include "../base/map.h"
#include "../base/memory.h"

#define SILENT_INTERVALS 3

/* What it is: defined in the configuration, or known to the record. */
struct target {
	const char *name;
	const struct read_target *known; /* NULL: the record has nothing of it */
	struct read_makeup now; /* of a service: what it is made of since the last of its makeups */
	bool is_service;
};

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void track_release(struct track *t)
{
	for (size_t i = 0; t->part && i < t->members; i++)
		track_release(&t->part[i]);
	free(t->part);
	free(t->incidents.incident);
	sla_line_release(&t->line);
	said_release(&t->said);
	*t = (struct track){0};
}

static const struct figures_service *find_service(const struct figures_source *s, const char *name)
{
	for (size_t i = 0; i < s->services; i++)
		if (!strcmp(s->service[i].name, name))
			return &s->service[i];
	return NULL;
}

static void define(const struct figures_source *s, const char *name, struct target *t)
{
	const struct figures_service *own = find_service(s, name);

	*t = (struct target){.name = name, .known = read_find(s->read, name)};
	if (own) {
		t->is_service = true;
		t->now = (struct read_makeup){INT64_MAX, own->member, own->weight, own->members,
					      own->need};
	} else if (t->known && t->known->kind == READ_SERVICE) {
		t->is_service = true;
		t->now = (struct read_makeup){INT64_MAX, t->known->member, t->known->weight,
					      t->known->members, t->known->need};
	}
}

/* ---- a check ---- */

/* The longest that was in force; of changes of state there is none. */
static void take_interval(struct track *into, const struct figures_order *o,
			  const struct sla_samples *all, int64_t standard_us)
{
	bool has_events = false;

	for (size_t i = 0; i < all->samples; i++) {
		const struct sla_sample *s = &all->sample[i];

		has_events |= s->origin == SLA_EVENT && s->at_us < o->to_us;
		if (s->last_us >= o->from_us - s->interval_us && s->at_us < o->to_us &&
		    s->interval_us > into->interval_us)
			into->interval_us = s->interval_us;
	}
	if (!into->interval_us && !has_events)
		into->interval_us = standard_us;
}

/* Nobody has looked for longer than a sample may speak, and yet it should be watched: the monitor
 * is off. What is younger is not known yet; what is imported or no longer configured has ended. */
static void add_silence(const struct figures_order *o, const struct read_target *t,
			const struct sla_samples *all, struct sla_line *line)
{
	const struct sla_sample *last = all->samples ? &all->sample[all->samples - 1] : NULL;
	int64_t end_us = earlier(o->to_us, o->now_us);

	if (last && line->spans && last->origin == SLA_MEASURED && !t->removed_us &&
	    (o->now_us - last->last_us) / SILENT_INTERVALS > last->interval_us)
		sla_line_add(line, line->span[line->spans - 1].to_us, end_us, SLA_UNKNOWN,
			     SLA_MONITOR_OFF);
}

/* In a what-if: what probes so far apart would have found, of a check that was probed more often.
 */
static void thin(const struct figures_order *o, struct sla_samples *all)
{
	int64_t every_us = o->what_if ? o->what_if->interval_us : 0;
	struct sla_samples thinned = {0};
	bool is_denser = false;

	for (size_t i = 0; i < all->samples; i++)
		is_denser |= all->sample[i].interval_us < every_us;
	if (!every_us || !is_denser)
		return;
	sla_resample(&thinned, all->sample, all->samples, every_us, o->now_us);
	free(all->sample);
	*all = thinned;
}

static bool from_samples(const struct figures_source *s, const struct figures_order *o,
			 const struct read_target *t, struct track *into)
{
	struct sla_samples all = {0};
	const struct sla_reading how = {o->policy->rule.start, o->now_us};
	int64_t wider_us = o->what_if ? o->what_if->interval_us : 0;
	bool is_fine = read_samples(s->read, t, o->from_us - wider_us, o->to_us + wider_us, &all);

	if (is_fine)
		thin(o, &all);
	if (is_fine)
		sla_from_samples(&into->line, &into->incidents, all.sample, all.samples, &how);
	if (is_fine)
		add_silence(o, t, &all, &into->line);
	take_interval(into, o, &all, t->interval_us);
	free(all.sample);
	return is_fine;
}

/* One target on the way down to the members of a service. */
struct level {
	struct target target;
	struct track *into;
	/* of a service: the member whose line is made; then which makeup is merged, from where all
	 * of them begin, and which of its members */
	size_t part, makeup, at;
	int64_t from_us;
	bool has_begun;
	struct sla_merge *merge;
};

struct tracking {
	const struct figures_source *source;
	const struct figures_order *order;
	struct arena *arena;
	struct text *wrong;
	struct level level[TRACK_DEPTH + 1];
	size_t levels;
};

/* What was said afterwards comes last; the incidents are then those of the line that it makes. */
static bool lay_said(const struct tracking *k, const char *name, struct track *into)
{
	const struct figures_order *o = k->order;
	bool is_laid;

	if (o->as_measured)
		return true;
	if (!said_lay(k->source, k->arena, name, o->from_us, o->to_us, &into->line, &into->said,
		      &is_laid, k->wrong))
		return false;
	if (is_laid) {
		into->incidents.incidents = 0;
		sla_incidents_of_line(&into->line, !into->is_service, &into->incidents);
	}
	return true;
}

static bool track_check(const struct tracking *k, const struct target *t, struct track *into)
{
	if (!t->known || from_samples(k->source, k->order, t->known, into))
		return lay_said(k, t->name, into);
	text_puts(k->wrong, read_wrong(k->source->read));
	return false;
}

/* ---- a service ---- */

/* Members of all its makeups, each once. */
struct gathering {
	struct tracking *k;
	struct map place; /* by name, plus one */
	const char **member;
	size_t members;
};

static size_t place_of(struct gathering *g, const char *name)
{
	uintptr_t at = (uintptr_t)map_find_text(&g->place, name);

	if (!at) {
		g->member[g->members++] = name;
		at = g->members;
		map_put_text(&g->place, name, (void *)at);
	}
	return at - 1;
}

/* The need of a service is another one in a what-if. */
static int64_t need_of(const struct figures_order *o, const char *name, int64_t need)
{
	const struct figures_what_if *i = o->what_if;

	return i && i->need && !strcmp(name, i->service) ? i->need : need;
}

static bool add_makeup(struct gathering *g, const char *name, const struct read_makeup *m,
		       struct track_makeup *into, int64_t from_us)
{
	size_t *place = arena_alloc(g->k->arena, (m->members + 1) * sizeof *place);

	for (size_t i = 0; place && i < m->members; i++)
		place[i] = place_of(g, m->member[i]);
	*into = (struct track_makeup){from_us, m->until_us, need_of(g->k->order, name, m->need),
				      m->members, place, m->weight};
	return place;
}

/* What it was made of at any time before the end of the span. */
static bool gather(struct gathering *g, const struct target *t, struct track *into)
{
	size_t before = t->known && t->known->kind == READ_SERVICE ? t->known->makeups : 0;
	struct track_makeup *makeup =
		arena_alloc(g->k->arena, (before + 1) * sizeof *makeup);
	size_t room = t->now.members;
	int64_t from_us = INT64_MIN;

	for (size_t i = 0; i < before; i++)
		room += t->known->makeup[i].members;
	g->member = arena_alloc(g->k->arena, (room + 1) * sizeof *g->member);
	if (!makeup || !g->member)
		return false;
	for (size_t i = 0; i <= before && from_us < g->k->order->to_us; i++) {
		const struct read_makeup *m = i < before ? &t->known->makeup[i] : &t->now;

		if (!add_makeup(g, t->name, m, &makeup[i], from_us))
			return false;
		into->makeups = i + 1;
		from_us = m->until_us;
	}
	into->makeup = makeup;
	into->member = g->member;
	into->members = g->members;
	into->part = memory_new((into->members + 1) * sizeof *into->part);
	return true;
}

/* Two services may have been made of each other, one after the other: then it is not followed. */
static bool is_on_the_way(const struct tracking *k, const char *name)
{
	for (size_t i = 0; i < k->levels; i++)
		if (!strcmp(k->level[i].target.name, name))
			return true;
	return false;
}

static bool enter(struct tracking *k, const char *name, struct track *into)
{
	struct level *l = &k->level[k->levels];
	struct gathering g = {.k = k};
	bool is_gathered;

	if (k->levels > TRACK_DEPTH) {
		text_printf(k->wrong, "services nest deeper than %d at '%s'", TRACK_DEPTH, name);
		return false;
	}
	*l = (struct level){.into = into};
	if (is_on_the_way(k, name))
		l->target = (struct target){.name = name};
	else
		define(k->source, name, &l->target);
	k->levels++;
	if (!l->target.is_service)
		return true;
	into->is_service = true;
	is_gathered = gather(&g, &l->target, into);
	map_release(&g.place);
	if (!is_gathered) {
		into->makeups = 0;
		text_puts(k->wrong, FIGURES_TOO_MUCH);
	}
	return is_gathered;
}

/* The members' lines reach back to their last pass, so that the group's incident has its true
 * start. */
static void begin_line(const struct tracking *k, struct level *l)
{
	struct track *into = l->into;

	l->from_us = k->order->from_us;
	for (size_t i = 0; i < into->members; i++) {
		const struct track *part = &into->part[i];

		if (part->line.spans)
			l->from_us = earlier(l->from_us, part->line.span[0].from_us);
		if (part->interval_us > into->interval_us)
			into->interval_us = part->interval_us;
	}
}

/* The next makeup of which some time is wanted. False: there is none. */
static bool begin_merge(const struct tracking *k, struct level *l)
{
	for (; l->makeup < l->into->makeups; l->makeup++) {
		const struct track_makeup *m = &l->into->makeup[l->makeup];
		int64_t from_us = m->from_us > l->from_us ? m->from_us : l->from_us;
		int64_t to_us = earlier(m->to_us, k->order->to_us);

		if (from_us >= to_us)
			continue;
		l->merge = sla_merge_new(m->members, m->need, from_us, to_us);
		l->at = 0;
		return true;
	}
	return false;
}

/* Of so many members at least one, and no more than make so many spans. */
static void add_members(struct level *l, const struct track_makeup *m)
{
	size_t spans = 0;

	while (l->at < m->members && spans < TRACK_SPANS) {
		const struct sla_line *line = &l->into->part[m->place[l->at]].line;

		sla_merge_add(l->merge, line, m->weight ? m->weight[l->at] : 1);
		l->at++;
		spans += line->spans + 1;
	}
}

/* True: its line is whole. */
static bool merge(const struct tracking *k, struct level *l)
{
	const struct track_makeup *m;

	if (!l->has_begun) {
		begin_line(k, l);
		l->has_begun = true;
	}
	if (!l->merge && !begin_merge(k, l)) {
		sla_incidents_of_line(&l->into->line, false, &l->into->incidents);
		return true;
	}
	m = &l->into->makeup[l->makeup];
	if (l->at < m->members) {
		add_members(l, m);
	} else if (sla_merge_step(l->merge, &l->into->line, TRACK_SPANS)) {
		sla_merge_free(l->merge);
		l->merge = NULL;
		l->makeup++;
	}
	return false;
}

/* ---- the way through all of them ---- */

struct tracking *track_begin(const struct figures_source *s, const struct figures_order *o,
			     struct arena *arena, struct track *into, struct text *wrong)
{
	struct tracking *k = memory_new(sizeof *k);

	k->source = s;
	k->order = o;
	k->arena = arena;
	k->wrong = wrong;
	enter(k, o->name, into);
	return k;
}

void track_end(struct tracking *k)
{
	for (size_t i = 0; k && i < k->levels; i++)
		sla_merge_free(k->level[i].merge);
	free(k);
}

enum figures_step track_step(struct tracking *k)
{
	struct level *l = &k->level[k->levels - 1];
	bool is_fine;

	if (l->target.is_service && l->part < l->into->members) {
		size_t member = l->part++;

		return enter(k, l->into->member[member], &l->into->part[member]) ? FIGURES_MORE
										 : FIGURES_FAILED;
	}
	if (l->target.is_service && !merge(k, l))
		return FIGURES_MORE;
	is_fine = l->target.is_service ? lay_said(k, l->target.name, l->into)
				       : track_check(k, &l->target, l->into);
	k->levels--;
	return !is_fine ? FIGURES_FAILED : k->levels ? FIGURES_MORE : FIGURES_DONE;
}
