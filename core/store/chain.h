/* store/chain: the chain of evidence: what was final, in the order in which it became so.
 *
 * A row of `link` lists entries: the digest of a day's results, of a row of `day` or `month`, of a
 * row that decides figures (an incident, a marker ...) as it now stands or that it is gone, of a
 * horizon behind which retention deletes. Its hash is SHA-256 over the hash of the link before,
 * number, time, reach and entries. A link is written in the very transaction that changes what it
 * lists, so that it survives what the change survives. Nothing is ever taken back: what becomes
 * something else is entered again. Here: the form of links, without SQL, for the writer (chain.c)
 * and for what verifies (verify.c), and the writer's functions. docs/evidence.md has every byte. */
#ifndef NINES_STORE_CHAIN_H
#define NINES_STORE_CHAIN_H

#include <stdint.h>

#include "digest.h"

enum chain_kind {
	CHAIN_DAY = 'd', /* of target, location, day: a row of `day` */
	CHAIN_MONTH = 'm', /* likewise of `month` */
	CHAIN_RESULTS = 'r', /* of target, location, day: the results of that day so far */
	CHAIN_ROW = 't', /* a row of a table: as it stands now */
	CHAIN_GONE = 'g', /* it is no more */
	CHAIN_HORIZON = 'h', /* rows of a kind before `day` are deleted by age */
};

enum chain_horizon { CHAIN_RAW, CHAIN_DAYS, CHAIN_MONTHS, CHAIN_HORIZONS };

struct chain_entry {
	enum chain_kind kind;
	uint64_t of; /* target; number of the table; enum chain_horizon */
	int64_t at; /* location; the row's number */
	int64_t day; /* since 1970 UTC */
	uint64_t count; /* of results */
	struct digest digest;
};

void chain_put(struct text *, const struct chain_entry *);
/* False at the end and where the bytes are no entries; *at stands at the end only in the first
 * case.
 */
bool chain_next(const unsigned char **at, const unsigned char *end, struct chain_entry *);

struct chain_link {
	int64_t id, at_us;
	int64_t reach; /* results of days before it are all covered; 0: of none */
	const void *bytes;
	size_t size;
};

void chain_hash(const struct digest *before, const struct chain_link *, struct digest *);

/* ---- tables whose rows are entered ---- */

/* The number of a table in entries is its place; new ones come behind the others. The columns
 * rowid, a name for people and then what is digested. */
struct chain_table {
	const char *name;
	const char *one, *all; /* SQL: the row ?1; every row, in order */
	bool is_compared; /* most changes of its rows touch nothing that is digested */
	bool is_fixed; /* rows never change */
};
#define CHAIN_TABLES 9
extern const struct chain_table chain_table[CHAIN_TABLES];

struct sqlite3_stmt;
/* Of the row that the statement stands at. */
void chain_digest_row(struct sqlite3_stmt *, struct digest *);

/* ---- the writer ---- */

struct store;

/* What gathers for the next link. */
struct chain {
	int64_t links;
	struct digest head;
	struct text entries;
	size_t count;
	struct chain_touch {
		uint32_t table;
		int64_t row;
	} * touched;
	size_t touches, room;
	struct chain_known *known; /* of rows of tables that are compared */
	size_t knowns;
	bool is_closing, is_begun; /* is_begun: something was entered since the last COMMIT */
};

/* Once the tables are there. False: the database failed. */
bool chain_open(struct store *);
void chain_release(struct store *);
/* Enters, inside a transaction. */
void chain_row(struct store *, enum chain_kind, int64_t target, int64_t location, int64_t day,
	       const void *row, size_t size);
void chain_results(struct store *, int64_t target, int64_t location, int64_t day, uint64_t results,
		   const struct digest *);
void chain_horizon(struct store *, enum chain_horizon, int64_t day);
/* Writes the link of all that was entered and of all rows that were changed; before COMMIT. */
bool chain_close(struct store *, int64_t at_us);
/* After COMMIT. */
void chain_keep(struct store *);
/* After ROLLBACK. */
void chain_drop(struct store *);
/* A migration: the first links are over everything that is there. */
bool chain_found(struct store *, int64_t at_us);

#endif
