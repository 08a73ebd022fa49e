/* page/subscribe: see subscribe.h. */
#include "subscribe.h"

#include <string.h>

#include "../board/subscriber.h"
#include "../web/assets.h"
#include "frame.h"

#define TARGETS_MOST 300 /* boxes of a form */

static const char checked[] = " checked", selected[] = " selected";

/* ---- choices ---- */

/* Whether it is a sensible time is for the keeper to say; that it stays a number, for us. */
static int64_t us_of_seconds(const char *text)
{
	int64_t most = INT64_MAX / 1000000, s = strtoll(text, NULL, 10);

	return (s > most ? most : s < -most ? -most : s) * 1000000;
}

struct choices choices_of_request(const struct request *r, struct text list[3])
{
	static const char *const key[] = {"component", "kind", "audience"};

	for (size_t i = 0; i < 3; i++)
		request_fields(r, key[i], &list[i]);
	return (struct choices){
		.is_all = strcmp(request_field(r, "scope"), "chosen") != 0,
		.is_outage_only = *request_field(r, "outage"),
		.components = text_get(&list[0]),
		.kinds = text_get(&list[1]),
		.audiences = text_get(&list[2]),
		.after_us = us_of_seconds(request_field(r, "after")),
	};
}

struct choices choices_of_card(const struct card *c)
{
	return (struct choices){
		.is_all = card_int(c, "all", 0) == 1,
		.is_outage_only = !strcmp(card_get(c, "maintenance"), "outage"),
		.components = card_get(c, "components"),
		.kinds = card_get(c, "kinds"),
		.audiences = card_get(c, "audiences"),
		.after_us = card_int(c, "after_us", 0),
	};
}

void choices_ask(struct text *line, const struct choices *c)
{
	line_add_int(line, "all", c->is_all);
	if (!c->is_all)
		line_add(line, "components", c->components);
	line_add(line, "kinds", c->kinds);
	line_add(line, "maintenance", c->is_outage_only ? "outage" : "all");
	line_add(line, "audiences", c->audiences);
	line_add_int(line, "after_us", c->after_us);
}

static void add_box(struct text *t, const char *name, const char *value, const char *label,
		    bool is_checked)
{
	struct words w = {0};

	word_text(&w, "name", name);
	word_text(&w, "value", value);
	word_text(&w, "label", label);
	word_text(&w, "checked", is_checked ? checked : "");
	words_piece(t, web_subscribe, "subscribe-box", &w);
}

/* Services first: they are what most visitors know by name. */
static void add_components(struct text *t, const struct site *s, const struct request *r,
			   const struct choices *c)
{
	size_t count = 0;

	for (int services = 1; services >= 0; services--)
		for (size_t i = 0; i < s->catalog->targets && count < TARGETS_MOST; i++) {
			const struct target *one = &s->catalog->target[i];

			if (one->is_service != (services == 1) ||
			    !page_shows(s->catalog, r->page, one->name))
				continue;
			add_box(t, "component", one->name, one->title,
				text_lists(c->components, one->name));
			count++;
		}
}

static void add_kinds(struct text *t, const struct choices *c)
{
	static const char *const label[SUBSCRIBER_KINDS] = {
		"Incidents, and each update of them",
		"Maintenance: when it is planned, begins and ends",
		"News",
		"Alerts: when a chosen component goes down and when it is back",
	};

	for (size_t i = 0; i < SUBSCRIBER_KINDS; i++)
		add_box(t, "kind", subscriber_kind_name[i], label[i],
			text_lists(c->kinds, subscriber_kind_name[i]));
}

static void add_afters(struct text *t, const struct choices *c)
{
	struct words w = {0};
	int64_t after_us;

	for (size_t i = 0; i < SUBSCRIBER_AFTERS; i++) {
		after_us = subscriber_after_us[i];
		word_int(&w, "value", after_us / 1000000);
		if (after_us)
			text_printf(word(&w, "label"), "once it lasts %lld minutes",
				    (long long)(after_us / 60000000));
		else
			word_text(&w, "label", "at once");
		word_text(&w, "selected", c->after_us == after_us ? selected : "");
		words_piece(t, web_subscribe, "subscribe-after", &w);
	}
}

static void add_audiences(struct text *t, const struct request *r, const struct choices *c)
{
	const char *at = page_get(r->page, "audiences");
	struct text boxes = {0}, one = {0};
	struct words w = {0};

	while (text_next_line(&at, &one))
		add_box(&boxes, "audience", one.at, one.at, text_lists(c->audiences, one.at));
	if (boxes.size) {
		word_text(&w, "boxes", boxes.at);
		words_piece(t, web_subscribe, "subscribe-audiences", &w);
	}
	text_release(&boxes);
}

