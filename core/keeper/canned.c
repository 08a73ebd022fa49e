/* keeper/canned: the sections `canned` as configured, and what of them fails now. The rules are
 * core/board/canned.h. A post that goes on by itself has a section for as long as it is open: where
 * its own is gone, one made of the post, which begins nothing. See post.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/lines.h"
#include "../base/memory.h"
#include "alert_inside.h"
#include "post_inside.h"
#include "window.h"

#define WORDS 7

static const char *const word[WORDS] = {"services", "title", "text", "resolve",
					"impact",   "pages", "state"};
enum { SERVICES, TITLE, TEXT, RESOLVE, IMPACT, PAGES, ON };

struct section {
	struct section *next;
	char *name, *word[WORDS];
	struct canned is;
	struct canned_target *target;
	size_t targets;
	char **target_name;
	bool is_idle; /* all works, and nothing goes on by itself */
	uint64_t changes; /* of posts, by then */
};

struct posts {
	struct section *sections, *at; /* at: to be asked next */
	struct section *orphans; /* of open posts whose section is gone */
	uint64_t changes; /* of posts, when those were looked for */
};

struct posts *posts_new(void)
{
	return memory_new(sizeof(struct posts));
}

static void free_sections(struct section **all)
{
	struct section *s;

	while ((s = *all)) {
		*all = s->next;
		for (size_t i = 0; i < WORDS; i++)
			free(s->word[i]);
		for (size_t i = 0; i < s->targets; i++)
			free(s->target_name[i]);
		free(s->target_name);
		free(s->target);
		free(s->name);
		free(s);
	}
}

void posts_free(struct keeper *k)
{
	free_sections(&k->posts->sections);
	free_sections(&k->posts->orphans);
	free(k->posts);
}

/* ---- configuration ---- */

static void set_targets(struct section *s)
{
	const char *list = s->word[SERVICES];
	size_t most = *list != '\0', size;

	for (const char *at = list; *at; at++)
		most += *at == '\n';
	s->target = memory_new((most + 1) * sizeof *s->target);
	s->target_name = memory_new((most + 1) * sizeof *s->target_name);
	for (const char *at = list; *at; at += size + (at[size] == '\n')) {
		char *name;

		size = strcspn(at, "\n");
		name = memory_new(size + 1);
		memcpy(name, at, size);
		s->target_name[s->targets] = name;
		s->target[s->targets++].name = name;
	}
}

static enum canned_post post_of(const char *name)
{
	return !strcmp(name, "auto")    ? CANNED_AUTO
	       : !strcmp(name, "draft") ? CANNED_DRAFT
					: CANNED_OFF;
}

static struct section *section_new(const char *name, const char *const value[WORDS],
				   enum canned_post post, int64_t after_us)
{
	struct section *s = memory_new(sizeof *s);

	s->name = memory_text(name);
	for (size_t i = 0; i < WORDS; i++)
		s->word[i] = memory_text(value[i]);
	set_targets(s);
	s->is = (struct canned){.name = s->name,
				.title = s->word[TITLE],
				.text = s->word[TEXT],
				.resolve_text = s->word[RESOLVE],
				.impact = s->word[IMPACT],
				.pages = s->word[PAGES],
				.post = post,
				.after_us = after_us};
	return s;
}

static struct section *section_of(const struct line *l)
{
	const char *value[WORDS];

	for (size_t i = 0; i < WORDS; i++)
		value[i] = line_get(l, word[i]);
	return section_new(line_name(l), value, post_of(line_get(l, "post")),
			   line_int(l, "after_us", 0));
}

void posts_configure(struct keeper *k, const struct text *pending)
{
	struct lines *r = lines_new(pending);
	struct section **last = &k->posts->sections;
	const struct line *l;

	free_sections(last);
	while ((l = lines_next(r, "canned"))) {
		*last = section_of(l);
		last = &(*last)->next;
	}
	k->posts->at = NULL;
	k->posts->changes = UINT64_MAX;
	lines_free(r);
}

/* ---- what fails ---- */

struct seen {
	enum state state;
	int64_t since_us; /* monotonic */
	const struct incident *incident;
	const struct subject *subject;
};

static bool look(const struct keeper *k, const char *name, struct seen *is)
{
	const struct check *c = map_find_text(&k->checks_by_name, name);
	const struct group *g = c ? NULL : map_find_text(&k->groups_by_name, name);

	if (c)
		*is = (struct seen){c->state, c->since_us, &c->incident, c->subject};
	else if (g)
		*is = (struct seen){g->state, g->since_us, &g->incident, g->subject};
	return c || g;
}

/* ---- posts whose section is gone ---- */

