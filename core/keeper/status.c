/* keeper/status: answers. `status -` of many checks goes out in pieces, one a tick, so that no
 * probe waits for it. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/version.h"
#include "alert.h"
#include "board.h"
#include "delivery.h"
#include "outbox.h"
#include "window.h"

#define LINES_A_TICK 1000

struct walk {
	struct walk *next;
	int64_t client;
	uint32_t generation; /* another one: begins anew would confuse, so the answer ends */
	size_t check, group;
	struct window_place window;
};

static void add_check_now(struct text *t, const struct keeper *k, const struct check *c)
{
	int64_t next_us = c->next_us;

	if (c->recheck_at_us && (!next_us || c->recheck_at_us < next_us))
		next_us = c->recheck_at_us;
	line_begin_name(t, "check", c->name);
	line_add(t, "module", c->module->name);
	line_add(t, "state", state_name[c->state]);
	line_add_int(t, "since_us", keeper_wall_of(k, c->since_us));
	if (c->groups)
		line_add(t, "service", c->group[0]->name);
	line_add(t, "reason", text_get(&c->reason));
	line_add(t, "step", c->step);
	if (c->cause)
		line_add(t, "cause", c->cause);
	if (next_us)
		line_add_int(t, "next_us", keeper_wall_of(k, next_us));
	line_add_int(t, "interval_us", c->every_us);
	if (c->intense_us)
		line_add_int(t, "intense_until_us", keeper_wall_of(k, c->intense_until_us));
	line_add_int(t, "missed", (int64_t)c->missed_total);
	if (c->incident.phase != INCIDENT_NONE) {
		line_add(t, "incident", c->incident.id);
		line_add_int(t, "incident_us", c->incident.start_wall_us);
	}
	alert_add_words(t, k, c->name);
}

static void add_last_probe(struct text *t, const struct keeper *k, const struct check *c)
{
	line_add(t, "location", c->last_location->name);
	line_add(t, "verdict", vote_name[c->last_vote]);
	line_add(t, "address", c->last_address);
	line_add_int(t, "start_us", c->last_start_wall_us);
	line_add_int(t, "last_us", keeper_wall_of(k, c->last_due_us));
	line_add_int(t, "elapsed_us", c->last_elapsed_us);
	line_add_int(t, "late_us", c->last_late_us);
	line_add(t, "steps", text_get(&c->last_steps));
	if (c->last_values.size)
		line_add(t, "values", c->last_values.at);
	if (*c->last_http)
		line_add(t, "http_version", c->last_http);
	if (*c->last_tls)
		line_add(t, "tls_version", c->last_tls);
	if (c->last_reason.size && strcmp(text_get(&c->last_reason), text_get(&c->reason)))
		line_add(t, "last_reason", c->last_reason.at);
}

static void add_check(struct text *t, const struct keeper *k, const struct check *c)
{
	add_check_now(t, k, c);
	if (c->has_last)
		add_last_probe(t, k, c);
	line_end(t);
}

static void add_group(struct text *t, const struct keeper *k, const struct group *g)
{
	struct group_tally tally = group_tally(g);
	struct text members = {0}, weights = {0};

	for (size_t i = 0; i < g->checks + g->groups; i++) {
		text_puts(&members, i ? "\n" : "");
		text_puts(&members,
			  i < g->checks ? g->check[i]->name : g->group[i - g->checks]->name);
		text_printf(&weights, "%s%lld", i ? "\n" : "",
			    (long long)(i < g->checks ? g->check_weight[i]
						      : g->group_weight[i - g->checks]));
	}
	line_begin_name(t, "service", g->name);
	line_add(t, "state", state_name[g->state]);
	line_add_int(t, "since_us", keeper_wall_of(k, g->since_us));
	if (state_passes(g->state))
		line_add_int(t, "passing_since_us", keeper_wall_of(k, g->passing_since_us));
	line_add_int(t, "need", tally.need);
	line_add_int(t, "up", tally.up);
	line_add(t, "members", text_get(&members));
	if (g->is_weighted) {
		line_add_int(t, "of", tally.of);
		line_add(t, "weights", text_get(&weights));
	}
	alert_add_words(t, k, g->name);
	line_end(t);
	text_release(&members);
	text_release(&weights);
}

