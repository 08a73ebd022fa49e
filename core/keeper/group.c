/* keeper/group: services: up while at least `need` of their members are. Members are checks and
 * other services (no loops: configure.c). */
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
	return need <= count[STATE_UNKNOWN] + count[STATE_NOT_MONITORED] ? STATE_UNKNOWN
									 : STATE_DOWN;
}

static void add_state(struct text *t, const struct group *g, enum state from, int64_t at_wall_us)
{
	line_begin_name(t, "state", g->name);
	line_add(t, "kind", "service");
	line_add(t, "from", state_name[from]);
	line_add(t, "to", state_name[g->state]);
	line_add_int(t, "at_us", at_wall_us);
}

/* True when it is another state than before. */
static bool set_state(struct keeper *k, struct group *g, int64_t at_us, int64_t at_wall_us)
{
	enum state from = g->state;
	int64_t lasted_us = at_us - g->since_us;
	struct text *t;

	g->state = judge(g);
	if (from == g->state)
		return false;
	g->since_us = at_us;
	if (state_passes(g->state) && !state_passes(from))
		g->passing_since_us = at_us;
	t = spool_begin(&k->spool);
	add_state(t, g, from, at_wall_us);
	line_add_int(t, "lasted_us", lasted_us > 0 ? lasted_us : 0);
	spool_end(&k->spool);
	t = keeper_line(k, END_PARENT, 0);
	if (t) {
		add_state(t, g, from, at_wall_us);
		line_end(t);
	}
	return true;
}

void group_begin(struct keeper *k, struct group *g)
{
	if (g->is_counted)
		return;
	g->is_counted = true;
	for (size_t i = 0; i < g->groups; i++)
		group_begin(k, g->group[i]);
	set_state(k, g, k->now_us, k->wall_us);
}

static void follow(struct keeper *k, struct group *g, int64_t at_us, int64_t at_wall_us)
{
	if (!set_state(k, g, at_us, at_wall_us))
		return;
	for (size_t i = 0; i < g->parents; i++)
		follow(k, g->parent[i], at_us, at_wall_us);
}

void group_member_changed(struct keeper *k, struct check *c, int64_t at_us, int64_t at_wall_us)
{
	for (size_t i = 0; i < c->groups; i++)
		follow(k, c->group[i], at_us, at_wall_us);
}

void group_free(struct group *g)
{
	free(g->name);
	free(g->check);
	free(g->group);
	free(g->parent);
	free(g);
}
