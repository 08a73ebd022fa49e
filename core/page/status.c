/* page/status: see status.h. */
#include "status.h"

#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../base/version.h"
#include "../web/assets.h"
#include "detail.h"
#include "frame.h"
#include "notice.h"
#include "planned.h"
#include "prose.h"
#include "scene.h"
#include "telling.h"
#include "tree.h"
#include "when.h"
#include "words.h"

#define PAST_US    (INT64_C(14) * 86400 * CLOCK_SECOND)
#define NEW_US     (INT64_C(7) * 86400 * CLOCK_SECOND)
#define NEWS_SHOWN 3

static void add_overall(struct text *t, const struct scene *s)
{
	say_of(t, "overall", s->parts ? level_word[s->overall] : "nothing");
}

static const char *class_of(const struct scene *s)
{
	if (s->site->is_stale)
		return "stale";
	return s->parts ? level_class[s->overall] : "unknown";
}

static void add_banner(struct text *t, const struct scene *s, const char *base)
{
	struct words w = {0};

	word_text(&w, "class", class_of(s));
	add_overall(word(&w, "headline"), s);
	tree_add_failing(word(&w, "failing"), s, base);
	when_piece(word(&w, "at"), s->page, s->site->overview->at_us);
	if (s->details)
		tree_add_counts(word(&w, "counts"), s);
	words_piece(t, web_status, "overall", &w);
}

/* ---- posts ---- */

static bool is_current(const struct scene *s, const struct post *p)
{
	return post_is_current(p, s->site->now_us);
}

static bool is_ahead(const struct scene *s, const struct post *p)
{
	return post_is_ahead(p) && !post_is_current(p, s->site->now_us);
}

/* An end may be told long afterwards, and a withdrawal ends what has not ended. */
static int64_t end_of(const struct post *p)
{
	int64_t over_us = p->over_us ? p->over_us : p->start_us;

	return p->end_us && p->end_us < over_us ? p->end_us : over_us;
}

static bool is_past(const struct scene *s, const struct post *p)
{
	return p->sort != POST_NEWS && post_is_over(p) && end_of(p) > s->site->now_us - PAST_US;
}

/* The section of that piece, with each post that is so; `empty`: the piece where there is none. */
static void add_posts(struct text *t, const struct scene *s, const char *base,
		      bool (*is_so)(const struct scene *, const struct post *), enum telling how,
		      const char *piece, const char *empty)
{
	struct words w = {0};
	struct text all = {0};

	for (size_t i = 0; i < s->posts; i++)
		if (is_so(s, &s->post[i]))
			telling_add(&all, s, base, &s->post[i], how, 3);
	word_text(&w, "base", base);
	word_text(&w, "posts", text_get(&all));
	if (all.size || empty)
		words_piece(t, web_status, all.size ? piece : empty, &w);
	else
		words_piece(&all, web_status, "nothing", &w);
	text_release(&all);
}

static void add_news(struct text *t, const struct scene *s, const char *base)
{
	struct words w = {0};
	struct text all = {0};
	int64_t new = 0;
	int shown = 0;

	for (size_t i = 0; i < s->posts; i++) {
		if (s->post[i].sort != POST_NEWS)
			continue;
		new += s->post[i].start_us > s->site->now_us - NEW_US;
		if (shown++ < NEWS_SHOWN)
			telling_add(&all, s, base, &s->post[i], TELL_SHORT, 3);
	}
	if (all.size) {
		word_text(&w, "base", base);
		say_count(word(&w, "new"), "new", new);
		word_text(&w, "posts", text_get(&all));
		words_piece(t, web_status, "news", &w);
	}
	text_release(&all);
}

/* ---- maintenance, by post and without ---- */

/* What is to come, each as it will be shown. */
struct ahead {
	const struct scene *scene;
	struct ahead_one {
		int64_t from_us;
		struct text shown;
	} *one;
	size_t count;
};

static struct text *add_one_ahead(struct ahead *a, int64_t from_us)
{
	a->one[a->count] = (struct ahead_one){.from_us = from_us};
	return &a->one[a->count++].shown;
}

