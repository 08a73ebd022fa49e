/* keeper/subscriber_page: the pages as subscribers are concerned: what each shows, by which
 * channels it takes subscribers, how services contain each other. See subscriber.h. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "../base/lines.h"
#include "../base/memory.h"
#include "alert_inside.h"
#include "outbox_inside.h"
#include "subscriber_inside.h"

#define DEPTH 16 /* of services within services */

static void page_free(struct told_page *p)
{
	free(p->name);
	free(p->title);
	free(p->url);
	free(p->zone);
	free(p->show);
	free(p->categories);
	free(p->subscribe);
	free(p->audiences);
	free(p);
}

static void forget_texts(struct map *texts)
{
	char *text;

	for (size_t at = 0; (text = map_next(texts, &at));)
		free(text);
	map_release(texts);
}

static void forget_pages(struct subscribers *s)
{
	struct told_page *p;

	for (size_t at = 0; (p = map_next(&s->pages, &at));)
		page_free(p);
	map_release(&s->pages);
	forget_texts(&s->categories);
	forget_texts(&s->sites);
	free(s->first);
	s->first = NULL;
}

static void put_text(struct map *texts, const struct line *l, const char *key)
{
	if (*line_get(l, key) && !map_find_text(texts, line_name(l)))
		map_put_text(texts, line_name(l), memory_text(line_get(l, key)));
}

/* What each check and service is listed under, and what it is about. */
static void put_targets(struct subscribers *s, const struct text *pending)
{
	struct lines *r = lines_new(pending);
	const struct line *l;

	while ((l = lines_next(r, NULL))) {
		if (strcmp(l->verb, "define") != 0 && strcmp(l->verb, "service") != 0)
			continue;
		put_text(&s->categories, l, "category");
		put_text(&s->sites, l, "site");
	}
	lines_free(r);
}

static void put_page(struct subscribers *s, const char *name, const struct line *l)
{
	struct told_page *p = memory_new(sizeof *p);
	const char *title = l ? line_get(l, "title") : "";

	p->name = memory_text(name);
	p->title = memory_text(*title ? title : "the status page");
	p->url = memory_text(l ? line_get(l, "url") : "");
	p->zone = memory_text(l ? line_get(l, "zone") : "");
	p->show = memory_text(l ? line_get(l, "show") : "");
	p->subscribe = memory_text(l ? line_get(l, "subscribe") : "");
	p->audiences = memory_text(l ? line_get(l, "audiences") : "");
	p->categories = memory_text(l ? line_get(l, "categories") : "");
	p->accepts_claims = l && !strcmp(line_get(l, "claims"), "automatic");
	p->takes_claims = p->accepts_claims;
	if (l && !p->takes_claims)
		text_to_bool(line_get(l, "claims"), &p->takes_claims);
	text_to_bool(l ? line_get(l, "subscribe-private") : "", &p->leads_home);
	map_put_text(&s->pages, name, p);
	if (!s->first)
		s->first = memory_text(name);
}

void subscribers_configure(struct keeper *k, const struct text *pending)
{
	struct lines *r = lines_new(pending);
	const struct line *l;

	forget_pages(k->subscribers);
	put_targets(k->subscribers, pending);
	while ((l = lines_next(r, "page")))
		if (!map_find_text(&k->subscribers->pages, line_name(l)))
			put_page(k->subscribers, line_name(l), l);
	if (!k->subscribers->first)
		put_page(k->subscribers, "status", NULL);
	lines_free(r);
}

struct subscribers *subscribers_new(void)
{
	struct subscribers *s = memory_new(sizeof *s);
	const int64_t hour_us = 3600 * KEEPER_SECOND;

	s->letters = (struct limit){.most = LETTERS_A_DAY, .within_us = 24 * hour_us};
	s->nets = (struct limit){.most = ASKED_AN_HOUR, .within_us = hour_us};
	s->guesses = (struct limit){.most = GUESSED_AN_HOUR, .within_us = hour_us};
	s->requests = (struct limit){.most = REQUESTS_A_DAY, .within_us = 24 * hour_us};
	s->looks = (struct limit){.most = LOOKS_AN_HOUR, .within_us = hour_us};
	return s;
}

void subscribers_free(struct keeper *k)
{
	struct subscribers *s = k->subscribers;
	struct pending_key *key;

	forget_pages(s);
	for (size_t at = 0; (key = map_next(&s->keys, &at));)
		free(key);
	map_release(&s->keys);
	map_release(&s->followed);
	limit_release(&s->letters);
	limit_release(&s->nets);
	limit_release(&s->guesses);
	limit_release(&s->requests);
	limit_release(&s->looks);
	free(s);
}

struct told_page *told_page_find(const struct keeper *k, const char *name)
{
	const char *first = k->subscribers->first ? k->subscribers->first : "";

	return map_find_text(&k->subscribers->pages, *name ? name : first);
}

