/* page/frame: see frame.h. */
#include "frame.h"

#include <string.h>

#include "../base/clock.h"
#include "../base/version.h"
#include "../web/assets.h"
#include "when.h"
#include "words.h"

#define FRAME web_frame

/* The pages that others link to, in their order, where a route serves them. */
static const struct {
	const char *path, *say, *option;
} place[] = {
	{"/", "nav-status", NULL},
	{"/infrastructure/", "nav-infrastructure", NULL},
	{"/statistics/", "nav-statistics", "statistics"},
	{"/history/", "nav-history", NULL},
	{"/news/", "nav-news", NULL},
	{"/subscribe/", "nav-subscribe", "subscribe"},
};

bool frame_has(const char *path)
{
	return route_find("GET", path, NULL, NULL) != NULL;
}

static bool is_offered(const struct page *p, const char *option)
{
	const char *value = option ? page_get(p, option) : "yes";

	return *value && strcmp(value, "no") != 0;
}

static void add_places(struct text *t, const struct request *r, const char *at)
{
	struct words w = {0};

	for (size_t i = 0; i < sizeof place / sizeof *place; i++) {
		if (!frame_has(place[i].path) || !is_offered(r->page, place[i].option))
			continue;
		word_text(&w, "base", r->base);
		word_text(&w, "path", place[i].path);
		word_say(&w, "name", place[i].say);
		words_piece(t, FRAME, strcmp(place[i].path, at) ? "place" : "place-here", &w);
	}
}

static void add_feeds(struct text *t, const struct request *r)
{
	static const struct {
		const char *path, *say;
	} feed[] = {
		{"/feed.atom", "feed-atom"},        {"/feed.rss", "feed-rss"},
		{"/calendar.ics", "feed-calendar"}, {"/api/v2/summary.json", "feed-api"},
		{"/status.json", "feed-status"},
	};
	struct words w = {0};

	for (size_t i = 0; i < sizeof feed / sizeof *feed; i++) {
		if (!frame_has(feed[i].path))
			continue;
		if (!strcmp(feed[i].path, "/status.json") && !page_is(r->page, "details"))
			continue;
		word_text(&w, "base", r->base);
		word_text(&w, "path", feed[i].path);
		word_say(&w, "name", feed[i].say);
		words_piece(t, FRAME, "feed", &w);
	}
}

void frame_brand(struct text *t, const struct site *s, const struct page *p)
{
	if (*p->title)
		text_puts(t, p->title);
	else if (s->location && *s->location && strcmp(s->location, "here") != 0)
		text_puts(t, s->location);
	else
		say(t, "brand");
}

const char *frame_logo(const struct page *p)
{
	static const char *const kind[] = {"png", "jpeg", "gif", "webp"};
	const struct page_file *f = page_file(p, "logo");
	const char *type = f && !strncmp(f->type, "image/", 6) ? f->type + 6 : "";

	for (size_t i = 0; i < sizeof kind / sizeof *kind; i++)
		if (!strcmp(kind[i], type))
			return kind[i];
	return strcmp(type, "svg+xml") ? "" : "svg";
}

static void add_piece_if(struct text *t, bool is_so, const char *piece, const struct request *r)
{
	struct words w = {0};

	if (!is_so)
		return;
	word_text(&w, "base", r->base);
	word_text(&w, "kind", frame_logo(r->page));
	words_piece(t, FRAME, piece, &w);
}

static void add_notice(struct text *t, const char *class, const char *text)
{
	struct words w = {0};

	word_text(&w, "class", class);
	word_text(&w, "text", text);
	words_piece(t, FRAME, "notice", &w);
}

static void add_stale(struct text *t, const struct site *s)
{
	const struct overview *o = s->overview;
	struct words w = {0};
	struct text said = {0};

	if (!o->at_us) {
		say(&said, "nothing-known");
		add_notice(t, "down", text_get(&said));
	} else {
		when_lasted(word(&w, "age"), s->now_us - o->at_us);
		word_say(&w, "why", s->is_linked ? "core-silent" : "core-gone");
		words_piece(t, FRAME, "notice-stale", &w);
	}
	text_release(&said);
}

/* Why the page is loud: its data is old, the monitor has trouble of its own (where `details`). */
static void frame_notices(struct text *t, const struct site *s, bool details)
{
	const char *at = details && s->overview->trouble ? s->overview->trouble : "";
	struct text said = {0};

	if (s->is_stale)
		add_stale(t, s);
	for (; *at; at += strspn(at, "\n")) {
		text_clear(&said);
		say(&said, "monitor-itself");
		text_putc(&said, ' ');
		text_add(&said, at, strcspn(at, "\n"));
		add_notice(t, "degraded", text_get(&said));
		at += strcspn(at, "\n");
	}
	text_release(&said);
}

/* Only where the admin wants it: who reads slowly, or has it read out, loses the place (WCAG
 * 2.2.1). */
static void add_refresh(struct text *t, const struct page *p)
{
	struct words w = {0};
	int64_t seconds;

	if (!text_to_int(page_get(p, "refresh"), &seconds) || seconds < 1)
		return;
	word_int(&w, "seconds", seconds);
	words_piece(t, FRAME, "refresh", &w);
}

void frame_answer(struct answer *a, const struct site *s, const struct request *r,
		  const struct frame *f)
{
	const char *language = page_get(r->page, "language");
	bool has_logo = page_file(r->page, "logo") != NULL;
	struct words w = {0};

	word_text(&w, "language", *language ? language : "en");
	word_text(&w, "title", f->title);
	frame_brand(word(&w, "brand"), s, r->page);
	word_text(&w, "base", r->base);
	add_refresh(word(&w, "refresh"), r->page);
	add_piece_if(word(&w, "own-style"), page_file(r->page, "style"), "own-style", r);
	add_piece_if(word(&w, "icon"), true, has_logo ? "icon-logo" : "icon", r);
	add_piece_if(word(&w, "logo"), has_logo, "logo", r);
	word_text(&w, "head", f->head ? f->head : "");
	add_piece_if(word(&w, "atom"), frame_has("/feed.atom"), "atom", r);
	add_piece_if(word(&w, "robots"), f->is_private || r->page->door, "robots", r);
	add_places(word(&w, "places"), r, f->at);
	frame_notices(word(&w, "notices"), s, f->details || page_is(r->page, "details"));
	word_text(&w, "body", f->body);
	add_feeds(word(&w, "feeds"), r);
	word_text(&w, "version", NINES_VERSION);
	words_piece(&a->body, FRAME, "frame", &w);
	a->status = f->status;
}

void frame_none(struct answer *a, const struct site *s, const struct request *r)
{
	struct words w = {0};
	struct text body = {0}, title = {0};

	say(&title, "none");
	word_text(&w, "base", r->base);
	words_piece(&body, FRAME, "none", &w);
	frame_answer(a, s, r,
		     &(struct frame){.title = text_get(&title),
				     .at = "",
				     .body = text_get(&body),
				     .status = 404});
	text_release(&body);
	text_release(&title);
}
