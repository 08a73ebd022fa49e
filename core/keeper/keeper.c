/* keeper/keeper: see keeper.h. Here: time, the table of lines, the tick. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "alert.h"
#include "board.h"
#include "delivery.h"
#include "outbox.h"
#include "post.h"
#include "resume.h"
#include "subscriber.h"
#include "window.h"

#define GAP_US      (10 * KEEPER_SECOND) /* standing still this long is worth a marker */
#define SPOOL_BYTES ((size_t)16 << 20)
/* The clocks are read one after the other: so far apart they have not moved, and what was said of a
 * time is said again. */
#define SAME_US 1000

struct keeper *keeper_new(const struct keeper_out *out)
{
	struct keeper *k = memory_new(sizeof *k);

	k->magic = KEEPER_MAGIC;
	k->out = out;
	k->own_location = memory_text("here");
	k->pool[POOL_BLOCKING].most = 1;
	k->alerts = alerts_new();
	void_window_init(&k->window);
	spool_init(&k->spool, SPOOL_BYTES);
	k->letters = letters_new(k);
	k->deliveries = deliveries_new();
	k->subscribers = subscribers_new();
	outbox_listen(k, alert_letter_is);
	cards_open(k);
	k->posts = posts_new();
	return k;
}

static void free_lists(struct keeper *k)
{
	struct flight *f;
	struct cycle *y;

	while ((f = k->free_flight)) {
		k->free_flight = f->next;
		free(f);
	}
	while ((y = k->free_cycle)) {
		k->free_cycle = y->next;
		text_release(&y->reason);
		free(y);
	}
}

void keeper_free(struct keeper *k)
{
	if (!k)
		return;
	assert(k->magic == KEEPER_MAGIC);
	alerts_free(k);
	configure_release(k);
	letters_free(k);
	deliveries_free(k);
	posts_free(k);
	subscribers_free(k);
	cards_close(k);
	resume_release(k);
	pool_release(k);
	status_release(k);
	burst_release(k);
	window_release(k);
	free_lists(k);
	free(k->flights.at);
	spool_release(&k->spool);
	free(k->recorder_reason);
	free(k->own_location);
	free(k);
}

/* ---- time ---- */

int64_t keeper_wall_of(const struct keeper *k, int64_t mono_us)
{
	return mono_us + k->offset_us;
}

void keeper_copy(char *to, size_t room, const char *from)
{
	size_t n = strnlen(from, room - 1);

	memmove(to, from, n);
	to[n] = '\0';
}

/* Wall clock in milliseconds and a count of those within one; never less than the one before,
 * whatever the clock does. */
void keeper_stamp(struct keeper *k, char *id, size_t room)
{
	uint64_t stamp = (uint64_t)(k->wall_us > 0 ? k->wall_us / 1000 : 0) << 10;

	assert(room >= TEXT_STAMP);
	if (stamp <= k->last_stamp)
		stamp = k->last_stamp + 1;
	k->last_stamp = stamp;
	text_stamp(id, stamp);
}

struct text *keeper_line(struct keeper *k, enum keeper_end_kind kind, int64_t number)
{
	return k->out->line(k->out->with, (struct keeper_end){kind, number});
}

void keeper_say(struct keeper *k, const char *text)
{
	struct text *t = keeper_line(k, END_PARENT, 0);

	if (!t)
		return;
	line_begin(t, "say", "-");
	line_add(t, "text", text);
	line_end(t);
}

struct text *keeper_marker(struct keeper *k, const char *kind)
{
	struct text *t = spool_begin(&k->spool);

	line_begin(t, "marker", "-");
	line_add(t, "kind", kind);
	line_add_int(t, "at_us", k->wall_us);
	return t;
}

static void mark(struct keeper *k, const char *kind, const char *what, int64_t by_us,
		 int64_t from_us)
{
	struct text *t = keeper_marker(k, kind), said = {0};

	text_puts(&said, what);
	text_puts(&said, by_us < 0 ? "-" : "");
	text_add_duration(&said, by_us < 0 ? -by_us : by_us);
	line_add(t, "text", said.at);
	line_add_int(t, "by_us", by_us);
	if (from_us)
		line_add_int(t, "from_us", from_us);
	spool_end(&k->spool);
	text_release(&said);
}

static void start_time(struct keeper *k, int64_t mono_us, int64_t wall_us)
{
	k->has_started = true;
	k->now_us = k->start_us = mono_us;
	k->wall_us = k->start_wall_us = wall_us;
	k->offset_us = wall_us - mono_us;
	k->next_second_us = mono_us + KEEPER_SECOND;
	schedule_init(&k->schedule, mono_us);
	schedule_init(&k->ahead.schedule, mono_us);
	keeper_stamp(k, k->start_id, sizeof k->start_id);
	line_add(keeper_marker(k, "start"), "keeper", k->start_id);
	spool_end(&k->spool);
}

