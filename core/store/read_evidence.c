/* store/read_evidence: the end of the chain, as reports print it. See read.h. */
#include <string.h>

#include "digest.h"
#include "read_inside.h"

bool read_evidence(struct read *r, struct read_evidence *e)
{
	sqlite3_stmt *ask = sql_ask(&r->sql, "SELECT id, at_us, reach, hash FROM link"
					     " ORDER BY id DESC LIMIT 1");
	struct text hex = {0};

	*e = (struct read_evidence){0};
	if (sqlite3_step(ask) == SQLITE_ROW && sqlite3_column_bytes(ask, 3) == DIGEST_BYTES) {
		e->links = sqlite3_column_int64(ask, 0);
		e->at_us = sqlite3_column_int64(ask, 1);
		e->reach_us = read_day(sqlite3_column_int64(ask, 2)) * READ_DAY;
		digest_add_hex(&hex, sqlite3_column_blob(ask, 3));
		memcpy(e->head, hex.at, DIGEST_HEX);
		text_release(&hex);
	}
	return read_finish(r, ask);
}
