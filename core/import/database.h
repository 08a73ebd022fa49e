/* import/database: what readers of SQLite databases share: names, times, rows told as problems.
 *
 * A database has sources (monitors, endpoints) by number, and results that name one. Names that
 * several sources have, or none, get the number behind them: `NAME #NUMBER`. */
#ifndef NINES_IMPORT_DATABASE_H
#define NINES_IMPORT_DATABASE_H

#include "../store/foreign.h"
#include "import.h"

struct database {
	struct import *im;
	struct foreign *file;
	size_t rows; /* read so far */
	struct source {
		int64_t id, interval_us;
		char *name;
		uint32_t target; /* UINT32_MAX: it is no name */
		uint32_t retries; /* of a failure, before it changes the state */
	} *source;
	size_t sources, source_room;
	struct map by_id; /* number: index + 1 */
};

/* Opens the file and begins; false: the problem is told. database_close() in both cases. */
bool database_open(struct database *, struct import *, const char *path);
void database_close(struct database *);
/* Begins a table; problems then name it and its row. */
bool database_ask(struct database *, enum foreign_table);
/* The next row, its first column being its number. */
bool database_next(struct database *);

/* Good until the next one; NULL with a problem told: there are too many. */
struct source *database_add_source(struct database *, const char *name, int64_t interval_us);
/* All were added: gives each its target. */
void database_name_sources(struct database *);
/* Whose number stands in that column; NULL: nobody's, it was deleted there. */
const struct source *database_source(const struct database *, int column);
/* A text in UTC, or with its offset from it as SQLite's and Go's libraries write it. */
bool database_time(const struct database *, int column, int64_t *us);
/* Three columns from that one on: a time in seconds, how many checks behind it found up, how many
 * down. False: a problem is told. The other words of *s are 0. */
bool database_sum(const struct database *, int column, struct import_sum *s);
/* A duration in that column, of so many to a microsecond; -1: NULL. False: a problem is told. */
bool database_response(const struct database *, int column, double per_us, int64_t *us);

#endif
