/* cli/control: one request to the running keeper through its control socket, and its answer
 * line by line.
 *
 * The socket is the one given with --socket, else the configuration's. Waits at most
 * CONTROL_SECONDS. Used by status, beat, now and release. */
#ifndef NINES_CLI_CONTROL_H
#define NINES_CLI_CONTROL_H

#include "../base/line.h"
#include "cli.h"

#define CONTROL_SECONDS 10

struct control_request {
	const char *socket;  /* NULL: the configuration's */
	const struct text *line; /* the request with its newline */
	void (*take)(const struct line *, void *with); /* each line of the answer, `end` too */
	void *with;
};

/* A connection to whoever is at the socket; -1 with errno. */
int control_connect(const char *path);

/* EXIT_DONE when the answer is complete and was not refused, else what was wrong has been said. */
int control_ask(const struct cli *, const struct control_request *);

/* The same for a request that is answered by one sentence, which is printed. The exit status. */
int control_say(const struct cli *, const char *socket, const struct text *line);
int control_say_within(const struct cli *, const char *socket, const struct text *line,
		       int seconds);

/* The word `by`: `given`, or who is at the keyboard. */
void control_add_user(struct text *line, const char *given);

#endif
