/* base/arena: see arena.h. */
#include "arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 4000

struct arena_block {
	struct arena_block *next;
	size_t pad; /* keeps what follows aligned to 16 */
};

static size_t rounded(size_t size)
{
	return (size + 15) & ~(size_t)15;
}

void arena_init(struct arena *a, void *lent, size_t lent_bytes, size_t cap_bytes)
{
	char *at = (char *)(((uintptr_t)lent + 15) & ~(uintptr_t)15);

	*a = (struct arena){.at = at, .end = lent ? (char *)lent + lent_bytes : NULL,
			    .cap_bytes = cap_bytes, .lent = lent, .lent_bytes = lent_bytes};
	if (at > a->end)
		a->at = a->end;
}

void arena_release(struct arena *a)
{
	struct arena_block *next;

	for (struct arena_block *b = a->blocks; b; b = next) {
		next = b->next;
		free(b);
	}
	arena_init(a, a->lent, a->lent_bytes, a->cap_bytes);
}

static int add_foreign(struct arena *a, size_t size)
{
	size_t room = 0;
	char *at = a->more(a->more_with, size, &room);

	if (!at)
		return 0;
	a->used_bytes += room;
	a->at = at;
	a->end = at + room;
	return 1;
}

static int add_block(struct arena *a, size_t size)
{
	size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
	struct arena_block *b;

	if (a->used_bytes + room > a->cap_bytes)
		return 0;
	if (a->more && a->used_bytes >= a->more_from_bytes)
		return add_foreign(a, size);
	b = malloc(sizeof *b + room);
	if (!b)
		return 0;
	b->next = a->blocks;
	a->blocks = b;
	a->used_bytes += room;
	a->at = (char *)(b + 1);
	a->end = a->at + room;
	return 1;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t need = rounded(size ? size : 1);
	void *got;

	if (need < size)
		return NULL;
	if (need > (size_t)(a->end - a->at) && !add_block(a, need))
		return NULL;
	got = a->at;
	a->at += need;
	return memset(got, 0, need);
}

char *arena_copy(struct arena *a, const void *from, size_t size)
{
	char *got = arena_alloc(a, size + 1);

	if (got && size)
		memcpy(got, from, size);
	return got;
}

char *arena_vtext(struct arena *a, const char *format, va_list ap)
{
	size_t room = (size_t)(a->end - a->at);
	va_list again;
	char *got;
	int n;

	va_copy(again, ap);
	n = vsnprintf(a->at, room, format, again); /* mostly it fits: formatted once */
	va_end(again);
	if (n >= 0 && rounded((size_t)n + 1) <= room) {
		got = a->at;
		a->at += rounded((size_t)n + 1);
		return got;
	}
	got = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
	if (got)
		vsnprintf(got, (size_t)n + 1, format, ap);
	return got;
}

char *arena_text(struct arena *a, const char *format, ...)
{
	va_list ap;
	char *got;

	va_start(ap, format);
	got = arena_vtext(a, format, ap);
	va_end(ap);
	return got;
}
