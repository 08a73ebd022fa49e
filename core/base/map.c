/* base/map: see map.h. */
#include "map.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

struct map_slot {
	uint64_t key; /* the number, or the hash of the text */
	char *text;
	void *value; /* NULL: free */
};

uint64_t map_hash(const void *from, size_t size)
{
	const unsigned char *at = from;
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < size; i++)
		h = (h ^ at[i]) * UINT64_C(1099511628211);
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	return h ^ h >> 32;
}

uint64_t map_key(const void *from, size_t size)
{
	const char *at = from;
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ size, word;

	for (; size >= sizeof word; at += sizeof word, size -= sizeof word) {
		memcpy(&word, at, sizeof word);
		h = (h ^ word) * UINT64_C(0x9fb21c651e98df25);
		h ^= h >> 32;
	}
	for (word = 0; size; size--)
		word = word << 8 | (unsigned char)at[size - 1];
	h = (h ^ word) * UINT64_C(0xd6e8feb86659fd93);
	return h ^ h >> 32;
}

/* Numbers that count up lie side by side, eight of them: they are asked for one after the other. */
static size_t home(const struct map *m, uint64_t key)
{
	uint64_t eight = (key >> 3) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(eight >> 20 << 3 | (key & 7)) & (m->room - 1);
}

void map_release(struct map *m)
{
	for (size_t i = 0; i < m->room; i++)
		free(m->slot[i].text);
	free(m->slot);
	*m = (struct map){0};
}

static bool is_same(const struct map_slot *s, uint64_t key, const char *text)
{
	return s->key == key && (text ? s->text && !strcmp(s->text, text) : !s->text);
}

/* The slot of the key, or the free slot where it belongs. The table has a free slot. */
static struct map_slot *seek(const struct map *m, uint64_t key, const char *text)
{
	size_t i = home(m, key);

	while (m->slot[i].value && !is_same(&m->slot[i], key, text))
		i = (i + 1) & (m->room - 1);
	return &m->slot[i];
}

static void grow(struct map *m)
{
	struct map old = *m;

	m->room = old.room ? old.room * 2 : 16;
	m->slot = memory_new(m->room * sizeof *m->slot);
	for (size_t i = 0; i < old.room; i++)
		if (old.slot[i].value)
			*seek(m, old.slot[i].key, old.slot[i].text) = old.slot[i];
	free(old.slot);
}

static void put(struct map *m, uint64_t key, const char *text, void *value)
{
	struct map_slot *s;

	if (2 * (m->size + 1) > m->room)
		grow(m);
	s = seek(m, key, text);
	if (!s->value) {
		s->key = key;
		s->text = text ? memory_text(text) : NULL;
		m->size++;
	}
	s->value = value;
}

/* Moves up whatever a probe sequence would no longer reach past the hole at `i`. */
static void close_hole(struct map *m, size_t i)
{
	size_t mask = m->room - 1;

	for (size_t j = (i + 1) & mask; m->slot[j].value; j = (j + 1) & mask) {
		if (((j - home(m, m->slot[j].key)) & mask) < ((j - i) & mask))
			continue;
		m->slot[i] = m->slot[j];
		m->slot[j] = (struct map_slot){0};
		i = j;
	}
}

static void *take(struct map *m, uint64_t key, const char *text)
{
	struct map_slot *s = m->room ? seek(m, key, text) : NULL;
	void *value = s ? s->value : NULL;

	if (!value)
		return NULL;
	free(s->text);
	*s = (struct map_slot){0};
	m->size--;
	close_hole(m, (size_t)(s - m->slot));
	return value;
}

void *map_find(const struct map *m, uint64_t key)
{
	return m->room ? seek(m, key, NULL)->value : NULL;
}

void map_put(struct map *m, uint64_t key, void *value)
{
	put(m, key, NULL, value);
}

void *map_take(struct map *m, uint64_t key)
{
	return take(m, key, NULL);
}

void *map_find_text(const struct map *m, const char *key)
{
	return m->room ? seek(m, map_key(key, strlen(key)), key)->value : NULL;
}

void map_put_text(struct map *m, const char *key, void *value)
{
	put(m, map_key(key, strlen(key)), key, value);
}

void *map_take_text(struct map *m, const char *key)
{
	return take(m, map_key(key, strlen(key)), key);
}

void *map_next(const struct map *m, size_t *at)
{
	while (*at < m->room)
		if (m->slot[(*at)++].value)
			return m->slot[*at - 1].value;
	return NULL;
}
