/* cli/import: `nines import FORMAT FILE...`: a history that another tool kept, into the record.
 *
 * All or nothing: every file is read and judged first, then all of it becomes one staging file or
 * one transaction. What is in the record already and says the same is left out, so that the same
 * file twice changes nothing; history goes in front of what is known of a target or behind it,
 * never between. Who holds the store's lock writes: the running recorder, asked through the
 * control socket, else this command itself. */
#include "../import/import.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/progress.h"
#include "cli.h"
#include "import_store.h"

#define INTERVAL_MOST_US (366 * INT64_C(86400) * CLOCK_SECOND)
#define NAMES_TOLD 10

struct typed {
	const char *interval, *maintenance, *initial, *not_running, *check, *store, *socket;
	const char *from, *to, *labels, *token_file, *as;
	bool is_dry, is_with_sums;
};

static const struct cli_flag flag[] = {
	{"--interval", "TIME", "how often the checks were made, where the history does not say",
	 offsetof(struct typed, interval)},
	{"--maintenance", "FILE",
	 "windows: JSON, [{\"service\": NAME or null, \"start\": T, \"end\": T}]",
	 offsetof(struct typed, maintenance)},
	{"--check", "NAME", "only this one; a CSV file without a column of names is all its",
	 offsetof(struct typed, check)},
	{"--as", "NAME", "with --check: what it is called here", offsetof(struct typed, as)},
	{"--initial", "STATE",
	 "nagios: what a target was before its first state: up, degraded, down",
	 offsetof(struct typed, initial)},
	{"--not-running", "WORD",
	 "nagios: while it did not run, states are unknown (default), or assume",
	 offsetof(struct typed, not_running)},
	{"--from", "TIME", "prometheus: the begin (RFC 3339 or a date, UTC)",
	 offsetof(struct typed, from)},
	{"--to", "TIME", "prometheus: the end (default: now)", offsetof(struct typed, to)},
	{"--labels", "LIST", "prometheus: labels that make the names (job,instance)",
	 offsetof(struct typed, labels)},
	{"--token-file", "FILE", "prometheus: the token that the server wants, in a file",
	 offsetof(struct typed, token_file)},
	{"--sums", NULL, "kuma, gatus: sums of hours and days, too, where checks were deleted",
	 offsetof(struct typed, is_with_sums)},
	{"--dry-run", NULL, "read and judge it all, store nothing", offsetof(struct typed, is_dry)},
	{"--store", "FILE", "the database (default: what the configuration says)",
	 offsetof(struct typed, store)},
	{"--socket", "PATH", "the control socket (default: what the configuration says)",
	 offsetof(struct typed, socket)},
	{NULL, NULL, NULL, 0},
};

static const enum sla_state initial_state[] = {SLA_UP, SLA_DEGRADED, SLA_DOWN};

/* ---- what was typed ---- */

static int judge_initial(const struct typed *typed, struct import *im)
{
	size_t i = 0, states = sizeof initial_state / sizeof *initial_state;

	if (!typed->initial)
		return -1;
	while (i < states && strcmp(typed->initial, sla_state_name[initial_state[i]]))
		i++;
	if (i == states)
		return cli_wrong("--initial: '%s' is none of up, degraded, down", typed->initial);
	im->initial = initial_state[i];
	return -1;
}

static int judge_not_running(const struct typed *typed, struct import *im)
{
	bool is_assumed = typed->not_running && !strcmp(typed->not_running, "assume");

	im->is_unknown_when_off = !is_assumed;
	if (typed->not_running && !is_assumed && strcmp(typed->not_running, "unknown"))
		return cli_wrong("--not-running: '%s' is none of unknown, assume",
				 typed->not_running);
	return -1;
}

static int judge_interval(const struct typed *typed, int64_t *us)
{
	if (typed->interval && (!text_duration(typed->interval, us) || *us < CLOCK_SECOND / 10 ||
				*us > INTERVAL_MOST_US))
		return cli_wrong("--interval: '%s' is no time between checks: write 30s, 5m or 1d",
				 typed->interval);
	return -1;
}