static void add_names(struct text *t, const struct scene *s, const char *names)
{
	struct text name = {0}, all = {0};
	struct words w = {0};

	while (text_next_line(&names, &name)) {
		const struct target *target = catalog_find(s->site->catalog, text_get(&name));
		struct words one = {0};

		word_text(&one, "title", target ? target->title : text_get(&name));
		words_piece(&all, web_status, "affected", &one);
	}
	if (all.size) {
		word_text(&w, "components", text_get(&all));
		words_piece(t, web_status, "affects", &w);
	}
	text_release(&name);
	text_release(&all);
}

static void add_again(struct text *t, const struct scene *s, const struct planned *p)
{
	struct words w = {0};

	say_count(word(&w, "times"), "planned-more", (int64_t)p->more);
	when_piece(word(&w, "last"), s->page, p->last_us);
	words_piece(t, web_status, "planned-again", &w);
}

static void add_planned(const struct planned *p, void *with)
{
	struct ahead *a = with;
	struct words w = {0};

	if (p->is_again)
		return;
	if (*p->title)
		word_text(&w, "title", p->title);
	else
		say(word(&w, "title"), "sort-maintenance");
	say(word(&w, "state"), p->is_on ? "post-in_progress" : "post-scheduled");
	say_of(word(&w, "impact"), "impact", p->impact);
	when_span(word(&w, "span"), a->scene->page, p->from_us, p->to_us);
	if (p->more)
		add_again(word(&w, "again"), a->scene, p);
	add_names(word(&w, "affected"), a->scene, p->names);
	words_piece(add_one_ahead(a, p->from_us), web_status, "planned", &w);
}

static int soonest_first(const void *a, const void *b)
{
	const struct ahead_one *x = a, *y = b;

	if (x->from_us != y->from_us)
		return x->from_us < y->from_us ? -1 : 1;
	return strcmp(text_get(&x->shown), text_get(&y->shown));
}

static void add_ahead(struct text *t, const struct scene *s, const char *base)
{
	struct ahead a = {.scene = s};
	struct text all = {0};
	struct words w = {0};

	a.one = memory_new((PLANNED_MOST + s->posts) * sizeof *a.one);
	planned(s->site, s->page, NULL, add_planned, &a);
	for (size_t i = 0; i < s->posts; i++)
		if (is_ahead(s, &s->post[i]))
			telling_add(add_one_ahead(&a, s->post[i].start_us), s, base, &s->post[i],
				    TELL_SHORT, 3);
	qsort(a.one, a.count, sizeof *a.one, soonest_first);
	for (size_t i = 0; i < a.count; i++) {
		text_puts(&all, text_get(&a.one[i].shown));
		text_release(&a.one[i].shown);
	}
	if (all.size) {
		word_text(&w, "posts", text_get(&all));
		words_piece(t, web_status, "ahead", &w);
	}
	text_release(&all);
	free(a.one);
}

/* ---- what it is, and who helps ---- */

/* The page's own words before those of nines. */
static void add_about(struct text *t, const struct scene *s)
{
	const struct page_file *file = page_file(s->page, "about-file");
	const char *own = file ? file->bytes : page_get(s->page, "about");
	struct words w = {0};

	prose_add(word(&w, "own"), own, 3);
	if (!w.value[0].size)
		words_piece(&w.value[0], web_status, "about-standard", &(struct words){0});
	words_piece(t, web_status, "about", &w);
}

static void add_quoted(struct text *t, const char *key, const char *value)
{
	text_printf(t, " %s=\"%s\"", key, value);
}

