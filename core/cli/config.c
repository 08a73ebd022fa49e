/* cli/config: `nines config check`. core/config does the work and the talking. */
#include <stdio.h>
#include <string.h>

#include "../config/config.h"
#include "cli.h"

struct config_words {
	bool json;
};

static const struct cli_flag flag[] = {
	{"--json", NULL, "one JSON document", offsetof(struct config_words, json)},
	{NULL, NULL, NULL, 0},
};

int cli_config(struct cli *cli, int argc, char **argv)
{
	struct config_words words = {0};
	int status = cli_flags(cli, flag, &words, &argc, argv);

	if (status >= 0)
		return status;
	if (argc != 1 || strcmp(argv[0], "check"))
		return cli_wrong("write: nines config check");
	status = config_check(cli->config, stdout, words.json);
	return fflush(stdout) ? EXIT_CANNOT_TELL : status;
}
