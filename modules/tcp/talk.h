/* modules/tcp/talk: the language of the option `talk`: one word and what it takes, an item of the
 * list each.
 *
 * Pure: reads texts and bytes in memory, sends nothing, and is fuzzed. tcp.c does what the lines
 * say. To add a word: a row of the table in talk.c, and of the one in tcp.c. */
#ifndef NINES_TCP_TALK_H
#define NINES_TCP_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TALK_ANSWER_BYTES 65536
#define TALK_WHY_BYTES 240
#define TALK_REFUSALS 8

enum talk_word {
	TALK_STEP,
	TALK_SEND,
	TALK_EXPECT,
	TALK_LINE,
	TALK_REPLY,
	TALK_READ,
	TALK_CLOSE,
	TALK_MATCH,
	TALK_REFUSE,
	TALK_VALUE,
	TALK_FACT,
	TALK_TLS,
	TALK_WORDS
};

struct talk_line {
	enum talk_word word;
	int64_t number;	    /* reply: the code; read: how many bytes */
	const char *name;   /* step: a constant; value, fact: what it is called */
	const char *unit;   /* value: "" when it has none */
	const char *bytes;  /* what is sent, looked for, or stands before the number or text */
	size_t size;
};

/* Bytes that the texts of one line take at most, `secret` put in wherever it says \p. */
size_t talk_room(const char *text, const char *secret);
/* Reads one line; its texts go to `room`. False: `why` says what is wrong and what would be right.
 */
bool talk_read(struct talk_line *, const char *text, const char *secret, char *room,
	       char why[TALK_WHY_BYTES]);

/* Who is told of each item that is wrong, alone or where it stands. */
struct talk_listener {
	void (*wrong)(struct talk_listener *, size_t place, const char *why);
};

/* The same for a whole list (NULL-terminated): bytes of all its lines and their texts, and the
 * lines into as many bytes. Returns how many there are; -1: some of them are wrong. */
size_t talk_list_room(const char *const *list, const char *secret);
int talk_read_list(struct talk_line *into, const char *const *list, const char *secret,
		   bool has_tls, struct talk_listener *);
/* The bytes that `text` stands for. False: `why` names the escape that is none. */
bool talk_bytes(const char *text, const char *secret, char *room, size_t *size,
		char why[TALK_WHY_BYTES]);

/* Where `bytes` are in the answer, or NULL; none are found at its beginning. */
const char *talk_find(const char *answer, size_t size, const char *bytes, size_t length);
/* The number behind `bytes`, after blanks and quotes. False: none stands there. */
bool talk_number(const struct talk_line *, const char *answer, size_t size, double *number);
/* The text behind `bytes`, up to the end of its line or the next NUL, cut to fit. False: `bytes`
 * are not there. */
bool talk_text(const struct talk_line *, const char *answer, size_t size, char *to, size_t room);

#endif
