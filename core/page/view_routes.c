/* page/view_routes: /infrastructure/: the services of a page as a drawing and as text, now or at a
 * time that the visitor chose. The places stand in core/view, the states in moment.c. See route.h.
 */
#include <stdio.h>

#include "../base/clock.h"
#include "../render/svg.h"
#include "../view/diagram.h"
#include "../web/assets.h"
#include "frame.h"
#include "house_view.h"
#include "when.h"
#include "../web/route.h"
#include "../web/template.h"

#define WORDS 13

/* What one answer is made of. */
struct showing {
	const struct request *request;
	struct view view;
	struct moment moment;
	struct text notices;
};

/* A piece whose words are gathered one by one. */
struct piece {
	struct template_word word[WORDS + 1];
	struct text value[WORDS];
	size_t count;
};

static struct text *word(struct piece *p, const char *key)
{
	p->word[p->count].key = key;
	return &p->value[p->count++];
}

static void put(struct text *t, const char *name, struct piece *p)
{
	char piece[32];

	for (size_t i = 0; i < p->count; i++)
		p->word[i].value = text_get(&p->value[i]);
	p->word[p->count].key = NULL;
	snprintf(piece, sizeof piece, "map-%s", name);
	template_add(t, web_infrastructure, piece, p->word);
	for (size_t i = 0; i < p->count; i++)
		text_release(&p->value[i]);
	*p = (struct piece){0};
}

static void add_notice(struct showing *s, const char *class, const char *text)
{
	struct piece p = {0};

	text_puts(word(&p, "class"), class);
	text_puts(word(&p, "text"), text);
	put(&s->notices, "notice", &p);
}

/* ---- which time ---- */

static void say_times(struct showing *s)
{
	const struct moment *m = &s->moment;
	struct text said = {0};

	if (m->off_to_us) {
		text_puts(&said, "The monitor was off from ");
		when_time(&said, s->request->page, m->off_from_us);
		text_puts(&said, " to ");
		when_time(&said, s->request->page, m->off_to_us);
		text_puts(&said, ": nothing is known of that time.");
	} else if (m->is_past) {
		text_puts(&said, "This is how it stood then. Which boxes there are, and what is in "
				 "them, is as configured now.");
	}
	if (said.size)
		add_notice(s, "past", said.at);
	if (m->is_past && m->wrong.size)
		add_notice(s, "down", "The record cannot be read now: nothing is shown of it.");
	text_release(&said);
}

static void say_no_time(struct showing *s)
{
	struct text said = {0};

	text_printf(
		&said,
		"That is no time: write it as 2026-11-20T14:00, by the clock of %s. This is how "
		"it stands now.",
		when_zone(s->request->page));
	add_notice(s, "down", text_get(&said));
	text_release(&said);
}

/* False: `at` is no time; then the present is shown. */
static bool choose_moment(struct showing *s, const struct site *site, const char *names)
{
	const char *at = request_query(s->request, "at");
	int64_t us = 0;
	bool is_time = !*at || when_form_parse(s->request->page, at, &us);

	if (us > 0 && us < site->now_us)
		moment_then(&s->moment, site, names, us);
	else
		moment_now(&s->moment, site, names);
	if (!is_time)
		say_no_time(s);
	else if (us >= site->now_us)
		add_notice(s, "past", "That time has not come yet. This is how it stands now.");
	else if (us < 0)
		add_notice(s, "past",
			   "Nothing was watched before 1970. This is how it stands now.");
	if (site->is_stale && !s->moment.is_past)
		add_notice(s, "down", "This is old: the monitor's core does not answer.");
	say_times(s);
	return is_time;
}

/* ---- to other times ---- */

/* Whole seconds, from which on the change is seen. */
static void add_step(struct text *t, const struct request *r, const char *label, int64_t us)
{
	struct piece p = {0};
	int64_t up_us = (us + CLOCK_SECOND - 1) / CLOCK_SECOND * CLOCK_SECOND;

	if (!us)
		return;
	text_puts(word(&p, "base"), r->base ? r->base : "");
	text_puts(word(&p, "label"), label);
	clock_add_utc(word(&p, "at"), up_us, 0);
	when_time(word(&p, "at-shown"), r->page, up_us);
	put(t, "step", &p);
}

