/* store/schema: the tables, and the way from each older schema to the present one: always one
 * transaction, so that a migration is there whole or not at all (F9). */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "inside.h"
#include "pack.h"
#include "stage.h"

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
	" PRIMARY KEY(name, place)) WITHOUT ROWID;"
	/* of schema 5: what was found out when an incident began */
	"CREATE TABLE IF NOT EXISTS diagnosis(incident TEXT PRIMARY KEY, at_us INTEGER,"
	" text TEXT);"
	/* of schema 6: letters, what people have said of a name, maintenance by command */
	"CREATE TABLE IF NOT EXISTS letter(id TEXT PRIMARY KEY, kind TEXT, contact TEXT,"
	" ways TEXT, name TEXT, created_us INTEGER, expires_us INTEGER, outcome TEXT,"
	" ended_us INTEGER, subject TEXT, short TEXT, text TEXT, words TEXT);"
	"CREATE INDEX IF NOT EXISTS letter_by_time ON letter(created_us);"
	"CREATE INDEX IF NOT EXISTS letter_waiting ON letter(id) WHERE outcome IS NULL;"
	"CREATE INDEX IF NOT EXISTS letter_by_contact ON letter(contact);"
	"CREATE TABLE IF NOT EXISTS told(incident TEXT, letter TEXT,"
	" PRIMARY KEY(incident, letter)) WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS told_by_letter ON told(letter);"
	"CREATE TABLE IF NOT EXISTS attempt(letter TEXT, number INTEGER, at_us INTEGER,"
	" destination TEXT, outcome TEXT, reason TEXT, next_us INTEGER, elapsed_us INTEGER);"
	"CREATE INDEX IF NOT EXISTS attempt_by_letter ON attempt(letter);"
	"CREATE INDEX IF NOT EXISTS attempt_by_destination ON attempt(destination, outcome);"
	"CREATE TABLE IF NOT EXISTS standing(name TEXT, kind TEXT, owner TEXT, reason TEXT,"
	" at_us INTEGER, until_us INTEGER, incident TEXT, ended_us INTEGER, ended_by TEXT,"
	" PRIMARY KEY(name, kind, at_us)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS planned(id TEXT PRIMARY KEY, start_us INTEGER,"
	" end_us INTEGER, announced_us INTEGER, cancelled_us INTEGER, owner TEXT, text TEXT,"
	" impact TEXT, words TEXT);"
	/* of schema 8: what is said afterwards of a span, and what takes it back: nobody changes
	 * or deletes a row */
	"CREATE TABLE IF NOT EXISTS reclassification(id TEXT PRIMARY KEY, target TEXT NOT NULL,"
	" from_us INTEGER, to_us INTEGER, state TEXT, owner TEXT NOT NULL, reason TEXT NOT NULL,"
	" at_us INTEGER NOT NULL, incident TEXT, undoes TEXT UNIQUE);"
	"CREATE INDEX IF NOT EXISTS reclassification_by_target ON reclassification(target, "
	"from_us);"
	"CREATE TRIGGER IF NOT EXISTS reclassification_stays BEFORE UPDATE ON reclassification"
	" BEGIN SELECT RAISE(ABORT, 'a reclassification is never changed'); END;"
	"CREATE TRIGGER IF NOT EXISTS reclassification_remains BEFORE DELETE ON reclassification"
	" BEGIN SELECT RAISE(ABORT, 'a reclassification is never deleted'); END;"
	/* of schema 9: reports that send themselves; destination '': the period as a whole */
	"CREATE TABLE IF NOT EXISTS delivery(name TEXT, every TEXT, to_us INTEGER,"
	" destination TEXT, from_us INTEGER, at_us INTEGER, outcome TEXT, reason TEXT, letter TEXT,"
	" PRIMARY KEY(name, every, to_us, destination)) WITHOUT ROWID;"
	/* of schema 10: the chain of evidence (chain.h) */
	"CREATE TABLE IF NOT EXISTS link(id INTEGER PRIMARY KEY, at_us INTEGER, reach INTEGER,"
	" entries INTEGER, hash BLOB NOT NULL, data BLOB NOT NULL);"
	/* of schema 11: what people write while nines runs, each version of a card (card.c) */
	"CREATE TABLE IF NOT EXISTS card(kind TEXT, id TEXT, version INTEGER, at_us INTEGER,"
	" first_us INTEGER, owner TEXT, words TEXT, PRIMARY KEY(kind, id, version)) WITHOUT ROWID;"
	/* of schema 12: what a service was made of until a time, so that what is over stays as it
	 * was; what it is made of since then is its row of `target` */
	"CREATE TABLE IF NOT EXISTS makeup(id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
	" until_us INTEGER NOT NULL, members TEXT, need INTEGER);"
	"CREATE INDEX IF NOT EXISTS makeup_by_name ON makeup(name);"
	"CREATE TRIGGER IF NOT EXISTS makeup_stays BEFORE UPDATE ON makeup"
	" BEGIN SELECT RAISE(ABORT, 'what a service was made of is never changed'); END;"
	"CREATE TRIGGER IF NOT EXISTS makeup_remains BEFORE DELETE ON makeup"
	" BEGIN SELECT RAISE(ABORT, 'what a service was made of is never deleted'); END;";

