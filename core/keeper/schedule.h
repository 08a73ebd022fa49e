/* keeper/schedule: the wheel: what is due when, in ticks of 10 ms.
 *
 * Four levels of 256 slots; setting, stopping and taking an entry cost the same however many there
 * are. An entry is embedded in what it belongs to. Entries of one tick come out together and in the
 * order they were set, never before they are due. Used by keeper.c; knows nothing of checks. */
#ifndef NINES_KEEPER_SCHEDULE_H
#define NINES_KEEPER_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#define SCHEDULE_TICK_US INT64_C(10000)
#define SCHEDULE_LEVELS 4
#define SCHEDULE_SLOTS 256

struct schedule_entry {
	struct schedule_entry *next, *prev; /* NULL: not set */
	int64_t due_us;
	uint16_t slot; /* level and slot it hangs in */
	uint8_t kind;  /* the owner's */
};

struct schedule {
	int64_t tick; /* all earlier ticks have been served */
	uint64_t filled[SCHEDULE_LEVELS][SCHEDULE_SLOTS / 64];
	struct schedule_entry head[SCHEDULE_LEVELS * SCHEDULE_SLOTS];
};

void schedule_init(struct schedule *, int64_t now_us);
/* Sets or moves an entry; one that is overdue comes with the next tick. */
void schedule_set(struct schedule *, struct schedule_entry *, int64_t due_us);
void schedule_stop(struct schedule *, struct schedule_entry *);
/* Takes out the next entry that is due at `now_us`, NULL when there is none. */
struct schedule_entry *schedule_take(struct schedule *, int64_t now_us);
/* An entry that schedule_take() will give soon, without looking into it; NULL: none is known. */
const struct schedule_entry *schedule_peek(const struct schedule *);
/* No entry is due before this time; INT64_MAX when none is set. */
int64_t schedule_next_us(const struct schedule *);

#endif
