/* notifiers/jira/ticket: see ticket.h. Version 2 of the API is that of servers of one's own, where
 * texts are wiki markup and people have names; version 3 that of Jira Cloud, where texts are
 * documents (ADF) and people have account ids. */
#include "ticket.h"

#include <ctype.h>

#include <nines/reply.h>

#define REPLY_BYTES (256 << 10) /* a ticket comes back with its description */
#define LABEL_BYTES 100

static const char *value_of(const void *with, const char *name)
{
	const struct talk *t = with;

	if (!strcmp(name, "project"))
		return t->project;
	if (!strcmp(name, "issue-type"))
		return t->o->issue_type;
	if (!strcmp(name, "priority"))
		return t->o->priority;
	if (!strcmp(name, "resolution"))
		return t->o->resolution;
	if (!strcmp(name, "subject") && t->item)
		return probe_text(t->post.probe, "%s: %s", t->item->name,
				  letter_subject(t->post.letter));
	return post_value(t->post.letter, name);
}

static const char *fill(struct talk *t, const char *template)
{
	return post_fill(&t->post, FILL_JSON, template, value_of, t);
}

static const char *url_of(struct talk *t, const char *path)
{
	return post_join(&t->post, t->o->url,
			 probe_text(t->post.probe, "/rest/api/%d%s", t->o->api == API_2 ? 2 : 3,
				    path));
}

/* NULL: it went wrong, or the reply is no JSON. */
static json_t *ask(struct talk *t, const char *method, const char *path, const char *body)
{
	struct probe_http_answer a;
	json_t *json;

	t->post.reply_most_bytes = REPLY_BYTES;
	if (!post_ask(&t->post, method, url_of(t, path), body, &a))
		return NULL;
	json = reply_json(t->post.probe, &a);
	if (!json)
		post_refuse(&t->post, LETTER_TRY_LATER, "JSON", &a);
	return json;
}

/* ---- finding ---- */

/* A label has no spaces. */
static const char *label_of(struct talk *t)
{
	const char *at = t->item ? t->item->key : post_key(t->post.letter);
	char label[LABEL_BYTES];
	size_t size = 0;

	for (; *at && size < sizeof label - 1; at++)
		label[size++] = isalnum((unsigned char)*at) || *at == '.' || *at == '_' ? *at : '-';
	label[size] = '\0';
	return probe_text(t->post.probe, "nines-%s", label);
}

static const char *text_at(json_t *json)
{
	return json_is_string(json) ? json_string_value(json) : "";
}

static bool is_done(json_t *status)
{
	return !strcmp(text_at(reply_get(status, "statusCategory", "key")), "done");
}

/* Anywhere in a JSON value: the description of version 3 is a document. */
static bool says(json_t *json, const char *id)
{
	const char *key;
	json_t *inner;
	size_t i;

	if (json_is_string(json))
		return strstr(json_string_value(json), id) != NULL;
	json_array_foreach(json, i, inner)
		if (says(inner, id))
			return true;
	json_object_foreach(json, key, inner)
		if (says(inner, id))
			return true;
	return false;
}

/* A key goes into an address: letters, digits, '-' and '_'. */
static bool is_key(const char *key)
{
	size_t size = 0;

	while (isalnum((unsigned char)key[size]) || key[size] == '-' || key[size] == '_')
		size++;
	return size && size < LABEL_BYTES && !key[size];
}

struct ticket ticket_find(struct talk *t)
{
	const char *body = probe_text(
		t->post.probe,
		"{\"jql\":\"project = \\\"%s\\\" AND labels = \\\"%s\\\" ORDER BY created DESC\","
		"\"fields\":[\"status\",\"description\"],\"maxResults\":1}",
		t->project, label_of(t));
	json_t *json = ask(t, "POST", t->o->api == API_2 ? "/search" : "/search/jql", body);
	json_t *issues = reply_get(json, "issues"), *first = json_array_get(issues, 0);
	struct ticket found = {.key = ""};

	if (json && !json_is_array(issues)) {
		letter_reason(t->post.letter, "wanted JSON with \"issues\"");
		t->post.outcome = LETTER_TRY_LATER;
	}
	if (first && !is_key(text_at(reply_get(first, "key")))) {
		letter_reason(t->post.letter, "wanted the key of a ticket");
		t->post.outcome = LETTER_TRY_LATER;
	}
	if (!first || t->post.outcome)
		return found;
	found.key = text_at(reply_get(first, "key"));
	found.is_done = is_done(reply_get(first, "fields", "status"));
	found.says_it = says(reply_get(first, "fields", "description"), letter_id(t->post.letter));
	return found;
}

/* ---- texts ---- */

/* The letter as Jira wants a text: its columns are kept, and its id lets a later attempt find it.
 */
static const char *text_of(struct talk *t)
{
	static const char wiki[] = "\"{noformat}\\n{{text|cut:30000|noformat}}{noformat}\\n"
				   "nines letter {{id}}\"";
	static const char adf[] =
		"{\"version\":1,\"type\":\"doc\",\"content\":["
		"{\"type\":\"codeBlock\",\"content\":[{\"type\":\"text\",\"text\":\""
		"{{text|cut:30000}}{{^text}}{{subject}}{{/text}}\"}]},"
		"{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\","
		"\"text\":\"nines letter {{id}}\"}]}]}";

	return fill(t, t->o->api == API_2 ? wiki : adf);
}

/* ---- making ---- */

