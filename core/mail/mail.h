/* mail/mail: what a hook wants of a mail (RFC 5322, MIME) that another monitor sends: its subject,
 * sender, date and text, as UTF-8 that holds nothing to trick anybody with.
 *
 * Mail is written by strangers and by careless programs. Whatever can be read is read: a part
 * without its end, bytes of no character set, a NUL. Refused is only what is no mail, and what
 * would cost more than a mail is worth. Pure but for memory; never waits. Called by cli/hook,
 * and by cli/verify for a report that came by mail. */
#ifndef NINES_MAIL_MAIL_H
#define NINES_MAIL_MAIL_H

#include <stdint.h>

#include "../base/text.h"

#define MAIL_BYTES         (1u << 20)
#define MAIL_HEADER_BYTES  (128u << 10)
#define MAIL_LEVELS        10 /* of parts within parts */
#define MAIL_SUBJECT_BYTES 400 /* of what is kept; the rest is cut off */
#define MAIL_FROM_BYTES    254
#define MAIL_TEXT_BYTES    3000

struct mail {
	struct text subject;
	struct text from; /* the address alone, in lower case; empty: none, or more than one */
	struct text text; /* without blank lines */
	int64_t at_us;	  /* when it was written, by itself; 0: it does not say */
	bool is_reply;	  /* of a robot, or that mail could not be delivered: about no outage */
};

/* False: *wrong says why it is none. To be released in either case. */
bool mail_read(struct mail *, const char *bytes, size_t size, struct text *wrong);
void mail_release(struct mail *);
/* The plain text of a mail that says that it is MIME, as it was before it was encoded. False: it is
 * no such mail, or has none. */
bool mail_whole(const char *bytes, size_t size, struct text *);
/* The document that a hook gets: subject, from, date and text, which together are never more than
 * an event may be. Who does not say when he wrote wrote now. */
void mail_add_json(struct text *, const struct mail *, int64_t now_us);

#endif
