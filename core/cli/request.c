/* cli/request: the commands that send the keeper one line: beat, now, release. */
#include <string.h>

#include "cli.h"
#include "control.h"

struct request {
	const char *socket;
};

static const struct cli_flag flag[] = {
	{"--socket", "PATH", "the control socket (default: what the configuration says)",
	 offsetof(struct request, socket)},
	{NULL, NULL, NULL, 0},
};

static void take(const struct line *l, void *with)
{
	if (!strcmp(l->verb, "end"))
		text_puts(with, line_get(l, "text"));
}

/* `verb NAME text=`; what the keeper says to it is printed. */
static int ask(struct cli *cli, const char *verb, int words, int argc, char **argv)
{
	struct request r = {0};
	struct text line = {0}, said = {0};
	int status = cli_flags(cli, flag, &r, &argc, argv);

	if (status >= 0)
		return status;
	if (argc < 1)
		return cli_wrong("a name is missing: nines %s %s", cli->command->name,
				 cli->command->arguments);
	if (argc > words)
		return cli_wrong("'%s' is too much: nines %s %s", argv[words], cli->command->name,
				 cli->command->arguments);
	line_begin_name(&line, verb, argv[0]);
	if (argc > 1)
		line_add(&line, "text", argv[1]);
	line_end(&line);
	status = control_ask(cli, &(struct control_request){r.socket, &line, take, &said});
	if (status == EXIT_DONE && said.size && !cli->is_quiet) {
		struct text shown = {0};

		screen_safe(&cli->screen, &shown, text_get(&said), 4096);
		text_putc(&shown, '\n');
		status = cli_print(&shown, status);
	}
	text_release(&line);
	text_release(&said);
	return status;
}

int cli_beat(struct cli *cli, int argc, char **argv)
{
	return ask(cli, "beat", 2, argc, argv);
}

int cli_now(struct cli *cli, int argc, char **argv)
{
	return ask(cli, "check-now", 1, argc, argv);
}

int cli_release(struct cli *cli, int argc, char **argv)
{
	return ask(cli, "release", 1, argc, argv);
}
