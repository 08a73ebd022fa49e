/* notifiers/chat: tells chat rooms, phones and pagers over HTTP. What each service wants is data
 * (service.h); here a letter is filled into it, sent, and the reply judged. Manual: chat.md. */
#include <ctype.h>

#include <nines/reply.h>

#include "service.h"

enum format { FORMAT_JSON, FORMAT_FORM, FORMAT_TEXT };

struct chat {
	int64_t service, thread;
	const char *webhook, *url, *token, *room, *sender, *priority;
	/* service = custom */
	const char *method, *path, *body, *says;
	const char *const *header;
	int64_t format;
	struct tls_options tls;
};

static const struct module_option option[] = {
	OPTION_(struct chat, service, "service", OPTION_TYPE_CHOICE, NULL, SERVICE_NAMES,
		OPTION_IS_REQUIRED, "which one"),
	OPTION_(struct chat, webhook, "webhook", OPTION_TYPE_TEXT, "", NULL,
		OPTION_IS_SECRET | OPTION_IS_LINE,
		"the address that the service gave you to post to"),
	OPTION_(struct chat, url, "url", OPTION_TYPE_URL, NULL, "http|https", 0,
		"address of a server of your own, where the service has none for all"),
	OPTION_(struct chat, token, "token", OPTION_TYPE_TEXT, "", NULL,
		OPTION_IS_SECRET | OPTION_IS_LINE, "the key that the service gave you"),
	OPTION_LINE(struct chat, room, "", "where to, unless the address of the path says so"),
	OPTION_LINE(struct chat, sender, "nines", "who says it, where the service shows that"),
	OPTION_LINE(struct chat, priority, "", "of alerts, in the service's own words"),
	OPTION_INT(struct chat, thread, 0, "0..9007199254740991", "telegram: topic of the group"),
	OPTION_LINE(struct chat, method, "POST", "custom: of the request"),
	OPTION_LINE(struct chat, path, "", "custom: template of what stands behind the address"),
	OPTION_LIST(struct chat, header, "", "custom: templates of lines 'Name: value' to send"),
	OPTION_TEXT(struct chat, body, "", "custom: template of what is sent"),
	OPTION_(struct chat, format, "format", OPTION_TYPE_CHOICE, "json", "json|form|text", 0,
		"custom: what the body is"),
	OPTION_TEXT(struct chat, says, "", "custom: text the reply must contain"),
	OPTIONS_POST(struct chat, tls),
	OPTION_END,
};

/* One letter on its way. */
struct talk {
	struct post post;
	const struct chat *o;
	const struct service *service;
	const char *room, *thread;
	const struct post_item *item; /* of a summary, for a service that keeps incidents; NULL */
};

static const char *at_tone(const struct talk *t, const char *const *text)
{
	const char *found = text[post_tone(t->post.letter)];

	return found ? found : "";
}

static const char *priority_of(const struct talk *t)
{
	bool is_alert = letter_kind(t->post.letter) == LETTER_ALERT ||
			letter_kind(t->post.letter) == LETTER_SUMMARY;

	return *t->o->priority && is_alert ? t->o->priority : at_tone(t, t->service->priority);
}

/* What the event is about, as PagerDuty wants to be told always. */
static const char *source_of(const struct talk *t)
{
	const char *target = letter_word(t->post.letter, "target");
	const char *name = post_name(t->post.letter);

	return *target ? target : *name ? name : t->o->sender;
}

/* What is different for one incident of a summary; NULL: nothing. */
static const char *value_of_item(const struct talk *t, const char *name)
{
	if (!t->item)
		return NULL;
	if (!strcmp(name, "key"))
		return t->item->key;
	if (!strcmp(name, "subject"))
		return probe_text(t->post.probe, "%s: %s", t->item->name,
				  letter_subject(t->post.letter));
	return !strcmp(name, "name") || !strcmp(name, "source") ? t->item->name : NULL;
}

static const char *value_of(const void *with, const char *name)
{
	const struct talk *t = with;
	const char *of_item = value_of_item(t, name);

	if (of_item)
		return of_item;
	if (!strcmp(name, "room"))
		return t->room;
	if (!strcmp(name, "thread"))
		return t->thread;
	if (!strcmp(name, "token"))
		return t->o->token;
	if (!strcmp(name, "sender"))
		return t->o->sender;
	if (!strcmp(name, "colour"))
		return at_tone(t, t->service->colour);
	if (!strcmp(name, "priority"))
		return priority_of(t);
	if (!strcmp(name, "emergency")) /* Pushover */
		return strcmp(priority_of(t), "2") ? "" : "yes";
	if (!strcmp(name, "source"))
		return source_of(t);
	return post_value(t->post.letter, name);
}

