/* keeper/group: services: up while at least `need` of their members, by weight, are. Members are
 * checks and other services (no loops: configure.c). A service has incidents of its own, by the
 * rules of a check's: provisional while what is missing is unconfirmed, confirmed when it is down,
 * over at the first state that passes; an unknown state opens and ends none. */
#include <stdlib.h>
#include <string.h>

#include "alert.h"
#include "inside.h"

#define WHY_BYTES 400

static enum state member_state(const struct group *g, size_t i)
{
	return i < g->checks ? g->check[i]->state : g->group[i - g->checks]->state;
}

static const struct subject *member_subject(const struct group *g, size_t i)
{
	return i < g->checks ? g->check[i]->subject : g->group[i - g->checks]->subject;
}

static int64_t member_weight(const struct group *g, size_t i)
{
	return i < g->checks ? g->check_weight[i] : g->group_weight[i - g->checks];
}

struct group_tally group_tally(const struct group *g)
{
	struct group_tally t = {0};
	int64_t all;

	for (size_t i = 0; i < g->checks + g->groups; i++) {
		enum state state = member_state(g, i);

		if (subject_is_out(member_subject(g, i)))
			continue; /* as if it were none */
		t.of += member_weight(g, i);
		t.state[state] += member_weight(g, i);
		t.up += state_passes(state) ? member_weight(g, i) : 0;
	}
	all = t.of ? t.of : g->sum.all;
	t.need = g->need < all ? g->need : all;
	return t;
}

/* definitions.md 2.8, with the members' degraded and unconfirmed handed on; in the order of
 * core/sla/group.c, so that what is told and what is reported are one. */
static enum state judge(const struct group *g)
{
	struct group_tally t = group_tally(g);
	int64_t silent = t.state[STATE_UNKNOWN] + t.state[STATE_NOT_MONITORED];

	if (!t.of || t.state[STATE_NOT_MONITORED] == t.of)
		return STATE_NOT_MONITORED;
	if (t.state[STATE_UP] >= t.need)
		return STATE_UP;
	if (t.up >= t.need)
		return STATE_DEGRADED;
	if (t.up + silent >= t.need)
		return STATE_UNKNOWN;
	return t.up + silent + t.state[STATE_UNCONFIRMED] >= t.need ? STATE_UNCONFIRMED
								    : STATE_DOWN;
}

void group_add_tally(struct text *into, const struct group *g)
{
	struct group_tally t = group_tally(g);

	text_printf(into, g->is_weighted ? "a weight of %lld of %lld up, %lld needed"
					 : "%lld of %lld members up, %lld needed",
		    (long long)t.up, (long long)t.of, (long long)t.need);
}

static void add_state(struct text *t, const struct group *g, enum state from, int64_t at_wall_us)
{
	line_begin_name(t, "state", g->name);
	line_add(t, "kind", "service");
	line_add(t, "from", state_name[from]);
	line_add(t, "to", state_name[g->state]);
	line_add_int(t, "at_us", at_wall_us);
}

/* ---- incidents ---- */

static void add_why(struct text *t, const struct group *g)
{
	const char *sign = ": ";

	group_add_tally(t, g);
	for (size_t i = 0; i < g->checks && t->size < WHY_BYTES; i++)
		if (!state_passes(g->check[i]->state) && g->check[i]->reason.size) {
			text_puts(t, sign);
			text_puts(t, g->check[i]->name);
			text_puts(t, " ");
			text_puts(t, g->check[i]->reason.at);
			sign = ", ";
		}
}

struct moment {
	int64_t us, wall_us;
};

static void tell_incident(struct keeper *k, struct group *g, const char *event, struct moment at,
			  const char *reason)
{
	struct incident *i = &g->incident;
	struct text *t = spool_begin(&k->spool);
	int64_t lasted_us = at.us - i->start_us;

	line_begin(t, "incident", i->id);
	line_add(t, "check", g->name);
	line_add(t, "event", event);
	line_add_int(t, "at_us", at.wall_us);
	line_add_int(t, "start_us", i->start_wall_us);
	line_add(t, "reason", reason);
	line_add_int(t, "lasted_us", lasted_us > 0 ? lasted_us : 0);
	spool_end(&k->spool);
	alert_incident(k, &(struct alert_event){.name = g->name, .incident = i, .event = event,
						.is_gone = *reason != '\0', .at_us = at.us,
						.reason = reason});
}

