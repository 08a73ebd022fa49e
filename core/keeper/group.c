/* keeper/group: services: up while at least `need` of their members are. Members are checks and
 * other services (no loops: configure.c). A service has incidents of its own, by the rules of a
 * check's: provisional while what is missing is unconfirmed, confirmed when it is down, over at the
 * first state that passes; an unknown state opens and ends none. */
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

/* definitions.md 2.8, with the members' degraded and unconfirmed handed on. */
static enum state judge(const struct group *g)
{
	int64_t count[STATES] = {0}, members = 0, need;

	for (size_t i = 0; i < g->checks + g->groups; i++) {
		if (subject_is_out(member_subject(g, i)))
			continue; /* as if it were none */
		members++;
		count[member_state(g, i)]++;
	}
	need = g->need < members ? g->need : members;
	if (!members || count[STATE_NOT_MONITORED] == members)
		return STATE_NOT_MONITORED;
	if (count[STATE_UP] >= need)
		return STATE_UP;
	if ((need -= count[STATE_UP] + count[STATE_DEGRADED]) <= 0)
		return STATE_DEGRADED;
	if ((need -= count[STATE_UNCONFIRMED]) <= 0)
		return STATE_UNCONFIRMED;
	return need <= count[STATE_UNKNOWN] + count[STATE_NOT_MONITORED] ? STATE_UNKNOWN
									 : STATE_DOWN;
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
	int64_t members = (int64_t)(g->checks + g->groups), passing = 0;
	const char *sign = ": ";

	for (size_t i = 0; i < g->checks + g->groups; i++)
		passing += state_passes(member_state(g, i));
	text_printf(t, "%lld of %lld members up, %lld needed", (long long)passing,
		    (long long)members, (long long)(g->need < members ? g->need : members));
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
	free(g->parent);
	free(g);
}
