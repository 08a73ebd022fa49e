/* notifiers/statuspage: sets the components of a page hosted by Statuspage to what we know, and
 * keeps an incident there while ours goes on. What people have set to maintenance is left alone;
 * what is as it should be is not set again. Manual: statuspage.md. */
#include "statuspage.h"

#include <ctype.h>

#define REPLY_BYTES (512 << 10) /* the page's open incidents, with their updates */
#define ID_BYTES 64
#define NAMES 100 /* of a summary */

static const char *const status_name[] = {
	"degraded_performance", "partial_outage", "major_outage"};
#define STATUSES "degraded_performance|partial_outage|major_outage"

static const struct module_option option[] = {
	OPTION_(struct statuspage, page, "page", OPTION_TYPE_TEXT, NULL, NULL,
		OPTION_IS_REQUIRED | OPTION_IS_LINE, "id of the page"),
	OPTION_(struct statuspage, token, "token", OPTION_TYPE_TEXT, "", NULL,
		OPTION_IS_SECRET | OPTION_IS_LINE, "API key"),
	OPTION_LIST(struct statuspage, components, "",
		    "component of which check or service: 'NAME = ID'"),
	OPTION_CHOICE(struct statuspage, down, "major_outage", STATUSES, "what down means there"),
	OPTION_CHOICE(struct statuspage, degraded, "degraded_performance", STATUSES,
		      "what degraded means there"),
	OPTION_BOOL(struct statuspage, incidents, false, "keep an incident there, too"),
	OPTION_BOOL(struct statuspage, notify, true, "let the page tell its subscribers of it"),
	OPTION_TEXT(struct statuspage, name, "{{title}} {{what}}", "template of its name"),
	OPTION_TEXT(struct statuspage, begun, "{{title}} {{what}}. We are looking into it.",
		    "template of its first text"),
	OPTION_TEXT(struct statuspage, update, "", "template of what the next alerts add to it"),
	OPTION_TEXT(struct statuspage, resolved, "{{title}} works again.",
		    "template of its last text"),
	OPTION_(struct statuspage, url, "url", OPTION_TYPE_URL, "https://api.statuspage.io",
		"http|https", 0, "address of the API"),
	OPTIONS_POST(struct statuspage, tls),
	OPTION_END,
};

/* ---- requests ---- */

bool hosted_is_id(const char *text)
{
	size_t size = 0;

	while (isalnum((unsigned char)text[size]) || text[size] == '-' || text[size] == '_')
		size++;
	return size && size < ID_BYTES && !text[size];
}

const char *hosted_text_at(json_t *json)
{
	return json_is_string(json) ? json_string_value(json) : "";
}

json_t *hosted_ask(struct talk *t, const char *method, const char *path, const char *body)
{
	const char *url =
		post_join(&t->post, t->o->url,
			  probe_text(t->post.probe, "/v1/pages/%s%s", t->o->page, path));
	struct probe_http_answer a;
	json_t *json;

	t->post.reply_most_bytes = REPLY_BYTES;
	if (!post_ask(&t->post, method, url, body, &a))
		return NULL;
	json = reply_json(t->post.probe, &a);
	if (!json)
		post_refuse(&t->post, LETTER_TRY_LATER, "JSON", &a);
	return json;
}

/* ---- words ---- */

static const char *impact_of(const char *status)
{
	return !strcmp(status, "major_outage")	   ? "critical"
	       : !strcmp(status, "partial_outage") ? "major"
						   : "minor";
}

/* In words for everybody: without a probe's reason. */
static const char *what_is(const char *status)
{
	return !strcmp(status, "degraded_performance") ? "works, but not as well as it should"
						       : "is not available to all";
}

static const char *value_of(const void *with, const char *name)
{
	const struct talk *t = with;
	const char *title = letter_word(t->post.letter, "title");

	if (!strcmp(name, "component"))
		return t->component;
	if (!strcmp(name, "status"))
		return t->status;
	if (!strcmp(name, "incident-name"))
		return t->incident_name;
	if (!strcmp(name, "incident-body"))
		return t->incident_body;
	if (!strcmp(name, "impact"))
		return impact_of(t->status);
	if (!strcmp(name, "what"))
		return what_is(t->status);
	if (!strcmp(name, "deliver"))
		return t->o->notify ? "true" : "false";
	if (t->item && !strcmp(name, "key"))
		return t->item->key;
	if (t->item && (!strcmp(name, "title") || !strcmp(name, "name")))
		return t->item->name;
	if (!strcmp(name, "title"))
		return *title ? title : post_name(t->post.letter);
	return post_value(t->post.letter, name);
}

const char *hosted_fill(struct talk *t, enum fill_in in, const char *template)
{
	return post_fill(&t->post, in, template, value_of, t);
}

/* ---- components ---- */

/* "NAME = ID": the component of a check or service; "": none. */
static const char *component_of(const struct talk *t, const char *name, size_t size)
{
	for (const char *const *at = t->o->components; size && *at; at++) {
		const char *rest = *at + (strlen(*at) < size ? 0 : size);

		rest += strspn(rest, " ");
		if (strlen(*at) > size && !strncmp(*at, name, size) && *rest == '=')
			return rest + 1 + strspn(rest + 1, " ");
	}
	return "";
}

static void set(struct talk *t)
{
	const char *path = probe_text(t->post.probe, "/components/%s", t->component);
	const char *is = hosted_text_at(reply_get(hosted_ask(t, "GET", path, NULL), "status"));

	if (t->post.outcome || !strcmp(is, t->status))
		return;
	if (!strcmp(is, "under_maintenance")) {
		probe_note(t->post.probe, "%s is under maintenance: left alone", t->component);
		return;
	}
	hosted_ask(t, "PATCH", path,
		   hosted_fill(t, FILL_JSON, "{\"component\":{\"status\":\"{{status}}\"}}"));
}

