/* api/v1_read: operations that read what the site knows: states, configuration, posts, people. See
 * v1.h. */
#include <stdlib.h>
#include <string.h>

#include "../board/address.h"
#include "../board/post.h"
#include "../report/uptime.h"
#include "beat.h"
#include "../web/figures.h"
#include "../web/json.h"
#include "v1.h"

#define UPDATES 500

/* ---- states ---- */

bool v1_sees(const struct site *s, const struct request *r, const char *name)
{
	const struct target *t = catalog_find(s->catalog, name);

	return permit(r->user, r->route->act, target_owner(s, t));
}

/* Of a document of all what the asker may see; gives the reference up. */
static json_t *seen(const struct site *s, const struct request *r, json_t *list)
{
	json_t *kept = json_array(), *one;
	size_t i;

	json_array_foreach(list, i,
			   one) if (v1_sees(s, r, json_string_value(json_object_get(one, "name"))))
		json_array_append(kept, one);
	json_decref(list);
	return kept;
}

static json_t *take_list(json_t *document, const char *key)
{
	json_t *list = json_incref(json_object_get(document, key));

	json_decref(document);
	return list;
}

void v1_status(const struct site *s, const struct request *r, struct answer *a)
{
	json_t *j = overview_json(s->overview);

	json_object_set_new(j, "checks", seen(s, r, json_incref(json_object_get(j, "checks"))));
	json_object_set_new(j, "services", seen(s, r, json_incref(json_object_get(j, "services"))));
	json_object_set_new(j, "stale", json_boolean(s->is_stale));
	v1_answer(a, s->overview->is_complete ? 200 : 503, j);
	if (!s->overview->is_complete)
		v1_problem(a, 503, "the keeper has not answered yet");
}

/* Pages of a list whose items have names, by the name of the last one. */
void v1_answer_named(const struct request *r, struct answer *a, json_t *list)
{
	const char *after = request_query(r, "after"), *next = NULL;
	json_t *part = json_array(), *one;
	bool is_on = !*after;
	size_t i, limit;

	if (!v1_limit(r, a, &limit)) {
		json_decref(part);
		json_decref(list);
		return;
	}
	json_array_foreach(list, i, one)
	{
		const char *name = json_string_value(json_object_get(one, "name"));

		if (is_on && json_array_size(part) == limit) {
			next = json_string_value(
				json_object_get(json_array_get(part, limit - 1), "name"));
			break;
		}
		if (is_on)
			json_array_append(part, one);
		is_on = is_on || !strcmp(name, after);
	}
	v1_answer_list(a, part, next);
	json_decref(list);
}

static void answer_states(const struct site *s, const struct request *r, struct answer *a,
			  const char *kind)
{
	v1_answer_named(r, a, seen(s, r, take_list(overview_json(s->overview), kind)));
}

void v1_checks(const struct site *s, const struct request *r, struct answer *a)
{
	answer_states(s, r, a, "checks");
}

void v1_services(const struct site *s, const struct request *r, struct answer *a)
{
	answer_states(s, r, a, "services");
}

static void answer_state(const struct site *s, const struct request *r, struct answer *a,
			 const char *kind)
{
	json_t *list = seen(s, r, take_list(overview_json(s->overview), kind)), *one;
	bool is_found = false;
	size_t i;

	json_array_foreach(
		list, i, one) if (!is_found &&
				  !strcmp(json_string_value(json_object_get(one, "name")), r->tail))
	{
		v1_answer(a, 200, json_incref(one));
		is_found = true;
	}
	if (!is_found)
		v1_problem(a, 404, "there is none called '%.200s'", r->tail);
	json_decref(list);
}

void v1_check(const struct site *s, const struct request *r, struct answer *a)
{
	answer_state(s, r, a, "checks");
}

void v1_service(const struct site *s, const struct request *r, struct answer *a)
{
	answer_state(s, r, a, "services");
}

void v1_intensified(const struct site *s, const struct request *r, struct answer *a)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->overview->checks; i++) {
		const struct overview_check *c = &s->overview->check[i];

		if (c->intense_until_us)
			json_array_append_new(list,
					      json_pack("{so, sI, so}", "name", json_safe(c->name),
							"every_us", (json_int_t)c->interval_us,
							"until", json_time(c->intense_until_us)));
	}
	v1_answer_named(r, a, seen(s, r, list));
}

/* ---- the configuration ---- */

