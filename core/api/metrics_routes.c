/* api/metrics_routes: /metrics and /probe for Prometheus. A visitor gets what the page shows: with
 * `details` all of its checks, else states and figures alone; who may look gets everything, and how
 * nines itself fares. /probe runs nothing: it tells the last probe of a configured check. See
 * metrics.h. */
#include <string.h>

#include "metrics.h"
#include "../web/claim.h"
#include "../web/route.h"

static void answer_metrics(const struct request *r, struct answer *a, struct metrics_view *v)
{
	v->is_open = metrics_is_open(request_header(r, "Accept"));
	metrics_add(&a->body, v);
	a->type = v->is_open ? metrics_open_type : metrics_text_type;
	a->status = v->site->overview->is_complete ? 200 : 503;
}

/* Everything is shown to everybody. */
static bool is_open_page(const struct page *p)
{
	return !p->shown && page_is(p, "details");
}

static void show_metrics(const struct site *s, const struct request *r, struct answer *a)
{
	bool sees_all = permit(r->user, PERMIT_LOOK, "") || is_open_page(r->page);
	enum metrics_names names = METRICS_OURS;

	while (names < METRICS_NAMES &&
	       strcmp(metrics_names_word[names], request_query(r, "names")))
		names++;
	if (names == METRICS_NAMES) {
		answer_text(a, 400, "names: wanted kuma or gatus, or nothing");
		return;
	}
	answer_metrics(
		r, a,
		&(struct metrics_view){.names = names,
				       .site = s,
				       .page = sees_all ? NULL : r->page,
				       .has_details = sees_all || page_is(r->page, "details")});
}

/* ---- /probe?target=&module= ---- */

static bool may_see(const struct site *s, const struct request *r, const char *name)
{
	const struct target *t = catalog_find(s->catalog, name);

	return permit(r->user, PERMIT_LOOK, target_owner(s, t)) ||
	       (page_is(r->page, "details") && page_shows(s->catalog, r->page, name));
}

/* `target` is the name of a check, or the address that its last probe asked; `module` that of the
 * check, as blackbox_exporter's ("http_2xx", "icmp") begins with it or not at all. */
static bool fits(const struct overview_check *c, const char *target, const char *module)
{
	bool is_named = !strcmp(c->name, target);

	if (!is_named && strcmp(c->address, target))
		return false;
	return !*module || !strcmp(module, c->module) ||
	       (!strcmp(module, "icmp") && !strcmp(c->module, "ping")) ||
	       !strncmp(module, c->module, strlen(c->module)) ||
	       (!strncmp(module, "http", 4) && !strncmp(c->module, "http", 4));
}

static const struct overview_check *find(const struct site *s, const struct request *r)
{
	const char *target = request_query(r, "target"), *module = request_query(r, "module");
	const struct overview *o = s->overview;

	for (size_t i = 0; *target && i < o->checks; i++)
		if (fits(&o->check[i], target, module) && may_see(s, r, o->check[i].name))
			return &o->check[i];
	return NULL;
}

static void show_probe(const struct site *s, const struct request *r, struct answer *a)
{
	const struct overview_check *c = find(s, r);

	if (!*request_query(r, "target"))
		answer_text(a, 400, "wanted target=, the name of a check or its address");
	else if (!c)
		answer_text(a, 404,
			    "no check of this target and module is shown here: nothing is probed "
			    "but what is configured");
	else
		answer_metrics(
			r, a,
			&(struct metrics_view){.site = s, .only = c->name, .has_details = true});
}

extern const struct route metrics_routes[];
const struct route metrics_routes[] = {
	{.method = "GET",
	 .path = "/metrics",
	 .shows = SHOWS_STATE_EACH,
	 .answer = show_metrics,
	 .is_live = true},
	{.method = "GET",
	 .path = "/probe",
	 .shows = SHOWS_STATE_EACH,
	 .answer = show_probe,
	 .is_live = true},
	{0},
};
