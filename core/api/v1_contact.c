/* api/v1_contact: whom nines tells, and test letters to one of them. The keeper knows both.
 *
 * A contact is his whose are all services that it hears of; one that hears of everything is
 * nobody's. See v1.h. */
#include <string.h>

#include "../web/json.h"
#include "v1.h"

/* What is being made of the keeper's lines. */
struct list {
	const struct site *site;
	const struct request *request;
	json_t *contacts, *paths; /* paths: of the last contact; NULL: it is not shown */
};

static bool may_see(const struct list *list, const struct line *l)
{
	json_t *services = json_lines(line_get(l, "services")), *one;
	const struct request *r = list->request;
	bool is_seen = true;
	size_t i;

	json_array_foreach(services, i, one)
	{
		const struct target *t =
			catalog_find(list->site->catalog, json_string_value(one));

		is_seen &= permit(r->user, r->route->act, target_owner(list->site, t));
	}
	json_decref(services);
	return is_seen;
}

static void take_contact(struct list *list, const struct line *l)
{
	list->paths = NULL;
	if (!may_see(list, l))
		return;
	list->paths = json_array();
	json_array_append_new(
		list->contacts,
		json_pack("{so, so, sb, so, so}", "name", json_safe(line_name(l)), "services",
			  json_lines(line_get(l, "services")), "monitor",
			  (int)line_int(l, "monitor", 0), "zone", json_safe(line_get(l, "zone")),
			  "paths", list->paths));
}

static void take_path(struct list *list, const struct line *l)
{
	const char *fallback = line_get(l, "fallback");

	if (list->paths)
		json_array_append_new(
			list->paths,
			json_pack("{so, sI, sI, sI, so, so, so, so, sI, sI}", "to",
				  json_safe(line_get(l, "to")), "after_us",
				  (json_int_t)line_int(l, "after_us", 0), "repeat_us",
				  (json_int_t)line_int(l, "repeat_us", 0), "cap",
				  (json_int_t)line_int(l, "cap", 0), "hours",
				  json_lines(line_get(l, "hours")), "zone",
				  json_safe(line_get(l, "zone")), "kinds",
				  json_lines(line_get(l, "kinds")), "fallback",
				  *fallback ? json_safe(fallback) : json_null(), "expires_us",
				  (json_int_t)line_int(l, "expires_us", 0), "test_us",
				  (json_int_t)line_int(l, "test_us", 0)));
}

static void take(const struct line *l, void *with)
{
	if (!strcmp(l->verb, "contact"))
		take_contact(with, l);
	else if (!strcmp(l->verb, "path"))
		take_path(with, l);
}

/* The contacts that the asker may see. New reference; NULL: there is no keeper, answered. */
static json_t *contacts_of(const struct site *s, const struct request *r, struct answer *a,
			   const struct line *end)
{
	struct list list = {.site = s, .request = r};

	if (!end) {
		v1_changed(s, r, a, end, NULL);
		return NULL;
	}
	list.contacts = json_array();
	v1_each_heard(r, take, &list);
	return list.contacts;
}

static void ask_contacts(const struct request *r, route_then *then)
{
	struct text line = {0};

	line_begin(&line, "contacts", "-");
	line_end(&line);
	route_ask(r, text_get(&line), then, NULL);
	text_release(&line);
}

/* ---- the list ---- */

static void listed(const struct site *s, const struct request *r, struct answer *a,
		   const struct line *end, void *state)
{
	json_t *contacts = contacts_of(s, r, a, end);

	(void)state;
	if (contacts)
		v1_answer_named(r, a, contacts);
}

void v1_contacts(const struct site *s, const struct request *r, struct answer *a)
{
	(void)s, (void)a;
	ask_contacts(r, listed);
}

/* ---- a test of one ---- */

static void take_letter(const struct line *l, void *with)
{
	if (!strcmp(l->verb, "letter"))
		json_array_append_new(with,
				      json_pack("{so, so}", "id", json_safe(l->id), "to",
						json_safe(line_get(l, "to"))));
}

static void tested(const struct site *s, const struct request *r, struct answer *a,
		   const struct line *end, void *state)
{
	json_t *letters;

	(void)state;
	v1_changed(s, r, a, end, NULL);
	if (a->status != 200)
		return;
	letters = json_array();
	v1_each_heard(r, take_letter, letters);
	v1_answer(a, 200,
		  json_pack("{so, so}", "contact", json_safe(r->tail), "letters", letters));
}

static bool is_named(json_t *contacts, const char *name)
{
	json_t *one;
	size_t i;

	json_array_foreach(contacts, i, one)
	{
		if (!strcmp(json_string_value(json_object_get(one, "name")), name))
			return true;
	}
	return false;
}

static void found(const struct site *s, const struct request *r, struct answer *a,
		  const struct line *end, void *state)
{
	json_t *contacts = contacts_of(s, r, a, end);
	struct text line = {0};

	(void)state;
	if (!contacts)
		return;
	if (!is_named(contacts, r->tail))
		v1_problem(a, 404, "there is no contact '%.200s'", r->tail);
	else if (v1_line(s, r, a, &line))
		route_ask(r, text_get(&line), tested, NULL);
	json_decref(contacts);
	text_release(&line);
}

void v1_test_contact(const struct site *s, const struct request *r, struct answer *a)
{
	(void)s, (void)a;
	ask_contacts(r, found);
}