void v1_targets(const struct site *s, const struct request *r, struct answer *a)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->catalog->targets; i++) {
		const struct target *t = &s->catalog->target[i];

		if (!permit(r->user, r->route->act, target_owner(s, t)))
			continue;
		json_array_append_new(
			list,
			json_pack("{so, so, so, sb, so, so, so, so, so, so}", "name",
				  json_safe(t->name), "title", json_safe(t->title), "module",
				  json_safe(t->module), "service", t->is_service, "category",
				  json_safe(t->category), "owner",
				  json_safe(target_owner(s, t)), "url", json_safe(t->url),
				  "standing", json_safe(t->standing), "members",
				  json_lines(t->members), "parents", json_lines(t->parents)));
	}
	v1_answer_named(r, a, list);
}

void v1_pages(const struct site *s, const struct request *r, struct answer *a)
{
	json_t *list = json_array();

	(void)r;
	for (size_t i = 0; i < s->catalog->pages; i++) {
		const struct page *p = &s->catalog->page[i];

		json_array_append_new(
			list, json_pack("{so, so, so, so, sb}", "name", json_safe(p->name), "title",
					json_safe(p->title), "host", json_safe(page_get(p, "host")),
					"show", json_lines(page_get(p, "show")), "details",
					page_is(p, "details")));
	}
	v1_answer_list(a, list, NULL);
}

/* ---- figures ---- */

json_t *v1_percent(int64_t micro)
{
	struct text t = {0};
	json_t *j;

	uptime_add(&t, micro);
	j = t.size ? json_string(t.at) : json_null();
	text_release(&t);
	return j;
}

static json_t *window(const struct figure_window *w, const char *name)
{
	return json_pack("{ss, so, so, so, so, so, sI, sI, sI, sI, sI, sI, sI, sI}", "period", name,
			 "from", json_time(w->from_us), "to", json_time(w->to_us), "uptime_known",
			 v1_percent(w->known_micro), "uptime_period", v1_percent(w->period_micro),
			 "coverage", v1_percent(w->coverage_micro), "up_us", (json_int_t)w->up_us,
			 "degraded_us", (json_int_t)w->degraded_us, "down_us",
			 (json_int_t)w->down_us, "unknown_us", (json_int_t)w->unknown_us,
			 "not_monitored_us", (json_int_t)w->not_monitored_us, "maintenance_us",
			 (json_int_t)w->maintenance_us, "incidents", (json_int_t)w->incidents,
			 "longest_us", (json_int_t)w->longest_us);
}

void v1_availability(const struct site *s, const struct request *r, struct answer *a)
{
	const struct figure *f = s->figures ? figures_find(s->figures, r->tail) : NULL;
	json_t *list;

	if (!v1_target(s, r, r->tail)) {
		v1_problem(a, 404, "no check or service is called '%.200s'", r->tail);
		return;
	}
	if (!f || !f->method) {
		v1_problem(a, 503, "its figures are still being computed: try again in a moment");
		a->retry_after_s = 5;
		return;
	}
	list = json_array();
	for (size_t i = 0; i < SPANS; i++)
		if (f->window[i].to_us)
			json_array_append_new(list, window(&f->window[i], figure_span_word[i]));
	v1_answer(a, 200,
		  json_pack("{so, so, so, so}", "name", json_safe(f->name), "sla",
			    json_safe(f->sla), "method", json_safe(f->method), "windows", list));
}

/* ---- posts ---- */

static json_t *updates_of(const struct site *s, const char *post)
{
	const struct card *card[UPDATES];
	size_t count = post_updates(s->board, post, card, UPDATES);
	json_t *list = json_array();
	struct update u;

	for (size_t i = 0; i < count && i < UPDATES; i++)
		if (update_read(card[i], &u))
			json_array_append_new(
				list,
				json_pack("{so, so, so, so, so, so, so, so, sI}", "id",
					  json_safe(u.card->id), "state", json_safe(u.state),
					  "body", json_safe(u.body), "author", json_safe(u.author),
					  "event", json_time(u.event_us), "written",
					  json_time(u.written_us), "edited", json_time(u.edited_us),
					  "withdrawn", json_time(u.withdrawn_us), "version",
					  (json_int_t)u.card->version));
	return list;
}

static json_t *post_json(const struct site *s, const struct post *p)
{
	json_t *j = json_pack("{so, ss, ss, so, so, so, so, so, so, so, so, so, so, so, sI}", "id",
			      json_safe(p->card->id), "sort", post_sort_name[p->sort], "stage",
			      post_stage_name[p->stage], "state", json_safe(p->state), "title",
			      json_safe(p->title), "impact", json_safe(p->impact), "components",
			      json_lines(p->components), "states", json_lines(p->states), "pages",
			      json_lines(p->pages), "cause", json_safe(p->cause), "author",
			      json_safe(p->author), "start", json_time(p->start_us), "end",
			      json_time(p->end_us), "published", json_time(p->published_us),
			      "version", (json_int_t)p->card->version);

	json_object_set_new(j, "updates", updates_of(s, p->card->id));
	return j;
}

