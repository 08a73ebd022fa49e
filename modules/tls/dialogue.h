/* modules/tls/dialogue: how each protocol is asked to change to TLS. To add one: a row of the table
 * and its word in DIALOGUES, in the same order. */
#ifndef NINES_TLS_DIALOGUE_H
#define NINES_TLS_DIALOGUE_H

#include <nines/check.h>

#define DIALOGUES "none|smtp|imap|pop3|ftp|nntp|sieve|xmpp|postgres|ldap|mysql"

/* The standard port of dialogue number n of DIALOGUES. */
int64_t dialogue_port(int64_t n);
/* From the server's first word to its consent, over the connection in use. `name`: who the server
 * is. */
void dialogue_hold(struct probe *, int64_t n, const char *name);

#endif
