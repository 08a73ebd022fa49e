/* keeper/configure: from the loader's lines to checks and services, all or nothing. Lines are kept
 * as text until `end`; then they are judged as a whole and either refused or put in place of what
 * was there. A check is found again by its name: with the same definition it keeps all it has, with
 * another it keeps its state and its incident (row 70). */
#include <stdlib.h>
#include <string.h>

#include "../base/lines.h"
#include "../base/memory.h"
#include "../board/claim.h"
#include "alert.h"
#include "delivery.h"
#include "outbox.h"
#include "post.h"
#include "resume.h"
#include "subscriber.h"
#include "window.h"

void configure_take(struct keeper *k, const struct line *l)
{
	if (!strcmp(l->verb, "begin")) {
		text_clear(&k->pending);
		free(k->resume.end);
		k->resume.end = NULL;
		k->is_collecting = true;
	} else if (k->is_collecting && !strcmp(l->verb, "end")) {
		k->is_collecting = false;
		if (!resume_holds(k, l))
			configure_end(k, l);
	} else if (k->is_collecting) {
		line_begin(&k->pending, l->verb, l->id);
		line_add_words(&k->pending, l, NULL);
		line_end(&k->pending);
	}
}

/* ---- is it sound? ---- */

/* Calls each(name) for every entry of a list in one value; false as soon as one is refused. */
static bool each_entry(const char *list, bool (*each)(const char *entry, void *with), void *with)
{
	char *copy = memory_text(list), *rest = copy, *entry;
	bool is_fine = true;

	while (is_fine && (entry = strsep(&rest, "\n")))
		if (*entry)
			is_fine = each(entry, with);
	free(copy);
	return is_fine;
}

struct names {
	struct map map; /* to the line's number + 1 */
	struct text *wrong;
	const char *of;
};

static bool is_known(const char *entry, void *with)
{
	struct names *n = with;

	if (map_find_text(&n->map, entry))
		return true;
	text_printf(n->wrong, "'%s' names '%s', which is neither a check nor a service", n->of,
		    entry);
	return false;
}

static void add_names(struct keeper *k, struct names *n, const char *verb)
{
	struct lines *r = lines_new(&k->pending);
	const struct line *l;

	while (!n->wrong->size && (l = lines_next(r, verb))) {
		if (!*line_name(l))
			text_printf(n->wrong, "a %s without a name", verb);
		else if (map_find_text(&n->map, line_name(l)))
			text_printf(n->wrong, "the name '%s' stands twice", line_name(l));
		else
			map_put_text(&n->map, line_name(l), n);
	}
	lines_free(r);
}

static void judge_members(struct keeper *k, struct names *n)
{
	struct lines *r = lines_new(&k->pending);
	const struct line *l;

	while (!n->wrong->size && (l = lines_next(r, "service"))) {
		n->of = line_name(l);
		each_entry(line_get(l, "members"), is_known, n);
	}
	lines_free(r);
}

static void judge(struct keeper *k, struct text *wrong)
{
	struct names n = {.wrong = wrong};

	add_names(k, &n, "define");
	add_names(k, &n, "service");
	if (!wrong->size)
		judge_members(k, &n);
	map_release(&n.map);
}

/* ---- settings, modules, locations ---- */

static void set_duration(int64_t *us, const char *value)
{
	int64_t n;

	if (text_duration(value, &n) && n > 0)
		*us = n;
}

static void apply_setting(struct keeper *k, const struct line *l)
{
	struct void_window *w = &k->window;
	const char *found;
	int64_t n;

	if ((found = line_find(l, "location")) && *found) {
		free(k->own_location);
		k->own_location = memory_text(found);
	}
	if ((n = line_int(l, "void.minimum", 0)) > 0)
		w->minimum = n;
	if ((found = line_find(l, "void.share")))
		void_window_share(w, found);
	if ((found = line_find(l, "void.window")))
		set_duration(&w->window_us, found);
	if ((n = line_int(l, "void.window_us", 0)) > 0)
		w->window_us = n;
	if ((n = line_int(l, "queue_bytes", 0)) > 0)
		k->spool.most_bytes = (size_t)n;
}

struct module_record *module_get(struct keeper *k, const char *name)
{
	struct module_record *m = map_find_text(&k->modules, name);

