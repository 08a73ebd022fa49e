/* store/read_reclassified: what somebody said afterwards of spans of time. See read.h. */
#include "read_inside.h"

/* Rows are only ever added: their order is that in which they were said. */
static const char claims[] = "SELECT c.id, c.target, c.state, c.owner, c.reason, c.incident, "
			     "c.from_us, c.to_us, c.at_us,"
			     " u.at_us, u.owner, u.reason FROM reclassification c"
			     " LEFT JOIN reclassification u ON u.undoes = c.id"
			     " WHERE c.undoes IS NULL AND c.from_us < ?2 AND c.to_us > ?1 AND"
			     " (?3 IS NULL OR c.target = ?3) ORDER BY c.rowid";

bool read_reclassifications(struct read *r, const char *name, int64_t from_us, int64_t to_us,
			    bool (*take)(const struct read_reclassification *, void *with),
			    void *with)
{
	sqlite3_stmt *ask = sql_bind(&r->sql, claims, "iis", from_us, to_us, name);

	while (sqlite3_step(ask) == SQLITE_ROW) {
		struct read_reclassification c = {.id = sql_text(ask, 0),
						  .name = sql_text(ask, 1),
						  .as = sql_text(ask, 2),
						  .by = sql_text(ask, 3),
						  .reason = sql_text(ask, 4),
						  .incident = sql_text(ask, 5),
						  .from_us = sqlite3_column_int64(ask, 6),
						  .to_us = sqlite3_column_int64(ask, 7),
						  .at_us = sqlite3_column_int64(ask, 8),
						  .undone_us = sqlite3_column_int64(ask, 9),
						  .undone_by = sql_text(ask, 10),
						  .undone_reason = sql_text(ask, 11)};

		if (!take(&c, with))
			break;
	}
	return read_finish(r, ask);
}
