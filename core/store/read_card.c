/* store/read_card: the versions of a card, for who only looks. See read.h. */
#include "read_inside.h"

bool read_cards(struct read *r, const char *kind, const char *id,
		bool (*take)(const struct read_card *, void *with), void *with)
{
	sqlite3_stmt *ask = sql_bind(&r->sql,
				     "SELECT id, version, at_us, first_us, owner, words FROM card"
				     " WHERE kind = ?1 AND (id = ?2 OR ?2 IS NULL)"
				     " ORDER BY id, version",
				     "ss", kind, id);

	while (sqlite3_step(ask) == SQLITE_ROW) {
		struct read_card c = {.id = sql_text(ask, 0),
				      .version = sqlite3_column_int64(ask, 1),
				      .at_us = sqlite3_column_int64(ask, 2),
				      .first_us = sqlite3_column_int64(ask, 3),
				      .by = sql_text(ask, 4),
				      .words = sql_text(ask, 5)};

		if (!take(&c, with))
			break;
	}
	return read_finish(r, ask);
}
