/* store/schema: the tables, and the way from each older schema to the present one: always one
 * transaction, so that a migration is there whole or not at all (F9). */
#include <string.h>

#include "inside.h"

/* The columns that are asked without their blob stand in front of it. `sum` is map_hash() of the
 * blob: SQLite would not notice bytes that changed inside it. */
static const char tables[] =
	"CREATE TABLE IF NOT EXISTS meta(word TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE target(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT,"
	" module TEXT, owner TEXT, is_events INTEGER NOT NULL DEFAULT 0,"
	" is_imported INTEGER NOT NULL DEFAULT 0, interval_us INTEGER, seen_us INTEGER, removed_us "
	"INTEGER,"
	" members TEXT, need INTEGER, rolled INTEGER NOT NULL DEFAULT 0,"
	" state TEXT, since_us INTEGER, reason TEXT, step TEXT, cause TEXT, incident TEXT);"
	"CREATE TABLE location(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
	"CREATE TABLE series(id INTEGER PRIMARY KEY, target INTEGER NOT NULL,"
	" location INTEGER NOT NULL, closed_to INTEGER NOT NULL DEFAULT 0, first_us INTEGER,"
	" last_us INTEGER, last_due_us INTEGER, UNIQUE(target, location));"
	"CREATE TABLE tail(id INTEGER PRIMARY KEY, at_us INTEGER, results INTEGER, sum INTEGER,"
	" data BLOB NOT NULL);"
	"CREATE TABLE part(series INTEGER PRIMARY KEY, first_us INTEGER, last_us INTEGER,"
	" results INTEGER, sum INTEGER, data BLOB NOT NULL);"
	"CREATE TABLE block(id INTEGER PRIMARY KEY, series INTEGER NOT NULL, first_us INTEGER,"
	" last_us INTEGER, results INTEGER, sum INTEGER, data BLOB NOT NULL);"
	"CREATE INDEX block_by_series ON block(series, first_us, last_us);"
	"CREATE TABLE day(target INTEGER, location INTEGER, day INTEGER, sum INTEGER,"
	" data BLOB NOT NULL, PRIMARY KEY(target, location, day)) WITHOUT ROWID;"
	"CREATE TABLE month(target INTEGER, location INTEGER, day INTEGER, sum INTEGER,"
	" data BLOB NOT NULL, PRIMARY KEY(target, location, day)) WITHOUT ROWID;"
	"CREATE TABLE maintenance(id INTEGER PRIMARY KEY, target TEXT, from_us INTEGER,"
	" to_us INTEGER, announced_us INTEGER, cancelled_us INTEGER, owner TEXT, text TEXT);"
	"CREATE INDEX maintenance_by_time ON maintenance(from_us);";

/* As in schema 1. */
static const char event_tables[] =
	"CREATE TABLE IF NOT EXISTS state(name TEXT, kind TEXT, at_us INTEGER,"
	" was TEXT, state TEXT, reason TEXT, step TEXT, cause TEXT, incident TEXT,"
	" lasted_us INTEGER);"
	"CREATE INDEX IF NOT EXISTS state_by_name ON state(name, at_us);"
	"CREATE TABLE IF NOT EXISTS incident(id TEXT PRIMARY KEY, name TEXT, event TEXT,"
	" at_us INTEGER, start_us INTEGER, reason TEXT, step TEXT, location TEXT, address TEXT,"
	" lasted_us INTEGER);"
	"CREATE INDEX IF NOT EXISTS incident_by_name ON incident(name, start_us);"
	"CREATE INDEX IF NOT EXISTS incident_by_time ON incident(start_us);"
	"CREATE TABLE IF NOT EXISTS marker(kind TEXT, at_us INTEGER, event TEXT, text TEXT,"
	" by_us INTEGER, from_us INTEGER, to_us INTEGER);"
	"CREATE INDEX IF NOT EXISTS marker_by_time ON marker(at_us);"
	/* of schema 3: what passive checks remember */
	"CREATE TABLE IF NOT EXISTS memory(name TEXT, place INTEGER, text TEXT, due_us INTEGER,"
	" PRIMARY KEY(name, place)) WITHOUT ROWID;";

static bool make(struct store *s)
{
	return sqlite3_exec(s->sql.db, tables, NULL, NULL, NULL) == SQLITE_OK &&
	       sqlite3_exec(s->sql.db, event_tables, NULL, NULL, NULL) == SQLITE_OK;
}

/* Schema 1 knew neither which result ends its cycle nor the interval in force. */
static void take_old(struct store *s, const struct line *l, int64_t at_us)
{
	struct block_result *r = &s->line.result;
	struct series *to;
	int64_t step_us;

	if (!result_read(&s->line, l, at_us))
		return;
	to = series_find(s, s->line.name, s->line.location);
	step_us = r->due_us - to->last_due_us;
	if (!to->interval_us || (step_us > to->interval_us && step_us <= 3600 * CLOCK_SECOND))
		to->interval_us = step_us > 0 && step_us <= 3600 * CLOCK_SECOND
					  ? step_us
					  : 60 * CLOCK_SECOND;
	r->interval_us = r->interval_us ? r->interval_us : to->interval_us;
	r->ends = r->ends ? r->ends : (uint8_t)(r->verdict + 1);
	series_add(s, to, r, at_us);
}

