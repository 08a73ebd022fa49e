/* store/sql: statements of one connection, prepared once and kept.
 *
 * A statement is known by its text, which must be a constant: there is no SQL put together from
 * parts. sql_ask() never fails visibly: a statement that cannot be prepared is NULL, which SQLite
 * takes everywhere and answers with an error. Used inside core/store only. */
#ifndef NINES_STORE_SQL_H
#define NINES_STORE_SQL_H

#include <sqlite3.h>
#include <stdbool.h>

#include "../base/text.h"

#define SQL_KEPT 192

/* Of an attempt `a`: its letter was not for a stranger. What such an address refuses is counted by
 * his subscription, which goes, and not kept here. */
#define SQL_OWN_LETTER                                                                             \
	"NOT EXISTS (SELECT 1 FROM letter WHERE id = a.letter AND contact LIKE 'subscriber %')"

struct sql {
	sqlite3 *db;
	struct {
		const char *text;
		sqlite3_stmt *made;
	} kept[SQL_KEPT];
	size_t count;
};

/* Opens `path` with SQLite's flags. False: *wrong says why; sql_close() all the same. */
bool sql_open(struct sql *, const char *path, int flags, struct text *wrong);
void sql_close(struct sql *);
/* Reading makes a file's -wal and -shm where they are missing. Made by root they would shut out a
 * writer of another user until SQLite hands them over, so root takes the first look as the owner of
 * the open file, from here to sql_as_self(): this thread's view of files alone. Does nothing where
 * the owner could not make them in that folder, and for others than root. */
void sql_as_owner(const struct sql *);
void sql_as_self(void);
/* From now on statements that do more than read are not prepared, nor those that open, name or set
 * anything: whatever text came here, it could only look (F51). */
void sql_only_read(struct sql *);

/* Ready to be bound. */
sqlite3_stmt *sql_ask(struct sql *, const char *text);
/* Binds in order: i int64_t, s text (NULL is null), b const void * and size_t; borrowed until the
 * statement is asked again. */
sqlite3_stmt *sql_bind(struct sql *, const char *text, const char *types, ...);
/* True: there is a row. At the end the statement is reset. */
bool sql_row(sqlite3_stmt *);
/* To its end, whatever it returns; then reset. False: it failed. */
bool sql_done(sqlite3_stmt *);
/* The same for a bound statement by its text. */
bool sql_run(struct sql *, const char *text, const char *types, ...);
/* The first column of the first row, or `otherwise`. */
int64_t sql_number(struct sql *, const char *text, int64_t otherwise);

const char *sql_text(sqlite3_stmt *, int column); /* never NULL */

#endif
