/* cli/listing: what a command lists: rows for people, one document for programs. */
#ifndef NINES_CLI_LISTING_H
#define NINES_CLI_LISTING_H

#include <jansson.h>

#include "../base/line.h"
#include "../board/board.h"
#include "cli.h"

/* Begins as {.cli = cli, .all = json_array()}. */
struct listing {
	const struct cli *cli;
	struct text text; /* the rows */
	json_t *all;
};

/* Asks the keeper `verb -`; `take` gets each line of the answer with the listing. The exit status,
 * as of control_ask(). */
int listing_ask(struct listing *, const char *socket, const char *verb,
		void (*take)(const struct line *, void *listing));

/* The cards of a kind, from the running keeper. */
int cards_fetch(const struct cli *, const char *socket, const char *kind, struct board *);

/* Prints, where `status` is EXIT_DONE, the rows, or `nothing` where there are none, or with
 * `is_json` {"NAME": [...]}. Releases the listing; returns the exit status. */
int listing_end(struct listing *, const char *name, const char *nothing, bool is_json, int status);

#endif
