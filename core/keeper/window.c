/* keeper/window: what windows do to the keeper. See window.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "alert.h"
#include "window_inside.h"

#define RECHECK_US (60 * KEEPER_SECOND) /* before the end */
#define MOST       1000 /* by command */
#define NAMED      5 /* checks in a sentence */

/* ---- what it is about ---- */

static bool is_listed(const struct window *w, const char *name)
{
	const char *list = window_word_of(w, "services");

	return !*list || text_lists(list, name);
}

static bool covers_group(const struct window *w, const struct group *g)
{
	if (is_listed(w, g->name))
		return true;
	for (size_t i = 0; i < g->parents; i++)
		if (covers_group(w, g->parent[i]))
			return true;
	return false;
}

static bool covers_check(const struct window *w, const struct check *c)
{
	if (is_listed(w, c->name))
		return true;
	for (size_t i = 0; i < c->groups; i++)
		if (covers_group(w, c->group[i]))
			return true;
	return false;
}

int64_t window_until_us(const struct keeper *k, const char *name)
{
	const struct check *c = map_find_text(&k->checks_by_name, name);
	const struct group *g = map_find_text(&k->groups_by_name, name);
	int64_t until_us = 0;

	for (const struct window *w = k->windows; w; w = w->next)
		if (w->is_on && w->impact == IMPACT_OUTAGE && w->to_us > until_us &&
		    ((c && covers_check(w, c)) || (g && covers_group(w, g))))
			until_us = w->to_us;
	return until_us;
}

/* ---- telling ---- */

static void add_words(struct text *t, const struct window *w)
{
	for (size_t i = 0; i < WINDOW_WORDS; i++)
		if (*w->word[i])
			line_add(t, window_word[i], w->word[i]);
}

/* A span of time, as figures are computed by it. */
static void add_span(struct text *t, const struct window *w, int64_t from_us, int64_t to_us)
{
	line_add_int(t, "start_us", from_us);
	line_add_int(t, "end_us", to_us);
	if (w->announced_us)
		line_add_int(t, "announced_us", w->announced_us);
}

/* One that was added by command, to be found again by the next keeper. */
static void record_window(struct keeper *k, const struct window *w)
{
	struct text *t = spool_begin(&k->spool);
	size_t size;
	const void *bytes = zone_bytes(w->zone, &size);

	line_begin_name(t, "maintenance", w->id);
	add_words(t, w);
	if (size)
		line_add_bytes(t, "zone_bytes", bytes, size);
	if (!w->when.is_again)
		add_span(t, w, w->when.start_us, w->when.end_us);
	if (w->is_cancelled)
		line_add_int(t, "cancelled_us", k->wall_us);
	spool_end(&k->spool);
}

/* An occurrence of one that is declared, or comes again: as it begins, and when it ends at another
 * time than it was to. */
static void record_occurrence(struct keeper *k, const struct window *w)
{
	struct text id = {0}, *t;

	if (!w->is_declared && !w->when.is_again)
		return;
	text_puts(&id, w->id);
	text_puts(&id, " ");
	clock_add_utc(&id, w->from_us, 0);
	t = spool_begin(&k->spool);
	line_begin_name(t, "maintenance", text_get(&id));
	add_words(t, w);
	add_span(t, w, w->from_us, w->to_us);
	line_add_int(t, "occurrence", 1);
	spool_end(&k->spool);
	text_release(&id);
}

static void hold_alerts(struct keeper *k, const struct window *w, bool is_on)
{
	if (w->impact != IMPACT_OUTAGE)
		return;
	for (size_t i = 0; i < k->checks; i++)
		if (covers_check(w, k->check[i]))
			alert_maintenance(k, k->check[i]->name, is_on, k->now_us);
	for (size_t i = 0; i < k->groups; i++)
		if (covers_group(w, k->group[i]))
			alert_maintenance(k, k->group[i]->name, is_on, k->now_us);
	burn_maintenance(k); /* once for all of them: it goes through everything that is known */
}

/* ---- its course ---- */

static void begin(struct keeper *k, struct window *w, int64_t from_us, int64_t to_us)
{
	struct text said = {0};

	w->is_on = true;
	w->is_rechecked = false;
	w->from_us = from_us;
	w->to_us = to_us;
	record_occurrence(k, w);
	hold_alerts(k, w, true);
	text_puts(&said, "maintenance '");
	text_add_safe(&said, w->id, strlen(w->id), 200);
	text_puts(&said, "' has begun and is to end at ");
	clock_add_utc(&said, to_us, 0);
	keeper_say(k, said.at);
	text_release(&said);
}