/* The time and the labels that a server is asked for. */
static int judge_asked(const struct typed *typed, struct import *im)
{
	im->to_us = im->now_us;
	im->labels = typed->labels ? typed->labels : "job,instance";
	im->token_file = typed->token_file;
	if (!typed->from)
		return cli_wrong("write from when on: --from 2026-11-01");
	if (!clock_parse_utc(typed->from, &im->from_us) || im->from_us <= 0)
		return cli_wrong("--from '%s' is no time: write 2026-11-21T18:00:00Z or a date",
				 typed->from);
	if (typed->to && !clock_parse_utc(typed->to, &im->to_us))
		return cli_wrong("--to '%s' is no time: write 2026-11-21T18:00:00Z or a date",
				 typed->to);
	im->to_us = im->to_us < im->now_us ? im->to_us : im->now_us;
	if (im->from_us >= im->to_us)
		return cli_wrong("--from is not before --to, or still to come");
	if (!*im->labels || strchr(" ,", *im->labels) || strstr(im->labels, ",,") ||
	    im->labels[strlen(im->labels) - 1] == ',')
		return cli_wrong("--labels '%s': write names of labels like job,instance",
				 im->labels);
	return -1;
}

static const struct import_format *find_format(const char *name)
{
	const struct import_format *f = import_format;
	struct text names = {0};

	while (f->name && strcmp(f->name, name))
		f++;
	if (f->name)
		return f;
	for (f = import_format; f->name; f++)
		text_printf(&names, "%s%s (%s)", names.size ? ", " : "", f->name, f->about);
	cli_wrong("unknown format '%s': there are %s", name, text_get(&names));
	text_release(&names);
	return NULL;
}

/* Flags that this format has no use for are told, not ignored. */
static int judge_format(const struct typed *typed, const struct import_format *f, struct import *im)
{
	if (f->is_asked && judge_asked(typed, im) >= 0)
		return EXIT_WRONG_USAGE;
	im->is_with_sums = typed->is_with_sums;
	if (typed->as && !typed->check)
		return cli_wrong("--as is for one check: say which with --check NAME");
	if (typed->is_with_sums && !f->has_sums)
		return cli_wrong("--sums is for kuma and gatus: %s has no sums", f->name);
	if (!f->is_asked && (typed->from || typed->to || typed->labels || typed->token_file))
		return cli_wrong("%s is for prometheus alone: %s is read whole",
				 typed->from     ? "--from"
				 : typed->to     ? "--to"
				 : typed->labels ? "--labels"
						 : "--token-file",
				 f->name);
	if (!f->is_events && (typed->initial || typed->not_running))
		return cli_wrong("%s is for nagios alone: %s has single checks",
				 typed->initial ? "--initial" : "--not-running", f->name);
	if (f->is_events && typed->interval)
		return cli_wrong("--interval is for single checks: a state of %s holds until the "
				 "next",
				 f->name);
	return -1;
}

/* ---- reading ---- */

struct showing {
	struct progress progress;
	const struct import *im;
};

static void show(size_t lines, void *with)
{
	struct showing *s = with;
	struct text file = {0};

	if (!progress_is_due(&s->progress))
		return;
	text_add_safe(&file, s->im->file, strlen(s->im->file), 200);
	progress_show(&s->progress, "%zu %s read of %s", lines,
		      s->im->format->read ? "lines" : "samples", text_get(&file));
	text_release(&file);
}

static int tell_problems(const struct import *im)
{
	const char *at = text_get(&im->problems), *newline;

	for (; (newline = strchr(at, '\n')); at = newline + 1)
		cli_fail(EXIT_FAILED, "%.*s", (int)(newline - at), at);
	if (im->problem_count > IMPORT_PROBLEMS)
		cli_fail(EXIT_FAILED, "%zu more problems are not shown",
			 im->problem_count - IMPORT_PROBLEMS);
	return cli_fail(EXIT_FAILED, "nothing was imported");
}

static int read_files(const struct typed *typed, struct import *im, const struct import_format *f,
		      int files, char **file)
{
	for (int i = 0; i < files; i++)
		import_read(im, f, file[i]);
	import_finish(im);
	progress_clear(&((struct showing *)im->with)->progress);
	if (typed->maintenance)
		import_read_windows(im, typed->maintenance);
	if (typed->as && !im->problem_count)
		import_rename(im, typed->check, typed->as);
	if (im->problem_count)
		return tell_problems(im);
	if (!im->targets && !typed->check && !typed->maintenance)
		return cli_fail(EXIT_FAILED,
				"%s%s: nothing in %s is a history of the format '%s': nothing was"
				" imported",
				file[0], files > 1 ? " and the others" : "",
				files > 1 ? "them" : "it", f->name);
	return -1;
}

