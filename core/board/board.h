/* board/board: what people write while nines runs, as cards: posts of status pages, subscriptions,
 * users, tokens.
 *
 * A card has a kind, an id that sorts by time, a version that counts up, and words. The keeper
 * holds the board that decides; the recorder keeps each version, the web has a copy. Says nothing
 * of what a kind's words mean: core/board/KIND.h do. Pure: no clock, no file. */
#ifndef NINES_BOARD_BOARD_H
#define NINES_BOARD_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/line.h"

#define BOARD_KINDS 16
#define CARD_BYTES  49152 /* of one card as a line: what the recorder and the web take */

struct card_word {
	const char *key, *value;
};

struct card {
	const char *id;
	const char *by; /* who wrote this version; "": nines itself */
	int64_t version; /* from 1 */
	int64_t at_us; /* when this version was written, wall clock */
	int64_t first_us; /* when the first one was */
	size_t words;
	struct card_word word[]; /* the card owns its texts */
};

struct board;

struct board *board_new(void);
void board_free(struct board *);

/* Takes a line `card ID kind= version= at_us= first_us= by= ...`: the card in place of the one of
 * that kind and id, or with gone=1 without it. Cards got before are no longer there. False: the
 * line is no card, or older than what is known; nothing has changed. */
bool board_take(struct board *, const struct line *);

/* The cards of a kind in the order of their ids. */
size_t board_count(const struct board *, const char *kind);
const struct card *board_at(const struct board *, const char *kind, size_t i);
/* The first one behind that id ("": of all); NULL: there is none. */
const struct card *board_next(const struct board *, const char *kind, const char *id);
/* The i-th kind of which there ever was a card; NULL: there are not so many. */
const char *board_kind(const struct board *, size_t i);
/* NULL: there is none. */
const struct card *board_find(const struct board *, const char *kind, const char *id);
/* Counts up with each change of a kind; "": of any. */
uint64_t board_changes(const struct board *, const char *kind);

/* The first value of a word; "" (or `otherwise`) where there is none. */
const char *card_get(const struct card *, const char *key);
int64_t card_int(const struct card *, const char *key, int64_t otherwise);
/* True where `item` is one of the lines of that word's value. */
bool card_lists(const struct card *, const char *key, const char *item);

/* Appends its words but those of the NULL-terminated list `but` (may be NULL): what the next
 * version keeps. */
void card_words(struct text *, const struct card *, const char *const *but);
/* Appends the card as a line of that verb, as board_take() takes it. */
void card_write(struct text *, const char *verb, const char *kind, const struct card *);

#endif
