/* keeper/state: what we believe of a check: the verdicts of its cycles in, states and incidents
 * out. definitions.md 1. A failure opens an incident provisionally; the next verdict (the recheck)
 * confirms it or makes it a blip; a confirmed one lasts until the first pass. An unknown cycle
 * opens and closes nothing. */
#include <string.h>

#include "alert.h"
#include "inside.h"

#define VOID_REFERENCE_FRESH_US (10 * KEEPER_SECOND)

const char *const state_name[STATES] = {"not-monitored", "up",   "degraded",
					"unconfirmed",   "down", "unknown"};

bool state_passes(enum state s)
{
	return s == STATE_UP || s == STATE_DEGRADED;
}

static void add_state(struct text *t, struct keeper *k, const struct check *c, enum state from,
		      const struct outcome *o)
{
	line_begin_name(t, "state", c->name);
	line_add(t, "kind", "check");
	line_add(t, "from", state_name[from]);
	line_add(t, "to", state_name[c->state]);
	line_add_int(t, "at_us", o->start_wall_us ? o->start_wall_us : k->wall_us);
	line_add(t, "reason", o->reason);
	if (*o->step)
		line_add(t, "step", o->step);
	if (c->cause)
		line_add(t, "cause", c->cause);
	if (c->incident.phase != INCIDENT_NONE)
		line_add(t, "incident", c->incident.id);
}

static void set_state(struct keeper *k, struct check *c, enum state to, const struct outcome *o)
{
	enum state from = c->state;
	int64_t at_us = o->start_us ? o->start_us : k->now_us, lasted_us = at_us - c->since_us;
	struct text *t;

	text_clear(&c->reason);
	text_puts(&c->reason, o->reason);
	keeper_copy(c->step, sizeof c->step, o->step);
	c->cause = to == STATE_UNKNOWN ? o->cause : NULL;
	if (from == to)
		return;
	c->state = to;
	if (state_passes(to) && !state_passes(from))
		c->passing_since_us = at_us;
	c->since_us = at_us;
	t = spool_begin(&k->spool);
	add_state(t, k, c, from, o);
	line_add_int(t, "lasted_us", lasted_us > 0 ? lasted_us : 0);
	spool_end(&k->spool);
	t = keeper_line(k, END_PARENT, 0);
	if (t) {
		add_state(t, k, c, from, o);
		line_end(t);
	}
	group_member_changed(k, c, at_us, o->start_wall_us ? o->start_wall_us : k->wall_us);
}

/* ---- incidents ---- */

static void tell_incident(struct keeper *k, struct check *c, const char *event,
			  const struct outcome *o)
{
	struct incident *i = &c->incident;
	struct text *t = spool_begin(&k->spool);
	int64_t lasted_us = o->start_us - i->start_us;

	line_begin(t, "incident", i->id);
	line_add(t, "check", c->name);
	line_add(t, "event", event);
	line_add_int(t, "at_us", o->start_wall_us);
	line_add_int(t, "start_us", i->start_wall_us);
	line_add(t, "reason", o->reason);
	if (*o->step)
		line_add(t, "step", o->step);
	if (*o->location)
		line_add(t, "location", o->location);
	if (*o->address)
		line_add(t, "address", o->address);
	line_add_int(t, "lasted_us", lasted_us > 0 ? lasted_us : 0);
	spool_end(&k->spool);
	alert_incident(k, &(struct alert_event){.name = c->name, .incident = i, .event = event,
						.is_gone = o->verdict == VOTE_DOWN,
						.at_us = o->start_us, .reason = o->reason,
						.step = o->step, .address = o->address});
}

static void open_incident(struct keeper *k, struct check *c, const struct outcome *o)
{
	struct incident *i = &c->incident;

	*i = (struct incident){.phase = INCIDENT_PROVISIONAL, .start_us = o->start_us,
			       .start_wall_us = o->start_wall_us, .seen_us = k->now_us};
	keeper_stamp(k, i->id, sizeof i->id);
	tell_incident(k, c, "open", o);
	set_state(k, c, STATE_UNCONFIRMED, o);
	burst_begin(k, c, o);
	check_recheck(k, c, o->due_us);
}

static void end_incident(struct keeper *k, struct check *c, const char *event,
			 const struct outcome *o)
{
	tell_incident(k, c, event, o);
	c->incident.phase = INCIDENT_NONE;
}

static void failed(struct keeper *k, struct check *c, const struct outcome *o)
{
	if (c->incident.phase == INCIDENT_NONE) {
		open_incident(k, c, o);
		return;
	}
	if (c->incident.phase == INCIDENT_PROVISIONAL) {
		c->incident.phase = INCIDENT_CONFIRMED;
		tell_incident(k, c, "confirmed", o);
	}
	set_state(k, c, STATE_DOWN, o);
}

static void passed(struct keeper *k, struct check *c, const struct outcome *o)
{
	if (c->incident.phase != INCIDENT_NONE)
		end_incident(k, c, c->incident.phase == INCIDENT_CONFIRMED ? "closed" : "blip", o);
	if (c->recheck_at_us) {
		c->recheck_at_us = 0;
		check_arm(k, c);
	}
	set_state(k, c, o->verdict == VOTE_DEGRADED ? STATE_DEGRADED : STATE_UP, o);
}

