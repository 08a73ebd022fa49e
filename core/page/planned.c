/* page/planned: see planned.h. */
#include "planned.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../board/post.h"
#include "notice.h"
#include "scene.h"

#define NAMES_MOST 1000 /* looked at of one window */

struct search {
	const struct site *site;
	const struct page *page;
	struct text *found;
	size_t looked;
};

/* Of a service that the page does not show, what it is made of and the page shows. */
static void search(struct search *s, const char *names, int depth)
{
	struct text one = {0};
	const struct target *t;

	while (s->looked < NAMES_MOST && text_next_line(&names, &one)) {
		s->looked++;
		t = catalog_find(s->site->catalog, text_get(&one));
		if (!page_shows(s->site->catalog, s->page, text_get(&one))) {
			if (t && t->is_service && depth < SCENE_DEPTH)
				search(s, t->members, depth + 1);
		} else if (!text_lists(text_get(s->found), text_get(&one))) {
			text_printf(s->found, "%s%s", s->found->size ? "\n" : "", text_get(&one));
		}
	}
	text_release(&one);
}

/* Each between two newlines. Whatever became of a post, only it tells of its windows. */
static void add_windows_of_posts(struct text *t, const struct site *s)
{
	size_t posts = s->board ? board_count(s->board, "post") : 0;
	struct post p;

	text_putc(t, '\n');
	for (size_t i = 0; i < posts; i++)
		if (post_read(board_at(s->board, "post", i), &p) && *p.windows)
			text_printf(t, "%s\n", p.windows);
}

static bool is_of_post(const struct text *windows, const char *id)
{
	struct text line = {0};
	bool is_so;

	text_printf(&line, "\n%s\n", id);
	is_so = strstr(text_get(windows), text_get(&line)) != NULL;
	text_release(&line);
	return is_so;
}

static int by_time(const void *a, const void *b)
{
	const struct overview_window *x = *(struct overview_window *const *)a,
				     *y = *(struct overview_window *const *)b;

	if (x->from_us != y->from_us)
		return x->from_us < y->from_us ? -1 : 1;
	return strcmp(x->id, y->id);
}

/* NULL: it concerns nothing here. Else the names, as struct planned has them. */
static const char *names_of(const struct site *s, const struct page *page,
			    const struct overview_window *w, struct text *into)
{
	struct search names = {.site = s, .page = page, .found = into};

	text_clear(into);
	search(&names, w->services, 0);
	return into->size || !*w->services ? text_get(into) : NULL;
}

struct coming {
	const struct overview_window **at;
	size_t windows;
};

static void relate(struct planned *p, const struct coming *all, size_t place, int64_t now_us)
{
	for (size_t i = 0; i < all->windows; i++) {
		if (i == place || strcmp(all->at[i]->id, all->at[place]->id) != 0)
			continue;
		p->is_again |= i < place && all->at[i]->to_us > now_us;
		p->more += i > place;
		p->last_us = i > place ? all->at[i]->from_us : p->last_us;
	}
}

static void take_one(const struct site *s, const struct coming *all, size_t place,
		     const char *names, void (*take)(const struct planned *, void *with),
		     void *with)
{
	const struct overview_window *w = all->at[place];
	struct text id = {0}, title = {0};
	struct planned p = {.names = names, .impact = w->impact, .from_us = w->from_us};

	text_printf(&id, "window %s %lld", w->id, (long long)w->from_us);
	text_add_safe(&title, w->text, strlen(w->text), POST_TITLE_BYTES);
	p.id = text_get(&id);
	p.title = text_get(&title);
	p.to_us = w->to_us;
	p.announced_us = w->announced_us;
	p.is_on = w->from_us <= s->now_us;
	relate(&p, all, place, s->now_us);
	take(&p, with);
	text_release(&id);
	text_release(&title);
}

size_t planned(const struct site *s, const struct page *page, const char *component,
	       void (*take)(const struct planned *, void *with), void *with)
{
	const struct overview *o = s->overview;
	const struct overview_window **at = memory_new((o->windows + 1) * sizeof *at);
	const struct coming all = {at, o->windows};
	struct text found = {0}, of_posts = {0};
	const char *names;
	size_t told = 0;

	add_windows_of_posts(&of_posts, s);
	for (size_t i = 0; i < o->windows; i++)
		at[i] = &o->window[i];
	qsort(at, o->windows, sizeof *at, by_time);
	for (size_t i = 0; i < o->windows && told < PLANNED_MOST; i++) {
		if (at[i]->to_us <= s->now_us || is_of_post(&of_posts, at[i]->id))
			continue;
		names = names_of(s, page, at[i], &found);
		if (!names || (component && *names && !text_lists(names, component)))
			continue;
		take_one(s, &all, i, names, take, with);
		told++;
	}
	text_release(&of_posts);
	text_release(&found);
	free(at);
	return told;
}
