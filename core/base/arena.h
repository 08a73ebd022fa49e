/* base/arena: memory that is given back all at once.
 *
 * A probe's memory lives in one arena; the end of the probe frees it whole. An arena has a cap:
 * past it arena_alloc() answers NULL, and the probe becomes unknown instead of the process growing
 * without end. The first block may be lent by the caller (init with room), so that a small probe
 * allocates nothing. Never shared between probes. */
#ifndef NINES_BASE_ARENA_H
#define NINES_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_block;

struct arena {
	char *at, *end;             /* the free part of the current block */
	struct arena_block *blocks; /* heap blocks, newest first */
	size_t used_bytes, cap_bytes;
	char *lent;
	size_t lent_bytes;
	/* where blocks come from once so many bytes are used, NULL: the heap; they are not freed */
	void *(*more)(void *with, size_t least, size_t *got);
	void *more_with;
	size_t more_from_bytes;
};

/* `lent` (may be NULL) is the caller's memory of `lent_bytes`, used first and never freed. */
void arena_init(struct arena *, void *lent, size_t lent_bytes, size_t cap_bytes);
void arena_release(struct arena *);

/* `size` zeroed bytes aligned to 16, or NULL past the cap or without memory. Never waits. */
void *arena_alloc(struct arena *, size_t size);

/* A copy of `size` bytes with a NUL behind, or NULL. */
char *arena_copy(struct arena *, const void *from, size_t size);

/* printf into the arena, or NULL. */
char *arena_vtext(struct arena *, const char *format, va_list)
	__attribute__((format(printf, 2, 0)));
char *arena_text(struct arena *, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
