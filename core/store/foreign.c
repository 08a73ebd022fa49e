/* store/foreign: see foreign.h. */
#include "foreign.h"

#include <stdlib.h>
#include <unistd.h>

#include "../base/memory.h"
#include "sql.h"

struct foreign {
	struct sql sql;
	sqlite3_stmt *row;
	enum foreign_table table;
};

/* In the order of the table, not of an index: a damaged index loses no rows. */
static const struct {
	const char *name, *columns, *rows;
} ask[FOREIGN_TABLES] = {
	[FOREIGN_KUMA_MONITORS] = {"monitor", "id, name, interval and maxretries",
				   "SELECT id, name, interval, maxretries"
				   " FROM main.monitor NOT INDEXED"},
	[FOREIGN_KUMA_BEATS] = {"heartbeat", "id, monitor_id, status, time and ping",
				"SELECT id, monitor_id, status, time, ping"
				" FROM main.heartbeat NOT INDEXED"},
	[FOREIGN_KUMA_HOURS] = {"stat_hourly", "id, monitor_id, timestamp, up, down and extras",
				"SELECT id, monitor_id, timestamp, up, down, extras"
				" FROM main.stat_hourly NOT INDEXED"},
	[FOREIGN_KUMA_DAYS] = {"stat_daily", "id, monitor_id, timestamp, up, down and extras",
			       "SELECT id, monitor_id, timestamp, up, down, extras"
			       " FROM main.stat_daily NOT INDEXED"},
	[FOREIGN_GATUS_ENDPOINTS] = {"endpoints", "endpoint_id, endpoint_group and endpoint_name",
				     "SELECT endpoint_id, endpoint_group, endpoint_name"
				     " FROM main.endpoints NOT INDEXED"},
	[FOREIGN_GATUS_RESULTS] = {"endpoint_results",
				   "endpoint_result_id, endpoint_id, success, timestamp and "
				   "duration",
				   "SELECT endpoint_result_id, endpoint_id, success, timestamp,"
				   " duration FROM main.endpoint_results NOT INDEXED"},
	[FOREIGN_GATUS_EVENTS] = {"endpoint_events",
				  "endpoint_event_id, endpoint_id, event_type and event_timestamp",
				  "SELECT endpoint_event_id, endpoint_id, event_type,"
				  " event_timestamp FROM main.endpoint_events NOT INDEXED"},
	[FOREIGN_GATUS_SUMS] = {"endpoint_uptimes",
				"endpoint_uptime_id, endpoint_id, hour_unix_timestamp, "
				"successful_executions and total_executions",
				"SELECT endpoint_uptime_id, endpoint_id, hour_unix_timestamp,"
				" successful_executions, total_executions - successful_executions"
				" FROM main.endpoint_uptimes NOT INDEXED"},
};

/* Whoever writes to it has a journal beside it. */
static bool is_in_use(const char *path)
{
	static const char *const journal[] = {"-wal", "-journal"};
	struct text beside = {0};
	bool is_there = false;

	for (size_t i = 0; i < sizeof journal / sizeof *journal && !is_there; i++) {
		text_clear(&beside);
		text_printf(&beside, "%s%s", path, journal[i]);
		is_there = access(beside.at, F_OK) == 0;
	}
	text_release(&beside);
	return is_there;
}

/* A path may hold any byte that a URI gives a meaning. */
static void add_uri(struct text *uri, const char *path)
{
	static const char hex[] = "0123456789abcdef";

	text_puts(uri, "file:");
	for (const unsigned char *c = (const unsigned char *)path; *c; c++)
		if (*c == '/' || *c == '.' || *c == '-' || *c == '_' || (*c >= '0' && *c <= '9') ||
		    (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z')) {
			text_putc(uri, (char)*c);
		} else {
			text_putc(uri, '%');
			text_putc(uri, hex[*c >> 4]);
			text_putc(uri, hex[*c & 15]);
		}
	text_puts(uri, is_in_use(path) ? "?mode=ro" : "?immutable=1");
}

static void add_wrong(struct foreign *f, struct text *wrong)
{
	int code = sqlite3_errcode(f->sql.db);
	const char *remedy = code == SQLITE_CANTOPEN || code == SQLITE_READONLY
				     ? ": copy it with `sqlite3 FILE '.backup COPY'` and import "
				       "the copy"
			     : code == SQLITE_BUSY ? ": try again later, or import a copy"
						   : "";

	text_printf(wrong, "%s%s", sqlite3_errmsg(f->sql.db), remedy);
}

struct foreign *foreign_open(const char *path, struct text *wrong)
{
	struct foreign *f = memory_new(sizeof *f);
	struct text uri = {0};
	bool is_fine;

	add_uri(&uri, path);
	is_fine = sql_open(&f->sql, uri.at, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, wrong);
	text_release(&uri);
	if (is_fine) {
		sql_as_owner(&f->sql);
		sqlite3_db_config(f->sql.db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		sqlite3_db_config(f->sql.db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		sqlite3_db_config(f->sql.db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
		sqlite3_limit(f->sql.db, SQLITE_LIMIT_LENGTH, FOREIGN_VALUE_BYTES);
		sqlite3_busy_timeout(f->sql.db, 5000);
		/* all that is read is of one moment */
		is_fine = sql_run(&f->sql, "PRAGMA cell_size_check = ON", "") &&
			  sql_run(&f->sql, "BEGIN", "") &&
			  sql_number(&f->sql, "SELECT count(*) FROM main.sqlite_schema", -1) >= 0;
		if (!is_fine)
			add_wrong(f, wrong);
		sql_as_self();
	}
	if (is_fine)
		return f;
	foreign_close(f);
	return NULL;
}

void foreign_close(struct foreign *f)
{
	if (f)
		sql_close(&f->sql);
	free(f);
}

bool foreign_ask(struct foreign *f, enum foreign_table table, struct text *wrong)
{
	sqlite3_stmt *known = sql_bind(&f->sql,
				       "SELECT 1 FROM pragma_table_list WHERE schema = 'main'"
				       " AND name = ?1 AND type = 'table'",
				       "s", ask[table].name);
	bool is_there = sqlite3_step(known) == SQLITE_ROW;

	sqlite3_reset(known);
	f->table = table;
	f->row = is_there ? sql_ask(&f->sql, ask[table].rows) : NULL;
	if (!is_there)
		text_printf(wrong, "has no table '%s': it is another program's, or empty",
			    ask[table].name);
	else if (!f->row)
		text_printf(wrong, "the table '%s' is not as known, with the columns %s: %s",
			    ask[table].name, ask[table].columns, sqlite3_errmsg(f->sql.db));
	return f->row;
}

bool foreign_next(struct foreign *f, struct text *wrong)
{
	int result = sqlite3_step(f->row);

	if (result == SQLITE_ROW)
		return true;
	if (result != SQLITE_DONE) {
		text_printf(wrong, "reading the table '%s' broke off: ", ask[f->table].name);
		add_wrong(f, wrong);
	}
	sqlite3_reset(f->row);
	return false;
}

bool foreign_number(struct foreign *f, int column, double *number)
{
	int type = sqlite3_column_type(f->row, column);

	*number = sqlite3_column_double(f->row, column);
	return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

int64_t foreign_id(struct foreign *f, int column)
{
	if (sqlite3_column_type(f->row, column) != SQLITE_INTEGER)
		return 0;
	return sqlite3_column_int64(f->row, column);
}

const char *foreign_text(struct foreign *f, int column)
{
	return sql_text(f->row, column);
}

const char *foreign_name(enum foreign_table table)
{
	return ask[table].name;
}