static void give_up(struct talk *t, const char *why, const char *subject)
{
	letter_reason(t->post.letter, why, subject);
	t->post.outcome = LETTER_GIVE_UP;
}

/* The component of the letter's check or service, or the one that the address names. */
static bool find_component(struct talk *t)
{
	const char *name = post_name(t->post.letter), *to = letter_to(t->post.letter);
	const char *id = strcmp(to, "-") ? to : component_of(t, name, strlen(name));

	t->component = id;
	if (!*id)
		give_up(t, "no component stands for '%s'", name);
	else if (!hosted_is_id(id))
		give_up(t, "'%s' is no id of a component", id);
	return !t->post.outcome;
}

/* NULL: we do not know. */
static const char *status_of(const struct talk *t)
{
	const struct letter *l = t->post.letter;

	if (letter_kind(l) == LETTER_RECOVERY || post_state_is(l, "up"))
		return "operational";
	if (post_state_is(l, "down"))
		return status_name[t->o->down];
	return post_state_is(l, "degraded") ? status_name[t->o->degraded] : NULL;
}

static void tell(struct talk *t)
{
	t->status = status_of(t);
	if (!t->status || !*post_name(t->post.letter)) {
		probe_note(t->post.probe, "nothing is known of a check: the page stays as it is");
		return;
	}
	if (!find_component(t))
		return;
	set(t);
	if (t->o->incidents)
		hosted_incident(t);
}

/* ---- summaries and tests ---- */

/* Names of the map among those of a word of the letter, a line each. */
static void set_all(struct talk *t, const char *word, const char *status)
{
	const char *at = letter_word(t->post.letter, word);
	size_t size;

	t->status = status;
	for (int n = 0; *at && n < NAMES && !t->post.outcome; n++) {
		size = strcspn(at, "\n");
		t->component = component_of(t, at, size);
		if (hosted_is_id(t->component))
			set(t);
		at += size + (at[size] == '\n');
	}
}

static void tell_items(struct talk *t, const struct post_item *item, size_t count)
{
	for (size_t i = 0; i < count && !t->post.outcome; i++) {
		t->item = &item[i];
		t->status = item[i].has_ended ? "operational" : status_name[t->o->down];
		t->component = component_of(t, item[i].name, strlen(item[i].name));
		if (!hosted_is_id(t->component))
			continue;
		set(t);
		if (t->o->incidents)
			hosted_incident(t);
	}
}

/* Of too many at once the components alone: an incident each would bury the page. */
static void tell_summary(struct talk *t)
{
	struct post_item item[POST_ITEMS];
	size_t items = post_items(&t->post, item);

	if (items) {
		tell_items(t, item, items);
		return;
	}
	set_all(t, "failing", status_name[t->o->down]);
	set_all(t, "ended", "operational");
}

/* Nothing that the public sees: is the key good, is there what we would set? */
static void try_out(struct talk *t)
{
	const char *to = letter_to(t->post.letter);
	bool is_one = strcmp(to, "-") != 0;

	if (is_one && !find_component(t))
		return;
	hosted_ask(t, "GET",
		   is_one ? probe_text(t->post.probe, "/components/%s", to) : "/components", NULL);
}

static void tell_kind(struct talk *t)
{
	switch (letter_kind(t->post.letter)) {
	case LETTER_ALERT:
	case LETTER_RECOVERY:
	case LETTER_NOTE:
		tell(t);
		break;
	case LETTER_SUMMARY:
		tell_summary(t);
		break;
	case LETTER_TEST:
		try_out(t);
		break;
	default:
		give_up(t, "a page takes no %s", letter_kind_text(t->post.letter));
	}
}

static bool judge(const void *options, const char *address, struct check_judgement *j)
{
	const struct statuspage *o = options;

	if (!hosted_is_id(o->page))
		return post_wrong(j, "page", "'%.60s' is no id of a page", o->page);
	if (!*o->token)
		return post_wrong(j, "token", "%s is missing", "the API key");
	if (*address && strcmp(address, "-") != 0 && !hosted_is_id(address))
		return post_wrong(j, NULL, "'%.60s' is no id of a component", address);
	if (!strcmp(address, "-") && !*o->components)
		return post_wrong(j, NULL, "'%s' takes components from the map, and there is none",
				  address);
	return post_is_map(j, "components", o->components) &&
	       post_is_template(j, "name", o->name) && post_is_template(j, "begun", o->begun) &&
	       post_is_template(j, "update", o->update) &&
	       post_is_template(j, "resolved", o->resolved);
}

static enum letter_outcome deliver(struct letter *l, const void *options)
{
	const struct statuspage *o = options;
	struct probe *p = letter_probe(l);
	const char *const header[] = {"Content-Type: application/json",
				      probe_text(p, "Authorization: OAuth %s", o->token), NULL};
	struct talk t = {
		.post = {.letter = l,
			 .probe = p,
			 .header = header,
			 .user = "",
			 .password = "",
			 .tls = o->tls},
		.o = o,
		.component = "",
		.status = "",
		.incident_name = "",
		.incident_body = "",
	};

	if (!hosted_is_id(o->page))
		give_up(&t, "page: '%s' is no id", o->page);
	else
		tell_kind(&t);
	return post_outcome(&t.post);
}

NOTIFIER_MODULE("statuspage", "sets components of a page hosted by Statuspage", struct statuspage,
		option, deliver, .judge = judge);
