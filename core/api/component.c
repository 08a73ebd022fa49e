/* api/component: see component.h. */
#include "component.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../page/notice.h"

#define DEPTH 8 /* of services in services */

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

		while (all->at[i].target->is_service && text_next_line(&list, &one))
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

/* ---- how they stand ---- */

static const enum component_status status_of[LEVELS] = {
	[LEVEL_UP] = COMPONENT_OPERATIONAL,
	[LEVEL_UNKNOWN] = COMPONENT_OPERATIONAL, /* Statuspage has no word for it: is_known */
	[LEVEL_MAINTENANCE] = COMPONENT_MAINTENANCE,
	[LEVEL_DEGRADED] = COMPONENT_DEGRADED,
	[LEVEL_PARTIAL] = COMPONENT_PARTIAL,
	[LEVEL_MAJOR] = COMPONENT_MAJOR,
};

/* As the status page says it: scene.h decides for both. */
static void judge(struct components *all, const struct site *s, const struct page *page)
{
	const struct part *p;
	struct scene scene;

	scene_open(&scene, s, page, false);
	for (size_t i = 0; i < all->count; i++) {
		struct component *c = &all->at[i];

		p = scene_find(&scene, c->target->name);
		if (!p)
			continue;
		c->status = status_of[p->level];
		c->is_known = p->level != LEVEL_UNKNOWN;
		c->since_us = p->check ? p->check->since_us : p->service ? p->service->since_us : 0;
	}
	all->overall = scene.overall;
	scene_close(&scene);
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
	judge(all, s, page);
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
