/* import: what all readers share. See import.h. */
#include "import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/memory.h"

const struct import_format import_format[] = {
	{"csv", "a header line, columns service or check, ts_utc, state, optionally response_ms",
	 .read = import_read_csv},
	{"nagios", "the logs of Nagios, Icinga 1 or Naemon", .is_events = true,
	 .read = import_read_nagios, .finish = import_finish_nagios},
	{"kuma", "the database kuma.db of Uptime Kuma", .read_path = import_read_kuma,
	 .finish = import_finish_kuma, .has_sums = true},
	{"gatus", "the SQLite database of Gatus", .read_path = import_read_gatus, .has_sums = true},
	{"upptime", "a clone of an Upptime repository, FILE being its folder",
	 .read_path = import_read_upptime},
	{"prometheus", "probe_success of a Prometheus server, FILE being its URL", .is_asked = true,
	 .read_path = import_read_prometheus, .finish = import_find_intervals},
	{NULL},
};

void import_release(struct import *im)
{
	for (size_t i = 0; i < im->targets; i++)
		free(im->target[i].name);
	map_release(&im->by_name);
	free(im->target);
	free(im->record);
	free(im->sum);
	free(im->window);
	free(im->edge);
	free(im->run);
	free(im->path);
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
	text_add_safe(&im->problems, im->file, strlen(im->file), 1000);
	if (im->table && im->line)
		text_printf(&im->problems, ": %s %zu", im->table, im->line);
	else if (im->line)
		text_printf(&im->problems, ":%zu", im->line);
	text_puts(&im->problems, ": ");
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
	if (im->targets == IMPORT_TARGETS) {
		import_problem(im, "more than %d names: import in parts", IMPORT_TARGETS);
		return UINT32_MAX;
	}
	im->target = grown(im->target, im->targets, &im->target_room, sizeof *im->target);
	im->target[im->targets++] = (struct import_target){.name = memory_text(name)};
	map_put_text(&im->by_name, name, (void *)(uintptr_t)im->targets);
	return (uint32_t)im->targets - 1;
}

static void add_record(struct import *im, const struct import_record *r)
{
	im->record = grown(im->record, im->records, &im->record_room, sizeof *im->record);
	im->record[im->records++] = *r;
}

/* That is told once, not for each that is too many. */
static bool is_full(struct import *im, size_t records)
{
	if (records < IMPORT_RECORDS)
		return false;
	if (!im->is_full)
		import_problem(im, "more than %d records: import in parts, or each check with "
				   "--check",
			       IMPORT_RECORDS);
	im->is_full = true;
	return true;
}

static bool is_wanted(const struct import *im, uint32_t target)
{
	return !im->check || !strcmp(im->target[target].name, im->check);
}

void import_add(struct import *im, uint32_t target, int64_t at_us, enum sla_state state,
		enum sla_cause cause, int64_t response_us)
{
	if (!is_wanted(im, target) || is_full(im, im->records))
		return;
	add_record(im, &(struct import_record){target, (uint8_t)state, (uint8_t)cause,
					       (uint16_t)(im->files - 1), at_us, response_us,
					       im->line});
}

void import_add_sum(struct import *im, const struct import_sum *s)
{
	if (!is_wanted(im, s->target) || is_full(im, im->sums))
		return;
	im->sum = grown(im->sum, im->sums, &im->sum_room, sizeof *im->sum);
	im->sum[im->sums] = *s;
	im->sum[im->sums].line = im->line;
	im->sum[im->sums++].file = (uint16_t)(im->files - 1);
}

