/* store/stage: a history packed for the store, as a file beside it: what `nines import` writes and
 * store_merge() takes in one transaction.
 *
 * Targets, each with its results in order of time and its maintenance windows. The end carries a
 * sum over all, so that half a file is refused whole. Written by the import; read by whoever holds
 * the store's lock. */
#ifndef NINES_STORE_STAGE_H
#define NINES_STORE_STAGE_H

#include "block.h"

#define STAGE_LOCATION "import" /* where imported results are from */

/* Zero-initialise, stage_target() and what belongs to it, ..., stage_end(), write `bytes` to a
 * file; stage_release(). */
struct stage {
	struct text bytes;
	struct block_writer block;
	int64_t first_us, last_us; /* of the block, by start */
};

void stage_release(struct stage *);
void stage_target(struct stage *, const char *name, bool is_events, int64_t interval_us);
/* Of the last target; each is stored as it is. */
void stage_result(struct stage *, const struct block_result *);
/* Of the last target; before the first target: of all. */
void stage_window(struct stage *, int64_t from_us, int64_t to_us, int64_t announced_us,
		  const char *text);
void stage_end(struct stage *);

/* ---- reading ---- */

enum stage_kind { STAGE_TARGET = 'T', STAGE_BLOCK = 'B', STAGE_WINDOW = 'W', STAGE_END = 'E' };

struct stage_entry {
	enum stage_kind kind;
	const char *text; /* name; text of a window */
	bool is_events;
	/* target: interval, -, -; block: first, last, results; window: from, to, announced */
	int64_t number[3];
	const void *bytes; /* of the block */
	size_t size;
};

/* Is it whole? */
bool stage_is_whole(const void *bytes, size_t size);
/* *at = 0 at first. False: the end, or damage (which stage_is_whole() would have told). */
bool stage_next(const void *bytes, size_t size, size_t *at, struct stage_entry *);

#endif