	if (m)
		return m;
	m = memory_new(sizeof *m);
	m->name = memory_text(name);
	m->build = memory_text("");
	map_put_text(&k->modules, name, m);
	return m;
}

static void apply_module(struct keeper *k, const struct line *l)
{
	struct module_record *m = module_get(k, line_name(l));
	const char *refused = line_find(l, "refused"), *build = line_get(l, "build");

	free(m->refused);
	m->refused = refused ? memory_text(refused) : NULL;
	if (!*build || !strcmp(build, m->build))
		return;
	if (*m->build)
		module_release(k, m);
	free(m->build);
	m->build = memory_text(build);
}

static struct location *location_get(struct keeper *k, const char *name)
{
	struct location **at = &k->locations;

	while (*at && strcmp((*at)->name, name))
		at = &(*at)->next;
	if (!*at) {
		*at = memory_new(sizeof **at);
		(*at)->name = memory_text(name);
		(*at)->source = memory_text("");
	}
	return *at;
}

static void apply_location(struct keeper *k, const struct line *l)
{
	struct location *place = location_get(k, line_name(l));

	place->generation = k->generation;
	free(place->source);
	place->source = memory_text(line_get(l, "source"));
}

struct place_list {
	struct keeper *k;
	const struct location **place;
	size_t count;
};

static bool add_place(const char *entry, void *with)
{
	struct place_list *list = with;

	if (list->count == UINT16_MAX)
		return false;
	list->place = memory_resize(list->place, (list->count + 1) * sizeof *list->place);
	list->place[list->count++] = location_get(list->k, entry);
	return true;
}

/* The locations a check names, else all that are configured, else this daemon's own. */
static void apply_places(struct keeper *k, struct check *c, const char *names)
{
	struct place_list list = {.k = k};

	each_entry(names, add_place, &list);
	for (struct location *at = list.count ? NULL : k->locations; at; at = at->next)
		if (at->generation == k->generation)
			add_place(at->name, &list);
	if (!list.count)
		add_place(k->own_location, &list);
	check_set_locations(k, c, list.place, list.count);
}

/* ---- checks ---- */

static bool is_true(const struct line *l, const char *key)
{
	const char *value = line_get(l, key);

	return !strcmp(value, "1") || !strcmp(value, "true") || !strcmp(value, "yes");
}

static uint8_t pool_of(const struct line *l)
{
	const char *pool = line_get(l, "pool");

	return !strcmp(pool, "blocking") ? POOL_BLOCKING
	       : !strcmp(pool, "exec")   ? POOL_EXEC
					 : POOL_GENERAL;
}

static int64_t within(int64_t n, int64_t least, int64_t most)
{
	return n < least ? least : n > most ? most : n;
}

/* What is told of a check, not what it does: another owner begins nothing anew. */
#define ABOUT_WORDS \
	"title", "owner", "owners", "category", "url", "next", "parents", "flapping", "standing", \
		"site"

/* The words of the prober's `check` line. */
static char *prober_words(const struct line *l)
{
	static const char *const keepers[] = {
		"every_us", "recheck_us", "locations",    "reference", "items", "pool",
		"passive",  "name",       "when_healthy", ABOUT_WORDS, NULL};
	struct text t = {0};

	line_add(&t, "name", line_name(l));
	line_add_words(&t, l, keepers);
	return t.at;
}

/* Of what decides its probes; who it is told to is none of it. */
static uint64_t print_but_build(const struct line *l)
{
	static const char *const build[] = {"build", ABOUT_WORDS, NULL};
	struct text t = {0};
	uint64_t print;

	line_add_words(&t, l, build);
	print = map_hash(text_get(&t), t.size);
	text_release(&t);
	return print;
}

/* The same check, its module replaced: probes in flight end on the old one, nothing begins anew
 * (F27). */
static void rebuild(struct keeper *k, struct check *c, const struct line *l)
{
	pool_forget_check(k, c);
	c->number = ++k->last_number;
	free(c->words);
	c->words = prober_words(l);
	c->pin = NULL;
}

