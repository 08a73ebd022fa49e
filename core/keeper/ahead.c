/* keeper/ahead: checks that are handed out before they are due, many at a time, while their probers
 * wait for the time. A keeper that wakes for each tick of 10 ms costs three times what the checks
 * of that tick cost, because everything is cold by then.
 *
 * Slots up to the end of the next stretch of `ahead_us` (line `start keeper`) leave at the
 * beginning of this one, in the order of their ticks. A check whose probe still runs is looked at
 * again at its slot, as are those of whom a prober takes one at a time, that wait for lines or
 * have many items. */
#include "inside.h"

#define GRID_MOST_US (KEEPER_SECOND / 2) /* every check's interval is longer */

static struct schedule *wheel(struct keeper *k, const struct check *c)
{
	return c->is_ahead ? &k->ahead.schedule : &k->schedule;
}

void ahead_start(struct keeper *k, const struct line *start)
{
	int64_t grid_us = line_int(start, "ahead_us", 0);

	if (grid_us >= SCHEDULE_TICK_US && grid_us <= GRID_MOST_US)
		k->ahead.grid_us = grid_us - grid_us % SCHEDULE_TICK_US;
}

static bool may_leave(const struct keeper *k, const struct check *c, int64_t due_us)
{
	return k->ahead.grid_us && c->pool == POOL_GENERAL && !c->is_passive && !c->items &&
	       !c->runs_when_healthy && due_us > k->ahead.until_us;
}

void ahead_stop(struct keeper *k, struct check *c)
{
	schedule_stop(wheel(k, c), &c->entry);
}

void ahead_hang(struct keeper *k, struct check *c, int64_t due_us)
{
	ahead_stop(k, c);
	c->is_ahead = may_leave(k, c, due_us);
	schedule_set(wheel(k, c), &c->entry, due_us);
}

struct schedule_entry *ahead_take(struct keeper *k)
{
	if (!k->ahead.grid_us)
		return NULL;
	k->ahead.until_us = k->now_us - k->now_us % k->ahead.grid_us + k->ahead.grid_us;
	return schedule_take(&k->ahead.schedule, k->ahead.until_us);
}

int64_t ahead_next_us(const struct keeper *k)
{
	int64_t grid_us = k->ahead.grid_us,
		next_us = grid_us ? schedule_next_us(&k->ahead.schedule) : INT64_MAX;

	return next_us == INT64_MAX ? next_us
				    : (next_us + grid_us - 1) / grid_us * grid_us - grid_us;
}
