/* page/scene: see scene.h. */
#include "scene.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "notice.h"
#include "planned.h"

const char *const level_word[LEVELS] = {"operational",       "unknown",
					"under_maintenance", "degraded_performance",
					"partial_outage",    "major_outage"};
const char *const level_class[LEVELS] = {"up",       "unknown", "maintenance",
					 "degraded", "down",    "down"};

static enum level level_of(const char *word)
{
	for (enum level l = LEVEL_UP; l < LEVELS; l++)
		if (!strcmp(level_word[l], word))
			return l;
	return LEVEL_UP;
}

static const struct {
	const char *state;
	enum level level;
} measured[] = {
	{"up", LEVEL_UP},
	{"unconfirmed", LEVEL_UP}, /* not believed before it is tested again */
	{"degraded", LEVEL_DEGRADED},
	{"down", LEVEL_MAJOR},
};

static enum level measured_of(const char *state)
{
	for (size_t i = 0; i < sizeof measured / sizeof *measured; i++)
		if (!strcmp(measured[i].state, state))
			return measured[i].level;
	return LEVEL_UNKNOWN;
}

const struct part *scene_find(const struct scene *s, const char *name)
{
	return map_find_text(&s->by_name, name);
}

bool scene_counts(const struct part *p)
{
	return !strcmp(p->standing, "in-service");
}

const char *scene_word(const struct part *p)
{
	const char *state = p->check ? p->check->state : p->service->state;

	if (!scene_counts(p))
		return p->standing;
	if (p->level == LEVEL_UNKNOWN && !strcmp(state, "not-monitored"))
		return state;
	return level_word[p->level];
}

const char *scene_class(const struct part *p)
{
	return scene_counts(p) ? level_class[p->level] : "uncounted";
}

/* ---- parts ---- */

static void add_part(struct scene *s, const char *name, const struct overview_check *c,
		     const struct overview_service *v)
{
	struct part *p = &s->part[s->parts];

	if (!page_shows(s->site->catalog, s->page, name) || map_find_text(&s->by_name, name))
		return;
	*p = (struct part){.name = name, .title = name, .check = c, .service = v};
	p->target = catalog_find(s->site->catalog, name);
	p->members = v ? v->members : "";
	p->standing = p->target ? p->target->standing : "in-service";
	if (p->target)
		p->title = p->target->title;
	if (c && c->is_paused && scene_counts(p)) /* retired checks are not probed either */
		p->standing = "paused";
	map_put_text(&s->by_name, name, p);
	s->parts++;
}

static void add_parts(struct scene *s)
{
	const struct overview *o = s->site->overview;

	s->part = memory_new((o->checks + o->services + 1) * sizeof *s->part);
	for (size_t i = 0; i < o->services; i++)
		add_part(s, o->service[i].name, NULL, &o->service[i]);
	for (size_t i = 0; i < o->checks; i++)
		add_part(s, o->check[i].name, &o->check[i], NULL);
}

static void mark_members(struct scene *s)
{
	struct text name = {0};
	struct part *p;

	for (size_t i = 0; i < s->parts; i++)
		for (const char *at = s->part[i].members; text_next_line(&at, &name);) {
			p = map_find_text(&s->by_name, text_get(&name));
			if (p && p != &s->part[i])
				p->is_member = true;
		}
	text_release(&name);
}

/* ---- what posts and planned maintenance claim ---- */

/* Of this page, or of something that it shows. */
static bool is_of_page(const struct scene *s, const struct post *p)
{
	if (*p->pages)
		return card_lists(p->card, "pages", s->page->name);
	return page_shows_any(s->site->catalog, s->page, p->components);
}

static int newest_first(const void *a, const void *b)
{
	const struct post *x = a, *y = b;

	if (x->start_us != y->start_us)
		return x->start_us < y->start_us ? 1 : -1;
	return strcmp(y->card->id, x->card->id);
}

