/* keeper/alert_standing: what people said of a check or service, each with who and why:
 * acknowledged (this incident is known: no more alerts of it), silenced (no letters for a while,
 * whatever happens), paused (not probed, so not monitored). Results and incidents are recorded as
 * ever but for what is paused. Silence and acknowledgement end with the recovery.
 *
 * Each beginning and end is a line `standing` to the recorder and comes back from it, with spans of
 * flapping and nines' own troubles, to the next keeper. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "alert_inside.h"

#define DEPTH       16
#define SHORTEST_US (60 * KEEPER_SECOND)
#define LONGEST_US  (366 * 86400 * KEEPER_SECOND)
#define WORDS_BYTES 1000 /* of a reason */

/* ---- the record ---- */

struct saying {
	const char *kind, *event, *by, *reason, *incident;
	int64_t at_us, until_us; /* monotonic; 0: none */
};

static void add_saying(struct text *t, const struct keeper *k, const char *name,
		       const struct saying *y)
{
	line_begin_name(t, "standing", name);
	line_add(t, "kind", y->kind);
	if (y->event)
		line_add(t, "event", y->event);
	line_add(t, "by", y->by ? y->by : "");
	line_add(t, "reason", y->reason ? y->reason : "");
	line_add_int(t, "at_us", keeper_wall_of(k, y->at_us));
	if (y->until_us)
		line_add_int(t, "until_us", keeper_wall_of(k, y->until_us));
	if (y->incident)
		line_add(t, "incident", y->incident);
}

static void tell(struct keeper *k, const char *name, const struct saying *y)
{
	add_saying(spool_begin(&k->spool), k, name, y);
	spool_end(&k->spool);
}

static const char *const span_name[] = {
	[ALARM_FLAPPING] = "flapping",
	[ALARM_TROUBLE] = "trouble",
	[ALARM_BURN_PAGE] = "burn-page",
	[ALARM_BURN_TICKET] = "burn-ticket",
};

void standing_tell_span(struct keeper *k, const struct alarm *a, const char *event)
{
	tell(k, a->subject->name,
	     &(struct saying){.kind = span_name[a->kind],
			      .event = event,
			      .reason = a->reason,
			      .incident = a->id,
			      .at_us = a->end_us ? a->end_us : a->start_us});
}

/* ---- silence ---- */

struct group_list {
	struct group *const *group;
	size_t count;
};

static struct group_list services_of(const struct subject *s)
{
	if (s->check)
		return (struct group_list){s->check->group, s->check->groups};
	if (s->group)
		return (struct group_list){s->group->parent, s->group->parents};
	return (struct group_list){0};
}

static int64_t most(const struct subject *s, int64_t (*of)(const struct subject *, int64_t),
		    int64_t now_us, int depth)
{
	struct group_list up = services_of(s);
	int64_t most_us = of(s, now_us), us;

	for (size_t i = 0; i < up.count && depth; i++) {
		us = most(up.group[i]->subject, of, now_us, depth - 1);
		most_us = us > most_us ? us : most_us;
	}
	return most_us;
}

static int64_t own_silence(const struct subject *s, int64_t now_us)
{
	const struct standing *q = &s->silence;

	return q->is_on && q->until_us > now_us ? q->until_us : 0;
}

static int64_t own_again(const struct subject *s, int64_t now_us)
{
	(void)now_us;
	return s->again_us;
}

int64_t subject_silence(const struct subject *s, int64_t now_us)
{
	return most(s, own_silence, now_us, DEPTH);
}

int64_t subject_again(const struct subject *s)
{
	return most(s, own_again, 0, DEPTH);
}

/* ---- one of them ---- */

static void standing_begin(struct keeper *k, struct standing *q, const struct saying *y)
{
	q->is_on = true;
	set_text_of(&q->by, y->by);
	set_text_of(&q->reason, y->reason);
	q->at_us = k->now_us;
	q->until_us = y->until_us;
}

static void standing_clear_one(struct standing *q)
{
	set_text_of(&q->by, NULL);
	set_text_of(&q->reason, NULL);
	*q = (struct standing){0};
}

void standing_release(struct subject *s)
{
	standing_clear_one(&s->silence);
	standing_clear_one(&s->pause);
}

static void end_silence(struct keeper *k, struct subject *s, const char *by, const char *why,
			int64_t at_us)
{
	standing_clear_one(&s->silence);
	s->again_us = at_us;
	s->owes_end = false;
	tell(k, s->name,
	     &(struct saying){
		     .kind = "silence", .event = "end", .by = by, .reason = why, .at_us = at_us});
	subject_touch_deep(k, s);
}

