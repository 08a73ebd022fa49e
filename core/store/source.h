/* store/source: the results of one series in a range of time, one after the other: closed blocks,
 * the part that gathers, the open block.
 *
 * Within a series results come as they were recorded, which is the order of time unless the wall
 * clock stepped. A blob whose sum is wrong is left out and counted. The caller keeps one snapshot
 * (or transaction) from source_open() to source_release(). For rollups and readers. */
#ifndef NINES_STORE_SOURCE_H
#define NINES_STORE_SOURCE_H

#include "block.h"
#include "seen.h"
#include "sql.h"

struct source {
	struct sql *sql;
	int64_t series, from_us, to_us;
	int64_t *id; /* of rows of `block`; the part is -1, the open block -2 */
	size_t ids, at;
	struct text blob;
	struct seen *seen;         /* a reader's, NULL: nothing is kept */
	struct seen_blob *of_seen; /* that `in` reads, NULL: `blob` */
	const struct text *open;
	struct segments in;
	struct block_result result;
	size_t damaged;
	bool has_failed; /* the database did */
};

/* `open`: the bytes of the open block, NULL: none; they must stay. */
void source_open(struct source *, struct sql *, int64_t series, int64_t from_us, int64_t to_us,
		 const struct text *open);
/* The same in the order of recording, also where results came late. */
void source_open_recorded(struct source *, struct sql *, int64_t series, int64_t from_us,
			  int64_t to_us, const struct text *open);
/* Before its first result: by what the reader has seen, which outlives it. */
void source_share(struct source *, struct seen *);
void source_release(struct source *);
/* The next result that started in the range is in source->result; false: no more. */
bool source_next(struct source *);

#endif
