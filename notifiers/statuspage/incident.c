/* notifiers/statuspage/incident: the incident on the page that goes with ours: found by what it
 * remembers of us (its metadata), made with an alert, told more by the next ones, resolved by the
 * recovery. Its state is left to people in between. */
#include "statuspage.h"

struct found {
	const char *id;	  /* "": there is none that is not resolved */
	const char *said; /* its newest update */
	bool is_made_by_this; /* letter, at an earlier attempt */
};

static struct found find(struct talk *t)
{
	json_t *all = hosted_ask(t, "GET", "/incidents/unresolved", NULL), *one, *ours;
	const char *key = t->item ? t->item->key : post_key(t->post.letter);
	size_t i;

	json_array_foreach(all, i, one) {
		const char *id = hosted_text_at(reply_get(one, "id"));
		json_t *newest = json_array_get(reply_get(one, "incident_updates"), 0);

		ours = reply_get(one, "metadata", "nines");
		if (!strcmp(hosted_text_at(reply_get(ours, "incident")), key) && hosted_is_id(id))
			return (struct found){id, hosted_text_at(reply_get(newest, "body")),
					      !strcmp(hosted_text_at(reply_get(ours, "letter")),
						      letter_id(t->post.letter))};
	}
	return (struct found){"", "", false};
}

/* The admin's words: plain text, filled in before it goes into JSON. */
static void word(struct talk *t, const char *name, const char *body)
{
	t->incident_name = hosted_fill(t, FILL_PLAIN, name);
	t->incident_body = hosted_fill(t, FILL_PLAIN, body);
}

static void make(struct talk *t)
{
	word(t, t->o->name, t->o->begun);
	hosted_ask(t, "POST", "/incidents",
		   hosted_fill(t, FILL_JSON,
			       "{\"incident\":{\"name\":\"{{incident-name|cut:200|line}}\","
			       "\"status\":\"investigating\",\"impact_override\":\"{{impact}}\","
			       "\"body\":\"{{incident-body|cut:20000}}\","
			       "\"component_ids\":[\"{{component}}\"],"
			       "\"components\":{\"{{component}}\":\"{{status}}\"},"
			       "\"deliver_notifications\":{{deliver}},"
			       "\"metadata\":{\"nines\":{\"incident\":\"{{key}}\","
			       "\"letter\":\"{{id}}\"}}}}"));
}

/* What the page says already is not said twice. */
static void update(struct talk *t, const struct found *f)
{
	word(t, "", f->is_made_by_this ? "" : t->o->update);
	if (*t->incident_body && strcmp(f->said, t->incident_body) != 0)
		hosted_ask(t, "PATCH", probe_text(t->post.probe, "/incidents/%s", f->id),
			   hosted_fill(t, FILL_JSON,
				       "{\"incident\":{\"body\":\"{{incident-body|cut:20000}}\","
				       "\"deliver_notifications\":{{deliver}}}}"));
}

static void resolve(struct talk *t, const struct found *f)
{
	word(t, "", t->o->resolved);
	hosted_ask(t, "PATCH", probe_text(t->post.probe, "/incidents/%s", f->id),
		   hosted_fill(t, FILL_JSON,
			       "{\"incident\":{\"status\":\"resolved\","
			       "\"body\":\"{{incident-body|cut:20000}}\","
			       "\"components\":{\"{{component}}\":\"{{status}}\"},"
			       "\"deliver_notifications\":{{deliver}}}}"));
}

void hosted_incident(struct talk *t)
{
	struct found f = find(t);

	if (t->post.outcome)
		return;
	if (!strcmp(t->status, "operational")) {
		if (*f.id)
			resolve(t, &f);
	} else if (*f.id) {
		update(t, &f);
	} else {
		make(t);
	}
}
