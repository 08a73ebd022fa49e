/* report/probe: the readers of single probes that <nines/report.h> promises: each result as it was
 * recorded, and how long its steps took. See host.h.
 *
 * Which steps count, and the percentiles, are the store's (read_steps()), so that they are those of
 * every other report; least, mean and greatest are of the same probes. Results are read a day at a
 * time: no snapshot lasts, and no more is in memory than one result and what was asked for. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/memory.h"
#include "host.h"

#define DAY_US INT64_C(86400000000)
#define LOOK_EACH 500 /* results: is a line of progress due? */

/* ---- each result ---- */

struct reading {
	struct page *page;
	const char *name;
	int64_t from_us, to_us;
	bool (*take)(struct page *, const struct page_result *, void *with);
	void *with;
	bool has_ended;
	struct progress *progress;
	size_t results;
	struct page_step step[BLOCK_STEPS];
	char hop_name[BLOCK_STEPS][80];
	struct page_named fact[BLOCK_FACTS];
};

static void tell(const struct reading *g, int64_t at_us)
{
	struct text name = {0};

	if (!progress_is_due(g->progress))
		return;
	text_add_safe(&name, g->name, strlen(g->name), 40);
	progress_show(g->progress, "%s: %d %% of the results are read", text_get(&name),
		      (int)((at_us - g->from_us) / ((g->to_us - g->from_us) / 100 + 1)));
	text_release(&name);
}

static const char *step_name(struct reading *g, size_t i, const struct block_step *s)
{
	const char *name = *s->name ? s->name : "total";

	if (!s->hop)
		return name;
	snprintf(g->hop_name[i], sizeof g->hop_name[i], "%.70s@%d", name, s->hop);
	return g->hop_name[i];
}

static size_t take_steps(struct reading *g, const struct block_result *r)
{
	int64_t begin_us = 0;

	for (size_t i = 0; i < r->steps; i++) {
		g->step[i] = (struct page_step){.name = step_name(g, i, &r->step[i]),
						.end_us = r->step[i].end_us,
						.own_us = r->step[i].end_us - begin_us,
						.has_failed = r->step[i].has_failed};
		begin_us = r->step[i].end_us;
	}
	return r->steps;
}

/* Names that begin with a full stop are what a block has no place for. */
static size_t take_facts(struct reading *g, const struct block_result *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->facts; i++)
		if (*r->fact[i].name != '.')
			g->fact[n++] = (struct page_named){r->fact[i].name, r->fact[i].text};
	return n;
}

static bool take_result(const struct read_result *from, void *with)
{
	struct reading *g = with;
	const struct block_result *r = from->result;
	const struct page_result result = {
		.due_us = r->due_us,
		.at_us = r->start_us,
		.elapsed_us = r->elapsed_us,
		.verdict = sla_state_name[r->verdict < SLA_STATES ? r->verdict : SLA_UNKNOWN],
		.location = from->location,
		.address = r->address,
		.item = r->item,
		.reason = r->reason,
		.is_event = r->flags & BLOCK_IS_EVENT,
		.is_tainted = r->flags & BLOCK_IS_STALLED,
		.step = g->step,
		.steps = take_steps(g, r),
		.fact = g->fact,
		.facts = take_facts(g, r),
	};

	if (g->progress && ++g->results % LOOK_EACH == 0)
		tell(g, r->start_us);
	g->has_ended = !g->take(g->page, &result, g->with);
	return !g->has_ended && !g->page->wrong.size;
}

static const struct read_target *find(struct page *p, size_t number, struct host **h)
{
	const struct read_target *t;

	*h = p->host;
	assert(p->magic == PAGE_MAGIC && *h && (*h)->magic == HOST_MAGIC);
	if (number >= (*h)->targets)
		return NULL;
	t = read_find((*h)->read, (*h)->target[number].name);
	if (!t && *read_wrong((*h)->read))
		page_refuse(p, "%s", read_wrong((*h)->read));
	return t && t->kind == READ_CHECK ? t : NULL;
}

