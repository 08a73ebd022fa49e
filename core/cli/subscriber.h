/* cli/subscriber: what the files of `nines subscriber` and `nines request` share. */
#ifndef NINES_CLI_SUBSCRIBER_H
#define NINES_CLI_SUBSCRIBER_H

#include "../board/board.h"
#include "cli.h"

struct subscriber_asked {
	bool json;
	const char *socket, *page, *kinds, *components, *audiences, *after, *maintenance, *by,
		*said;
};

/* The cards of a kind, from the running keeper. */
int cards_fetch(const struct cli *, const char *socket, const char *kind, struct board *);

/* Asks whoever has that address (NOTIFIER:ADDRESS) whether he wants it; quiet: says nothing when it
 * went well. The exit status. */
int subscriber_add(struct cli *, const struct subscriber_asked *, const char *to, bool is_quiet);
/* subscriber_import.c: all of a file. */
int subscriber_import(struct cli *, const struct subscriber_asked *, const char *file);

#endif
