/* base/memory: allocation that never fails half-way.
 *
 * A process of nines that has no memory left cannot do its work and must not guess: it says so in
 * one line and ends with MEMORY_EXIT; the parent starts it again with back-off. Memory whose size a
 * foreign server or module decides does not come from here but from an arena (arena.h), which
 * answers NULL, so that only the probe concerned becomes unknown. Every process uses this file. */
#ifndef NINES_BASE_MEMORY_H
#define NINES_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#define MEMORY_EXIT 75 /* EX_TEMPFAIL of sysexits.h */

/* Says so and ends the process: for who finds that a library was left half made. */
void memory_end(void) __attribute__((noreturn));

/* Zeroed memory of `size` bytes; free with free(). */
void *memory_new(size_t size) __attribute__((malloc, returns_nonnull));

/* As realloc(); bytes past the old size are not set. */
void *memory_resize(void *old, size_t size) __attribute__((returns_nonnull));

/* A heap copy of `text` (NULL reads as ""). */
char *memory_text(const char *text) __attribute__((malloc, returns_nonnull));

/* A heap copy of `size` bytes, with a NUL behind them. */
char *memory_copy(const void *from, size_t size) __attribute__((malloc, returns_nonnull));

/* For foreign libraries that take their allocation from the caller: as malloc(), calloc(),
 * realloc() and strdup(), NULL included, but each NULL is counted. What such a library says of a
 * target after that is not to be believed (F11). */
void *memory_try(size_t size);
void *memory_try_new(size_t count, size_t size);
void *memory_try_resize(void *old, size_t size);
char *memory_try_text(const char *text);
uint64_t memory_lacks(void); /* how many were NULL since the process began */

#endif
