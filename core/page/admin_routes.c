/* page/admin_routes: pages for who is signed in: what needs attention, acknowledging and silencing
 * it, and posts (admin_post.c). Without script; every change is asked of the keeper with the user's
 * name. See route.h. */
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../board/board.h"
#include "admin.h"

#define MOST_FAILING 200

/* ---- the overview ---- */

static bool needs_attention(const struct overview_check *c)
{
	return !strcmp(c->state, "down") || !strcmp(c->state, "degraded") ||
	       !strcmp(c->state, "unconfirmed");
}

static void add_form(struct text *t, const struct request *r, const char *name)
{
	admin_add(t, "admin-standing",
		  (const struct template_word[]){{"base", r->base},
						 {"form", request_form(r)},
						 {"name", name},
						 {NULL, NULL}});
}

/* What was done about it, or what can be. */
static void add_standing(struct text *t, const struct site *s, const struct request *r,
			 const struct overview_check *c)
{
	struct text said = {0};

	if (c->is_acknowledged)
		text_puts(&said, "Acknowledged. ");
	if (c->silenced_until_us > s->now_us) {
		text_puts(&said, "Silenced until ");
		admin_add_time(&said, r, c->silenced_until_us);
	}
	if (said.size)
		admin_add(t, "admin-none",
			  (const struct template_word[]){{"text", said.at}, {NULL, NULL}});
	else if (*request_form(r) && admin_reaches(s, r, PERMIT_ACKNOWLEDGE, c->name))
		add_form(t, r, c->name);
	text_release(&said);
}

static void add_failing(struct text *t, const struct site *s, const struct request *r,
			const struct overview_check *c)
{
	struct text since = {0}, form = {0};

	admin_add_time(&since, r, c->since_us);
	add_standing(&form, s, r, c);
	admin_add(t, "admin-failing",
		  (const struct template_word[]){
			  {"class", !strcmp(c->state, "down") ? "down" : "degraded"},
			  {"state", c->state},
			  {"name", c->name},
			  {"since", text_get(&since)},
			  {"reason", c->reason},
			  {"form", text_get(&form)},
			  {NULL, NULL}});
	text_release(&since);
	text_release(&form);
}

static void add_attention(struct text *t, const struct site *s, const struct request *r)
{
	struct text rows = {0};
	int count = 0;

	for (size_t i = 0; i < s->overview->checks && count < MOST_FAILING; i++) {
		const struct overview_check *c = &s->overview->check[i];

		if (!needs_attention(c) || !admin_reaches(s, r, PERMIT_LOOK, c->name))
			continue;
		add_failing(&rows, s, r, c);
		count++;
	}
	if (count)
		admin_add(t, "admin-table",
			  (const struct template_word[]){{"one", "Check"},
							 {"two", "Reason"},
							 {"three", "What to do"},
							 {"rows", text_get(&rows)},
							 {NULL, NULL}});
	else
		admin_add(t, "admin-none",
			  (const struct template_word[]){{"text", "Nothing fails."}, {NULL, NULL}});
	text_release(&rows);
}

static const char *const done[][2] = {
	{"acknowledged", "It is acknowledged."},
	{"silenced", "It is silent."},
	{"saved", "It is saved."},
	{"published", "It is published."},
	{"withdrawn", "It is withdrawn."},
	{"removed", "The subscription is removed."},
	{"accepted", "The request is accepted: now write its check."},
	{"refused", "The request is refused."},
};

/* A word of ours in the address says what was done. */
const char *admin_done(const struct request *r)
{
	const char *word = request_query(r, "done");

	for (size_t i = 0; i < sizeof done / sizeof *done; i++)
		if (!strcmp(done[i][0], word))
			return done[i][1];
	return NULL;
}

