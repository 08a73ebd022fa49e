/* board/limit: see limit.h. */
#include "limit.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "../base/memory.h"

struct times {
	char *key;
	int64_t at_us[LIMIT_TIMES]; /* the oldest first */
	int count;
};

static void times_free(struct limit *l, struct times *t)
{
	map_take_text(&l->keys, t->key);
	free(t->key);
	free(t);
}

void limit_release(struct limit *l)
{
	struct times *t;

	for (size_t at = 0; (t = map_next(&l->keys, &at));) {
		free(t->key);
		free(t);
	}
	map_release(&l->keys);
}

static void drop_passed(const struct limit *l, struct times *t, int64_t now_us)
{
	int passed = 0;

	while (passed < t->count && now_us - t->at_us[passed] >= l->within_us)
		passed++;
	t->count -= passed;
	memmove(t->at_us, t->at_us + passed, (size_t)t->count * sizeof *t->at_us);
}

void limit_sweep(struct limit *l, int64_t now_us)
{
	struct times **gone = memory_new((l->keys.size + 1) * sizeof(struct times *)), *t;
	size_t count = 0;

	for (size_t at = 0; (t = map_next(&l->keys, &at));) {
		drop_passed(l, t, now_us);
		if (!t->count)
			gone[count++] = t;
	}
	while (count)
		times_free(l, gone[--count]);
	free(gone);
}

bool limit_allows(struct limit *l, const char *key, int64_t now_us)
{
	struct times *t = map_find_text(&l->keys, key);

	if (!t && l->keys.size >= LIMIT_KEYS)
		limit_sweep(l, now_us);
	if (!t)
		return l->keys.size < LIMIT_KEYS;
	drop_passed(l, t, now_us);
	return t->count < l->most;
}

void limit_count(struct limit *l, const char *key, int64_t at_us)
{
	struct times *t = map_find_text(&l->keys, key);
	int i;

	if (!t) {
		t = memory_new(sizeof *t);
		t->key = memory_text(key);
		map_put_text(&l->keys, key, t);
	}
	drop_passed(l, t, at_us);
	if (t->count == LIMIT_TIMES)
		return;
	for (i = t->count++; i && t->at_us[i - 1] > at_us; i--)
		t->at_us[i] = t->at_us[i - 1];
	t->at_us[i] = at_us;
}

static void add_ipv4(struct text *t, const unsigned char *b)
{
	text_printf(t, "%u.%u.%u.0/24", b[0], b[1], b[2]);
}

void limit_net(struct text *t, const char *address)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	unsigned char v4[4], v6[16];

	if (inet_pton(AF_INET, address, v4) == 1)
		add_ipv4(t, v4);
	else if (inet_pton(AF_INET6, address, v6) != 1)
		text_puts(t, "elsewhere");
	else if (!memcmp(v6, mapped, sizeof mapped))
		add_ipv4(t, v6 + 12);
	else
		text_printf(t, "%02x%02x:%02x%02x:%02x%02x::/48", v6[0], v6[1], v6[2], v6[3], v6[4],
			    v6[5]);
}
