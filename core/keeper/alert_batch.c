/* keeper/alert_batch: what is due for one destination is gathered and goes as few letters as
 * possible (core/alert/storm.h). A queue for alerts, one for notes, one for recoveries; what is in
 * it has no letter yet, so what is no longer due just leaves it. Called by alert.c. */
#include "alert_inside.h"

#define LETTERS_A_TICK 4

static bool may_more_join(const struct route *r, enum alert_kind kind)
{
	if (kind == ALERT_RECOVERY)
		return r->may_recover > r->queue[kind].count;
	return r->may_join > r->queue[ALERT_ALERT].count + r->queue[ALERT_NOTE].count;
}

/* While too much fails alerts wait for a minute at most: if it is our own connection, they are not
 * due any more by then. */
static int64_t goes_at(struct keeper *k, const struct route *r, enum alert_kind kind)
{
	const struct queue *q = &r->queue[kind];
	int64_t us = storm_goes_us(&r->rate, q->first_us, may_more_join(r, kind)),
		doubt_us = q->first_us + STORM_DOUBT_US;

	if (kind == ALERT_RECOVERY || us >= doubt_us || q->first->alarm->subject->is_monitor ||
	    !state_suspects(k))
		return us;
	us = k->now_us + KEEPER_SECOND > us ? k->now_us + KEEPER_SECOND : us;
	return us < doubt_us ? us : doubt_us;
}

void batch_arm(struct keeper *k, struct route *r)
{
	int64_t goes_us = ALERT_NEVER, us;

	for (int kind = ALERT_ALERT; kind < ALERT_KINDS; kind++) {
		const struct queue *q = &r->queue[kind];

		if (!q->count)
			continue;
		us = goes_at(k, r, (enum alert_kind)kind);
		goes_us = us < goes_us ? us : goes_us;
	}
	if (goes_us == ALERT_NEVER)
		schedule_stop(&k->schedule, &r->entry);
	else
		schedule_set(&k->schedule, &r->entry, goes_us);
}

void batch_add(struct keeper *k, struct watch *w, enum alert_kind kind)
{
	struct queue *q = &w->route->queue[kind];

	if (w->queued == kind)
		return;
	batch_remove(k, w);
	w->queued = (uint8_t)kind;
	w->prev = q->last;
	*(q->last ? &q->last->next : &q->first) = w;
	q->last = w;
	if (!q->count++)
		q->first_us = k->now_us;
	batch_arm(k, w->route);
}

void batch_remove(struct keeper *k, struct watch *w)
{
	struct queue *q = &w->route->queue[w->queued];

	if (w->queued == ALERT_NOTHING)
		return;
	*(w->prev ? &w->prev->next : &q->first) = w->next;
	*(w->next ? &w->next->prev : &q->last) = w->prev;
	w->next = w->prev = NULL;
	w->queued = ALERT_NOTHING;
	q->count--;
	batch_arm(k, w->route);
}

/* Writing thousands of names takes milliseconds, and probes wait meanwhile. */
static bool may_write(struct keeper *k)
{
	if (k->alerts->said_us != k->now_us)
		k->alerts->said = 0;
	k->alerts->said_us = k->now_us;
	return k->alerts->said < LETTERS_A_TICK;
}

/* What happened in this very moment may not have been looked at. */
static void drop_what_is_not_due(struct keeper *k, struct queue *q, enum alert_kind kind)
{
	struct watch *next;

	for (struct watch *w = q->first; w; w = next) {
		next = w->next;
		if (alarm_watch_look(k, w).kind == kind)
			continue;
		batch_remove(k, w);
		alarm_watch_touch(k, w);
	}
}

static void send(struct keeper *k, struct route *r, enum alert_kind kind)
{
	struct queue *q = &r->queue[kind];

	drop_what_is_not_due(k, q, kind);
	while (q->count && may_write(k) && goes_at(k, r, kind) <= k->now_us) {
		k->alerts->said++;
		for (size_t told = say_letter(k, r, kind); told && q->first; told--) {
			struct watch *w = q->first;

			batch_remove(k, w);
			alarm_watch_touch(k, w);
		}
		storm_sent(&r->rate, k->now_us);
	}
}

/* Ends come first: who reads from the top knows what is over. */
void batch_is_due(struct keeper *k, struct schedule_entry *e)
{
	static const enum alert_kind order[] = {ALERT_RECOVERY, ALERT_ALERT, ALERT_NOTE};
	struct route *r = (struct route *)e;

	if (!may_write(k)) {
		schedule_set(&k->schedule, e, k->now_us + SCHEDULE_TICK_US);
		return;
	}
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		send(k, r, order[i]);
	batch_arm(k, r);
}
