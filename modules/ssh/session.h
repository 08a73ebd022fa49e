/* modules/ssh/session: libssh2 on the probe's connection, without a wait of its own.
 *
 * The banner has been read and timed already; it is told again to libssh2, which wants to read it
 * too. Every call of libssh2 that may say LIBSSH2_ERROR_EAGAIN stands in a loop with
 * session_again(), which parks the probe. */
#ifndef NINES_SSH_SESSION_H
#define NINES_SSH_SESSION_H

#include <libssh2.h>
#include <nines/check.h>

#include "lookout.h"

#define SESSION_PACKET_BYTES 4096

struct session {
	struct probe *probe;
	LIBSSH2_SESSION *ssh; /* NULL: there is none, the probe has failed */
	const char *password; /* what keyboard-interactive questions are answered with */
	const char *banner, *goodbye;
	size_t banner_bytes; /* that libssh2 has not read again */
	size_t bytes, sent_bytes, packet_bytes;
	bool may_read, has_ended, is_over; /* the server's words, the probe */
	bool lacks; /* memory: what libssh2 says then is not to be believed */
	unsigned char packet[SESSION_PACKET_BYTES]; /* the first of the server */
	struct lookout lookout;
};

/* Makes a session whose server has said the line `banner`. It ends with the probe. */
bool session_open(struct session *, struct probe *, const char *banner);

/* Behind the first key exchange: another one takes no ed25519 key, which nobody could look at. */
void session_refuse_ed25519(struct session *);

/* Parks until libssh2 can be asked again; false when it has answered, or the probe has failed. It
 * fails as unknown where libssh2 had no memory. */
bool session_again(struct session *, long result);
/* The same for calls that return a pointer. */
bool session_again_for(struct session *, const void *got);

/* Fails unless `result` is good; `what` was tried, in words. An algorithm that our libssh2 lacks,
 * or memory, is unknown. */
bool session_judge(struct session *, long result, const char *what);

LIBSSH2_USERAUTH_KBDINT_RESPONSE_FUNC(session_answer);

#endif
