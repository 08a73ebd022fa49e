/* parent/parent: the first process: starts the others, watches them, starts them again, and owns
 * what only root may do.
 *
 * It runs no foreign code, parses no configuration and opens no file that a role could have laid;
 * whatever a child does or says, the parent lives on. Its memory holds the lines of the last good
 * configuration, which a new keeper gets again, and the secrets, which only probers get. Called by
 * ninesd.c when no role was asked for. */
#ifndef NINES_PARENT_PARENT_H
#define NINES_PARENT_PARENT_H

#include <stdbool.h>

struct parent_options {
	const char *file; /* the configuration */
	bool is_traced;
};

/* Runs until SIGTERM or SIGINT; returns the exit status: 0, or 1 when the first configuration has
 * problems. */
int parent_run(const struct parent_options *);

#endif
