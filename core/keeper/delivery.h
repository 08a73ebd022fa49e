/* keeper/delivery: reports that send themselves: which period is due, who makes it, who has got it.
 *
 * Calendar periods of a zone (alert/period.h) by the wall clock. When one is due and all that was
 * begun before is on disk, the parent is asked to have it made (`make`); what comes back (`made`)
 * becomes one letter for each destination. Exactly once: a letter's line carries its delivery and
 * period, so the record knows both or neither, and a new keeper goes on with what the record tells
 * (`resume-delivery`); without its word nothing is sent. What fails is our own trouble, is tried
 * again and keeps nothing else back: no other contact's report, and no later period's. Reports are
 * made one at a time and never by the keeper. Called by keeper.c, configure.c, status.c, outbox.c.
 */
#ifndef NINES_KEEPER_DELIVERY_H
#define NINES_KEEPER_DELIVERY_H

#include "../alert/outbox.h"
#include "inside.h"

struct deliveries *deliveries_new(void);
void deliveries_free(struct keeper *);

/* The loader's lines that come into force: `zone`, `deliver`. */
void delivery_configure(struct keeper *, const struct text *pending);
/* `resume-delivery NAME ...`; then the record has told all that it knows. */
void delivery_resume(struct keeper *, const struct line *);
void delivery_resumed(struct keeper *);
/* The parent's answer. */
void delivery_take_made(struct keeper *, const struct line *);
void delivery_watch(struct keeper *); /* each second */
/* A letter of a report (its words) has ended. */
void delivery_letter_ended(struct keeper *, const struct text *words, enum outbox_outcome,
			   const char *to, const char *reason);

/* Requests of clients: `deliveries -` lists them, `deliver NAME period=` has one made now. */
void delivery_ask_list(struct keeper *, int64_t client, const struct line *);
void delivery_ask(struct keeper *, int64_t client, const struct line *);

#endif
