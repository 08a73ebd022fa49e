/* cli/export: `nines export`: raw results as JSON lines or CSV, straight from the database.
 *
 * Read in stretches of time, some in one snapshot, so that an export of years never holds the
 * writer's log; a result is in exactly one stretch. Written between snapshots: who reads us may be
 * slow. Works with a daemon running or not. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/progress.h"
#include "../base/spool.h"
#include "../store/read.h"
#include "../store/result.h"
#include "cli.h"
#include "export.h"
#include "outfile.h"

#define STRETCH_US (INT64_C(86400) * CLOCK_SECOND)
#define SNAPSHOT_US (CLOCK_SECOND * READ_SECONDS / 5) /* its first stretch reads the whole tail */
#define FLUSH_BYTES (1u << 20)

struct export {
	bool all;
	const char *from, *to, *format, *file, *store;
	struct text out;
	void (*add)(struct text *, const struct read_result *);
	struct outfile to_file;
	bool has_failed;
	struct progress progress;
	uint64_t results;
	int64_t snapshot_us; /* when it began, 0: there is none */
	size_t target, targets;
};

static const struct cli_flag flag[] = {
	{"--all", NULL, "every check", offsetof(struct export, all)},
	{"--from", "TIME", "results that started at or behind it (RFC 3339 or a date, UTC)",
	 offsetof(struct export, from)},
	{"--to", "TIME", "results that started before it", offsetof(struct export, to)},
	{"--format", "FORMAT", "jsonl (the default) or csv", offsetof(struct export, format)},
	{"-o", "FILE", "write there, not to standard output", offsetof(struct export, file)},
	{"--store", "FILE", "the database (default: what the configuration says)",
	 offsetof(struct export, store)},
	{NULL, NULL, NULL, 0},
};

static const struct {
	const char *name;
	void (*begin)(struct text *);
	void (*add)(struct text *, const struct read_result *);
} format[] = {
	{"jsonl", NULL, export_add_json},
	{"csv", export_begin_csv, export_add_csv},
};

static void flush(struct export *e)
{
	e->has_failed = e->has_failed ||
			!spool_write(e->to_file.fd, text_get(&e->out), e->out.size);
	text_clear(&e->out);
}

static void show(struct export *e)
{
	progress_show(&e->progress, "exported %llu results, check %zu of %zu",
		      (unsigned long long)e->results, e->target, e->targets);
}

static bool take(const struct read_result *r, void *with)
{
	struct export *e = with;

	e->add(&e->out, r);
	e->results++;
	return true;
}

static bool begin_snapshot(struct export *e, struct read *r)
{
	if (!e->snapshot_us && read_begin(r))
		e->snapshot_us = clock_mono_us();
	return e->snapshot_us;
}

static void end_snapshot(struct export *e, struct read *r)
{
	if (e->snapshot_us)
		read_end(r);
	e->snapshot_us = 0;
	flush(e);
}

static bool export_stretch(struct export *e, struct read *r, const struct read_target *t,
			   int64_t from_us, int64_t to_us)
{
	bool is_read = begin_snapshot(e, r) && read_results(r, t, from_us, to_us, take, e);

	if (!is_read || e->out.size > FLUSH_BYTES ||
	    clock_mono_us() > e->snapshot_us + SNAPSHOT_US)
		end_snapshot(e, r);
	show(e);
	return is_read;
}

static bool export_target(struct export *e, struct read *r, const struct read_target *t,
			  int64_t from_us, int64_t to_us)
{
	int64_t end_us = clock_wall_us() + 366 * 86400 * CLOCK_SECOND;

	from_us = from_us > t->first_us ? from_us : t->first_us;
	to_us = to_us < end_us ? to_us : end_us;
	for (int64_t at_us = from_us; at_us < to_us && !e->has_failed; at_us += STRETCH_US) {
		int64_t until_us = to_us - at_us < STRETCH_US ? to_us : at_us + STRETCH_US;

		if (!export_stretch(e, r, t, at_us, until_us))
			return false;
	}
	return !e->has_failed;
}

static int refuse(struct export *e, const char *why)
{
	progress_clear(&e->progress);
	return cli_fail(EXIT_FAILED, "%s", why);
}

static int unknown(struct export *e, const char *name)
{
	progress_clear(&e->progress);
	return cli_fail(EXIT_FAILED, "nothing is recorded of '%s'", name);
}

