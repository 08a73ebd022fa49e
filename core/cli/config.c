/* cli/config: `nines config check`. core/config does the work and the talking, core/lint looks
 * whether paths would survive what they report on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../config/config.h"
#include "../lint/lint.h"
#include "cli.h"

struct config_words {
	bool json, offline;
};

static const struct cli_flag flag[] = {
	{"--json", NULL, "one JSON document", offsetof(struct config_words, json)},
	{"--offline", NULL, "looks up no name, so not whether paths survive what they report on",
	 offsetof(struct config_words, offline)},
	{NULL, NULL, NULL, 0},
};

static void find(void *with, const char *name, const char *text, const char *remedy)
{
	config_add_lint(with, name, text, remedy);
}

static void note(void *with, const char *text, const char *remedy)
{
	config_add_note(with, text, remedy);
}

static void look(struct config *c)
{
	struct lint_sink sink = {.find = find, .note = note, .with = c};
	struct line *line = memory_new(sizeof *line);
	struct lint *l = lint_new();
	struct text lines = {0};
	char *at, *end;

	config_add_lines(c, &lines);
	for (at = lines.at; at && (end = strchr(at, '\n')); at = end + 1)
		if (!line_parse(line, at, (size_t)(end - at)))
			lint_take(l, line);
	lint_run(l, &sink);
	lint_free(l);
	free(line);
	explicit_bzero(lines.at, lines.room);
	text_release(&lines);
}

int cli_config(struct cli *cli, int argc, char **argv)
{
	struct config_words words = {0};
	int status = cli_flags(cli, flag, &words, &argc, argv);

	if (status >= 0)
		return status;
	if (argc != 1 || strcmp(argv[0], "check"))
		return cli_wrong("write: nines config check");
	status = config_check(cli->config, stdout, words.json, words.offline ? NULL : look);
	return fflush(stdout) ? EXIT_CANNOT_TELL : status;
}
