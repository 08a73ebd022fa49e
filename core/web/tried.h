/* web/tried: who has tried passwords lately (throttle.h), at the sign-in and at the doors of
 * private pages: in memory that the parent hands from one web process to the next, so that whoever
 * brings one down guesses no sooner (F55). It ends with ninesd, which no visitor can.
 *
 * A web that died may have left anything there: what cannot be is forgotten as it is opened. */
#ifndef NINES_WEB_TRIED_H
#define NINES_WEB_TRIED_H

#include <stdbool.h>
#include <stdint.h>

struct throttle;

enum tried_at { TRIED_SIGN_IN, TRIED_PAGE, TRIED_PLACES };

/* A memfd of which nobody has tried, for the parent to make; -1 with errno. */
int tried_create(void);
/* From now on this is what is counted; fd stays the caller's. False: it is no such memory, or there
 * is none left, and what this process knows stays in use. */
bool tried_open(int fd, int64_t now_us);

struct throttle *tried(enum tried_at);

#endif
