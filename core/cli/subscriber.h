/* cli/subscriber: what the files of `nines subscriber` and `nines request` share. */
#ifndef NINES_CLI_SUBSCRIBER_H
#define NINES_CLI_SUBSCRIBER_H

#include "cli.h"

struct subscriber_asked {
	bool json;
	const char *socket, *page, *kinds, *components, *audiences, *after, *maintenance, *by,
		*said;
};

/* Asks whoever has that address (NOTIFIER:ADDRESS) whether he wants it; quiet: says nothing when it
 * went well. The exit status. */
int subscriber_add(const struct cli *, const struct subscriber_asked *, const char *to,
		   bool is_quiet);
/* subscriber_import.c: `import FILE`: all of a file. */
int subscriber_import(const struct cli *, const void *asked, char **word);

#endif
