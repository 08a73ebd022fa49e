/* lint/lint: from what was taken and found to findings. See lint.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/quorum.h"
#include "inside.h"

#define DEPTH 64 /* of services in services */
#define TARGET_ADDRESSES 4096
#define REMEDY "add a path that does not depend on it"

/* ---- who hears of what ---- */

static void hear(struct lint *l, struct contact *c, const char *names, int depth)
{
	struct text name = {0};
	struct target *t;

	while (depth && text_next_line(&names, &name)) {
		t = map_find_text(&l->targets, name.at);
		if (!t || map_find_text(&c->heard, t->name))
			continue;
		map_put_text(&c->heard, t->name, t);
		if (t->is_service)
			hear(l, c, t->members, depth - 1);
	}
}

static bool hears(const struct path *p, const struct target *t)
{
	return !*p->contact->services || map_find_text(&p->contact->heard, t->name);
}

/* Some path that needs nothing but this machine reports on it: then nothing is to be found out. */
static bool is_safe(const struct lint *l, const struct target *t)
{
	size_t ways = 0;

	for (const struct path *p = l->path; p; p = p->next) {
		if (!hears(p, t))
			continue;
		ways++;
		if (!p->channel->use && !p->use && !p->domain)
			return true;
	}
	return !ways;
}

static void want(struct use *use)
{
	for (; use; use = use->next)
		use->host->is_wanted = true;
}

/* False: there is nothing to look up. */
static bool want_all(struct lint *l)
{
	bool any = false;

	for (struct contact *c = l->contact; c; c = c->next)
		hear(l, c, c->services, DEPTH);
	for (struct target *t = l->target; t; t = t->next)
		if (!is_safe(l, t)) {
			want(t->use);
			any = true;
		}
	for (struct path *p = l->path; p && any; p = p->next) {
		want(p->channel->use);
		want(p->use);
		if (p->domain)
			p->domain->is_wanted = true;
	}
	return any;
}

/* ---- ways ---- */

struct addresses {
	struct lint_address *at;
	size_t count, room;
};

static void add_host(struct lint *l, struct addresses *to, const struct host *h, int port)
{
	struct lint_address *grown;

	if (to->count + h->addresses > to->room) {
		to->room = 2 * (to->count + h->addresses);
		grown = lint_alloc(l, to->room * sizeof *grown);
		if (to->count)
			memcpy(grown, to->at, to->count * sizeof *grown);
		to->at = grown;
	}
	for (size_t i = 0; i < h->addresses && to->count < TARGET_ADDRESSES; i++) {
		to->at[to->count] = h->address[i];
		to->at[to->count++].port = port;
	}
}

static void add_stage(struct path *p, const char *what, const struct addresses *a,
		      const char *trouble)
{
	struct lint_stage *s = (struct lint_stage *)p->way.stage + p->way.stages++;

	*s = (struct lint_stage){.what = what,
				 .address = a->at,
				 .addresses = a->count,
				 .trouble = a->count ? NULL : trouble ? trouble : "no address"};
}

static const char *name_stage(struct lint *l, const char *what, const struct host *h)
{
	struct text name = {0};
	const char *kept;

	text_printf(&name, "%s%s%s", what, *what && !h->is_literal ? " " : "",
		    h->is_literal ? (*what ? "" : "its host") : h->name);
	kept = lint_keep(l, text_get(&name));
	text_release(&name);
	return kept;
}

/* True when a name had to be looked up. */
static bool add_uses(struct lint *l, struct path *p, const struct use *use, const char *what)
{
	bool needs_dns = false;

	for (; use; use = use->next) {
		struct addresses a = {0};

		add_host(l, &a, use->host, use->port);
		add_stage(p, name_stage(l, what, use->host), &a, use->host->trouble);
		needs_dns |= use->host->is_looked_up;
	}
	return needs_dns;
}

static void add_domain(struct lint *l, struct path *p)
{
	const char *trouble = p->domain->trouble;
	struct addresses a = {0};
	struct text what = {0};

	for (size_t i = 0; i < p->domain->servers; i++) {
		add_host(l, &a, p->domain->server[i], 25);
		if (!trouble)
			trouble = p->domain->server[i]->trouble;
	}
	text_printf(&what, "the mail servers of %s", p->domain->name);
	add_stage(p, lint_keep(l, text_get(&what)), &a, trouble);
	text_release(&what);
}

static size_t count_uses(const struct use *use)
{
	size_t n = 0;

	for (; use; use = use->next)
		n++;
	return n;
}

