/* tests/unit/base_map: the hash table against a plain array, number and text keys, with many
 * removals. */
#include "../../core/base/map.h"

#include <stdlib.h>

#include "../lib/tap.h"

#define KEYS 512

static int marker[KEYS]; /* something to point to */

static size_t count(const struct map *m)
{
	size_t at = 0, n = 0;

	while (map_next(m, &at))
		n++;
	return n;
}

static void check_numbers(void)
{
	struct map m = {0};
	int *wanted[KEYS] = {NULL};
	int bad = 0;
	size_t there = 0;

	ok(!map_find(&m, 1) && !map_take(&m, 1), "an empty map finds nothing");
	srandom(4);
	for (int round = 0; round < 100000; round++) {
		size_t k = (size_t)random() % KEYS;
		uint64_t key = k << (k % 3 ? 0 : 40);
		int *value = &marker[random() % KEYS];

		bad += map_find(&m, key) != wanted[k];
		if (random() % 2) {
			there += !wanted[k];
			map_put(&m, key, value);
			wanted[k] = value;
		} else {
			bad += map_take(&m, key) != wanted[k];
			there -= wanted[k] != NULL;
			wanted[k] = NULL;
		}
		bad += m.size != there;
	}
	ok(!bad, "100000 random puts, finds and takes agree with an array, %d did not", bad);
	ok(count(&m) == m.size, "iteration sees each once");
	map_release(&m);
	ok(!m.size && !map_find(&m, 1), "released: empty");
}

static void check_texts(void)
{
	struct map m = {0};
	char key[32];
	int bad = 0;

	for (int i = 0; i < KEYS; i++) {
		snprintf(key, sizeof key, "check %d", i);
		map_put_text(&m, key, &marker[i]);
	}
	for (int i = 0; i < KEYS; i += 2) {
		snprintf(key, sizeof key, "check %d", i);
		bad += map_take_text(&m, key) != &marker[i];
	}
	for (int i = 0; i < KEYS; i++) {
		snprintf(key, sizeof key, "check %d", i);
		bad += map_find_text(&m, key) != (i % 2 ? &marker[i] : NULL);
	}
	ok(!bad, "text keys are copied, found and taken");
	map_put_text(&m, "", &marker[0]);
	ok(map_find_text(&m, "") == &marker[0], "an empty text is a key");
	map_release(&m);
}

int main(void)
{
	check_numbers();
	check_texts();
	ok(map_hash("abc", 3) == map_hash("abc", 3) && map_hash("abc", 3) != map_hash("abd", 3),
	   "the hash is stable");
	return done_testing();
}