/* What fails in it; the first few of them by name. */
static size_t name_failing(const struct keeper *k, const struct window *w, struct text *names)
{
	size_t n = 0;

	for (size_t i = 0; i < k->checks; i++) {
		const struct check *c = k->check[i];

		if (c->incident.phase == INCIDENT_NONE || !covers_check(w, c))
			continue;
		if (n < NAMED) {
			text_puts(names, n ? ", '" : "'");
			text_add_safe(names, c->name, strlen(c->name), 100);
			text_puts(names, "'");
		}
		n++;
	}
	if (n > NAMED)
		text_printf(names, " and %zu more", n - NAMED);
	return n;
}

static void end(struct keeper *k, struct window *w, const char *how)
{
	struct text said = {0}, names = {0};

	w->is_on = false;
	hold_alerts(k, w, false);
	text_puts(&said, "maintenance '");
	text_add_safe(&said, w->id, strlen(w->id), 200);
	text_puts(&said, "' ");
	text_puts(&said, how);
	if (name_failing(k, w, &names))
		text_printf(&said, "; still failing, which counts from now on: %s",
			    text_get(&names));
	keeper_say(k, said.at);
	text_release(&said);
	text_release(&names);
}

static void end_early(struct keeper *k, struct window *w, const char *how)
{
	w->to_us = k->wall_us > w->from_us ? k->wall_us : w->from_us;
	if (!w->when.is_again)
		window_cut(w, w->to_us);
	record_occurrence(k, w);
	end(k, w, how);
}

static void recheck(struct keeper *k, struct window *w)
{
	w->is_rechecked = true;
	for (size_t i = 0; i < k->checks; i++) {
		struct check *c = k->check[i];

		if (c->incident.phase != INCIDENT_NONE && !c->is_passive && covers_check(w, c))
			check_run_now(k, c);
	}
}

/* Looked for only when the last answer no longer holds. */
static bool is_due(const struct keeper *k, struct window *w, int64_t *from_us, int64_t *to_us)
{
	if (w->is_cancelled || (k->wall_us >= w->looked_us && k->wall_us < w->next_us))
		return false;
	w->looked_us = k->wall_us;
	w->next_us = INT64_MAX;
	if (recur_next(&w->when, k->wall_us, from_us, to_us))
		w->next_us = *from_us;
	return w->next_us <= k->wall_us;
}

/* The clock may have stepped over its end, or back before its begin. */
static void follow(struct keeper *k, struct window *w)
{
	int64_t from_us, to_us, lead_us;

	if (w->is_on && (k->wall_us >= w->to_us || k->wall_us < w->from_us))
		end(k, w, "has ended");
	if (!w->is_on && is_due(k, w, &from_us, &to_us))
		begin(k, w, from_us, to_us);
	lead_us =
		(w->to_us - w->from_us) / 2 < RECHECK_US ? (w->to_us - w->from_us) / 2 : RECHECK_US;
	if (w->is_on && !w->is_rechecked && k->wall_us >= w->to_us - lead_us)
		recheck(k, w);
}

void window_watch(struct keeper *k)
{
	for (struct window *w = k->windows; w; w = w->next)
		follow(k, w);
}

/* ---- configuration ---- */

/* One that is the same as before stays as it is: its course goes on. */
static struct window *take_same(struct window **old, const struct window *like)
{
	for (struct window **at = old, *w; (w = *at); at = &w->next) {
		bool is_same = !strcmp(w->id, like->id);

		for (size_t i = 0; i < WINDOW_WORDS && is_same; i++)
			is_same = !strcmp(w->word[i], like->word[i]);
		if (is_same) {
			*at = w->next;
			return w;
		}
	}
	return NULL;
}

/* Takes the declared windows out of the keeper's list. */
static struct window *take_all_declared(struct keeper *k)
{
	struct window *all = NULL, *w;

	for (struct window **at = &k->windows; (w = *at);) {
		if (!w->is_declared) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		w->next = all;
		all = w;
	}
	return all;
}

static void drop(struct keeper *k, struct window *w)
{
	if (w->is_on)
		end_early(k, w, "was taken out of the configuration");
	window_free(w);
}

void window_configure(struct keeper *k, const struct text *pending)
{
	struct window *old, *new = window_read_declared(pending), *w, *same;

	for (w = k->windows; w; w = w->next)
		if (w->is_on)
			hold_alerts(k, w, false); /* of the checks as they are now */
	old = take_all_declared(k);
	while ((w = new)) {
		new = w->next;
		same = take_same(&old, w);
		if (same)
			window_free(w);
		w = same ? same : w;
		w->next = k->windows;
		k->windows = w;
	}
	while ((w = old)) {
		old = w->next;
		drop(k, w);
	}
}

