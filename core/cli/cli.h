/* cli/cli: what the commands of `nines` share: the options before the command, flags by table,
 * errors in one line.
 *
 * A command is a row of the table in core/nines.c: its name, arguments, help and function. It
 * parses its flags with cli_flags(), prints its answer on standard output and its errors
 * through cli_wrong(), and returns the exit status. */
#ifndef NINES_CLI_CLI_H
#define NINES_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/version.h"
#include "screen.h"

enum cli_exit {
	EXIT_DONE = 0,
	EXIT_FINDING = 1,
	EXIT_FAILED = 2,
	EXIT_CANNOT_TELL = 3,
	EXIT_WRONG_USAGE = 64
};

struct read; /* store/read.h */

struct cli {
	const char *config; /* -c, else $NINES_CONF, else /etc/nines/nines.conf */
	bool config_given;  /* one of the first two */
	bool is_quiet, is_verbose;
	struct screen screen;
	const struct cli_command *command;
};

struct cli_command {
	const char *name, *arguments, *summary, *help;
	int (*run)(struct cli *, int argc,
		   char **argv); /* argv[0] is the first word behind the name */
};

/* A flag of a command: `--name`, and `--name VALUE` or `--name=VALUE` when it takes one. */
struct cli_flag {
	const char *name, *value,
		*help; /* value: how its value is called in the help, NULL: a switch (bool) */
	size_t offset; /* of the bool or const char * in the command's own struct */
};

/* Takes all flags out of argv, those of `nines` itself too (-c -q -v --help); *argc words are
 * left. -1: go on, else the exit status to return at once. `flag` ends with a NULL name; `into`
 * is the command's struct. */
int cli_flags(struct cli *, const struct cli_flag *flag, void *into, int *argc, char **argv);

/* A word that tells a command what to do, and what stands behind it. */
struct cli_word {
	const char *word, *of; /* of: what must stand behind it, as it is said to who left it out */
	int words;	       /* so many of them, CLI_ANY: the function judges */
	/* word[0] is the word itself, NULL where the command stood alone; NULL ends them. */
	int (*run)(const struct cli *, const void *asked, char **word);
};

#define CLI_ANY (-1)

/* As cli_flags(), then what the first of the words left says, by a table that ends with a NULL
 * word and begins with the row that counts where there is none. Returns the exit status. */
int cli_words(struct cli *, const struct cli_flag *, const struct cli_word *, void *asked, int argc,
	      char **argv);

/* One line on standard error, made safe; returns EXIT_WRONG_USAGE. */
int cli_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same for a failure; returns `status`. */
int cli_fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Writes the text to standard output and releases it; EXIT_CANNOT_TELL when nobody takes it,
 * else `status`. */
int cli_print(struct text *, int status);

/* The database: `given`, else what the configuration says, kept in `path`. */
const char *cli_store(const struct cli *, const char *given, struct text *path);
/* As read_open(); a database that is not there comes with what can be done about it. */
struct read *cli_read(const char *store, struct text *wrong);

int cli_check(struct cli *, int argc, char **argv);
int cli_status(struct cli *, int argc, char **argv);
int cli_modules(struct cli *, int argc, char **argv);
int cli_config(struct cli *, int argc, char **argv);
int cli_beat(struct cli *, int argc, char **argv);
int cli_now(struct cli *, int argc, char **argv);
int cli_report(struct cli *cli, int argc, char **argv);
int cli_release(struct cli *, int argc, char **argv);
int cli_deliver(struct cli *, int argc, char **argv);
int cli_export(struct cli *, int argc, char **argv);
int cli_backup(struct cli *, int argc, char **argv);
int cli_verify(struct cli *, int argc, char **argv);
int cli_intensify(struct cli *cli, int argc, char **argv);
int cli_incident(struct cli *cli, int argc, char **argv);
int cli_letters(struct cli *, int argc, char **argv);
int cli_subscriber(struct cli *, int argc, char **argv);
int cli_visitor_request(struct cli *, int argc, char **argv);
int cli_claim(struct cli *, int argc, char **argv);
int cli_heartbeat(struct cli *, int argc, char **argv);
int cli_hook(struct cli *, int argc, char **argv);
int cli_user(struct cli *, int argc, char **argv);
int cli_token(struct cli *, int argc, char **argv);
int cli_maintenance(struct cli *, int argc, char **argv);
int cli_page(struct cli *, int argc, char **argv);
int cli_post(struct cli *, int argc, char **argv);
int cli_reclassify(struct cli *, int argc, char **argv);
int cli_replay(struct cli *, int argc, char **argv);
int cli_contact(struct cli *, int argc, char **argv);
int cli_standing(struct cli *, int argc, char **argv);
int cli_store_file(struct cli *, int argc, char **argv);
int cli_import(struct cli *, int argc, char **argv);

#endif
