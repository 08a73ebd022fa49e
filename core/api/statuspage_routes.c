/* api/statuspage_routes: the part of Statuspage's v1 API by which monitors drive a page, so that
 * what drives one of theirs drives ours: a component's status (of checks of the module `inbound`;
 * what nines measures itself nobody sets), incidents and maintenances, which become posts. Bodies
 * are JSON or forms, the token comes as `Authorization: OAuth TOKEN`. */
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "component.h"
#include "../page/words.h"
#include "../web/json.h"
#include "../web/problem.h"
#include "../web/route.h"
#include "v1.h"
#include "v2.h"

#define PAGES      "/v1/pages/"
#define TEXT_BYTES 20000

/* ---- what came ---- */

/* "{page}/components/{id}" */
struct path {
	char *page, *part, *id; /* "" where it is shorter */
};

static void split(struct path *d, char *at)
{
	char **const part[] = {&d->page, &d->part, &d->id};

	for (size_t i = 0; i < 3; i++) {
		char *slash = i < 2 ? strchrnul(at, '/') : at + strlen(at);

		*part[i] = at;
		at = slash + (*slash == '/');
		*slash = '\0';
	}
}

struct body {
	const struct request *request;
	const char *what; /* "component", "incident" */
	json_t *json; /* its members; NULL: a form */
};

static void read_body(struct body *b, const struct request *r, const char *what)
{
	json_t *j = json_loadb(r->body ? r->body : "", r->body_size, 0, NULL);

	*b = (struct body){
		.request = r, .what = what, .json = json_incref(json_object_get(j, what))};
	json_decref(j);
}

/* A member as a text; "" where there is none. */
static void get(const struct body *b, const char *key, struct text *into)
{
	const json_t *v = json_object_get(b->json, key);
	struct text field = {0};

	text_clear(into);
	if (json_is_boolean(v))
		text_puts(into, json_is_true(v) ? "true" : "false");
	else if (json_is_string(v))
		text_puts(into, json_string_value(v));
	if (!b->json) {
		text_printf(&field, "%s[%s]", b->what, key);
		text_puts(into, request_field(b->request, text_get(&field)));
	}
	text_release(&field);
}

/* Its name, or our id of it. NULL: nobody shows or may touch one like that. */
static const struct target *target_of(const struct site *s, const struct request *r, const char *id)
{
	char own[TEXT_STAMP];

	for (size_t i = 0; i < s->catalog->targets; i++) {
		const struct target *t = &s->catalog->target[i];

		component_id(t->name, own);
		if ((!strcmp(own, id) || !strcmp(t->name, id)) &&
		    permit(r->user, r->route->act, target_owner(s, t)))
			return t;
	}
	return NULL;
}

static const struct page *page_of(const struct site *s, const char *id)
{
	char own[TEXT_STAMP];

	for (size_t i = 0; i < s->catalog->pages; i++) {
		component_id(s->catalog->page[i].name, own);
		if (!strcmp(own, id) || !strcmp(s->catalog->page[i].name, id))
			return &s->catalog->page[i];
	}
	return NULL;
}

/* ---- answers ---- */

static bool has_failed(const struct line *end, struct answer *a)
{
	const char *wrong = end ? line_find(end, "wrong") : "the keeper does not answer";

	if (wrong)
		v1_problem(a, end ? 422 : 503, "%s", wrong);
	return wrong != NULL;
}

/* `state`: its name, and behind that what it is like now. */
static void component_done(const struct site *s, const struct request *r, struct answer *a,
			   const struct line *end, void *state)
{
	const char *name = state;
	char id[TEXT_STAMP];

	(void)s, (void)r;
	if (has_failed(end, a))
		return;
	component_id(name, id);
	v1_answer(a, 200,
		  json_pack("{ss, so, ss}", "id", id, "name", json_safe(name), "status",
			    name + strlen(name) + 1));
}

/* `state`: the status that was asked for, "": it stays what it was. */
static void incident_done(const struct site *s, const struct request *r, struct answer *a,
			  const struct line *end, void *state)
{
	bool is_new = !strcmp(r->method, "POST");
	const char *status = state, *id;
	char *copy;
	struct path d;

	(void)s;
	if (has_failed(end, a))
		return;
	copy = memory_text(r->tail);
	split(&d, copy);
	id = line_get(end, "id");
	v1_answer(a, is_new ? 201 : 200,
		  json_pack("{ss, ss*}", "id", *id ? id : d.id, "status",
			    *status ? status : NULL));
	free(copy);
}

/* ---- components ---- */

static bool is_status(const char *word)
{
	for (size_t i = 0; i < COMPONENT_STATUSES; i++)
		if (!strcmp(component_status_name[i], word))
			return true;
	return false;
}

