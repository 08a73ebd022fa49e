/* courier/letter: one letter as a notifier module sees it: what stands behind every letter_ call of
 * include/nines/notifier.h.
 *
 * Made from a `deliver` line (docs/architecture.md), which it copies. What a stranger could have
 * put into a subject or an address is made one harmless line here, once, for all modules (F52). A
 * letter that goes out late says so in its texts, and so does one that could not be recorded: no
 * module has to think of it. Used by delivery.c, which runs the module. */
#ifndef NINES_COURIER_LETTER_H
#define NINES_COURIER_LETTER_H

#include <nines/notifier.h>

#include "../base/line.h"

#define LETTER_MAGIC 0x6c657474u
#define LETTER_SHORT_CHARACTERS 160

struct delivery;

struct letter {
	uint32_t magic;
	enum letter_kind kind;
	int attempt;
	int64_t delayed_us;
	bool is_unrecorded;
	struct line line; /* the words, in `bytes` */
	struct text bytes, to, subject, text, brief, json;
	/* what the module says of this attempt */
	struct text reason;
	int64_t after_us;
	bool is_taken;
	struct probe *probe; /* while it runs */
	struct delivery *delivery; /* delivery.c: the attempt that runs */
	struct letter *next, *prev; /* the owner's list of those under way */
};

/* Never fails: what the line lacks is "". */
struct letter *letter_new(const struct line *deliver);
void letter_free(struct letter *); /* NULL is fine */

/* 0 for a word that is none of a letter's kind. */
enum letter_kind letter_kind_of(const char *name);

#endif
