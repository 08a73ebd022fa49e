/* page/house_view: see house_view.h. */
#include "house_view.h"

#include <stdlib.h>

#include "../base/memory.h"
#include "../base/quorum.h"
#include "scene.h"

#define NAME_BYTES 1024
#define OTHERS     60 /* checks in no service */

struct making {
	struct view *view;
	const struct catalog *catalog;
	const struct page *page;
	const struct moment *moment;
	struct map members; /* names that stand in a service that is shown */
};

/* The next line of a list, cut off; false at its end. */
static bool next_name(const char **list, char name[NAME_BYTES])
{
	size_t size = strcspn(*list, "\n");

	if (!**list)
		return false;
	memcpy(name, *list, size < NAME_BYTES ? size : NAME_BYTES - 1);
	name[size < NAME_BYTES ? size : NAME_BYTES - 1] = '\0';
	*list += size + ((*list)[size] != '\0');
	return true;
}

void house_view_names(const struct catalog *c, const struct page *p, struct text *names)
{
	for (size_t i = 0; i < c->targets; i++) {
		if (!page_shows(c, p, c->target[i].name))
			continue;
		text_puts(names, names->size ? "\n" : "");
		text_puts(names, c->target[i].name);
	}
}

/* ---- one item ---- */

static const struct {
	const char *state;
	enum view_light light;
} lights[] = {
	{"up", VIEW_UP},
	{"degraded", VIEW_DEGRADED},
	{"unconfirmed", VIEW_UNCONFIRMED},
	{"down", VIEW_DOWN},
};

static enum view_light light_of(const char *state)
{
	for (size_t i = 0; i < sizeof lights / sizeof *lights; i++)
		if (!strcmp(lights[i].state, state))
			return lights[i].light;
	return VIEW_UNKNOWN;
}

static bool is_out(const struct target *t)
{
	return *t->standing && strcmp(t->standing, "in-service") != 0;
}

/* Maintenance of a box is that of all in it. */
static bool is_maintained(const struct making *m, const struct target *t, int parent)
{
	return moment_get(m->moment, t->name)->is_in_maintenance ||
	       (parent >= 0 && m->view->item[parent].light == VIEW_MAINTENANCE);
}

static struct view_item item_of(const struct making *m, const struct target *t, int parent)
{
	const struct moment_state *s = moment_get(m->moment, t->name);
	struct view_item i = {.name = t->name,
			      .title = *t->title ? t->title : t->name,
			      .standing = is_out(t)      ? t->standing
					  : s->is_paused ? "paused"
							 : "",
			      .is_box = t->is_service,
			      .light = light_of(s->state),
			      .lasts_us = s->lasts_us,
			      .parent = parent,
			      .role = -1,
			      .need = t->need,
			      .is_weighted = *t->weights};

	if (*i.standing)
		i.light = VIEW_OUT;
	else if (is_maintained(m, t, parent))
		i.light = VIEW_MAINTENANCE;
	if (i.light == VIEW_MAINTENANCE && !strcmp(s->state, "down"))
		i.lasts_us = -1; /* it is not online */
	return i;
}

/* ---- boxes ---- */

static bool does_work(enum view_light light)
{
	return light == VIEW_UP || light == VIEW_DEGRADED;
}

/* Counts an item in its box, as the keeper does: what is out on purpose is as if it were none. */
static void count(const struct making *m, int parent, const struct view_item *i,
		  const struct moment_state *s)
{
	struct view_item *box = parent < 0 ? NULL : &m->view->item[parent];
	int64_t weight = 1;

	if (!box || i->light == VIEW_OUT)
		return;
	if (box->is_weighted)
		weight = quorum_weight(catalog_find(m->catalog, box->name)->weights, i->name);
	box->of += weight;
	box->up += does_work(light_of(s->state)) ? weight : 0;
}

/* A box that fails is called what the status page calls it, by what is in it. */
static void judge_box(struct view *v, int box)
{
	static const enum level level[VIEW_LIGHTS] = {
		[VIEW_UP] = LEVEL_UP,           [VIEW_DEGRADED] = LEVEL_DEGRADED,
		[VIEW_UNCONFIRMED] = LEVEL_UP,  [VIEW_PARTIAL] = LEVEL_PARTIAL,
		[VIEW_DOWN] = LEVEL_MAJOR,      [VIEW_MAINTENANCE] = LEVEL_MAINTENANCE,
		[VIEW_UNKNOWN] = LEVEL_UNKNOWN, [VIEW_OUT] = LEVEL_UNKNOWN};
	struct view_item *its = &v->item[box];
	struct scene_members members = {0};
	enum level now;

	for (size_t i = (size_t)box + 1; i < v->items; i++)
		if (v->item[i].parent == box && v->item[i].light != VIEW_OUT)
			scene_count(&members, level[v->item[i].light]);
	now = scene_service(level[its->light], &members);
	if (now == LEVEL_PARTIAL)
		its->light = VIEW_PARTIAL;
	if (now == LEVEL_MAINTENANCE && its->light == VIEW_DOWN)
		its->lasts_us = -1; /* it is not online */
	if (now == LEVEL_MAINTENANCE)
		its->light = VIEW_MAINTENANCE;
}

