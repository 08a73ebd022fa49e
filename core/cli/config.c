/* cli/config: `nines config check`. core/config does the work and the talking, core/lint looks
 * whether paths would survive what they report on; here, whether the page's addresses can be
 * had. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/memory.h"
#include "../config/config.h"
#include "../lint/lint.h"
#include "../parent/address.h"
#include "cli.h"
#include "control.h"

struct config_words {
	bool json, offline;
};

static const struct cli_flag flag[] = {
	{"--json", NULL, "one JSON document", offsetof(struct config_words, json)},
	{"--offline", NULL, "looks up neither names that paths need nor the page's addresses",
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

/* A ninesd that runs holds its addresses itself. */
static bool is_nobody_at(const char *path)
{
	int fd = *path ? control_connect(path) : -1;

	if (fd >= 0)
		close(fd);
	return *path && fd < 0 && (errno == ENOENT || errno == ECONNREFUSED);
}

/* What can be told of an address without being ninesd: whether this user may have its port is
 * nothing to go by. */
static void look_at_address(struct config *c, const char *entry, const struct address *a)
{
	int wrong = address_wrong(a, true);
	struct text said = {0};

	if (!wrong && is_nobody_at(config_settings(c)->socket) &&
	    address_wrong(a, false) == EADDRINUSE)
		wrong = EADDRINUSE;
	if (!wrong)
		return;
	text_printf(&said, "listen: '%s' cannot be had: %s", entry, address_why(wrong));
	config_add_setting_lint(c, "listen", text_get(&said), address_remedy(wrong));
	text_release(&said);
}

static void look_at_addresses(struct config *c)
{
	const char *const *entry = config_settings(c)->listen;
	struct address a[ADDRESS_MOST];
	size_t count = 0;

	while (entry[count] && address_read(entry[count], &a[count]))
		count++;
	address_separate(a, count);
	for (size_t i = 0; i < count; i++)
		look_at_address(c, entry[i], &a[i]);
}

static void look(struct config *c)
{
	struct lint_sink sink = {.find = find, .note = note, .with = c};
	struct line *line = memory_new(sizeof *line);
	struct lint *l = lint_new();
	struct text lines = {0};
	char *at, *end;

	look_at_addresses(c);
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