bool import_time(struct import *im, int64_t at_us)
{
	struct text t = {0};

	if (at_us > 0 && (!im->now_us || at_us <= im->now_us)) {
		im->first_us = im->first_us && im->first_us < at_us ? im->first_us : at_us;
		return true;
	}
	clock_add_utc(&t, at_us, 0);
	import_problem(im, at_us > 0 ? "%s is still to come: mend the file or the clock"
				     : "%s is before 1970: mend the file",
		       t.at);
	text_release(&t);
	return false;
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

void import_edge(struct import *im, uint32_t target, int64_t at_us, bool is_start)
{
	im->edge = grown(im->edge, im->edges, &im->edge_room, sizeof *im->edge);
	im->edge[im->edges] = (struct import_edge){target, is_start, at_us, im->edges};
	im->edges++;
}

void import_count(const struct import *im, size_t count)
{
	if (im->progress && count % 10000 == 0)
		im->progress(count, im->with);
}

static void skip_line(FILE *f)
{
	int c;

	while ((c = getc_unlocked(f)) != EOF && c != '\n')
		;
}

/* The line's bytes; -1: longer than may be, and passed over. */
static ssize_t take_line(FILE *f, char *line)
{
	ssize_t n = 0;
	int c;

	while ((c = getc_unlocked(f)) != EOF && c != '\n') {
		if (n == IMPORT_LINE_BYTES - 1) {
			skip_line(f);
			return -1;
		}
		line[n++] = (char)c;
	}
	return n;
}

char *import_line(struct import *im, FILE *f)
{
	static char line[IMPORT_LINE_BYTES];
	ssize_t n;
	int c;

	while ((c = getc_unlocked(f)) != EOF) {
		ungetc(c, f);
		import_count(im, ++im->line);
		n = take_line(f, line);
		if (n < 0) {
			import_problem(im, "line longer than 64 KiB");
		} else if (memchr(line, '\0', (size_t)n)) {
			import_problem(im, "a NUL byte in the line: this is no text file");
		} else {
			n -= n && line[n - 1] == '\r';
			line[n] = '\0';
			return line;
		}
	}
	return NULL;
}

/* A terminal, a disk or an endless device is no history. */
FILE *import_open(struct import *im, const char *path)
{
	FILE *f = fopen(path, "re");
	struct stat is;

	im->file = path;
	im->line = 0;
	if (!f) {
		import_problem(im, "cannot be read: %s", log_errno(errno));
		return NULL;
	}
	if (!fstat(fileno(f), &is) && (S_ISREG(is.st_mode) || S_ISFIFO(is.st_mode)))
		return f;
	import_problem(im, "is no file");
	fclose(f);
	return NULL;
}

bool import_read(struct import *im, const struct import_format *format, const char *path)
{
	size_t before = im->problem_count;
	FILE *f;

	im->format = format;
	im->is_events = format->is_events;
	im->file = path;
	im->line = 0;
	if (im->files == IMPORT_FILES) {
		import_problem(im, "more than %d files: import in parts", IMPORT_FILES);
		return false;
	}
	im->path = memory_resize(im->path, (im->files + 1) * sizeof *im->path);
	im->path[im->files++] = path;
	if (format->read_path) {
		format->read_path(im, path);
		return im->problem_count == before;
	}
	f = import_open(im, path);
	if (!f)
		return false;
	format->read(im, f);
	if (ferror(f))
		import_problem(im, "reading broke off: %s", log_errno(errno));
	fclose(f);
	return im->problem_count == before;
}

/* qsort() wants an array even for none. */
static void sort(void *list, size_t count, size_t element_bytes,
		 int (*order)(const void *, const void *))
{
	if (count)
		qsort(list, count, element_bytes, order);
}

static int by_target_and_time(const void *a, const void *b)
{
	const struct import_record *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

void import_sort(struct import *im)
{
	sort(im->record, im->records, sizeof *im->record, by_target_and_time);
}

static int by_place(const void *a, const void *b)
{
	const struct import_edge *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	return x->order < y->order ? -1 : 1;
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

	sort(im->run, im->runs, sizeof *im->run, by_time);
	for (size_t i = 1; i <= records; i++)
		if (i == records || im->record[i].target != im->record[from].target) {
			blank_target(im, from, i);
			from = i;
		}
	if (im->records > records)
		import_sort(im);
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
		im->file = im->path[r->file];
		im->line = r->line;
		if (last->state != r->state)
			import_problem(im,
				       "'%s' has two states at one time, %s (%s%s%s %zu) and %s: "
				       "mend the file",
				       im->target[r->target].name, sla_state_name[last->state],
				       last->file == r->file ? "" : im->path[last->file],
				       last->file == r->file ? "" : " ",
				       im->table ? im->table : "line", last->line,
				       sla_state_name[r->state]);
	}
	im->records = im->records ? kept + 1 : 0;
}

/* Of two states in one second the later line holds: nobody ever saw the other. */
static void keep_last_of_a_moment(struct import *im)
{
	size_t kept = 0;

	for (size_t i = 1; i < im->records; i++) {
		if (im->record[kept].target != im->record[i].target ||
		    im->record[kept].at_us != im->record[i].at_us)
			kept++;
		im->record[kept] = im->record[i];
	}
	im->records = im->records ? kept + 1 : 0;
}

/* What the targets were before anything was said of them. */
static void add_initial(struct import *im)
{
	struct import_record *first = memory_new((im->targets + 1) * sizeof *first);

	for (size_t i = im->records; i--;)
		first[im->record[i].target] = im->record[i];
	for (uint32_t t = 0; t < im->targets; t++)
		if (!first[t].at_us || first[t].at_us > im->first_us)
			add_record(im, &(struct import_record){.target = t,
							       .state = (uint8_t)im->initial,
							       .at_us = im->first_us,
							       .response_us = -1});
	free(first);
	import_sort(im);
}

static void make_windows(struct import *im)
{
	const struct import_edge *open = NULL;

	sort(im->edge, im->edges, sizeof *im->edge, by_place);
	for (size_t i = 0; i < im->edges; i++) {
		const struct import_edge *e = &im->edge[i];

		if (open && open->target != e->target) {
			import_add_window(im, open->target, open->at_us, INT64_MAX);
			open = NULL;
		}
		if (e->is_start) {
			open = open ? open : e;
		} else if (open) {
			import_add_window(im, open->target, open->at_us, e->at_us);
			open = NULL;
		}
	}
	if (open)
		import_add_window(im, open->target, open->at_us, INT64_MAX);
}

void import_range(const struct import *im, uint32_t target, size_t *from, size_t *to)
{
	size_t low = 0, high = im->records;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (im->record[middle].target < target)
			low = middle + 1;
		else
			high = middle;
	}
	*from = *to = low;
	while (*to < im->records && im->record[*to].target == target)
		++*to;
}