struct person {
	struct talk *talk;
	const char *name;
};

static const char *person_of(const void *with, const char *name)
{
	const struct person *p = with;

	return strcmp(name, "person") ? NULL : p->name;
}

/* "owner = account": the account of this letter's owner; `assignee` when none is named. */
static const char *assignee_of(struct talk *t)
{
	const char *owner = letter_word(t->post.letter, "owner");
	size_t size = strlen(owner);

	for (const char *const *at = t->o->assignees; size && *at; at++) {
		const char *rest = *at + size + strspn(*at + (strlen(*at) < size ? 0 : size), " ");

		if (strlen(*at) > size && !strncmp(*at, owner, size) && *rest == '=')
			return rest + 1 + strspn(rest + 1, " ");
	}
	return t->o->assignee;
}

static const char *labels_of(struct talk *t)
{
	const char *all = probe_text(t->post.probe, "\"nines\",\"%s\"", label_of(t));

	for (const char *const *at = t->o->labels; *at; at++) {
		struct person one = {t, *at};

		all = probe_text(
			t->post.probe, "%s,\"%s\"", all,
			post_fill(&t->post, FILL_JSON, "{{person|line}}", person_of, &one));
	}
	return all;
}

static const char *fields_of(struct talk *t, const char *assignee)
{
	static const char *const assigned[] = {
		[API_2] = ",\"assignee\":{\"name\":\"{{person}}\"}",
		[API_3] = ",\"assignee\":{\"accountId\":\"{{person}}\"}"};
	struct person one = {t, assignee};

	return probe_text(
		t->post.probe, "{\"fields\":{%s,\"labels\":[%s],\"description\":%s%s%s}}",
		fill(t, "\"project\":{\"key\":\"{{project}}\"},"
			"\"issuetype\":{\"name\":\"{{issue-type}}\"},"
			"\"summary\":\"{{subject|cut:250|line}}\""),
		labels_of(t), text_of(t),
		fill(t, "{{#priority}},\"priority\":{\"name\":\"{{priority}}\"}{{/priority}}"),
		*assignee ? post_fill(&t->post, FILL_JSON, assigned[t->o->api], person_of, &one)
			  : "");
}

/* The assignee may have left: a ticket that is nobody's is better than none. */
static bool refuses_assignee(const struct probe_http_answer *a)
{
	return a->status == 400 && memmem(a->body, a->body_kept, "assignee", 8);
}

const char *ticket_make(struct talk *t)
{
	const char *assignee = assignee_of(t), *url = url_of(t, "/issue"), *key = "";
	struct probe_http_answer a = {.head = "", .body = ""};

	if (post_send(&t->post, "POST", url, fields_of(t, assignee), &a) && *assignee &&
	    refuses_assignee(&a)) {
		probe_note(t->post.probe, "assignee '%s' refused: made without", assignee);
		post_send(&t->post, "POST", url, fields_of(t, ""), &a);
	}
	if (t->post.outcome || !post_judge(&t->post, &a))
		return "";
	key = text_at(reply_get(reply_json(t->post.probe, &a), "key"));
	if (!is_key(key)) {
		post_refuse(&t->post, LETTER_TRY_LATER, "JSON with \"key\"", &a);
		return "";
	}
	return key;
}

/* ---- what happens to one ---- */

static const char *path_of(struct talk *t, const char *key, const char *rest)
{
	return probe_text(t->post.probe, "/issue/%s%s", key, rest);
}

void ticket_comment(struct talk *t, const char *key)
{
	const char *path = path_of(t, key, "/comment");
	const char *last = probe_text(t->post.probe, "%s?orderBy=-created&maxResults=5", path);
	json_t *comments = reply_get(ask(t, "GET", last, NULL), "comments");

	if (!t->post.outcome && !says(comments, letter_id(t->post.letter)))
		ask(t, "POST", path, probe_text(t->post.probe, "{\"body\":%s}", text_of(t)));
}

/* Its id, "" when none fits. */
static const char *find_transition(json_t *all, const char *name, bool to_done)
{
	json_t *one;
	size_t i;

	json_array_foreach(all, i, one) {
		bool fits = *name ? !strcasecmp(text_at(reply_get(one, "name")), name)
				  : is_done(reply_get(one, "to")) == to_done;

		if (fits && is_key(text_at(reply_get(one, "id"))))
			return text_at(reply_get(one, "id"));
	}
	return "";
}

void ticket_move(struct talk *t, const char *key, const char *name, bool to_done)
{
	const char *path = path_of(t, key, "/transitions"), *body, *id;
	json_t *all = reply_get(ask(t, "GET", path, NULL), "transitions");
	struct probe_http_answer a;

	if (t->post.outcome)
		return;
	id = find_transition(all, name, to_done);
	if (!*id) {
		letter_reason(t->post.letter, *name ? "%s has no transition '%s'"
						    : "%s has no transition to a status that is%s",
			      key, *name ? name : to_done ? " done" : " not done");
		t->post.outcome = LETTER_GIVE_UP;
		return;
	}
	body = probe_text(
		t->post.probe, "{\"transition\":{\"id\":\"%s\"}%s}", id,
		to_done ? fill(t, "{{#resolution}},\"fields\":{\"resolution\":"
				  "{\"name\":\"{{resolution}}\"}}{{/resolution}}")
			: "");
	post_ask(&t->post, "POST", url_of(t, path), body, &a);
}
