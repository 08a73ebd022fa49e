/* cli/maintenance: `nines maintenance`: planned spans added, shown and cancelled while ninesd runs.
 * The keeper holds them (core/keeper/window.h); it announces them with the time of the command. */
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../base/recur.h"
#include "../web/json.h"
#include "cli.h"
#include "control.h"
#include "listing.h"

struct asked {
	bool json;
	const char *socket, *start, *end, *cron, *length, *zone, *impact, *text, *by;
};

static const struct cli_flag flag[] = {
	{"--start", "TIME", "when it begins, RFC 3339 (default: now)",
	 offsetof(struct asked, start)},
	{"--end", "TIME", "when it ends, RFC 3339", offsetof(struct asked, end)},
	{"--for", "TIME", "how long it lasts: 2h", offsetof(struct asked, length)},
	{"--cron", "LINE", "it begins again and again: '0 2 * * sun', with --for",
	 offsetof(struct asked, cron)},
	{"--zone", "ZONE", "whose clock --cron goes by (default: UTC)",
	 offsetof(struct asked, zone)},
	{"--impact", "IMPACT",
	 "none, degraded or outage (default); only of an outage nobody is "
	 "alerted",
	 offsetof(struct asked, impact)},
	{"--text", "TEXT", "what people read", offsetof(struct asked, text)},
	{"--by", "NAME", "who says so (default: who you are)", offsetof(struct asked, by)},
	{"--json", NULL, "the list as one JSON document", offsetof(struct asked, json)},
	{"--socket", "PATH", "the control socket (default: what the configuration says)",
	 offsetof(struct asked, socket)},
	{NULL, NULL, NULL, 0},
};

/* ---- the list ---- */

static json_t *document(const struct line *l)
{
	json_t *j = json_pack(
		"{so, sb, sb, so, so, so, so}", "id", json_safe(line_name(l)), "declared",
		(int)line_int(l, "declared", 0), "on", (int)line_int(l, "on", 0), "services",
		json_lines(line_get(l, "services")), "from", json_time(line_int(l, "from_us", 0)),
		"to", json_time(line_int(l, "to_us", 0)), "impact",
		json_safe(*line_get(l, "impact") ? line_get(l, "impact") : "outage"));
	static const char *const word[] = {"cron", "for", "zone", "text", "by", "announced"};

	for (size_t i = 0; i < sizeof word / sizeof *word; i++)
		if (*line_get(l, word[i]))
			json_object_set_new(j, word[i], json_safe(line_get(l, word[i])));
	return j;
}

static void add_again(struct listing *all, const struct line *l)
{
	if (!*line_get(l, "cron"))
		return;
	text_puts(&all->text, "    again: ");
	screen_safe(&all->cli->screen, &all->text, line_get(l, "cron"), 100);
	text_puts(&all->text, " for ");
	screen_safe(&all->cli->screen, &all->text, line_get(l, "for"), 20);
	text_puts(&all->text, " by the clock of ");
	screen_safe(&all->cli->screen, &all->text,
		    *line_get(l, "zone") ? line_get(l, "zone") : "UTC", 60);
	text_putc(&all->text, '\n');
}

static void take(const struct line *l, void *with)
{
	struct listing *all = with;
	const char *impact = line_get(l, "impact"), *services = line_get(l, "services");

	if (strcmp(l->verb, "window"))
		return;
	json_array_append_new(all->all, document(l));
	screen_safe(&all->cli->screen, &all->text, line_name(l), 200);
	text_puts(&all->text, line_int(l, "declared", 0) ? " (declared)" : "");
	text_puts(&all->text, line_int(l, "on", 0) ? ", now until " : ", ");
	if (!line_int(l, "on", 0)) {
		clock_add_utc(&all->text, line_int(l, "from_us", 0), 0);
		text_puts(&all->text, " to ");
	}
	clock_add_utc(&all->text, line_int(l, "to_us", 0), 0);
	text_puts(&all->text, ", impact ");
	screen_safe(&all->cli->screen, &all->text, *impact ? impact : "outage", 20);
	text_puts(&all->text, "\n    ");
	screen_list(&all->cli->screen, &all->text, *services ? services : "everything", 200);
	text_putc(&all->text, '\n');
	add_again(all, l);
	if (*line_get(l, "text")) {
		text_puts(&all->text, "    ");
		screen_safe(&all->cli->screen, &all->text, line_get(l, "text"), 1000);
		text_putc(&all->text, '\n');
	}
}

