/* keeper/keeper: schedule, cycles, states, incidents, as a function: (now, line) in, lines out.
 *
 * The keeper decides when each check is probed, by which prober, what a cycle of results means, and
 * tells the recorder, the parent and whoever asks. It never reads a clock, never opens, reads or
 * writes anything and never waits: its caller passes the time and the lines of all links and takes
 * its lines away, so that a test can be any day and a trace can be replayed. What comes from a
 * prober is believed only where it answers a probe of that prober. Driven by keeper_main.c and by
 * tests/unit/keeper_*.c.
 *
 * Invariant: every probe handed out ends in exactly one recorded result: the prober's, or one of
 * the keeper's own (`unknown`). */
#ifndef NINES_KEEPER_KEEPER_H
#define NINES_KEEPER_KEEPER_H

#include <stdint.h>

#include "../base/line.h"

struct keeper;

/* The other end of a link. END_LOOP is the keeper's own process: `suspended - for_us=N`, and
 * `closed -` comes from any end. */
enum keeper_end_kind { END_PROBER, END_PARENT, END_RECORDER, END_CLIENT, END_LOOP, END_COURIER };

struct keeper_end {
	enum keeper_end_kind kind;
	int64_t number; /* of the prober, client or courier, else 0 */
};

struct keeper_out {
	/* Where to append one line for that end, or NULL when it is gone or has no room. */
	struct text *(*line)(void *with, struct keeper_end to);
	void *with;
	/* Closes that link at the end of this turn: it does not keep up. May be NULL. */
	void (*close)(void *with, struct keeper_end);
};

/* Clients from this number on are the web. */
#define KEEPER_WEB (INT64_C(1) << 40)

/* `out` is borrowed and must stay. The first call of keeper_tick() or keeper_take() starts its
 * time. */
struct keeper *keeper_new(const struct keeper_out *out);
void keeper_free(struct keeper *);

/* One line. Times are microseconds: monotonic (never less than before), and the wall clock, which
 * may do what it likes. */
void keeper_take(struct keeper *, int64_t mono_us, int64_t wall_us, struct keeper_end from,
		 const struct line *);
/* Does what has become due. */
void keeper_tick(struct keeper *, int64_t mono_us, int64_t wall_us);
/* When keeper_tick() is wanted next, monotonic. */
int64_t keeper_next_us(const struct keeper *);

/* The role's process: control link on `control_fd`. Returns the exit status. */
int keeper_main(int control_fd);

#endif