bool import_rename(struct import *im, const char *from, const char *to)
{
	size_t before = im->problem_count;
	uint32_t old, new;

	im->file = to;
	im->line = 0;
	old = import_target(im, from);
	new = import_target(im, to);
	if (old == UINT32_MAX || new == UINT32_MAX || old == new)
		return im->problem_count == before;
	for (size_t w = 0; w < im->windows; w++)
		if (im->window[w].target == new)
			im->window[w].target = old;
	free(im->target[new].name);
	im->target[new].name = im->target[old].name;
	im->target[old].name = memory_text(to);
	return true;
}

bool import_finish(struct import *im)
{
	size_t before = im->problem_count;

	if (im->is_events && im->check)
		import_target(im, im->check);
	import_sort(im);
	if (!im->is_events) {
		drop_repetitions(im);
		if (im->sums) {
			import_spread_sums(im);
			import_sort(im);
			drop_repetitions(im); /* of one database read twice */
		}
	} else {
		if (im->initial != SLA_NOT_MONITORED && im->first_us)
			add_initial(im);
		if (im->is_unknown_when_off && im->runs)
			blank_when_off(im);
		keep_last_of_a_moment(im);
	}
	make_windows(im);
	if (im->format && im->format->finish)
		im->format->finish(im);
	return im->problem_count == before;
}
