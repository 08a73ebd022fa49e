/* web/figures_course: how long probes took over time, a part at a time: parts that are over are
 * kept, the ones behind them are read by report/course. See figures_inside.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../report/course.h"
#include "figures_inside.h"

#define PARTS_MOST 98
#define QUARTER_US (900 * CLOCK_SECOND)
#define LATE_US    (600 * CLOCK_SECOND) /* a result may come so late */

/* How fine each is drawn, and how old it may be when somebody asks. */
static const struct {
	size_t most;
	int days;
	int64_t stale_us;
} way[COURSES] = {
	[COURSE_24H] = {98, 0, 60 * CLOCK_SECOND},
	[COURSE_7D] = {86, 7, QUARTER_US},
	[COURSE_30D] = {32, 30, 2 * QUARTER_US},
};

static struct figure_parts parts_of(const struct figure_entry *e, const struct track_course *c)
{
	struct figure_parts shown = {
		.part = c->part, .parts = c->parts, .steps = e->steps, .is_complete = c->made_us};

	memcpy(shown.step, e->step, sizeof shown.step);
	return shown;
}

struct figure_parts course_ask(struct figure_entry *e, enum figure_course which, int64_t now_us,
			       bool *is_wanted)
{
	struct track_course *c = &e->course[which];

	c->asked_us = now_us;
	*is_wanted =
		!c->made_us || now_us - c->made_us >= way[which].stale_us || now_us < c->made_us;
	return parts_of(e, c);
}

void course_forget(struct figure_entry *e)
{
	for (size_t i = 0; i < COURSES; i++) {
		free(e->course[i].part);
		free(e->course[i].next);
		e->course[i] = (struct track_course){0};
	}
}

/* ---- one part ---- */

static void name_step(char *into, const struct read_step *s)
{
	struct text name = {0};

	text_puts(&name, s->name);
	if (s->hop)
		text_printf(&name, "@%d", s->hop);
	strncpy(into, text_get(&name), FIGURE_STEP_BYTES - 1);
	text_release(&name);
}

/* FIGURE_STEPS: there are more than are shown. */
static size_t place_of(struct figure_entry *e, const struct read_step *s)
{
	char name[FIGURE_STEP_BYTES] = "";
	size_t i = 0;

	name_step(name, s);
	while (i < e->steps && strcmp(e->step[i], name))
		i++;
	if (i == e->steps && i < FIGURE_STEPS)
		memcpy(e->step[e->steps++], name, sizeof name);
	return i;
}

static void copy_part(struct figure_entry *e, struct figure_part *into,
		      const struct page_part *part, const struct read_steps *of)
{
	*into = (struct figure_part){part->from_us, part->to_us,  part->count, part->p50_us,
				     part->p95_us,  part->p99_us, {0}};
	for (size_t i = 0; i < FIGURE_STEPS; i++)
		into->mean_us[i] = -1;
	for (size_t i = 0; i < of->steps; i++) {
		const struct read_step *s = &of->step[i];
		size_t at = *s->name || s->hop ? place_of(e, s) : FIGURE_STEPS;

		if (at < FIGURE_STEPS)
			into->mean_us[at] = histogram_mean(&s->times);
	}
}

static void read_part(struct figure_entry *e, struct track_course *c, struct computing *with)
{
	struct read *r = uptime_source(with->open)->read;
	const struct read_target *t = read_find(r, e->shown.name);
	struct page_part part = {.from_us = c->next[c->at].from_us, .to_us = c->next[c->at].to_us};
	struct read_steps of = {0};

	if (t && t->kind == READ_CHECK && !course_read(r, t, &part, &of) && !with->wrong->size)
		text_puts(with->wrong, read_wrong(r));
	copy_part(e, &c->next[c->at++], &part, &of);
	read_steps_release(&of);
}

/* ---- a course ---- */

static const struct figure_part *find_kept(const struct track_course *c, int64_t from_us,
					   int64_t to_us)
{
	for (size_t i = 0; i < c->parts; i++)
		if (c->part[i].from_us == from_us && c->part[i].to_us == to_us &&
		    to_us + LATE_US < c->end_us)
			return &c->part[i];
	return NULL;
}

static void begin(struct figure_entry *e, enum figure_course which, struct computing *with)
{
	struct track_course *c = &e->course[which];
	const struct zone *zone = uptime_order(with->open, e->target, 0, 1).zone;
	int64_t from_us = with->end_us - 86400 * CLOCK_SECOND;
	struct page_part border[PARTS_MOST + 1];

	from_us = way[which].days ? figures_span(zone, with->end_us, way[which].days).from_us
				  : from_us - from_us % QUARTER_US;
	c->nexts = course_borders(zone, from_us, with->end_us, way[which].most, border);
	c->next = memory_new((c->nexts + 1) * sizeof *c->next);
	for (size_t i = 0; i < c->nexts; i++) {
		const struct figure_part *kept = find_kept(c, border[i].from_us, border[i].to_us);

		c->next[i] = (struct figure_part){
			.from_us = border[i].from_us, .to_us = border[i].to_us, .count = -1};
		if (kept)
			c->next[i] = *kept;
	}
	c->at = 0;
}

static void finish(struct track_course *c, struct computing *with)
{
	with->has_changed |=
		c->parts != c->nexts || memcmp(c->part, c->next, c->parts * sizeof *c->part) != 0;
	free(c->part);
	c->part = c->next;
	c->parts = c->nexts;
	c->next = NULL;
	c->made_us = c->end_us = with->end_us;
}

static bool is_wanted(const struct track_course *c, enum figure_course which)
{
	return c->next ||
	       (c->asked_us && (!c->made_us || c->asked_us - c->made_us >= way[which].stale_us ||
				c->asked_us < c->made_us));
}

static void go_on(struct figure_entry *e, enum figure_course which, struct computing *with)
{
	struct track_course *c = &e->course[which];

	if (!c->next)
		begin(e, which, with);
	while (c->at < c->nexts && c->next[c->at].count >= 0)
		c->at++;
	if (c->at < c->nexts)
		read_part(e, c, with);
	if (c->at == c->nexts)
		finish(c, with);
}

bool course_step(struct figure_entry *e, struct computing *with)
{
	for (int i = 0; i < COURSES; i++)
		if (is_wanted(&e->course[i], (enum figure_course)i)) {
			go_on(e, (enum figure_course)i, with);
			return true;
		}
	return false;
}
