/* config/service: services, their members, and that none contains itself.
 *
 * Members may be patterns ("shops" slash star); they are known only when all files were read, so
 * service_read() keeps what was said and services_finish() judges it and writes the lines. */
#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

#include "../base/quorum.h"
#include "../module/form.h"
#include "read.h"

struct service {
	const struct section *section;
	struct config_service say;
	struct names members; /* patterns expanded */
	int round; /* of the search for circles that was here last */
	struct service *next;
};

void service_read(struct config *c, const struct section *s)
{
	struct service *new = parse_alloc(&c->parse, sizeof *new);
	struct named *n = name_take(c, s->title, s, s->file, s->line);

	new->section = s;
	if (!values_set(c, s, policy_head("service"), &new->say) || !n)
		return;
	about_take(c, n, &new->say.about, s, s->file, s->line);
	n->service = new;
	*c->last_service = new;
	c->last_service = &new->next;
	c->service_count++;
}

static void expand(struct config *c, struct service *s, const char *pattern)
{
	if (names_expand(c, &s->members, pattern) || c->parse.is_cut)
		return;
	problem_add(&c->parse, s->section->file, s->section->line, "correct the pattern",
		    "service '%s': no check's name is like '%s'", s->section->title, pattern);
}

static void refuse_name(struct config *c, const struct service *s, const char *what,
			const char *name)
{
	const char *nearest = name_nearest(c, name);

	if (c->parse.is_cut)
		return; /* it may stand where nothing was read */
	if (nearest)
		problem_add(&c->parse, s->section->file, s->section->line, NULL,
			    "service '%s': %s '%s' is neither a check nor a service: did you mean "
			    "'%s'?",
			    s->section->title, what, name, nearest);
	else
		problem_add(&c->parse, s->section->file, s->section->line,
			    "define it or leave it out",
			    "service '%s': %s '%s' is neither a check nor a service",
			    s->section->title, what, name);
}

static void judge_names(struct config *c, const struct service *s, const char *what,
			const char *const *name)
{
	for (; *name; name++)
		if (!map_find_text(&c->names, *name))
			refuse_name(c, s, what, *name);
}

/* ---- need and weights ---- */

/* The entry of `weights` that says what a member weighs, its own first; *other: a second pattern
 * that it is like, too. */
static const char *weight_entry(const struct service *s, const char *member, const char **other)
{
	const char *found = NULL;
	struct text name = {0};
	int64_t weight;
	size_t size;

	*other = NULL;
	for (const char *const *w = s->say.weights; *w; w++) {
		if (quorum_entry(*w, &size, &weight))
			continue;
		text_clear(&name);
		text_add(&name, *w, size);
		if (!strcmp(name.at, member)) {
			*other = NULL;
			text_release(&name);
			return *w;
		}
		if (!strpbrk(name.at, "*?") || fnmatch(name.at, member, FNM_NOESCAPE))
			continue;
		*(found ? other : &found) = *w;
	}
	text_release(&name);
	return found;
}

/* Does a later entry have the same name? */
static bool stands_again(const char *const *entry, size_t size)
{
	int64_t weight;
	size_t other;

	for (const char *const *w = entry + 1; *w; w++)
		if (!quorum_entry(*w, &other, &weight) && other == size &&
		    !memcmp(*w, *entry, size))
			return true;
	return false;
}

static bool weighs_a_member(const struct service *s, const char *name)
{
	for (size_t i = 0; i < s->members.count; i++)
		if (!strcmp(name, s->members.name[i]) ||
		    (strpbrk(name, "*?") && !fnmatch(name, s->members.name[i], FNM_NOESCAPE)))
			return true;
	return false;
}

static void refuse_stranger(struct config *c, const struct service *s, int line, const char *name)
{
	const char *nearest = option_nearest(name, s->members.name, s->members.count,
					     sizeof *s->members.name);

	if (nearest)
		problem_add(&c->parse, s->section->file, line, NULL,
			    "service '%s': weights has '%s', which is none of its members: did you "
			    "mean '%s'?",
			    s->section->title, name, nearest);
	else
		problem_add(&c->parse, s->section->file, line, "add it to members or leave it out",
			    "service '%s': weights has '%s', which is none of its members",
			    s->section->title, name);
}

static void judge_weight(struct config *c, const struct service *s, const char *const *entry)
{
	int line = value_line(c, s->section, "weights");
	struct text remedy = {0}, name = {0};
	const char *wrong;
	int64_t weight;
	size_t size;

	wrong = quorum_entry(*entry, &size, &weight);
	text_printf(&remedy, "write \"NAME: N\", N from 1 to %d", QUORUM_MOST);
	if (wrong) {
		problem_add(&c->parse, s->section->file, line, text_get(&remedy),
			    "service '%s': weights: '%s' %s", s->section->title, *entry, wrong);
	} else {
		text_add(&name, *entry, size);
		if (stands_again(entry, size))
			problem_add(&c->parse, s->section->file, line, "leave one of them out",
				    "service '%s': weights has '%s' twice", s->section->title,
				    name.at);
		else if (!weighs_a_member(s, name.at) && !c->parse.is_cut)
			refuse_stranger(c, s, line, name.at);
	}
	text_release(&remedy);
	text_release(&name);
}

static void judge_weights(struct config *c, const struct service *s)
{
	const char *entry, *other;

	for (const char *const *w = s->say.weights; *w; w++)
		judge_weight(c, s, w);
	for (size_t i = 0; *s->say.weights && i < s->members.count; i++)
		if ((entry = weight_entry(s, s->members.name[i], &other)) && other)
			problem_add(&c->parse, s->section->file,
				    value_line(c, s->section, "weights"),
				    "give that member an entry of its own",
				    "service '%s': weights: '%s' is like both '%s' and '%s'",
				    s->section->title, s->members.name[i], entry, other);
}