static void add_steps(struct text *t, const struct showing *s)
{
	struct piece p = {0};

	add_step(t, s->request, "the change before:", s->moment.before_us);
	if (!s->moment.is_past)
		return;
	add_step(t, s->request, "the change after:", s->moment.after_us);
	text_puts(word(&p, "base"), s->request->base ? s->request->base : "");
	put(t, "now", &p);
}

/* ---- legend ---- */

static void add_key(struct text *t, struct drawing *mark, const char *title, const char *text)
{
	struct piece p = {0};

	svg_add_mark(word(&p, "mark"), mark);
	drawing_release(mark);
	text_puts(word(&p, "title"), title);
	text_printf(word(&p, "text"), "%s%s", *text ? ": " : "", text);
	put(t, "key", &p);
}

static const char *const light_says[VIEW_LIGHTS] = {
	[VIEW_UP] = "It works.",
	[VIEW_DEGRADED] = "It works, but badly.",
	[VIEW_UNCONFIRMED] = "It has just failed and is looked at again.",
	[VIEW_PARTIAL] = "Some of what it is made of does not work.",
	[VIEW_DOWN] = "It does not work.",
	[VIEW_UNKNOWN] = "Nothing is known of it.",
	[VIEW_MAINTENANCE] = "Work on it goes on, as announced.",
	[VIEW_OUT] = "It is not in service on purpose, and does not count.",
};

static void add_legend(struct text *t, const struct view *v)
{
	static const char *const arrow[] = {"hands on to", "takes over when that cannot be done"};
	struct drawing mark;

	for (size_t i = 0; i < v->roles; i++) {
		diagram_draw_role(&mark, (int)i);
		add_key(t, &mark, v->role[i].title, v->role[i].text);
	}
	for (int i = 0; i < VIEW_LIGHTS; i++) {
		struct view_item item = {.light = (enum view_light)i, .standing = ""};

		diagram_draw_light(&mark, (enum view_light)i);
		add_key(t, &mark, view_says(&item), light_says[i]);
	}
	for (int i = 0; i < 2 && v->arrows; i++) {
		diagram_draw_arrow(&mark, i == 1);
		add_key(t, &mark, arrow[i], "");
	}
}

/* ---- as text ---- */

static void add_targets(struct text *t, const struct view *v, int from, bool is_fallback,
			const char *says)
{
	const char *sign = says;

	for (size_t i = 0; i < v->arrows; i++)
		if (v->arrow[i].from == from && v->arrow[i].is_fallback == is_fallback) {
			text_puts(t, sign);
			text_puts(t, v->item[v->arrow[i].to].title);
			sign = ", ";
		}
}

/* "up, 2 of 3 work, 1 is needed, online 3 d 4 h; hands on to Spam firewalls" */
static void add_says(struct text *t, const struct view *v, int at)
{
	const struct view_item *i = &v->item[at];
	struct text online = {0};

	if (i->is_loose)
		text_puts(t, "in no group");
	else
		view_add_says(t, i);
	if (i->is_box && !i->is_loose)
		text_printf(t,
			    i->is_weighted ? ", weight %lld of %lld works, %lld needed"
					   : ", %lld of %lld work, %lld needed",
			    (long long)i->up,
			    (long long)i->of, (long long)(i->need < i->of ? i->need : i->of));
	view_add_online(&online, i);
	if (online.size)
		text_printf(t, ", %s", online.at);
	if (i->role >= 0)
		text_printf(t, "; role %c, %s", view_letter(i->role), v->role[i->role].title);
	add_targets(t, v, at, false, "; hands on to ");
	add_targets(t, v, at, true, "; when that cannot be done, to ");
	text_release(&online);
}

static void add_items(struct text *t, const struct view *v, int parent);

static void add_item(struct text *t, const struct view *v, int at)
{
	struct piece p = {0}, in = {0};
	struct drawing mark;

	diagram_draw_light(&mark, v->item[at].light);
	svg_add_mark(word(&p, "mark"), &mark);
	drawing_release(&mark);
	text_puts(word(&p, "title"), v->item[at].title);
	add_says(word(&p, "says"), v, at);
	if (v->item[at].is_box) {
		add_items(word(&in, "items"), v, at);
		put(word(&p, "inside"), "inside", &in);
	} else {
		word(&p, "inside");
	}
	put(t, "item", &p);
}

