/* cli/history: see history.h. */
#include "history.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/line.h"
#include "../base/memory.h"
#include "../store/read.h"
#include "../store/result.h"

#define HOLDS       3 /* intervals a sample speaks for: definitions 2.2 */
#define INTERVAL_US (60 * CLOCK_SECOND)

static struct history_track *track_get(struct history *h, const char *name)
{
	struct history_track *t = map_find_text(&h->by_name, name);

	if (t)
		return t;
	t = memory_new(sizeof *t);
	t->name = memory_text(name);
	t->interval_us = INTERVAL_US;
	map_put_text(&h->by_name, t->name, t);
	h->track = memory_resize(h->track, (h->tracks + 1) * sizeof(*h->track));
	h->track[h->tracks++] = t;
	return t;
}

static void add_sample(struct history *h, struct history_track *t, int64_t at_us,
		       enum sla_state state, const char *words)
{
	if (t->samples == t->room) {
		t->room = t->room ? 2 * t->room : 256;
		t->sample = memory_resize(t->sample, t->room * sizeof(*t->sample));
	}
	t->sample[t->samples++] = (struct history_sample){at_us, state, words};
	if (!h->first_us || at_us < h->first_us)
		h->first_us = at_us;
	if (at_us > h->last_us)
		h->last_us = at_us;
}

void history_release(struct history *h)
{
	for (size_t i = 0; i < h->tracks; i++) {
		struct history_track *t = h->track[i];

		for (size_t s = 0; s < t->samples; s++)
			free((char *)t->sample[s].words);
		free(t->sample);
		free(t->name);
		free(t);
	}
	free(h->track);
	map_release(&h->by_name);
	*h = (struct history){0};
}

const struct history_sample *history_at(const struct history *h, const struct history_track *t,
					int64_t at_us)
{
	size_t low = 0, high = t->samples;
	const struct history_sample *s;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->sample[middle].at_us <= at_us)
			low = middle + 1;
		else
			high = middle;
	}
	s = low ? &t->sample[low - 1] : NULL;
	return s && (h->is_events || at_us - s->at_us <= HOLDS * t->interval_us) ? s : NULL;
}

/* ---- files ---- */

/* The usual distance of two samples: the median of the first ones. */
static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void guess_interval(struct history_track *t)
{
	int64_t gap_us[200];
	size_t n = 0;

	while (n < sizeof gap_us / sizeof *gap_us && n + 1 < t->samples) {
		gap_us[n] = t->sample[n + 1].at_us - t->sample[n].at_us;
		n++;
	}
	if (!n)
		return;
	qsort(gap_us, n, sizeof *gap_us, by_size);
	t->interval_us = gap_us[n / 2] > 0 ? gap_us[n / 2] : INTERVAL_US;
}

static int tell_problems(const struct import *im)
{
	const char *at = text_get(&im->problems), *newline;

	for (; (newline = strchr(at, '\n')); at = newline + 1)
		cli_fail(EXIT_FAILED, "%.*s", (int)(newline - at), at);
	return cli_fail(EXIT_FAILED, "nothing was replayed");
}

static int read_files(struct history *h, const struct import_format *f, int files, char **file,
		      int64_t from_us, int64_t to_us)
{
	struct import im = {.initial = SLA_NOT_MONITORED, .now_us = clock_wall_us()};
	int status = EXIT_DONE;
	size_t from, to;

	for (int i = 0; i < files; i++)
		import_read(&im, f, file[i]);
	import_finish(&im);
	if (im.problem_count)
		status = tell_problems(&im);
	h->is_events = f->is_events;
	for (uint32_t n = 0; n < im.targets && status == EXIT_DONE; n++) {
		struct history_track *t = track_get(h, im.target[n].name);

		import_range(&im, n, &from, &to);
		for (; from < to; from++)
			if (im.record[from].at_us >= from_us && im.record[from].at_us < to_us)
				add_sample(h, t, im.record[from].at_us, im.record[from].state,
					   NULL);
		guess_interval(t);
	}
	import_release(&im);
	return status;
}

/* ---- a database ---- */

static void add_steps(struct text *t, const struct block_result *r)
{
	for (size_t i = 0; i < r->steps; i++) {
		text_puts(t, i ? "," : "");
		text_puts(t, r->step[i].name);
		if (r->step[i].hop)
			text_printf(t, "@%d", r->step[i].hop);
		text_printf(t, ":%lld%s", (long long)r->step[i].end_us,
			    r->step[i].has_failed ? "!" : "");
	}
}

/* As the prober's words, behind the verdict. */
static char *words_of(const struct block_result *r)
{
	struct text t = {0}, steps = {0};

	add_steps(&steps, r);
	line_add(&t, "reason", r->reason);
	line_add(&t, "step", result_step(r));
	line_add(&t, "address", r->address);
	line_add_int(&t, "elapsed_us", r->elapsed_us);
	if (steps.size)
		line_add(&t, "steps", steps.at);
	text_release(&steps);
	return t.at;
}

struct reading {
	struct history *history;
	struct history_track *track;
};

static bool take(const struct read_result *r, void *with)
{
	struct reading *to = with;
	enum sla_state state =
		r->result->ends ? (enum sla_state)(r->result->ends - 1) : SLA_NOT_MONITORED;

	if (state == SLA_NOT_MONITORED)
		return true; /* another location's result ends the cycle */
	add_sample(to->history, to->track, r->result->start_us, state,
		   state == SLA_UP ? NULL : words_of(r->result));
	if (r->result->interval_us > 0)
		to->track->interval_us = r->result->interval_us;
	return true;
}

static int read_all(struct history *h, struct read *r, int64_t from_us, int64_t to_us)
{
	const struct read_target *list;
	size_t targets;
	bool is_read = read_targets(r, &list, &targets);

	for (size_t i = 0; i < targets && is_read; i++) {
		struct reading to = {h, NULL};

		if (list[i].kind != READ_CHECK || !list[i].first_us)
			continue;
		to.track = track_get(h, list[i].name);
		is_read = read_results(r, &list[i], from_us, to_us, take, &to);
	}
	return is_read ? EXIT_DONE : cli_fail(EXIT_FAILED, "%s", read_wrong(r));
}

static int read_database(struct history *h, const char *path, int64_t from_us, int64_t to_us)
{
	struct text wrong = {0};
	struct read *r = cli_read(path, &wrong);
	int status;

	if (!r) {
		status = cli_fail(EXIT_FAILED, "%s", text_get(&wrong));
	} else {
		status = read_all(h, r, from_us, to_us);
		read_close(r);
	}
	text_release(&wrong);
	return status;
}

static bool is_database(const char *path)
{
	static const char magic[16] = "SQLite format 3";
	char head[sizeof magic] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head);

	if (fd >= 0)
		close(fd);
	return n == (ssize_t)sizeof head && !memcmp(head, magic, sizeof magic);
}

int history_read(const struct cli *cli, struct history *h, const struct import_format *f, int files,
		 char **file, int64_t from_us, int64_t to_us)
{
	(void)cli;
	if (!f->read_path && is_database(file[0]))
		return files > 1 ? cli_wrong("one database at a time can be replayed")
				 : read_database(h, file[0], from_us, to_us);
	return read_files(h, f, files, file, from_us, to_us);
}
