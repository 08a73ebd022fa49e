/* api/balance_routes: /health/NAME and /redirect/NAME: what load balancers and web servers ask, so
 * that they send visitors where something works. See route.h.
 *
 * Nothing is told that the page does not show. Every answer is made of what the keeper said within
 * the last second, and nobody may keep it. */
#include <string.h>

#include "../page/frame.h"
#include "../web/json.h"
#include "../web/route.h"
#include "../web/template.h"

#define DEPTH      8 /* of services in services */
#define NAME_BYTES 1024
#define RETRY_S    30

/* ---- what is believed ---- */

struct belief {
	const char *state; /* "" nothing */
	int64_t since_us;
	bool is_in_maintenance, is_paused;
};

static struct belief belief_of(const struct site *s, const struct target *t)
{
	const struct overview *o = s->overview;

	for (size_t i = 0; t->is_service && i < o->services; i++)
		if (!strcmp(o->service[i].name, t->name))
			return (struct belief){o->service[i].state, o->service[i].since_us,
					       o->service[i].is_in_maintenance,
					       o->service[i].is_paused};
	for (size_t i = 0; !t->is_service && i < o->checks; i++)
		if (!strcmp(o->check[i].name, t->name))
			return (struct belief){o->check[i].state, o->check[i].since_us,
					       o->check[i].is_in_maintenance,
					       o->check[i].is_paused};
	return (struct belief){.state = ""};
}

static bool is_out(const struct target *t, const struct belief *b)
{
	return b->is_paused || (*t->standing && strcmp(t->standing, "in-service") != 0);
}

/* A failure counts once it is confirmed. */
static bool passes(const struct belief *b)
{
	return !strcmp(b->state, "up") || !strcmp(b->state, "degraded") ||
	       !strcmp(b->state, "unconfirmed");
}

static const struct target *asked(const struct site *s, const struct request *r)
{
	const struct target *t = catalog_find(s->catalog, r->tail);

	return t && page_shows(s->catalog, r->page, t->name) ? t : NULL;
}

/* ---- /health/NAME ---- */

/* "up" or "down" for what is not simply either; the query says how its asker wants to have it. */
static bool reads_up(const struct request *r, const char *key, bool otherwise)
{
	const char *said = request_query(r, key);

	return *said ? !strcmp(said, "up") : otherwise;
}

static bool is_well(const struct site *s, const struct request *r, const struct target *t,
		    const struct belief *b)
{
	if (is_out(t, b))
		return reads_up(r, "out", false);
	if (b->is_in_maintenance && *request_query(r, "maintenance"))
		return reads_up(r, "maintenance", true);
	if (s->is_stale || !*b->state || !strcmp(b->state, "unknown") ||
	    !strcmp(b->state, "not-monitored"))
		return reads_up(r, "unknown", false);
	if (!strcmp(b->state, "degraded"))
		return reads_up(r, "degraded", true);
	return passes(b);
}

static const char *said_of(const struct site *s, const struct target *t, const struct belief *b)
{
	if (b->is_paused)
		return "paused";
	if (is_out(t, b))
		return t->standing;
	return s->is_stale || !*b->state ? "unknown" : b->state;
}

static void show_health(const struct site *s, const struct request *r, struct answer *a)
{
	const struct target *t = asked(s, r);
	struct belief b;
	bool is_fine;

	a->cache = "no-store";
	if (!t) {
		answer_text(a, 404, "there is no such check or service on this page");
		return;
	}
	b = belief_of(s, t);
	is_fine = is_well(s, r, t, &b);
	if (!strcmp(request_query(r, "format"), "text")) {
		answer_text(a, is_fine ? 200 : 503, "%s", said_of(s, t, &b));
		return;
	}
	json_write(&a->body,
		   json_pack("{so, sb, ss, sb, so, sb}", "name", json_safe(t->name), "ok", is_fine,
			     "state", said_of(s, t, &b), "maintenance", b.is_in_maintenance,
			     "since", json_time(b.since_us), "stale", s->is_stale));
	a->type = "application/json";
	a->status = is_fine ? 200 : 503;
}

/* ---- /redirect/NAME ---- */

/* The first of the members, in their order, that works, is in service and can be visited. */
static const char *find_visit(const struct site *s, const struct target *t, int depth,
			      bool *has_any)
{
	struct belief b = belief_of(s, t);
	const char *found = NULL, *at = t->members;
	char name[NAME_BYTES];

	while (*at && !found && depth < DEPTH) {
		size_t size = strcspn(at, "\n");
		const struct target *member = NULL;

		if (size < sizeof name) {
			memcpy(name, at, size);
			name[size] = '\0';
			member = catalog_find(s->catalog, name);
		}
		if (member)
			found = find_visit(s, member, depth + 1, has_any);
		at += size + (at[size] == '\n');
	}
	*has_any |= *t->visit != '\0';
	if (!found && *t->visit && passes(&b) && !is_out(t, &b) && !b.is_in_maintenance)
		found = t->visit;
	return found;
}

static void say_down(const struct site *s, const struct request *r, struct answer *a,
		     const struct target *t)
{
	struct text body = {0};

	if (!strcmp(request_query(r, "down"), "page")) {
		a->status = 302;
		request_base(r, &a->location);
		text_putc(&a->location, '/');
		return;
	}
	text_puts(&body, "<h1>");
	html_add(&body, t->title);
	text_puts(&body,
		  " is not available just now</h1>\n<p>It is known and looked after. <a href=\"");
	html_add(&body, r->base ? r->base : "");
	text_puts(&body, "/\">How it stands, and what is being done</a></p>\n");
	frame_answer(a, s, r,
		     &(struct frame){.title = "Not available",
				     .at = "",
				     .body = text_get(&body),
				     .head = "<meta http-equiv=\"refresh\" content=\"30\">\n",
				     .status = 503,
				     .is_private = true});
	a->retry_after_s = RETRY_S;
	text_release(&body);
}

static void redirect(const struct site *s, const struct request *r, struct answer *a)
{
	const struct target *t = asked(s, r);
	struct belief b;
	bool has_any = false;
	const char *visit;

	if (!t) {
		answer_text(a, 404, "there is no such check or service on this page");
		a->cache = "no-store";
		return;
	}
	b = belief_of(s, t);
	visit = s->is_stale ? NULL : find_visit(s, t, 0, &has_any);
	if (visit) {
		a->status = 302;
		text_puts(&a->location, visit);
	} else if (!has_any && passes(&b) && !s->is_stale) {
		a->status = 204;
	} else {
		say_down(s, r, a, t);
	}
	a->cache = "no-store";
}

extern const struct route balance_routes[];
const struct route balance_routes[] = {
	{.method = "GET",
	 .path = "/health/*",
	 .shows = SHOWS_STATE_EACH,
	 .answer = show_health,
	 .is_live = true},
	{.method = "GET",
	 .path = "/redirect/*",
	 .shows = SHOWS_STATE_EACH,
	 .answer = redirect,
	 .is_live = true},
	{0},
};