void window_follow(struct keeper *k)
{
	for (struct window *w = k->windows; w; w = w->next)
		if (w->is_on)
			hold_alerts(k, w, true);
	window_watch(k);
}

void window_release(struct keeper *k)
{
	for (struct window *w; (w = k->windows);) {
		k->windows = w->next;
		window_free(w);
	}
}

/* ---- by command ---- */

static struct window *find_by_command(const struct keeper *k, const char *id)
{
	struct window *w = k->windows;

	while (w && (w->is_declared || strcmp(w->id, id)))
		w = w->next;
	return w;
}

static void add(struct keeper *k, struct window *w)
{
	w->next = k->windows;
	k->windows = w;
}

void window_resume(struct keeper *k, const struct line *l)
{
	struct text wrong = {0};
	struct window *w =
		find_by_command(k, line_name(l)) ? NULL : window_new(line_name(l), l, NULL, &wrong);

	if (w && line_int(l, "occurrence", 0) > 0)
		window_free(w);
	else if (w)
		add(k, w);
	text_release(&wrong);
}

/* Names that are neither a check nor a service: the first, or NULL. */
static const char *unknown_name(const struct keeper *k, const char *list, char *into, size_t room)
{
	while (*list) {
		size_t n = strcspn(list, "\n");

		if (n >= room)
			n = room - 1;
		memcpy(into, list, n);
		into[n] = '\0';
		if (!map_find_text(&k->checks_by_name, into) &&
		    !map_find_text(&k->groups_by_name, into))
			return into;
		list += n + (list[n] == '\n');
	}
	return NULL;
}

static size_t count_by_command(const struct keeper *k)
{
	size_t n = 0;

	for (const struct window *w = k->windows; w; w = w->next)
		n += !w->is_declared;
	return n;
}

static bool judge_new(const struct keeper *k, const struct window *w, struct text *said)
{
	char name[256];
	int64_t from_us, to_us;

	if (unknown_name(k, window_word_of(w, "services"), name, sizeof name))
		text_printf(said, "there is no check or service '%s': 'nines status' lists them",
			    name);
	else if (!recur_next(&w->when, k->wall_us, &from_us, &to_us))
		text_puts(said, "it is over: maintenance cannot be declared afterwards");
	else if (count_by_command(k) >= MOST)
		text_printf(said, "there are %d windows already: cancel some", MOST);
	return !said->size;
}

bool window_add(struct keeper *k, const struct line *l, struct text *said)
{
	char id[24];
	struct window *w;

	keeper_stamp(k, id, sizeof id);
	w = window_new(id, l, NULL, said);
	if (!w)
		return false;
	if (!judge_new(k, w, said)) {
		window_free(w);
		return false;
	}
	window_announce(w, k->wall_us);
	add(k, w);
	record_window(k, w);
	follow(k, w);
	text_clear(said);
	text_puts(said, w->id);
	return true;
}

bool window_is_planned(const struct keeper *k, const char *id)
{
	const struct window *w = find_by_command(k, id);

	return w && !w->is_cancelled;
}

bool window_cancel(struct keeper *k, const char *id, struct text *said)
{
	struct window *w = find_by_command(k, id);

	if (!w || w->is_cancelled || k->wall_us >= w->when.end_us) {
		text_puts(said, "no window that was added by command has this id: 'nines "
				"maintenance' lists them");
		return false;
	}
	if (w->is_on)
		end_early(k, w, "was ended");
	w->is_cancelled = w->when.is_again || k->wall_us < w->when.start_us;
	record_window(k, w);
	text_puts(said, "cancelled");
	return true;
}

void window_list(struct keeper *k, int64_t client)
{
	for (const struct window *w = k->windows; w; w = w->next) {
		struct text *t = keeper_line(k, END_CLIENT, client);
		int64_t from_us, to_us;

		if (!t)
			return;
		if (w->is_cancelled || !recur_next(&w->when, k->wall_us, &from_us, &to_us))
			continue;
		line_begin_name(t, "window", w->id);
		add_words(t, w);
		line_add_int(t, "from_us", from_us);
		line_add_int(t, "to_us", to_us);
		line_add_int(t, "on", w->is_on);
		line_add_int(t, "declared", w->is_declared);
		line_end(t);
	}
}
