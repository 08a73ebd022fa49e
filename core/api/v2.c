/* api/v2: see v2.h. The names and the words are Statuspage's. */
#include "v2.h"

#include <string.h>

#include "../base/clock.h"
#include "../page/planned.h"
#include "../page/words.h"
#include "../web/json.h"

struct v2 {
	const struct v2_view *view;
	struct components all;
	char page_id[TEXT_STAMP];
	int64_t changed_us;
	json_t *list; /* of incidents or maintenances being made */
};

static void set(json_t *j, const char *key, json_t *value)
{
	json_object_set_new(j, key, value);
}

/* RFC 3339 with milliseconds; null for 0. */
static json_t *time_of(int64_t wall_us)
{
	struct text t = {0};
	json_t *made;

	if (!wall_us)
		return json_null();
	clock_add_utc(&t, wall_us, 3);
	made = json_stringn(text_get(&t), t.size);
	text_release(&t);
	return made;
}

static json_t *id_of(const char *name)
{
	char id[TEXT_STAMP];

	component_id(name, id);
	return json_string(id);
}

/* ---- components ---- */

static json_t *children_of(const struct v2 *v, size_t group)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->all.count; i++)
		if (v->all.at[i].group == group)
			json_array_append_new(list, id_of(v->all.at[i].target->name));
	return list;
}

static json_t *component(const struct v2 *v, const struct component *c)
{
	json_t *j = json_object();
	size_t place = (size_t)(c - v->all.at);

	set(j, "id", id_of(c->target->name));
	set(j, "name", json_safe(c->target->title));
	set(j, "status", json_string(component_status_name[c->status]));
	set(j, "created_at", time_of(c->since_us ? c->since_us : v->view->site->now_us));
	set(j, "updated_at", time_of(c->since_us ? c->since_us : v->view->site->now_us));
	set(j, "position", json_integer((json_int_t)place + 1));
	set(j, "description",
	    c->is_known ? json_null() : json_string("not known: nobody measures it at present"));
	set(j, "showcase", json_true());
	set(j, "start_date", json_null());
	set(j, "group_id",
	    c->group == SIZE_MAX ? json_null() : id_of(v->all.at[c->group].target->name));
	set(j, "page_id", json_string(v->page_id));
	set(j, "group", json_boolean(c->is_group));
	set(j, "only_show_if_degraded", json_false());
	if (c->is_group)
		set(j, "components", children_of(v, place));
	return j;
}

static json_t *components(const struct v2 *v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->all.count; i++)
		json_array_append_new(list, component(v, &v->all.at[i]));
	return list;
}

/* ---- incidents and maintenances ---- */

/* What is not shown here is not named either. */
static json_t *affected(const struct v2 *v, const char *names)
{
	json_t *list = json_array();
	struct text one = {0};

	while (text_next_line(&names, &one)) {
		const struct component *c = components_find(&v->all, text_get(&one));

		if (c)
			json_array_append_new(list, component(v, c));
	}
	text_release(&one);
	return list;
}

static json_t *affected_codes(const struct v2 *v, const struct post *p)
{
	const char *names = p->components, *state;
	json_t *list = json_array();
	struct text one = {0}, word = {0};

	while (text_next_line(&names, &one)) {
		const struct component *c = components_find(&v->all, text_get(&one));

		if (!c)
			continue;
		state = post_claim(p, c->target->name, &word);
		state = *state ? state : component_status_name[c->status];
		json_array_append_new(list,
				      json_pack("{so, so, ss, ss}", "code", id_of(c->target->name),
						"name", json_safe(c->target->title), "old_status",
						state, "new_status", state));
	}
	text_release(&one);
	text_release(&word);
	return list;
}

/* A cancelled maintenance has no word of its own there. */
static const char *status_of(const char *state)
{
	return strcmp(state, "cancelled") ? state : "completed";
}

