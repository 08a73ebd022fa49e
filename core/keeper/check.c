/* keeper/check: when a check runs: its slots, the recheck, what came in for a passive one. The grid
 * of slots never moves: each is the one before plus the interval; a slot that cannot be used is
 * missed and counted, never made up for. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "resume.h"

#define FIRST_ROUND_US (10 * KEEPER_SECOND)
#define FIRST_PROBE_US 5000 /* one more check makes the first round this much longer */
#define SPREAD_US (60 * KEEPER_SECOND)     /* what came due while the keeper stood still */

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t next_due(const struct check *c)
{
	if (!c->next_us || !c->recheck_at_us)
		return c->next_us ? c->next_us : c->recheck_at_us;
	return least(c->next_us, c->recheck_at_us);
}

void check_arm(struct keeper *k, struct check *c)
{
	int64_t due_us = next_due(c);

	c->is_delayed = false;
	if (c->is_paused)
		c->next_us = due_us = 0;
	if (due_us)
		ahead_hang(k, c, due_us);
	else
		ahead_stop(k, c);
}

/* The first slot of the check's grid that is not before `from_us`. */
static int64_t slot_from(const struct check *c, int64_t from_us)
{
	int64_t past_us = (from_us - c->phase_us) % c->every_us;

	return past_us > 0 ? from_us + c->every_us - past_us : from_us - past_us;
}

/* Due a minute (recheck_us) after the failed probe was due, unless a regular one falls earlier. */
void check_recheck(struct keeper *k, struct check *c, int64_t failed_due_us)
{
	int64_t at_us = failed_due_us + c->recheck_us;

	if (!c->items && !c->is_passive && c->next_us && c->next_us <= at_us)
		return;
	c->recheck_at_us = at_us > k->now_us ? at_us : k->now_us;
	check_arm(k, c);
}

/* The first probe of a new check comes within ten seconds, the others on its grid; a passive one
 * gets one interval to report. */
void check_start(struct keeper *k, struct check *c, size_t beginners, size_t place)
{
	int64_t span_us =
		least(least(c->every_us, FIRST_ROUND_US), (int64_t)beginners * FIRST_PROBE_US);
	int64_t first_us = (int64_t)((double)span_us * (double)place / (double)beginners);

	c->phase_us =
		(int64_t)(c->hash % (uint64_t)(c->every_us / SCHEDULE_TICK_US)) * SCHEDULE_TICK_US;
	c->is_first = !c->is_passive;
	first_us += k->now_us + SCHEDULE_TICK_US - 1;
	if (resume_slot(k, c))
		c->is_first = false;
	else
		c->next_us = c->is_passive ? k->now_us + c->every_us
					   : first_us - first_us % SCHEDULE_TICK_US;
	if (c->incident.phase == INCIDENT_PROVISIONAL && !c->recheck_at_us)
		check_recheck(k, c, k->now_us - c->recheck_us);
	check_arm(k, c);
}

static void miss(struct check *c, int64_t slots)
{
	c->missed += (uint32_t)slots;
	c->missed_total += (uint64_t)slots;
}

/* The keeper stood still past this check's time (F14). Whole intervals are missed slots and the
 * check runs in its next one; a part of an interval is made up for, spread out. True when the check
 * is not to run now. */
static bool put_off(struct keeper *k, struct check *c)
{
	int64_t late_us = k->now_us - c->next_us, slots, span_us = SPREAD_US;

	if (c->next_us && late_us >= c->every_us && !c->is_first && !c->is_passive) {
		slots = late_us / c->every_us + 1;
		miss(c, slots);
		c->next_us += slots * c->every_us;
	}
	if (k->now_us - next_due(c) < KEEPER_LATE_US) {
		check_arm(k, c);
		return next_due(c) > k->now_us;
	}
	if (c->is_delayed)
		return false;
	if (c->next_us && c->next_us <= k->now_us && late_us < c->every_us)
		span_us = least(span_us, c->every_us - late_us);
	c->is_delayed = true;
	c->is_ahead = false; /* it is past its slot already */
	schedule_set(&k->schedule, &c->entry, k->now_us + (int64_t)(c->hash % (uint64_t)span_us));
	return true;
}

static bool is_running(const struct check *c)
{
	return c->items ? c->rounds && c->rounds->next : c->cycles != NULL;
}

/* Silence is what the other monitor waits for (F61), so a slot left out is no missed one. */
static void run(struct keeper *k, struct check *c, int64_t due_us, bool is_recheck)
{
	if (c->runs_when_healthy && !keeper_is_healthy(k))
		return;
	if (c->items)
		round_start(k, c, due_us, is_recheck);
	else
		cycle_start(k, c, due_us, NULL);
}

static void run_slot(struct keeper *k, struct check *c)
{
	int64_t due_us = c->next_us;

	c->next_us = c->is_first ? slot_from(c, due_us + c->every_us / 2) : due_us + c->every_us;
	c->is_first = false;
	if (!c->items)
		c->recheck_at_us = 0; /* a regular probe counts as the recheck */
	if (is_running(c))
		miss(c, 1);
	else
		run(k, c, due_us, false);
}

