/* cli/reclassify: `nines reclassify`: what somebody says afterwards of a span of time, with a
 * reason, and what takes it back. The store judges it (core/store/reclassify.c): by way of ninesd,
 * which answers once it is on disk, or right here where none runs. Results are never changed. */
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../store/read.h"
#include "../store/store.h"
#include "../web/json.h"
#include "cli.h"
#include "control.h"
#include "listing.h"
#include "store_here.h"

struct asked {
	bool list, json;
	const char *from, *to, *as, *reason, *by, *incident, *undo, *store, *socket;
};

static const struct cli_flag flag[] = {
	{"--from", "TIME", "when it begins, RFC 3339", offsetof(struct asked, from)},
	{"--to", "TIME", "when it ends", offsetof(struct asked, to)},
	{"--incident", "ID", "or the whole of an incident ('nines incident' shows its id)",
	 offsetof(struct asked, incident)},
	{"--as", "WHAT", "up, down, degraded, unknown, maintenance or excluded",
	 offsetof(struct asked, as)},
	{"--reason", "TEXT", "why: it stands on every report", offsetof(struct asked, reason)},
	{"--by", "NAME", "who says so (default: who you are)", offsetof(struct asked, by)},
	{"--undo", "ID", "takes one back; it stays in the list", offsetof(struct asked, undo)},
	{"--list", NULL, "shows what was said (of NAME, in --from to --to)",
	 offsetof(struct asked, list)},
	{"--json", NULL, "the list as one JSON document", offsetof(struct asked, json)},
	{"--store", "FILE", "the database (default: what the configuration says)",
	 offsetof(struct asked, store)},
	{"--socket", "PATH", "the control socket (default: what the configuration says)",
	 offsetof(struct asked, socket)},
	{NULL, NULL, NULL, 0},
};

#define USAGE                                                                                 \
	"write: nines reclassify NAME --from TIME --to TIME --as WHAT --reason TEXT, "        \
	"nines reclassify --incident ID --as WHAT --reason TEXT, nines reclassify --undo ID " \
	"--reason TEXT, or nines reclassify --list [NAME]"

/* *us stays as it is when nothing was given. */
static bool take_time(const char *name, const char *given, int64_t *us)
{
	if (!given || clock_parse_utc(given, us))
		return true;
	cli_wrong("%s '%.60s' is no time: write 2026-10-03T14:00:00Z or with an offset", name,
		  given);
	return false;
}

/* ---- the list ---- */

static json_t *document(const struct read_reclassification *c)
{
	json_t *j =
		json_pack("{so, so, so, so, so, so, so, so}", "id", json_safe(c->id), "name",
			  json_safe(c->name), "as", json_safe(c->as), "from", json_time(c->from_us),
			  "to", json_time(c->to_us), "by", json_safe(c->by), "reason",
			  json_safe(c->reason), "at", json_time(c->at_us));

	if (*c->incident)
		json_object_set_new(j, "incident", json_safe(c->incident));
	if (c->undone_us)
		json_object_set_new(j, "undone",
				    json_pack("{so, so, so}", "at", json_time(c->undone_us), "by",
					      json_safe(c->undone_by), "reason",
					      json_safe(c->undone_reason)));
	return j;
}

static void add_word(struct listing *all, const char *before, const char *word, size_t most)
{
	text_puts(&all->text, before);
	screen_safe(&all->cli->screen, &all->text, word, most);
}

static void add_time(struct listing *all, const char *before, int64_t us)
{
	text_puts(&all->text, before);
	clock_add_utc(&all->text, us, us % CLOCK_SECOND ? 6 : 0);
}

static bool take(const struct read_reclassification *c, void *with)
{
	struct listing *all = with;

	json_array_append_new(all->all, document(c));
	add_word(all, "", c->id, 24);
	add_word(all, "  ", c->name, 200);
	add_word(all, " counts as ", c->as, 20);
	add_time(all, ", ", c->from_us);
	add_time(all, " to ", c->to_us);
	if (*c->incident)
		add_word(all, ", incident ", c->incident, 24);
	add_word(all, "\n    ", c->by, 100);
	add_time(all, ", ", c->at_us);
	add_word(all, ": ", c->reason, 2000);
	if (c->undone_us) {
		add_word(all, "\n    undone by ", c->undone_by, 100);
		add_time(all, ", ", c->undone_us);
		add_word(all, ": ", c->undone_reason, 2000);
	}
	text_putc(&all->text, '\n');
	return true;
}