/* ---- the monitor's own health ---- */

static void add_trouble(struct text *wrong, const char *what)
{
	text_puts(wrong, wrong->size ? "\n" : "");
	text_puts(wrong, what);
}

static void add_module_trouble(struct keeper *k, struct text *wrong, struct text *quarantined)
{
	struct module_record *m;
	size_t at = 0;

	while ((m = map_next(&k->modules, &at))) {
		struct text why = {0};

		if (module_is_blocked(m, &why))
			add_trouble(wrong, why.at);
		if (m->is_quarantined)
			add_trouble(quarantined, m->name);
		text_release(&why);
	}
}

static const char *recorder_word(const struct keeper *k)
{
	return !k->recorder_is_there ? "gone" : k->recorder_fails ? "failing" : "ok";
}

/* Would a monitor that watches us be told that all is well? A module in trouble is not ours. */
bool keeper_is_healthy(struct keeper *k)
{
	return k->recorder_is_there && !k->recorder_fails && k->prober_count > 0 &&
	       health_late_us(&k->health, k->now_us, 99) < KEEPER_LATE_US;
}

static void find_trouble(struct keeper *k, struct text *wrong, struct text *quarantined)
{
	if (!k->recorder_is_there)
		add_trouble(wrong, "the recorder is gone: results wait in memory");
	else if (k->recorder_fails) {
		add_trouble(wrong, "storage is failing: ");
		text_puts(wrong, k->recorder_reason);
	}
	if (k->spool.dropped)
		add_trouble(wrong, "results were dropped because the recorder did not take them");
	if (!k->prober_count && k->checks)
		add_trouble(wrong, "no prober is running");
	if (k->window.is_on)
		add_trouble(wrong, "our own connection is suspected: too much fails at once");
	trouble_add(wrong, k);
	add_module_trouble(k, wrong, quarantined);
}

static void add_health(struct text *t, struct keeper *k)
{
	struct text wrong = {0}, quarantined = {0}, failed = {0};
	uint64_t missed = 0, results = health_results(&k->health, k->now_us);
	size_t waiting = 0;

	for (size_t i = 0; i < k->checks; i++)
		missed += k->check[i]->missed_total;
	for (int i = 0; i < POOLS; i++)
		waiting += k->pool[i].waiting.count;
	find_trouble(k, &wrong, &quarantined);
	line_begin(t, "health", "-");
	line_add_int(t, "ok", !wrong.size);
	line_add(t, "text", text_get(&wrong));
	line_add(t, "version", NINES_VERSION);
	line_add(t, "location", k->own_location);
	line_add_int(t, "started_us", k->start_wall_us);
	line_add_int(t, "uptime_us", k->now_us - k->start_us);
	line_add_int(t, "checks", (int64_t)k->checks);
	line_add_int(t, "services", (int64_t)k->groups);
	line_add_int(t, "probers", (int64_t)k->prober_count);
	line_add_int(t, "prober_deaths", (int64_t)k->prober_deaths);
	line_add_int(t, "in_flight", (int64_t)k->flights.count);
	line_add_int(t, "waiting", (int64_t)waiting);
	line_add_int(t, "results", (int64_t)k->health.results_ever);
	line_add_int(t, "results_minute", (int64_t)results);
	line_add_int(t, "late_us", health_late_us(&k->health, k->now_us, 99));
	line_add_int(t, "letters", (int64_t)outbox_waiting(k));
	outbox_add_failed(&failed, k);
	line_add(t, "notify_failed", text_get(&failed));
	text_release(&failed);
	line_add_int(t, "missed", (int64_t)missed);
	line_add_int(t, "void", (int64_t)k->window.cycles);
	if (k->bursts.left_out)
		line_add_int(t, "diagnoses_left_out", (int64_t)k->bursts.left_out);
	line_add(t, "quarantined", text_get(&quarantined));
	line_add(t, "recorder", recorder_word(k));
	line_add_int(t, "queue", (int64_t)k->spool.count);
	line_add_int(t, "dropped", (int64_t)k->spool.dropped);
	line_add_int(t, "ignored", (int64_t)k->health.ignored);
	if (k->effort.cpu_at_us) {
		line_add_int(t, "cpu_us", k->effort.cpu_us);
		line_add_int(t, "memory_bytes", k->effort.memory_bytes);
	}
	line_end(t);
	text_release(&wrong);
	text_release(&quarantined);
}

