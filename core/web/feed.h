/* web/feed: what the keeper says, fetched when somebody wants to see it.
 *
 * Invariant: at most one question is open, and at most one a second is asked, however many
 * readers there are. `now` is always a whole answer; a broken one never replaces it. */
#ifndef NINES_WEB_FEED_H
#define NINES_WEB_FEED_H

#include "../base/link.h"
#include "finding.h"
#include "month.h"
#include "overview.h"

#define FEED_FRESH_US 1000000
#define FEED_WAIT_US 2000000  /* for an answer; then readers get what is known */
#define FEED_STALE_US 5000000 /* older data is shown as old */

struct feed {
	struct link keeper;
	struct loop *loop;
	struct loop_timer late;
	struct overview now, next;
	struct month month; /* its figures stand in `now` */
	struct findings findings; /* lent to `now` */
	int64_t asked_us, answered_us; /* monotonic */
	uint64_t answers;              /* counts up: what is rendered is known by it */
	bool is_asking, is_linked;
	/* An answer came, or none will: whoever waits can go on. */
	void (*settled)(struct feed *, void *with);
	void *with;
};

void feed_init(struct feed *, struct loop *);
/* The record, for what the keeper does not know: figures of the month, diagnoses. */
void feed_start(struct feed *, const char *store);
void feed_release(struct feed *);
/* Takes over the connected socket to a keeper, in place of the one before. */
void feed_link(struct feed *, int fd);
/* True when what is known is good enough or nothing better can be had; else a question is on
 * its way and settled() follows. */
bool feed_is_ready(struct feed *);
/* The data is so old that readers must be told. */
bool feed_is_stale(const struct feed *);

#endif