static bool is_wanted(const struct site *s, const struct request *r, const struct post *p)
{
	const char *sort = request_query(r, "sort"), *stage = request_query(r, "stage");

	return v1_reaches_post(s, r, p->card->id) &&
	       (!*sort || !strcmp(sort, post_sort_name[p->sort])) &&
	       (!*stage || !strcmp(stage, post_stage_name[p->stage]));
}

/* The newest first; `after`: those that are older than it. */
void v1_posts(const struct site *s, const struct request *r, struct answer *a)
{
	const char *after = request_query(r, "after"), *next = NULL;
	json_t *list = json_array();
	size_t limit, i;
	struct post p;

	if (!v1_limit(r, a, &limit)) {
		json_decref(list);
		return;
	}
	for (i = board_count(s->board, "post"); i--;) {
		const struct card *c = board_at(s->board, "post", i);

		if ((*after && strcmp(c->id, after) >= 0) || !post_read(c, &p) ||
		    !is_wanted(s, r, &p))
			continue;
		if (json_array_size(list) == limit) {
			next = json_string_value(
				json_object_get(json_array_get(list, limit - 1), "id"));
			break;
		}
		json_array_append_new(list, post_json(s, &p));
	}
	v1_answer_list(a, list, next);
}

void v1_post(const struct site *s, const struct request *r, struct answer *a)
{
	const struct card *c = board_find(s->board, "post", r->tail);
	struct post p;

	if (c && v1_reaches_post(s, r, r->tail) && post_read(c, &p))
		v1_answer(a, 200, post_json(s, &p));
	else
		v1_problem(a, 404, "there is no post '%.60s'", r->tail);
}

/* ---- people ---- */

/* Cards but for words that are nobody's business, and those of another owner. */
static void answer_cards(const struct site *s, const struct request *r, struct answer *a,
			 const char *kind, const char *const *word)
{
	const char *after = request_query(r, "after"), *next = NULL;
	json_t *list = json_array(), *j;
	size_t limit;

	if (!v1_limit(r, a, &limit)) {
		json_decref(list);
		return;
	}
	for (size_t i = 0; i < board_count(s->board, kind); i++) {
		const struct card *c = board_at(s->board, kind, i);

		if ((*after && strcmp(c->id, after) <= 0) ||
		    !permit(r->user, r->route->act, card_get(c, "owner")))
			continue;
		if (json_array_size(list) == limit) {
			next = json_string_value(
				json_object_get(json_array_get(list, limit - 1), "id"));
			break;
		}
		j = json_pack("{so, so, so}", "id", json_safe(c->id), "made",
			      json_time(c->first_us), "changed", json_time(c->at_us));
		for (size_t n = 0; word[n]; n++)
			json_object_set_new(j, word[n], json_safe(card_get(c, word[n])));
		json_array_append_new(list, j);
	}
	v1_answer_list(a, list, next);
}

void v1_users(const struct site *s, const struct request *r, struct answer *a)
{
	answer_cards(s, r, a, "user", (const char *const[]){"role", "owner", NULL});
}

void v1_tokens(const struct site *s, const struct request *r, struct answer *a)
{
	answer_cards(s, r, a, "token", (const char *const[]){"name", "role", "owner", NULL});
}

void v1_subscribers(const struct site *s, const struct request *r, struct answer *a)
{
	answer_cards(s, r, a, "subscriber", (const char *const[]){"page", "to", "state", NULL});
}

void v1_requests(const struct site *s, const struct request *r, struct answer *a)
{
	answer_cards(s, r, a, "request",
		     (const char *const[]){"page", "what", "why", "state", "said", NULL});
}

void v1_heartbeats(const struct site *s, const struct request *r, struct answer *a)
{
	const char *key = address_key(s->board);
	char address[ADDRESS_BYTES];
	json_t *list = json_array();

	for (size_t i = 0; *key && i < s->overview->checks; i++) {
		const struct overview_check *c = &s->overview->check[i];

		if (!address_has(c->module) || !v1_sees(s, r, c->name))
			continue;
		address_of(key, c->name, address);
		json_array_append_new(
			list, json_pack("{so, so, ss, so}", "name", json_safe(c->name), "module",
					json_safe(c->module), "address", address, "path",
					json_sprintf("/%s/%s",
						     strcmp(c->module, "inbound") ? "ping" : "hook",
						     address)));
	}
	v1_answer_list(a, list, NULL);
}