static void make_way(struct lint *l, struct path *p)
{
	struct addresses servers = {l->server, l->servers, l->servers};
	bool needs_dns = false;

	p->way.to = p->to;
	p->way.stage = lint_alloc(l, (count_uses(p->channel->use) + count_uses(p->use) + 2) *
					     sizeof *p->way.stage);
	needs_dns |= add_uses(l, p, p->channel->use, p->channel->is_mail ? "its relay" : "");
	needs_dns |= add_uses(l, p, p->use, "");
	if (p->domain)
		add_domain(l, p);
	needs_dns |= p->domain && p->channel->is_direct;
	if (needs_dns && l->servers)
		add_stage(p, l->servers == 1 ? "the name server" : "the name servers", &servers,
			  NULL);
}

/* ---- targets ---- */

static void add_member(struct lint *l, const struct target *t, struct addresses *to,
		       const char **trouble, int depth)
{
	const char *members = t->members;
	struct text name = {0};
	const struct target *member;

	for (const struct use *u = t->use; u; u = u->next) {
		add_host(l, to, u->host, u->port);
		if (u->host->trouble)
			*trouble = u->host->trouble;
	}
	while (depth && text_next_line(&members, &name)) {
		member = map_find_text(&l->targets, name.at);
		if (member)
			add_member(l, member, to, trouble, depth - 1);
	}
}

/* A service that cannot do without one of its members falls with that one, which is judged itself.
 */
static bool is_redundant(const struct target *t)
{
	return quorum_is_redundant(t->need, quorum_sum(t->weights, t->members));
}

static bool has_found_member(struct lint *l, const struct target *t)
{
	const char *members = t->members;
	struct text name = {0};
	const struct target *member;
	bool found = false;

	while (!found && text_next_line(&members, &name)) {
		member = map_find_text(&l->targets, name.at);
		found = member && member->is_found;
	}
	text_release(&name);
	return found;
}

struct judging {
	const struct lint_sink *sink;
	const struct lint_way **way; /* room for all paths */
	size_t found, unknown;
	struct text why; /* the first that cannot be told */
};

static void judge(struct lint *l, struct judging *j, struct target *t)
{
	struct addresses a = {0};
	struct lint_target target = {.name = t->name, .what = t->is_service ? "service" : "check"};
	struct text said = {0};
	enum lint_fate fate;
	size_t ways = 0;

	if (is_safe(l, t) || (t->is_service && (!is_redundant(t) || has_found_member(l, t))))
		return;
	add_member(l, t, &a, &target.trouble, DEPTH);
	target.address = a.at;
	target.addresses = a.count;
	if (!a.count && !target.trouble)
		return; /* it watches no host */
	for (const struct path *p = l->path; p; p = p->next)
		if (hears(p, t))
			j->way[ways++] = &p->way;
	fate = lint_target_fate(&target, j->way, ways, &said);
	t->is_found = fate == LINT_FALLS;
	if (t->is_found && ++j->found <= LINT_FINDINGS)
		j->sink->find(j->sink->with, t->name, text_get(&said), REMEDY);
	if (fate == LINT_CANNOT_TELL && !j->unknown++)
		text_puts(&j->why, text_get(&said));
	text_release(&said);
}

static void sum_up(struct judging *j)
{
	struct text t = {0};

	if (j->found > LINT_FINDINGS) {
		text_printf(&t, "%zu more are told only by paths that fall with them",
			    j->found - LINT_FINDINGS);
		j->sink->find(j->sink->with, "", text_get(&t), REMEDY);
	}
	text_clear(&t);
	if (j->unknown) {
		text_printf(
			&t,
			"cannot tell whether anybody would hear of %zu check%s or service%s: %s",
			j->unknown, j->unknown == 1 ? "" : "s", j->unknown == 1 ? "" : "s",
			text_get(&j->why));
		j->sink->note(j->sink->with, text_get(&t), "see whether names can be looked up");
	}
	text_release(&t);
	text_release(&j->why);
}

void lint_run(struct lint *l, const struct lint_sink *sink)
{
	struct judging j = {.sink = sink};
	size_t paths = 0;

	if (!want_all(l))
		return;
	lint_find(l);
	for (struct path *p = l->path; p; p = p->next, paths++)
		make_way(l, p);
	j.way = memory_new((paths + 1) * sizeof *j.way);
	for (int round = 0; round < 2; round++) /* checks first */
		for (struct target *t = l->target; t; t = t->next)
			if (t->is_service == (round == 1))
				judge(l, &j, t);
	sum_up(&j);
	free(j.way);
}
