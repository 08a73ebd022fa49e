/* page/page_routes: the status page and what belongs to it, its dress, and the same for programs.
 * See route.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../web/assets.h"
#include "frame.h"
#include "../web/json.h"
#include "status.h"

static void show_page(const struct site *s, const struct request *r, struct answer *a)
{
	status_answer(a, s, r, page_is(r->page, "details"));
}

static void show_checks(const struct site *s, const struct request *r, struct answer *a)
{
	status_answer(a, s, r, true);
}

static void show_style(const struct site *s, const struct request *r, struct answer *a)
{
	(void)s;
	(void)r;
	text_puts(&a->body, web_style);
	a->type = "text/css; charset=utf-8";
}

/* A file that the page is dressed with. */
static void show_file(const struct site *s, const struct request *r, struct answer *a,
		      const char *key)
{
	const struct page_file *f = page_file(r->page, key);

	if (f) {
		text_add(&a->body, f->bytes, f->size);
		a->type = f->type;
	} else {
		frame_none(a, s, r);
	}
}

static void show_own_style(const struct site *s, const struct request *r, struct answer *a)
{
	show_file(s, r, a, "style");
	if (!a->status)
		a->type = "text/css; charset=utf-8";
}

/* A drawing may hold a script: opened by itself it runs none. */
static void show_logo(const struct site *s, const struct request *r, struct answer *a)
{
	if (strcmp(r->path + strlen("/logo."), frame_logo(r->page)) != 0) {
		frame_none(a, s, r);
		return;
	}
	show_file(s, r, a, "logo");
	if (!a->status)
		a->policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
}

/* ---- for programs ---- */

static bool shows(const struct site *s, const struct request *r, const char *name)
{
	return page_shows(s->catalog, r->page, name);
}

/* What the page shows of it; the texts stay the site's. */
static void choose(const struct site *s, const struct request *r, struct overview *o)
{
	*o = *s->overview;
	o->check = memory_new((o->checks + 1) * sizeof *o->check);
	o->service = memory_new((o->services + 1) * sizeof *o->service);
	o->checks = o->services = 0;
	for (size_t i = 0; i < s->overview->checks; i++)
		if (shows(s, r, s->overview->check[i].name))
			o->check[o->checks++] = s->overview->check[i];
	for (size_t i = 0; i < s->overview->services; i++)
		if (shows(s, r, s->overview->service[i].name))
			o->service[o->services++] = s->overview->service[i];
}

/* It has reasons and addresses, so only a page that shows details has it. */
static void show_status(const struct site *s, const struct request *r, struct answer *a)
{
	struct overview o;
	json_t *j;

	if (!page_is(r->page, "details")) {
		frame_none(a, s, r);
		return;
	}
	choose(s, r, &o);
	j = overview_json(&o);
	json_object_set_new(j, "stale", json_boolean(s->is_stale));
	json_write(&a->body, j);
	a->type = "application/json";
	a->status = o.is_complete ? 200 : 503;
	free(o.check);
	free(o.service);
}

static void show_health(const struct site *s, const struct request *r, struct answer *a)
{
	json_t *j = page_is(r->page, "details") ? overview_health_json(s->overview) : json_object();
	bool is_well = s->overview->is_ok && !s->is_stale;

	json_object_set_new(j, "ok", json_boolean(is_well));
	json_object_set_new(j, "stale", json_boolean(s->is_stale));
	json_object_set_new(j, "at", json_time(s->overview->at_us));
	json_write(&a->body, j);
	a->type = "application/json";
	a->status = is_well ? 200 : 503;
}

#define LOGO(kind)                                                              \
	{                                                                       \
		.method = "GET", .path = "/logo." kind, .shows = SHOWS_NOTHING, \
		.answer = show_logo                                             \
	}

extern const struct route page_routes[];
const struct route page_routes[] = {
	{.method = "GET", .path = "/", .shows = SHOWS_STATE, .answer = show_page},
	{.method = "GET",
	 .path = "/checks/",
	 .shows = SHOWS_REQUEST,
	 .act = PERMIT_LOOK,
	 .answer = show_checks,
	 .is_live = true},
	{.method = "GET",
	 .path = "/incident/*",
	 .shows = SHOWS_STATE,
	 .answer = history_incident,
	 .paths = history_incident_paths},
	{.method = "GET", .path = "/history/", .shows = SHOWS_STATE, .answer = history_index},
	{.method = "GET",
	 .path = "/history/*",
	 .shows = SHOWS_STATE,
	 .answer = history_month,
	 .paths = history_month_paths},
	{.method = "GET", .path = "/news/", .shows = SHOWS_STATE, .answer = history_news},
	{.method = "GET", .path = "/icon.svg", .shows = SHOWS_STATE, .answer = status_icon},
	{.method = "GET",
	 .path = "/style.css",
	 .shows = SHOWS_NOTHING,
	 .act = PERMIT_OPEN,
	 .answer = show_style},
	{.method = "GET", .path = "/own.css", .shows = SHOWS_NOTHING, .answer = show_own_style},
	LOGO("svg"),
	LOGO("png"),
	LOGO("jpeg"),
	LOGO("gif"),
	LOGO("webp"),
	{.method = "GET", .path = "/status.json", .shows = SHOWS_STATE, .answer = show_status},
	{.method = "GET",
	 .path = "/health",
	 .shows = SHOWS_STATE,
	 .answer = show_health,
	 .is_live = true},
	{0},
};
