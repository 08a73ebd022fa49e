/* page/subscribe_routes: /subscribe/ and /request/: what anybody may ask for. See subscribe.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../web/assets.h"
#include "frame.h"
#include "subscribe.h"

/* ---- /subscribe/ ---- */

static void show_form(const struct site *s, const struct request *r, struct answer *a,
		      const struct choices *c, const char *wrong)
{
	struct text body = {0};
	struct words w = {0};
	bool is_offered;

	frame_brand(word(&w, "brand"), s, r->page);
	word_text(&w, "base", r->base);
	word_text(&w, "address", request_field(r, "address"));
	word_text(&w, "hint", channels_hint(r->page));
	said_add(word(&w, "said"), wrong, true);
	is_offered = channels_add(word(&w, "channels"), r->page, request_field(r, "channel")) > 0;
	choices_add(word(&w, "choices"), s, r, c);
	word(&w, "more");
	if (is_offered && frame_has("/request/")) {
		struct words base = {0};

		word_text(&base, "base", r->base);
		words_piece(&w.value[w.count - 1], web_subscribe, "subscribe-request", &base);
	}
	words_piece(&body, web_subscribe, is_offered ? "subscribe" : "subscribe-none", &w);
	subscribe_answer(a, s, r, "Subscribe", &body, wrong ? 422 : 0);
	text_release(&body);
}

/* Of /subscribe/NAME/ or ?monitor=NAME: that monitor, and its alerts. */
static void show(const struct site *s, const struct request *r, struct answer *a)
{
	const char *name = *r->tail ? r->tail : request_query(r, "monitor");
	bool is_one =
		*name && page_shows(s->catalog, r->page, name) && catalog_find(s->catalog, name);
	struct choices c = {.is_all = !is_one,
			    .components = is_one ? name : "",
			    .kinds = is_one ? "alerts" : "incidents\nmaintenance\nnews",
			    .audiences = ""};

	if (*r->tail && !is_one)
		frame_none(a, s, r);
	else
		show_form(s, r, a, &c, NULL);
}

static void show_code(const struct site *s, const struct request *r, struct answer *a,
		      const char *said, bool is_wrong)
{
	struct text body = {0};
	struct words w = {0};

	word_text(&w, "base", r->base);
	word_text(&w, "address", request_field(r, "address"));
	said_add(word(&w, "said"), said, is_wrong);
	channels_add(word(&w, "channels"), r->page, request_field(r, "channel"));
	words_piece(&body, web_subscribe, "subscribe-code", &w);
	subscribe_answer(a, s, r, "Your code", &body, is_wrong ? 422 : 0);
	text_release(&body);
}

static void asked(const struct site *s, const struct request *r, struct answer *a,
		  const struct line *end, void *state)
{
	const char *wrong = keeper_refusal(end);
	struct text list[3] = {{0}};
	struct choices c = choices_of_request(r, list);

	(void)state;
	if (wrong)
		show_form(s, r, a, &c, wrong);
	else if (!strcmp(line_get(end, "answer"), "code"))
		show_code(s, r, a, line_get(end, "text"), false);
	else
		said_answer(a, s, r, 0, "Almost done", line_get(end, "text"));
	for (size_t i = 0; i < 3; i++)
		text_release(&list[i]);
}

static void subscribe(const struct site *s, const struct request *r, struct answer *a)
{
	struct text line = {0}, to = {0}, list[3] = {{0}};
	struct choices c = choices_of_request(r, list);

	(void)s, (void)a;
	channel_to(&to, r);
	line_begin(&line, "subscribe", "-");
	line_add(&line, "page", r->page->name);
	line_add(&line, "to", text_get(&to));
	line_add(&line, "address", r->address);
	choices_ask(&line, &c);
	line_end(&line);
	route_ask(r, text_get(&line), asked, NULL);
	text_release(&line);
	text_release(&to);
	for (size_t i = 0; i < 3; i++)
		text_release(&list[i]);
}

/* ---- /subscribe/code/ ---- */

static void show_empty_code(const struct site *s, const struct request *r, struct answer *a)
{
	show_code(s, r, a, NULL, false);
}

