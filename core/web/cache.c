/* web/cache: see cache.h. */
#include "cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

static void take_out(struct cache *c, struct rendering *g)
{
	*(g->newer ? &g->newer->older : &c->newest) = g->older;
	*(g->older ? &g->older->newer : &c->oldest) = g->newer;
	g->newer = g->older = NULL;
}

static void put_first(struct cache *c, struct rendering *g)
{
	g->older = c->newest;
	*(c->newest ? &c->newest->newer : &c->oldest) = g;
	c->newest = g;
}

static void forget(struct cache *c, struct rendering *g)
{
	take_out(c, g);
	map_take_text(&c->by_key, g->key);
	c->count--;
	c->size -= g->size;
	if (g->plain)
		MHD_destroy_response(g->plain);
	if (g->packed)
		MHD_destroy_response(g->packed);
	answer_release(&g->answer);
	free(g->key);
	free(g);
}

void cache_release(struct cache *c)
{
	while (c->oldest)
		forget(c, c->oldest);
	map_release(&c->by_key);
}

struct rendering *cache_find(struct cache *c, const char *key)
{
	struct rendering *g = map_find_text(&c->by_key, key);

	if (g && g != c->newest) {
		take_out(c, g);
		put_first(c, g);
	}
	return g;
}

struct rendering *cache_put(struct cache *c, const char *key, struct answer *a)
{
	struct rendering *old = map_find_text(&c->by_key, key), *g;
	unsigned long long hash = map_hash(text_get(&a->body), a->body.size);

	if (old)
		forget(c, old);
	g = memory_new(sizeof *g);
	g->key = memory_text(key);
	g->answer = *a;
	*a = (struct answer){0};
	snprintf(g->etag, sizeof g->etag, "\"%016llx\"", hash);
	snprintf(g->packed_etag, sizeof g->packed_etag, "\"%016llx-gz\"", hash);
	map_put_text(&c->by_key, g->key, g);
	put_first(c, g);
	c->count++;
	cache_trim(c, g, sizeof *g + strlen(key) + 2 * g->answer.body.size);
	return g;
}

void cache_trim(struct cache *c, struct rendering *g, size_t more)
{
	g->size += more;
	c->size += more;
	while ((c->count > CACHE_MOST || c->size > CACHE_BYTES) && c->oldest != g)
		forget(c, c->oldest);
}
