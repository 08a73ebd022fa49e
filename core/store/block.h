/* store/block: many results of one check at one location as one small blob, exact to the
 * microsecond.
 *
 * Results of a check resemble each other, so a block keeps what repeats once (the shape: verdict,
 * texts, names of steps and values) and of each result only what differs: where it stands off the
 * grid of due times, its lateness, and each phase's difference to the one before, as varints. Six
 * steps take about 14 bytes. A block stands alone: nothing outside it is needed to read it. The
 * reader trusts no byte of it and allocates only its table of shapes. Written by the recorder and
 * the import, read by reports; knows nothing of SQL. */
#ifndef NINES_STORE_BLOCK_H
#define NINES_STORE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/map.h"
#include "../base/text.h"

#define BLOCK_STEPS 64
#define BLOCK_VALUES 64
#define BLOCK_FACTS 64

struct block_step {
	const char *name;
	uint8_t hop;
	bool has_failed;
	int64_t end_us; /* since the probe's start */
};

struct block_value {
	const char *name, *unit;
	double value;
};

struct block_fact {
	const char *name, *text;
};

/* One result. Texts are never NULL. */
struct block_result {
	int64_t due_us, start_us; /* wall clock, since 1970 UTC */
	int64_t interval_us;      /* in force then */
	int64_t elapsed_us;
	uint8_t verdict;          /* enum sla_state: what this probe found */
	/* 1 + enum sla_state: it ended its cycle with this verdict; 0: it did not */
	uint8_t ends;
	uint8_t cause, flags;     /* enum sla_cause of an unknown cycle, enum block_flags */
	const char *reason, *address, *item;
	size_t steps, values, facts;
	struct block_step step[BLOCK_STEPS];
	struct block_value value[BLOCK_VALUES];
	struct block_fact fact[BLOCK_FACTS];
};

enum block_flags { BLOCK_IS_STALLED = 1, BLOCK_IS_EVENT = 2 /* holds until the next one */ };

/* Zero-initialise; block_writer_release(). */
struct block_writer {
	struct text bytes;
	struct map shapes; /* hash of a shape's bytes -> number + 1 */
	size_t shape_count, results;
	uint64_t last_key; /* of the result before: most have the same shape */
	size_t last_shape;
	int64_t first_due_us, last_due_us;
	int64_t tail_us, phase[BLOCK_STEPS]; /* of the result before */
	double value[BLOCK_VALUES];
};

void block_writer_release(struct block_writer *);
/* Results in order of due time compress best; any order is kept. */
void block_add(struct block_writer *, const struct block_result *);
/* The whole blob so far, valid until the next block_add(). */
const struct text *block_blob(const struct block_writer *);

/* Zero-initialise; block_reader_release(). */
struct block_reader {
	const unsigned char *at, *end;
	struct block_result *shape; /* all but times and values; texts lie in the blob */
	size_t shapes, shape_room;
	int64_t last_due_us;
	int64_t phase[BLOCK_STEPS], tail_us;
	double value[BLOCK_VALUES];
	const struct block_result *filled; /* has the shape `filled_by` already */
	size_t filled_by;
	bool is_damaged;
};

/* Borrows the bytes, which must stay until block_reader_release(). False: not a block of a version
 * we know. */
bool block_open(struct block_reader *, const void *bytes, size_t size);
void block_reader_release(struct block_reader *);
/* The next result; its texts lie in the blob. It is written where the one before was, unchanged
 * since, or to another place. False at the end, or where the block is damaged (is_damaged). */
bool block_next(struct block_reader *, struct block_result *);

#endif
