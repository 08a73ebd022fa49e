/* store/read_state: what was believed at some time, from the changes of state. See read.h. */
#include <stdio.h>

#include "read_inside.h"

/* Of the last changes the newest by which it stopped being down; without any, the oldest of them
 * by which it passes: it has worked at least since then. */
static const char online[] =
	"SELECT max(CASE WHEN was = 'down' AND state <> 'down' THEN at_us END),"
	" min(CASE WHEN state IN ('up', 'degraded') THEN at_us END)"
	" FROM (SELECT at_us, was, state FROM state WHERE name = ?1 AND at_us <= ?2"
	" ORDER BY at_us DESC, rowid DESC LIMIT ?3)";

static int64_t online_since(struct read *r, const char *name, int64_t at_us)
{
	sqlite3_stmt *ask = sql_bind(&r->sql, online, "sii", name, at_us, (int64_t)READ_CHANGES);
	int64_t back_us = 0;

	if (sql_row(ask)) {
		back_us = sqlite3_column_int64(ask, 0);
		back_us = back_us ? back_us : sqlite3_column_int64(ask, 1);
	}
	read_finish(r, ask);
	return back_us;
}

bool read_belief(struct read *r, const char *name, int64_t at_us, struct read_belief *b)
{
	sqlite3_stmt *ask = sql_bind(&r->sql,
				     "SELECT state, at_us FROM state WHERE name = ?1 AND"
				     " at_us <= ?2 ORDER BY at_us DESC, rowid DESC LIMIT 1",
				     "si", name, at_us);
	bool is_fine;

	*b = (struct read_belief){0};
	if (sqlite3_step(ask) == SQLITE_ROW) {
		snprintf(b->state, sizeof b->state, "%s", sql_text(ask, 0));
		b->since_us = sqlite3_column_int64(ask, 1);
	}
	is_fine = read_finish(r, ask);
	if (is_fine && *b->state && strcmp(b->state, "down"))
		b->online_us = online_since(r, name, at_us);
	return is_fine;
}

static bool ask_time(struct read *r, sqlite3_stmt *ask, int64_t *us)
{
	*us = sqlite3_step(ask) == SQLITE_ROW ? sqlite3_column_int64(ask, 0) : 0;
	return read_finish(r, ask);
}

bool read_changes(struct read *r, const char *name, int64_t at_us, int64_t *before_us,
		  int64_t *after_us)
{
	return ask_time(r,
			sql_bind(&r->sql,
				 "SELECT max(at_us) FROM state WHERE name = ?1 AND at_us < ?2",
				 "si", name, at_us),
			before_us) &&
	       ask_time(r,
			sql_bind(&r->sql,
				 "SELECT min(at_us) FROM state WHERE name = ?1 AND at_us > ?2",
				 "si", name, at_us),
			after_us);
}

bool read_was_off(struct read *r, int64_t at_us, int64_t *from_us, int64_t *to_us)
{
	sqlite3_stmt *ask = sql_bind(&r->sql,
				     "SELECT from_us, to_us FROM marker WHERE at_us >= ?1 AND"
				     " kind = 'monitor-off' ORDER BY at_us LIMIT 1",
				     "i", at_us);
	bool was_off = sqlite3_step(ask) == SQLITE_ROW && sqlite3_column_int64(ask, 0) < at_us &&
		       sqlite3_column_int64(ask, 1) > at_us;

	*from_us = was_off ? sqlite3_column_int64(ask, 0) : 0;
	*to_us = was_off ? sqlite3_column_int64(ask, 1) : 0;
	return read_finish(r, ask) && was_off;
}
