/* cli/password: a password that somebody types. */
#ifndef NINES_CLI_PASSWORD_H
#define NINES_CLI_PASSWORD_H

#include "../board/user.h"

#define PASSWORD_LEAST USER_PASSWORD_LEAST
#define PASSWORD_MOST  1024

/* Asks twice at the terminal, without echo; else takes one line from standard input. EXIT_DONE: it
 * is in *into, which the caller overwrites; else what was wrong has been said. */
int password_ask(char into[PASSWORD_MOST + 2], const char *name);

#endif
