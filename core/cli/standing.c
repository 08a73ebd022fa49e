/* cli/standing: what people say of a check or service while ninesd runs: `nines ack`, `silence`,
 * `unsilence`, `pause`, `unpause`; without a name what stands. The keeper does it. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../web/json.h"
#include "cli.h"
#include "control.h"
#include "listing.h"

struct asked {
	bool json;
	const char *socket, *reason, *by, *duration;
};

#define FLAG_REASON {"--reason", "TEXT", "why: recorded, and shown to others", \
		     offsetof(struct asked, reason)}
#define FLAG_FOR {"--for", "TIME", "how long, 1m to 366d", offsetof(struct asked, duration)}
#define FLAG_REST                                                                        \
	{"--by", "WHO", "who says so (default: the user's name)", offsetof(struct asked, by)},     \
	{"--json", NULL, "the list as one JSON document", offsetof(struct asked, json)}, \
	{"--socket", "PATH", "the control socket (default: what the configuration says)",  \
	 offsetof(struct asked, socket)},                                                   \
	{NULL, NULL, NULL, 0}

static const struct cli_flag flag[] = {FLAG_REASON, FLAG_REST};
static const struct cli_flag flag_for[] = {FLAG_REASON, FLAG_FOR, FLAG_REST};

static const struct command {
	const char *name, *kind; /* kind: of what it lists */
	const struct cli_flag *flag;
	bool wants_reason, wants_time;
	const char *nothing;
} command[] = {
	{"ack", "ack", flag, true, false, "nothing is acknowledged\n"},
	{"silence", "silence", flag_for, true, true, "nothing is silenced\n"},
	{"unsilence", "silence", flag, false, false, "nothing is silenced\n"},
	{"pause", "pause", flag_for, true, false, "nothing is paused\n"},
	{"unpause", "pause", flag, false, false, "nothing is paused\n"},
};

static const struct command *command_of(const struct cli *cli)
{
	for (size_t i = 0; i < sizeof command / sizeof *command; i++)
		if (!strcmp(command[i].name, cli->command->name))
			return &command[i];
	return command;
}

/* ---- what stands ---- */

static void add_one(struct listing *list, const struct line *l)
{
	const struct screen *s = &list->cli->screen;
	struct text *t = &list->text;

	screen_safe(s, t, line_name(l), 200);
	text_puts(t, "  since ");
	clock_add_utc(t, line_int(l, "at_us", 0), 0);
	if (line_int(l, "until_us", 0)) {
		text_puts(t, " until ");
		clock_add_utc(t, line_int(l, "until_us", 0), 0);
	}
	text_puts(t, " by ");
	screen_safe(s, t, line_get(l, "by"), 200);
	text_puts(t, ": ");
	screen_safe(s, t, line_get(l, "reason"), 1000);
	text_putc(t, '\n');
}

static void take(const struct line *l, void *with)
{
	struct listing *list = with;
	const char *incident = line_get(l, "incident");

	if (strcmp(l->verb, "standing") || strcmp(line_get(l, "kind"), command_of(list->cli)->kind))
		return;
	add_one(list, l);
	json_array_append_new(
		list->all,
		json_pack("{so, so, so, so, so, so}", "name", json_safe(line_name(l)), "since",
			  json_time(line_int(l, "at_us", 0)), "until",
			  json_time(line_int(l, "until_us", 0)), "by", json_safe(line_get(l, "by")),
			  "reason", json_safe(line_get(l, "reason")), "incident",
			  *incident ? json_safe(incident) : json_null()));
}

static int show(const struct cli *cli, const struct asked *a)
{
	struct listing list = {.cli = cli, .all = json_array()};

	return listing_end(&list, command_of(cli)->kind, command_of(cli)->nothing, a->json,
			   listing_ask(&list, a->socket, "standing", take));
}

/* ---- saying so ---- */

static int say(const struct cli *cli, const struct asked *a, const char *name, int64_t for_us)
{
	struct text line = {0};
	int status;

	line_begin_name(&line, cli->command->name, name);
	control_add_user(&line, a->by);
	line_add(&line, "reason", a->reason ? a->reason : "");
	if (for_us)
		line_add_int(&line, "for_us", for_us);
	line_end(&line);
	status = control_say(cli, a->socket, &line);
	text_release(&line);
	return status;
}

int cli_standing(struct cli *cli, int argc, char **argv)
{
	const struct command *c = command_of(cli);
	struct asked a = {0};
	int64_t for_us = 0;
	int status = cli_flags(cli, c->flag, &a, &argc, argv);

	if (status >= 0)
		return status;
	if (argc == 0 || (argc == 1 && !strcmp(argv[0], "list") && !a.reason))
		return show(cli, &a);
	if (argc > 1)
		return cli_wrong("'%s' is too much: nines %s %s", argv[1], c->name,
				 cli->command->arguments);
	if (c->wants_reason && (!a.reason || !*a.reason))
		return cli_wrong("a reason is missing: nines %s '%s' --reason TEXT", c->name,
				 argv[0]);
	if (c->wants_time && !a.duration)
		return cli_wrong("a time is missing: nines %s '%s' --for 2h --reason TEXT", c->name,
				 argv[0]);
	if (a.duration && (!text_duration(a.duration, &for_us) || for_us <= 0))
		return cli_wrong("--for '%s' is no time: write 30m or 2h", a.duration);
	return say(cli, &a, argv[0], for_us);
}
