/* keeper/schedule: see schedule.h. */
#include "schedule.h"

#include <stddef.h>
#include <string.h>

#define BITS 8
#define MASK (SCHEDULE_SLOTS - 1)

void schedule_init(struct schedule *s, int64_t now_us)
{
	memset(s, 0, sizeof *s);
	s->tick = now_us / SCHEDULE_TICK_US;
	for (size_t i = 0; i < SCHEDULE_LEVELS * SCHEDULE_SLOTS; i++)
		s->head[i].next = s->head[i].prev = &s->head[i];
}

static void mark(struct schedule *s, unsigned slot, bool is_filled)
{
	uint64_t bit = UINT64_C(1) << (slot & 63),
		 *word = &s->filled[slot >> BITS][(slot & MASK) >> 6];

	*word = is_filled ? *word | bit : *word & ~bit;
}

static void hang(struct schedule *s, struct schedule_entry *e, unsigned slot)
{
	struct schedule_entry *head = &s->head[slot];

	e->slot = (uint16_t)slot;
	e->next = head;
	e->prev = head->prev;
	head->prev->next = e;
	head->prev = e;
	mark(s, slot, true);
}

/* The slot for a tick that is not before s->tick. Further away than the wheel reaches: the last
 * slot, looked at again there. */
static unsigned slot_of(const struct schedule *s, int64_t tick)
{
	int64_t away = tick - s->tick;
	unsigned level = 0;

	while (level < SCHEDULE_LEVELS - 1 && away >> (BITS * (level + 1)))
		level++;
	if (away >> (BITS * SCHEDULE_LEVELS))
		tick = s->tick + (INT64_C(1) << (BITS * SCHEDULE_LEVELS)) - 1;
	return level << BITS | (unsigned)(tick >> (BITS * level) & MASK);
}

static int64_t tick_of(int64_t due_us)
{
	return due_us / SCHEDULE_TICK_US + (due_us % SCHEDULE_TICK_US > 0);
}

void schedule_set(struct schedule *s, struct schedule_entry *e, int64_t due_us)
{
	int64_t tick = tick_of(due_us);

	schedule_stop(s, e);
	e->due_us = due_us;
	hang(s, e, slot_of(s, tick > s->tick ? tick : s->tick + 1));
}

void schedule_stop(struct schedule *s, struct schedule_entry *e)
{
	if (!e->next)
		return;
	e->prev->next = e->next;
	e->next->prev = e->prev;
	if (s->head[e->slot].next == &s->head[e->slot])
		mark(s, e->slot, false);
	e->next = e->prev = NULL;
}

/* Deals the entries of a higher level's current slot out to the levels below. */
static void deal(struct schedule *s, unsigned level)
{
	unsigned slot = (unsigned)(s->tick >> (BITS * level) & MASK);
	struct schedule_entry *head = &s->head[level << BITS | slot], *e;
	int64_t tick;

	if (!slot && level + 1 < SCHEDULE_LEVELS)
		deal(s, level + 1);
	while ((e = head->next) != head) {
		schedule_stop(s, e);
		tick = tick_of(e->due_us);
		hang(s, e, slot_of(s, tick > s->tick ? tick : s->tick));
	}
}

/* The first filled slot of level 0 from `first` on, SCHEDULE_SLOTS when there is none. */
static unsigned next_filled(const struct schedule *s, unsigned first)
{
	uint64_t word;

	for (unsigned i = first >> 6; i < SCHEDULE_SLOTS / 64; i++) {
		word = s->filled[0][i];
		if (i == first >> 6)
			word &= ~UINT64_C(0) << (first & 63);
		if (word)
			return i << 6 | (unsigned)__builtin_ctzll(word);
	}
	return SCHEDULE_SLOTS;
}

struct schedule_entry *schedule_take(struct schedule *s, int64_t now_us)
{
	int64_t last = now_us / SCHEDULE_TICK_US, tick;
	struct schedule_entry *e;

	for (;;) {
		e = s->head[s->tick & MASK].next;
		if (e != &s->head[s->tick & MASK]) {
			schedule_stop(s, e);
			return e;
		}
		if (s->tick >= last)
			return NULL;
		tick = (s->tick & ~(int64_t)MASK) + next_filled(s, (unsigned)(s->tick & MASK) + 1);
		s->tick = tick < last ? tick : last;
		if (!(s->tick & MASK))
			deal(s, 1);
	}
}

const struct schedule_entry *schedule_peek(const struct schedule *s)
{
	const struct schedule_entry *head = &s->head[s->tick & MASK];

	return head->next != head ? head->next : NULL;
}

int64_t schedule_next_us(const struct schedule *s)
{
	uint64_t any = 0;

	if (s->head[s->tick & MASK].next != &s->head[s->tick & MASK])
		return s->tick * SCHEDULE_TICK_US;
	for (unsigned level = 0; level < SCHEDULE_LEVELS; level++)
		for (unsigned i = 0; i < SCHEDULE_SLOTS / 64; i++)
			any |= s->filled[level][i];
	if (!any)
		return INT64_MAX;
	return ((s->tick & ~(int64_t)MASK) + next_filled(s, (unsigned)(s->tick & MASK) + 1)) *
	       SCHEDULE_TICK_US;
}
