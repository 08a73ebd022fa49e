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

/* What is asked, of each of the targets that a service leads to. */
struct asking {
	const struct figures_source *source;
	const struct figures_order *order;
	struct arena *arena;
	struct text *wrong;
};

/* What was said afterwards comes last; the incidents are then those of the line that it makes. */
static bool lay_said(const struct asking *a, const char *name, struct track *into)
{
	const struct figures_order *o = a->order;
	bool is_laid;

	if (o->as_measured)
		return true;
	if (!said_lay(a->source, a->arena, name, o->from_us, o->to_us, &into->line, &into->said,
		      &is_laid, a->wrong))
		return false;
	if (is_laid) {
		into->incidents.incidents = 0;
		sla_incidents_of_line(&into->line, !into->is_service, &into->incidents);
	}
	return true;
}

static bool track_check(const struct asking *a, const struct target *t, struct track *into)
{
	if (!t->known || from_samples(a->source, a->order, t->known, into))
		return lay_said(a, t->name, into);
	text_puts(a->wrong, read_wrong(a->source->read));
	return false;
}

/* ---- a service ---- */

/* The members' lines reach back to their last pass, so that the group's incident has its true
 * start. */
static void merge(const struct figures_order *o, const struct target *t, struct track *into)
{
	const struct sla_line **line = memory_new((t->members + 1) * sizeof *line);
	int64_t from_us = o->from_us;

	for (size_t i = 0; i < t->members; i++) {
		const struct track *part = &into->part[i];

		line[i] = &part->line;
		if (part->line.spans)
			from_us = earlier(from_us, part->line.span[0].from_us);
		if (part->interval_us > into->interval_us)
			into->interval_us = part->interval_us;
	}
	sla_group(&into->line, line, t->members, t->need, from_us, o->to_us);
	sla_incidents_of_line(&into->line, false, &into->incidents);
	free(line);
}

static bool track_any(const struct asking *, const char *name, int depth, struct track *);

static bool track_service(const struct asking *a, const struct target *t, int depth,
			  struct track *into)
{
	into->is_service = true;
	into->member = t->member;
	into->members = t->members;
	into->part = memory_new((t->members + 1) * sizeof *into->part);
	for (size_t i = 0; i < t->members; i++)
		if (!track_any(a, t->member[i], depth + 1, &into->part[i]))
			return false;
	merge(a->order, t, into);
	return lay_said(a, t->name, into);
}

static bool track_any(const struct asking *a, const char *name, int depth, struct track *into)
{
	struct target t;

	if (depth > TRACK_DEPTH) {
		text_printf(a->wrong, "services nest deeper than %d at '%s'", TRACK_DEPTH, name);
		return false;
	}
	define(a->source, name, &t);
	suppose(a->order, &t);
	return t.is_service ? track_service(a, &t, depth, into) : track_check(a, &t, into);
}

bool track_get(const struct figures_source *s, const struct figures_order *o, struct arena *arena,
	       struct track *into, struct text *wrong)
{
	return track_any(&(struct asking){s, o, arena, wrong}, o->name, 0, into);
}
