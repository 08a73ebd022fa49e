/* store/seen: what a reader knows of the blobs that it has read in this snapshot.
 *
 * Reports ask for the same days of a check again and again: today, seven days, thirty. A blob whose
 * sum was right is kept for a while, and of each of its segments when its first and last result
 * began, so that those outside the time asked for are not unpacked again. It changes no answer,
 * only how soon it is there. For source.h, of readers; a writer has none, as its rows change. */
#ifndef NINES_STORE_SEEN_H
#define NINES_STORE_SEEN_H

#include "segment.h"

#define SEEN_BLOBS 32 /* 60 KB each */

struct seen_blob {
	int64_t series, id;
	struct text bytes;
	struct segment_times times;
	size_t sources; /* that read it now: it stays */
};

/* Zero-initialise; seen_release(). */
struct seen {
	struct seen_blob blob[SEEN_BLOBS];
	size_t next;
};

/* Both for a source, which gives it back by `sources--`. NULL: it is not known. */
struct seen_blob *seen_find(struct seen *, int64_t series, int64_t id);
/* Exchanges the bytes for those of what is forgotten. NULL: all are in use, nothing was done. */
struct seen_blob *seen_add(struct seen *, int64_t series, int64_t id, struct text *bytes);
/* The snapshot is over: rows may be others from now on. No source is open. */
void seen_clear(struct seen *);
void seen_release(struct seen *);

#endif
