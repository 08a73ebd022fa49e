/* web/desk: the process beside the web that works out argon2id, one at a time, so that the web's
 * loop never waits for it.
 *
 * Forked before the web takes its sandbox; has no descriptor but its link. Passwords go to it and
 * nowhere else, and are overwritten there. When it dies the web ends, to be started with another.
 * Invariant: a try costs the same whether the user is known or not. */
#ifndef NINES_WEB_DESK_H
#define NINES_WEB_DESK_H

#include "../base/link.h"

#define DESK_WAITING 16 /* tries that wait; more are refused at once */

typedef void desk_ended(const struct line *end, void *with); /* NULL: the desk has gone */

struct desk_try {
	desk_ended *ended; /* NULL: nobody waits any more */
	void *with;
};

struct desk {
	struct link link;
	struct desk_try try[DESK_WAITING]; /* in the order in which they were put */
	size_t tries;
	bool is_open, is_ready; /* ready: it has worked out a first one */
};

/* False with errno: it could not be started. */
bool desk_open(struct desk *, struct loop *);
void desk_close(struct desk *);
/* Is it the password of that hash? "": of nobody's, at the same cost. The answer's word `good` is
 * 1 or 0. False: too many wait, nothing is called. */
bool desk_ask(struct desk *, const char *password, const char *hash, desk_ended *, void *with);
/* The hash of a new password: the answer's word `hash`, "" where there was no memory for it. */
bool desk_hash(struct desk *, const char *password, desk_ended *, void *with);
void desk_forget(struct desk *, const void *with);

#endif
