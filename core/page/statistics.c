/* page/statistics: see statistics.h: who is listed, in which order. */
#include "statistics.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "shown.h"

static const struct figure_window *main_of(const struct listed *l)
{
	return &l->monitor.figure->window[SPAN_30D];
}

static struct page_figures sums_of(const struct listed *l)
{
	const struct figure_window *w = main_of(l);

	return (struct page_figures){
		.known_micro = w->known_micro, .known_us = w->known_us, .span_us = w->span_us};
}

static bool is_ranked(const struct listed *l)
{
	const struct page_figures f = sums_of(l);

	return page_is_ranked(&f);
}

static int by_uptime(const struct listed *a, const struct listed *b)
{
	const struct page_figures x = sums_of(a), y = sums_of(b);

	return page_rank(&x, &y);
}

/* ---- orders ---- */

static int by_name(const void *one, const void *two)
{
	const struct listed *a = one, *b = two;

	return strcmp(a->monitor.name, b->monitor.name);
}

static int by_rank(const void *one, const void *two)
{
	int order = by_uptime(one, two);

	return order ? order : by_name(one, two);
}

static int by_category(const void *one, const void *two)
{
	const struct listed *a = one, *b = two;

	if (!*a->category != !*b->category)
		return *a->category ? -1 : 1;
	return strcmp(a->category, b->category) ? strcmp(a->category, b->category)
						: by_rank(one, two);
}

static int compare_numbers(int64_t a, int64_t b, const void *one, const void *two)
{
	return a < b ? -1 : a > b ? 1 : by_name(one, two);
}

/* What nobody measured comes last. */
static int64_t response_of(const struct listed *l)
{
	return main_of(l)->total.count ? main_of(l)->total.p95_us : INT64_MAX;
}

static int by_response(const void *one, const void *two)
{
	return compare_numbers(response_of(one), response_of(two), one, two);
}

static int by_outages(const void *one, const void *two)
{
	return compare_numbers(-main_of(one)->incidents, -main_of(two)->incidents, one, two);
}

static int by_downtime(const void *one, const void *two)
{
	return compare_numbers(-main_of(one)->down_us, -main_of(two)->down_us, one, two);
}

const struct statistics_order statistics_order[] = {
	{"by-uptime", "best uptime", by_rank, "30 days", true},
	{"by-name", "name", by_name, "Monitor", false},
	{"by-response", "fastest", by_response, "p95", false},
	{"by-outages", "most outages", by_outages, "Outages", true},
	{"by-downtime", "longest down", by_downtime, "Down", true},
	{NULL, NULL, NULL, NULL, false},
};

/* ---- ranks ---- */

/* The same uptime has the same rank. */
static void number(struct listed *list, size_t count, bool is_of_all)
{
	size_t ranked = 0, rank = 0;

	while (ranked < count && is_ranked(&list[ranked]))
		ranked++;
	for (size_t i = 0; i < ranked; i++) {
		if (!i || by_uptime(&list[i - 1], &list[i]))
			rank = i + 1;
		*(is_of_all ? &list[i].rank : &list[i].place) = rank;
		*(is_of_all ? &list[i].rank_of : &list[i].place_of) = ranked;
	}
}

size_t statistics_end(const struct statistics *s, size_t first)
{
	size_t end = first;

	while (end < s->count && !strcmp(s->list[end].category, s->list[first].category))
		end++;
	return end;
}

void statistics_gather(struct statistics *s, const struct site *site, const struct page *page)
{
	struct monitor *list = monitor_list(site, page, &s->count);

	s->list = memory_new((s->count + 1) * sizeof *s->list);
	for (size_t i = 0; i < s->count; i++)
		s->list[i] =
			(struct listed){.monitor = list[i], .category = list[i].figure->category};
	free(list);
	qsort(s->list, s->count, sizeof *s->list, by_rank);
	number(s->list, s->count, true);
	qsort(s->list, s->count, sizeof *s->list, by_category);
	for (size_t first = 0, end; first < s->count; first = end) {
		end = statistics_end(s, first);
		number(s->list + first, end - first, false);
	}
}

void statistics_release(struct statistics *s)
{
	free(s->list);
	*s = (struct statistics){0};
}

void statistics_link(struct text *t, const char *base, const char *category,
		     const struct statistics_order *order, size_t part)
{
	text_printf(t, "%s/statistics/", base);
	shown_url(t, *category ? category : "-");
	text_putc(t, '/');
	if (order != statistics_order || part)
		text_printf(t, "%s/", order->word);
	if (part)
		text_printf(t, "%zu/", part + 1);
}
