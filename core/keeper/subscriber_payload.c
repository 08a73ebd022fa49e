/* keeper/subscriber_payload: what the webhook of a subscriber is posted: the JSON that subscribers
 * of a hosted status page know (interfaces.md 4.3), so that what reads theirs reads ours. See
 * subscriber.h. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "subscriber_inside.h"

#define BODY_BYTES 4000 /* with its escapes it must fit into a line beside the letter's text */

static json_t *time_of(int64_t us)
{
	struct text t = {0};
	json_t *j;

	if (!us)
		return json_null();
	clock_add_utc(&t, us, 3);
	j = json_string(text_get(&t));
	text_release(&t);
	return j;
}

/* What people wrote may be cut in mid-character: it is made whole first. */
static json_t *text_of(const char *s, size_t most)
{
	struct text safe = {0};
	json_t *j;

	for (size_t n; *s && safe.size < most; s += n + (s[n] == '\n')) {
		n = strcspn(s, "\n");
		text_puts(&safe, safe.size ? "\n" : "");
		text_add_safe(&safe, s, n, most - safe.size);
	}
	j = json_string(text_get(&safe));
	text_release(&safe);
	return j ? j : json_string("");
}

static json_t *components_of(struct keeper *k, const struct told_page *p, const char *names)
{
	json_t *list = json_array();
	char name[256];
	size_t n;

	for (; *names && json_array_size(list) < 50; names += n + (names[n] == '\n')) {
		n = strcspn(names, "\n");
		keeper_copy(name, n < sizeof name ? n + 1 : sizeof name, names);
		if (told_page_shows(k, p, name))
			json_array_append_new(list,
					      json_pack("{s:s%,s:o}", "id", name, strlen(name),
							"name", text_of(title_of(k, name), 200)));
	}
	return list;
}

static json_t *page_of(struct keeper *k, const struct told_page *p)
{
	return json_pack("{s:s,s:o,s:s,s:s}", "id", p->name, "name", text_of(p->title, 200),
			 "status_indicator", page_indicator(k, p), "url", p->url);
}

static json_t *update_of(const struct card *s)
{
	return json_pack("{s:s,s:s,s:s,s:o,s:o,s:o}", "id", card_get(s, "update"), "incident_id",
			 card_get(s, "post"), "status", card_get(s, "state"), "body",
			 text_of(card_get(s, "body"), BODY_BYTES), "created_at",
			 time_of(s->first_us), "display_at", time_of(card_int(s, "event_us", 0)));
}

static void add_post(json_t *all, struct keeper *k, const struct card *s, const struct told_page *p)
{
	bool is_planned =
		!strcmp(card_get(s, "kinds"), subscriber_kind_name[SUBSCRIBER_MAINTENANCE]);
	int64_t start_us = card_int(s, "start_us", 0), end_us = card_int(s, "end_us", 0);
	struct text link = {0};
	json_t *incident;

	text_printf(&link, "%s%s", p->url, card_get(s, "path"));
	incident =
		json_pack("{s:s,s:o,s:s,s:s,s:s,s:s,s:o,s:o,s:[o],s:o}", "id", card_get(s, "post"),
			  "name", text_of(card_get(s, "title"), 200), "status",
			  card_get(s, "state"), "impact", card_get(s, "impact"), "shortlink",
			  text_get(&link), "page_id", p->name, "updated_at", time_of(s->first_us),
			  "started_at", time_of(start_us), "incident_updates", update_of(s),
			  "components", components_of(k, p, card_get(s, "components")));
	json_object_set_new(incident, "scheduled_for",
			    is_planned ? time_of(start_us) : json_null());
	json_object_set_new(incident, "scheduled_until",
			    is_planned ? time_of(end_us) : json_null());
	json_object_set_new(incident, "resolved_at", is_planned ? json_null() : time_of(end_us));
	json_object_set_new(all, "incident", incident);
	text_release(&link);
}

static void add_component(json_t *all, const struct card *s)
{
	bool is_up = card_int(s, "end_us", 0) != 0;
	const char *up = "operational", *down = "major_outage", *name = card_get(s, "components");

	json_object_set_new(all, "component",
			    json_pack("{s:s,s:o,s:s}", "id", name, "name",
				      text_of(card_get(s, "title"), 200), "status",
				      is_up ? up : down));
	json_object_set_new(all, "component_update",
			    json_pack("{s:s,s:s,s:s,s:s,s:o}", "id", s->id, "component_id", name,
				      "old_status", is_up ? down : up, "new_status",
				      is_up ? up : down, "created_at",
				      time_of(card_int(s, is_up ? "end_us" : "start_us", 0))));
}

char *payload_of(struct keeper *k, const struct card *sending, const struct told_page *p,
		 const char *manage)
{
	json_t *all = json_pack("{s:{s:s},s:o}", "meta", "unsubscribe", manage ? manage : "",
				"page", page_of(k, p));
	char *text;

	if (!all)
		memory_end();
	if (!strcmp(card_get(sending, "kinds"), subscriber_kind_name[SUBSCRIBER_ALERTS]))
		add_component(all, sending);
	else
		add_post(all, k, sending, p);
	text = json_dumps(all, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(all);
	return text ? text : memory_text("{}");
}
