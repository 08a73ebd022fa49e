/* page/tree: see tree.h. */
#include "tree.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../web/assets.h"
#include "bars.h"
#include "detail.h"
#include "frame.h"
#include "notice.h"
#include "shown.h"
#include "when.h"
#include "words.h"

struct tree {
	const struct scene *scene;
	const char *base;
	size_t rows, all; /* shown; that there would be */
	bool has_each, has_monitors;
};

static void add_rows(struct text *t, struct tree *tree, const struct part *const *part,
		     size_t count, int depth);

static void add_name(struct text *t, const struct tree *tree, const struct part *p)
{
	struct words w = {0};

	word_text(&w, "title", p->title);
	word_text(&w, "base", tree->base);
	shown_url(word(&w, "name"), p->name);
	words_piece(t, web_status, tree->has_monitors ? "name-link" : "name", &w);
}

/* Nothing of what works, does not count or was never probed. */
static void add_since(struct text *t, const struct tree *tree, const struct part *p)
{
	struct words w = {0};

	if (p->level == LEVEL_UP || p->since_us <= 0 ||
	    strcmp(scene_word(p), level_word[p->level]) != 0)
		return;
	when_piece(word(&w, "since"), tree->scene->page, p->since_us);
	words_piece(t, web_status, "part-since", &w);
}

/* Members in the order of the configuration; those that the page does not show have no row. */
static size_t members_of(const struct tree *tree, const struct part *p, const struct part **into,
			 size_t most)
{
	const char *list = p->members;
	struct text name = {0};
	size_t n = 0;

	while (n < most && text_next_line(&list, &name)) {
		into[n] = scene_find(tree->scene, text_get(&name));
		n += into[n] && into[n] != p;
	}
	text_release(&name);
	return n;
}

static size_t lines_in(const char *list)
{
	size_t n = *list != '\0';

	for (; *list; list++)
		n += *list == '\n';
	return n;
}

static bool is_any_bad(const struct part *const *part, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (scene_counts(part[i]) && part[i]->level > LEVEL_UNKNOWN)
			return true;
	return false;
}

static void add_members(struct text *t, struct tree *tree, const struct part *p, int depth)
{
	size_t most = lines_in(p->members), count;
	const struct part **member;
	struct words w = {0};

	if (!most || depth >= SCENE_DEPTH)
		return;
	member = memory_new(most * sizeof *member);
	count = members_of(tree, p, member, most);
	if (count) {
		word_text(&w, "open", is_any_bad(member, count) ? " open" : "");
		say_count(word(&w, "parts"), "parts", (int64_t)count);
		add_rows(word(&w, "rows"), tree, member, count, depth + 1);
		words_piece(t, web_status, "members", &w);
	}
	free(member);
}

static void add_figures(struct text *t, struct tree *tree, const struct part *p)
{
	const struct scene *s = tree->scene;

	if (s->site->figures && tree->rows <= TREE_FULL)
		bars_add(t, s->page, figures_find(s->site->figures, p->name), tree->has_each);
}

static void add_row(struct text *t, struct tree *tree, const struct part *p, int depth)
{
	struct words w = {0};

	tree->all++;
	if (tree->rows >= TREE_ROWS)
		return;
	tree->rows++;
	word_text(&w, "class", scene_class(p));
	word_say(&w, "state", scene_word(p));
	add_name(word(&w, "name"), tree, p);
	if (!tree->scene->details) /* else the detail says it */
		add_since(word(&w, "since"), tree, p);
	add_figures(word(&w, "bars"), tree, p);
	if (tree->scene->details)
		detail_add(word(&w, "detail"), p, tree->scene->site->overview->at_us,
			   tree->rows <= TREE_FULL);
	add_members(word(&w, "members"), tree, p, depth);
	words_piece(t, web_status, "row", &w);
}

static void add_rows(struct text *t, struct tree *tree, const struct part *const *part,
		     size_t count, int depth)
{
	for (size_t i = 0; i < count; i++)
		add_row(t, tree, part[i], depth);
}

/* ---- categories ---- */

static const char *category_of(const struct part *p)
{
	return p->target ? p->target->category : "";
}

/* Those of a category stand under its name, in the order in which the first of each comes; what has
 * none stands before all of them. */
