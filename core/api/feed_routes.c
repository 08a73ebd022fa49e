/* api/feed_routes: what is followed with a program of one's own: feeds of a page, of its news and
 * of each component, and the calendar of its maintenance. See syndicate.h, calendar.h. */
#include <string.h>

#include "calendar.h"
#include "../web/route.h"
#include "syndicate.h"

#define EVERYTHING (1u << POST_INCIDENT | 1u << POST_MAINTENANCE | 1u << POST_NEWS)

/* "x.atom" -> SYNDICATE_ATOM; SYNDICATE_RSS + 1: neither. */
static enum syndicate_form form_of(const char *path, size_t *name_size)
{
	static const char *const end[] = {".atom", ".rss"};
	size_t size = strlen(path), form = 0;

	for (; form < 2; form++) {
		*name_size = size - (size < strlen(end[form]) ? 0 : strlen(end[form]));
		if (!strcmp(path + *name_size, end[form]))
			break;
	}
	return (enum syndicate_form)form;
}

static void answer_feed(const struct site *s, const struct request *r, struct answer *a,
			const struct syndicate_view *wanted)
{
	struct syndicate_view v = *wanted;
	struct text base = {0};

	request_base(r, &base);
	v.site = s;
	v.page = r->page;
	v.base = text_get(&base);
	v.path = r->path;
	a->modified_us = syndicate_add(&a->body, &v);
	a->type = syndicate_type[v.form];
	a->allow_origin = "*";
	text_release(&base);
}

static void show_feed(const struct site *s, const struct request *r, struct answer *a)
{
	size_t size;

	answer_feed(s, r, a,
		    &(struct syndicate_view){.sorts = strstr(r->path, "news") ? 1u << POST_NEWS
									      : EVERYTHING,
					     .form = form_of(r->path, &size)});
}

/* The component's name, NULL: this page shows none of that name. */
static const char *component_of(const struct site *s, const struct request *r, size_t size,
				struct text *name)
{
	text_add(name, r->tail, size);
	if (!catalog_find(s->catalog, text_get(name)) ||
	    !page_shows(s->catalog, r->page, text_get(name)))
		return NULL;
	return text_get(name);
}

static void show_component(const struct site *s, const struct request *r, struct answer *a)
{
	struct syndicate_view v = {.sorts = 1u << POST_INCIDENT | 1u << POST_MAINTENANCE};
	struct text name = {0};
	size_t size;

	v.form = form_of(r->tail, &size);
	v.component = v.form > SYNDICATE_RSS ? NULL : component_of(s, r, size, &name);
	if (v.component)
		answer_feed(s, r, a, &v);
	else
		answer_text(a, 404, "there is no such feed: wanted /feed/NAME.atom or .rss");
	text_release(&name);
}

/* /feed/NAME.atom of each component, for a copy. */
static void list_components(const struct site *s, const struct page *page, struct text *t)
{
	for (size_t i = 0; i < s->catalog->targets; i++)
		if (page_shows(s->catalog, page, s->catalog->target[i].name))
			text_printf(t, "/feed/%s.atom\n/feed/%s.rss\n", s->catalog->target[i].name,
				    s->catalog->target[i].name);
}

static void show_calendar(const struct site *s, const struct request *r, struct answer *a)
{
	struct text base = {0};

	request_base(r, &base);
	a->modified_us = calendar_add(
		&a->body,
		&(struct calendar_view){.site = s, .page = r->page, .base = text_get(&base)});
	a->type = "text/calendar; charset=utf-8";
	a->allow_origin = "*";
	text_release(&base);
}

extern const struct route feed_routes[];
const struct route feed_routes[] = {
	{.method = "GET", .path = "/feed.atom", .shows = SHOWS_STATE, .answer = show_feed},
	{.method = "GET", .path = "/feed.rss", .shows = SHOWS_STATE, .answer = show_feed},
	{.method = "GET", .path = "/news.atom", .shows = SHOWS_STATE, .answer = show_feed},
	{.method = "GET", .path = "/news.rss", .shows = SHOWS_STATE, .answer = show_feed},
	{.method = "GET",
	 .path = "/feed/*",
	 .shows = SHOWS_STATE,
	 .answer = show_component,
	 .paths = list_components},
	{.method = "GET", .path = "/calendar.ics", .shows = SHOWS_STATE, .answer = show_calendar},
	{0},
};
