/* store/store: the database file, and all that changes it.
 *
 * One writer: whoever holds the lock beside the file, which is the recorder or, without a daemon, a
 * command. Its one connection is also the only one that checkpoints (SQLite before 3.51 loses pages
 * when two do). WAL that stays when the file is closed, so that a reader without write rights can
 * always open it; no mmap. Results gather in memory in packed blocks (store_take), a commit makes
 * what came since the last one durable; blocks are closed by count or hour. Nothing here aborts:
 * every failure of the disk comes back as a sentence, nothing of the batch is lost, and the commit
 * may be tried again. A damaged file is never written to. Tables: docs/architecture.md. */
#ifndef NINES_STORE_STORE_H
#define NINES_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/line.h"
#include "../base/text.h"

#define STORE_SCHEMA 12

/* Behind the database's path: the folder of the files of letters. */
#define STORE_FILES ".files"

/* Behind `permission denied`. */
#define STORE_FORBIDDEN " (the database belongs to ninesd's user: try as root)"

struct store;

/* What is written in one transaction with the results taken so far, or not at all. */
struct store_batch {
	int64_t at_us; /* wall clock of the commit */
	const struct text *events; /* lines of the keeper that become rows */
	const char *keeper; /* its start: with `last` it tells lines that come twice */
	int64_t last; /* number of the last line */
};

/* How long each kind of row is kept; 0: for ever. Raw results go only once their day is rolled up,
 * days once their month is. */
struct store_retention {
	int64_t raw_us, day_us, month_us;
};

/* Opens or makes the file, takes its lock, looks for damage (at most some seconds). NULL: *wrong
 * says why; the schema of a newer nines is refused. */
struct store *store_open(const char *path, struct text *wrong);
void store_close(struct store *);

/* Keeps a `result` line in memory until the next commit. */
void store_take(struct store *, const struct line *, int64_t now_us);
/* Bytes that are in memory only. */
size_t store_waiting(const struct store *);

bool store_commit(struct store *, const struct store_batch *, struct text *wrong);

/* The number of the last line of this keeper that is on disk, 0 when none is. */
int64_t store_last(struct store *, const char *keeper);

/* One small step (some ten milliseconds at most) of what keeps the file small: rollups, deletion by
 * age, checkpoints. Called after each commit. */
bool store_tidy(struct store *, int64_t now_us, struct text *wrong);
void store_retain(struct store *, const struct store_retention *);

/* Removes files of letters that no letter waits with any more, every ten minutes of `mono_us`. */
void store_sweep(struct store *, int64_t mono_us, int64_t now_us);

/* Looks for damage of the file, once a day of the monotonic `now_us` and for some seconds at most.
 * False: *wrong tells it. */
bool store_check_daily(struct store *, int64_t now_us, struct text *wrong);
/* Damage was found since it was opened, and is written down beside the file: close it. */
bool store_is_damaged(const struct store *);

/* Appends what a keeper needs at its start, one line a check or service:
 * `resume NAME kind state since_us reason step cause incident incident_us confirmed due_us`, then
 * `memory NAME place text due_us` of passive checks; then of letters that wait and of those of
 * incidents that go on `resume-letter ID`, of addresses that refuse `resume-destination TO`, of
 * acknowledgements and the like `resume-standing NAME`, `resume-maintenance ID`; then each card:
 * `resume-card ID`. */
void store_resume(struct store *, struct text *lines);

/* Merges a staging file (stage.h) in one transaction. False: nothing was changed. */
bool store_merge(struct store *, const void *bytes, size_t size, struct text *wrong);

/* Writes down what somebody says afterwards of a span of time, in a transaction of its own. Words
 * of the line: `by` and `reason`, and either `as` (sla_as_name) with `incident` (the id of one that
 * is over) or with `target from_us to_us`, or `undo` (the id of a reclassification). Rows are only
 * ever added. True: *said is its id; else why not, one sentence. */
bool store_reclassify(struct store *, const struct line *, int64_t now_us, struct text *said);
/* Its first part: the words alone, without any record. */
bool store_judge_reclassify(const struct line *, struct text *said);

/* Renames the file and its companions at `path` to path.damaged-AT; takes the lock meanwhile. */
bool store_move_aside(const char *path, int64_t now_us, struct text *said);

#endif
