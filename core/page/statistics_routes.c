/* page/statistics_routes: /statistics/, /statistics/CATEGORY/, in other orders and in parts; the
 * pages that say `statistics = no` have none of them. See route.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "frame.h"
#include "statistics.h"

static void show_all(const struct site *s, const struct request *r, struct answer *a)
{
	struct statistics all = {0};

	if (!monitor_has_statistics(r->page)) {
		frame_none(a, s, r);
		return;
	}
	statistics_gather(&all, s, r->page);
	statistics_show(a, s, r, &all);
	statistics_release(&all);
}

/* ---- one category ---- */

struct wish {
	char *category;
	const struct statistics_order *order;
	size_t part;
};

/* Takes the last segment of the text, NULL: it has but one. */
static char *take_last(char *text)
{
	char *slash = strrchr(text, '/');

	if (!slash)
		return NULL;
	*slash = '\0';
	return slash + 1;
}

static const struct statistics_order *find_order(const char *word)
{
	for (const struct statistics_order *o = statistics_order; o->word; o++)
		if (!strcmp(o->word, word))
			return o;
	return NULL;
}

/* CATEGORY, CATEGORY/by-name, CATEGORY/by-name/2; a category may have slashes. */
static struct wish read_wish(const char *tail)
{
	struct wish w = {memory_text(tail), statistics_order, 0};
	char *copy = memory_text(tail), *last = take_last(copy);
	int64_t part = 0;

	if (last && text_to_int(last, &part) && part > 1 && part < 100000)
		last = take_last(copy);
	else
		part = 1;
	if (last && find_order(last)) {
		w.order = find_order(last);
		w.part = (size_t)part - 1;
		free(w.category);
		w.category = memory_text(copy);
	}
	free(copy);
	return w;
}

static void show_wish(const struct site *s, const struct request *r, struct answer *a,
		      const struct statistics *all, const struct wish *w)
{
	const char *category = strcmp(w->category, "-") ? w->category : "";

	for (size_t first = 0, end; first < all->count; first = end) {
		end = statistics_end(all, first);
		if (strcmp(all->list[first].category, category) ||
		    w->part * STATISTICS_ROWS >= end - first)
			continue;
		statistics_show_category(a, s, r, all->list + first, end - first, w->order,
					 w->part);
		return;
	}
	frame_none(a, s, r);
}

static void show_category(const struct site *s, const struct request *r, struct answer *a)
{
	struct statistics all = {0};
	struct wish w = read_wish(r->tail);

	if (monitor_has_statistics(r->page))
		statistics_gather(&all, s, r->page);
	show_wish(s, r, a, &all, &w);
	statistics_release(&all);
	free(w.category);
}

static void list_paths(const struct site *s, const struct page *page, struct text *paths)
{
	struct statistics all = {0};

	if (monitor_has_statistics(page))
		statistics_gather(&all, s, page);
	for (size_t first = 0, end; first < all.count; first = end) {
		end = statistics_end(&all, first);
		for (const struct statistics_order *o = statistics_order; o->word; o++)
			for (size_t part = 0; part * STATISTICS_ROWS < end - first; part++) {
				statistics_link(paths, "", all.list[first].category, o, part);
				text_putc(paths, '\n');
			}
	}
	statistics_release(&all);
}

extern const struct route statistics_routes[];
const struct route statistics_routes[] = {
	{.method = "GET", .path = "/statistics/", .shows = SHOWS_STATE, .answer = show_all},
	{.method = "GET",
	 .path = "/statistics/*",
	 .shows = SHOWS_STATE,
	 .answer = show_category,
	 .paths = list_paths},
	{0},
};
