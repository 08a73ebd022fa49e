/* page/monitor: see monitor.h. */
#include "monitor.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../web/assets.h"
#include "frame.h"
#include "shown.h"
#include "words.h"

/* ---- who ---- */

static void take_part(struct monitor *m, const struct part *p)
{
	const char *state = p->check ? p->check->state : p->service->state;

	m->check = p->check;
	m->word = scene_word(p);
	m->class = scene_class(p);
	m->level = p->level;
	m->is_counted = scene_counts(p);
	m->is_down = !strcmp(state, "down");
	m->since_us = p->since_us;
}

/* False: nobody knows it, or the page does not show it. */
static bool name_it(const struct scene *s, struct monitor *m)
{
	const struct target *t = catalog_find(s->site->catalog, m->name);
	const struct part *part = scene_find(s, m->name);

	if (!(part || m->figure || t) || !page_shows(s->site->catalog, s->page, m->name))
		return false;
	m->name = m->figure ? m->figure->name : t ? t->name : part->name;
	m->title = t && *t->title ? t->title : m->name;
	m->level = LEVEL_UNKNOWN;
	m->word = level_word[LEVEL_UNKNOWN];
	m->class = level_class[LEVEL_UNKNOWN];
	if (part)
		take_part(m, part);
	return true;
}

bool monitor_find(const struct site *s, const struct page *page, const char *name,
		  struct monitor *m)
{
	struct scene scene;
	bool is_found;

	scene_open(&scene, s, page, false);
	*m = (struct monitor){.name = name, .figure = figures_find(s->figures, name)};
	is_found = name_it(&scene, m);
	scene_close(&scene);
	return is_found;
}

/* What the record knows: all but what was configured just now. */
struct monitor *monitor_list(const struct site *s, const struct page *page, size_t *count)
{
	size_t figures = figures_count(s->figures), n = 0;
	struct monitor *list = memory_new((figures + 1) * sizeof *list);
	struct scene scene;

	scene_open(&scene, s, page, false);
	for (size_t i = 0; i < figures; i++) {
		const struct figure *f = figures_at(s->figures, i);

		list[n] = (struct monitor){.name = f->name, .figure = f};
		n += name_it(&scene, &list[n]);
	}
	scene_close(&scene);
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
		      const char *title, const char *at, const char *head, const char *class,
		      const char *main)
{
	const struct figures_progress p = figures_progress(s->figures);
	struct text body = {0};
	struct words w = {0};

	word_text(&w, "title", title);
	word_text(&w, "class", class);
	word_text(&w, "head", head);
	word_text(&w, "main", main);
	if (p.at_us)
		shown_time(word(&w, "at"), r->page->zone, p.at_us);
	else
		word_text(&w, "at", "not yet");
	word_text(&w, "zone", r->page->zone ? zone_name(r->page->zone) : "UTC");
	words_piece(&body, web_figures, "figures-page", &w);
	frame_answer(a, s, r, &(struct frame){.title = title, .at = at, .body = text_get(&body)});
	text_release(&body);
}
