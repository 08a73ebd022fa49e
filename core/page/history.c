/* page/history: one incident, the months, the news. See status.h. */
#include <string.h>

#include "../web/assets.h"
#include "frame.h"
#include "scene.h"
#include "status.h"
#include "telling.h"
#include "when.h"
#include "words.h"

#define NEWS_MOST 100

static void answer(struct answer *a, const struct site *site, const struct request *r,
		   const char *title, const char *at, struct text *body)
{
	frame_answer(a, site, r, &(struct frame){.title = title, .at = at, .body = text_get(body)});
	text_release(body);
}

/* ---- one ---- */

void history_incident(const struct site *site, const struct request *r, struct answer *a)
{
	struct scene s;
	const struct post *p;
	struct text body = {0}, title = {0};
	struct words w = {0};

	scene_open(&s, site, r->page, page_is(r->page, "details"));
	p = scene_post(&s, r->tail);
	if (p) {
		telling_add_title(&title, p);
		word_text(&w, "base", r->base);
		telling_add(word(&w, "post"), &s, r->base, p, TELL_WHOLE, 1);
		words_piece(&body, web_status, "incident", &w);
		answer(a, site, r, text_get(&title), "", &body);
	} else if (!site->has_board) {
		a->retry_after_s = 1;
		answer_text(a, 503, "what was posted is still being read: load this page again");
	} else {
		frame_none(a, site, r);
	}
	scene_close(&s);
	text_release(&title);
}

void history_incident_paths(const struct site *site, const struct page *page, struct text *t)
{
	struct scene s;

	scene_open(&s, site, page, false);
	for (size_t i = 0; i < s.posts; i++) {
		text_puts(t, "/incident/");
		url_add(t, s.post[i].card->id);
		text_puts(t, "/\n");
	}
	scene_close(&s);
}

/* ---- months ---- */

static bool is_listed(const struct post *p)
{
	return p->sort != POST_NEWS && !post_is_ahead(p);
}

static int64_t month_of(const struct scene *s, const struct post *p)
{
	return when_month_of(s->page, p->start_us);
}

/* The month of the first post, or this one. */
static int64_t first_month(const struct scene *s)
{
	int64_t first = when_month_of(s->page, s->site->now_us);

	for (size_t i = 0; i < s->posts; i++)
		if (is_listed(&s->post[i]) && month_of(s, &s->post[i]) < first)
			first = month_of(s, &s->post[i]);
	return first;
}

static void add_month_link(struct text *t, const struct request *r, const char *piece,
			   int64_t month, int64_t count)
{
	struct words w = {0};

	word_text(&w, "base", r->base);
	when_month_path(word(&w, "path"), month);
	when_month(word(&w, "month"), month);
	say_count(word(&w, "count"), "entries", count);
	words_piece(t, web_status, piece, &w);
}

static int64_t add_month_posts(struct text *t, const struct scene *s, const struct request *r,
			       int64_t month)
{
	int64_t count = 0;

	for (size_t i = 0; i < s->posts; i++)
		if (is_listed(&s->post[i]) && month_of(s, &s->post[i]) == month) {
			telling_add(t, s, r->base, &s->post[i], TELL_SHORT, 2);
			count++;
		}
	return count;
}

static void show_month(const struct site *site, const struct request *r, struct answer *a,
		       const struct scene *s, int64_t month)
{
	int64_t now = when_month_of(s->page, site->now_us), first = first_month(s);
	struct text body = {0}, title = {0}, posts = {0};
	struct words w = {0};

	when_month(&title, month);
	word_text(&w, "month", text_get(&title));
	word_text(&w, "base", r->base);
	if (month > first)
		add_month_link(word(&w, "before"), r, "month-before", month - 1, 0);
	if (month < now)
		add_month_link(word(&w, "after"), r, "month-after", month + 1, 0);
	if (!add_month_posts(&posts, s, r, month))
		words_piece(&posts, web_status, "month-empty", &(struct words){0});
	word_text(&w, "posts", text_get(&posts));
	words_piece(&body, web_status, "month", &w);
	answer(a, site, r, text_get(&title), "/history/", &body);
	text_release(&title);
	text_release(&posts);
}

void history_month(const struct site *site, const struct request *r, struct answer *a)
{
	int64_t month = when_month_parse(r->tail);
	struct scene s;

	scene_open(&s, site, r->page, page_is(r->page, "details"));
	if (month < first_month(&s) || month > when_month_of(r->page, site->now_us))
		frame_none(a, site, r);
	else
		show_month(site, r, a, &s, month);
	scene_close(&s);
}

static int64_t count_month(const struct scene *s, int64_t month)
{
	int64_t count = 0;

	for (size_t i = 0; i < s->posts; i++)
		count += is_listed(&s->post[i]) && month_of(s, &s->post[i]) == month;
	return count;
}

void history_index(const struct site *site, const struct request *r, struct answer *a)
{
	struct text body = {0}, title = {0}, months = {0};
	struct words w = {0};
	struct scene s;

	scene_open(&s, site, r->page, false);
	for (int64_t m = when_month_of(r->page, site->now_us), n = first_month(&s); m >= n; m--)
		if (count_month(&s, m) || m == when_month_of(r->page, site->now_us))
			add_month_link(&months, r, "month-link", m, count_month(&s, m));
	word_text(&w, "months", text_get(&months));
	words_piece(&body, web_status, "history", &w);
	say(&title, "history");
	answer(a, site, r, text_get(&title), "/history/", &body);
	scene_close(&s);
	text_release(&months);
	text_release(&title);
}

void history_month_paths(const struct site *site, const struct page *page, struct text *t)
{
	struct scene s;

	scene_open(&s, site, page, false);
	for (int64_t m = when_month_of(page, site->now_us), n = first_month(&s); m >= n; m--) {
		text_puts(t, "/history/");
		when_month_path(t, m);
		text_puts(t, "/\n");
	}
	scene_close(&s);
}

/* ---- news ---- */

void history_news(const struct site *site, const struct request *r, struct answer *a)
{
	struct text body = {0}, title = {0}, posts = {0};
	struct words w = {0};
	struct scene s;
	int shown = 0;

	scene_open(&s, site, r->page, page_is(r->page, "details"));
	for (size_t i = 0; i < s.posts && shown < NEWS_MOST; i++)
		if (s.post[i].sort == POST_NEWS && ++shown)
			telling_add(&posts, &s, r->base, &s.post[i], TELL_WHOLE, 2);
	if (!shown)
		words_piece(&posts, web_status, "news-empty", &(struct words){0});
	word_text(&w, "posts", text_get(&posts));
	words_piece(&body, web_status, "news-page", &w);
	say(&title, "news");
	answer(a, site, r, text_get(&title), "/news/", &body);
	scene_close(&s);
	text_release(&posts);
	text_release(&title);
}
