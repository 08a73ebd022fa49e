/* tests/unit/base_arena: memory of a probe: zeroed, aligned, capped, and given back whole. */
#include "../../core/base/arena.h"

#include <stdint.h>
#include <stdlib.h>

#include "../lib/tap.h"

static void check_lent(void)
{
	char room[256];
	struct arena a;
	char *first, *second;

	memset(room, 'x', sizeof room);
	arena_init(&a, room + 1, sizeof room - 1, 10000);
	first = arena_alloc(&a, 10);
	second = arena_alloc(&a, 10);
	ok(first >= room && second < room + sizeof room, "small pieces come from lent memory");
	ok((uintptr_t)first % 16 == 0 && (uintptr_t)second % 16 == 0, "aligned to 16");
	ok(second - first == 16 && !memchr(first, 'x', 10), "zeroed and apart");
	ok(!a.used_bytes, "nothing of the heap was used");
	ok(arena_alloc(&a, 5000) && a.used_bytes == 5008, "a large piece comes from the heap");
	arena_release(&a);
	ok(arena_alloc(&a, 10) == first, "released: starts over");
	arena_release(&a);
}

static void check_cap(void)
{
	struct arena a;
	size_t got = 0;

	arena_init(&a, NULL, 0, 100000);
	while (arena_alloc(&a, 1000))
		got += 1000;
	ok(got > 60000 && got <= 100000, "NULL past the cap");
	ok(!arena_alloc(&a, SIZE_MAX) && !arena_alloc(&a, SIZE_MAX - 8), "NULL for an absurd size");
	ok(!arena_text(&a, "%0100000d", 1), "text past the cap");
	arena_release(&a);
	arena_init(&a, NULL, 0, 0);
	ok(!arena_alloc(&a, 1), "a cap of nothing gives nothing");
	arena_release(&a);
}

static void check_texts(void)
{
	struct arena a;

	arena_init(&a, NULL, 0, 10000);
	same(arena_text(&a, "%s-%d", "a", 7), "a-7", "formatted");
	same(arena_copy(&a, "abc", 2), "ab", "copied with a NUL behind");
	same(arena_copy(&a, NULL, 0), "", "nothing copied is an empty text");
	arena_release(&a);
}

static void check_random(void)
{
	struct arena a;
	char *piece[200];
	size_t size[200];
	int bad = 0;

	srandom(3);
	arena_init(&a, NULL, 0, 10 << 20);
	for (int i = 0; i < 200; i++) {
		size[i] = (size_t)random() % 3000;
		piece[i] = arena_alloc(&a, size[i]);
		memset(piece[i], i, size[i]);
	}
	for (int i = 0; i < 200; i++)
		for (size_t k = 0; k < size[i]; k++)
			bad += piece[i][k] != (char)i;
	ok(!bad, "200 pieces of random size do not overlap");
	arena_release(&a);
}

int main(void)
{
	check_lent();
	check_cap();
	check_texts();
	check_random();
	return done_testing();
}