static int export_named(struct export *e, struct read *r, int names, char **name, int64_t from_us,
			int64_t to_us)
{
	e->targets = (size_t)names;
	for (int i = 0; i < names; i++) {
		const struct read_target *t = read_find(r, name[i]);

		e->target++;
		if (!t && *read_wrong(r))
			return refuse(e, read_wrong(r));
		if (!t)
			return unknown(e, name[i]);
		if (!export_target(e, r, t, from_us, to_us) && !e->has_failed)
			return refuse(e, read_wrong(r));
	}
	return EXIT_DONE;
}

static int export_all(struct export *e, struct read *r, int64_t from_us, int64_t to_us)
{
	const struct read_target *list;

	if (!read_targets(r, &list, &e->targets))
		return refuse(e, read_wrong(r));
	for (size_t i = 0; i < e->targets; i++) {
		e->target++;
		if (list[i].kind == READ_CHECK &&
		    !export_target(e, r, &list[i], from_us, to_us) && !e->has_failed)
			return refuse(e, read_wrong(r));
	}
	return EXIT_DONE;
}

static int judge(struct export *e, int names, int64_t *from_us, int64_t *to_us)
{
	size_t f = 0;

	if (e->all == (names > 0))
		return cli_wrong("write: nines export NAME ... or nines export --all");
	if (e->from && !clock_parse_utc(e->from, from_us))
		return cli_wrong("--from: '%s' is no time: write 2026-11-21T18:00:00Z or a date",
				 e->from);
	if (e->to && !clock_parse_utc(e->to, to_us))
		return cli_wrong("--to: '%s' is no time: write 2026-11-21T18:00:00Z or a date",
				 e->to);
	if (*from_us >= *to_us)
		return cli_wrong("--from is not before --to: %s and %s", e->from, e->to);
	while (e->format && f < sizeof format / sizeof *format && strcmp(format[f].name, e->format))
		f++;
	if (f == sizeof format / sizeof *format)
		return cli_wrong("--format: '%s' is none of jsonl, csv", e->format);
	e->add = format[f].add;
	if (format[f].begin)
		format[f].begin(&e->out);
	return -1;
}

static int fail_to_write(const struct export *e)
{
	return cli_fail(EXIT_FAILED, "cannot write %s: %s", e->file ? e->file : "the results",
			log_errno(errno));
}

static int run(struct export *e, int names, char **name, int64_t from_us, int64_t to_us)
{
	struct text wrong = {0};
	struct read *r = cli_read(e->store, &wrong);
	int status;

	if (!r) {
		status = cli_fail(EXIT_FAILED, "%s", text_get(&wrong));
		text_release(&wrong);
		return status;
	}
	status = e->all ? export_all(e, r, from_us, to_us)
			: export_named(e, r, names, name, from_us, to_us);
	end_snapshot(e, r);
	progress_clear(&e->progress);
	if (e->has_failed)
		status = fail_to_write(e);
	else if (read_damaged(r))
		status = cli_fail(EXIT_FINDING, "%zu blocks are damaged and were left out",
				  read_damaged(r));
	read_close(r);
	return status;
}

/* A file that was there stays as it is unless all could be read and written. */
static int export(const struct cli *cli, struct export *e, int names, char **name, int64_t from_us,
		  int64_t to_us)
{
	int status;

	if (!outfile_open(&e->to_file, e->file, 0640))
		return fail_to_write(e);
	progress_open(&e->progress, !cli->is_quiet && (e->to_file.fd != STDOUT_FILENO ||
						       !isatty(STDOUT_FILENO)));
	status = run(e, names, name, from_us, to_us);
	if ((status == EXIT_DONE || status == EXIT_FINDING) && !outfile_keep(&e->to_file))
		status = fail_to_write(e);
	outfile_drop(&e->to_file);
	return status;
}

int cli_export(struct cli *cli, int argc, char **argv)
{
	struct export e = {0};
	struct text store = {0};
	int64_t from_us = INT64_MIN, to_us = INT64_MAX;
	int status = cli_flags(cli, flag, &e, &argc, argv);

	if (status < 0)
		status = judge(&e, argc, &from_us, &to_us);
	if (status < 0) {
		e.store = cli_store(cli, e.store, &store);
		status = export(cli, &e, argc, argv, from_us, to_us);
	}
	text_release(&e.out);
	text_release(&store);
	return status;
}