bool page_results(struct page *p, size_t number, int64_t from_us, int64_t to_us,
		  bool (*take)(struct page *, const struct page_result *, void *with), void *with)
{
	struct host *h;
	const struct read_target *t = find(p, number, &h);
	struct reading *g;
	int64_t end_us;
	bool is_fine = !p->wrong.size;

	if (!t || from_us >= to_us)
		return is_fine;
	g = memory_new(sizeof *g);
	*g = (struct reading){.page = p,
			      .name = t->name,
			      .from_us = from_us,
			      .to_us = to_us,
			      .take = take,
			      .with = with,
			      .progress = h->order->progress};
	for (; from_us < to_us && is_fine && !g->has_ended && !p->wrong.size; from_us = end_us) {
		end_us = to_us - from_us > DAY_US ? from_us + DAY_US : to_us;
		is_fine = read_results(h->read, t, from_us, end_us, take_result, g);
	}
	if (!is_fine)
		page_refuse(p, "%s", read_wrong(h->read));
	free(g);
	return is_fine;
}

/* ---- what many took ---- */

struct adding {
	const char *step;
	int64_t count, ends, own_sum_us, end_sum_us; /* ends: of probes that passed */
	struct page_spread spread;
};

struct sums {
	struct arena *arena;
	struct page_probes *into;
	struct adding *step;
	const char **location;
	size_t steps, step_room, locations;
};

static void meet(int64_t us, int64_t count, int64_t *least_us, int64_t *most_us)
{
	*least_us = count && *least_us < us ? *least_us : us;
	*most_us = count && *most_us > us ? *most_us : us;
}

static void add_time(struct adding *a, int64_t own_us, int64_t end_us, bool is_of_passed)
{
	meet(own_us, a->count++, &a->spread.min_us, &a->spread.max_us);
	a->own_sum_us += own_us;
	if (!is_of_passed)
		return;
	meet(end_us, a->ends++, &a->spread.end_min_us, &a->spread.end_max_us);
	a->end_sum_us += end_us;
}

static const char *kept(struct sums *s, const char *name)
{
	const char *at = arena_copy(s->arena, name, strlen(name));

	return at ? at : "";
}

/* Where it is likely to be; a new one stands behind the step that came before it in its probe. */
static struct adding *adding_of(struct sums *s, const char *name, size_t near)
{
	if (near < s->steps && !strcmp(s->step[near].step, name))
		return &s->step[near];
	for (size_t i = 0; i < s->steps; i++)
		if (!strcmp(s->step[i].step, name))
			return &s->step[i];
	if (s->steps == s->step_room) {
		s->step_room = s->step_room ? 2 * s->step_room : 16;
		s->step = memory_resize(s->step, s->step_room * sizeof *s->step);
	}
	near = near < s->steps ? near : s->steps;
	memmove(s->step + near + 1, s->step + near, (s->steps - near) * sizeof *s->step);
	s->step[near] = (struct adding){.step = kept(s, name)};
	s->steps++;
	return &s->step[near];
}

static void add_location(struct sums *s, const char *name)
{
	for (size_t i = 0; i < s->locations; i++)
		if (!strcmp(s->location[i], name))
			return;
	s->location = memory_resize(s->location, (s->locations + 1) * sizeof *s->location);
	s->location[s->locations++] = kept(s, name);
}

/* The names are take_result()'s: to compare them would take longer than all else. */
static enum sla_state state_of(const struct page_result *r)
{
	enum sla_state s = 0;

	while (s < SLA_STATES - 1 && r->verdict != sla_state_name[s])
		s++;
	return s;
}

static void add_verdict(struct page_probes *n, const struct page_result *r, enum sla_state s,
			bool has_passed)
{
	n->probes++;
	n->passed += has_passed;
	n->degraded += s == SLA_DEGRADED;
	n->failed += s == SLA_DOWN;
	n->unknown += s == SLA_UNKNOWN;
	if (has_passed && !r->is_tainted && r->elapsed_us > n->slowest_us) {
		n->slowest_us = r->elapsed_us;
		n->slowest_at_us = r->at_us;
	}
}

static bool add_result(struct page *p, const struct page_result *r, void *with)
{
	struct sums *s = with;
	enum sla_state state = state_of(r);
	bool has_passed = state == SLA_UP || state == SLA_DEGRADED;
	size_t near = 0;

	(void)p;
	if (r->is_event)
		return true;
	add_verdict(s->into, r, state, has_passed);
	add_location(s, r->location);
	for (size_t i = 0; i < r->steps; i++) {
		struct adding *a = adding_of(s, r->step[i].name, near);

		near = (size_t)(a - s->step) + 1;
		if (!r->step[i].has_failed && !r->is_tainted)
			add_time(a, r->step[i].own_us, r->step[i].end_us, has_passed);
	}
	if (has_passed && !r->is_tainted)
		add_time(adding_of(s, "total", s->steps), r->elapsed_us, r->elapsed_us,
			 true);
	return true;
}