/* A failure seen in the window that is now void was no failure of the target's. */
static bool belongs_to_window(const struct keeper *k, const struct incident *i)
{
	return i->seen_us >= k->window.from_us - k->window.window_us;
}

static void came_to_nothing(struct keeper *k, struct check *c, const struct outcome *o)
{
	bool is_provisional = c->incident.phase == INCIDENT_PROVISIONAL;

	if (is_provisional && o->is_void && belongs_to_window(k, &c->incident))
		end_incident(k, c, "withdrawn", o);
	set_state(k, c, STATE_UNKNOWN, o);
	if (is_provisional || (o->is_void && !c->items))
		check_recheck(k, c, o->due_us);
}

void state_take(struct keeper *k, struct check *c, const struct outcome *o)
{
	if (o->verdict != VOTE_UNKNOWN)
		alert_result(k, c, o->verdict != VOTE_DOWN, o->start_us);
	if (o->verdict == VOTE_DOWN)
		failed(k, c, o);
	else if (o->verdict == VOTE_UNKNOWN)
		came_to_nothing(k, c, o);
	else
		passed(k, c, o);
}

static struct outcome now_as_before(const struct keeper *k, const struct check *c)
{
	return (struct outcome){.verdict = VOTE_DOWN,
				.due_us = k->now_us,
				.start_us = k->now_us,
				.start_wall_us = k->wall_us,
				.reason = text_get(&c->reason),
				.step = c->step,
				.address = "",
				.location = ""};
}

void state_confirm(struct keeper *k, struct check *c)
{
	struct outcome o;
	struct text reason = {0};

	if (c->incident.phase != INCIDENT_PROVISIONAL)
		return;
	o = now_as_before(k, c);
	text_puts(&reason, o.reason); /* set_state() overwrites the check's */
	o.reason = text_get(&reason);
	failed(k, c, &o);
	text_release(&reason);
}

void state_end(struct keeper *k, struct check *c, const char *reason)
{
	struct outcome o = now_as_before(k, c);

	o.reason = reason;
	o.step = "";
	if (c->incident.phase != INCIDENT_NONE)
		end_incident(k, c, c->incident.phase == INCIDENT_CONFIRMED ? "closed" : "withdrawn",
			     &o);
	set_state(k, c, STATE_NOT_MONITORED, &o);
}

/* ---- our own connection ---- */

/* No reference target answers. One whose pass is older than the window is asked again, because it
 * says nothing of now. */
static bool references_fail(struct keeper *k)
{
	bool all_fail = true;

	for (size_t i = 0; i < k->references; i++) {
		struct check *c = k->reference[i];

		if (c->is_paused || (c->has_last && !c->reference_passed))
			continue;
		all_fail = false;
		if (k->now_us - c->last_ended_us > VOID_REFERENCE_FRESH_US && !c->is_passive)
			check_run_now(k, c);
	}
	return all_fail;
}

bool state_suspects(struct keeper *k)
{
	if (k->window.is_on)
		return true;
	if (!void_window_is_near_share(&k->window, k->now_us))
		return false;
	for (size_t i = 0; i < k->references; i++) {
		const struct check *c = k->reference[i];

		if (!c->is_paused && c->has_last && c->reference_passed &&
		    k->now_us - c->last_ended_us <= VOID_REFERENCE_FRESH_US)
			return false;
	}
	references_fail(k); /* asks again those that have not spoken of late */
	return true;
}

static void tell_episode(struct keeper *k, const char *event)
{
	struct text *t = keeper_marker(k, "own-connection");

	line_add(t, "event", event);
	line_add_int(t, "from_us", keeper_wall_of(k, k->window.from_us));
	line_add(t, "text",
		 *event == 'b' ? "too much fails at once: our own connection is suspected"
			       : "our own connection works again");
	spool_end(&k->spool);
}

void state_watch_window(struct keeper *k)
{
	struct void_window *w = &k->window;
	bool is_on = void_window_is_over_share(w, k->now_us) && references_fail(k);

	if (is_on == w->is_on)
		return;
	w->is_on = is_on;
	*(is_on ? &w->from_us : &w->to_us) = k->now_us;
	tell_episode(k, is_on ? "begin" : "end");
	alert_touch_all(k);
}

bool state_is_void(struct keeper *k, struct check *c, enum vote verdict, int64_t due_us)
{
	struct void_window *w = &k->window;
	bool is_void;

	c->reference_passed = verdict == VOTE_UP || verdict == VOTE_DEGRADED;
	if (verdict != VOTE_UNKNOWN)
		void_window_add(w, k->now_us, verdict == VOTE_DOWN);
	if (verdict != VOTE_DOWN && !c->is_reference && !w->is_on)
		return false;
	state_watch_window(k);
	/* a probe that began while the connection was suspected still fails some time after it came
	 * back */
	is_void = verdict == VOTE_DOWN &&
		  (w->is_on || (w->to_us && due_us >= w->from_us && due_us < w->to_us));
	w->cycles += is_void;
	return is_void;
}