static void set_component(const struct site *s, const struct request *r, struct answer *a,
			  const char *id)
{
	const struct target *t = target_of(s, r, id);
	struct text status = {0}, line = {0}, event = {0};
	struct body b;
	char *state;

	read_body(&b, r, "component");
	get(&b, "status", &status);
	if (!t) {
		v1_problem(a, 404, "there is no component '%.60s'", id);
	} else if (!is_status(text_get(&status))) {
		v1_problem(a, 422,
			   "status '%.60s' is none of operational, degraded_performance, "
			   "partial_outage, major_outage, under_maintenance",
			   text_get(&status));
	} else if (strcmp(t->module, "inbound")) {
		v1_problem(a, 422,
			   "'%.100s' is measured by nines itself: only a check of the module "
			   "inbound can be set, and a post can say what people should know",
			   t->name);
	} else {
		text_printf(&event, "set - %s set over the API", text_get(&status));
		line_begin_name(&line, "beat", t->name);
		line_add(&line, "text", text_get(&event));
		line_end(&line);
		state = memory_new(strlen(t->name) + status.size + 2);
		memcpy(state, t->name, strlen(t->name) + 1);
		memcpy(state + strlen(t->name) + 1, status.at, status.size + 1);
		route_ask(r, text_get(&line), component_done, state);
	}
	json_decref(b.json);
	text_release(&status);
	text_release(&event);
	text_release(&line);
}

/* ---- incidents ---- */

struct incident {
	const struct site *site;
	const struct request *request;
	struct answer *answer;
	struct body body;
	struct text line;
	bool is_planned, is_fine;
};

static void refuse(struct incident *i, const char *format, const char *what)
{
	struct text t = {0};

	text_printf(&t, format, what);
	v1_problem(i->answer, 422, "%s", text_get(&t));
	text_release(&t);
	i->is_fine = false;
}

static void add_text(struct incident *i, const char *key, const char *word)
{
	struct text t = {0};

	get(&i->body, key, &t);
	if (t.size > TEXT_BYTES)
		refuse(i, "%s is too long", key);
	else if (t.size)
		line_add(&i->line, word, t.at);
	text_release(&t);
}

/* There a change of the status needs no text; here it says what the page says of that status. */
static void add_body(struct incident *i)
{
	struct text body = {0}, status = {0}, key = {0};
	bool is_new = !strcmp(i->request->method, "POST");

	get(&i->body, "body", &body);
	get(&i->body, "status", &status);
	if (!status.size && is_new)
		text_puts(&status, i->is_planned ? "scheduled" : "investigating");
	text_printf(&key, "post-%.40s", text_get(&status));
	if (!body.size)
		say(&body, text_get(&key));
	if (body.size > TEXT_BYTES)
		refuse(i, "%s is too long", "body");
	else if (body.size)
		line_add(&i->line, "body", body.at);
	text_release(&body);
	text_release(&status);
	text_release(&key);
}

static void add_time(struct incident *i, const char *key, const char *word)
{
	struct text t = {0};
	int64_t us;

	get(&i->body, key, &t);
	if (t.size && !clock_parse_utc(t.at, &us))
		refuse(i, "%s is no time: write 2026-11-22T09:00:00Z", key);
	else if (t.size)
		line_add_int(&i->line, word, us);
	text_release(&t);
}

static void add_impact(struct incident *i)
{
	static const char *const planned[][2] = {{"none", "none"},
						 {"minor", "degraded"},
						 {"major", "outage"},
						 {"critical", "outage"},
						 {"maintenance", "outage"}};
	struct text t = {0};
	const char *word;

	get(&i->body, "impact_override", &t);
	word = text_get(&t);
	for (size_t n = 0; i->is_planned && n < sizeof planned / sizeof *planned; n++)
		if (!strcmp(planned[n][0], text_get(&t)))
			word = planned[n][1];
	if (*word)
		line_add(&i->line, "impact", word);
	text_release(&t);
}

static void add_component(struct incident *i, struct text *names, struct text *states,
			  const char *id, const char *state)
{
	const struct target *t = target_of(i->site, i->request, id);

	if (!t) {
		refuse(i, "there is no component '%.60s'", id);
		return;
	}
	text_puts(names, names->size ? "\n" : "");
	text_puts(names, t->name);
	text_puts(states, states->at ? "\n" : "");
	text_puts(states, state);
}

