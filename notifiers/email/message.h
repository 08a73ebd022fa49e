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
};

/* The whole message with CRLF, ready behind DATA up to and with its final dot. After a failure of
 * the probe "". Never waits. */
const char *message_write(struct letter *, const struct message *);

/* NULL, or why it can be nobody's address. */
const char *message_judge_address(const char *address);
bool message_is_ascii(const char *text);

#endif
