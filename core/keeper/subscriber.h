/* keeper/subscriber: who subscribed to a page: asked, confirmed, told, removed.
 *
 * subscriber.c takes the requests, subscriber_yes.c the answers: nobody is written to twice without
 * having answered, and subscriber_limit.c says how often anybody is written to at all (F53);
 * subscriber_key.c keeps the keys of letters, which are put into a letter as it leaves and into no
 * record (F54); subscriber_page.c knows the pages; subscriber_tell.c sends news in batches, which
 * wait behind all alerts; subscriber_say.c writes one letter; subscriber_follow.c tells of monitors
 * that go down and come back. The cards: board/subscriber.h. Whoever is removed leaves nothing.
 *
 * request.c takes what visitors ask to have monitored; claim.c whoever says that a site is his,
 * claim_look.c has it proven, claim_judge.c gives it to him and takes it back (board/claim.h). */
#ifndef NINES_KEEPER_SUBSCRIBER_H
#define NINES_KEEPER_SUBSCRIBER_H

#include "../alert/outbox.h"
#include "../board/post_event.h"
#include "inside.h"

struct subscribers *subscribers_new(void);
void subscribers_free(struct keeper *);

/* The loader's lines `page` that come into force. */
void subscribers_configure(struct keeper *, const struct text *pending);

/* Each second, once the record has been read. */
void subscribers_watch(struct keeper *);

/* ---- requests: board_kinds.c ---- */

void subscriber_ask(struct keeper *, int64_t client, const struct line *); /* subscribe - */
/* subscribe-confirm KEY, or - with page, to and code */
void subscriber_ask_confirm(struct keeper *, int64_t client, const struct line *);
void subscriber_ask_change(struct keeper *, int64_t client, const struct line *); /* KEY */
void subscriber_ask_remove(struct keeper *, int64_t client, const struct line *); /* KEY */
void subscriber_ask_delete(struct keeper *, int64_t client, const struct line *); /* ID */
/* request -, request-close ID: monitors that visitors ask for */
void request_ask(struct keeper *, int64_t client, const struct line *);
void request_ask_close(struct keeper *, int64_t client, const struct line *);
/* claim -, claim KEY act=confirm|look|withdraw: whoever runs a site; claim-judge ID: a person */
void claim_ask(struct keeper *, int64_t client, const struct line *);
void claim_ask_judge(struct keeper *, int64_t client, const struct line *);

/* ---- for keeper.c ---- */

/* inspected N: what a prober found at a site. */
void look_take(struct keeper *, int64_t prober, const struct line *);

/* ---- for outbox.c ---- */

/* A letter to this subscription leaves: its keys take the place of their masks in the line. */
void subscriber_fill(struct keeper *, const char *subscription, char *line, size_t size);
/* What became of it; "": it was no such letter. */
void subscriber_letter_ended(struct keeper *, const char *subscription, enum outbox_outcome);

#endif
