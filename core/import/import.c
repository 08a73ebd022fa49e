/* import: what all readers share. See import.h. */
#include "import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "../base/memory.h"

const struct import_format import_format[] = {
	{"csv", "a header line, columns service or check, ts_utc, state, optionally response_ms",
	 false, import_read_csv},
	{"nagios", "the logs of Nagios, Icinga 1 or Naemon", true, import_read_nagios},
	{NULL, NULL, false, NULL},
};

void import_release(struct import *im)
{
	for (size_t i = 0; i < im->targets; i++)
		free(im->target[i].name);
	map_release(&im->by_name);
	free(im->target);
	free(im->record);
	free(im->window);
	free(im->run);
	text_release(&im->problems);
	*im = (struct import){0};
}

void import_problem(struct import *im, const char *format, ...)
{
	struct text raw = {0};
	va_list ap;

	if (im->problem_count++ >= IMPORT_PROBLEMS)
		return;
	va_start(ap, format);
	text_vprintf(&raw, format, ap);
	va_end(ap);
	text_printf(&im->problems, "%s:%zu: ", im->file, im->line);
	text_add_safe(&im->problems, text_get(&raw), raw.size, 500);
	text_putc(&im->problems, '\n');
	text_release(&raw);
}

/* Room for one more element behind `used` of them. */
static void *grown(void *array, size_t used, size_t *room, size_t element_bytes)
{
	if (used < *room)
		return array;
	*room = *room ? *room * 2 : 256;
	return memory_resize(array, *room * element_bytes);
}

uint32_t import_target(struct import *im, const char *name)
{
	void *known = map_find_text(&im->by_name, name);
	struct text safe = {0};
	bool is_fine;

	if (known)
		return (uint32_t)((uintptr_t)known - 1);
	text_add_safe(&safe, name, strlen(name), IMPORT_NAME_BYTES);
	is_fine = *name && !strcmp(text_get(&safe), name);
	text_release(&safe);
	if (!is_fine) {
		import_problem(
			im, "'%s' is no name: it is empty, longer than %d bytes or not printable",
			name, IMPORT_NAME_BYTES);
		return UINT32_MAX;
	}
	im->target = grown(im->target, im->targets, &im->target_room, sizeof *im->target);
	im->target[im->targets++] = (struct import_target){.name = memory_text(name)};
	map_put_text(&im->by_name, name, (void *)(uintptr_t)im->targets);
	return (uint32_t)im->targets - 1;
}

void import_add(struct import *im, uint32_t target, int64_t at_us, enum sla_state state,
		enum sla_cause cause, int64_t response_us)
{
	im->record = grown(im->record, im->records, &im->record_room, sizeof *im->record);
	im->record[im->records++] = (struct import_record){target, (uint8_t)state, (uint8_t)cause,
							   at_us,  response_us,    im->line};
}

void import_run(struct import *im, int64_t at_us, bool is_start)
{
	im->run = grown(im->run, im->runs, &im->run_room, sizeof *im->run);
	im->run[im->runs++] = (struct import_run){at_us, is_start};
}

void import_add_window(struct import *im, uint32_t target, int64_t from_us, int64_t to_us)
{
	im->window = grown(im->window, im->windows, &im->window_room, sizeof *im->window);
	im->window[im->windows++] = (struct import_window){target, from_us, to_us};
}

void import_window_begin(struct import *im, uint32_t target, int64_t at_us)
{
	struct import_target *t = &im->target[target];

	if (t->is_open)
		return;
	import_add_window(im, target, at_us, INT64_MAX);
	t->is_open = true;
	t->window = im->windows - 1;
}

void import_window_end(struct import *im, uint32_t target, int64_t at_us)
{
	struct import_target *t = &im->target[target];

	if (t->is_open)
		im->window[t->window].to_us = at_us;
	t->is_open = false;
}

static void skip_line(FILE *f)
{
	int c;

	while ((c = getc_unlocked(f)) != EOF && c != '\n')
		;
}