/* The rows of one planned window, and what it costs. */
static const char more_columns[] = "ALTER TABLE maintenance ADD COLUMN ref TEXT;"
				   "ALTER TABLE maintenance ADD COLUMN impact TEXT;";

/* Of schema 7: under which heading statistics list it. */
static const char category_column[] = "ALTER TABLE target ADD COLUMN category TEXT;";

static bool add_category(struct store *s)
{
	return sqlite3_exec(s->sql.db, category_column, NULL, NULL, NULL) == SQLITE_OK;
}

static bool make(struct store *s)
{
	return sqlite3_exec(s->sql.db, tables, NULL, NULL, NULL) == SQLITE_OK &&
	       sqlite3_exec(s->sql.db, event_tables, NULL, NULL, NULL) == SQLITE_OK &&
	       sqlite3_exec(s->sql.db, more_columns, NULL, NULL, NULL) == SQLITE_OK &&
	       add_category(s);
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

/* ---- from schema 3: days and months did not say whose word a sample is ---- */

/* What was imported into a target, and when we measured it ourselves. */
struct import {
	int64_t target, from_us, to_us, own_from_us, own_to_us;
	enum sla_origin origin;
};

static void mark_samples(struct sla_samples *list, const struct import *of)
{
	for (size_t i = 0; i < list->samples; i++) {
		struct sla_sample *x = &list->sample[i];
		bool is_own = x->at_us >= of->own_from_us && x->at_us <= of->own_to_us;

		if (!is_own && x->at_us >= of->from_us && x->at_us <= of->to_us)
			x->origin = of->origin;
	}
}

/* A damaged row stays as it is, for whoever tells it. */
static bool mark_row(struct store *s, const struct import *of, const char *get, const char *put,
		     int64_t day)
{
	sqlite3_stmt *ask = sql_bind(&s->sql, get, "ii", of->target, day);
	struct sla_samples list = {0};
	struct text row = {0};
	bool is_whole = false, is_fine = true;

	if (sqlite3_step(ask) == SQLITE_ROW) {
		const void *bytes = sqlite3_column_blob(ask, 1);
		size_t size = (size_t)sqlite3_column_bytes(ask, 1);

		is_whole = (int64_t)map_hash(bytes ? bytes : "", size) ==
				   sqlite3_column_int64(ask, 0) &&
			   unpack_samples(&list, bytes, size);
	}
	is_fine = sqlite3_reset(ask) == SQLITE_OK;
	if (is_whole) {
		mark_samples(&list, of);
		pack_samples(&row, &list);
		is_fine = is_fine && sql_run(&s->sql, put, "iiib", of->target, day,
					     (int64_t)map_hash(row.at, row.size), row.at, row.size);
	}
	text_release(&row);
	free(list.sample);
	return is_fine;
}

/* All first, for a statement that reads must not see what is written meanwhile. */
static bool mark_rows(struct store *s, const struct import *of, const char *days, const char *get,
		      const char *put)
{
	sqlite3_stmt *ask = sql_bind(&s->sql, days, "i", of->target);
	int64_t *day = NULL;
	size_t count = 0;
	bool is_fine;

	while (sqlite3_step(ask) == SQLITE_ROW) {
		if (!(count & (count - 1)))
			day = memory_resize(day, (count ? 2 * count : 1) * sizeof *day);
		day[count++] = sqlite3_column_int64(ask, 0);
	}
	is_fine = sqlite3_reset(ask) == SQLITE_OK;
	for (size_t i = 0; i < count && is_fine; i++)
		is_fine = mark_row(s, of, get, put, day[i]);
	free(day);
	return is_fine;
}

static bool mark_target(struct store *s, const struct import *of)
{
	return mark_rows(s, of, "SELECT day FROM day WHERE target = ?1 AND location = 0",
			 "SELECT sum, data FROM day"
			 " WHERE target = ?1 AND location = 0 AND day = ?2",
			 "UPDATE day SET sum = ?3, data = ?4"
			 " WHERE target = ?1 AND location = 0 AND day = ?2") &&
	       mark_rows(s, of, "SELECT day FROM month WHERE target = ?1 AND location = 0",
			 "SELECT sum, data FROM month"
			 " WHERE target = ?1 AND location = 0 AND day = ?2",
			 "UPDATE month SET sum = ?3, data = ?4"
			 " WHERE target = ?1 AND location = 0 AND day = ?2");
}

static bool mark_imports(struct store *s)
{
	sqlite3_stmt *ask = sql_bind(
		&s->sql,
		"SELECT i.target, t.is_events, i.first_us, i.last_us, min(own.first_us),"
		" max(own.last_us) FROM series i JOIN target t ON t.id = i.target"
		" LEFT JOIN series own ON own.target = i.target AND own.id <> i.id"
		" WHERE i.location = (SELECT id FROM location WHERE name = ?1) GROUP BY i.id",
		"s", STAGE_LOCATION);
	bool is_fine = true;

	while (is_fine && sqlite3_step(ask) == SQLITE_ROW) {
		bool has_own = sqlite3_column_type(ask, 4) != SQLITE_NULL;
		struct import of = {
			.target = sqlite3_column_int64(ask, 0),
			.from_us = sqlite3_column_int64(ask, 2),
			.to_us = sqlite3_column_int64(ask, 3),
			.own_from_us = has_own ? sqlite3_column_int64(ask, 4) : INT64_MAX,
			.own_to_us = has_own ? sqlite3_column_int64(ask, 5) : INT64_MIN,
			.origin = sqlite3_column_int64(ask, 1) ? SLA_EVENT : SLA_IMPORTED,
		};

		is_fine = mark_target(s, &of);
	}
	return sqlite3_reset(ask) == SQLITE_OK && is_fine;
}

static bool from_4(struct store *s)
{
	return sqlite3_exec(s->sql.db, event_tables, NULL, NULL, NULL) == SQLITE_OK &&
	       sqlite3_exec(s->sql.db, more_columns, NULL, NULL, NULL) == SQLITE_OK &&
	       add_category(s);
}

static bool from_3(struct store *s)
{
	return from_4(s) && mark_imports(s);
}

static int64_t version(struct store *s)
{
	if (!sql_number(&s->sql,
			"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'meta'",
			0))
		return 0;
	return sql_number(&s->sql, "SELECT value FROM meta WHERE word = 'schema'", 0);
}

static bool from_7(struct store *s)
{
	return sqlite3_exec(s->sql.db, event_tables, NULL, NULL, NULL) == SQLITE_OK;
}

static bool from_6(struct store *s)
{
	return from_7(s) && add_category(s);
}

#define CHAIN_SCHEMA 10 /* the first with a chain */

/* From the schema of that number to the present one: event_tables are made where they are missing.
 */
static bool (*const way[STORE_SCHEMA])(struct store *) = {make,   from_1, from_3, from_3,
							  from_4, from_4, from_6, from_7,
							  from_7, from_7, from_7, from_7};

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
		  (found >= CHAIN_SCHEMA || chain_found(s, clock_wall_us())) &&
		  (!found || found >= CHAIN_SCHEMA || series_enter_open(s, wrong)) &&
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