static void open_incident(struct keeper *k, struct group *g, struct moment at, const char *why)
{
	g->incident = (struct incident){.phase = INCIDENT_PROVISIONAL, .start_us = at.us,
					.start_wall_us = at.wall_us,
					.seen_us = k->now_us};
	keeper_stamp(k, g->incident.id, sizeof g->incident.id);
	tell_incident(k, g, "open", at, why);
}

static void end_incident(struct keeper *k, struct group *g, const char *event, struct moment at,
			 const char *why)
{
	tell_incident(k, g, event, at, why);
	g->incident.phase = INCIDENT_NONE;
}

static void failed(struct keeper *k, struct group *g, struct moment at)
{
	struct text why = {0};

	add_why(&why, g);
	if (g->incident.phase == INCIDENT_NONE)
		open_incident(k, g, at, why.at);
	if (g->state == STATE_DOWN && g->incident.phase == INCIDENT_PROVISIONAL) {
		g->incident.phase = INCIDENT_CONFIRMED;
		tell_incident(k, g, "confirmed", at, why.at);
	}
	text_release(&why);
}

static void follow_incident(struct keeper *k, struct group *g, struct moment at)
{
	bool is_confirmed = g->incident.phase == INCIDENT_CONFIRMED;

	if (g->state == STATE_UNCONFIRMED || g->state == STATE_DOWN)
		failed(k, g, at);
	else if (g->incident.phase == INCIDENT_NONE)
		return;
	else if (state_passes(g->state))
		end_incident(k, g, is_confirmed ? "closed" : "blip", at, "");
	else if (g->state == STATE_NOT_MONITORED)
		end_incident(k, g, is_confirmed ? "closed" : "withdrawn", at,
			     "none of its members is watched");
	else if (!is_confirmed && k->window.is_on) /* its members' failures were none */
		end_incident(k, g, "withdrawn", at, "our own connection is suspected");
}

void group_end(struct keeper *k, struct group *g)
{
	bool is_confirmed = g->incident.phase == INCIDENT_CONFIRMED;

	if (g->incident.phase != INCIDENT_NONE)
		end_incident(k, g, is_confirmed ? "closed" : "withdrawn",
			     (struct moment){k->now_us, k->wall_us}, "no longer configured");
}

/* A probe that began earlier may end later: no state ends before it began. A wall clock that was
 * set back is believed. */
static struct moment in_order(const struct keeper *k, const struct group *g, int64_t at_us,
			      int64_t wall_us)
{
	bool is_earlier = wall_us < g->since_wall_us && g->since_wall_us <= k->wall_us;

	return (struct moment){at_us > g->since_us ? at_us : g->since_us,
			       is_earlier ? g->since_wall_us : wall_us};
}

/* True when it is another state than before. */
static bool set_state(struct keeper *k, struct group *g, int64_t at_us, int64_t at_wall_us)
{
	enum state from = g->state;
	struct moment at = in_order(k, g, at_us, at_wall_us);
	int64_t lasted_us = at.us - g->since_us;
	struct text *t;

	g->state = judge(g);
	if (from == g->state)
		return false;
	g->since_us = at.us;
	g->since_wall_us = at.wall_us;
	if (state_passes(g->state) && !state_passes(from))
		g->passing_since_us = at.us;
	t = spool_begin(&k->spool);
	add_state(t, g, from, at.wall_us);
	line_add_int(t, "lasted_us", lasted_us);
	spool_end(&k->spool);
	t = keeper_line(k, END_PARENT, 0);
	if (t) {
		add_state(t, g, from, at.wall_us);
		line_end(t);
	}
	follow_incident(k, g, at);
	burn_state(k, g->subject, at.us);
	return true;
}

void group_begin(struct keeper *k, struct group *g)
{
	if (g->is_counted)
		return;
	g->is_counted = true;
	for (size_t i = 0; i < g->groups; i++)
		group_begin(k, g->group[i]);
	set_state(k, g, k->now_us, k->wall_us);
}

static void follow(struct keeper *k, struct group *g, int64_t at_us, int64_t at_wall_us)
{
	if (!set_state(k, g, at_us, at_wall_us))
		return;
	for (size_t i = 0; i < g->parents; i++)
		follow(k, g->parent[i], at_us, at_wall_us);
}

void group_member_changed(struct keeper *k, struct check *c, int64_t at_us, int64_t at_wall_us)
{
	for (size_t i = 0; i < c->groups; i++)
		follow(k, c->group[i], at_us, at_wall_us);
}

void group_free(struct group *g)
{
	free(g->name);
	free(g->check);
	free(g->group);
	free(g->check_weight);
	free(g->group_weight);
	free(g->parent);
	free(g);
}
