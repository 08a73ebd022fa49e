/* board/subscriber: who wants to hear of a page, and of what: the rules of the cards `subscriber`.
 *
 * One card is one destination of one page. Its words: `page`, `to` (NOTIFIER:ADDRESS), `state`
 * (pending: asked for and not confirmed; confirmed; paused; ended: nothing is left
 * of what he chose), `all` (1: everything on the page) or
 * `components` (names, lines), `kinds` (names of subscriber_kind_name, lines), `maintenance`
 * (`outage`: only such as interrupts something), `audiences` (lines), `after_us` (alerts of what
 * lasts so long); of a pending one also `hash` of its key, `code_hash`, `until_us`, `tries`; for a
 * day `asked`: when he was asked whether he wants it, and which net that was for (F53); for an hour
 * `guessed`: when codes were wrong, and which net tried them (F54). Nobody
 * is told anything before he has answered with the key that was sent to him. One with `request`,
 * the id of such a card, wants no more than its answer, and is `answered` then. Pure. */
#ifndef NINES_BOARD_SUBSCRIBER_H
#define NINES_BOARD_SUBSCRIBER_H

#include "board.h"

#define SUBSCRIBER_COMPONENTS 64
#define SUBSCRIBER_ADDRESS    500 /* bytes; of a mail address 254 */
#define SUBSCRIBER_TRIES      5 /* at a code */
#define SUBSCRIBER_PENDING_US (INT64_C(48) * 3600 * 1000000)

enum subscriber_kind {
	SUBSCRIBER_INCIDENTS,
	SUBSCRIBER_MAINTENANCE,
	SUBSCRIBER_NEWS,
	SUBSCRIBER_ALERTS, /* down and up again, of chosen components alone */
	SUBSCRIBER_KINDS
};
extern const char *const subscriber_kind_name[SUBSCRIBER_KINDS];

/* The durations from which on a subscriber may want alerts; the first is 0. */
#define SUBSCRIBER_AFTERS 4
extern const int64_t subscriber_after_us[SUBSCRIBER_AFTERS];

/* ---- addresses ---- */

/* The notifiers whose addresses strangers may name, and how they answer: with a link, or with a
 * code that is typed in on the page. */
bool subscriber_module_is_known(const char *module);
bool subscriber_types_code(const char *module);

/* An address for that kind of notifier, in the one form in which it is kept. False: *wrong says in
 * one sentence what it is not. No address that passes holds a control character, a space or a
 * quote. */
bool subscriber_address(const char *module, const char *address, struct text *normal,
			struct text *wrong);
/* The mailbox an address leads to, whatever its spelling: what limits count by. */
void subscriber_mailbox(struct text *, const char *to);

/* ---- choices ---- */

/* Copies what a line of a visitor chooses (all components kinds maintenance audiences after_us) as
 * the words of a card. False: *wrong says why, and *card is as it was. */
bool subscriber_choose(struct text *card, const struct line *asked, struct text *wrong);

/* ---- who hears of what ---- */

struct subscriber_news {
	const char *pages; /* lines; "": all */
	enum subscriber_kind kind;
	const char *components, *audiences; /* lines; "": the page as a whole, everybody */
	bool is_outage; /* maintenance that interrupts something */
	/* of an alert: so long already; who wanted to wait no longer than that was told before */
	int64_t lasts_us, told_us;
};

/* Is `part` a member of the service `whole`, at any depth? */
typedef bool subscriber_is_in(void *with, const char *whole, const char *part);

bool subscriber_wants(const struct card *, const struct subscriber_news *, subscriber_is_in *,
		      void *with);

#endif
