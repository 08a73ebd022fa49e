/* page/notice: see notice.h. */
#include "notice.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

/* Does any line of the list make it so? */
static bool any(const char *list, bool (*is_so)(const struct notice_query *, const char *),
		const struct notice_query *q)
{
	struct text one = {0};
	bool found = false;

	while (!found && text_next_line(&list, &one))
		found = is_so(q, text_get(&one));
	text_release(&one);
	return found;
}

static bool is_this_page(const struct notice_query *q, const char *name)
{
	return !strcmp(q->page->name, name);
}

static bool is_shown(const struct notice_query *q, const char *name)
{
	return page_shows(q->site->catalog, q->page, name);
}

static bool is_component(const struct notice_query *q, const char *name)
{
	return !strcmp(q->component, name);
}

static bool means(const struct notice_query *q, const struct post *p)
{
	bool is_its = *p->pages ? any(p->pages, is_this_page, q)
				: !*p->components || any(p->components, is_shown, q);

	return is_its && (!q->component || !*p->components || any(p->components, is_component, q));
}

static bool is_wanted(const struct notice_query *q, const struct post *p)
{
	bool is_out = p->stage == POST_PUBLISHED ||
		      (q->has_withdrawn && p->stage == POST_WITHDRAWN && p->published_us);

	return is_out && (q->sorts & 1u << p->sort) && means(q, p) &&
	       (!q->is_wanted || q->is_wanted(p, q->site->now_us));
}

static void read_updates(const struct board *b, struct notice *n)
{
	const struct card *card[NOTICE_UPDATES];
	size_t count = post_updates(b, n->post.card->id, card, NOTICE_UPDATES);

	n->changed_us = n->post.card->at_us;
	n->updates = 0;
	for (size_t i = 0; i < count && i < NOTICE_UPDATES; i++) {
		if (card[i]->at_us > n->changed_us)
			n->changed_us = card[i]->at_us;
		n->updates += update_read(card[i], &n->update[n->updates]) &&
			      !n->update[n->updates].withdrawn_us;
	}
}

/* By when it began: what is written later of an earlier time stands where it belongs. */
static int by_start(const void *a, const void *b)
{
	const struct post *x = a, *y = b;

	return x->start_us < y->start_us   ? 1
	       : x->start_us > y->start_us ? -1
					   : -strcmp(x->card->id, y->card->id);
}

static size_t collect(const struct notice_query *q, struct post *into)
{
	size_t found = 0;

	for (size_t i = board_count(q->site->board, "post"); i--;)
		if (post_read(board_at(q->site->board, "post", i), &into[found]) &&
		    is_wanted(q, &into[found]))
			found++;
	qsort(into, found, sizeof *into, by_start);
	return found < q->most ? found : q->most;
}

size_t notices(const struct notice_query *q, void (*take)(const struct notice *, void *with),
	       void *with)
{
	struct post *post = memory_new((board_count(q->site->board, "post") + 1) * sizeof *post);
	struct notice *n = memory_new(sizeof *n);
	size_t found = collect(q, post);

	for (size_t i = 0; i < found; i++) {
		n->post = post[i];
		read_updates(q->site->board, n);
		take(n, with);
	}
	free(n);
	free(post);
	return found;
}

bool notice_find(const struct site *s, const struct page *page, const char *id, struct notice *n)
{
	struct notice_query q = {.site = s, .page = page, .sorts = ~0u};
	const struct card *c = board_find(s->board, "post", id);

	if (!c || !post_read(c, &n->post) || !is_wanted(&q, &n->post))
		return false;
	read_updates(s->board, n);
	return true;
}