static void judge_need(struct config *c, const struct service *s)
{
	const struct section *at = s->section;
	struct text members = {0}, weights = {0};
	struct quorum_sum sum;
	int64_t need;

	names_join(&members, s->members.name, s->members.count);
	sum = quorum_sum(names_join(&weights, s->say.weights, SIZE_MAX), text_get(&members));
	if (!quorum_need(s->say.need, &need))
		problem_add(&c->parse, at->file, value_line(c, at, "need"),
			    "write a whole number from 1 on, or all",
			    "service '%s': need '%s' is neither a number of 1 to %d nor all",
			    at->title, s->say.need, QUORUM_MOST);
	else if (need != QUORUM_ALL && need > sum.all && *s->say.weights)
		problem_add(&c->parse, at->file, at->line, "lower need or add members",
			    "service '%s': need is %" PRId64
			    ", but its members weigh %" PRId64 " together",
			    at->title, need, sum.all);
	else if (need != QUORUM_ALL && need > sum.all)
		problem_add(&c->parse, at->file, at->line, "lower need or add members",
			    "service '%s': need is %" PRId64 ", but it has %" PRId64 " member%s",
			    at->title, need, sum.all, sum.all == 1 ? "" : "s");
	text_release(&members);
	text_release(&weights);
}

static void resolve(struct config *c, struct service *s)
{
	const struct section *at = s->section;
	int wrong = c->parse.wrong;

	for (const char *const *m = s->say.members; *m; m++) {
		if (map_find_text(&c->names, *m))
			names_add(c, &s->members, *m);
		else if (strpbrk(*m, "*?"))
			expand(c, s, *m);
		else
			refuse_name(c, s, "member", *m);
	}
	judge_names(c, s, "feeds", s->say.feeds);
	judge_names(c, s, "fallback", s->say.fallback);
	if (*s->say.sla && !map_find_text(&c->slas, s->say.sla))
		problem_add(&c->parse, at->file, at->line, "add sla \"NAME\" { target = 99.9 }",
			    "service '%s': there is no sla '%s'", at->title, s->say.sla);
	if (c->parse.wrong == wrong)
		judge_weights(c, s);
	if (c->parse.wrong == wrong)
		judge_need(c, s);
}

/* Can `wanted` be reached from the members of `s`? Each service is entered once a `round`. */
static bool reaches(struct config *c, struct service *s, const struct service *wanted, int round,
		    int depth)
{
	struct named *n;
	bool found = false;

	if (s->round == round || depth > 1000)
		return false;
	s->round = round;
	for (size_t i = 0; i < s->members.count && !found; i++) {
		n = map_find_text(&c->names, s->members.name[i]);
		found = n && n->service &&
			(n->service == wanted || reaches(c, n->service, wanted, round, depth + 1));
	}
	return found;
}

/* Is a member named by a pattern? Figures need it as it was written. */
static bool has_pattern(const struct service *s)
{
	for (const char *const *m = s->say.members; *m; m++)
		if (strpbrk(*m, "*?"))
			return true;
	return false;
}

/* The check that is probed most seldom; each service is entered once a `round`. */
static const struct named *slowest_of(struct config *c, struct service *s, int round,
				      const struct named *slowest)
{
	const struct named *n;

	if (s->round == round)
		return slowest;
	s->round = round;
	for (size_t i = 0; i < s->members.count; i++) {
		n = map_find_text(&c->names, s->members.name[i]);
		if (n && n->service)
			slowest = slowest_of(c, n->service, round, slowest);
		else if (n && (!slowest || n->every_us > slowest->every_us))
			slowest = n;
	}
	return slowest;
}

static void add_line(struct config *c, struct service *s, int round)
{
	struct text *t = &c->service_lines, joined = {0};
	size_t begin = t->size;

	line_begin_name(t, "service", s->section->title);
	line_add(t, "members", names_join(&joined, s->members.name, s->members.count));
	if (has_pattern(s))
		line_add(t, "written", names_join(&joined, s->say.members, SIZE_MAX));
	line_add(t, "need", s->say.need);
	line_add_list(t, "weights", s->say.weights);
	if (*s->say.role)
		line_add(t, "role", s->say.role);
	if (*s->say.feeds)
		line_add(t, "feeds", names_join(&joined, s->say.feeds, SIZE_MAX));
	line_add_list(t, "fallback", s->say.fallback);
	if (*s->say.sla)
		line_add(t, "sla", s->say.sla);
	if (*s->say.sla)
		burn_judge(c, s->section, s->say.sla, slowest_of(c, s, round, NULL), t);
	about_add(t, &s->say.about);
	line_end(t);
	if (t->size - begin >= LINE_BYTES)
		problem_add(
			&c->parse, s->section->file, s->section->line,
			"make services of parts of them",
			"service '%s': the names of its members are longer than %d bytes together",
			s->section->title, LINE_BYTES);
	text_release(&joined);
}

const char *const *service_members(const struct service *s, size_t *count)
{
	*count = s->members.count;
	return s->members.name;
}

void services_finish(struct config *c)
{
	int round = 0;

	for (struct service *s = c->services; s; s = s->next)
		resolve(c, s);
	for (struct service *s = c->services; s; s = s->next)
		if (reaches(c, s, s, ++round, 0))
			problem_add(&c->parse, s->section->file, s->section->line,
				    "take it out of its members", "service '%s' contains itself",
				    s->section->title);
	for (struct service *s = c->services; s; s = s->next)
		add_line(c, s, ++round);
}