/* ---- the walk ---- */

void status_end(struct keeper *k, int64_t client, const char *key, const char *said)
{
	struct text *t = keeper_line(k, END_CLIENT, client);

	if (!t)
		return;
	line_begin(t, "end", "-");
	if (key)
		line_add(t, key, said);
	line_end(t);
}

/* True when the answer is complete. It waits where the link has no room. */
static bool walk_on(struct keeper *k, struct walk *w)
{
	struct text *t;

	for (int lines = 0; lines < LINES_A_TICK; lines++) {
		t = keeper_line(k, END_CLIENT, w->client);
		if (!t)
			return false;
		if (w->generation != k->generation) {
			status_end(k, w->client, "wrong",
				   "the configuration changed meanwhile: ask again");
			return true;
		}
		if (w->check < k->checks) {
			add_check(t, k, k->check[w->check++]);
		} else if (w->group < k->groups) {
			add_group(t, k, k->group[w->group++]);
		} else if (!window_tell_coming(k, w->client, &w->window) ||
			   !(t = keeper_line(k, END_CLIENT, w->client))) {
			return false;
		} else {
			add_health(t, k);
			status_end(k, w->client, NULL, NULL);
			return true;
		}
	}
	return false;
}

void status_go_on(struct keeper *k)
{
	struct walk **at = &k->walks, *w;

	while ((w = *at)) {
		if (!walk_on(k, w)) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		free(w);
	}
}

void status_forget_client(struct keeper *k, int64_t client)
{
	struct walk **at = &k->walks, *w;

	while ((w = *at)) {
		if (w->client != client) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		free(w);
	}
}

void status_release(struct keeper *k)
{
	while (k->walks)
		status_forget_client(k, k->walks->client);
}

/* ---- requests ---- */

static void ask_status(struct keeper *k, int64_t client, const struct line *l)
{
	struct walk *w = memory_new(sizeof *w), **last = &k->walks;

	(void)l;
	*w = (struct walk){.client = client, .generation = k->generation};
	while (*last)
		last = &(*last)->next;
	*last = w;
	status_go_on(k);
}

static struct check *asked_check(struct keeper *k, int64_t client, const struct line *l)
{
	struct check *c = map_find_text(&k->checks_by_name, line_name(l));

	if (!c)
		status_end(k, client, "wrong", "no check has this name: 'nines status' lists them");
	return c;
}

static void ask_beat(struct keeper *k, int64_t client, const struct line *l)
{
	struct check *c = asked_check(k, client, l);
	const char *text = line_get(l, "text");

	if (!c)
		return;
	if (!c->is_passive || c->is_paused) {
		status_end(k, client, "wrong",
			   c->is_paused ? "this check is paused: it takes no lines"
					: "this check is not passive: it takes no lines");
		return;
	}
	check_beat(k, c, *text ? text : "beat");
	status_end(k, client, "text", "taken");
}

static void ask_check_now(struct keeper *k, int64_t client, const struct line *l)
{
	struct check *c = asked_check(k, client, l);

	if (!c)
		return;
	if (check_run_now(k, c))
		status_end(k, client, "text", "started");
	else
		status_end(k, client, "wrong",
			   c->is_paused ? "it is paused: 'nines unpause' first"
					: "it is being checked already");
}

static void ask_release(struct keeper *k, int64_t client, const struct line *l)
{
	struct module_record *m = map_find_text(&k->modules, line_name(l));

	if (!m || !m->is_quarantined) {
		status_end(k, client, "wrong",
			   "no module of this name is quarantined: 'nines status' tells which are");
		return;
	}
	module_release(k, m);
	status_end(k, client, "text", "released");
}

static void say_interval(struct text *t, const struct check *c, const char *how)
{
	text_printf(t, "%s: probed every ", how);
	text_add_duration(t, c->every_us);
}