static const char *fill(struct talk *t, enum fill_in in, const char *template)
{
	return post_fill(&t->post, in, template ? template : "", value_of, t);
}

/* ---- the request ---- */

/* The token as it stands in an address or in JSON. */
static void hide_token(struct talk *t)
{
	probe_hide(t->post.probe, fill(t, FILL_URL, "{{token}}"));
	probe_hide(t->post.probe, fill(t, FILL_JSON, "{{token}}"));
	post_hide_url(&t->post, t->o->webhook);
}

/* "Content-Type" and the lines of the service, those that come out empty left out. */
static bool add_headers(struct talk *t, const char *type, const char *const *template)
{
	size_t count = 0, used = 0;
	const char **line;

	while (template[count])
		count++;
	line = probe_alloc(t->post.probe, (count + 2) * sizeof *line);
	if (!line)
		return false;
	line[used++] = type;
	for (size_t i = 0; i < count; i++) {
		line[used] = fill(t, FILL_LINE, template[i]);
		used += *line[used] != '\0';
	}
	line[used] = NULL;
	t->post.header = line;
	return true;
}

static enum service_action action_of(const struct talk *t)
{
	const struct letter *l = t->post.letter;

	if (t->item ? t->item->has_ended : letter_kind(l) == LETTER_RECOVERY)
		return SERVICE_RESOLVE;
	return !strcmp(letter_word(l, "event"), "acknowledged") ? SERVICE_ACKNOWLEDGE
								 : SERVICE_SEND;
}

static const char *base_of(const struct talk *t)
{
	if (*t->o->webhook)
		return t->o->webhook;
	return *t->o->url ? t->o->url : t->service->base ? t->service->base : "";
}

/* Sends what the service's row says. */
static bool send_row(struct talk *t, struct probe_http_answer *a)
{
	const struct service *s = t->service;
	const struct service_request *first = &s->request[SERVICE_SEND];
	const struct service_request *r = &s->request[action_of(t)];
	const char *path;

	r = r->body ? r : first;
	path = fill(t, FILL_URL, r->url ? r->url : first->url);
	if (!add_headers(t, "Content-Type: application/json", s->header))
		return false;
	return post_ask(&t->post, r->method ? r->method : "POST",
			post_join(&t->post, base_of(t), path), fill(t, FILL_JSON, r->body), a);
}

static bool send_custom(struct talk *t, struct probe_http_answer *a)
{
	static const struct {
		const char *type;
		enum fill_in in;
	} format[] = {
		[FORMAT_JSON] = {"Content-Type: application/json", FILL_JSON},
		[FORMAT_FORM] = {"Content-Type: application/x-www-form-urlencoded", FILL_URL},
		[FORMAT_TEXT] = {"Content-Type: text/plain; charset=utf-8", FILL_PLAIN},
	};
	const struct chat *o = t->o;

	if (!add_headers(t, format[o->format].type, o->header))
		return false;
	return post_ask(&t->post, o->method,
			post_join(&t->post, base_of(t), fill(t, FILL_URL, o->path)),
			fill(t, format[o->format].in, o->body), a);
}

/* ---- the reply ---- */

/* All of the reply but the white space around it. */
static bool is_just(const struct probe_http_answer *a, const char *text)
{
	size_t from = 0, to = a->body_kept;

	while (from < to && isspace((unsigned char)a->body[from]))
		from++;
	while (to > from && isspace((unsigned char)a->body[to - 1]))
		to--;
	return to - from == strlen(text) && !memcmp(a->body + from, text, to - from);
}

static bool has_member(struct talk *t, const struct probe_http_answer *a)
{
	const struct service *s = t->service;
	json_t *json = reply_json(t->post.probe, a);
	char number[24];
	const char *is = reply_text(reply_get(json, s->member), number, sizeof number);

	return *is && (!strcmp(s->member_is, "*") || !strcmp(is, s->member_is));
}

/* 2xx came; a proxy that answers for everything, or a service that says no with 200, would pass
 * without this. */
static bool judge_reply(struct talk *t, const struct probe_http_answer *a)
{
	const struct service *s = t->service;
	const char *wanted = NULL;

	if (s->says && !is_just(a, s->says))
		wanted = probe_text(t->post.probe, "'%s'", s->says);
	if (s->member && !has_member(t, a))
		wanted = strcmp(s->member_is, "*")
				 ? probe_text(t->post.probe, "JSON with \"%s\": \"%s\"", s->member,
					      s->member_is)
				 : probe_text(t->post.probe, "JSON with \"%s\"", s->member);
	if (*t->o->says && !memmem(a->body, a->body_kept, t->o->says, strlen(t->o->says)))
		wanted = probe_text(t->post.probe, "'%s'", t->o->says);
	return wanted ? post_refuse(&t->post, LETTER_TRY_LATER, wanted, a) : true;
}