static void count_failing(struct keeper *k, struct subject *s, void *with)
{
	(void)k;
	*(size_t *)with += s->incident != NULL;
}

/* Its time is over. The record says so by itself; that it has ended is recorded once nothing fails
 * in it any more, so that a keeper that dies in between does not forget to tell it. */
static void let_silence_end(struct keeper *k, struct subject *s)
{
	size_t failing = 0;

	if (s->silence.is_on) {
		s->again_us = s->silence.until_us;
		s->owes_end = true;
		standing_clear_one(&s->silence);
		subject_touch_deep(k, s);
	}
	subject_each(k, s, count_failing, &failing);
	if (!failing && s->owes_end)
		end_silence(k, s, "", "its time is over", s->again_us);
}

void standing_clear(struct keeper *k, struct subject *s)
{
	if (s->silence.is_on)
		end_silence(k, s, "", "it recovered", k->now_us);
}

/* ---- paused ---- */

/* From here on, until a result comes again, its time is not monitored. */
static void record_pause(struct keeper *k, const struct check *c, const char *reason)
{
	struct text *t = spool_begin(&k->spool);

	line_begin_name(t, "result", c->name);
	line_add(t, "verdict", vote_name[VOTE_UNKNOWN]);
	line_add(t, "reason", reason);
	line_add_int(t, "start_us", k->wall_us);
	line_add_int(t, "elapsed_us", 0);
	line_add(t, "location", c->locations ? c->location[0]->name : k->own_location);
	line_add_int(t, "due_at_us", k->wall_us);
	line_add_int(t, "interval_us", c->every_us);
	line_add(t, "ends", state_name[STATE_NOT_MONITORED]);
	line_add_int(t, "holds", 1);
	spool_end(&k->spool);
}

static void pause_check(struct keeper *k, struct check *c, const char *reason)
{
	c->is_paused = true;
	check_forget_runs(k, c);
	c->recheck_at_us = 0;
	check_arm(k, c);
	state_end(k, c, reason);
	record_pause(k, c, reason);
}

void standing_apply_pause(struct keeper *k, struct subject *s)
{
	bool is_paused = s->is_paused || s->pause.is_on;
	struct check *c = s->check;
	struct text reason = {0};

	if (!c || c->is_paused == is_paused)
		return;
	text_puts(&reason, s->pause.is_on ? "paused: " : "paused by the configuration");
	text_puts(&reason, s->pause.is_on && s->pause.reason ? s->pause.reason : "");
	if (is_paused) {
		pause_check(k, c, reason.at);
	} else {
		c->is_paused = false;
		check_start(k, c, 1, 0);
	}
	text_release(&reason);
}

static void end_pause(struct keeper *k, struct subject *s, const char *by, const char *why)
{
	standing_clear_one(&s->pause);
	tell(k, s->name,
	     &(struct saying){
		     .kind = "pause", .event = "end", .by = by, .reason = why, .at_us = k->now_us});
	standing_apply_pause(k, s);
}

/* ---- time ---- */

void standing_watch(struct keeper *k)
{
	struct subject *s;
	size_t at = 0;

	while (k->alerts->standings && (s = map_next(&k->alerts->subjects, &at))) {
		if (s->owes_end || (s->silence.is_on && s->silence.until_us <= k->now_us))
			let_silence_end(k, s);
		if (s->pause.is_on && s->pause.until_us && s->pause.until_us <= k->now_us)
			end_pause(k, s, "", "its time is over");
	}
}

/* ---- requests ---- */

struct asked {
	struct subject *subject;
	const char *by, *reason;
	int64_t for_us;
	struct text *said;
	int found;
};

static bool refuse(struct asked *a, const char *why)
{
	text_puts(a->said, why);
	return false;
}

static void ack_one(struct keeper *k, struct subject *s, void *with)
{
	struct asked *q = with;
	struct alarm *a = s->incident;

	if (!a)
		return;
	set_text_of(&a->acked_by, q->by);
	set_text_of(&a->acked_why, q->reason);
	a->acked_us = k->now_us;
	tell(k, s->name,
	     &(struct saying){.kind = "ack",
			      .event = "begin",
			      .by = q->by,
			      .reason = q->reason,
			      .incident = a->id,
			      .at_us = k->now_us});
	alarm_touch(k, a);
	q->found++;
}

