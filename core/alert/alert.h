/* alert/alert: who is told what and when: the rules of definitions.md 1 as a pure function.
 *
 * alert_look() gets one path's policy, what is known of one incident, the letters that this
 * destination already got because of it, and now; it says which letter is due, which waiting ones
 * are to be withdrawn, and when to look again. It remembers nothing: asked again after a restart
 * with the same letters it says the same, and what became overdue meanwhile is one letter.
 *
 * All times are microseconds of one clock that never jumps; `wall_ahead_us` leads from it to the
 * wall clock, by which hours are kept. Called by core/keeper/alert*.c and tests/unit/alert_*.c. */
#ifndef NINES_ALERT_ALERT_H
#define NINES_ALERT_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/hours.h"
#include "../base/zone.h"

#define ALERT_AFTER_US (300 * INT64_C(1000000)) /* the trigger delay where none is given */
#define ALERT_CAP 4				/* alerts per destination and incident */
#define ALERT_SETTLE_US (60 * INT64_C(1000000)) /* for a retest after a parent came back */
#define ALERT_LETTERS 32 /* more of one incident and destination are never looked at */
#define ALERT_NEVER INT64_MAX

enum alert_kind {
	ALERT_NOTHING,
	ALERT_ALERT,
	ALERT_NOTE, /* the service it belongs to is up: told once, never repeated */
	ALERT_RECOVERY,
	ALERT_KINDS
};
extern const char *const alert_kind_name[ALERT_KINDS];

/* What became of a letter. */
enum alert_outcome {
	ALERT_WAITING,	 /* for its first or next attempt */
	ALERT_FLYING,	 /* handed to its channel, which has not answered */
	ALERT_DELIVERED,
	ALERT_LOST,	 /* given up or expired */
	ALERT_WITHDRAWN,
	ALERT_OUTCOMES
};

struct alert_letter {
	enum alert_kind kind;
	enum alert_outcome outcome;
	int64_t created_us;
	int64_t ended_us; /* of the last three outcomes: when */
};

struct alert_path {
	int64_t after_us;  /* trigger delay */
	int64_t repeat_us; /* 0: an alert is not repeated */
	int cap;	   /* alerts of one incident */
	struct hours hours; /* no rules: always */
	const struct zone *zone; /* of the hours; NULL: UTC */
};

struct alert_incident {
	int64_t start_us;     /* of the first failed probe */
	int64_t confirmed_us; /* 0: provisional */
	int64_t end_us;	      /* 0: it goes on */
	/* The trigger delay, at least ALERT_SETTLE_US, counts from here where that is later than
	 * the start: the end of a maintenance window, the time at which the last failing parent
	 * came back. 0: none. */
	int64_t counted_us;
	int64_t not_before_us; /* silenced until then. 0: it is not; ALERT_NEVER: no known end */
	int64_t again_us; /* who was told before this is told again at it: a silence ended. 0 */
	bool is_note;	  /* for this destination: a note is all */
	bool is_once;	  /* flapping, trouble of our own: told once, never repeated */
	bool is_held; /* a parent fails, it flaps, there is maintenance: no alert, no known end */
	bool is_stopped; /* acknowledged: no more alerts to anybody, what waits is withdrawn */
};

struct alert_due {
	enum alert_kind kind; /* of the letter that is due now */
	uint32_t withdraw;    /* bit n: the letter n of those passed */
	int64_t next_us;      /* look again at this time at the latest; ALERT_NEVER */
	bool is_over;	      /* the incident has ended and nothing more will come of it */
};

/* `letters` in the order of their creation, at most ALERT_LETTERS. A new outcome of one, and any
 * change of the incident, is a reason to look again. */
struct alert_due alert_look(const struct alert_path *, const struct alert_incident *,
			    const struct alert_letter *letter, size_t letters, int64_t now_us,
			    int64_t wall_ahead_us);

/* The first time from `wall_us` on that lies within the hours; ALERT_NEVER when none of the next
 * eight days does. */
int64_t alert_hours_from(const struct hours *, const struct zone *, int64_t wall_us);

#endif
