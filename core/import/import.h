/* import: histories that other tools kept, read whole and checked before a byte of them is stored.
 *
 * A reader turns a file (of lines, a database, a clone, a server's answers) into records (samples
 * or events) and maintenance windows of named targets. All or nothing: every problem is told with
 * its line or row, and an import with a problem is not stored. What is read is hostile (F62):
 * lines, names and numbers have limits. Pure but for the reading; storing is core/store's. */
#ifndef NINES_IMPORT_IMPORT_H
#define NINES_IMPORT_IMPORT_H

#include <stdio.h>

#include "../base/map.h"
#include "../base/text.h"
#include "../sla/sla.h"

#define IMPORT_LINE_BYTES 65536
#define IMPORT_NAME_BYTES 256
#define IMPORT_PROBLEMS 20 /* told; the rest is counted */
#define IMPORT_TARGETS 100000
#define IMPORT_RECORDS 20000000 /* up to 1.3 GB of memory */
#define IMPORT_FILES 65535
#define IMPORT_SUM_CHECKS 86400

struct import_record {
	uint32_t target;
	uint8_t state, cause; /* enum sla_state, sla_cause */
	uint16_t file;
	int64_t at_us;
	int64_t response_us; /* -1: not known */
	size_t line; /* of its file, or row of its table: orders what happened in one second */
};

struct import_window { /* of maintenance */
	uint32_t target;
	int64_t from_us, to_us; /* to_us: INT64_MAX while it lasts */
};

/* A window began or ended. */
struct import_edge {
	uint32_t target;
	bool is_start;
	int64_t at_us;
	size_t order; /* of reading */
};

/* Checks of a span of which only the sum was kept. */
struct import_sum {
	uint32_t target;
	uint32_t up, down; /* together at most IMPORT_SUM_CHECKS */
	uint32_t retries;  /* so many failures may lie before the one by which a state changed */
	uint16_t file;
	int64_t from_us, to_us; /* to_us 0: an hour's or a day's, as many checks as fit */
	size_t line;
};

struct import_target {
	char *name;
	int64_t interval_us; /* how often it was checked; 0: the history does not say */
};

struct import_format;

/* Zero-initialise, set the options, read files, import_finish(), release. */
struct import {
	/* a state holds until the next record (Nagios), else the samples rule */
	bool is_events;
	bool is_unknown_when_off;   /* Nagios: states are not assumed while it was not running */
	/* Nagios: what a target was before its first record, from the files' first line on;
	 * SLA_NOT_MONITORED: not known */
	enum sla_state initial;
	/* Prometheus: the time that is asked for; the labels, in order and with commas between,
	 * that make a name */
	int64_t from_us, to_us;
	const char *labels;
	const char *token_file; /* NULL: none */
	bool is_with_sums; /* Uptime Kuma, Gatus: where single checks were deleted */
	int64_t interval_us; /* how often was checked, where somebody says so; else 0 */
	/* Records of this target alone are kept; a CSV file without a column of names is all its.
	 * NULL: of all. */
	const char *check;
	int64_t now_us;    /* later times are wrong; 0: any time goes */
	void (*progress)(size_t lines, void *with); /* every 100,000 lines or rows; may be NULL */
	void *with;

	struct map by_name;
	struct import_target *target;
	size_t targets, target_room;
	struct import_record *record;
	size_t records, record_room;
	bool is_full; /* there were more records than it takes */
	struct import_sum *sum;
	size_t sums, sum_room;
	struct import_window *window;
	size_t windows, window_room;
	struct import_edge *edge;
	size_t edges, edge_room;
	struct import_run { /* the monitor itself started or stopped */
		int64_t at_us;
		bool is_start;
	} *run;
	size_t runs, run_room;

	const struct import_format *format;
	const char **path; /* borrowed, of the files read */
	size_t files;
	int64_t first_us; /* of any line that has a time; 0: none */
	const char *file;
	const char *table; /* `line` is the number of a row of it; NULL: of a line */
	size_t line;
	struct text problems; /* one `FILE:LINE: what: remedy` a line */
	size_t problem_count;
};

void import_release(struct import *);

/* The formats by name, for the command line; NULL ends the table. */
struct import_format {
	const char *name, *about;
	bool is_events, is_asked; /* of a server, about a time */
	bool has_sums;
	/* Reads the open file; problems are told. */
	void (*read)(struct import *, FILE *);
	/* Instead: what is named is no file of lines. */
	void (*read_path)(struct import *, const char *path);
	void (*finish)(struct import *); /* once all files are read; may be NULL */
};
extern const struct import_format import_format[];

/* Reads one file of that format; all files of one import have the same. `path` must stay. False:
 * there are problems. */
bool import_read(struct import *, const struct import_format *, const char *path);
/* Sorts records by target and time, drops repetitions, makes windows of what began and ended. False
 * when two records of one time contradict each other. */
bool import_finish(struct import *);
/* After that: calls the target that alone was asked for otherwise, with its windows. False with a
 * problem told: that is no name. */
bool import_rename(struct import *, const char *from, const char *to);
/* What stands after reading: records [*from, *to) of the target. */
void import_range(const struct import *, uint32_t target, size_t *from, size_t *to);
/* A maintenance file: JSON as `[{"service": NAME or null, "start": T, "end": T}]`, null: of all
 * (target UINT32_MAX). It may name targets that the files do not. */
bool import_read_windows(struct import *, const char *path);

/* ---- for the readers ---- */

void import_problem(struct import *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The number of a target; it is made when it is new. UINT32_MAX with a problem told when the name
 * will not do. */
uint32_t import_target(struct import *, const char *name);
void import_add(struct import *, uint32_t target, int64_t at_us, enum sla_state, enum sla_cause,
		int64_t response_us);
/* `file` need not be set. */
void import_add_sum(struct import *, const struct import_sum *);
/* By target and time. */
void import_sort(struct import *);
/* Of sorted results: how often was checked, where that is not known, as it usually was. */
void import_find_intervals(struct import *);
/* Of sorted results: adds, out of order, what the sums tell of single checks. */
void import_spread_sums(struct import *);
void import_run(struct import *, int64_t at_us, bool is_start);
void import_add_window(struct import *, uint32_t target, int64_t from_us, int64_t to_us);
void import_edge(struct import *, uint32_t target, int64_t at_us, bool is_start);
/* A time that a line bears: false with a problem told when nothing can have happened then. */
bool import_time(struct import *, int64_t at_us);
/* NULL with a problem told: it cannot be read or is no file. */
FILE *import_open(struct import *, const char *path);
/* The next line without its line end, NULL at the end of the file. Over-long lines and NUL bytes
 * are problems and are passed over. */
char *import_line(struct import *, FILE *);

/* So many lines or rows were read. */
void import_count(const struct import *, size_t count);

void import_read_csv(struct import *, FILE *);
void import_read_nagios(struct import *, FILE *);
void import_finish_nagios(struct import *);
void import_read_kuma(struct import *, const char *path);
void import_finish_kuma(struct import *);
void import_read_gatus(struct import *, const char *path);
void import_read_upptime(struct import *, const char *folder);
/* What `git log --patch` says of it. */
void import_read_upptime_log(struct import *, FILE *);
void import_read_prometheus(struct import *, const char *url);

#endif