static void add_posts(struct scene *s)
{
	size_t all = s->site->board ? board_count(s->site->board, "post") : 0;

	s->post = memory_new((all + 1) * sizeof *s->post);
	for (size_t i = 0; i < all; i++) {
		struct post *p = &s->post[s->posts];

		if (post_read(board_at(s->site->board, "post", i), p) &&
		    p->stage == POST_PUBLISHED && is_of_page(s, p))
			s->posts++;
	}
	qsort(s->post, s->posts, sizeof *s->post, newest_first);
	if (s->posts > SCENE_POSTS)
		s->posts = SCENE_POSTS;
}

const struct post *scene_post(const struct scene *s, const char *id)
{
	for (size_t i = 0; i < s->posts; i++)
		if (!strcmp(s->post[i].card->id, id))
			return &s->post[i];
	return NULL;
}

/* And of everything that it is made of. */
static void claim(struct scene *s, struct part *p, enum level l, int64_t since_us, int depth)
{
	struct text name = {0};
	struct part *member;

	if (l > p->claimed || (l == p->claimed && since_us < p->claimed_us))
		p->claimed_us = since_us;
	if (l > p->claimed)
		p->claimed = l;
	if (l == LEVEL_MAINTENANCE && depth < SCENE_DEPTH)
		for (const char *at = p->members; text_next_line(&at, &name);) {
			member = map_find_text(&s->by_name, text_get(&name));
			if (member && member->claimed < l)
				claim(s, member, l, since_us, depth + 1);
		}
	text_release(&name);
}

static enum level impact_of(const struct post *p)
{
	static const struct {
		const char *impact;
		enum level level;
	} of[] = {{"minor", LEVEL_DEGRADED}, {"major", LEVEL_PARTIAL}, {"critical", LEVEL_MAJOR}};

	if (p->sort == POST_MAINTENANCE)
		return strcmp(p->impact, "none") ? LEVEL_MAINTENANCE : LEVEL_UP;
	for (size_t i = 0; i < sizeof of / sizeof *of; i++)
		if (!strcmp(of[i].impact, p->impact))
			return of[i].level;
	return LEVEL_UP;
}

static void claim_post(struct scene *s, const struct post *p)
{
	struct text name = {0}, word = {0};
	struct part *part;
	enum level l;

	for (const char *at = p->components; text_next_line(&at, &name);) {
		part = map_find_text(&s->by_name, text_get(&name));
		l = level_of(post_claim(p, text_get(&name), &word));
		if (p->sort == POST_MAINTENANCE && !word.size)
			l = impact_of(p);
		if (part)
			claim(s, part, l, p->start_us, 0);
	}
	text_release(&name);
	text_release(&word);
}

/* What was planned without a post, and goes on. */
static void claim_planned(const struct planned *w, void *scene)
{
	struct scene *s = scene;
	struct text name = {0};
	struct part *part;

	if (!w->is_on || !strcmp(w->impact, "none"))
		return;
	for (size_t i = 0; !*w->names && i < s->parts; i++)
		claim(s, &s->part[i], LEVEL_MAINTENANCE, w->from_us, 0);
	for (const char *at = w->names; text_next_line(&at, &name);) {
		part = map_find_text(&s->by_name, text_get(&name));
		if (part)
			claim(s, part, LEVEL_MAINTENANCE, w->from_us, 0);
	}
	text_release(&name);
}

static void claim_all(struct scene *s)
{
	for (size_t i = 0; i < s->posts; i++)
		if (post_is_current(&s->post[i], s->site->now_us))
			claim_post(s, &s->post[i]);
	planned(s->site, s->page, NULL, claim_planned, s);
}

/* ---- levels ---- */

void scene_count(struct scene_members *m, enum level l)
{
	m->working += l == LEVEL_UP || l == LEVEL_DEGRADED;
	m->maintained += l == LEVEL_MAINTENANCE;
	m->failing += l > LEVEL_DEGRADED;
}

enum level scene_service(enum level l, const struct scene_members *m)
{
	if (l >= LEVEL_DEGRADED && m->maintained && !m->failing)
		return LEVEL_MAINTENANCE;
	return l == LEVEL_MAJOR && m->working ? LEVEL_PARTIAL : l;
}

static void work_out(struct scene *s, struct part *p, int depth);

static enum level service_level(struct scene *s, struct part *p, int depth)
{
	struct scene_members members = {0};
	struct text name = {0};
	struct part *member;

