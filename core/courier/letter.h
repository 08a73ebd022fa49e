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
#define LETTER_FILES 8
#define LETTER_FILES_BYTES (8 << 20) /* of a letter's files together */
#define LETTER_HASH 64		     /* hexadecimal digits of a file's name */

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
	struct letter_attachment file[LETTER_FILES];
	size_t files;
	struct probe *probe; /* while it runs */
	struct delivery *delivery; /* delivery.c: the attempt that runs */
	struct letter *next, *prev; /* the owner's list of those under way */
};

/* Never fails: what the line lacks is "". */
struct letter *letter_new(const struct line *deliver);
void letter_free(struct letter *); /* NULL is fine */

/* Of a notifier that takes files: those that the word `files` names, a line HASH MEDIA NAME each,
 * from that folder. */
void letter_read_files(struct letter *, int folder);
/* Of any other: of a report its short form and where the rest is, instead of all of it. */
void letter_say_where(struct letter *);
void letter_forget_files(struct letter *);
/* The name of a file with these bytes; "" when it cannot be known. */
void letter_hash(const void *bytes, size_t size, char hash[LETTER_HASH + 1]);

#endif