static void redefine(struct keeper *k, struct check *c, const struct line *l)
{
	const char *items = line_get(l, "items");

	pool_forget_check(k, c);
	check_clear_definition(k, c);
	c->number = ++k->last_number;
	c->words = prober_words(l);
	c->pool = pool_of(l);
	c->pin = NULL;
	c->is_passive = is_true(l, "passive");
	c->is_reference = is_true(l, "reference");
	c->runs_when_healthy = is_true(l, "when_healthy");
	c->normal_us = within(line_int(l, "every_us", 60 * KEEPER_SECOND), SCHEDULE_TICK_US,
			      366 * 86400 * KEEPER_SECOND);
	c->recheck_us = within(line_int(l, "recheck_us", 60 * KEEPER_SECOND), SCHEDULE_TICK_US,
			       86400 * KEEPER_SECOND);
	c->timeout_us =
		within(line_int(l, "timeout_us", 10 * KEEPER_SECOND), 1000, 3600 * KEEPER_SECOND);
	c->recheck_at_us = 0;
	c->module = module_get(k, line_get(l, "module"));
	if (*items)
		c->items = items_new(items, &c->broken);
	intensify_apply(c);
}

static struct check *check_new(struct keeper *k, const char *name)
{
	struct check *c = memory_new(sizeof *c);

	c->magic = KEEPER_MAGIC;
	c->entry.kind = DUE_CHECK;
	c->name = memory_text(name);
	c->hash = map_hash(name, strlen(name));
	c->since_us = k->now_us;
	map_put_text(&k->checks_by_name, name, c);
	return c;
}

/* The checks that begin anew, in the order of their phases' share of the first round. */
struct beginners {
	struct check **check;
	size_t count;
};

static void apply_define(struct keeper *k, const struct lines *r, struct beginners *b)
{
	const struct line *l = &r->line;
	struct check *c = map_find_text(&k->checks_by_name, line_name(l));

	if (!c)
		c = check_new(k, line_name(l));
	if (c->print != r->print) {
		uint64_t like = print_but_build(l);

		if (c->print && c->like == like) {
			rebuild(k, c, l);
		} else {
			redefine(k, c, l);
			b->check[b->count++] = c;
		}
		c->print = r->print;
		c->like = like;
	}
	c->generation = k->generation;
	apply_places(k, c, line_get(l, "locations"));
	resume_check(k, c);
	k->check[k->checks++] = c;
	if (c->is_reference)
		k->reference[k->references++] = c;
}

static size_t count_lines(struct keeper *k, const char *verb)
{
	struct lines *r = lines_new(&k->pending);
	size_t n = 0;

	while (lines_next(r, verb))
		n++;
	lines_free(r);
	return n;
}

static void forget_check(struct keeper *k, struct check *c)
{
	state_end(k, c, "no longer configured");
	intensify_forget(k, c);
	pool_forget_check(k, c);
	map_take_text(&k->checks_by_name, c->name);
	check_free(k, c);
}

static void apply_defines(struct keeper *k, struct beginners *b)
{
	struct lines *r = lines_new(&k->pending);
	struct check **old = k->check;
	size_t olds = k->checks, room = count_lines(k, "define");

	free(k->reference);
	k->check = memory_new((room + 1) * sizeof *k->check);
	k->reference = memory_new((room + 1) * sizeof *k->reference);
	k->checks = k->references = 0;
	b->check = memory_new((room + 1) * sizeof *b->check);
	while (lines_next(r, "define"))
		apply_define(k, r, b);
	for (size_t i = 0; i < olds; i++)
		if (old[i]->generation != k->generation)
			forget_check(k, old[i]);
	free(old);
	lines_free(r);
}

/* ---- services ---- */

struct membership {
	struct keeper *k;
	struct group *group;
	const char *weights;
};

static void add_weight(struct group *g, int64_t **list, size_t at, int64_t weight)
{
	*list = memory_resize(*list, (at + 1) * sizeof **list);
	(*list)[at] = weight;
	g->is_weighted |= weight != 1;
}

static bool add_member(const char *entry, void *with)
{
	struct membership *m = with;
	int64_t weight = *m->weights ? quorum_weight(m->weights, entry) : 1;
	struct group *g = m->group, *inner = map_find_text(&m->k->groups_by_name, entry);
	struct check *c = map_find_text(&m->k->checks_by_name, entry);

	if (c) {
		add_weight(g, &g->check_weight, g->checks, weight);
		g->check = memory_resize(g->check, (g->checks + 1) * sizeof *g->check);
		g->check[g->checks++] = c;
		c->group = memory_resize(c->group, (c->groups + 1) * sizeof *c->group);
		c->group[c->groups++] = g;
	} else if (inner) {
		add_weight(g, &g->group_weight, g->groups, weight);
		g->group = memory_resize(g->group, (g->groups + 1) * sizeof *g->group);
		g->group[g->groups++] = inner;
		inner->parent =
			memory_resize(inner->parent, (inner->parents + 1) * sizeof *inner->parent);
		inner->parent[inner->parents++] = g;
	}
	return true;
}

