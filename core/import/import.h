/* import: histories that other tools kept, read whole and checked before a byte of them is stored.
 *
 * A reader turns a file into records (samples or events) and maintenance windows of named targets.
 * All or nothing: every problem is told with its line, and an import with a problem is not stored.
 * Files are hostile (F62): lines, names and numbers have limits. Pure but for reading its file;
 * storing is core/store's. */
#ifndef NINES_IMPORT_IMPORT_H
#define NINES_IMPORT_IMPORT_H

#include <stdio.h>

#include "../base/map.h"
#include "../base/text.h"
#include "../sla/sla.h"

#define IMPORT_LINE_BYTES 65536
#define IMPORT_NAME_BYTES 256
#define IMPORT_PROBLEMS 20 /* told; the rest is counted */

struct import_record {
	uint32_t target;
	uint8_t state, cause; /* enum sla_state, sla_cause */
	int64_t at_us;
	int64_t response_us; /* -1: not known */
	size_t line;         /* of its file: the order of what happened in one second */
};

struct import_window { /* of maintenance */
	uint32_t target;
	int64_t from_us, to_us; /* to_us: INT64_MAX while it lasts */
};

struct import_target {
	char *name;
	bool is_open; /* a maintenance window that has not ended */
	size_t window;
};

/* Zero-initialise, set the options, read files, import_finish(), release. */
struct import {
	/* a state holds until the next record (Nagios), else the samples rule */
	bool is_events;
	bool is_unknown_when_off;   /* Nagios: states are not assumed while it was not running */
	void (*progress)(size_t lines, void *with); /* every 100,000 lines; may be NULL */
	void *with;

	struct map by_name;
	struct import_target *target;
	size_t targets, target_room;
	struct import_record *record;
	size_t records, record_room;
	struct import_window *window;
	size_t windows, window_room;

	struct import_run { /* the monitor itself started or stopped */
		int64_t at_us;
		bool is_start;
	} *run;
	size_t runs, run_room;

	const char *file;
	size_t line;
	struct text problems; /* one `FILE:LINE: what: remedy` a line */
	size_t problem_count;
};

void import_release(struct import *);

/* The formats by name, for the command line; NULL ends the table. */
struct import_format {
	const char *name, *about;
	bool is_events;
	/* Reads the open file; false when it had a problem. */
	bool (*read)(struct import *, FILE *);
};
extern const struct import_format import_format[];

/* Reads one file of that format. False: there are problems. */
bool import_read(struct import *, const struct import_format *, const char *path);
/* Sorts records by target and time, drops repetitions, closes windows. False when two records of
 * one time contradict each other. */
bool import_finish(struct import *);

/* ---- for the readers ---- */

void import_problem(struct import *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The number of a target; it is made when it is new. UINT32_MAX with a problem told when the name
 * will not do. */
uint32_t import_target(struct import *, const char *name);
void import_add(struct import *, uint32_t target, int64_t at_us, enum sla_state, enum sla_cause,
		int64_t response_us);
void import_run(struct import *, int64_t at_us, bool is_start);
void import_add_window(struct import *, uint32_t target, int64_t from_us, int64_t to_us);
void import_window_begin(struct import *, uint32_t target, int64_t at_us);
void import_window_end(struct import *, uint32_t target, int64_t at_us);
/* The next line without its line end, NULL at the end of the file. Over-long lines and NUL bytes
 * are problems and are passed over. */
char *import_line(struct import *, FILE *);

bool import_read_csv(struct import *, FILE *);
bool import_read_nagios(struct import *, FILE *);

#endif