static void add_box(struct making *, const struct target *, int parent, int depth);

static void add_members(struct making *m, const struct target *service, int box, int depth,
			bool are_boxes)
{
	const char *list = service->members;
	char name[NAME_BYTES];

	while (next_name(&list, name)) {
		const struct target *t = catalog_find(m->catalog, name);
		struct view_item i;

		if (!t || t->is_service != are_boxes)
			continue;
		if (are_boxes) {
			add_box(m, t, box, depth);
			continue;
		}
		i = item_of(m, t, box);
		count(m, box, &i, moment_get(m->moment, t->name));
		view_add(m->view, &i);
	}
}

static void add_box(struct making *m, const struct target *t, int parent, int depth)
{
	struct view_item i = item_of(m, t, parent);
	int box;

	if (depth >= VIEW_DEPTH) {
		m->view->left_out++;
		return;
	}
	i.role = *t->role ? view_role(m->view, t->role) : -1;
	count(m, parent, &i, moment_get(m->moment, t->name));
	box = view_add(m->view, &i);
	if (box < 0)
		return;
	add_members(m, t, box, depth + 1, false);
	add_members(m, t, box, depth + 1, true);
	judge_box(m->view, box);
}

/* What stands in a service that is shown stands there, not on its own. */
static void find_members(struct making *m)
{
	char name[NAME_BYTES];

	for (size_t i = 0; i < m->catalog->targets; i++) {
		const struct target *t = &m->catalog->target[i];
		const char *list = t->members;

		if (!t->is_service || !page_shows(m->catalog, m->page, t->name))
			continue;
		while (next_name(&list, name))
			if (catalog_find(m->catalog, name))
				map_put_text(&m->members, name, m);
	}
}

static bool stands_alone(const struct making *m, const struct target *t)
{
	return page_shows(m->catalog, m->page, t->name) && !map_find_text(&m->members, t->name);
}

/* Checks that no service has stand together: they are no group, so nothing is counted. */
static void add_others(struct making *m)
{
	int box = -1, others = 0;

	for (size_t i = 0; i < m->catalog->targets; i++) {
		const struct target *t = &m->catalog->target[i];
		struct view_item item;

		if (t->is_service || !stands_alone(m, t))
			continue;
		if (box < 0)
			box = view_add(m->view, &(struct view_item){.name = "",
								    .title = "On their own",
								    .standing = "",
								    .is_box = true,
								    .is_loose = true,
								    .light = VIEW_UNKNOWN,
								    .lasts_us = -1,
								    .parent = -1,
								    .role = -1});
		item = item_of(m, t, box);
		if (box < 0 || others++ >= OTHERS)
			m->view->left_out++;
		else
			view_add(m->view, &item);
	}
}

/* ---- arrows ---- */

static int box_of(const struct view *v, const char *name)
{
	for (size_t i = 0; i < v->items; i++)
		if (v->item[i].is_box && !strcmp(v->item[i].name, name))
			return (int)i;
	return -1;
}

static void point(struct making *m, int from, const char *list, bool is_fallback)
{
	char name[NAME_BYTES];
	int to;

	while (next_name(&list, name))
		if ((to = box_of(m->view, name)) >= 0)
			view_point(m->view, from, to, is_fallback);
}

static void add_arrows(struct making *m)
{
	for (size_t i = 0; i < m->view->items; i++) {
		const struct target *t = catalog_find(m->catalog, m->view->item[i].name);

		if (!t || !m->view->item[i].is_box)
			continue;
		point(m, (int)i, t->feeds, false);
		point(m, (int)i, t->fallback, true);
	}
}

static void add_roles(struct view *v, const struct catalog *c)
{
	for (size_t i = 0; i < c->roles; i++) {
		int at = view_role(v, c->role[i].name);

		if (at >= 0)
			v->role[at] = (struct view_role){c->role[i].name, c->role[i].title,
							 c->role[i].text};
	}
}

void house_view_make(struct view *v, const struct catalog *c, const struct page *p,
		     const struct moment *at)
{
	struct making m = {.view = v, .catalog = c, .page = p, .moment = at};

	add_roles(v, c);
	find_members(&m);
	for (size_t i = 0; i < c->targets; i++)
		if (c->target[i].is_service && stands_alone(&m, &c->target[i]))
			add_box(&m, &c->target[i], -1, 0);
	add_others(&m);
	add_arrows(&m);
	map_release(&m.members);
}
