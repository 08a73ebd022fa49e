/* store/segment: several blocks in one blob, as rows of blocks keep them.
 *
 * Each segment is its size as a varint and a block (block.h) that stands alone, so that a long blob
 * is made by adding to its end, without packing again what is there. Short pieces are packed anew
 * together with the last segment. Used inside core/store; pure. */
#ifndef NINES_STORE_SEGMENT_H
#define NINES_STORE_SEGMENT_H

#include "block.h"

/* When the results of each segment of a blob began; a segment that was not read to its end is not
 * known. Zero-initialise; segment_times_release(). */
struct segment_times {
	struct segment_time {
		int64_t first_us, last_us; /* first > last: not known */
	} *segment;
	size_t segments, room;
};

/* Zero-initialise; segment_release(). */
struct segments {
	const unsigned char *at, *end;
	struct block_reader block;
	bool is_damaged;
	struct segment_times *times; /* NULL: nobody keeps them */
	size_t number;               /* of the next segment */
	struct segment_time here;    /* of the one at hand, so far */
	int64_t from_us, to_us;      /* with times: what else begins may be left out */
};

/* Borrows the bytes. */
void segment_open(struct segments *, const void *bytes, size_t size);
/* The same of a blob whose times are kept: segments that are known to hold nothing of [from, to)
 * are left out. The times stay until segment_release(). */
void segment_open_part(struct segments *, const void *bytes, size_t size,
		       struct segment_times *times, int64_t from_us, int64_t to_us);
/* A single block that stands outside segments. */
void segment_open_block(struct segments *, const void *bytes, size_t size);
/* The next result; false at the end or where it is damaged. */
bool segment_next(struct segments *, struct block_result *);
void segment_release(struct segments *);
void segment_times_release(struct segment_times *);

/* Appends the block `added` of `results` results to the segments of `blob`. */
void segment_append(struct text *blob, const struct text *added, size_t results);

#endif
