/* store/segment: several blocks in one blob, as rows of blocks keep them.
 *
 * Each segment is its size as a varint and a block (block.h) that stands alone, so that a long blob
 * is made by adding to its end, without packing again what is there. Short pieces are packed anew
 * together with the last segment. Used inside core/store; pure. */
#ifndef NINES_STORE_SEGMENT_H
#define NINES_STORE_SEGMENT_H

#include "block.h"

/* Zero-initialise; segment_release(). */
struct segments {
	const unsigned char *at, *end;
	struct block_reader block;
	bool is_damaged;
};

/* Borrows the bytes. */
void segment_open(struct segments *, const void *bytes, size_t size);
/* A single block that stands outside segments. */
void segment_open_block(struct segments *, const void *bytes, size_t size);
/* The next result; false at the end or where it is damaged. */
bool segment_next(struct segments *, struct block_result *);
void segment_release(struct segments *);

/* Appends the block `added` of `results` results to the segments of `blob`. */
void segment_append(struct text *blob, const struct text *added, size_t results);

#endif
