/* store/store: see store.h. */
#include "store.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "../base/line.h"
#include "../base/memory.h"

#define STORE_MAGIC 0x73746f72u
#define BUSY_MS 2000

enum statement { BEGIN, COMMIT, ROLLBACK, TAIL, STATE, INCIDENT, MARKER, META, LAST, STATEMENTS };

static const char *const sql[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	/* The wall clock may step back: a second that is taken already gets the next free place. */
	[TAIL] = "INSERT INTO tail(at_us, lines, results) VALUES("
		 " CASE WHEN EXISTS(SELECT 1 FROM tail WHERE at_us = ?1)"
		 " THEN (SELECT max(at_us) + 1 FROM tail WHERE at_us < ?1 + 1000000)"
		 " ELSE ?1 END, ?2, ?3)",
	[STATE] = "INSERT INTO state(name, kind, at_us, was, state, reason, step, cause, incident,"
		  " lasted_us) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	[INCIDENT] = "INSERT INTO incident(id, name, event, at_us, start_us, reason, step,"
		     " location, address, lasted_us)"
		     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
		     " ON CONFLICT(id) DO UPDATE SET event = excluded.event,"
		     " at_us = excluded.at_us, lasted_us = excluded.lasted_us",
	[MARKER] = "INSERT INTO marker(kind, at_us, event, text, by_us, from_us, to_us)"
		   " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[META] = "INSERT INTO meta(word, value) VALUES(?1, ?2)"
		 " ON CONFLICT(word) DO UPDATE SET value = excluded.value",
	[LAST] = "SELECT (SELECT value FROM meta WHERE word = 'last') FROM meta"
		 " WHERE word = 'keeper' AND value = ?1",
};

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS meta(word TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS tail(at_us INTEGER PRIMARY KEY, results INTEGER,"
	" lines BLOB NOT NULL);"
	"CREATE TABLE IF NOT EXISTS state(name TEXT, kind TEXT, at_us INTEGER,"
	" was TEXT, state TEXT, reason TEXT, step TEXT, cause TEXT, incident TEXT,"
	" lasted_us INTEGER);"
	"CREATE INDEX IF NOT EXISTS state_by_name ON state(name, at_us);"
	"CREATE TABLE IF NOT EXISTS incident(id TEXT PRIMARY KEY, name TEXT, event TEXT,"
	" at_us INTEGER, start_us INTEGER, reason TEXT, step TEXT, location TEXT, address TEXT,"
	" lasted_us INTEGER);"
	"CREATE TABLE IF NOT EXISTS marker(kind TEXT, at_us INTEGER, event TEXT, text TEXT,"
	" by_us INTEGER, from_us INTEGER, to_us INTEGER);"
	"INSERT OR IGNORE INTO meta(word, value) VALUES('schema', 1);";

static const char settings[] = "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA "
			       "synchronous = FULL; PRAGMA mmap_size = 0;"
			       "PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864;"
			       "PRAGMA trusted_schema = OFF;";

struct store {
	uint32_t magic;
	sqlite3 *db;
	sqlite3_stmt *made[STATEMENTS];
};

/* The words of a line that become the columns of a row, in the order of its statement. */
static const struct {
	const char *verb;
	enum statement statement;
	const char *word[10];
} row[] = {
	{"state",
	 STATE,
	 {"", "kind", "at_us", "from", "to", "reason", "step", "cause", "incident", "lasted_us"}},
	{"incident",
	 INCIDENT,
	 {"", "check", "event", "at_us", "start_us", "reason", "step", "location", "address",
	  "lasted_us"}},
	{"marker", MARKER, {"kind", "at_us", "event", "text", "by_us", "from_us", "to_us"}},
};

static bool fail(struct store *s, const char *what, struct text *wrong)
{
	text_printf(wrong, "cannot %s: %s", what, s->db ? sqlite3_errmsg(s->db) : "no memory");
	return false;
}

static bool run(struct store *s, enum statement which)
{
	int result = sqlite3_step(s->made[which]);

	sqlite3_reset(s->made[which]);
	return result == SQLITE_DONE || result == SQLITE_ROW;
}

static void bind_text(sqlite3_stmt *to, int at, const char *text)
{
	sqlite3_bind_text(to, at, text, -1, SQLITE_TRANSIENT);
}

/* Words that end in _us are numbers; "" is the line's name. */
static void bind_word(sqlite3_stmt *to, int at, const struct line *l, const char *word)
{
	const char *value = *word ? line_find(l, word) : line_name(l);
	size_t size = strlen(word);
	int64_t n;

	if (value && size > 3 && !strcmp(word + size - 3, "_us") && text_to_int(value, &n))
		sqlite3_bind_int64(to, at, n);
	else if (value)
		bind_text(to, at, value);
	else
		sqlite3_bind_null(to, at);
}

static bool write_row(struct store *s, const struct line *l)
{
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		sqlite3_stmt *to = s->made[row[i].statement];

		if (strcmp(l->verb, row[i].verb))
			continue;
		for (int word = 0; word < 10 && row[i].word[word]; word++)
			bind_word(to, word + 1, l, row[i].word[word]);
		return run(s, row[i].statement);
	}
	return true; /* a line of a newer keeper */
}

static bool write_events(struct store *s, const struct text *events)
{
	static struct line line; /* too large for a stack frame */
	struct text copy = {0};
	bool is_fine = true;
	char *newline;

	/* the parser works in place, and the batch may be needed again */
	text_add(&copy, events->at, events->size);
	for (char *at = copy.at;
	     is_fine && (newline = memchr(at, '\n', copy.size - (size_t)(at - copy.at)));
	     at = newline + 1)
		is_fine = line_parse(&line, at, (size_t)(newline - at)) != NULL ||
			  write_row(s, &line);
	text_release(&copy);
	return is_fine;
}

static bool write_meta(struct store *s, const char *word, const char *text, int64_t n)
{
	bind_text(s->made[META], 1, word);
	if (text)
		bind_text(s->made[META], 2, text);
	else
		sqlite3_bind_int64(s->made[META], 2, n);
	return run(s, META);
}

static bool write_tail(struct store *s, const struct store_batch *b)
{
	bool is_fine;

	sqlite3_bind_int64(s->made[TAIL], 1, b->at_us);
	sqlite3_bind_blob64(s->made[TAIL], 2, b->tail->at, b->tail->size, SQLITE_STATIC);
	sqlite3_bind_int64(s->made[TAIL], 3, b->results);
	is_fine = run(s, TAIL);
	sqlite3_clear_bindings(s->made[TAIL]);
	return is_fine;
}

bool store_commit(struct store *s, const struct store_batch *b, struct text *wrong)
{
	bool is_fine = run(s, BEGIN);

	if (is_fine && b->tail->size)
		is_fine = write_tail(s, b);
	if (is_fine && b->events->size)
		is_fine = write_events(s, b->events);
	if (is_fine && *b->keeper)
		is_fine = write_meta(s, "keeper", b->keeper, 0) &&
			  write_meta(s, "last", NULL, b->last);
	if (is_fine && run(s, COMMIT))
		return true;
	fail(s, "write", wrong);
	if (!sqlite3_get_autocommit(s->db))
		run(s, ROLLBACK);
	return false;
}

int64_t store_last(struct store *s, const char *keeper)
{
	int64_t last = 0;

	bind_text(s->made[LAST], 1, keeper);
	if (sqlite3_step(s->made[LAST]) == SQLITE_ROW)
		last = sqlite3_column_int64(s->made[LAST], 0);
	sqlite3_reset(s->made[LAST]);
	return last;
}

static bool is_ours(struct store *s, struct text *wrong)
{
	sqlite3_stmt *ask = NULL;
	int64_t version = STORE_SCHEMA;

	if (sqlite3_prepare_v2(s->db, "SELECT value FROM meta WHERE word = 'schema'", -1, &ask,
			       NULL) == SQLITE_OK &&
	    sqlite3_step(ask) == SQLITE_ROW)
		version = sqlite3_column_int64(ask, 0);
	sqlite3_finalize(ask);
	if (version <= STORE_SCHEMA)
		return true;
	text_printf(wrong, "the database has schema %lld of a newer nines: this one knows %d",
		    (long long)version, STORE_SCHEMA);
	return false;
}

static bool prepare(struct store *s, struct text *wrong)
{
	for (int i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v3(s->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &s->made[i],
				       NULL))
			return fail(s, "use the database", wrong);
	return true;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(s->made[i]);
	sqlite3_close(s->db);
	s->magic = 0;
	free(s);
}

struct store *store_open(const char *path, struct text *wrong)
{
	struct store *s = memory_new(sizeof *s);
	int yes = 1;

	s->magic = STORE_MAGIC;
	if (sqlite3_open_v2(path, &s->db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
				    SQLITE_OPEN_NOFOLLOW,
			    NULL)) {
		fail(s, "open the database", wrong);
	} else {
		sqlite3_busy_timeout(s->db, BUSY_MS);
		sqlite3_file_control(s->db, "main", SQLITE_FCNTL_PERSIST_WAL, &yes);
		if (sqlite3_exec(s->db, settings, NULL, NULL, NULL))
			fail(s, "open the database", wrong);
		else if (is_ours(s, wrong) && sqlite3_exec(s->db, schema, NULL, NULL, NULL))
			fail(s, "make the tables", wrong);
		else if (!wrong->size && prepare(s, wrong))
			return s;
	}
	store_close(s);
	return NULL;
}