static void add_category(struct text *t, struct tree *tree, const char *category)
{
	struct words w = {0};
	struct text rows = {0};

	for (size_t i = 0; i < tree->scene->tops; i++)
		if (!strcmp(category_of(tree->scene->top[i]), category))
			add_row(&rows, tree, tree->scene->top[i], 0);
	if (rows.size) {
		word_text(&w, "category", category);
		word_text(&w, "rows", text_get(&rows));
		words_piece(t, web_status, *category ? "category" : "uncategorised", &w);
	}
	text_release(&rows);
}

static void add_categories(struct text *t, struct tree *tree)
{
	const struct scene *s = tree->scene;
	struct map seen = {0};

	add_category(t, tree, "");
	for (size_t i = 0; i < s->tops; i++) {
		const char *category = category_of(s->top[i]);

		if (!*category || map_find_text(&seen, category))
			continue;
		map_put_text(&seen, category, s->top[i]);
		add_category(t, tree, category);
	}
	map_release(&seen);
}

/* Whoever looks after all of it wants to see first what fails. */
static int worst_first(const void *a, const void *b)
{
	const struct part *x = *(const struct part *const *)a, *y = *(const struct part *const *)b;

	if (!x->check != !y->check)
		return x->check ? 1 : -1;
	if (x->service || x->level == y->level)
		return x < y ? -1 : x > y;
	return x->level > y->level ? -1 : 1;
}

static struct tree tree_of(const struct scene *s, const char *base)
{
	return (struct tree){.scene = s,
			     .base = base,
			     .has_each = s->parts <= TREE_EACH,
			     .has_monitors = page_is(s->page, "statistics") &&
					     frame_has("/monitor/x/")};
}

static void add_failing(struct text *t, const struct tree *tree, const struct part *p)
{
	struct words w = {0};

	add_name(word(&w, "name"), tree, p);
	word_text(&w, "class", scene_class(p));
	word_say(&w, "state", scene_word(p));
	add_since(word(&w, "since"), tree, p);
	words_piece(t, web_status, "failing-part", &w);
}

void tree_add_failing(struct text *t, const struct scene *s, const char *base)
{
	const struct tree tree = tree_of(s, base);
	struct text parts = {0};
	struct words w = {0}, more = {0};
	size_t failing = 0;

	for (enum level l = LEVEL_MAJOR; l >= LEVEL_DEGRADED; l--) {
		for (size_t i = 0; i < s->tops; i++)
			if (s->top[i]->level == l && scene_counts(s->top[i]) &&
			    failing++ < TREE_FAILING)
				add_failing(&parts, &tree, s->top[i]);
		for (size_t i = 0; i < s->parts; i++)
			if (s->part[i].is_member && s->part[i].claimed == l &&
			    failing++ < TREE_FAILING)
				add_failing(&parts, &tree, &s->part[i]);
	}
	if (failing > TREE_FAILING) {
		word_int(&more, "more", (int64_t)failing - TREE_FAILING);
		words_piece(&parts, web_status, "failing-more", &more);
	}
	word_text(&w, "parts", text_get(&parts));
	words_piece(t, web_status, failing ? "failing" : "nothing", &w);
	text_release(&parts);
}

void tree_add(struct text *t, const struct scene *s, const char *base)
{
	struct tree tree = tree_of(s, base);
	struct words w = {0};

	if (s->details)
		qsort(s->top, s->tops, sizeof *s->top, worst_first);
	add_categories(word(&w, "groups"), &tree);
	if (tree.all > tree.rows) {
		struct words more = {0};

		word_int(&more, "more", (int64_t)(tree.all - tree.rows));
		words_piece(word(&w, "more"), web_status, "more", &more);
	}
	words_piece(t, web_status, tree.rows ? "tree" : "tree-empty", &w);
}

void tree_add_counts(struct text *t, const struct scene *s)
{
	static const char *const state[] = {"down",    "unconfirmed",   "degraded",
					    "unknown", "not-monitored", "up"};
	struct words w = {0};

	for (size_t i = 0; i < sizeof state / sizeof *state; i++) {
		int64_t n = 0;

		for (size_t k = 0; k < s->parts; k++)
			n += s->part[k].check && scene_counts(&s->part[k]) &&
			     !strcmp(s->part[k].check->state, state[i]);
		if (!n)
			continue;
		word_int(&w, "count", n);
		word_text(&w, "class", state[i]);
		word_text(&w, "state", state[i]);
		words_piece(t, web_status, "count", &w);
	}
}
