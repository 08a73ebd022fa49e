/* cli/request: the commands that send the keeper one line: beat, now, release. */
#include <string.h>

#include "cli.h"
#include "control.h"

struct request {
	const char *socket, *exit;
};

#define FLAG_SOCKET                                                               \
	{"--socket", "PATH", "the control socket (default: what the configuration says)", \
	 offsetof(struct request, socket)}

static const struct cli_flag flag[] = {FLAG_SOCKET, {NULL, NULL, NULL, 0}};
static const struct cli_flag beat_flag[] = {
	{"--exit", "STATUS", "the exit status of the job: 0 is a success",
	 offsetof(struct request, exit)},
	FLAG_SOCKET,
	{NULL, NULL, NULL, 0},
};

/* "EVENT TEXT", or "exit STATUS TEXT". False: no status. */
static bool add_event(const struct request *r, struct text *line, int argc, char **argv)
{
	struct text event = {0};
	int64_t status = 0;

	if (r->exit) {
		if (!text_to_int(r->exit, &status) || status < 0 || status > 255)
			return false;
		text_printf(&event, "exit %d", (int)status);
	}
	for (int i = 1; i < argc; i++)
		text_printf(&event, "%s%s", event.size ? " " : "", argv[i]);
	if (event.size)
		line_add(line, "text", text_get(&event));
	text_release(&event);
	return true;
}

/* `verb NAME text=`; what the keeper says to it is printed. */
static int ask(struct cli *cli, const char *verb, int words, int argc, char **argv)
{
	struct request r = {0};
	struct text line = {0};
	int status = cli_flags(cli, words > 1 ? beat_flag : flag, &r, &argc, argv);

	if (status >= 0)
		return status;
	if (argc < 1)
		return cli_wrong("a name is missing: nines %s %s", cli->command->name,
				 cli->command->arguments);
	if (argc > words)
		return cli_wrong("'%s' is too much: nines %s %s", argv[words], cli->command->name,
				 cli->command->arguments);
	line_begin_name(&line, verb, argv[0]);
	if (!add_event(&r, &line, argc, argv)) {
		text_release(&line);
		return cli_wrong("--exit: '%s' is no exit status: 0 to 255", r.exit);
	}
	line_end(&line);
	status = control_say(cli, r.socket, &line);
	text_release(&line);
	return status;
}

int cli_beat(struct cli *cli, int argc, char **argv)
{
	return ask(cli, "beat", 3, argc, argv);
}

int cli_now(struct cli *cli, int argc, char **argv)
{
	return ask(cli, "check-now", 1, argc, argv);
}

int cli_release(struct cli *cli, int argc, char **argv)
{
	return ask(cli, "release", 1, argc, argv);
}
