/* web/kept: see kept.h. */
#include "kept.h"

#include "../base/clock.h"

static void add_key(struct text *key, const struct visit *v, unsigned reads)
{
	const struct request *r = &v->request;

	text_clear(key);
	text_printf(key, "%u %d %s\n%s%s", reads, v->is_tls, r->page ? r->page->name : "", r->base,
		    r->path);
	if (reads & VISIT_READS_QUERY)
		text_printf(key, "\n%s", v->query_text);
	if (reads & VISIT_READS_BASE)
		text_printf(key, "\n%s://%s", r->scheme, r->host);
}

static bool is_current(const struct rendering *g, const struct route *to, const struct site *site,
		       bool is_stale)
{
	if (to->shows == SHOWS_NOTHING)
		return true;
	/* What is stale says how old it is. */
	return g->changes == site->changes && g->is_stale == is_stale &&
	       (!is_stale || clock_mono_us() - g->at_us < CLOCK_SECOND);
}

bool kept_shows_state(const struct route *to)
{
	return to->shows == SHOWS_STATE || to->shows == SHOWS_STATE_EACH;
}

/* The same for all who ask for it. */
static bool is_shared(const struct route *to)
{
	return to->shows == SHOWS_NOTHING || to->shows == SHOWS_STATE;
}

/* What an answer depends on is known when it was made; any of the kinds may be there. */
struct rendering *kept_find(struct visit *v, struct cache *cache, const struct site *site,
			    bool is_stale)
{
	struct rendering *found = NULL, *g;
	struct text key = {0};

	for (unsigned reads = 0; is_shared(v->request.route) && reads < 4 && !found; reads++) {
		add_key(&key, v, reads);
		g = cache_find(cache, text_get(&key));
		if (g && is_current(g, v->request.route, site, is_stale))
			found = g;
	}
	text_release(&key);
	return found;
}

/* Whoever asks for what is not there makes nobody else's answer go. */
static bool is_kept(const struct visit *v)
{
	const struct answer *a = &v->answer;

	return is_shared(v->request.route) && !a->location.size && !a->cookie.size &&
	       a->status != MHD_HTTP_NOT_FOUND && a->status != MHD_HTTP_BAD_REQUEST;
}

struct rendering *kept_add(struct visit *v, struct cache *cache, const struct site *site,
			   bool is_stale)
{
	struct text key = {0};
	struct rendering *g;

	if (!is_kept(v))
		return NULL;
	add_key(&key, v, v->reads);
	g = cache_put(cache, text_get(&key), &v->answer);
	g->reads = v->reads;
	g->changes = site->changes;
	g->is_stale = is_stale;
	g->at_us = clock_mono_us();
	text_release(&key);
	return g;
}
