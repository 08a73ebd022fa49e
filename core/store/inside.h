/* store/inside: what the writer's files share; nobody outside core/store includes it.
 *
 * store.c opens, commits and closes; schema.c makes the tables; series.c holds what is open in
 * memory; close.c moves it into blocks; rollup.c makes days and months of them; event.c writes the
 * rows of states and incidents, letter.c those of letters, card.c those of cards, reclassify.c what
 * is said afterwards; chain.c enters what is final.
 *
 * A series is one target at one location. Its results gather in an open block; each commit writes
 * the bytes that are new to the tail, so the pieces of the tail since the last closing are, put
 * together, the open block: that is how a reader sees it and how it is found again after a crash.
 */
#ifndef NINES_STORE_INSIDE_H
#define NINES_STORE_INSIDE_H

#include "../base/clock.h"
#include "../base/map.h"
#include "block.h"
#include "chain.h"
#include "result.h"
#include "sql.h"
#include "store.h"

#define STORE_DAY (86400 * CLOCK_SECOND)

struct target {
	int64_t id;
	char *name;
	int64_t rolled; /* first day (since 1970) that has no rollup yet; 0: no result yet */
	int64_t aged, months_aged; /* rows before these days are deleted */
	bool is_new, is_changed, is_events;
	struct series **series;
	size_t count;
};

struct location {
	int64_t id;
	char *name;
	bool is_new;
};

struct series {
	int64_t id;
	struct target *target;
	struct location *location;
	size_t written; /* bytes of it that are in the tail on disk */
	size_t written_results;
	int64_t open_tail; /* the first row of the tail that holds part of it */
	int64_t closed_to; /* rows of the tail up to it hold nothing more of it */
	int64_t open_since_us;
	int64_t first_us, last_us; /* of all its results, by start */
	int64_t open_first_us, open_last_us;
	int64_t last_due_us, interval_us; /* interval_us: guessed, for results of schema 1 */
	bool is_new, is_dirty, is_closing, must_close;
	uint64_t key; /* in series_by_key */
	struct series *next_heard; /* whose result came behind its last one: a guess */
	struct text found; /* while the tail is read at the start */
	struct block_writer open; /* last: its beginning is used with what stands above */
};

struct store {
	uint32_t magic;
	struct sql sql;
	int lock_fd;
	struct map targets_by_name, locations_by_name, series_by_key;
	struct target **target;
	struct location **location;
	struct series **series;
	size_t targets, target_room, locations, location_room, count, room;
	struct series **dirty;
	size_t dirties, dirty_room;
	int64_t next_target, next_location, next_series, next_tail;
	size_t waiting; /* bytes not on disk */
	size_t open; /* bytes of all open blocks */
	size_t results; /* not on disk */
	struct result_line line;
	struct series *heard; /* whose result came last */
	struct store_retention retention;
	/* where the steps of tidying go on */
	size_t tidy_at;
	int64_t purge_at;
	int64_t raw_from, day_from, month_from; /* days before them are deleted */
	int wal_pages;
	int64_t check_at_us; /* when damage is looked for next; 0: it was at the opening */
	int64_t restart_at_us; /* when the log may be begun anew next, if it is too long */
	int64_t sweep_at_us;
	bool is_open, is_damaged, is_upgrade;
	char *path;
	struct chain chain;
};

/* schema.c: makes the tables, brings older ones up to date; false: *wrong. */
bool schema_prepare(struct store *, struct text *wrong);

/* series.c */
bool series_load(struct store *, struct text *wrong);
/* A migration to the chain: days of open results that were closed are rolled up once more. */
bool series_enter_open(struct store *, struct text *wrong);
void series_release(struct store *);
struct target *series_target(struct store *, const char *name);
struct series *series_find(struct store *, const char *name, const char *location);
/* The same for results as they come: each second in the order of the second before. */
struct series *series_next(struct store *, const char *name, const char *location);
void series_add(struct store *, struct series *, const struct block_result *, int64_t now_us);
/* After a commit: what was dirty is on disk. */
void series_committed(struct store *, int64_t tail);

/* close.c: inside a transaction */
bool close_names(struct store *);
bool close_due(struct store *, int64_t now_us, int64_t tail);
bool close_tail(struct store *, int64_t now_us, int64_t tail);
/* Adds a finished block of a series to its rows on disk. */
bool close_block(struct store *, const struct series *, const struct text *block, size_t results,
		 int64_t first_us, int64_t last_us);

/* event.c: inside a transaction */
bool event_write(struct store *, const struct text *events);

/* card.c: inside a transaction: a line `card`, nothing of others; `resume-card` for each card. */
bool card_put(struct store *, const struct line *);
void card_resume(struct store *, struct text *lines);

/* letter.c: inside a transaction, behind event.c's rows of the same line */
bool letter_write(struct store *, const struct line *);
void letter_resume(struct store *, struct text *lines);
/* Ended letters and standings older than that; inside a transaction. */
bool letter_forget(struct store *, int64_t before_us);

/* store.c: says what SQLite says of the last call, and remembers damage. Always false. */
bool store_fail(struct store *, const char *what, struct text *wrong);
/* The ends of each transaction: with the link of what it changed; as if it had never been. */
bool store_end(struct store *, int64_t at_us);
void store_undo(struct store *);
void store_checkpoint(struct store *);

static inline int64_t store_day(int64_t us)
{
	return us < 0 ? -1 : us / STORE_DAY;
}

#endif
