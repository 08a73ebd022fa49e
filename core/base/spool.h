/* base/spool: memory that lies in a temporary file nobody else sees: as much as the disk has.
 *
 * What was written and is not looked at costs no memory: spool_cool() gives the pages back, and the
 * next look reads them again. Room is written before it is mapped, so that a full disk is an answer
 * and no crash. The file is opened early, before a sandbox forbids that, and has no name. Never
 * shared between processes. Used by the pages of reports and by what holds a whole document. */
#ifndef NINES_BASE_SPOOL_H
#define NINES_BASE_SPOOL_H

#include <stdbool.h>
#include <stddef.h>

/* A file without a name in $TMPDIR, /var/tmp or /tmp, in memory where none of them takes one; -1:
 * errno says why. */
int spool_file(void);

/* All of it; false: errno says why. */
bool spool_write(int fd, const void *bytes, size_t size);
/* The whole file `from`, from its start. */
bool spool_copy(int from, int to);

struct spool_piece {
	char *at;
	size_t size;
};

/* Zero-initialise but for the file's descriptor, which it takes; spool_close(). */
struct spool {
	int fd;
	struct spool_piece *piece;
	size_t pieces, bytes;
	size_t looks; /* spool_look() since the last cooling */
	bool is_full; /* there was no more for want of room in the folder, not of memory */
};

/* At least so many bytes, zeroed; NULL: the disk or the memory is full. *got: how many they are.
 * Older ones are cooled. The shape that an arena asks for. */
void *spool_more(void *spool, size_t least, size_t *got);
/* Somebody reads on: now and then everything is cooled. */
void spool_look(struct spool *);
void spool_close(struct spool *);

#endif
