/* report/course: how long probes took over time: page_course() of <nines/report.h>.
 *
 * Each part is asked of the store as a report about that part alone would ask (read_steps()), so
 * that a chart and a table never differ. */
#include <assert.h>
#include <stdlib.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "course.h"
#include "host.h"

#define PARTS_MOST 1000

/* How long a part may be: so many seconds of a day, or so many days. */
static const struct pace {
	int seconds, days;
} paces[] = {
	{60, 0},    {300, 0}, {900, 0}, {1800, 0}, {3600, 0}, {7200, 0}, {10800, 0}, {21600, 0},
	{43200, 0}, {0, 1},   {0, 2},   {0, 7},    {0, 14},   {0, 30},   {0, 91},    {0, 365},
};
#define PACES (sizeof paces / sizeof *paces)

struct course {
	struct arena *arena;
	struct page_part *part;
	size_t parts;
	struct read_steps *of; /* of each part */
	const char **step;
	int *hop;
	size_t steps, step_room;
};

static int64_t length_us(const struct pace *p)
{
	return (p->seconds + p->days * INT64_C(86400)) * CLOCK_SECOND;
}

static const struct pace *choose_pace(int64_t span_us, size_t most)
{
	size_t i = 0;

	while (i + 1 < PACES && span_us / length_us(&paces[i]) + 2 > (int64_t)most)
		i++;
	return &paces[i];
}

/* The next border by the clock of the zone; one that the clock skips is none. */
static int64_t border_behind(const struct zone *zone, const struct pace *p, int64_t at_us)
{
	struct civil civil = zone_civil(zone, at_us / CLOCK_SECOND);
	int second = civil.hour * 3600 + civil.minute * 60 + civil.second;
	int64_t next_us;

	if (p->days)
		return figures_day_us(zone, at_us, p->days);
	for (second -= second % p->seconds;;) {
		second += p->seconds;
		next_us = zone_instant(zone, (struct civil){civil.year, civil.month, civil.day, 0,
							    0, second}) *
			  CLOCK_SECOND;
		if (next_us > at_us)
			return next_us;
	}
}

size_t course_borders(const struct zone *zone, int64_t from_us, int64_t to_us, size_t most,
		      struct page_part *into)
{
	const struct pace *p = choose_pace(to_us - from_us, most);
	size_t parts = 0;

	for (int64_t at_us = from_us, next_us; at_us < to_us; at_us = next_us) {
		next_us = border_behind(zone, p, at_us);
		next_us = next_us < to_us && parts + 1 < most ? next_us : to_us;
		into[parts++] = (struct page_part){.from_us = at_us, .to_us = next_us};
	}
	return parts;
}

bool course_read(struct read *r, const struct read_target *t, struct page_part *part,
		 struct read_steps *of)
{
	part->count = 0;
	part->p50_us = part->p95_us = part->p99_us = -1;
	if (!read_steps(r, t, NULL, part->from_us, part->to_us, of))
		return false;
	for (size_t i = 0; i < of->steps; i++) {
		const struct read_step *s = &of->step[i];

		if (*s->name || s->hop)
			continue;
		part->count = (int64_t)s->times.count;
		part->p50_us = histogram_percentile(&s->times, 500000);
		part->p95_us = histogram_percentile(&s->times, 950000);
		part->p99_us = histogram_percentile(&s->times, 990000);
	}
	return true;
}

static void take_step(struct course *c, const struct read_step *s)
{
	for (size_t i = 0; i < c->steps; i++)
		if (c->hop[i] == s->hop && !strcmp(c->step[i], s->name))
			return;
	if (c->steps == c->step_room) {
		c->step_room = c->step_room ? 2 * c->step_room : 16;
		c->step = memory_resize(c->step, c->step_room * sizeof *c->step);
		c->hop = memory_resize(c->hop, c->step_room * sizeof *c->hop);
	}
	c->step[c->steps] = s->name;
	c->hop[c->steps++] = s->hop;
}

static void take_part(struct course *c, size_t n)
{
	for (size_t i = 0; i < c->of[n].steps; i++)
		if (*c->of[n].step[i].name || c->of[n].step[i].hop)
			take_step(c, &c->of[n].step[i]);
}

static int64_t mean_of(const struct read_steps *all, const char *step, int hop)
{
	for (size_t i = 0; i < all->steps; i++)
		if (all->step[i].hop == hop && !strcmp(all->step[i].name, step))
			return histogram_mean(&all->step[i].times);
	return -1;
}

static bool finish(struct course *c, struct page_course *into)
{
	int64_t *mean_us = arena_alloc(c->arena, (c->parts * c->steps + 1) * sizeof *mean_us);
	const char **name = arena_alloc(c->arena, (c->steps + 1) * sizeof *name);

	for (size_t p = 0; p < c->parts && mean_us; p++)
		for (size_t s = 0; s < c->steps; s++)
			mean_us[p * c->steps + s] = mean_of(&c->of[p], c->step[s], c->hop[s]);
	for (size_t s = 0; s < c->steps && name; s++) {
		name[s] = c->hop[s] ? arena_text(c->arena, "%s@%d", c->step[s], c->hop[s])
				    : arena_copy(c->arena, c->step[s], strlen(c->step[s]));
		if (!name[s])
			return false;
	}
	*into = (struct page_course){c->part, c->parts, name, c->steps, mean_us};
	return mean_us && name;
}

static bool gather(struct course *c, struct read *r, const struct read_target *t)
{
	c->of = memory_new((c->parts + 1) * sizeof *c->of);
	for (size_t i = 0; i < c->parts; i++) {
		if (!course_read(r, t, &c->part[i], &c->of[i]))
			return false;
		take_part(c, i);
	}
	return true;
}

static void release(struct course *c)
{
	for (size_t i = 0; c->of && i < c->parts; i++)
		read_steps_release(&c->of[i]);
	free(c->of);
	free(c->step);
	free(c->hop);
}

const struct page_course *page_course(struct page *p, size_t number, int64_t from_us, int64_t to_us,
				      size_t most)
{
	struct host *h = p->host;
	struct page_course *into = arena_alloc(&h->arena, sizeof *into);
	struct course c = {.arena = &h->arena};
	const struct read_target *t;
	bool is_kept;

	assert(p->magic == PAGE_MAGIC && h->magic == HOST_MAGIC);
	if (number >= h->targets || !most || most > PARTS_MOST)
		return NULL;
	t = read_find(h->read, h->target[number].name);
	c.part = arena_alloc(c.arena, (most + 1) * sizeof *c.part);
	is_kept = into && c.part;
	if (is_kept)
		c.parts =
			course_borders(h->target[number].span->zone, from_us, to_us, most, c.part);
	if (is_kept && t && t->kind == READ_CHECK && !gather(&c, h->read, t))
		page_refuse(p, "%s", read_wrong(h->read));
	else if (is_kept && (!t || t->kind != READ_CHECK))
		c.parts = 0;
	if (!p->wrong.size && (!is_kept || !finish(&c, into)))
		page_refuse(p, "the figures need too much memory");
	release(&c);
	return p->wrong.size ? NULL : into;
}
