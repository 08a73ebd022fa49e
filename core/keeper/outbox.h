/* keeper/outbox: letters between those who have something to say and the couriers.
 *
 * A letter is told to the recorder as it is made and goes once that is on disk; while the store
 * fails it goes from memory, marked as unrecorded (F3). core/alert/outbox decides when and by which
 * way; each attempt is told to the recorder, each change of a letter's fate to the alert rules.
 * After a restart what was not delivered goes on from the record. Invariant: no letter is handed to
 * a courier before the recorder was told of it. Called by keeper.c, configure.c, resume.c and the
 * alert*.c files. */
#ifndef NINES_KEEPER_OUTBOX_H
#define NINES_KEEPER_OUTBOX_H

#include "../alert/alert.h"
#include "inside.h"

struct letters *letters_new(struct keeper *);
void letters_free(struct keeper *);

/* ---- for who has something to say ---- */

/* All is copied; texts may be NULL. Times are wall clock. */
struct letter_new {
	const char *kind; /* alert recovery note summary confirmation report test */
	const char *of;	  /* of a summary: which kind it sums up */
	const char *contact, *to; /* to: "NOTIFIER:ADDRESS"; its path's fallbacks are found here */
	const char *incidents;	  /* ids, newline-joined */
	const char *check;	  /* or service */
	const char *subject, *text, *brief;
	int64_t created_us, expires_us; /* expires_us 0: after a day */
	const struct text *words; /* ` word.KEY=VALUE` as letter_add_words() writes them */
	const char *subscription; /* the id of its card: a foreign letter (alert/outbox.h). NULL */
};
/* Its id in `id` (at least 13 bytes). What cannot be kept (10,000 letters wait already) is recorded
 * as expired. */
void outbox_add(struct keeper *, const struct letter_new *, char *id, size_t room);
/* It is not to go any more; nothing when it has ended. */
void outbox_withdraw(struct keeper *, const char *id, const char *reason);
/* The same of all letters to that subscriber. */
void outbox_withdraw_foreign(struct keeper *, const char *subscription, const char *reason);

/* Told of each change: ALERT_FLYING, ALERT_WAITING (for its next attempt) and how it ended. Never
 * from within outbox_add() and outbox_withdraw(). */
void outbox_listen(struct keeper *, void (*heard)(struct keeper *, const char *id,
						  enum alert_outcome, int64_t at_wall_us));

/* ---- lines ---- */

/* The loader's lines that come into force: `channel`, `path`. */
void outbox_configure(struct keeper *, const struct text *pending);
void outbox_take_courier(struct keeper *, const struct line *);
void outbox_take_gone(struct keeper *, const struct line *);
void outbox_take_closed(struct keeper *, int64_t courier);
void outbox_take_outcome(struct keeper *, int64_t courier, const struct line *);
void outbox_take_committed(struct keeper *, int64_t number);
void outbox_take_failing(struct keeper *);
void outbox_resume_letter(struct keeper *, const struct line *);
void outbox_resume_destination(struct keeper *, const struct line *);

/* Requests of clients: `letters -` is answered with a line `letter ID` for each that waits;
 * `letter -` hands one in (kind contact to check subject text short word.KEY), the answer's `end`
 * names it. */
void outbox_ask_letters(struct keeper *, int64_t client, const struct line *);
void outbox_ask_letter(struct keeper *, int64_t client, const struct line *);

/* ---- time ---- */

void outbox_run(struct keeper *);   /* hands out what is due, tells what happened */
void outbox_watch(struct keeper *); /* each second */
int64_t outbox_wanted_us(const struct keeper *);
void outbox_slept(struct keeper *, int64_t for_us);

/* Of each channel how many attempts have failed since the keeper began: lines `NAME COUNT`. */
void outbox_add_failed(struct text *, const struct keeper *);
size_t outbox_waiting(const struct keeper *);

#endif