/* The wall clock only labels: where it steps, the record says so and nothing else happens (F13). */
static void set_time(struct keeper *k, int64_t mono_us, int64_t wall_us)
{
	int64_t gap_us = mono_us - k->now_us, step_us = wall_us - mono_us - k->offset_us,
		before_us = k->wall_us;

	if (!k->has_started) {
		start_time(k, mono_us, wall_us);
		return;
	}
	if (gap_us > 0)
		k->now_us = mono_us;
	k->wall_us = wall_us;
	if (step_us > SAME_US || step_us < -SAME_US)
		k->offset_us = wall_us - mono_us;
	if (step_us > KEEPER_SECOND || step_us < -KEEPER_SECOND)
		mark(k, "clock-step", "clock stepped by ", step_us, 0);
	if (gap_us > KEEPER_LATE_US)
		k->grace_until_us = k->now_us + KEEPER_NO_ANSWER_US;
	if (gap_us > GAP_US)
		mark(k, "gap", "the keeper stood still for ", gap_us, before_us + step_us);
}

/* The machine slept: its monotonic clock stood still meanwhile, the wall clock went on. Said before
 * the next keeper_tick(). */
static void take_suspended(struct keeper *k, struct keeper_end from, const struct line *l)
{
	int64_t for_us = line_int(l, "for_us", 0);

	(void)from;
	if (for_us <= 0)
		return;
	mark(k, "gap", "the machine slept for ", for_us, k->wall_us - for_us);
	for (size_t i = 0; i < k->checks; i++) {
		k->check[i]->since_us -= for_us;
		k->check[i]->passing_since_us -= for_us;
		k->check[i]->incident.start_us -= for_us;
	}
	for (size_t i = 0; i < k->groups; i++) {
		k->group[i]->since_us -= for_us;
		k->group[i]->passing_since_us -= for_us;
	}
	outbox_slept(k, for_us);
	alert_shift(k, for_us);
	k->grace_until_us = k->now_us + KEEPER_NO_ANSWER_US;
}

/* ---- the recorder ---- */

static void feed_recorder(struct keeper *k)
{
	const char *line;
	size_t size;
	struct text *t;

	while (k->recorder_is_there && spool_next(&k->spool, &line, &size)) {
		t = keeper_line(k, END_RECORDER, 0);
		if (!t)
			return;
		text_add(t, line, size);
		spool_sent(&k->spool);
	}
}

static void take_recorder(struct keeper *k, struct keeper_end from, const struct line *l)
{
	struct text *t = keeper_line(k, END_RECORDER, 0);

	(void)from, (void)l;
	k->recorder_is_there = t != NULL;
	k->recorder_fails = false;
	spool_rewind(&k->spool);
	if (t) {
		line_begin(t, "keeper", k->start_id);
		line_end(t);
	}
}

static void take_committed(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	spool_commit(&k->spool, line_number(l));
	outbox_take_committed(k, line_number(l));
}

static void take_failing(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	k->recorder_fails = true;
	free(k->recorder_reason);
	k->recorder_reason = memory_text(line_get(l, "reason"));
	resume_give_up(k, k->recorder_reason);
	outbox_take_failing(k);
}

static void take_start(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	ahead_start(k, l);
	resume_expect(k, l);
}

static void take_resume(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	resume_take(k, l);
}

static void take_window(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	window_resume(k, l);
}

static void take_memory(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	resume_take_memory(k, l);
}

static void take_resume_letter(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	outbox_resume_letter(k, l);
	if (k->resume.is_awaited)
		alert_resume_letter(k, l);
}

static void take_resume_destination(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	outbox_resume_destination(k, l);
}

static void take_resume_incident(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	if (k->resume.is_awaited)
		alert_resume_incident(k, l);
}

static void take_resume_standing(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	if (k->resume.is_awaited)
		alert_resume_standing(k, l);
}

static void take_resume_delivery(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	delivery_resume(k, l);
}

static void take_resume_card(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	cards_resume(k, l);
}

static void take_resumed(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from, (void)l;
	cards_resumed(k);
	delivery_resumed(k);
	resume_complete(k);
}

static void take_recovered(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from, (void)l;
	k->recorder_fails = false;
}

static void take_recorded(struct keeper *k, struct keeper_end from, const struct line *l)
{
	const char *wrong = line_find(l, "wrong");

	(void)from;
	if (line_number(l) == k->recorded)
		status_end_recorded(k, wrong ? "wrong" : "text",
				    wrong ? wrong : line_find(l, "text"));
}

