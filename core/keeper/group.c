/* keeper/group: services: up while at least `need` of their members are. Members are checks and other services (no loops: configure.c). */
#include <stdlib.h>
#include <string.h>

#include "inside.h"

static enum state member_state(const struct group *g, size_t i)
{
	return i < g->checks ? g->check[i]->state : g->group[i - g->checks]->state;
}

/* definitions.md 2.8, with the members' degraded and unconfirmed handed on. */
static enum state judge(const struct group *g)
{
	size_t members = g->checks + g->groups;
	int64_t count[STATES] = {0}, need = g->need < (int64_t)members ? g->need : (int64_t)members;

	for (size_t i = 0; i < members; i++)
		count[member_state(g, i)]++;
	if (!members || count[STATE_NOT_MONITORED] == (int64_t)members)
		return STATE_NOT_MONITORED;
	if (count[STATE_UP] >= need)
		return STATE_UP;
	if ((need -= count[STATE_UP] + count[STATE_DEGRADED]) <= 0)
		return STATE_DEGRADED;
	if ((need -= count[STATE_UNCONFIRMED]) <= 0)
		return STATE_UNCONFIRMED;
	return need <= count[STATE_UNKNOWN] + count[STATE_NOT_MONITORED] ? STATE_UNKNOWN : STATE_DOWN;
}

static void add_state(struct text *t, const struct keeper *k, const struct group *g, enum state from)
{
	line_begin_name(t, "state", g->name);
	line_add(t, "kind", "service");
	line_add(t, "from", state_name[from]);
	line_add(t, "to", state_name[g->state]);
	line_add_int(t, "at_us", k->wall_us);
}

static void set_state(struct keeper *k, struct group *g, enum state to)
{
	enum state from = g->state;
	int64_t lasted_us = k->now_us - g->since_us;
	struct text *t;

	if (from == to)
		return;
	g->state = to;
	g->since_us = k->now_us;
	if (state_passes(to) && !state_passes(from))
		g->passing_since_us = k->now_us;
	t = spool_begin(&k->spool);
	add_state(t, k, g, from);
	line_add_int(t, "lasted_us", lasted_us);
	spool_end(&k->spool);
	t = keeper_line(k, END_PARENT, 0);
	if (t) {
		add_state(t, k, g, from);
		line_end(t);
	}
}

void group_follow(struct keeper *k, struct group *g, bool is_first)
{
	enum state before = g->state;

	if (is_first) {
		if (g->is_counted)
			return;
		g->is_counted = true;
		for (size_t i = 0; i < g->groups; i++)
			group_follow(k, g->group[i], true);
	}
	set_state(k, g, judge(g));
	for (size_t i = 0; !is_first && g->state != before && i < g->parents; i++)
		group_follow(k, g->parent[i], false);
}

void group_member_changed(struct keeper *k, struct check *c)
{
	for (size_t i = 0; i < c->groups; i++)
		group_follow(k, c->group[i], false);
}

void group_free(struct group *g)
{
	free(g->name);
	free(g->check);
	free(g->group);
	free(g->parent);
	free(g);
}
