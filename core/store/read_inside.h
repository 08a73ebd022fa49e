/* store/read_inside: what the reader's files share; nobody outside core/store includes it. */
#ifndef NINES_STORE_READ_INSIDE_H
#define NINES_STORE_READ_INSIDE_H

#include "../base/clock.h"
#include "../base/map.h"
#include "read.h"
#include "source.h"

#define READ_DAY (86400 * CLOCK_SECOND)
#define READ_DAYS_MOST 100000000 /* since 1970, either way: what has microseconds and a date */

/* A damaged row may name any day: one that can be computed with. */
static inline int64_t read_day(int64_t day)
{
	return day < -READ_DAYS_MOST ? -READ_DAYS_MOST
	       : day > READ_DAYS_MOST ? READ_DAYS_MOST
				      : day;
}

/* One series of the target that is looked at, with what the tail holds of it. */
struct read_series {
	int64_t id, location_id, closed_to;
	char *location;
	struct text open;
};

struct read_open {
	int64_t id, closed_to;
	struct text bytes;
};

/* Samples of the days [from, to), of each its own. */
struct read_raw {
	int64_t from, to;
	struct sla_samples *day;
};

struct read {
	uint32_t magic;
	struct sql sql;
	char *path;
	int depth;             /* of snapshots; the calls' own ones nest */
	int64_t begun_us, until_us; /* of this snapshot; when it ends by itself, 0: nobody reads */
	bool lingers, is_open; /* one that nobody reads may be taken up again */
	struct text wrong;
	size_t damaged;
	struct read_target *target;
	size_t targets;
	struct map by_name;
	/* the tail of this snapshot by series, once a second target is asked for */
	struct map tail;       /* id -> struct read_open * */
	struct read_open *open;
	size_t opens;
	bool has_tail;
	int64_t first_asked;
	/* the series of the target asked last in this snapshot, 0: none */
	int64_t asked;
	struct read_series *series;
	size_t count;
	struct read_raw raw; /* of that target, as far as they were unpacked */
	struct seen seen; /* in this snapshot */
};

bool read_fail(struct read *, const char *what);
/* Fills r->series for the target; its open blocks too. */
bool read_find_series(struct read *, const struct read_target *);
void read_forget_tail(struct read *);
void read_forget_raw(struct read *);
/* Steps one statement to its end in a snapshot of its own: false when it failed. */
bool read_finish(struct read *, sqlite3_stmt *);

#endif
