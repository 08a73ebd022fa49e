/* keeper/user: requests about users, sessions and tokens, for board_kinds.c. */
#ifndef NINES_KEEPER_USER_H
#define NINES_KEEPER_USER_H

#include "keeper.h"

void users_ask(struct keeper *, int64_t client, const struct line *);
/* Removes sessions and tokens that are over. */
void users_second(struct keeper *);

#endif
