/* keeper/resume: a new keeper goes on where the one before it ended.
 *
 * After `start keeper resume=1` the first configuration waits for what the recorder read from the
 * store: `resume NAME ...` for each check and service, `memory NAME ...` for passive checks, then
 * `resumed -`. It waits RESUME_WAIT_US at most, not at all once the recorder says that the store
 * fails; then the keeper begins anew and says so. What comes later is passed over. A check keeps
 * its state, its times, its incident with its id, and its slots; one that is no longer configured
 * ends like one that a new configuration leaves out. Called by keeper.c and configure.c. */
#ifndef NINES_KEEPER_RESUME_H
#define NINES_KEEPER_RESUME_H

#include "inside.h"

#define RESUME_WAIT_US (15 * KEEPER_SECOND)
#define RESUME_INTENSE (-1) /* the place in a check's memory for intensify.c */

/* ---- lines ---- */

void resume_expect(struct keeper *, const struct line *);
void resume_take(struct keeper *, const struct line *);
void resume_take_memory(struct keeper *, const struct line *);
void resume_complete(struct keeper *);
/* There is nothing to wait for: `why` is said. */
void resume_give_up(struct keeper *, const char *why);
void resume_watch(struct keeper *);

/* ---- for the configuration ---- */

/* True: keep its `end` until resume calls configure_end() again. */
bool resume_holds(struct keeper *, const struct line *end);
void resume_check(struct keeper *, struct check *);
void resume_group(struct keeper *, struct group *);
/* All that is configured has taken what it was; what is left is not configured any more. */
void resume_end(struct keeper *);
/* The slot that is due after the last one that was probed, when it is still to come. */
bool resume_slot(struct keeper *, struct check *);

/* A passive check remembers something else or expects a line by another time: the record is told.
 */
void resume_note(struct keeper *, const struct check *, size_t place);

void resume_release(struct keeper *);

#endif
