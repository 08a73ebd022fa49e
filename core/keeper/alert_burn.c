/* keeper/alert_burn: services whose sla wants alerts by burn rate: their states go into the engine
 * of core/alert/burn.h, and what it says becomes alarms of their own, one a level. A new keeper
 * goes on with the alarms that the record brings and has empty windows, which end none of them. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "alert_inside.h"

static const enum alarm_kind alarm_of[BURN_LEVELS] = {ALARM_BURN_PAGE, ALARM_BURN_TICKET};
static const char *const level_name[BURN_LEVELS] = {"page", "ticket"};

/* The engine's clock goes on while the machine sleeps. */
static int64_t engine_us(const struct keeper *k, int64_t at_us)
{
	return at_us + k->alerts->slept_us;
}

void burn_take(struct subject *s, const struct line *l)
{
	const char *levels = line_get(l, "burn");

	for (int i = 0; i < BURN_LEVELS; i++)
		s->burns[i] = !strcmp(levels, level_name[i]) || !strcmp(levels, "both");
	if (!s->burns[BURN_PAGE] && !s->burns[BURN_TICKET]) {
		free(s->burn);
		s->burn = NULL;
		return;
	}
	if (!s->burn)
		s->burn = memory_new(sizeof *s->burn);
	s->burn->target_micro = line_int(l, "target_micro", 0);
	s->burn->blips_are_up = !strcmp(line_get(l, "burn_blips"), "up");
}

/* ---- states ---- */

static enum burn_time time_of(const struct keeper *k, const struct subject *s)
{
	static const enum burn_time of[STATES] = {
		[STATE_UP] = BURN_GOOD,
		[STATE_DEGRADED] = BURN_GOOD,
		[STATE_UNCONFIRMED] = BURN_OPEN,
		[STATE_DOWN] = BURN_BAD,
	};

	if (!s->group || subject_is_out(s) || subject_is_in_maintenance(k, s))
		return BURN_NEITHER;
	return of[s->group->state];
}

void burn_state(struct keeper *k, struct subject *s, int64_t at_us)
{
	if (s && s->burn)
		burn_set(s->burn, time_of(k, s), engine_us(k, at_us));
}

static void each_burning(struct keeper *k, void (*each)(struct keeper *, struct subject *))
{
	struct subject *s;
	size_t at = 0;

	while ((s = map_next(&k->alerts->subjects, &at)))
		if (s->burn || s->burning[BURN_PAGE] || s->burning[BURN_TICKET])
			each(k, s);
}

static void follow_one(struct keeper *k, struct subject *s)
{
	burn_state(k, s, k->now_us);
}

void burn_maintenance(struct keeper *k)
{
	each_burning(k, follow_one);
}

/* Nobody knows what was while the machine slept. */
static void sleep_one(struct keeper *k, struct subject *s)
{
	if (s->burn)
		burn_set(s->burn, BURN_NEITHER, engine_us(k, k->now_us));
}

void burn_slept(struct keeper *k, int64_t for_us)
{
	each_burning(k, sleep_one);
	k->alerts->slept_us += for_us;
	each_burning(k, follow_one);
}

/* ---- alarms ---- */

static void begin(struct keeper *k, struct subject *s, enum burn_level level, const char *words)
{
	char id[24];
	struct alarm *a;

	keeper_stamp(k, id, sizeof id);
	a = alarm_begin(k, s, alarm_of[level], id, k->now_us);
	a->confirmed_us = k->now_us;
	set_text_of(&a->reason, words);
	standing_tell_span(k, a, "begin");
}

static void end(struct keeper *k, struct alarm *a, const char *why)
{
	if (*why)
		set_text_of(&a->diagnosis, why);
	alarm_end(k, a, k->now_us, why);
	standing_tell_span(k, a, "end");
}

/* Who is called now needs no ticket about the same meanwhile. */
static void look_at(struct keeper *k, struct subject *s, enum burn_level level)
{
	const struct burn_pair *p = burn_of(s->burn, level);

	if (!s->burns[level])
		return;
	if (!p && s->burning[level])
		end(k, s->burning[level], "");
	else if (p && !s->burning[level] && (level == BURN_PAGE || !s->burning[BURN_PAGE]))
		begin(k, s, level, p->words);
}

static void look_one(struct keeper *k, struct subject *s)
{
	if (!s->burn)
		return;
	burn_look(s->burn, engine_us(k, k->now_us));
	for (int level = 0; level < BURN_LEVELS; level++)
		look_at(k, s, (enum burn_level)level);
}

void burn_watch(struct keeper *k)
{
	int64_t minute = engine_us(k, k->now_us) / BURN_MINUTE_US;

	if (minute == k->alerts->burn_minute)
		return;
	k->alerts->burn_minute = minute;
	each_burning(k, look_one);
}

void burn_resumed(struct subject *s, enum alarm_kind kind)
{
	for (int i = 0; s->burn && i < BURN_PAIRS; i++)
		s->burn->is_on[i] |= alarm_of[burn_pair[i].level] == kind;
}

void burn_add_words(struct text *t, const struct keeper *k, const struct subject *s)
{
	for (int level = 0; level < BURN_LEVELS; level++) {
		if (!s->burning[level])
			continue;
		line_add(t, "burning", level_name[level]);
		line_add_int(t, "burning_since_us", keeper_wall_of(k, s->burning[level]->start_us));
		return;
	}
}

/* The configuration is in place: whose sla wants none any more has its alarms ended. */
static void configure_one(struct keeper *k, struct subject *s)
{
	if (s->generation != k->alerts->generation) {
		free(s->burn);
		s->burn = NULL;
	}
	for (int level = 0; level < BURN_LEVELS; level++)
		if (s->burning[level] && (!s->burn || !s->burns[level]))
			end(k, s->burning[level], "its sla asks for no such alerts any more");
	burn_state(k, s, k->now_us);
}

void burn_follow(struct keeper *k)
{
	each_burning(k, configure_one);
}