static void run_recheck(struct keeper *k, struct check *c)
{
	int64_t due_us = c->recheck_at_us;

	c->recheck_at_us = 0;
	if (!is_running(c)) /* else the verdict that is on its way counts as the recheck */
		run(k, c, due_us, true);
}

/* Nothing came in: that is the recheck's failure too. */
static void run_passive(struct keeper *k, struct check *c)
{
	int64_t due_us = c->next_us;

	if (due_us && due_us <= k->now_us) {
		c->next_us = c->cycles ? k->now_us + KEEPER_SECOND : 0;
		if (!c->cycles)
			cycle_start(k, c, due_us, "");
	}
	if (c->recheck_at_us && c->recheck_at_us <= k->now_us) {
		c->recheck_at_us = 0;
		if (!c->cycles)
			state_confirm(k, c);
	}
}

/* One that is early is judged at its time when a probe of it still runs: only then its slot may be
 * missed. */
void check_is_due(struct keeper *k, struct check *c)
{
	int64_t until_us = c->is_ahead ? k->ahead.until_us : k->now_us;
	bool waits = next_due(c) > k->now_us && is_running(c);

	if (k->now_us - next_due(c) >= KEEPER_LATE_US && put_off(k, c))
		return;
	if (c->is_passive)
		run_passive(k, c);
	else if (c->next_us && c->next_us <= until_us && !waits)
		run_slot(k, c);
	else if (c->recheck_at_us && c->recheck_at_us <= until_us && !waits)
		run_recheck(k, c);
	check_arm(k, c);
}

bool check_run_now(struct keeper *k, struct check *c)
{
	if (is_running(c) || c->is_paused)
		return false;
	if (c->is_passive)
		cycle_start(k, c, k->now_us, "");
	else
		run(k, c, k->now_us, false);
	return true;
}

void check_regrid(struct keeper *k, struct check *c)
{
	if (c->is_paused)
		return;
	c->phase_us =
		(int64_t)(c->hash % (uint64_t)(c->every_us / SCHEDULE_TICK_US)) * SCHEDULE_TICK_US;
	c->is_first = false;
	if (!is_running(c))
		run(k, c, k->now_us, false);
	c->next_us = slot_from(c, most(k->now_us, k->ahead.until_us) + 1);
	check_arm(k, c);
}

static void next_event(struct keeper *k, struct check *c)
{
	struct event *e = c->events;

	c->events = e->next;
	c->event_count--;
	cycle_start(k, c, k->now_us, e->text);
	free(e);
}

/* Lines for a passive check are judged one after the other; of too many the oldest is dropped. */
void check_beat(struct keeper *k, struct check *c, const char *text)
{
	size_t size = strnlen(text, KEEPER_EVENT_BYTES);
	struct event *e = memory_new(sizeof *e + size + 1), **last = &c->events, *old;

	memcpy(e->text, text, size);
	while (*last)
		last = &(*last)->next;
	*last = e;
	if (++c->event_count > KEEPER_EVENTS) {
		old = c->events;
		c->events = old->next;
		c->event_count--;
		miss(c, 1);
		free(old);
	}
	if (!c->cycles)
		next_event(k, c);
}

void check_expect(struct keeper *k, struct check *c, int64_t within_us)
{
	c->next_us = k->now_us + within_us;
	check_arm(k, c);
}

void check_has_ended_cycle(struct keeper *k, struct check *c)
{
	if (c->events && !c->cycles)
		next_event(k, c);
}

/* Its probes in flight no longer count; their results will find nobody. */
void check_forget_runs(struct keeper *k, struct check *c)
{
	struct cycle *y;
	struct round *r;

	while ((y = c->cycles)) {
		c->cycles = y->next;
		cycle_forget(k, y);
	}
	while ((r = c->rounds)) {
		c->rounds = r->next;
		round_free(k, r);
	}
}

static void free_memory(struct check *c)
{
	size_t slots = (c->items ? items_count(c->items) : 1) * c->locations;

	for (size_t i = 0; c->memory && i < slots; i++)
		free(c->memory[i]);
	free(c->memory);
	c->memory = NULL;
}

void check_clear_definition(struct keeper *k, struct check *c)
{
	check_forget_runs(k, c);
	free_memory(c);
	items_free(c->items);
	free(c->words);
	free(c->recheck_items);
	c->items = NULL;
	c->words = NULL;
	c->recheck_items = NULL;
	c->recheck_item_count = 0;
	c->broken = NULL;
}

void check_set_locations(struct keeper *k, struct check *c, const struct location **list,
			 size_t count)
{
	if (c->locations == count && !memcmp(c->location, list, count * sizeof *list)) {
		free(list);
		return;
	}
	check_forget_runs(k, c);
	free_memory(c);
	free(c->location);
	c->location = list;
	c->locations = (uint16_t)count;
}

void check_free(struct keeper *k, struct check *c)
{
	struct event *e;

	check_clear_definition(k, c);
	ahead_stop(k, c);
	while ((e = c->events)) {
		c->events = e->next;
		free(e);
	}
	text_release(&c->reason);
	text_release(&c->last_steps);
	text_release(&c->last_reason);
	text_release(&c->last_values);
	free(c->location);
	free(c->group);
	free(c->name);
	free(c);
}
