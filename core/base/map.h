/* base/map: a hash table from a number or a text to a pointer.
 *
 * Open addressing, doubles when half full. Text keys are copied. Values are never freed here. Only
 * for tables inside one process; iteration order means nothing. */
#ifndef NINES_BASE_MAP_H
#define NINES_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_slot;

struct map {
	struct map_slot *slot;
	size_t size, room;
};

void map_release(struct map *);

void *map_find(const struct map *, uint64_t key);
void map_put(struct map *, uint64_t key, void *value); /* value must not be NULL */
void *map_take(struct map *, uint64_t key);            /* removes; NULL when it is not there */

void *map_find_text(const struct map *, const char *key);
void map_put_text(struct map *, const char *key, void *value);
void *map_take_text(struct map *, const char *key);

/* Iteration: start with *at = 0; NULL at the end. Nothing may be added or removed meanwhile. */
void *map_next(const struct map *, size_t *at);

uint64_t map_hash(const void *, size_t); /* FNV-1a, mixed: the same on every machine and day */
uint64_t map_key(const void *, size_t);  /* faster: for a key in this process, never kept */

#endif