/* ---- what is in what ---- */

static bool has(const struct group *g, const char *part, int depth)
{
	for (size_t i = 0; i < g->checks; i++)
		if (!strcmp(g->check[i]->name, part))
			return true;
	for (size_t i = 0; i < g->groups; i++)
		if (!strcmp(g->group[i]->name, part) ||
		    (depth && has(g->group[i], part, depth - 1)))
			return true;
	return false;
}

bool service_has(void *with, const char *whole, const char *part)
{
	const struct keeper *k = with;
	const struct group *g = map_find_text(&k->groups_by_name, whole);

	return g && has(g, part, DEPTH);
}

static bool target_is_known(const struct keeper *k, const char *name)
{
	return map_find_text(&k->checks_by_name, name) || map_find_text(&k->groups_by_name, name);
}

/* A line of `show`: the name itself, a service that it is in, a pattern. */
static bool shows_by(const struct keeper *k, const char *shown, const char *name)
{
	bool is_pattern = strpbrk(shown, "*?") != NULL;

	if (is_pattern && !fnmatch(shown, name, FNM_NOESCAPE))
		return true;
	for (size_t i = 0; is_pattern && i < k->groups; i++)
		if (!fnmatch(shown, k->group[i]->name, FNM_NOESCAPE) &&
		    service_has((void *)k, k->group[i]->name, name))
			return true;
	return !strcmp(shown, name) || service_has((void *)k, shown, name);
}

static bool is_listed(const struct keeper *k, const struct told_page *p, const char *name)
{
	char shown[256];
	size_t n;

	for (const char *at = p->show; *at; at += n + (at[n] == '\n')) {
		n = strcspn(at, "\n");
		keeper_copy(shown, n < sizeof shown ? n + 1 : sizeof shown, at);
		if (shows_by(k, shown, name))
			return true;
	}
	return false;
}

/* Its own, or that of a service it is in. */
static bool has_category(const struct keeper *k, const struct told_page *p, const char *name)
{
	const char *own = map_find_text(&k->subscribers->categories, name);

	if (own && text_lists(p->categories, own))
		return true;
	for (size_t i = 0; i < k->groups; i++) {
		own = map_find_text(&k->subscribers->categories, k->group[i]->name);
		if (own && text_lists(p->categories, own) &&
		    service_has((void *)k, k->group[i]->name, name))
			return true;
	}
	return false;
}

bool told_page_shows(const struct keeper *k, const struct told_page *p, const char *name)
{
	if (!target_is_known(k, name))
		return false;
	return (!*p->show && !*p->categories) || is_listed(k, p, name) ||
	       (*p->categories && has_category(k, p, name));
}

bool audience_is_known(const struct keeper *k, const char *name)
{
	const struct told_page *p;

	for (size_t at = 0; (p = map_next(&k->subscribers->pages, &at));)
		if (text_lists(p->audiences, name))
			return true;
	return false;
}

static const struct channel *channel_of(const struct keeper *k, const char *to)
{
	size_t n = strcspn(to, ":");
	char name[256];

	if (!to[n] || n >= sizeof name)
		return NULL;
	memcpy(name, to, n);
	name[n] = '\0';
	return map_find_text(&k->letters->channels, name);
}

const char *module_of(const struct keeper *k, const char *to)
{
	const struct channel *c = channel_of(k, to);

	return c ? c->module : NULL;
}

bool leads_anywhere(const struct keeper *k, const char *to)
{
	const struct channel *c = channel_of(k, to);

	return c && c->is_direct;
}

const char *title_of(const struct keeper *k, const char *name)
{
	const struct subject *s = map_find_text(&k->alerts->subjects, name);

	return s && s->title && *s->title ? s->title : name;
}

/* ---- how the page stands ---- */

struct tally {
	size_t all, down, worse; /* worse: degraded or not confirmed */
};

static void count(struct tally *t, const struct subject *s, enum state state)
{
	if ((s && subject_is_out(s)) || state == STATE_NOT_MONITORED)
		return;
	t->all++;
	t->down += state == STATE_DOWN;
	t->worse += state == STATE_DEGRADED || state == STATE_UNCONFIRMED;
}

/* Services where the page shows any, checks where it shows none. */
const char *page_indicator(const struct keeper *k, const struct told_page *p)
{
	struct tally t = {0};

	for (size_t i = 0; i < k->groups; i++)
		if (told_page_shows(k, p, k->group[i]->name))
			count(&t, k->group[i]->subject, k->group[i]->state);
	for (size_t i = 0; !t.all && i < k->checks; i++)
		if (told_page_shows(k, p, k->check[i]->name))
			count(&t, k->check[i]->subject, k->check[i]->state);
	return t.all && t.down == t.all ? "critical"
	       : t.down                 ? "major"
	       : t.worse                ? "minor"
					: "none";
}
