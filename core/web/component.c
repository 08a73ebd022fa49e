/* web/component: see component.h. */
#include "component.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "notice.h"

#define DEPTH  8 /* of services in services */
#define CLAIMS 200 /* posts at a time */

const char *const component_status_name[COMPONENT_STATUSES] = {
	"operational", "degraded_performance", "partial_outage", "major_outage",
	"under_maintenance"};

void component_id(const char *name, char id[TEXT_STAMP])
{
	text_stamp(id, map_hash(name, strlen(name)) & ((UINT64_C(1) << 59) - 1));
}

/* Each under the service that is first to name it. */
static void find_parents(struct components *all, struct map *parent)
{
	struct text one = {0};

	for (size_t i = 0; i < all->count; i++) {
		const char *list = all->at[i].target->members;

		while (all->at[i].target->is_service && notice_next(&list, &one))
			if (!map_find_text(parent, text_get(&one)))
				map_put_text(parent, text_get(&one), &all->at[i]);
	}
	text_release(&one);
}

/* The shown service at the top of those that it is a member of; NULL: it stands alone. */
static struct component *top_of(const struct map *parent, const struct component *c)
{
	struct component *top = NULL, *up;

	for (int depth = 0; depth < DEPTH; depth++) {
		up = map_find_text(parent, (top ? top : c)->target->name);
		if (!up || up == c)
			break;
		top = up;
	}
	return top;
}

static void make_groups(struct components *all)
{
	struct map parent = {0};
	struct component *top;

	find_parents(all, &parent);
	for (size_t i = 0; i < all->count; i++) {
		top = top_of(&parent, &all->at[i]);
		all->at[i].group = top ? (size_t)(top - all->at) : SIZE_MAX;
		if (top)
			top->is_group = true;
	}
	map_release(&parent);
}

/* ---- what was measured ---- */

static void set_measured(struct component *c, const char *state, int64_t since_us)
{
	c->since_us = since_us;
	c->is_known = true;
	if (!strcmp(state, "down"))
		c->status = COMPONENT_MAJOR;
	else if (!strcmp(state, "degraded"))
		c->status = COMPONENT_DEGRADED;
	else
		c->is_known = !strcmp(state, "up") || !strcmp(state, "unconfirmed");
}

static void measure(struct components *all, const struct overview *o)
{
	struct component *c;

	for (size_t i = 0; i < o->checks; i++) {
		c = map_find_text(&all->by_name, o->check[i].name);
		if (c)
			set_measured(c, o->check[i].state, o->check[i].since_us);
	}
	for (size_t i = 0; i < o->services; i++) {
		c = map_find_text(&all->by_name, o->service[i].name);
		if (c)
			set_measured(c, o->service[i].state, o->service[i].since_us);
	}
}

/* ---- what is said ---- */

static enum component_status status_of(const char *word)
{
	enum component_status s = COMPONENT_OPERATIONAL;

	while (s < COMPONENT_STATUSES && strcmp(component_status_name[s], word))
		s++;
	return s;
}

static bool is_current(const struct post *p, int64_t now_us)
{
	return post_is_current(p, now_us);
}

/* The worse of both; a maintenance that goes on explains what is measured. */
static void claim(const struct notice *n, void *with)
{
	const struct components *all = with;
	const char *list = n->post.components;
	struct text name = {0}, word = {0};
	struct component *c;

	while (notice_next(&list, &name)) {
		enum component_status s = status_of(post_claim(&n->post, text_get(&name), &word));

		c = map_find_text(&all->by_name, text_get(&name));
		if (s == COMPONENT_STATUSES && n->post.sort == POST_MAINTENANCE)
			s = COMPONENT_MAINTENANCE;
		if (!c || s == COMPONENT_STATUSES)
			continue;
		c->is_known = true;
		c->status = s > c->status ? s : c->status;
	}
	text_release(&name);
	text_release(&word);
}

/* ---- */

void components_open(struct components *all, const struct site *s, const struct page *page)
{
	const struct catalog *c = s->catalog;

	*all = (struct components){.at = memory_new((c->targets + 1) * sizeof *all->at)};
	for (size_t i = 0; i < c->targets; i++)
		if (page_shows(c, page, c->target[i].name))
			all->at[all->count++] = (struct component){.target = &c->target[i]};
	for (size_t i = 0; i < all->count; i++)
		map_put_text(&all->by_name, all->at[i].target->name, &all->at[i]);
	make_groups(all);
	measure(all, s->overview);
	notices(&(struct notice_query){.site = s,
				       .page = page,
				       .sorts = 1u << POST_INCIDENT | 1u << POST_MAINTENANCE,
				       .most = CLAIMS,
				       .is_wanted = is_current},
		claim, all);
}

void components_close(struct components *all)
{
	map_release(&all->by_name);
	free(all->at);
	*all = (struct components){0};
}

const struct component *components_find(const struct components *all, const char *name)
{
	return map_find_text(&all->by_name, name);
}
