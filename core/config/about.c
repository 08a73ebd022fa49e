/* config/about: what a check or a service says of itself beside what is measured: title, owner,
 * parents and the rest of module/about.h.
 *
 * Invariant: nothing depends on itself. What a service is made of counts like its parents: a check
 * whose parent is its own service would silence the alerts of both. */
#include <string.h>

#include "../alert/flap.h"
#include "read.h"

#define DEPTH       10000 /* of parents of parents; a longer chain is not followed */
#define TITLE_BYTES 200

struct about {
	const struct named *named;
	const char *const *parents;
	const char *file;
	int line;
	bool is_open, is_done; /* of the search for circles */
	struct about *next;
};

static const char *const *keep_list(struct config *c, const char *const *list)
{
	size_t n = 0;
	const char **kept;

	while (list[n])
		n++;
	kept = parse_alloc(&c->parse, (n + 1) * sizeof *kept);
	for (size_t i = 0; i < n; i++)
		kept[i] = parse_keep(&c->parse, list[i]);
	return kept;
}

/* Where the section says it; in a target list the row. */
static const struct entry *find_entry(const struct section *s, const char *file, const char *option)
{
	for (const struct entry *e = s->first; e && !strcmp(s->file, file); e = e->next)
		if (!strcmp(e->name, option))
			return e;
	return NULL;
}

static void judge_length(struct config *c, const char *option, const char *value, const char *file,
			 int line)
{
	if (strlen(value) > TITLE_BYTES)
		problem_add(&c->parse, file, line, "shorten it", "%s: it is longer than %d bytes",
			    option, TITLE_BYTES);
}

/* ROLE: NAME, of the roles that a service has. */
static void judge_owner(struct config *c, const char *owner, const char *file, int line)
{
	static const char *const role[] = {"business: ", "product: ", "technical: "};

	judge_length(c, "owners", owner, file, line);
	for (size_t i = 0; i < sizeof role / sizeof *role; i++)
		if (!strncmp(owner, role[i], strlen(role[i])) && owner[strlen(role[i])])
			return;
	problem_add(&c->parse, file, line, "write business: NAME, product: NAME or technical: NAME",
		    "owners: '%.60s' is no role with a name", owner);
}

bool about_take(struct config *c, const struct named *n, const struct about_options *o,
		const struct section *s, const char *file, int line)
{
	struct about *a = parse_alloc(&c->parse, sizeof *a);
	const struct entry *parents = find_entry(s, file, "parents");
	const struct entry *flapping = find_entry(s, file, "flapping");
	struct flap_policy policy;
	int wrong = c->parse.wrong;

	*a = (struct about){.named = n,
			    .parents = keep_list(c, o->parents),
			    .file = parents ? parents->file : file,
			    .line = parents ? parents->line : line};
	*c->last_about = a;
	c->last_about = &a->next;
	((struct named *)n)->about = a;
	if (!flap_policy_parse(&policy, o->flapping))
		problem_add(&c->parse, flapping ? flapping->file : file,
			    flapping ? flapping->line : line, "write 20%-40%, or no",
			    "flapping: '%.60s' is no pair of shares", o->flapping);
	judge_length(c, "title", o->title, file, line);
	for (const char *const *owner = o->owners; *owner; owner++)
		judge_owner(c, *owner, file, line);
	judge_length(c, "category", o->category, file, line);
	if (*o->category)
		map_put_text(&c->categories, o->category, a);
	return c->parse.wrong == wrong;
}

static void add_given(struct text *t, const char *key, const char *value, const char *standard)
{
	if (strcmp(value, standard) != 0)
		line_add(t, key, value);
}

void about_add(struct text *t, const struct about_options *o)
{
	add_given(t, "title", o->title, "");
	add_given(t, "owner", o->owner, "");
	line_add_list(t, "owners", o->owners);
	add_given(t, "category", o->category, "");
	add_given(t, "url", o->see, "");
	add_given(t, "visit", o->visit, "");
	line_add_list(t, "next", o->next);
	line_add_list(t, "parents", o->parents);
	add_given(t, "flapping", o->flapping, "20%-40%");
	add_given(t, "standing", about_standing[o->standing], about_standing[ABOUT_IN_SERVICE]);
}

static void judge_parent(struct config *c, const struct about *a, const char *name)
{
	struct text remedy = {0};
	const char *nearest;

	if (map_find_text(&c->names, name) || c->parse.is_cut)
		return;
	nearest = name_nearest(c, name);
	if (nearest)
		text_printf(&remedy, "did you mean '%s'?", nearest);
	else
		text_puts(&remedy, "define it or leave it out");
	problem_add(&c->parse, a->file, a->line, text_get(&remedy),
		    "parents of '%s': '%s' is neither a check nor a service", a->named->name, name);
	text_release(&remedy);
}

static bool enter(struct config *c, struct about *a, int depth);

/* True: the name is part of a circle that is still open. */
static bool follow(struct config *c, const char *name, int depth)
{
	const struct named *n = map_find_text(&c->names, name);

	return n && n->about && enter(c, n->about, depth + 1);
}

/* True: this one was come from. A circle is told once, by one that names parents in it. */
static bool enter(struct config *c, struct about *a, int depth)
{
	const char *const *member = NULL;
	size_t members = 0;
	bool is_circle = false;

	if (a->is_open || a->is_done || depth > DEPTH)
		return a->is_open;
	a->is_open = true;
	for (const char *const *p = a->parents; *p; p++) {
		if (!follow(c, *p, depth))
			continue;
		problem_add(&c->parse, a->file, a->line, "leave one of them out",
			    "parents of '%s': '%s' depends on it in turn", a->named->name, *p);
	}
	if (a->named->service)
		member = service_members(a->named->service, &members);
	for (size_t i = 0; i < members; i++)
		is_circle |= follow(c, member[i], depth);
	a->is_open = false;
	a->is_done = !is_circle;
	return is_circle;
}

void abouts_finish(struct config *c)
{
	for (struct about *a = c->abouts; a; a = a->next)
		for (const char *const *p = a->parents; *p; p++)
			judge_parent(c, a, *p);
	for (struct about *a = c->abouts; a; a = a->next)
		enter(c, a, 0);
}
