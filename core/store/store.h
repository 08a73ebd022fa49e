/* store/store: the database file, and all the SQL that changes it.
 *
 * One writer: the recorder's one connection, which is also the only one that checkpoints (SQLite
 * before 3.51 loses pages when two do). WAL that stays when the file is closed, so that a reader
 * without write rights can always open it; no mmap. Results are kept as the lines of each commit;
 * state changes, incidents and markers as rows. Nothing here aborts: every failure of the disk
 * comes back as a sentence, and the same batch may be given again. Called by the recorder only. */
#ifndef NINES_STORE_STORE_H
#define NINES_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/text.h"

#define STORE_SCHEMA 1

struct store;

/* What is written in one transaction, or not at all. */
struct store_batch {
	int64_t at_us;             /* wall clock of the commit */
	const struct text *tail;   /* `result` lines */
	int64_t results;           /* how many */
	const struct text *events; /* `state`, `incident` and `marker` lines */
	const char *keeper;        /* its start: with `last` it tells lines that come twice */
	int64_t last;              /* number of the last line */
};

/* Opens or makes the file. NULL: *wrong says why; the schema of a newer nines is refused. */
struct store *store_open(const char *path, struct text *wrong);
void store_close(struct store *);

bool store_commit(struct store *, const struct store_batch *, struct text *wrong);

/* The number of the last line of this keeper that is on disk, 0 when none is. */
int64_t store_last(struct store *, const char *keeper);

#endif
