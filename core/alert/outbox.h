/* alert/outbox: which letter goes next, by which way, and when it is tried again: the rules for
 * what waits to be delivered, as a state machine.
 *
 * Pure: time and events come in, what is to be handed to a courier and what is to be recorded goes
 * out through a sink. A letter has ways, the path that wanted it and its fallbacks; it goes at
 * least once, under an id that stays, until it is delivered, refused on every way, expired or
 * withdrawn. A channel is one notifier with a process of its own, a destination one address of it.
 * No channel or destination ever holds up another.
 *
 * The rules:
 * - later: tried again after 1, 2, 5, 10, 20, 40 and then every 60 minutes, up to a quarter more by
 *   the letter's id; when the other side says how long to wait, after that (5 s to 1 h).
 * - A destination that has failed for OUTBOX_PATIENCE_US, or cannot work at all (no such notifier,
 *   its module crashes), has its letters go on the next way at once; when that fails too, the next
 *   round begins with the first one.
 * - gave-up: that way is not tried again, the next one at once. After OUTBOX_REFUSALS letters in a
 *   row a destination is switched off: only a test letter still goes there, and one that is
 *   delivered switches it on again.
 * - One letter at a time to a destination, so many a minute as its channel says.
 * - Foreign letters go to people who are no contacts of ours: they come behind all others, leave
 *   one of a channel's places free, and what becomes of their destinations is no trouble of ours.
 *
 * Invariant: a letter is handed out at most once at a time, and is told as ended exactly once.
 * All times are microseconds of one clock that never goes back. Called by core/keeper/outbox.c and
 * tests/unit/alert_outbox.c. */
#ifndef NINES_ALERT_OUTBOX_H
#define NINES_ALERT_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/map.h"

#define OUTBOX_MINUTE_US (60 * INT64_C(1000000))
#define OUTBOX_PATIENCE_US (15 * OUTBOX_MINUTE_US)
#define OUTBOX_EXPIRES_US (1440 * OUTBOX_MINUTE_US) /* where a letter does not say */
#define OUTBOX_REFUSALS 5
#define OUTBOX_WAYS 8
#define OUTBOX_MOST 10000 /* letters */
#define OUTBOX_NEVER INT64_MAX

enum outbox_outcome {
	OUTBOX_LATER,
	OUTBOX_DELIVERED,
	OUTBOX_GAVE_UP,
	OUTBOX_EXPIRED,
	OUTBOX_WITHDRAWN,
	OUTBOX_OUTCOMES
};
extern const char *const outbox_outcome_name[OUTBOX_OUTCOMES];

struct outbox;
struct outbox_destination;

struct outbox_letter {
	struct outbox_letter *next, *prev; /* in the order in which they came */
	char *id;
	void *with; /* the caller's */
	struct outbox_destination *way[OUTBOX_WAYS];
	unsigned ways, at; /* at: the way in use */
	unsigned tried, refused; /* bits by way: in this round; for good */
	int number, round; /* attempts so far; rounds of them that failed */
	int64_t created_us, expires_us, next_us, sent_us;
	bool is_test, is_foreign, is_allowed, is_flying, is_withdrawn;
};

/* "log:ops": the channel `log`, the address `ops`. */
const char *outbox_way(const struct outbox_letter *);     /* "log:ops" */
const char *outbox_channel_of(const struct outbox_letter *); /* "log" */

struct outbox_attempt {
	int64_t at_us;
	int number; /* 0: it was never tried */
	const char *to, *reason;
	enum outbox_outcome outcome;
	int64_t next_us; /* 0: it has ended, and is gone when the sink returns */
};

/* Neither may call the outbox. */
struct outbox_sink {
	/* Hands the letter to its channel's courier. False: it cannot take one now. */
	bool (*deliver)(void *with, struct outbox_letter *, int64_t delayed_us);
	void (*note)(void *with, struct outbox_letter *, const struct outbox_attempt *);
	void *with;
};

/* `sink` is borrowed and must stay. */
struct outbox *outbox_new(const struct outbox_sink *sink);
/* What waits is forgotten; forget(letter) is asked for each, to free its `with`. */
void outbox_free(struct outbox *, void (*forget)(struct outbox_letter *));

/* ---- channels ---- */

struct outbox_channel {
	const char *name;
	int64_t at_once, per_minute; /* letters; per_minute is for one address */
	int64_t timeout_us; /* of an attempt */
};

/* A configuration's channels: those not named between the two are gone. */
void outbox_channels_begin(struct outbox *);
void outbox_channel_put(struct outbox *, const struct outbox_channel *);
void outbox_channels_end(struct outbox *);
/* Its courier is there, or not. */
void outbox_channel_is_up(struct outbox *, const char *name, bool is_up);
/* It cannot work, until `until_us`. */
void outbox_channel_break(struct outbox *, const char *name, const char *reason, int64_t until_us);

/* ---- letters ---- */

struct outbox_order {
	const char *id;
	const char *const *way; /* NULL-terminated, at least one; more than OUTBOX_WAYS are cut */
	int64_t created_us, expires_us; /* expires_us 0: OUTBOX_EXPIRES_US after created_us */
	bool is_test, is_foreign;
	void *with;
	/* one that was taken over from the record */
	int number;
	int64_t next_us;
	const char *const *refused; /* ways that gave up; NULL: none */
};

/* It waits until outbox_letter_allow(). NULL when OUTBOX_MOST wait already, or it is there. */
struct outbox_letter *outbox_letter_add(struct outbox *, const struct outbox_order *);
struct outbox_letter *outbox_letter_find(const struct outbox *, const char *id);
void outbox_letter_allow(struct outbox *, struct outbox_letter *);
/* It is not to go any more. One that is under way ends when its answer is not `delivered`. */
void outbox_letter_withdraw(struct outbox *, struct outbox_letter *, const char *reason,
			    int64_t now_us);

/* The answer of its courier; `after_us` 0: not said. Nothing when it is not under way. */
void outbox_letter_take(struct outbox *, const char *id, enum outbox_outcome, const char *reason,
		 int64_t after_us, int64_t now_us);

/* How many letters in a row this destination of ours has refused, as the record has it. */
void outbox_refusals_put(struct outbox *, const char *to, int refusals);
/* By the letter that is just being noted. */
bool outbox_was_just_switched_off(const struct outbox *, const char *to);

/* What people should know of a channel ("sms") or a destination ("sms:1"). */
struct outbox_trouble {
	const char *name, *reason; /* until the outbox is called again */
	bool is_on;
};
/* One that has begun or ended and was not yet told; false: there is none. A destination is in
 * trouble once it has failed for OUTBOX_PATIENCE_US or is switched off, a channel while it is
 * broken. */
bool outbox_trouble_take(struct outbox *, struct outbox_trouble *, int64_t now_us);

/* Hands out and ends what is due. */
void outbox_serve(struct outbox *, int64_t now_us);
/* When outbox_serve() is wanted next. */
int64_t outbox_next_us(const struct outbox *);

/* The clock stood still for so long (the machine slept): all times of letters are as much earlier.
 */
void outbox_shift(struct outbox *, int64_t by_us);

size_t outbox_count(const struct outbox *);
/* Foreign ones: all, and those not tried yet. */
size_t outbox_foreign(const struct outbox *, size_t *untried);
struct outbox_letter *outbox_first(const struct outbox *);

#endif