/* The service tells in its JSON when to come back. */
static void read_wait(struct talk *t, const struct probe_http_answer *a)
{
	const struct service *s = t->service;
	json_t *json = s->later[0] ? reply_json(t->post.probe, a) : NULL;
	json_t *wait = s->later[1] ? reply_get(json, s->later[0], s->later[1])
				   : reply_get(json, s->later[0]);
	double us = json_is_number(wait) ? json_number_value(wait) * (double)s->unit_us : 0;

	if (us > 0)
		post_wait(&t->post, us < 1e12 ? (int64_t)(us / 1e6 + 0.999) : POST_LATER_MOST_S);
}

/* ---- the letter ---- */

static bool is_plain_word(const char *text)
{
	while (isalnum((unsigned char)*text) || *text == '-')
		text++;
	return !*text;
}

/* What is missing in the configuration will be missing at the next attempt too. */
static const char *lacking(const struct talk *t)
{
	if (!*base_of(t))
		return "neither webhook nor url is given";
	if (t->service->needs_token && !*t->o->token)
		return "no token is given";
	if (t->service->needs_room && !*t->room)
		return "no room is given";
	if (!is_plain_word(t->o->priority))
		return "priority is no word";
	return NULL;
}

static bool judge_custom(const struct chat *o, struct check_judgement *j)
{
	return post_is_template(j, "body", o->body) && post_is_template(j, "path", o->path) &&
	       post_are_templates(j, "header", o->header);
}

static bool judge(const void *options, const char *address, struct check_judgement *j)
{
	const struct chat *o = options;
	const struct service *s = &service_table[o->service];

	if (!*o->webhook && !*o->url && !s->base)
		return post_wrong(j, "service", "%s wants a webhook, or the url of your server",
				  s->name);
	if (s->needs_token && !*o->token)
		return post_wrong(j, "service", "%s wants a token", s->name);
	if (!is_plain_word(o->priority))
		return post_wrong(j, "priority", "'%.40s' is no word", o->priority);
	if (s->needs_room && !*o->room && !strcmp(address, "-"))
		return post_wrong(j, NULL, "the address is %s", s->room);
	return judge_custom(o, j);
}

/* Each incident of a summary is one to a service that keeps incidents. */
static void send_items(struct talk *t, const struct post_item *item, size_t count)
{
	struct probe_http_answer answer = {.head = "", .body = ""};

	for (size_t i = 0; i < count && !t->post.outcome; i++) {
		t->item = &item[i];
		if (send_row(t, &answer))
			judge_reply(t, &answer);
		else if (t->post.outcome == LETTER_TRY_LATER && probe_ok(t->post.probe))
			read_wait(t, &answer);
	}
}

static enum letter_outcome deliver(struct letter *l, const void *options)
{
	const struct chat *o = options;
	struct probe *p = letter_probe(l);
	struct talk t = {
		.post = {.letter = l, .probe = p, .user = "", .password = "", .tls = o->tls},
		.o = o,
		.service = &service_table[o->service],
		.room = *o->room ? o->room : strcmp(letter_to(l), "-") ? letter_to(l) : "",
		.thread = o->thread ? probe_text(p, "%lld", (long long)o->thread) : "",
	};
	struct probe_http_answer answer = {.head = "", .body = ""};
	const char *lacks = lacking(&t);
	struct post_item item[POST_ITEMS];
	size_t items;
	bool is_custom = !t.service->request[SERVICE_SEND].body;

	if (lacks) {
		letter_reason(l, "%s: %s", t.service->name, lacks);
		return LETTER_GIVE_UP;
	}
	hide_token(&t);
	items = t.service->request[SERVICE_RESOLVE].body ? post_items(&t.post, item) : 0;
	if (items)
		send_items(&t, item, items);
	else if (is_custom ? send_custom(&t, &answer) : send_row(&t, &answer))
		judge_reply(&t, &answer);
	else if (t.post.outcome == LETTER_TRY_LATER && probe_ok(p))
		read_wait(&t, &answer);
	return post_outcome(&t.post);
}

NOTIFIER_MODULE("chat", "posts to chat rooms, phones and pagers", struct chat, option, deliver,
		.judge = judge);