static int list(const struct cli *cli, const void *asked, char **word)
{
	struct listing all = {.cli = cli, .all = json_array()};
	const struct asked *a = asked;

	(void)word;
	return listing_end(&all, "maintenance", "no maintenance is planned\n", a->json,
			   listing_ask(&all, a->socket, "maintenance", take));
}

/* ---- add and cancel ---- */

static bool add_zone(struct text *line, const char *name, struct text *wrong)
{
	struct zone *z = zone_open(name, wrong);
	size_t size = 0;
	const void *bytes = z ? zone_bytes(z, &size) : NULL;

	if (size) {
		line_add(line, "zone", name);
		line_add_bytes(line, "zone_bytes", bytes, size);
	}
	zone_close(z);
	return z != NULL;
}

/* A window that comes once is told by its two ends. */
static bool add_once(struct text *line, const struct asked *a, struct text *wrong)
{
	int64_t start_us = clock_wall_us(), length_us = 0;
	struct text start = {0}, end = {0};

	if (a->start && !clock_parse_utc(a->start, &start_us))
		text_printf(wrong, "--start '%.60s' is no time: write 2026-12-24T22:00:00+01:00",
			    a->start);
	else if (!a->end == !a->length)
		text_puts(wrong, "when it ends is missing: write --end TIME or --for 2h, one of "
				 "them");
	else if (a->length && (!text_duration(a->length, &length_us) || length_us <= 0))
		text_printf(wrong, "--for '%.60s' is no time: write 30m or 2h", a->length);
	clock_add_utc(&start, start_us, 0);
	clock_add_utc(&end, start_us + length_us, 0);
	line_add(line, "start", start.at);
	line_add(line, "end", a->end ? a->end : end.at);
	text_release(&start);
	text_release(&end);
	return !wrong->size;
}

static bool add_again_words(struct text *line, const struct asked *a, struct text *wrong)
{
	line_add(line, "cron", a->cron);
	if (a->length)
		line_add(line, "for", a->length);
	if (a->start)
		line_add(line, "start", a->start);
	if (a->end)
		line_add(line, "end", a->end);
	return !a->zone || add_zone(line, a->zone, wrong);
}

static int add(const struct cli *cli, const void *asked, char **word)
{
	const struct asked *a = asked;
	struct text line = {0}, wrong = {0}, list = {0};
	int status;

	for (char **name = word + 1; *name; name++) {
		text_puts(&list, list.size ? "\n" : "");
		text_puts(&list, *name);
	}
	line_begin(&line, "maintenance-add", "-");
	line_add(&line, "services", text_get(&list));
	line_add(&line, "impact", a->impact ? a->impact : "outage");
	line_add(&line, "text", a->text ? a->text : "");
	control_add_user(&line, a->by);
	if (a->cron ? add_again_words(&line, a, &wrong) : add_once(&line, a, &wrong)) {
		line_end(&line);
		status = control_say(cli, a->socket, &line);
	} else {
		status = cli_wrong("%s", text_get(&wrong));
	}
	text_release(&line);
	text_release(&wrong);
	text_release(&list);
	return status;
}

static int cancel(const struct cli *cli, const void *asked, char **word)
{
	const struct asked *a = asked;
	struct text line = {0};
	int status;

	line_begin_name(&line, "maintenance-cancel", word[1]);
	line_end(&line);
	status = control_say(cli, a->socket, &line);
	text_release(&line);
	return status;
}

static const struct cli_word known[] = {
	{"list", NULL, 0, list},
	{"add", NULL, CLI_ANY, add},
	{"cancel", "ID", 1, cancel},
	{NULL, NULL, 0, NULL},
};

int cli_maintenance(struct cli *cli, int argc, char **argv)
{
	return cli_words(cli, flag, known, &(struct asked){0}, argc, argv);
}
