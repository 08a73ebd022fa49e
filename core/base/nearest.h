/* base/nearest: which name was meant by one that is misspelt. Pure. */
#ifndef NINES_BASE_NEAREST_H
#define NINES_BASE_NEAREST_H

#include <stddef.h>

/* The one of `count` names that is the likeliest meant, or NULL: none is like it. `names` points to
 * the first pointer to a name, the next is `stride` bytes further. */
const char *text_nearest(const char *name, const void *names, size_t count, size_t stride);

#endif