/* The whole probe stands last, whichever probe came first. */
static void move_total(struct sums *s)
{
	for (size_t i = 0; i + 1 < s->steps; i++)
		if (!strcmp(s->step[i].step, "total")) {
			struct adding total = s->step[i];

			memmove(s->step + i, s->step + i + 1,
				(s->steps - i - 1) * sizeof *s->step);
			s->step[s->steps - 1] = total;
			return;
		}
}

static bool is_named(const struct read_step *r, const char *name)
{
	char whole[80];

	snprintf(whole, sizeof whole, r->hop ? "%.70s@%d" : "%.70s", *r->name ? r->name : "total",
		 r->hop);
	return !strcmp(whole, name);
}

/* A bucket's middle may lie beside all that was measured; what was is known here. */
static int64_t percentile(const struct page_spread *s, const struct histogram *h, int64_t share_ppm)
{
	int64_t us = histogram_percentile(h, share_ppm);

	if (s->count && us > s->max_us)
		return s->max_us;
	return s->count && us >= 0 && us < s->min_us ? s->min_us : us;
}

static void take_percentiles(struct page_spread *into, const struct read_steps *all)
{
	into->p50_us = into->p95_us = into->p99_us = -1;
	for (size_t i = 0; i < all->steps; i++)
		if (is_named(&all->step[i], into->step)) {
			into->p50_us = percentile(into, &all->step[i].times, 500000);
			into->p95_us = percentile(into, &all->step[i].times, 950000);
			into->p99_us = percentile(into, &all->step[i].times, 990000);
		}
}

static int64_t mean(int64_t sum_us, int64_t count)
{
	return count ? (sum_us + count / 2) / count : -1;
}

static void take_spread(struct page_spread *into, const struct adding *a,
			const struct read_steps *all)
{
	*into = a->spread;
	into->step = a->step;
	into->count = a->count;
	into->average_us = mean(a->own_sum_us, a->count);
	into->end_average_us = mean(a->end_sum_us, a->ends);
	if (!a->count)
		into->min_us = into->max_us = -1;
	if (!a->ends)
		into->end_min_us = into->end_max_us = -1;
	take_percentiles(into, all);
}

static bool finish(struct sums *s, const struct read_steps *all)
{
	struct page_spread *step = arena_alloc(s->arena, (s->steps + 1) * sizeof *step);
	const char **location =
		arena_alloc(s->arena, (s->locations + 1) * sizeof *location);

	if (!step || !location)
		return false;
	move_total(s);
	for (size_t i = 0; i < s->steps; i++)
		take_spread(&step[i], &s->step[i], all);
	for (size_t i = 0; i < s->locations; i++)
		location[i] = s->location[i];
	s->into->step = step;
	s->into->step_count = s->steps;
	s->into->location = location;
	s->into->location_count = s->locations;
	return true;
}

const struct page_probes *page_probes(struct page *p, size_t number, int64_t from_us,
				      int64_t to_us)
{
	struct host *h;
	const struct read_target *t = find(p, number, &h);
	struct sums s = {.arena = &h->arena, .into = arena_alloc(&h->arena, sizeof *s.into)};
	struct read_steps all = {0};
	bool is_fine = s.into;

	if (!is_fine)
		page_refuse(p, "the figures need too much memory");
	else
		*s.into = (struct page_probes){.slowest_us = -1, .slowest_at_us = -1};
	is_fine = is_fine && page_results(p, number, from_us, to_us, add_result, &s);
	if (is_fine && t && !read_steps(h->read, t, NULL, from_us, to_us, &all)) {
		page_refuse(p, "%s", read_wrong(h->read));
		is_fine = false;
	}
	if (is_fine && !finish(&s, &all)) {
		page_refuse(p, "the figures need too much memory");
		is_fine = false;
	}
	read_steps_release(&all);
	free(s.step);
	free(s.location);
	return is_fine ? s.into : NULL;
}
