/* modules/ssh/ssh: the options of a check, and the parts of the conversation behind the key
 * exchange. */
#ifndef NINES_SSH_SSH_H
#define NINES_SSH_SSH_H

#include "session.h"

struct ssh {
	const char *host, *user, *password, *key, *passphrase, *command, *expect;
	const char *const *fingerprint;
	int64_t port, expect_status;
};

/* Step `auth`. The server says first what it takes (login.c). */
void ssh_log_in(struct session *, const struct ssh *);
/* Step `exec`: runs the command and judges its exit status and output (command.c). */
void ssh_run_command(struct session *, const struct ssh *);

#endif
