/* notifiers/email/message: a letter as the bytes of a message (RFC 5322, 2047, 2045) and an address
 * as one that may stand in an envelope (RFC 5321).
 *
 * Pure but for the memory, which is the probe's. Invariant: nothing of the letter can begin a line
 * of the header or end the message: every control character is gone, every dot is doubled. */
#ifndef NINES_EMAIL_MESSAGE_H
#define NINES_EMAIL_MESSAGE_H

#include <nines/notifier.h>

struct message {
	const char *from, *name, *to, *reply_to; /* "" where there is none */
	bool is_brief; /* for a telephone: the short text alone, without a subject */
	const char *lacks; /* a sentence at the end of the text; NULL: none */
	const struct letter_attachment *file;
	size_t files;
};

/* The message with CRLF, ready behind DATA: its header and its text, and without files also its
 * final dot. After a failure of the probe "". Never waits. */
const char *message_write(struct letter *, const struct message *);
/* Behind it the files up to and with the final dot, piece by piece: they may be larger than what a
 * probe may hold. Waits. */
void message_send_files(struct letter *, const struct message *);
/* How long it all is, about: for a server that says what it takes. */
size_t message_bytes(const struct letter *, const struct message *);

/* NULL, or why it can be nobody's address. */
const char *message_judge_address(const char *address);
bool message_is_ascii(const char *text);

#endif
