/* page/telling: see telling.h. */
#include "telling.h"

#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../web/assets.h"
#include "notice.h"
#include "prose.h"
#include "when.h"
#include "words.h"

#define LATE_US (INT64_C(300) * CLOCK_SECOND) /* written so long after it happened: say so */

void telling_add_title(struct text *t, const struct post *p)
{
	if (post_is_over(p) && p->sort != POST_NEWS) {
		text_putc(t, '[');
		say_of(t, "post", strcmp(p->state, "postmortem") ? p->state : "resolved");
		text_puts(t, "] ");
	}
	text_puts(t, p->title);
}

static const char *class_of(const struct post *p)
{
	if (p->sort == POST_NEWS)
		return "news";
	if (post_is_over(p))
		return "over";
	if (p->sort == POST_MAINTENANCE)
		return "maintenance";
	return strcmp(p->impact, "minor") && strcmp(p->impact, "none") ? "down" : "degraded";
}

/* ---- what it is of ---- */

static void add_one_affected(struct text *t, const struct scene *s, const struct post *p,
			     const char *name, struct text *claim)
{
	const struct part *part = scene_find(s, name);
	const struct target *target = catalog_find(s->site->catalog, name);
	struct words w = {0};

	if (!page_shows(s->site->catalog, s->page, name))
		return;
	word_text(&w, "title", part ? part->title : target ? target->title : name);
	if (!post_is_over(p))
		say(word(&w, "state"), post_claim(p, name, claim));
	words_piece(t, web_status, w.value[1].size ? "affected-state" : "affected", &w);
}

/* Only what the page shows has a name on it. */
static void add_affected(struct text *t, const struct scene *s, const struct post *p)
{
	const char *list = p->components;
	struct text name = {0}, claim = {0}, all = {0};
	struct words w = {0};

	while (text_next_line(&list, &name))
		add_one_affected(&all, s, p, text_get(&name), &claim);
	if (all.size) {
		word_text(&w, "components", text_get(&all));
		words_piece(t, web_status, "affects", &w);
	}
	text_release(&name);
	text_release(&claim);
	text_release(&all);
}

/* ---- updates ---- */

static void add_earlier(struct text *t, const struct scene *s, const struct card *c)
{
	struct words w = {0}, all = {0};
	struct text earlier = {0};
	const char *was;
	int64_t until_us;

	for (size_t i = 0; i < POST_CORRECTIONS && (was = update_was(c, i, &until_us)); i++) {
		when_piece(word(&w, "until"), s->page, until_us);
		prose_add(word(&w, "body"), was, 0);
		words_piece(&earlier, web_status, "earlier-text", &w);
	}
	if (earlier.size) {
		word_text(&all, "texts", text_get(&earlier));
		words_piece(t, web_status, "earlier", &all);
	}
	text_release(&earlier);
}

static void add_mark(struct text *t, const struct scene *s, const char *piece, int64_t at_us)
{
	struct words w = {0};

	when_piece(word(&w, "time"), s->page, at_us);
	words_piece(t, web_status, piece, &w);
}

static void add_update(struct text *t, const struct scene *s, const struct update *u)
{
	struct words w = {0};

	say_of(word(&w, "state"), "post", u->state);
	if (u->until_us)
		when_span(word(&w, "time"), s->page, u->event_us, u->until_us);
	else
		when_piece(word(&w, "time"), s->page, u->event_us);
	if (u->written_us - u->event_us > LATE_US)
		add_mark(word(&w, "late"), s, "written", u->written_us);
	if (u->edited_us)
		add_mark(word(&w, "edited"), s, "edited", u->edited_us);
	prose_add(word(&w, "body"), u->body, 0);
	add_earlier(word(&w, "earlier"), s, u->card);
	words_piece(t, web_status, "update", &w);
}

static void add_updates(struct text *t, const struct scene *s, const struct notice *n,
			enum telling how)
{
	size_t least = how == TELL_SHORT && n->updates ? n->updates - 1 : 0;

	for (size_t i = n->updates; i-- > least;)
		add_update(t, s, &n->update[i]);
}

/* ---- the whole ---- */

static void add_cause(struct text *t, const struct post *p)
{
	struct words w = {0};

	say_of(word(&w, "cause"), "cause", p->cause);
	if (w.value[0].size)
		words_piece(t, web_status, "cause", &w);
	text_release(&w.value[0]);
}

static void add_facts(struct text *t, const struct scene *s, const struct post *p)
{
	int64_t end_us = post_is_over(p) && p->over_us && !p->end_us ? p->over_us : p->end_us;
	struct words w = {0};

	if (p->sort == POST_NEWS)
		return;
	say_of(word(&w, "sort"), "sort", post_sort_name[p->sort]);
	say_of(word(&w, "impact"), "impact", p->impact);
	when_span(word(&w, "span"), s->page, p->start_us, end_us);
	add_cause(word(&w, "cause"), p);
	words_piece(t, web_status, "facts", &w);
}

void telling_add(struct text *t, const struct scene *s, const char *base, const struct post *p,
		 enum telling how, int level)
{
	struct notice *n = memory_new(sizeof *n);
	struct words w = {0};

	if (notice_find(s->site, s->page, p->card->id, n)) {
		word_text(&w, "class", class_of(p));
		word_int(&w, "level", level);
		word_text(&w, "base", base);
		url_add(word(&w, "id"), p->card->id);
		telling_add_title(word(&w, "title"), p);
		add_facts(word(&w, "facts"), s, p);
		add_affected(word(&w, "affected"), s, p);
		add_updates(word(&w, "updates"), s, n, how);
		words_piece(t, web_status, level == 1 ? "post-alone" : "post", &w);
	}
	free(n);
}
