/* report/track: see track.h. */
#include "track.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

#define SILENT_INTERVALS 3

/* What it is: defined in the configuration, or known to the record. */
struct target {
	const char *name;
	const struct read_target *known; /* NULL: the record has nothing of it */
	const char *const *member;
	size_t members, need;
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

/* The need of a service is another one in a what-if. */
static void suppose(const struct figures_order *o, struct target *t)
{
	const struct figures_what_if *i = o->what_if;

	if (i && i->need && t->is_service && !strcmp(t->name, i->service))
		t->need = (size_t)o->what_if->need;
}

static void define(const struct figures_source *s, const char *name, struct target *t)
{
	const struct figures_service *own = find_service(s, name);

	*t = (struct target){.name = name, .known = read_find(s->read, name)};
	if (own) {
		t->is_service = true;
		t->member = own->member;
		t->members = own->members;
		t->need = (size_t)own->need;
	} else if (t->known && t->known->kind == READ_SERVICE) {
		t->is_service = true;
		t->member = t->known->member;
		t->members = t->known->members;
		t->need = (size_t)t->known->need;
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
	size_t at; /* of a service: the member whose turn it is; then which one is merged */
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

static bool enter(struct tracking *k, const char *name, struct track *into)
{
	struct level *l = &k->level[k->levels];

	if (k->levels > TRACK_DEPTH) {
		text_printf(k->wrong, "services nest deeper than %d at '%s'", TRACK_DEPTH, name);
		return false;
	}
	k->levels++;
	*l = (struct level){.into = into};
	define(k->source, name, &l->target);
	suppose(k->order, &l->target);
	if (!l->target.is_service)
		return true;
	into->is_service = true;
	into->member = l->target.member;
	into->members = l->target.members;
	into->part = memory_new((into->members + 1) * sizeof *into->part);
	return true;
}

/* The members' lines reach back to their last pass, so that the group's incident has its true
 * start. */
static void begin_merge(const struct tracking *k, struct level *l)
{
	struct track *into = l->into;
	int64_t from_us = k->order->from_us;

	for (size_t i = 0; i < into->members; i++) {
		const struct track *part = &into->part[i];

		if (part->line.spans)
			from_us = earlier(from_us, part->line.span[0].from_us);
		if (part->interval_us > into->interval_us)
			into->interval_us = part->interval_us;
	}
	l->merge = sla_merge_new(into->members, l->target.need, from_us, k->order->to_us);
	l->at = 0;
}

/* Of so many members at least one, and no more than make so many spans. */
static void add_members(struct level *l)
{
	size_t spans = 0;

	while (l->at < l->into->members && spans < TRACK_SPANS) {
		const struct sla_line *line = &l->into->part[l->at++].line;

		sla_merge_add(l->merge, line);
		spans += line->spans + 1;
	}
}

/* True: its line is whole. */
static bool merge(const struct tracking *k, struct level *l)
{
	if (!l->merge) {
		begin_merge(k, l);
		return false;
	}
	if (l->at < l->into->members) {
		add_members(l);
		return false;
	}
	if (!sla_merge_step(l->merge, &l->into->line, TRACK_SPANS))
		return false;
	sla_merge_free(l->merge);
	l->merge = NULL;
	sla_incidents_of_line(&l->into->line, false, &l->into->incidents);
	return true;
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

	if (l->target.is_service && !l->merge && l->at < l->into->members) {
		size_t member = l->at++;

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
