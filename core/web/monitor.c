/* web/monitor: see monitor.h. */
#include "monitor.h"

#include <stdlib.h>
#include <string.h>

#include "../base/map.h"
#include "../base/memory.h"
#include "assets.h"
#include "shown.h"

static const char *word_of(const char *state)
{
	static const char *const known[] = {"up",          "degraded", "down",
					    "unconfirmed", "unknown",  "not-monitored"};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcmp(known[i], state))
			return known[i];
	return "unknown";
}

/* ---- who ---- */

static void take_check(struct monitor *m, const struct overview_check *c)
{
	m->check = c;
	m->state = word_of(c->state);
	m->since_us = c->since_us;
}

static void take_service(struct monitor *m, const struct overview_service *s)
{
	m->state = word_of(s->state);
	m->since_us = s->since_us;
}

static void find_state(const struct overview *o, struct monitor *m)
{
	for (size_t i = 0; i < o->checks && !m->state; i++)
		if (!strcmp(o->check[i].name, m->name))
			take_check(m, &o->check[i]);
	for (size_t i = 0; i < o->services && !m->state; i++)
		if (!strcmp(o->service[i].name, m->name))
			take_service(m, &o->service[i]);
}

/* False: nobody knows it, or the page does not show it. */
static bool name_it(const struct site *s, const struct page *page, struct monitor *m)
{
	const struct target *t = catalog_find(s->catalog, m->name);

	if (!(m->state || m->figure || t) || !page_shows(s->catalog, page, m->name))
		return false;
	m->name = m->figure ? m->figure->name : t ? t->name : m->name;
	m->title = t && *t->title ? t->title : m->name;
	m->state = m->state ? m->state : "unknown";
	return true;
}

bool monitor_find(const struct site *s, const struct page *page, const char *name,
		  struct monitor *m)
{
	*m = (struct monitor){.name = name, .figure = figures_find(s->figures, name)};
	find_state(s->overview, m);
	return name_it(s, page, m);
}

/* What the record knows: all but what was configured just now. */
struct monitor *monitor_list(const struct site *s, const struct page *page, size_t *count)
{
	const struct overview *o = s->overview;
	size_t figures = figures_count(s->figures), n = 0;
	struct monitor *list = memory_new((figures + 1) * sizeof *list);
	struct map by_name = {0};

	for (size_t i = 0; i < figures; i++) {
		const struct figure *f = figures_at(s->figures, i);

		list[i] = (struct monitor){.name = f->name, .figure = f};
		map_put_text(&by_name, f->name, &list[i]);
	}
	for (size_t i = 0; i < o->checks; i++)
		if (map_find_text(&by_name, o->check[i].name))
			take_check(map_find_text(&by_name, o->check[i].name), &o->check[i]);
	for (size_t i = 0; i < o->services; i++)
		if (map_find_text(&by_name, o->service[i].name))
			take_service(map_find_text(&by_name, o->service[i].name), &o->service[i]);
	map_release(&by_name);
	for (size_t i = 0; i < figures; i++)
		if (name_it(s, page, &list[i]))
			list[n++] = list[i];
	*count = n;
	return list;
}

/* ---- around ---- */

bool monitor_has_statistics(const struct page *page)
{
	return !*page_get(page, "statistics") || page_is(page, "statistics");
}

void monitor_link(struct text *t, const struct request *r, const char *name)
{
	text_printf(t, "%s/monitor/", r->base);
	shown_url(t, name);
	text_putc(t, '/');
}

void monitor_add_notice(struct text *t, const struct site *s, const struct request *r)
{
	const struct figures_progress p = figures_progress(s->figures);
	struct text said = {0};

	if (*p.wrong && !p.at_us)
		text_printf(&said, "The record cannot be read%s%s.",
			    page_is(r->page, "details") ? ": " : " at the moment",
			    page_is(r->page, "details") ? p.wrong : "");
	else if (p.is_first)
		text_printf(&said,
			    "Figures are being computed: those of %zu of %zu are here so far.",
			    p.known, p.targets);
	if (said.size)
		template_add(t, web_figures, "figures-notice",
			     (const struct template_word[]){{"text", text_get(&said)}, {0}});
	text_release(&said);
}

void monitor_add_page(struct answer *a, const struct site *s, const struct request *r,
		      const char *title, const char *head, const char *class, const char *main)
{
	const struct figures_progress p = figures_progress(s->figures);
	const char *name = *r->page->title ? r->page->title : r->page->name;
	struct text at = {0}, statistics = {0};

	if (monitor_has_statistics(r->page))
		template_add(&statistics, web_figures, "figures-statistics",
			     (const struct template_word[]){{"base", r->base}, {0}});
	if (p.at_us)
		shown_time(&at, r->page->zone, p.at_us);
	template_add(&a->body, web_figures, "figures-page",
		     (const struct template_word[]){
			     {"title", title},
			     {"page", name},
			     {"base", r->base},
			     {"class", class},
			     {"statistics", text_get(&statistics)},
			     {"head", head},
			     {"main", main},
			     {"at", p.at_us ? text_get(&at) : "not yet"},
			     {"zone", r->page->zone ? zone_name(r->page->zone) : "UTC"},
			     {0}});
	text_release(&at);
	text_release(&statistics);
}