void choices_add(struct text *t, const struct site *s, const struct request *r,
		 const struct choices *c)
{
	struct words w = {0};

	word_text(&w, "all", c->is_all ? checked : "");
	word_text(&w, "chosen", c->is_all ? "" : checked);
	word_text(&w, "open", c->is_all ? "" : " open");
	add_components(word(&w, "components"), s, r, c);
	add_kinds(word(&w, "kinds"), c);
	word_text(&w, "outage", c->is_outage_only ? checked : "");
	add_afters(word(&w, "afters"), c);
	add_audiences(word(&w, "audiences"), r, c);
	words_piece(t, web_subscribe, "subscribe-choices", &w);
}

/* ---- channels ---- */

static const struct {
	const char *module, *label, *hint;
} kind[] = {
	{"email", "E-mail", "A mail address: you@example.org"},
	{"sms", "SMS", "A number with its country: +49 171 1234567"},
	{"webhook", "Webhook", "A web address that we post JSON to: https://example.org/hook"},
	{"chat", "Chat", "A room or a name, as the service has it"},
};
#define KINDS (sizeof kind / sizeof *kind)

/* Of a line NAME, tab, MODULE. */
static size_t kind_of(const char *line, size_t size)
{
	const char *tab = memchr(line, '\t', size);
	size_t i = 0, n = tab ? size - (size_t)(tab + 1 - line) : 0;

	while (i < KINDS && (strlen(kind[i].module) != n || memcmp(kind[i].module, tab + 1, n)))
		i++;
	return i;
}

/* One of its kind alone is known by that; of several each has its name. */
static void add_label(struct text *t, const char *all, size_t of_kind, const char *name,
		      size_t size)
{
	size_t same = 0, n;

	for (; *all; all += n + (all[n] == '\n')) {
		n = strcspn(all, "\n");
		same += kind_of(all, n) == of_kind;
	}
	text_puts(t, kind[of_kind].label);
	if (same < 2)
		return;
	text_puts(t, ": ");
	text_add(t, name, size);
}

size_t channels_add(struct text *t, const struct page *p, const char *chosen)
{
	const char *all = page_get(p, "channels");
	size_t count = 0, n, name, of_kind;
	struct words w = {0};

	for (const char *at = all; *at; at += n + (at[n] == '\n')) {
		n = strcspn(at, "\n");
		name = strcspn(at, "\t\n");
		of_kind = kind_of(at, n);
		if (of_kind == KINDS)
			continue;
		text_add(word(&w, "name"), at, name);
		add_label(word(&w, "label"), all, of_kind, at, name);
		word_text(&w, "selected", text_lists_bytes(chosen, at, name) ? selected : "");
		words_piece(t, web_subscribe, "subscribe-channel", &w);
		count++;
	}
	return count;
}

bool channels_have_mail(const struct page *p)
{
	const char *all = page_get(p, "channels");
	size_t n;

	for (; *all; all += n + (*(all + n) == '\n')) {
		n = strcspn(all, "\n");
		if (n > 6 && !memcmp(all + n - 6, "\temail", 6))
			return true;
	}
	return false;
}

const char *channels_hint(const struct page *p)
{
	const char *all = page_get(p, "channels");
	size_t i = kind_of(all, strcspn(all, "\n"));

	return i < KINDS && !strchr(all, '\n') ? kind[i].hint
					       : "A mail address, a number with its country (+49 "
						 "171 1234567), or a web address: as "
						 "fits what you chose above";
}

void channel_to(struct text *t, const struct request *r)
{
	text_puts(t, request_field(r, "channel"));
	text_putc(t, ':');
	text_puts(t, request_field(r, "address"));
}

/* ---- pages ---- */

void said_add(struct text *t, const char *said, bool is_wrong)
{
	struct words w = {0};

	if (!said)
		return;
	word_text(&w, "class", is_wrong ? "down" : "up");
	word_text(&w, "role", is_wrong ? "alert" : "status");
	word_text(&w, "text", said);
	words_piece(t, web_subscribe, "subscribe-said", &w);
}

void subscribe_answer(struct answer *a, const struct site *s, const struct request *r,
		      const char *title, const struct text *body, unsigned status)
{
	frame_answer(a, s, r,
		     &(struct frame){.title = title,
				     .at = "/subscribe/",
				     .body = text_get(body),
				     .status = status,
				     .is_private = true});
	a->cache = "no-store";
}

void said_answer(struct answer *a, const struct site *s, const struct request *r, unsigned status,
		 const char *title, const char *text)
{
	struct text body = {0};
	struct words w = {0};

	word_text(&w, "title", title);
	word_text(&w, "text", text);
	word_text(&w, "base", r->base);
	words_piece(&body, web_subscribe, "subscribe-done", &w);
	subscribe_answer(a, s, r, title, &body, status);
	text_release(&body);
}

const char *keeper_refusal(const struct line *end)
{
	return !end ? "The monitor does not answer just now: try again in a minute."
		    : line_find(end, "wrong");
}
