/* cli/intensify: `nines intensify`: one check probed every 1 to 10 s for a while, with the
 * transcripts of its probes kept. The keeper does it. */
#include <string.h>

#include "../base/clock.h"
#include "../web/json.h"
#include "../web/overview.h"
#include "cli.h"
#include "control.h"
#include "listing.h"

#define EVERY_US CLOCK_SECOND
#define FOR_US (3600 * CLOCK_SECOND)

struct asked {
	bool json;
	const char *socket, *every, *duration;
};

static const struct cli_flag flag[] = {
	{"--every", "TIME", "the interval, 1s to 10s (default 1s)", offsetof(struct asked, every)},
	{"--for", "TIME", "how long, 1m to 1d (default 1h)", offsetof(struct asked, duration)},
	{"--json", NULL, "the list as one JSON document", offsetof(struct asked, json)},
	{"--socket", "PATH", "the control socket (default: what the configuration says)",
	 offsetof(struct asked, socket)},
	{NULL, NULL, NULL, 0},
};

static void take(const struct line *l, void *with)
{
	overview_take(with, l, clock_wall_us());
}

static void add_one(const struct cli *cli, struct text *t, const struct overview_check *c)
{
	screen_safe(&cli->screen, t, c->name, 200);
	text_puts(t, "  every ");
	text_add_duration(t, c->interval_us);
	text_puts(t, " until ");
	clock_add_utc(t, c->intense_until_us, 0);
	text_putc(t, '\n');
}

static json_t *document(const struct overview_check *c)
{
	return json_pack("{so, sI, so}", "check", json_safe(c->name), "every_us",
			 (json_int_t)c->interval_us, "until", json_time(c->intense_until_us));
}

static int list(const struct cli *cli, const struct asked *a)
{
	struct listing l = {.cli = cli, .all = json_array()};
	struct overview o = {0};
	struct text line = {0};
	int status;

	line_begin(&line, "status", "-");
	line_end(&line);
	status = control_ask(cli, &(struct control_request){a->socket, &line, take, &o});
	for (size_t i = 0; i < o.checks; i++) {
		if (!o.check[i].intense_until_us)
			continue;
		add_one(cli, &l.text, &o.check[i]);
		json_array_append_new(l.all, document(&o.check[i]));
	}
	overview_release(&o);
	text_release(&line);
	return listing_end(&l, "intensified", "no check is intensified\n", a->json, status);
}

static int begin(const struct cli *cli, const struct asked *a, const char *name)
{
	int64_t every_us = EVERY_US, for_us = FOR_US;
	struct text line = {0};
	int status;

	if (a->every && !text_duration(a->every, &every_us))
		return cli_wrong("--every '%s' is no time: write 1s or 5s", a->every);
	if (a->duration && !text_duration(a->duration, &for_us))
		return cli_wrong("--for '%s' is no time: write 30m or 2h", a->duration);
	line_begin_name(&line, "intensify", name);
	line_add_int(&line, "every_us", every_us);
	line_add_int(&line, "for_us", for_us);
	line_end(&line);
	status = control_say(cli, a->socket, &line);
	text_release(&line);
	return status;
}

static int cancel(const struct cli *cli, const struct asked *a, const char *name)
{
	struct text line = {0};
	int status;

	line_begin_name(&line, "intensify", name);
	line_add_int(&line, "cancel", 1);
	line_end(&line);
	status = control_say(cli, a->socket, &line);
	text_release(&line);
	return status;
}

int cli_intensify(struct cli *cli, int argc, char **argv)
{
	struct asked a = {0};
	int status = cli_flags(cli, flag, &a, &argc, argv);

	if (status >= 0)
		return status;
	if (argc == 0 || (argc == 1 && !strcmp(argv[0], "list")))
		return list(cli, &a);
	if (argc == 2 && !strcmp(argv[0], "cancel"))
		return cancel(cli, &a, argv[1]);
	if (argc == 1)
		return begin(cli, &a, argv[0]);
	return cli_wrong("write: nines intensify NAME, nines intensify cancel NAME, or nines "
			 "intensify");
}