static struct group *group_new(struct keeper *k, const struct line *l, const struct map *before)
{
	struct group *g = memory_new(sizeof *g), *old = map_find_text(before, line_name(l));

	g->name = memory_text(line_name(l));
	if (!quorum_need(line_get(l, "need"), &g->need))
		g->need = 1;
	g->sum = quorum_sum(line_get(l, "weights"), line_get(l, "members"));
	g->state = old ? old->state : STATE_NOT_MONITORED;
	g->since_us = old ? old->since_us : k->now_us;
	g->passing_since_us = old ? old->passing_since_us : 0;
	g->since_wall_us = old ? old->since_wall_us : 0;
	if (old)
		g->incident = old->incident;
	if (!old)
		resume_group(k, g);
	map_put_text(&k->groups_by_name, g->name, g);
	return g;
}

static void add_members(struct keeper *k)
{
	struct lines *r = lines_new(&k->pending);
	const struct line *l;
	struct membership m = {.k = k};

	for (size_t i = 0; i < k->checks; i++)
		k->check[i]->groups = 0;
	while ((l = lines_next(r, "service"))) {
		m.group = map_find_text(&k->groups_by_name, line_name(l));
		m.weights = line_get(l, "weights");
		each_entry(line_get(l, "members"), add_member, &m);
	}
	lines_free(r);
}

static void apply_services(struct keeper *k)
{
	struct lines *r = lines_new(&k->pending);
	struct group **old = k->group;
	struct map before = k->groups_by_name;
	size_t olds = k->groups;
	const struct line *l;

	k->groups_by_name = (struct map){0};
	k->group = memory_new((count_lines(k, "service") + 1) * sizeof *k->group);
	k->groups = 0;
	while ((l = lines_next(r, "service")))
		k->group[k->groups++] = group_new(k, l, &before);
	lines_free(r);
	add_members(k);
	for (size_t i = 0; i < olds; i++) {
		if (!map_find_text(&k->groups_by_name, old[i]->name))
			group_end(k, old[i]);
		group_free(old[i]);
	}
	free(old);
	map_release(&before);
}

/* A service that is, by way of its members, a member of itself. `is_counted` marks those looked at
 * and found sound. */
static bool has_loop(struct group *g, size_t depth)
{
	if (g->is_counted)
		return false;
	if (!depth)
		return true;
	for (size_t i = 0; i < g->groups; i++)
		if (has_loop(g->group[i], depth - 1))
			return true;
	g->is_counted = true;
	return false;
}

/* The loader refuses loops; should one come all the same, its link is cut rather than followed for
 * ever. */
static void follow_services(struct keeper *k)
{
	for (size_t i = 0; i < k->groups; i++)
		if (has_loop(k->group[i], k->groups))
			k->group[i]->groups = k->group[i]->parents = 0;
	for (size_t i = 0; i < k->groups; i++)
		k->group[i]->is_counted = false;
	for (size_t i = 0; i < k->groups; i++)
		group_begin(k, k->group[i]);
}

/* ---- all of it ---- */

/* A notifier or report may have the name of a check's module. */
static bool is_of_checks(const struct line *l)
{
	const char *kind = line_find(l, "kind");

	return !kind || !strcmp(kind, "check");
}

static void apply(struct keeper *k)
{
	struct lines *r = lines_new(&k->pending);
	struct beginners b = {0};
	const struct line *l;

	k->generation++;
	while ((l = lines_next(r, NULL))) {
		if (!strcmp(l->verb, "setting"))
			apply_setting(k, l);
		else if (!strcmp(l->verb, "module") && is_of_checks(l))
			apply_module(k, l);
		else if (!strcmp(l->verb, "location"))
			apply_location(k, l);
	}
	lines_free(r);
	for (size_t i = 0; i < k->checks; i++)
		k->check[i]->groups = 0; /* the old services hear no more */
	alert_configure(k, &k->pending);
	apply_defines(k, &b);
	apply_services(k);
	follow_services(k);
	resume_end(k);
	alert_follow(k);
	for (size_t i = 0; i < b.count; i++)
		check_start(k, b.check[i], b.count, i);
	free(b.check);
}

