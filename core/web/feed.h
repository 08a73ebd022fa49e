/* web/feed: what the keeper says: its state when somebody wants to see it, the board of cards as it
 * changes, and answers to single questions.
 *
 * Invariant: one question is open at a time, in the order in which they were put; its state is
 * asked for at most once a second, however many readers there are. `now` and `board` are always
 * whole; a broken answer never replaces them. */
#ifndef NINES_WEB_FEED_H
#define NINES_WEB_FEED_H

#include "../base/link.h"
#include "../board/board.h"
#include "figures.h"
#include "finding.h"
#include "site.h"

#define FEED_FRESH_US    1000000
#define FEED_WAIT_US     2000000 /* for an answer; then readers get what is known */
#define FEED_STALE_US    5000000 /* older data is shown as old */
#define FEED_RECORDED_US 2000000 /* what has happened is in the record by then */
#define FEED_RENEW_US    5000000 /* figures anew at most so often because states changed */
#define FEED_QUESTIONS   1000 /* that wait; more are refused at once */

struct feed;

/* The answer's `end` line, or NULL: the keeper has gone. */
typedef void feed_ended(struct feed *, const struct line *end, void *with);

#define FEED_HEARD_BYTES (8u << 20) /* of one answer */

struct feed_question;

struct feed {
	struct link keeper;
	struct loop *loop;
	struct loop_timer late;
	struct overview now, next;
	struct site_figures *figures; /* of the record; those of the month stand in `now` */
	struct findings findings; /* lent to `now` */
	struct board *board, *coming; /* coming: not whole yet, NULL while none comes */
	struct feed_question *first, *last; /* the first one is open */
	size_t questions;
	const char *heard; /* while an answer is told to who asked: its lines but the last */
	int64_t asked_us, answered_us; /* monotonic */
	uint64_t answers; /* to `status -` */
	uint64_t states; /* a hash of those of the last answer; 0: none yet */
	int64_t renewed_us; /* monotonic */
	int64_t renew_us; /* when they are to be renewed, monotonic; 0: nothing has changed */
	uint64_t *changes; /* the site's: counts up with anything that pages show */
	bool is_asking, is_linked, has_board;
	/* An answer came, or none will: whoever waits can go on. */
	void (*settled)(struct feed *, void *with);
	void *with;
};

void feed_init(struct feed *, struct loop *, uint64_t *changes);
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

/* Brings what the site knows of the keeper up to date. */
void feed_tell(const struct feed *, struct site *);

/* Asks one whole line; `ended` is called once, later. False: there is no keeper, or too much waits
 * for it; nothing is called then. */
bool feed_ask(struct feed *, const char *line, feed_ended *, void *with);
/* Whoever asked with `with` wants no answer any more. */
void feed_forget(struct feed *, const void *with);

#endif