static void show(const struct site *s, const struct request *r, struct answer *a, const char *wrong)
{
	struct text attention = {0}, posts = {0}, write = {0}, people = {0}, main = {0};

	add_attention(&attention, s, r);
	admin_add_posts(&posts, s, r);
	if (permit(r->user, PERMIT_POST, ""))
		admin_add(&write, "admin-write",
			  (const struct template_word[]){{"base", r->base}, {NULL, NULL}});
	admin_add_people(&people, s, r);
	admin_add_claims(&people, s, r);
	admin_add(&main, "admin-overview",
		  (const struct template_word[]){{"attention", text_get(&attention)},
						 {"posts", text_get(&posts)},
						 {"write", text_get(&write)},
						 {"people", text_get(&people)},
						 {NULL, NULL}});
	admin_page(
		a, r,
		&(struct admin_page){"Administration", wrong ? NULL : admin_done(r), wrong, &main});
	text_release(&attention);
	text_release(&posts);
	text_release(&write);
	text_release(&people);
	text_release(&main);
}

static void show_overview(const struct site *s, const struct request *r, struct answer *a)
{
	show(s, r, a, NULL);
}

/* ---- acknowledging and silencing ---- */

static void answered(const struct site *s, const struct request *r, struct answer *a,
		     const struct line *end, void *state)
{
	const char *word = state, *wrong;

	wrong = !end ? "The monitor did not answer. Try again in a moment."
		     : line_find(end, "wrong");
	if (!wrong) {
		answer_see(a, "/admin/?done=%s", word);
		return;
	}
	a->status = end ? 409 : 503;
	show(s, r, a, wrong);
}

static void ask(const struct site *s, const struct request *r, struct answer *a, const char *verb,
		int64_t for_us)
{
	const char *name = request_field(r, "name");
	struct text line = {0};

	if (!*name || !catalog_find(s->catalog, name) ||
	    !admin_reaches(s, r, PERMIT_ACKNOWLEDGE, name)) {
		admin_not_found(a);
		return;
	}
	line_begin_name(&line, verb, name);
	line_add(&line, "by", r->user->id);
	line_add(&line, "reason", request_field(r, "reason"));
	if (for_us)
		line_add_int(&line, "for_us", for_us);
	line_end(&line);
	route_ask(r, text_get(&line), answered, memory_text(for_us ? "silenced" : "acknowledged"));
	text_release(&line);
}

static void acknowledge(const struct site *s, const struct request *r, struct answer *a)
{
	ask(s, r, a, "ack", 0);
}

static void silence(const struct site *s, const struct request *r, struct answer *a)
{
	int64_t for_us;

	if (!text_duration(request_field(r, "for"), &for_us) || for_us <= 0)
		answer_text(a, 400, "for how long is missing: 1h, 4h or 1d");
	else
		ask(s, r, a, "silence", for_us);
}

#define FORM .shows = SHOWS_REQUEST, .is_live = true

extern const struct route admin_routes[];
const struct route admin_routes[] = {
	{"GET", "/admin/", SHOWS_STATE_EACH, PERMIT_LOOK, show_overview, .is_live = true},
	{"POST", "/admin/acknowledge/", FORM, .act = PERMIT_ACKNOWLEDGE, .answer = acknowledge},
	{"POST", "/admin/silence/", FORM, .act = PERMIT_ACKNOWLEDGE, .answer = silence},
	{"GET", "/admin/new/*", FORM, .act = PERMIT_POST, .answer = admin_show_new},
	{"POST", "/admin/new/*", FORM, .act = PERMIT_POST, .answer = admin_take_new},
	{"GET", "/admin/post/*", FORM, .act = PERMIT_POST, .answer = admin_show_post},
	{"POST", "/admin/post/*", FORM, .act = PERMIT_POST, .answer = admin_take_post},
	{"GET", "/admin/subscribers/", FORM, .act = PERMIT_SUBSCRIBERS,
	 .answer = admin_show_subscribers},
	{"POST", "/admin/subscribers/remove/", FORM, .act = PERMIT_SUBSCRIBERS,
	 .answer = admin_remove_subscriber},
	{"GET", "/admin/requests/", FORM, .act = PERMIT_SUBSCRIBERS, .answer = admin_show_requests},
	{"POST", "/admin/requests/answer/", FORM, .act = PERMIT_SUBSCRIBERS,
	 .answer = admin_close_request},
	{"GET", "/admin/claims/", FORM, .act = PERMIT_ADMINISTER, .answer = admin_show_claims},
	{"POST", "/admin/claims/judge/", FORM, .act = PERMIT_ADMINISTER,
	 .answer = admin_judge_claim},
	{0},
};
