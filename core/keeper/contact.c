/* keeper/contact: what clients ask of contacts: who there are and by which paths, and a test letter
 * by each path of one. Nothing is changed but that letters are written. See alert.h. */
#include <string.h>

#include "alert_inside.h"
#include "board.h"

static void add_contact(struct keeper *k, int64_t client, const struct contact *c)
{
	struct text *t = keeper_line(k, END_CLIENT, client);

	if (!t)
		return;
	line_begin_name(t, "contact", c->name);
	line_add(t, "services", c->services);
	line_add_int(t, "monitor", c->hears_monitor);
	line_add(t, "zone", c->zone ? zone_name(c->zone) : "UTC");
	line_end(t);
}

static void add_path(struct keeper *k, int64_t client, const struct route *r)
{
	struct text *t = keeper_line(k, END_CLIENT, client);

	if (!t)
		return;
	line_begin_name(t, "path", r->contact->name);
	line_add(t, "to", r->to);
	line_add_int(t, "after_us", r->rule.after_us);
	line_add_int(t, "repeat_us", r->rule.repeat_us);
	line_add_int(t, "cap", r->rule.cap);
	line_add(t, "hours", r->hours_text);
	line_add(t, "zone", r->rule.zone ? zone_name(r->rule.zone) : "UTC");
	line_add(t, "kinds", r->kinds_text);
	line_add(t, "fallback", r->fallback);
	line_add_int(t, "expires_us", r->expires_us);
	line_add_int(t, "test_us", r->test.period_us);
	line_end(t);
}

/* Paths stand behind their contact, as they are configured; who has none comes last. */
void contact_ask_list(struct keeper *k, int64_t client, const struct line *l)
{
	const struct alerts *a = k->alerts;
	const struct contact *last = NULL, *c;
	size_t at = 0;

	(void)l;
	for (size_t i = 0; i < a->route_count; i++) {
		if (a->route[i]->contact != last)
			add_contact(k, client, a->route[i]->contact);
		last = a->route[i]->contact;
		add_path(k, client, a->route[i]);
	}
	while ((c = map_next(&a->contacts, &at)))
		if (!c->paths && c->generation == a->generation)
			add_contact(k, client, c);
	status_end(k, client, NULL, NULL);
}

/* ---- a test letter by each path ---- */

static void test_path(struct keeper *k, int64_t client, const struct route *r, const char *next)
{
	struct text *t;
	char id[24];

	test_letter(k, r, next, id, sizeof id);
	t = keeper_line(k, END_CLIENT, client);
	if (!t)
		return;
	line_begin(t, "letter", id);
	line_add(t, "to", r->to);
	line_end(t);
}

static void say_who(struct text *t, const char *by)
{
	if (*by)
		text_add_safe(t, by, strlen(by), 200);
	else
		text_puts(t, "Somebody");
	text_puts(t, " asked for it.");
}

static void test_all(struct keeper *k, int64_t client, const struct contact *c, const char *by)
{
	struct text next = {0}, said = {0};

	say_who(&next, by);
	for (size_t i = 0; i < k->alerts->route_count; i++)
		if (k->alerts->route[i]->contact == c)
			test_path(k, client, k->alerts->route[i], text_get(&next));
	text_printf(&said, "a test letter is on its way by each of %zu paths", c->paths);
	board_answer(k, client, text_get(&said), NULL);
	text_release(&next);
	text_release(&said);
}

void contact_ask_test(struct keeper *k, int64_t client, const struct line *l)
{
	const struct contact *c = map_find_text(&k->alerts->contacts, line_name(l));

	if (!c || c->generation != k->alerts->generation)
		status_end(k, client, "wrong", "there is no contact of that name");
	else if (!c->paths)
		status_end(k, client, "wrong", "this contact has no path");
	else
		test_all(k, client, c, line_get(l, "by"));
}