/* ---- lines ---- */

static void take_result(struct keeper *k, struct keeper_end from, const struct line *l)
{
	cycle_take_result(k, from.number, l);
	pool_serve_blocking(k);
}

static void take_diagnosis(struct keeper *k, struct keeper_end from, const struct line *l)
{
	burst_take(k, from.number, l);
}

static void take_inspected(struct keeper *k, struct keeper_end from, const struct line *l)
{
	look_take(k, from.number, l);
}

static void take_configuration(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	configure_take(k, l);
}

static void take_prober(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	pool_take_prober(k, l);
}

static void take_retire(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	pool_take_retire(k, l);
}

static void take_gone(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	pool_take_gone(k, l);
}

static void take_courier(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	outbox_take_courier(k, l);
}

static void take_courier_gone(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	outbox_take_gone(k, l);
}

static void take_copy_trouble(struct keeper *k, struct keeper_end from, const struct line *l)
{
	struct text name = {0};

	(void)from;
	text_printf(&name, "copy %s", line_name(l));
	alert_trouble(k, name.at, line_find(l, "reason") != NULL, line_get(l, "reason"));
	text_release(&name);
}

/* The answer to who asked for a copy: the number is his. */
static void take_copied(struct keeper *k, struct keeper_end from, const struct line *l)
{
	bool is_wrong = line_find(l, "wrong") != NULL;

	(void)from;
	status_end(k, line_number(l), is_wrong ? "wrong" : "text",
		   line_get(l, is_wrong ? "wrong" : "text"));
}

static void take_made(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	delivery_take_made(k, l);
}

static void take_outcome(struct keeper *k, struct keeper_end from, const struct line *l)
{
	outbox_take_outcome(k, from.number, l);
}

static void lose_recorder(struct keeper *k)
{
	k->recorder_is_there = false;
	status_end_recorded(k, "wrong", "the recorder ended meanwhile: try again");
}

static void forget_client(struct keeper *k, int64_t client)
{
	cards_forget_client(k, client);
	status_forget_client(k, client);
}

static void take_closed(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)l;
	if (from.kind == END_PROBER)
		pool_take_closed(k, from.number);
	else if (from.kind == END_COURIER)
		outbox_take_closed(k, from.number);
	else if (from.kind == END_RECORDER)
		lose_recorder(k);
	else if (from.kind == END_CLIENT)
		forget_client(k, from.number);
}

static void take_request(struct keeper *k, struct keeper_end from, const struct line *l)
{
	status_take(k, from.number, l);
}

static void take_effort(struct keeper *k, struct keeper_end from, const struct line *l)
{
	(void)from;
	effort_take(k, l);
}

static const struct {
	enum keeper_end_kind from;
	const char *verb; /* NULL: any */
	void (*take)(struct keeper *, struct keeper_end, const struct line *);
} table[] = {
	{END_PROBER, "result", take_result},
	{END_PROBER, "diagnosis", take_diagnosis},
	{END_PROBER, "inspected", take_inspected},
	{END_PROBER, "closed", take_closed},
	{END_RECORDER, "committed", take_committed},
	{END_RECORDER, "failing", take_failing},
	{END_RECORDER, "recovered", take_recovered},
	{END_RECORDER, "merged", take_recorded},
	{END_RECORDER, "reclassified", take_recorded},
	{END_RECORDER, "resume", take_resume},
	{END_RECORDER, "memory", take_memory},
	{END_RECORDER, "resume-letter", take_resume_letter},
	{END_RECORDER, "resume-destination", take_resume_destination},
	{END_RECORDER, "resume-incident", take_resume_incident},
	{END_RECORDER, "resume-standing", take_resume_standing},
	{END_RECORDER, "resume-maintenance", take_window},
	{END_RECORDER, "resume-delivery", take_resume_delivery},
	{END_RECORDER, "resume-card", take_resume_card},
	{END_RECORDER, "resumed", take_resumed},
	{END_RECORDER, "closed", take_closed},
	{END_PARENT, "start", take_start},
	{END_PARENT, "prober", take_prober},
	{END_PARENT, "retire", take_retire},
	{END_PARENT, "prober-gone", take_gone},
	{END_PARENT, "courier", take_courier},
	{END_PARENT, "courier-gone", take_courier_gone},
	{END_PARENT, "made", take_made},
	{END_PARENT, "copied", take_copied},
	{END_PARENT, "effort", take_effort},
	{END_PARENT, "copy-trouble", take_copy_trouble},
	{END_COURIER, "outcome", take_outcome},
	{END_COURIER, "closed", take_closed},
	{END_PARENT, "recorder", take_recorder},
	{END_PARENT, "begin", take_configuration},
	{END_PARENT, "setting", take_configuration},
	{END_PARENT, "module", take_configuration},
	{END_PARENT, "location", take_configuration},
	{END_PARENT, "zone", take_configuration},
	{END_PARENT, "contact", take_configuration},
	{END_PARENT, "path", take_configuration},
	{END_PARENT, "template", take_configuration},
	{END_PARENT, "deliver", take_configuration},
	{END_PARENT, "canned", take_configuration},
	{END_PARENT, "page", take_configuration},
	{END_PARENT, "define", take_configuration},
	{END_PARENT, "service", take_configuration},
	{END_PARENT, "channel", take_configuration},
	{END_PARENT, "maintenance", take_configuration},
	{END_PARENT, "end", take_configuration},
	{END_LOOP, "suspended", take_suspended},
	{END_CLIENT, "closed", take_closed},
	{END_CLIENT, NULL, take_request},
};