static bool has_section(const struct posts *all, const char *name)
{
	for (const struct section *s = all->sections; s; s = s->next)
		if (s->is.post != CANNED_OFF && !strcmp(s->name, name))
			return true;
	for (const struct section *s = all->orphans; s; s = s->next)
		if (!strcmp(s->name, name))
			return true;
	return false;
}

/* Those of the list that are still configured. */
static void add_known(struct text *known, const struct keeper *k, const char *list)
{
	struct text name = {0};
	struct seen is;

	while (text_next_line(&list, &name))
		if (look(k, text_get(&name), &is))
			text_printf(known, "%s%s", known->size ? "\n" : "", text_get(&name));
}

/* It ends when all of it is up: not while it is degraded, as nobody knows whether that mattered. */
static struct section *orphan_of(const struct keeper *k, const struct post *p)
{
	struct text known = {0};
	const char *value[WORDS] = {[TITLE] = "",
				    [TEXT] = "",
				    [RESOLVE] = CANNED_RESOLVE,
				    [IMPACT] = p->impact,
				    [PAGES] = p->pages,
				    [ON] = "degraded"};
	struct section *s;

	add_known(&known, k, p->targets);
	value[SERVICES] = text_get(&known);
	if (!known.size)
		value[RESOLVE] = "This is no longer monitored: nothing more is told of it here.";
	s = section_new(p->canned, value, CANNED_DRAFT, 0);
	text_release(&known);
	return s;
}

static void find_orphans(struct keeper *k)
{
	struct posts *all = k->posts;
	struct section *s;
	struct post p;

	if (all->changes == board_changes(k->board, "post"))
		return;
	all->changes = board_changes(k->board, "post");
	free_sections(&all->orphans);
	for (size_t i = board_count(k->board, "post"); i-- > 0;) {
		const struct card *c = board_at(k->board, "post", i);

		if (!*card_get(c, "canned") || !post_read(c, &p) || !p.is_automatic ||
		    post_is_over(&p) || has_section(all, p.canned))
			continue;
		s = orphan_of(k, &p);
		s->next = all->orphans;
		all->orphans = s;
	}
}

/* In maintenance, or out of service, it is neither: a post that is open waits. */
static bool is_hidden(const struct keeper *k, const char *name, const struct seen *is)
{
	return (is->subject && subject_is_out(is->subject)) || window_until_us(k, name);
}

static void judge(const struct keeper *k, const struct section *s, struct canned_target *t,
		  const struct seen *is)
{
	bool is_down = is->state == STATE_DOWN,
	     is_worse =
		     is_down || (is->state == STATE_DEGRADED && !strcmp(s->word[ON], "degraded")),
	     is_known = is->state == STATE_UP || is->state == STATE_DEGRADED || is_down;

	t->title = is->subject && is->subject->title && *is->subject->title ? is->subject->title
									    : t->name;
	t->claim = is_down ? "major_outage" : "degraded_performance";
	t->is = !is_known || is_hidden(k, t->name, is) ? CANNED_UNKNOWN
		: is_worse                             ? CANNED_FAILS
						       : CANNED_WORKS;
	t->since_us = is_down && is->incident->phase != INCIDENT_NONE
			      ? is->incident->start_wall_us
			      : keeper_wall_of(k, is->since_us);
}

/* True when all of it works. */
static bool look_at(const struct keeper *k, struct section *s)
{
	struct seen is;
	bool is_well = true;

	for (size_t i = 0; i < s->targets; i++) {
		struct canned_target *t = &s->target[i];

		t->title = t->name;
		t->is = CANNED_UNKNOWN;
		if (look(k, t->name, &is))
			judge(k, s, t, &is);
		is_well = is_well && t->is == CANNED_WORKS;
	}
	return is_well;
}

static bool is_due(struct keeper *k, struct section *s, struct post_change *c)
{
	uint64_t changes = board_changes(k->board, "post");
	bool is_well;

	if (s->is.post == CANNED_OFF)
		return false;
	is_well = look_at(k, s);
	if (is_well && s->is_idle && s->changes == changes)
		return false;
	if (canned_is_due(c, &s->is, s->target, s->targets, k->board, k->wall_us))
		return true;
	s->is_idle = is_well;
	s->changes = changes;
	return false;
}

/* Each section goes on until it has nothing more to say: then the next one's turn comes. */
bool canned_next(struct keeper *k, struct post_change *c)
{
	struct posts *all = k->posts;
	struct section *s;

	find_orphans(k);
	for (s = all->at ? all->at : all->sections; s; s = s->next)
		if (is_due(k, s, c)) {
			all->at = s;
			return true;
		}
	all->at = NULL;
	for (s = all->orphans; s; s = s->next)
		if (is_due(k, s, c))
			return true;
	return false;
}