/* One line for whoever asks for help to copy (row 114): what was seen, and when. */
static void add_diagnostic(struct text *t, const struct scene *s)
{
	const struct overview *o = s->site->overview;
	struct text seen = {0};

	text_printf(t, "page=%s at=", s->page->name);
	clock_add_utc(t, s->site->now_us, 0);
	text_puts(t, " data=");
	if (o->at_us)
		clock_add_utc(t, o->at_us, 0);
	else
		text_puts(t, "none");
	text_printf(t, "%s version=%s", s->site->is_stale ? " stale" : "", NINES_VERSION);
	add_overall(&seen, s);
	add_quoted(t, "seen", text_get(&seen));
	text_clear(&seen);
	for (size_t i = 0; i < s->tops && seen.size < 300; i++)
		if (scene_counts(s->top[i]) && s->top[i]->level > LEVEL_UNKNOWN)
			text_printf(&seen, "%s%s", seen.size ? ", " : "", s->top[i]->title);
	if (seen.size)
		add_quoted(t, "of", text_get(&seen));
	text_release(&seen);
}

static void add_help(struct text *t, const struct scene *s)
{
	const char *contact = page_get(s->page, "contact");
	struct words w = {0};

	if (*contact) {
		struct words c = {0};

		prose_add_contact(word(&c, "contact"), contact);
		words_piece(word(&w, "contact"), web_status, "contact", &c);
	}
	add_diagnostic(word(&w, "diagnostic"), s);
	words_piece(t, web_status, "help", &w);
}

static void add_head(struct text *t, const struct scene *s)
{
	struct words w = {0};

	if (!*s->site->head)
		return;
	word_text(&w, "head", s->site->head);
	word_int(&w, "links", s->site->links);
	words_piece(t, web_status, "head", &w);
}

void status_answer(struct answer *a, const struct site *site, const struct request *r, bool details)
{
	struct words w = {0};
	struct text body = {0}, title = {0};
	struct scene s;

	scene_open(&s, site, r->page, details);
	add_banner(word(&w, "overall"), &s, r->base);
	add_posts(word(&w, "current"), &s, r->base, is_current, TELL_WHOLE, "current", NULL);
	tree_add(word(&w, "tree"), &s, r->base);
	add_ahead(word(&w, "ahead"), &s, r->base);
	add_news(word(&w, "news"), &s, r->base);
	add_posts(word(&w, "past"), &s, r->base, is_past, TELL_SHORT, "past", "past-none");
	if (details)
		detail_add_monitor(word(&w, "monitor"), site->overview, site->is_stale);
	add_about(word(&w, "about"), &s);
	add_help(word(&w, "help"), &s);
	add_head(word(&w, "head"), &s);
	words_piece(&body, web_status, "status", &w);
	add_overall(&title, &s);
	scene_close(&s);
	frame_answer(a, site, r,
		     &(struct frame){.title = text_get(&title),
				     .at = "/",
				     .details = details,
				     .body = text_get(&body),
				     .status = site->overview->is_complete ? 200 : 503});
	text_release(&body);
	text_release(&title);
}

/* The shapes of the style sheet: round, hollow, a bar, on its corner, square. */
void status_icon(const struct site *site, const struct request *r, struct answer *a)
{
	static const char *const shape[LEVELS] = {
		"<circle cx=\"8\" cy=\"8\" r=\"7\" fill=\"#2f9e55\"/>",
		"<circle cx=\"8\" cy=\"8\" r=\"5.5\" fill=\"none\" stroke=\"#a78bd6\" "
		"stroke-width=\"3\"/>",
		"<rect x=\"1\" y=\"5\" width=\"14\" height=\"6\" rx=\"1\" fill=\"#4d8ed6\"/>",
		"<path d=\"M8 0l8 8-8 8-8-8z\" fill=\"#e0952b\"/>",
		"<rect x=\"1\" y=\"1\" width=\"14\" height=\"14\" fill=\"#d63a33\"/>",
		"<rect x=\"1\" y=\"1\" width=\"14\" height=\"14\" fill=\"#d63a33\"/>",
	};
	struct scene s;

	scene_open(&s, site, r->page, false);
	text_printf(&a->body,
		    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\">%s</svg>\n",
		    shape[s.parts && !site->is_stale ? s.overall : LEVEL_UNKNOWN]);
	a->type = "image/svg+xml";
	scene_close(&s);
}