/* Members as the record has them: behind the name of one that weighs more than 1 a tab and its
 * weight; and so many of them are needed, or so much, that it is a number for `all`, too. */
static void add_quorum(struct text *t, const struct line *l)
{
	const char *members = line_get(l, "members"), *weights = line_get(l, "weights");
	struct text all = {0}, name = {0};
	int64_t need, weight;

	for (const char *at = members; text_next_line(&at, &name);) {
		weight = *weights ? quorum_weight(weights, name.at) : 1;
		text_printf(&all, "%s%s", all.size ? "\n" : "", name.at);
		if (weight != 1)
			text_printf(&all, "\t%lld", (long long)weight);
	}
	if (!quorum_need(line_get(l, "need"), &need))
		need = 1;
	line_add(t, "members", text_get(&all));
	line_add_int(t, "need", need == QUORUM_ALL ? quorum_sum(weights, members).all : need);
	text_release(&all);
}

/* The record keeps what was configured, also of what is gone. */
static void tell_target(struct keeper *k, const struct line *l, bool is_service)
{
	const char *owner = owner_of(k->board, line_name(l), line_get(l, "owner"));
	struct text *t = spool_begin(&k->spool);

	line_begin_name(t, "target", line_name(l));
	line_add(t, "kind", is_service ? "service" : "check");
	if (is_service) {
		add_quorum(t, l);
	} else {
		line_add(t, "module", line_get(l, "module"));
		line_add_int(t, "interval_us", line_int(l, "every_us", 0));
	}
	if (*owner)
		line_add(t, "owner", owner);
	if (line_find(l, "category"))
		line_add(t, "category", line_get(l, "category"));
	line_add_int(t, "seen_us", k->wall_us);
	spool_end(&k->spool);
}

static void tell_targets(struct keeper *k)
{
	struct lines *r = lines_new(&k->pending);
	const struct line *l;
	bool is_service;
	struct text *t;

	while ((l = lines_next(r, NULL))) {
		is_service = !strcmp(l->verb, "service");
		if (is_service || !strcmp(l->verb, "define"))
			tell_target(k, l, is_service);
	}
	lines_free(r);
	t = spool_begin(&k->spool);
	line_begin(t, "targets", "-");
	line_add_int(t, "at_us", k->wall_us);
	spool_end(&k->spool);
}

void configure_end(struct keeper *k, const struct line *l)
{
	struct text wrong = {0}, *t;

	if (line_int(l, "problems", 0) > 0)
		text_puts(&wrong, "the loader found problems");
	else
		judge(k, &wrong);
	if (!wrong.size) {
		k->applied = line_number(l) > 0 ? line_number(l) : 0;
		window_configure(k, &k->pending);
		apply(k);
		outbox_configure(k, &k->pending);
		delivery_configure(k, &k->pending);
		posts_configure(k, &k->pending);
		subscribers_configure(k, &k->pending);
		window_follow(k);
		tell_targets(k);
		pool_follow(k);
	}
	t = keeper_line(k, END_PARENT, 0);
	if (t) {
		line_begin(t, wrong.size ? "refused" : "applied", l->id);
		if (wrong.size)
			line_add(t, "text", wrong.at);
		line_add_int(t, "checks", (int64_t)k->checks);
		line_add_int(t, "services", (int64_t)k->groups);
		line_end(t);
	}
	text_release(&wrong);
	text_release(&k->pending);
}

void configure_release(struct keeper *k)
{
	struct module_record *m;
	struct location *place;
	size_t at = 0;

	for (size_t i = 0; i < k->checks; i++)
		check_free(k, k->check[i]);
	for (size_t i = 0; i < k->groups; i++)
		group_free(k->group[i]);
	while ((m = map_next(&k->modules, &at))) {
		free(m->name);
		free(m->build);
		free(m->refused);
		free(m);
	}
	while ((place = k->locations)) {
		k->locations = place->next;
		free(place->name);
		free(place->source);
		free(place);
	}
	free(k->check);
	free(k->group);
	free(k->reference);
	map_release(&k->modules);
	map_release(&k->checks_by_name);
	map_release(&k->groups_by_name);
	text_release(&k->pending);
}