/* Of a service: also what fails in it. */
static bool take_ack(struct keeper *k, struct asked *q)
{
	subject_each(k, q->subject, ack_one, q);
	if (!q->found)
		return refuse(q, "it does not fail: there is nothing to acknowledge");
	text_puts(q->said, "acknowledged: no more alerts until it recovers");
	return true;
}

static bool take_silence(struct keeper *k, struct asked *q)
{
	struct subject *s = q->subject;
	struct saying y = {.kind = "silence",
			   .event = "begin",
			   .by = q->by,
			   .reason = q->reason,
			   .at_us = k->now_us,
			   .until_us = k->now_us + q->for_us};

	if (q->for_us < SHORTEST_US || q->for_us > LONGEST_US)
		return refuse(q, "the time must be 1m to 366d");
	standing_begin(k, &s->silence, &y);
	s->owes_end = false;
	k->alerts->standings = true;
	tell(k, s->name, &y);
	subject_touch_deep(k, s);
	text_puts(q->said, "silenced for ");
	text_add_duration(q->said, q->for_us);
	return true;
}

static bool take_unsilence(struct keeper *k, struct asked *q)
{
	if (!q->subject->silence.is_on)
		return refuse(q, "it is not silenced");
	end_silence(k, q->subject, q->by, q->reason, k->now_us);
	text_puts(q->said, "no longer silenced");
	return true;
}

static bool take_pause(struct keeper *k, struct asked *q)
{
	struct subject *s = q->subject;
	struct saying y = {.kind = "pause",
			   .event = "begin",
			   .by = q->by,
			   .reason = q->reason,
			   .at_us = k->now_us,
			   .until_us = q->for_us ? k->now_us + q->for_us : 0};

	if (!s->check)
		return refuse(q, "a service is not probed: pause its members");
	if (q->for_us && (q->for_us < SHORTEST_US || q->for_us > LONGEST_US))
		return refuse(q, "the time must be 1m to 366d");
	standing_begin(k, &s->pause, &y);
	k->alerts->standings = true;
	tell(k, s->name, &y);
	standing_apply_pause(k, s);
	text_puts(q->said, "paused: it is not probed and not monitored until 'nines unpause'");
	return true;
}

static bool take_unpause(struct keeper *k, struct asked *q)
{
	if (!q->subject->pause.is_on)
		return refuse(q, q->subject->is_paused
					 ? "the configuration pauses it: change it there"
					 : "it is not paused");
	end_pause(k, q->subject, q->by, q->reason);
	text_puts(q->said, "probed again");
	return true;
}

static const struct {
	const char *verb;
	bool wants_reason;
	bool (*take)(struct keeper *, struct asked *);
} request[] = {
	{"ack", true, take_ack},
	{"silence", true, take_silence},
	{"unsilence", false, take_unsilence},
	{"pause", true, take_pause},
	{"unpause", false, take_unpause},
};

bool standing_take(struct keeper *k, const struct line *l, struct text *said)
{
	struct asked q = {.subject = map_find_text(&k->alerts->subjects, line_name(l)),
			  .by = line_get(l, "by"),
			  .reason = line_get(l, "reason"),
			  .for_us = line_int(l, "for_us", 0),
			  .said = said};

	if (!q.subject || q.subject->generation != k->alerts->generation)
		return refuse(&q, "no check or service has this name: 'nines status' lists them");
	if (strlen(q.by) > WORDS_BYTES || strlen(q.reason) > WORDS_BYTES)
		return refuse(&q, "that is too long: 1000 bytes are enough");
	for (size_t i = 0; i < sizeof request / sizeof *request; i++) {
		if (strcmp(request[i].verb, l->verb))
			continue;
		if (request[i].wants_reason && !*q.reason)
			return refuse(&q, "a reason is missing");
		return request[i].take(k, &q);
	}
	return refuse(&q, "unknown request");
}

/* ---- answers ---- */

static void list_one(struct text *t, const struct keeper *k, const struct subject *s,
		     const char *kind, const struct standing *q)
{
	if (!q->is_on)
		return;
	add_saying(t, k, s->name,
		   &(struct saying){.kind = kind,
				    .by = q->by,
				    .reason = q->reason,
				    .at_us = q->at_us,
				    .until_us = q->until_us});
	line_end(t);
}

void standing_list(struct keeper *k, struct text *t)
{
	const struct subject *s;
	size_t at = 0;

	for (const struct alarm *a = k->alerts->first; a; a = a->next) {
		if (!a->acked_by || a->end_us)
			continue;
		add_saying(t, k, a->subject->name,
			   &(struct saying){.kind = "ack",
					    .by = a->acked_by,
					    .reason = a->acked_why,
					    .at_us = a->acked_us,
					    .incident = a->id});
		line_end(t);
	}
	while ((s = map_next(&k->alerts->subjects, &at))) {
		list_one(t, k, s, "silence", &s->silence);
		list_one(t, k, s, "pause", &s->pause);
	}
}

