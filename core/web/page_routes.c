/* web/page_routes: the status page as it is without any section `page`, its style, and the same for
 * programs. See route.h. */
#include "assets.h"
#include "json.h"
#include "page.h"
#include "route.h"

static unsigned status_of(const struct site *s)
{
	return s->overview->is_complete ? 200 : 503;
}

static void show_page(const struct site *s, const struct request *r, struct answer *a)
{
	(void)r;
	page_add(&a->body, &(struct page_view){s->overview, s->now_us, s->is_stale, s->is_linked});
	a->status = status_of(s);
}

static void show_style(const struct site *s, const struct request *r, struct answer *a)
{
	(void)s;
	(void)r;
	text_puts(&a->body, web_style);
	a->type = "text/css; charset=utf-8";
}

static void show_status(const struct site *s, const struct request *r, struct answer *a)
{
	json_t *j = overview_json(s->overview);

	(void)r;
	json_object_set_new(j, "stale", json_boolean(s->is_stale));
	json_write(&a->body, j);
	a->type = "application/json";
	a->status = status_of(s);
}

static void show_health(const struct site *s, const struct request *r, struct answer *a)
{
	json_t *j = overview_health_json(s->overview);
	bool is_well = s->overview->is_ok && !s->is_stale;

	(void)r;
	json_object_set_new(j, "ok", json_boolean(is_well));
	json_object_set_new(j, "stale", json_boolean(s->is_stale));
	json_object_set_new(j, "at", json_time(s->overview->at_us));
	json_write(&a->body, j);
	a->type = "application/json";
	a->status = is_well ? 200 : 503;
}

extern const struct route page_routes[];
const struct route page_routes[] = {
	{.method = "GET", .path = "/", .shows = SHOWS_STATE, .answer = show_page},
	{.method = "GET", .path = "/style.css", .shows = SHOWS_NOTHING, .answer = show_style},
	{.method = "GET", .path = "/status.json", .shows = SHOWS_STATE, .answer = show_status},
	{.method = "GET",
	 .path = "/health",
	 .shows = SHOWS_STATE,
	 .answer = show_health,
	 .is_live = true},
	{0},
};
