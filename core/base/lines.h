/* base/lines: the lines of a text, parsed one after the other.
 *
 * For lines that were kept to be gone through later, as a configuration that is to come into force.
 * The text stays as it is and must stay until lines_free(). What does not parse ends the reading.
 * Pure. */
#ifndef NINES_BASE_LINES_H
#define NINES_BASE_LINES_H

#include "line.h"

struct lines {
	const char *at, *end;
	struct text copy;
	uint64_t print;	  /* of the present line as it came: map_hash() */
	struct line line; /* the present one */
};

struct lines *lines_new(const struct text *);
void lines_free(struct lines *);

/* The next line with this verb (NULL: any), good until the next call; NULL at the end. */
const struct line *lines_next(struct lines *, const char *verb);

#endif