/* Whole lines, as schema 1 kept them. */
static void take_lines(struct store *s, const void *bytes, size_t size, int64_t at_us)
{
	static struct line line; /* too large for a stack frame */
	struct text copy = {0};
	char *newline;

	text_add(&copy, bytes, size);
	for (char *at = copy.at;
	     (newline = memchr(at, '\n', copy.size - (size_t)(at - copy.at))); at = newline + 1)
		if (!line_parse(&line, at, (size_t)(newline - at)))
			take_old(s, &line, at_us);
	text_release(&copy);
}

/* The believed states of schema 1 stand in its table `state` only. */
static const char last_states[] =
	"INSERT INTO target(name, kind) SELECT DISTINCT name, kind FROM state WHERE true"
	" ON CONFLICT(name) DO NOTHING;"
	"UPDATE target SET (kind, state, since_us, reason, step, cause, incident) ="
	" (SELECT s.kind, s.state, s.at_us, s.reason, s.step, s.cause, s.incident FROM state s"
	"  WHERE s.name = target.name ORDER BY s.at_us DESC, s.rowid DESC LIMIT 1)"
	" WHERE name IN (SELECT name FROM state);";

static bool from_1(struct store *s)
{
	sqlite3_stmt *ask;
	bool is_fine = sqlite3_exec(s->sql.db, "ALTER TABLE tail RENAME TO tail_1", NULL, NULL,
				    NULL) == SQLITE_OK && make(s);
	int64_t at_us;

	if (!is_fine)
		return false;
	ask = sql_ask(&s->sql, "SELECT at_us, lines FROM tail_1 ORDER BY at_us");
	while (is_fine && sqlite3_step(ask) == SQLITE_ROW) {
		at_us = sqlite3_column_int64(ask, 0);
		take_lines(s, sqlite3_column_blob(ask, 1), (size_t)sqlite3_column_bytes(ask, 1),
			   at_us);
		is_fine = close_due(s, at_us, 0);
		series_committed(s, 0);
	}
	is_fine = sqlite3_reset(ask) == SQLITE_OK && is_fine;
	for (size_t i = 0; i < s->count; i++)
		s->series[i]->must_close = s->series[i]->open.results > 0;
	is_fine = is_fine && close_due(s, INT64_MAX, 0);
	series_committed(s, 0);
	return is_fine &&
	       sqlite3_exec(s->sql.db, "DROP TABLE tail_1", NULL, NULL, NULL) == SQLITE_OK &&
	       sqlite3_exec(s->sql.db, last_states, NULL, NULL, NULL) == SQLITE_OK;
}

static bool from_2(struct store *s)
{
	return sqlite3_exec(s->sql.db, event_tables, NULL, NULL, NULL) == SQLITE_OK;
}

static int64_t version(struct store *s)
{
	if (!sql_number(&s->sql,
			"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'meta'",
			0))
		return 0;
	return sql_number(&s->sql, "SELECT value FROM meta WHERE word = 'schema'", 0);
}

/* From the schema of that number to the present one. */
static bool (*const way[STORE_SCHEMA])(struct store *) = {make, from_1, from_2};

bool schema_prepare(struct store *s, struct text *wrong)
{
	int64_t found = version(s);
	bool is_fine;

	if (sqlite3_errcode(s->sql.db) != SQLITE_OK && sqlite3_errcode(s->sql.db) != SQLITE_DONE &&
	    sqlite3_errcode(s->sql.db) != SQLITE_ROW) {
		text_printf(wrong, "cannot read the database: %s", sqlite3_errmsg(s->sql.db));
		return false;
	}
	if (found > STORE_SCHEMA || found < 0) {
		text_printf(wrong,
			    "the database has schema %lld of a newer nines: this one knows %d",
			    (long long)found, STORE_SCHEMA);
		return false;
	}
	if (found == STORE_SCHEMA)
		return true;
	is_fine = sql_run(&s->sql, "BEGIN IMMEDIATE", "") && way[found](s) &&
		  sql_run(&s->sql,
			  "INSERT INTO meta(word, value) VALUES('schema', ?1)"
			  " ON CONFLICT(word) DO UPDATE SET value = excluded.value",
			  "i", (int64_t)STORE_SCHEMA) &&
		  sql_run(&s->sql, "COMMIT", "");
	if (!is_fine) {
		text_printf(wrong, "cannot %s the tables: %s", found ? "bring up to date" : "make",
			    sqlite3_errmsg(s->sql.db));
		sqlite3_exec(s->sql.db, "ROLLBACK", NULL, NULL, NULL);
	}
	return is_fine;
}
