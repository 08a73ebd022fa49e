/* store/foreign: the databases of other monitoring tools (SQLite), read and never changed.
 *
 * Their SQL stands here because all SQL does; what their rows mean is core/import's. A file is
 * hostile (F62): its views, triggers and virtual tables are not run, values have limits, and what
 * is not the schema that was asked for is told. A copy, which has no journal beside it, is read as
 * immutable: no lock, no file beside it; a database in use is read at one moment of it. */
#ifndef NINES_STORE_FOREIGN_H
#define NINES_STORE_FOREIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/text.h"

#define FOREIGN_VALUE_BYTES 1048576

enum foreign_table {
	FOREIGN_KUMA_MONITORS,   /* id, name, interval in s, retries; rows as they come */
	FOREIGN_KUMA_BEATS,      /* id, monitor, status, time, ping in ms */
	FOREIGN_KUMA_HOURS,      /* id, monitor, timestamp in s, up, down, extras as JSON */
	FOREIGN_KUMA_DAYS,       /* the same */
	FOREIGN_GATUS_ENDPOINTS, /* id, group, name */
	FOREIGN_GATUS_RESULTS,   /* id, endpoint, success, timestamp, duration in ns */
	FOREIGN_GATUS_EVENTS,    /* id, endpoint, type, timestamp */
	FOREIGN_GATUS_SUMS,      /* id, endpoint, timestamp in s, up, down */
	FOREIGN_TABLES
};

struct foreign;

/* NULL: *wrong says why and what to do. */
struct foreign *foreign_open(const char *path, struct text *wrong);
void foreign_close(struct foreign *);
/* Begins to read a table. False: *wrong says why. */
bool foreign_ask(struct foreign *, enum foreign_table, struct text *wrong);
/* The next row of it; false: no more, or *wrong says why. */
bool foreign_next(struct foreign *, struct text *wrong);
/* Of the row: false when it is NULL or no number. */
bool foreign_number(struct foreign *, int column, double *);
int64_t foreign_id(struct foreign *, int column); /* 0: it is none */
/* Never NULL; good until the next row. */
const char *foreign_text(struct foreign *, int column);
const char *foreign_name(enum foreign_table); /* as the database calls it */

#endif
