/* keeper/spool: what the recorder has not yet committed.
 *
 * Lines are numbered, kept until `committed N`, and sent again to a new recorder, so that a
 * recorder that dies loses nothing. While it is gone or fails they wait here, at most `most_bytes`:
 * then the OLDEST are dropped and counted (F3). The keeper never waits for it. */
#ifndef NINES_KEEPER_SPOOL_H
#define NINES_KEEPER_SPOOL_H

#include "../base/text.h"

struct spool {
	struct text lines; /* the kept lines, oldest first, from `begin` on */
	size_t begin, sent; /* offsets in `lines`: the oldest kept, the first not yet sent */
	uint32_t *size;     /* of each kept line: a ring */
	size_t room, first, count;
	size_t unsent;       /* lines */
	int64_t next_number; /* of the next line */
	size_t open_at;      /* where the line being written starts */
	size_t most_bytes;
	uint64_t dropped;
};

void spool_init(struct spool *, size_t most_bytes);
void spool_release(struct spool *);
/* The text to write one line to, words only after line_begin; spool_end() numbers and closes it. */
struct text *spool_begin(struct spool *);
void spool_end(struct spool *);
/* Everything up to `number` is on disk. */
void spool_commit(struct spool *, int64_t number);
/* All that is kept counts as not sent. */
void spool_rewind(struct spool *);
/* The next line to send (with its newline), false when none waits. */
bool spool_next(struct spool *, const char **line, size_t *size);
void spool_sent(struct spool *);
size_t spool_bytes(const struct spool *);

#endif