static int list(struct cli *cli, const struct asked *a, const char *store, const char *name)
{
	struct listing all = {.cli = cli, .all = json_array()};
	struct text wrong = {0};
	struct read *r = NULL;
	int64_t from_us = INT64_MIN, to_us = INT64_MAX;
	int status = EXIT_WRONG_USAGE;

	if (take_time("--from", a->from, &from_us) && take_time("--to", a->to, &to_us)) {
		r = cli_read(store, &wrong);
		if (r && read_reclassifications(r, name, from_us, to_us, take, &all))
			status = EXIT_DONE;
		else
			status = cli_fail(EXIT_FAILED, "%s", r ? read_wrong(r) : text_get(&wrong));
	}
	read_close(r);
	text_release(&wrong);
	return listing_end(&all, "reclassifications", "nothing was reclassified\n", a->json,
			   status);
}

/* ---- saying it ---- */

/* Never a new database: there would be nothing to speak of. */
static struct store *open_store(const char *path, struct text *wrong)
{
	struct read *r = cli_read(path, wrong);

	read_close(r);
	return r ? store_open(path, wrong) : NULL;
}

static int say_here(const struct cli *cli, const char *path, const struct line *line)
{
	struct text said = {0}, shown = {0};
	struct store *store = open_store(path, &said);
	bool is_done = store && store_reclassify(store, line, clock_wall_us(), &said);
	int status = is_done ? EXIT_DONE : cli_fail(EXIT_FAILED, "%s", text_get(&said));

	store_close(store);
	if (store)
		store_give_to_owner(path);
	if (is_done && !cli->is_quiet) {
		screen_safe(&cli->screen, &shown, text_get(&said), 4096);
		text_putc(&shown, '\n');
		status = cli_print(&shown, status);
	}
	text_release(&said);
	text_release(&shown);
	return status;
}

static bool add_claim(struct text *line, const struct asked *a, const char *name)
{
	int64_t from_us = 0, to_us = 0;

	if (!a->as || (!a->incident && (!name || !a->from || !a->to))) {
		cli_wrong(USAGE);
		return false;
	}
	if (a->incident) {
		line_add(line, "incident", a->incident);
	} else if (!take_time("--from", a->from, &from_us) || !take_time("--to", a->to, &to_us)) {
		return false;
	} else {
		line_add(line, "target", name);
		line_add_int(line, "from_us", from_us);
		line_add_int(line, "to_us", to_us);
	}
	line_add(line, "as", a->as);
	return true;
}

/* What is wrong in the words themselves is wrong usage, wherever the record is. */
static int hand_on(const struct cli *cli, const struct asked *a, const char *store,
		   struct text *line)
{
	static struct line parsed; /* too large for a stack frame */
	struct text copy = {0}, said = {0};
	const char *wrong;
	int status;

	text_add(&copy, line->at, line->size - 1);
	wrong = line_parse(&parsed, copy.at, copy.size);
	if (wrong || !store_judge_reclassify(&parsed, &said))
		status = cli_wrong("%s", wrong ? wrong : text_get(&said));
	else
		status = store_is_in_use(store) ? control_say(cli, a->socket, line)
						: say_here(cli, store, &parsed);
	text_release(&copy);
	text_release(&said);
	return status;
}

static int say(const struct cli *cli, const struct asked *a, const char *store, const char *name)
{
	struct text line = {0};
	int status = EXIT_WRONG_USAGE;

	line_begin(&line, "reclassify", "-");
	control_add_user(&line, a->by);
	line_add(&line, "reason", a->reason ? a->reason : "");
	if (a->undo)
		line_add(&line, "undo", a->undo);
	if (a->undo || add_claim(&line, a, name)) {
		line_end(&line);
		status = hand_on(cli, a, store, &line);
	}
	text_release(&line);
	return status;
}

/* What excludes each other, or is too much. */
static bool is_sensible(const struct asked *a, int names)
{
	bool is_span = a->from || a->to || names;

	if (a->list)
		return names <= 1 && !a->as && !a->reason && !a->incident && !a->undo;
	if (a->undo)
		return !is_span && !a->as && !a->incident;
	return names <= 1 && !a->json && (!a->incident || !is_span);
}

int cli_reclassify(struct cli *cli, int argc, char **argv)
{
	struct asked a = {0};
	struct text path = {0};
	const char *store;
	int status = cli_flags(cli, flag, &a, &argc, argv);

	if (status >= 0)
		return status;
	a.list |= !a.as && !a.reason && !a.incident && !a.undo && !a.from && !a.to;
	if (!is_sensible(&a, argc))
		return cli_wrong(USAGE);
	store = cli_store(cli, a.store, &path);
	status = a.list ? list(cli, &a, store, argc ? argv[0] : NULL)
			: say(cli, &a, store, argc ? argv[0] : NULL);
	text_release(&path);
	return status;
}