/* `components` {id: status}, `component_ids` [id]. */
static void add_components(struct incident *i)
{
	json_t *of = json_object_get(i->body.json, "components"), *v;
	json_t *ids = json_object_get(i->body.json, "component_ids");
	struct text names = {0}, states = {0};
	const char *id;
	size_t n;

	json_object_foreach(of, id, v) add_component(i, &names, &states, id,
						     json_is_string(v) ? json_string_value(v) : "");
	json_array_foreach(ids, n, v)
	{
		id = json_is_string(v) ? json_string_value(v) : "";
		if (!json_object_get(of, id))
			add_component(i, &names, &states, id, "");
	}
	if (names.size)
		line_add(&i->line, "components", names.at);
	if (json_object_size(of))
		line_add(&i->line, "states", text_get(&states));
	text_release(&names);
	text_release(&states);
}

static void add_flags(struct incident *i)
{
	struct text t = {0};

	get(&i->body, "deliver_notifications", &t);
	if (!strcmp(text_get(&t), "false"))
		line_add_int(&i->line, "quiet", 1);
	get(&i->body, "scheduled_remind_prior", &t);
	if (i->is_planned && !strcmp(text_get(&t), "false"))
		line_add_int(&i->line, "remind_us", 0);
	text_release(&t);
}

static void add_sort(struct incident *i)
{
	struct text t = {0};

	get(&i->body, "scheduled_for", &t);
	i->is_planned = t.size > 0;
	if (!strcmp(i->request->method, "POST"))
		line_add(&i->line, "sort", i->is_planned ? "maintenance" : "incident");
	text_release(&t);
}

static void write_incident(const struct site *s, const struct request *r, struct answer *a,
			   const struct page *page, const char *id)
{
	struct incident i = {.site = s, .request = r, .answer = a, .is_fine = true};
	struct text status = {0};

	if (*id && !v1_reaches_post(s, r, id)) {
		v1_problem(a, 404, "there is no incident '%.60s'", id);
		return;
	}
	read_body(&i.body, r, "incident");
	line_begin(&i.line, "post", *id ? id : "-");
	v1_add_asker(r, &i.line);
	add_sort(&i);
	if (!*id)
		line_add(&i.line, "pages", page->name);
	add_text(&i, "name", "title");
	add_body(&i);
	add_text(&i, "status", "state");
	add_impact(&i);
	add_components(&i);
	add_time(&i, "scheduled_for", "start_us");
	add_time(&i, "scheduled_until", "end_us");
	add_flags(&i);
	line_end(&i.line);
	get(&i.body, "status", &status);
	if (i.is_fine)
		route_ask(r, text_get(&i.line), incident_done,
			  memory_text(text_get(&status)));
	json_decref(i.body.json);
	text_release(&i.line);
	text_release(&status);
}

/* ---- which ---- */

static void write(const struct site *s, const struct request *r, struct answer *a)
{
	char *copy = memory_text(r->tail);
	const struct page *page;
	bool is_new = !strcmp(r->method, "POST");
	struct path d;

	split(&d, copy);
	page = page_of(s, d.page);
	if (!page)
		v1_problem(a, 404, "there is no page '%.60s'", d.page);
	else if (!strcmp(d.part, "components") && *d.id && !is_new)
		set_component(s, r, a, d.id);
	else if (!strcmp(d.part, "incidents") && is_new == !*d.id)
		write_incident(s, r, a, page, d.id);
	else
		v1_problem(a, 404,
			   "of Statuspage's API nines has PATCH components/ID, POST incidents, "
			   "PATCH incidents/ID and GET of both lists");
	free(copy);
}

/* The lists of /api/v2, without their frame. */
static void list(const struct site *s, const struct request *r, struct answer *a)
{
	char *copy = memory_text(r->tail);
	struct v2_view view = {.site = s};
	struct text base = {0};
	struct path d;
	json_t *j;

	request_base(r, &base);
	view.base = text_get(&base);
	split(&d, copy);
	view.page = page_of(s, d.page);
	view.has_components = !strcmp(d.part, "components");
	view.incidents = strcmp(d.part, "incidents") ? V2_NONE : V2_ALL;
	if (!view.page || *d.id || (!view.has_components && !view.incidents)) {
		v1_problem(a, 404,
			   "there is no such list: wanted PAGE/components or "
			   "PAGE/incidents");
	} else {
		j = v2_json(&view);
		v1_answer(a, 200, json_incref(json_object_get(j, d.part)));
		json_decref(j);
	}
	text_release(&base);
	free(copy);
}

#define WRITE(method_)                                                           \
	{                                                                        \
		.method = method_, .path = PAGES "*", .shows = SHOWS_STATE_EACH, \
		.act = PERMIT_POST, .answer = write, .is_live = true             \
	}

extern const struct route statuspage_routes[];
const struct route statuspage_routes[] = {
	WRITE("POST"),
	WRITE("PATCH"),
	WRITE("PUT"),
	{.method = "GET",
	 .path = PAGES "*",
	 .shows = SHOWS_STATE_EACH,
	 .act = PERMIT_POST,
	 .answer = list,
	 .is_live = true},
	{0},
};