static void confirmed(const struct site *s, const struct request *r, struct answer *a,
		      const struct line *end, void *state)
{
	const char *wrong = keeper_refusal(end);

	(void)state;
	if (wrong)
		show_code(s, r, a, wrong, true);
	else
		answer_see(a, "/subscription/%s/", line_get(end, "key"));
}

static void confirm(const struct site *s, const struct request *r, struct answer *a)
{
	struct text line = {0}, to = {0}, code = {0};

	(void)s, (void)a;
	for (const char *at = request_field(r, "code"); *at && code.size < 12; at++)
		if (!strchr(" -", *at))
			text_putc(&code, *at);
	channel_to(&to, r);
	line_begin(&line, "subscribe-confirm", "-");
	line_add(&line, "page", r->page->name);
	line_add(&line, "to", text_get(&to));
	line_add(&line, "code", text_get(&code));
	line_add(&line, "address", r->address);
	line_end(&line);
	route_ask(r, text_get(&line), confirmed, NULL);
	text_release(&line);
	text_release(&to);
	text_release(&code);
}

/* ---- /request/ ---- */

/* Where the page can write to whoever asks. */
static void add_mail(struct text *t, const struct request *r)
{
	struct words w = {0};

	if (!channels_have_mail(r->page))
		return;
	word_text(&w, "address", request_field(r, "mail"));
	words_piece(t, web_subscribe, "request-mail", &w);
}

static void show_request(const struct site *s, const struct request *r, struct answer *a,
			 const char *wrong)
{
	struct text body = {0};
	struct words w = {0};

	word_text(&w, "base", r->base);
	word_text(&w, "what", request_field(r, "what"));
	word_text(&w, "why", request_field(r, "why"));
	add_mail(word(&w, "mail"), r);
	said_add(word(&w, "said"), wrong, true);
	words_piece(&body, web_subscribe, "request", &w);
	subscribe_answer(a, s, r, "Ask for a monitor", &body, wrong ? 422 : 0);
	text_release(&body);
}

static void show_empty_request(const struct site *s, const struct request *r, struct answer *a)
{
	show_request(s, r, a, NULL);
}

static void requested(const struct site *s, const struct request *r, struct answer *a,
		      const struct line *end, void *state)
{
	const char *wrong = keeper_refusal(end);

	(void)state;
	if (wrong)
		show_request(s, r, a, wrong);
	else
		said_answer(a, s, r, 0, "Sent", line_get(end, "text"));
}

static void request(const struct site *s, const struct request *r, struct answer *a)
{
	struct text line = {0};

	(void)s, (void)a;
	line_begin(&line, "request", "-");
	line_add(&line, "page", r->page->name);
	line_add(&line, "what", request_field(r, "what"));
	line_add(&line, "why", request_field(r, "why"));
	line_add(&line, "mail", request_field(r, "mail"));
	line_add(&line, "address", r->address);
	line_end(&line);
	route_ask(r, text_get(&line), requested, NULL);
	text_release(&line);
}

/* Another for each who asks, and none of it can be copied. */
#define ROUTE(method_, path_, act_, answer_)                                              \
	{                                                                                 \
		.method = method_, .path = path_, .shows = SHOWS_STATE_EACH, .act = act_, \
		.answer = answer_, .is_live = true                                        \
	}

extern const struct route subscribe_routes[];
const struct route subscribe_routes[] = {
	ROUTE("GET", "/subscribe/", PERMIT_READ, show),
	ROUTE("GET", "/subscribe/*", PERMIT_READ, show),
	ROUTE("POST", "/subscribe/", PERMIT_SUBSCRIBE, subscribe),
	ROUTE("GET", "/subscribe/code/", PERMIT_READ, show_empty_code),
	ROUTE("POST", "/subscribe/code/", PERMIT_SUBSCRIBE, confirm),
	ROUTE("GET", "/request/", PERMIT_READ, show_empty_request),
	ROUTE("POST", "/request/", PERMIT_SUBSCRIBE, request),
	{0},
};