void keeper_take(struct keeper *k, int64_t mono_us, int64_t wall_us, struct keeper_end from,
		 const struct line *l)
{
	assert(k->magic == KEEPER_MAGIC);
	if (from.kind == END_LOOP && k->has_started)
		k->offset_us += line_int(l, "for_us", 0); /* a sleep is no step of the clock */
	set_time(k, mono_us, wall_us);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].from == from.kind &&
		    (!table[i].verb || !strcmp(table[i].verb, l->verb))) {
			table[i].take(k, from, l);
			break;
		}
	outbox_run(k);
	feed_recorder(k);
}

/* ---- the tick ---- */

/* A check that has slept for its interval is in no cache: it is fetched while the one before it is
 * served. Past the end of a smaller thing this does no harm. */
static void fetch(const struct schedule_entry *e)
{
	for (size_t i = 0; e && i < sizeof(struct check); i += 64)
		__builtin_prefetch((const char *)e + i);
}

static void serve_due(struct keeper *k, struct schedule_entry *e, const struct schedule_entry *next)
{
	fetch(next);
	switch ((enum due_kind)e->kind) {
	case DUE_CHECK:
		check_is_due(k, (struct check *)e);
		break;
	case DUE_FLIGHT:
		flight_is_due(k, (struct flight *)e);
		break;
	case DUE_ROUND:
		round_is_due(k, (struct round *)e);
		break;
	case DUE_ALARM:
		alert_is_due(k, e);
		break;
	case DUE_BATCH:
		batch_is_due(k, e);
		break;
	}
}

static void each_second(struct keeper *k)
{
	struct text *t = keeper_line(k, END_PARENT, 0);

	k->next_second_us = k->now_us + KEEPER_SECOND;
	state_watch_window(k);
	intensify_watch(k);
	alert_watch(k);
	window_watch(k);
	resume_watch(k);
	pool_watch(k);
	outbox_watch(k);
	delivery_watch(k);
	cards_watch(k);
	effort_watch(k);
	if (t) {
		line_begin(t, "alive", "-");
		line_end(t);
	}
}

void keeper_tick(struct keeper *k, int64_t mono_us, int64_t wall_us)
{
	struct schedule_entry *e;

	assert(k->magic == KEEPER_MAGIC);
	set_time(k, mono_us, wall_us);
	pool_serve(k);
	while ((e = schedule_take(&k->schedule, k->now_us)))
		serve_due(k, e, schedule_peek(&k->schedule));
	while ((e = ahead_take(k)))
		serve_due(k, e, schedule_peek(&k->ahead.schedule));
	if (k->now_us >= k->next_second_us)
		each_second(k);
	status_go_on(k);
	cards_go_on(k);
	outbox_run(k);
	feed_recorder(k);
}

int64_t keeper_next_us(const struct keeper *k)
{
	int64_t next_us = k->has_started ? schedule_next_us(&k->schedule) : 0;

	if (ahead_next_us(k) < next_us)
		next_us = ahead_next_us(k);
	for (int i = 0; i < POOLS; i++)
		if (k->pool[i].waiting.count && k->prober_count &&
		    k->now_us + SCHEDULE_TICK_US < next_us)
			next_us = k->now_us + SCHEDULE_TICK_US;
	if ((k->walks || cards_wait(k)) && k->now_us + SCHEDULE_TICK_US < next_us)
		next_us = k->now_us + SCHEDULE_TICK_US;
	if (outbox_wanted_us(k) < next_us)
		next_us = outbox_wanted_us(k);
	return next_us < k->next_second_us ? next_us : k->next_second_us;
}