/* ---- all of it ---- */

static void add_summary(struct text *t, const struct import_totals *sum, bool is_events,
			const char *what)
{
	const char *records = is_events ? "state" : "sample";
	size_t all = sum->added + sum->known;

	text_printf(t, "%s%zu target%s, %zu %s%s", what, sum->targets,
		    sum->targets == 1 ? "" : "s", all, records, all == 1 ? "" : "s");
	if (all) {
		struct text time = {0};

		clock_add_utc(&time, sum->first_us, 0);
		text_printf(t, ", %.10s", time.at);
		text_clear(&time);
		clock_add_utc(&time, sum->last_us, 0);
		text_printf(t, " to %.10s", time.at);
		text_release(&time);
	}
	if (sum->windows)
		text_printf(t, ", %zu maintenance window%s", sum->windows,
			    sum->windows == 1 ? "" : "s");
	if (sum->known && sum->added)
		text_printf(t, "; %zu of them were there already", sum->known);
	else if (sum->known)
		text_puts(t, "; all of them were there already");
	text_putc(t, '\n');
}

static int tell_names(const struct import *im, const char *wanted)
{
	struct text names = {0};
	size_t told = 0, all = 0;
	int status;

	for (size_t t = 0; t < im->targets; t++)
		if (strcmp(im->target[t].name, wanted) && all++ < NAMES_TOLD)
			text_printf(&names, "%s'%s'", told++ ? ", " : "", im->target[t].name);
	if (all > told)
		text_printf(&names, " and %zu more", all - told);
	status = cli_fail(EXIT_FAILED, "the history has nothing of '%s': it has %s", wanted,
			  names.size ? names.at : "nothing at all");
	text_release(&names);
	return status;
}

static int run(struct cli *cli, const struct typed *typed, struct import *im, int64_t interval_us,
	       struct showing *showing)
{
	struct import_totals sum = {0};
	struct text store = {0}, wrong = {0}, said = {0};
	struct import_order o = {.im = im,
				 .store = cli_store(cli, typed->store, &store),
				 .check = typed->as ? typed->as : typed->check,
				 .interval_us = interval_us,
				 .is_dry = typed->is_dry,
				 .socket = typed->socket};
	int status = import_store(cli, &o, &sum, &wrong);

	progress_clear(&showing->progress);
	if (wrong.size)
		cli_fail(status, "%s", wrong.at);
	else if (status == EXIT_DONE && typed->check && !sum.targets && !sum.windows)
		status = tell_names(im, typed->check);
	if (status == EXIT_DONE && !cli->is_quiet) {
		add_summary(&said, &sum, im->is_events, typed->is_dry ? "would import " : "");
		status = cli_print(&said, status);
	}
	text_release(&said);
	text_release(&store);
	text_release(&wrong);
	return status;
}

int cli_import(struct cli *cli, int argc, char **argv)
{
	struct typed typed = {0};
	struct import im = {.initial = SLA_NOT_MONITORED, .now_us = clock_wall_us()};
	struct showing showing = {.im = &im};
	const struct import_format *f = NULL;
	int64_t interval_us = 0;
	int status = cli_flags(cli, flag, &typed, &argc, argv);

	if (status < 0 && argc < 2)
		status = cli_wrong("write: nines import FORMAT FILE...");
	if (status < 0 && !(f = find_format(argv[0])))
		status = EXIT_WRONG_USAGE;
	if (status < 0)
		status = judge_format(&typed, f, &im);
	if (status < 0)
		status = judge_initial(&typed, &im);
	if (status < 0)
		status = judge_not_running(&typed, &im);
	if (status < 0)
		status = judge_interval(&typed, &interval_us);
	if (status >= 0)
		return status;
	im.check = typed.check;
	im.interval_us = interval_us;
	im.progress = show;
	im.with = &showing;
	progress_open(&showing.progress, !cli->is_quiet);
	status = read_files(&typed, &im, f, argc - 1, argv + 1);
	if (status < 0)
		status = run(cli, &typed, &im, interval_us, &showing);
	import_release(&im);
	return status;
}
