/* keeper/board: the cards that people write while nines runs: how the keeper changes one, records
 * it, tells it to whoever watches, and gets them back from the record.
 *
 * core/board/board.h says what a card is; core/board/KIND.h, which are pure, what a kind's words
 * mean and what may change; core/keeper/KIND.c ask those and call board_begin() and board_end().
 * Requests of clients and what is to be done each second stand in one table: board_kinds.c.
 *
 * A request of a client or of the web is `verb ID words`, answered by `end - text= id=` or
 * `end - wrong=`. None but `watch` is answered before the record has been read. */
#ifndef NINES_KEEPER_BOARD_H
#define NINES_KEEPER_BOARD_H

#include "../board/board.h"
#include "inside.h"

/* ---- changing a card ---- */

/* Begins the next version of a card, to which words are added by line_add(). `id`: bare, the
 * caller's, or "": a new one that sorts by time. `by`: who writes, "": nines itself. One at a time.
 */
struct text *board_begin(struct keeper *, const char *kind, const char *id, const char *by);
/* Applies, records and tells it. NULL: it is longer than CARD_BYTES or has too many words, nothing
 * has changed. The card is valid until it changes again. */
const struct card *board_end(struct keeper *);
/* The card is no more, nor any version of it in the record. `id` and `by` may be the card's own. */
void board_remove(struct keeper *, const char *kind, const char *id, const char *by);

/* ---- answering ---- */

/* A request is done: `end -`, with what is said to a person and the id of the card it was about,
 * both may be NULL. Refused: status_end(k, client, "wrong", why). */
void board_answer(struct keeper *, int64_t client, const char *said, const char *id);
static inline bool client_is_web(int64_t client)
{
	return client >= KEEPER_WEB;
}

/* ---- a kind's part: board_kinds.c ---- */

struct board_request {
	const char *verb;
	void (*ask)(struct keeper *, int64_t client, const struct line *);
};
void address_ask(struct keeper *, int64_t client, const struct line *); /* address.c */
extern const struct board_request board_request[]; /* ends with a NULL verb */
/* Called each second, but not before the record has been read and a configuration is in force; ends
 * with NULL. */
extern void (*const board_second[])(struct keeper *);

/* ---- for keeper.c and status.c ---- */

void cards_open(struct keeper *);
void cards_close(struct keeper *);
void cards_resume(struct keeper *, const struct line *); /* `resume-card ID` */
void cards_resumed(struct keeper *);
/* The record was not read: what is not on the board may have been written all the same. */
bool cards_are_missing(const struct keeper *);
/* True: the request was one of cards. */
bool cards_ask(struct keeper *, int64_t client, const struct line *);
void cards_forget_client(struct keeper *, int64_t client);
void cards_watch(struct keeper *); /* each second */
void cards_go_on(struct keeper *); /* answers to `watch` that are under way */
bool cards_wait(const struct keeper *); /* some are */

#endif
