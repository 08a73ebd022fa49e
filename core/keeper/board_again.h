/* keeper/board_again: cards are told the record again after lines for it had to be dropped.
 *
 * What waits for a recorder that is gone or fails has an end (spool.h): of results nothing can be
 * done about that, but what people wrote is still here. Once the recorder keeps up again it is told
 * every card as it is, and which are gone. Called by board.c. */
#ifndef NINES_KEEPER_BOARD_AGAIN_H
#define NINES_KEEPER_BOARD_AGAIN_H

#include "inside.h"

struct again;

struct again *again_new(void);
void again_free(struct again *);
/* A line `card ID ... gone=1` was just recorded. */
void again_gone(struct again *, const struct keeper *, const struct text *line);
void again_watch(struct again *, struct keeper *); /* each second */

#endif