static json_t *update(const struct v2 *v, const struct notice *n, const struct update *u)
{
	json_t *j = json_object();
	int64_t changed_us = u->edited_us ? u->edited_us : u->written_us;

	set(j, "id", json_safe(u->card->id));
	set(j, "incident_id", json_safe(n->post.card->id));
	set(j, "status", json_safe(status_of(u->state)));
	set(j, "body", json_safe(u->body));
	set(j, "created_at", time_of(u->written_us));
	set(j, "display_at", time_of(u->event_us));
	set(j, "updated_at", time_of(changed_us));
	set(j, "affected_components", affected_codes(v, &n->post));
	return j;
}

static json_t *updates(const struct v2 *v, const struct notice *n)
{
	json_t *list = json_array();

	for (size_t i = n->updates; i--;)
		json_array_append_new(list, update(v, n, &n->update[i]));
	return list;
}

/* When an update first said so; 0: none has. */
static int64_t said_at(const struct notice *n, const char *state)
{
	for (size_t i = 0; i < n->updates; i++)
		if (!strcmp(n->update[i].state, state))
			return n->update[i].event_us;
	return 0;
}

static int64_t ended_at(const struct notice *n)
{
	int64_t said_us = said_at(n, n->post.sort == POST_MAINTENANCE ? "completed" : "resolved");

	if (!post_is_over(&n->post))
		return 0;
	return said_us ? said_us : n->post.over_us ? n->post.over_us : n->changed_us;
}

static void take(const struct notice *n, void *with)
{
	struct v2 *v = with;
	const struct post *p = &n->post;
	bool is_planned = p->sort == POST_MAINTENANCE;
	json_t *j = json_object();

	set(j, "id", json_safe(p->card->id));
	set(j, "name", json_safe(p->title));
	set(j, "status", json_safe(status_of(p->state)));
	set(j, "impact", is_planned ? json_string("maintenance") : json_safe(p->impact));
	set(j, "shortlink", json_sprintf("%s/incident/%s/", v->view->base, p->card->id));
	set(j, "page_id", json_string(v->page_id));
	set(j, "created_at", time_of(p->published_us ? p->published_us : p->card->first_us));
	set(j, "updated_at", time_of(n->changed_us));
	set(j, "started_at", time_of(p->start_us));
	set(j, "monitoring_at", time_of(said_at(n, is_planned ? "verifying" : "monitoring")));
	set(j, "resolved_at", time_of(ended_at(n)));
	set(j, "incident_updates", updates(v, n));
	set(j, "components", affected(v, p->components));
	if (is_planned) {
		set(j, "scheduled_for", time_of(p->start_us));
		set(j, "scheduled_until", time_of(p->end_us ? p->end_us : p->start_us));
	}
	json_array_append_new(v->list, j);
}

/* An object of the list for one without a post: its window says less than people would. */
static void take_planned(const struct planned *p, void *with)
{
	struct v2 *v = with;
	const bool is_wanted[] = {[V2_ALL] = true,
				  [V2_UPCOMING] = !p->is_on,
				  [V2_ACTIVE] = p->is_on,
				  [V2_AHEAD] = true};
	int64_t told_us = p->announced_us ? p->announced_us : p->from_us;
	struct text title = {0};
	json_t *j;

	if (!is_wanted[v->view->maintenances])
		return;
	if (*p->title)
		text_puts(&title, p->title);
	else
		say(&title, "sort-maintenance");
	j = json_object();
	set(j, "id", id_of(p->id));
	set(j, "name", json_safe(text_get(&title)));
	set(j, "status", json_string(p->is_on ? "in_progress" : "scheduled"));
	set(j, "impact", json_string("maintenance"));
	set(j, "shortlink", json_sprintf("%s/", v->view->base));
	set(j, "page_id", json_string(v->page_id));
	set(j, "created_at", time_of(told_us));
	set(j, "updated_at", time_of(p->is_on ? p->from_us : told_us));
	set(j, "started_at", time_of(p->from_us));
	set(j, "monitoring_at", json_null());
	set(j, "resolved_at", json_null());
	set(j, "incident_updates", json_array());
	set(j, "components", affected(v, p->names));
	set(j, "scheduled_for", time_of(p->from_us));
	set(j, "scheduled_until", time_of(p->to_us));
	json_array_append_new(v->list, j);
	text_release(&title);
}