void alert_add_words(struct text *t, const struct keeper *k, const char *name)
{
	const struct subject *s = map_find_text(&k->alerts->subjects, name);

	if (!s)
		return;
	if (s->incident && s->incident->acked_by)
		line_add_int(t, "acknowledged", 1);
	if (s->silence.is_on)
		line_add_int(t, "silenced_until_us", keeper_wall_of(k, s->silence.until_us));
	if (s->is_paused || s->pause.is_on)
		line_add_int(t, "paused", 1);
	if (s->flapping)
		line_add_int(t, "flapping", 1);
	if (subject_is_in_maintenance(k, s))
		line_add_int(t, "maintenance", 1);
	burn_add_words(t, k, s);
}

/* ---- from the record ---- */

void alert_resume_standing(struct keeper *k, const struct line *l)
{
	struct text *t = &k->alerts->past_standing;

	line_begin_name(t, l->verb, line_name(l));
	line_add_words(t, l, (const char *const[]){"name", NULL});
	line_end(t);
}

static void resume_ack(struct keeper *k, const struct line *l)
{
	struct alarm *a = map_find_text(&k->alerts->alarms, line_get(l, "incident"));

	if (!a || a->end_us)
		return;
	set_text_of(&a->acked_by, line_get(l, "by"));
	set_text_of(&a->acked_why, line_get(l, "reason"));
	a->acked_us = line_int(l, "at_us", k->wall_us) - k->offset_us;
}

static void resume_standing(struct keeper *k, struct standing *q, const struct line *l)
{
	int64_t until_us = line_int(l, "until_us", 0);

	standing_begin(k, q,
		       &(struct saying){.by = line_get(l, "by"),
					.reason = line_get(l, "reason"),
					.until_us = until_us ? until_us - k->offset_us : 0});
	q->at_us = line_int(l, "at_us", k->wall_us) - k->offset_us;
	k->alerts->standings = true;
}

static void resume_span(struct keeper *k, struct subject *s, const struct line *l,
			enum alarm_kind kind)
{
	int64_t at_us = line_int(l, "at_us", k->wall_us) - k->offset_us;
	struct alarm *a;

	if (!*line_get(l, "incident") || *alarm_place(s, kind))
		return;
	a = alarm_begin(k, s, kind, line_get(l, "incident"), at_us);
	a->confirmed_us = a->start_us;
	set_text_of(&a->reason, line_get(l, "reason"));
	if (kind == ALARM_FLAPPING)
		s->flap.is_on = true;
	burn_resumed(s, kind);
}

static void resume_one(struct keeper *k, const struct line *l)
{
	const char *kind = line_get(l, "kind");
	bool is_trouble = !strcmp(kind, "trouble");
	struct subject *s =
		is_trouble ? trouble_get(k, line_name(l)) : subject_get(k, line_name(l));

	if (is_trouble) {
		subject_find_routes(k, s);
		resume_span(k, s, l, ALARM_TROUBLE);
	} else if (s->generation != k->alerts->generation) {
		return;
	} else if (!strcmp(kind, "ack")) {
		resume_ack(k, l);
	} else if (!strcmp(kind, "silence") && line_int(l, "until_us", 0)) {
		resume_standing(k, &s->silence, l);
	} else if (!strcmp(kind, "pause")) {
		resume_standing(k, &s->pause, l);
	} else if (!strcmp(kind, "flapping") && s->check) {
		resume_span(k, s, l, ALARM_FLAPPING);
	} else if (!strcmp(kind, span_name[ALARM_BURN_PAGE])) {
		resume_span(k, s, l, ALARM_BURN_PAGE);
	} else if (!strcmp(kind, span_name[ALARM_BURN_TICKET])) {
		resume_span(k, s, l, ALARM_BURN_TICKET);
	}
}

void standing_resume(struct keeper *k)
{
	static struct line line; /* too large for a stack frame */
	struct text lines = k->alerts->past_standing;
	char *newline;

	k->alerts->past_standing = (struct text){0};
	for (char *at = lines.at; at && (newline = strchr(at, '\n')); at = newline + 1)
		if (!line_parse(&line, at, (size_t)(newline - at)))
			resume_one(k, &line);
	text_release(&lines);
}