static void add_items(struct text *t, const struct view *v, int parent)
{
	struct piece none = {0};
	size_t before = t->size;

	for (size_t i = 0; i < v->items; i++)
		if (v->item[i].parent == parent)
			add_item(t, v, (int)i);
	if (t->size == before)
		put(t, "nothing", &none);
}

/* ---- the page ---- */

static void add_map(struct text *t, const struct showing *s)
{
	struct drawing d;
	struct text says = {0};
	size_t count[VIEW_LIGHTS] = {0};

	for (size_t i = 0; i < s->view.items; i++)
		count[s->view.item[i].light]++;
	text_printf(&says, "%zu boxes and servers, %zu of them down", s->view.items,
		    count[VIEW_DOWN]);
	if (count[VIEW_PARTIAL])
		text_printf(&says, ", %zu partly", count[VIEW_PARTIAL]);
	text_puts(&says, ". The same stands below as text.");
	diagram_draw(&d, &s->view, "Map of the infrastructure", text_get(&says));
	svg_add(t, &d, 1);
	drawing_release(&d);
	text_release(&says);
}

static void add_main(struct text *t, const struct showing *s)
{
	struct piece p = {0};
	struct text at = {0};

	text_puts(word(&p, "base"), s->request->base ? s->request->base : "");
	text_puts(word(&p, "how"), s->moment.is_past ? "as it was at" : "as of");
	clock_add_utc(&at, s->moment.at_us, 0);
	text_puts(word(&p, "at"), text_get(&at));
	when_time(word(&p, "at-shown"), s->request->page, s->moment.at_us);
	text_puts(word(&p, "zone"), when_zone(s->request->page));
	when_form(word(&p, "value"), s->request->page, s->moment.at_us);
	text_puts(word(&p, "notices"), text_get(&s->notices));
	add_steps(word(&p, "steps"), s);
	svg_add_patterns(word(&p, "patterns"));
	add_map(word(&p, "map"), s);
	add_legend(word(&p, "legend"), &s->view);
	add_items(word(&p, "list"), &s->view, -1);
	put(t, "main", &p);
	text_release(&at);
}

static void add_page(struct answer *a, const struct site *site, const struct showing *s,
		     unsigned status)
{
	struct text head = {0}, body = {0};
	struct piece p = {0};

	text_puts(word(&p, "base"), s->request->base ? s->request->base : "");
	put(&head, "head", &p);
	add_main(&body, s);
	frame_answer(a, site, s->request,
		     &(struct frame){.title = "Infrastructure",
				     .at = "/infrastructure/",
				     .head = text_get(&head),
				     .body = text_get(&body),
				     .status = status});
	text_release(&head);
	text_release(&body);
}

static void show(const struct site *site, const struct request *r, struct answer *a)
{
	struct showing s = {.request = r};
	struct text names = {0}, left = {0};
	bool is_time;

	house_view_names(site->catalog, r->page, &names);
	is_time = choose_moment(&s, site, text_get(&names));
	house_view_make(&s.view, site->catalog, r->page, &s.moment);
	if (s.view.left_out) {
		text_printf(&left, "%zu more are not shown here.", s.view.left_out);
		add_notice(&s, "past", left.at);
	}
	add_page(a, site, &s,
		 !is_time                                          ? 400
		 : site->overview->is_complete || s.moment.is_past ? 200
								   : 503);
	moment_release(&s.moment);
	view_release(&s.view);
	text_release(&s.notices);
	text_release(&names);
	text_release(&left);
}

static void show_style(const struct site *site, const struct request *r, struct answer *a)
{
	(void)site;
	(void)r;
	svg_add_style(&a->body);
	a->type = "text/css; charset=utf-8";
}

static void show_copy_script(const struct site *site, const struct request *r, struct answer *a)
{
	(void)site;
	(void)r;
	text_puts(&a->body, web_copy_script);
	a->type = "text/javascript; charset=utf-8";
}

extern const struct route view_routes[];
const struct route view_routes[] = {
	{.method = "GET", .path = "/infrastructure/", .shows = SHOWS_STATE, .answer = show},
	{.method = "GET",
	 .path = "/drawing.css",
	 .shows = SHOWS_NOTHING,
	 .act = PERMIT_OPEN,
	 .answer = show_style},
	{.method = "GET",
	 .path = "/copy.js",
	 .shows = SHOWS_NOTHING,
	 .act = PERMIT_OPEN,
	 .answer = show_copy_script},
	{0},
};