static void ask_intensify(struct keeper *k, int64_t client, const struct line *l)
{
	struct check *c = asked_check(k, client, l);
	int64_t for_us = line_int(l, "for_us", 0);
	struct text said = {0}, wrong = {0};

	if (!c)
		return;
	if (line_int(l, "cancel", 0) > 0) {
		if (intensify_cancel(k, c))
			say_interval(&said, c, "no longer intensified");
		else
			text_puts(&wrong, "it is not intensified");
	} else if (intensify_begin(k, c, line_int(l, "every_us", 0), for_us, &wrong)) {
		say_interval(&said, c, "intensified");
		text_puts(&said, " for ");
		text_add_duration(&said, for_us);
	}
	status_end(k, client, wrong.size ? "wrong" : "text", text_get(wrong.size ? &wrong : &said));
	text_release(&said);
	text_release(&wrong);
}

/* What the recorder does itself, as the store alone can judge it; one at a time. The client's words
 * but those that are no request's. */
static void ask_recorder(struct keeper *k, int64_t client, const struct line *l)
{
	static const char *const but[] = {"n", NULL};
	struct text *t = k->recorder_is_there ? keeper_line(k, END_RECORDER, 0) : NULL;

	if (k->recorded || !t) {
		status_end(k, client, "wrong",
			   t ? "another import or reclassification is under way: try again"
			     : "the recorder is not there just now: try again");
		return;
	}
	k->recorded = client;
	line_begin_number(t, strcmp(l->verb, "import") ? l->verb : "merge", client);
	line_add_words(t, l, but);
	line_end(t);
}

void status_end_recorded(struct keeper *k, const char *key, const char *said)
{
	if (k->recorded)
		status_end(k, k->recorded, said ? key : NULL, said);
	k->recorded = 0;
}

static void ask_standing(struct keeper *k, int64_t client, const struct line *l)
{
	struct text said = {0};
	bool is_done = standing_take(k, l, &said);

	status_end(k, client, is_done ? "text" : "wrong", text_get(&said));
	text_release(&said);
}

static void ask_standings(struct keeper *k, int64_t client, const struct line *l)
{
	struct text *t = keeper_line(k, END_CLIENT, client);

	(void)l;
	if (t)
		standing_list(k, t);
	status_end(k, client, NULL, NULL);
}

static void ask_maintenance(struct keeper *k, int64_t client, const struct line *l)
{
	struct text said = {0};
	bool is_done = true;

	if (!strcmp(l->verb, "maintenance"))
		window_list(k, client);
	else if (!strcmp(l->verb, "maintenance-add"))
		is_done = window_add(k, l, &said);
	else
		is_done = window_cancel(k, line_name(l), &said);
	status_end(k, client, is_done ? "text" : "wrong", text_get(&said));
	text_release(&said);
}

/* The parent answers `copied` with the client's number. */
static void ask_copy(struct keeper *k, int64_t client, const struct line *l)
{
	struct text *t = keeper_line(k, END_PARENT, 0);

	if (!t)
		return;
	line_begin_number(t, "copy-now", client);
	line_add(t, "page", line_name(l));
	line_end(t);
}

static const struct {
	const char *verb;
	void (*ask)(struct keeper *, int64_t, const struct line *);
} request[] = {{"copy", ask_copy},
	       {"status", ask_status},
	       {"import", ask_recorder},
	       {"reclassify", ask_recorder},
	       {"letters", outbox_ask_letters},
	       {"letter", outbox_ask_letter},
	       {"contacts", contact_ask_list},
	       {"contact-test", contact_ask_test},
	       {"deliveries", delivery_ask_list},
	       {"deliver", delivery_ask},
	       {"beat", ask_beat},
	       {"check-now", ask_check_now},
	       {"intensify", ask_intensify},
	       {"release", ask_release},
	       {"ack", ask_standing},
	       {"silence", ask_standing},
	       {"unsilence", ask_standing},
	       {"pause", ask_standing},
	       {"unpause", ask_standing},
	       {"standing", ask_standings},
	       {"maintenance", ask_maintenance},
	       {"maintenance-add", ask_maintenance},
	       {"maintenance-cancel", ask_maintenance}};

void status_take(struct keeper *k, int64_t client, const struct line *l)
{
	for (size_t i = 0; i < sizeof request / sizeof *request; i++)
		if (!strcmp(request[i].verb, l->verb)) {
			request[i].ask(k, client, l);
			return;
		}
	if (!cards_ask(k, client, l))
		status_end(k, client, "wrong", "unknown request");
}