char *import_line(struct import *im, FILE *f)
{
	static char line[IMPORT_LINE_BYTES];
	size_t n;

	while (fgets(line, sizeof line, f)) {
		im->line++;
		if (im->progress && im->line % 100000 == 0)
			im->progress(im->line, im->with);
		n = strlen(line);
		if (n && line[n - 1] == '\n') {
			line[--n] = '\0';
			if (n && line[n - 1] == '\r')
				line[--n] = '\0';
			return line;
		}
		if (feof(f) && n)
			return line;
		import_problem(im, n == sizeof line - 1 ? "line longer than 64 KiB"
							: "a NUL byte in the line");
		skip_line(f);
	}
	return NULL;
}

bool import_read(struct import *im, const struct import_format *format, const char *path)
{
	FILE *f = fopen(path, "re");
	size_t before = im->problem_count;

	im->file = path;
	im->line = 0;
	im->is_events = format->is_events;
	if (!f) {
		import_problem(im, "cannot be read: %s", log_errno(errno));
		return false;
	}
	format->read(im, f);
	if (ferror(f))
		import_problem(im, "reading broke off: %s", log_errno(errno));
	fclose(f);
	return im->problem_count == before;
}

static int by_target_and_time(const void *a, const void *b)
{
	const struct import_record *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static int by_time(const void *a, const void *b)
{
	const struct import_run *x = a, *y = b;

	return x->at_us < y->at_us ? -1 : x->at_us > y->at_us;
}

/* The last state that the target (its records are `from` to `to`) had at a time, not monitored
 * before the first. */
static enum sla_state state_at(const struct import *im, size_t from, size_t to, int64_t at_us)
{
	enum sla_state state = SLA_NOT_MONITORED;

	for (size_t i = from; i < to && im->record[i].at_us <= at_us; i++)
		if (im->record[i].cause != SLA_MONITOR_OFF)
			state = (enum sla_state)im->record[i].state;
	return state;
}

/* While the monitor was off nothing was known of the target; then its state comes back. */
static void blank_target(struct import *im, size_t from, size_t to)
{
	bool is_off = false;

	for (size_t i = 0; i < im->runs; i++) {
		uint32_t target = im->record[from].target;

		if (im->run[i].is_start == !is_off)
			continue;
		is_off = !im->run[i].is_start;
		import_add(im, target, im->run[i].at_us,
			   is_off ? SLA_UNKNOWN : state_at(im, from, to, im->run[i].at_us),
			   is_off ? SLA_MONITOR_OFF : SLA_NO_CAUSE, -1);
	}
}

static void blank_when_off(struct import *im)
{
	size_t records = im->records, from = 0;

	qsort(im->run, im->runs, sizeof *im->run, by_time);
	for (size_t i = 1; i <= records; i++)
		if (i == records || im->record[i].target != im->record[from].target) {
			blank_target(im, from, i);
			from = i;
		}
	if (im->records > records)
		qsort(im->record, im->records, sizeof *im->record, by_target_and_time);
}

/* Two samples of one time must say the same; one of them is enough. */
static void drop_repetitions(struct import *im)
{
	size_t kept = 0;

	for (size_t i = 1; i < im->records; i++) {
		struct import_record *last = &im->record[kept], *r = &im->record[i];

		if (last->target != r->target || last->at_us != r->at_us) {
			im->record[++kept] = *r;
			continue;
		}
		im->line = r->line;
		if (last->state != r->state)
			import_problem(im,
				       "'%s' has two states at one time, %s (line %zu) and %s: "
				       "mend the file",
				       im->target[r->target].name, sla_state_name[last->state],
				       last->line, sla_state_name[r->state]);
	}
	im->records = im->records ? kept + 1 : 0;
}

bool import_finish(struct import *im)
{
	size_t before = im->problem_count;

	if (!im->records)
		return true;
	qsort(im->record, im->records, sizeof *im->record, by_target_and_time);
	if (!im->is_events)
		drop_repetitions(im);
	else if (im->is_unknown_when_off && im->runs)
		blank_when_off(im);
	return im->problem_count == before;
}