static bool is_unresolved(const struct post *p, int64_t now_us)
{
	(void)now_us;
	return !post_is_over(p);
}

static bool is_upcoming(const struct post *p, int64_t now_us)
{
	return post_is_ahead(p) && !post_is_current(p, now_us);
}

static json_t *list_of(struct v2 *v, enum post_sort sort, enum v2_part part)
{
	static bool (*const is_wanted[])(const struct post *,
					 int64_t) = {[V2_ALL] = NULL,
						     [V2_UNRESOLVED] = is_unresolved,
						     [V2_UPCOMING] = is_upcoming,
						     [V2_ACTIVE] = post_is_current,
						     [V2_AHEAD] = is_unresolved};

	v->list = json_array();
	notices(&(struct notice_query){.site = v->view->site,
				       .page = v->view->page,
				       .sorts = 1u << sort,
				       .most = V2_MOST,
				       .is_wanted = is_wanted[part]},
		take, v);
	return v->list;
}

/* ---- the whole ---- */

/* 0 none, 1 minor, 2 major, 3 critical, 4 maintenance: of what is measured and what is said. */
static int indicator_of(const struct v2 *v)
{
	static const int indicator[LEVELS] = {[LEVEL_MAINTENANCE] = 4,
					      [LEVEL_DEGRADED] = 1,
					      [LEVEL_PARTIAL] = 2,
					      [LEVEL_MAJOR] = 3};

	return indicator[v->all.overall];
}

static json_t *status(const struct v2 *v)
{
	static const char *const word[][2] = {{"none", "All Systems Operational"},
					      {"minor", "Partially Degraded Service"},
					      {"major", "Partial System Outage"},
					      {"critical", "Major Service Outage"},
					      {"maintenance", "Service Under Maintenance"}};
	int i = indicator_of(v);

	return json_pack("{ss, ss}", "indicator", word[i][0], "description", word[i][1]);
}

static void newest(const struct notice *n, void *with)
{
	int64_t *changed_us = with;

	*changed_us = n->changed_us > *changed_us ? n->changed_us : *changed_us;
}

static json_t *page(const struct v2 *v)
{
	const struct page *p = v->view->page;
	const char *zone = page_get(p, "zone");
	int64_t changed_us = 0;

	for (size_t i = 0; i < v->all.count; i++)
		if (v->all.at[i].since_us > changed_us)
			changed_us = v->all.at[i].since_us;
	notices(
		&(struct notice_query){
			.site = v->view->site, .page = p, .sorts = ~0u, .most = V2_MOST},
		newest, &changed_us);
	return json_pack("{ss, so, so, ss, so}", "id", v->page_id, "name",
			 json_safe(*p->title ? p->title : p->name), "url", json_safe(v->view->base),
			 "time_zone", *zone ? zone : "Etc/UTC", "updated_at",
			 time_of(changed_us ? changed_us : v->view->site->now_us));
}

json_t *v2_json(const struct v2_view *view)
{
	struct v2 v = {.view = view};
	json_t *j = json_object();

	component_id(view->page->name, v.page_id);
	components_open(&v.all, view->site, view->page);
	set(j, "page", page(&v));
	if (view->has_status)
		set(j, "status", status(&v));
	if (view->has_components)
		set(j, "components", components(&v));
	if (view->incidents)
		set(j, "incidents", list_of(&v, POST_INCIDENT, view->incidents));
	if (view->maintenances) {
		v.list = list_of(&v, POST_MAINTENANCE, view->maintenances);
		planned(view->site, view->page, NULL, take_planned, &v);
		set(j, "scheduled_maintenances", v.list);
	}
	components_close(&v.all);
	return j;
}