	for (const char *at = p->members; text_next_line(&at, &name);) {
		member = map_find_text(&s->by_name, text_get(&name));
		if (!member || member->is_open || !scene_counts(member))
			continue;
		work_out(s, member, depth + 1);
		scene_count(&members, member->level);
	}
	text_release(&name);
	return scene_service(measured_of(p->service->state), &members);
}

/* What people say counts where it is what is shown, and where it says that it began earlier. */
static int64_t since_of(const struct part *p, enum level seen)
{
	int64_t since_us = p->check ? p->check->since_us : p->service->since_us;

	if (p->level != seen || p->claimed == LEVEL_MAINTENANCE)
		return p->claimed_us;
	return p->claimed == seen && p->claimed_us && p->claimed_us < since_us ? p->claimed_us
										   : since_us;
}

static void work_out(struct scene *s, struct part *p, int depth)
{
	enum level l;

	if (p->is_done || p->is_open || depth > SCENE_DEPTH)
		return;
	p->is_open = true;
	l = p->service ? service_level(s, p, depth) : measured_of(p->check->state);
	p->level = p->claimed == LEVEL_MAINTENANCE || p->claimed > l ? p->claimed : l;
	p->since_us = since_of(p, l);
	p->is_open = false;
	p->is_done = true;
}

/* A part of all is not all: an outage of some of what stands at the top is a partial one. */
static enum level overall(const struct scene *s)
{
	enum level worst = LEVEL_UP, l;
	bool is_all = true;
	size_t counted = 0;

	for (size_t i = 0; i < s->tops; i++) {
		if (!scene_counts(s->top[i]))
			continue;
		l = s->top[i]->level;
		worst = l > worst ? l : worst;
		is_all &= l == LEVEL_MAJOR;
		counted++;
	}
	if (worst == LEVEL_MAJOR && !(is_all && counted))
		worst = LEVEL_PARTIAL;
	for (size_t i = 0; i < s->parts; i++) {
		l = s->part[i].claimed > LEVEL_PARTIAL ? LEVEL_PARTIAL : s->part[i].claimed;
		worst = l > worst ? l : worst;
	}
	for (size_t i = 0; i < s->posts; i++) {
		l = post_is_current(&s->post[i], s->site->now_us) ? impact_of(&s->post[i])
								  : LEVEL_UP;
		worst = l > worst ? l : worst;
	}
	return worst;
}

/* ---- what stands at the top ---- */

static void add_top(struct scene *s, struct part *p)
{
	if (!p || p->is_member || p->is_open)
		return;
	p->is_open = true; /* once each */
	s->top[s->tops++] = p;
}

static void add_like(struct scene *s, const char *pattern)
{
	struct part *p = map_find_text(&s->by_name, pattern);

	if (p)
		add_top(s, p);
	else if (strpbrk(pattern, "*?"))
		for (size_t i = 0; i < s->parts; i++)
			if (!fnmatch(pattern, s->part[i].name, FNM_NOESCAPE))
				add_top(s, &s->part[i]);
}

/* As `show` has them; whatever else there is as the files have it. */
static void add_tops(struct scene *s)
{
	struct text item = {0};

	s->top = memory_new((s->parts + 1) * sizeof *s->top);
	for (const char *at = page_get(s->page, "show"); text_next_line(&at, &item);)
		add_like(s, text_get(&item));
	for (size_t i = 0; i < s->parts; i++)
		add_top(s, &s->part[i]);
	for (size_t i = 0; i < s->tops; i++)
		s->top[i]->is_open = false;
	text_release(&item);
}

void scene_open(struct scene *s, const struct site *site, const struct page *page, bool details)
{
	*s = (struct scene){.site = site, .page = page, .details = details};
	add_parts(s);
	mark_members(s);
	add_posts(s);
	claim_all(s);
	add_tops(s);
	for (size_t i = 0; i < s->parts; i++)
		work_out(s, &s->part[i], 0);
	s->overall = overall(s);
}

void scene_close(struct scene *s)
{
	map_release(&s->by_name);
	free(s->part);
	free(s->top);
	free(s->post);
}
