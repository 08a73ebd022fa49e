/* keeper/resume: see resume.h. */
#include "resume.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

#define LONG_AGO_US (INT64_MIN / 2)

/* What the record says of one name; its line is kept until the configuration has come. */
struct past {
	char *name;
	bool is_service, is_confirmed;
	enum state state;
	int64_t since_us, incident_us, due_us; /* wall clock; due_us 0: not known */
	char *reason, *step, *cause, *incident;
	struct past_memory *memory;
};

struct past_memory {
	struct past_memory *next;
	int64_t place, due_us;
	char text[];
};

/* Constants, as struct check wants them. */
static const char *const cause_name[] = {"void-cycle", "module", "agent-lost", "overload",
					 "monitor-off"};

static void past_free(struct past *p)
{
	struct past_memory *m;

	while ((m = p->memory)) {
		p->memory = m->next;
		free(m);
	}
	free(p->name);
	free(p->reason);
	free(p->step);
	free(p->cause);
	free(p->incident);
	free(p);
}

static void forget_all(struct keeper *k)
{
	struct past *p;
	size_t at = 0;

	while ((p = map_next(&k->resume.past, &at)))
		past_free(p);
	map_release(&k->resume.past);
}

void resume_release(struct keeper *k)
{
	forget_all(k);
	free(k->resume.end);
}

/* ---- lines ---- */

void resume_expect(struct keeper *k, const struct line *l)
{
	if (k->generation || line_int(l, "resume", 0) != 1)
		return;
	k->resume.is_awaited = true;
	k->resume.until_us = k->now_us + RESUME_WAIT_US;
}

static struct past *past_get(struct keeper *k, const char *name)
{
	struct past *p = map_find_text(&k->resume.past, name);

	if (p)
		return p;
	p = memory_new(sizeof *p);
	p->name = memory_text(name);
	map_put_text(&k->resume.past, name, p);
	return p;
}

static enum state state_of(const char *word)
{
	enum state s = STATE_NOT_MONITORED;

	while (s < STATES && strcmp(state_name[s], word))
		s++;
	return s < STATES ? s : STATE_NOT_MONITORED;
}

static void set(char **to, const char *text)
{
	free(*to);
	*to = memory_text(text);
}

void resume_take(struct keeper *k, const struct line *l)
{
	struct past *p;

	if (!k->resume.is_awaited || !*line_name(l))
		return;
	p = past_get(k, line_name(l));
	p->is_service = !strcmp(line_get(l, "kind"), "service");
	p->state = state_of(line_get(l, "state"));
	p->since_us = line_int(l, "since_us", k->wall_us);
	p->incident_us = line_int(l, "incident_us", p->since_us);
	p->is_confirmed = line_int(l, "confirmed", 0) == 1;
	p->due_us = line_int(l, "due_us", 0);
	set(&p->reason, line_get(l, "reason"));
	set(&p->step, line_get(l, "step"));
	set(&p->cause, line_get(l, "cause"));
	set(&p->incident, line_get(l, "incident"));
}

void resume_take_memory(struct keeper *k, const struct line *l)
{
	const char *text = line_get(l, "text");
	struct past_memory *m;
	struct past *p;

	if (!k->resume.is_awaited || !*line_name(l) || strlen(text) > KEEPER_MEMORY_BYTES)
		return;
	p = past_get(k, line_name(l));
	m = memory_new(sizeof *m + strlen(text) + 1);
	memcpy(m->text, text, strlen(text));
	m->place = line_int(l, "place", 0);
	m->due_us = line_int(l, "due_us", 0);
	m->next = p->memory;
	p->memory = m;
}

static void begin(struct keeper *k)
{
	static struct line end; /* too large for a stack frame */
	char *held = k->resume.end;

	k->resume.is_awaited = false;
	k->resume.end = NULL;
	if (held && !line_parse(&end, held, strlen(held) - 1)) /* its newline is no part */
		configure_end(k, &end);
	free(held);
}

/* The last sign of life of the keeper before. */
static int64_t last_sign(const struct keeper *k)
{
	const struct past *p;
	int64_t last_us = 0;
	size_t at = 0;

	while ((p = map_next(&k->resume.past, &at))) {
		last_us = p->due_us > last_us ? p->due_us : last_us;
		last_us = p->since_us > last_us ? p->since_us : last_us;
	}
	return last_us;
}

/* Of the time since the last sign nothing is known: the figures say so by their own rule, this says
 * why. */
static void mark_off(struct keeper *k)
{
	int64_t from_us = last_sign(k);
	struct text *t, said = {0};

	if (!from_us || from_us >= k->wall_us)
		return;
	text_puts(&said, "nothing was watched for ");
	text_add_duration(&said, k->wall_us - from_us);
	text_puts(&said, " at most");
	t = keeper_marker(k, "monitor-off");
	line_add(t, "text", said.at);
	line_add_int(t, "from_us", from_us);
	line_add_int(t, "to_us", k->wall_us);
	spool_end(&k->spool);
	text_release(&said);
}

void resume_complete(struct keeper *k)
{
	if (!k->resume.is_awaited)
		return;
	mark_off(k);
	begin(k);
}

void resume_give_up(struct keeper *k, const char *why)
{
	struct text said = {0};

	if (!k->resume.is_awaited)
		return;
	forget_all(k);
	text_printf(&said, "beginning without what was known before: %s", why);
	keeper_say(k, said.at);
	line_add(keeper_marker(k, "begun-anew"), "text", said.at);
	spool_end(&k->spool);
	text_release(&said);
	begin(k);
}

void resume_watch(struct keeper *k)
{
	if (k->resume.is_awaited && k->now_us >= k->resume.until_us)
		resume_give_up(k, "the recorder did not tell it in time");
}

/* ---- for the configuration ---- */

bool resume_holds(struct keeper *k, const struct line *end)
{
	struct text t = {0};

	if (!k->resume.is_awaited)
		return false;
	line_begin(&t, end->verb, end->id);
	line_add_words(&t, end, NULL);
	free(k->resume.end);
	k->resume.end = t.at;
	return true;
}

/* Monotonic; a wall clock that went back leaves no time in the future. */
static int64_t mono_of(const struct keeper *k, int64_t wall_us)
{
	int64_t at_us = wall_us - k->offset_us;

	return at_us < k->now_us ? at_us : k->now_us;
}

static void resume_incident(struct keeper *k, struct incident *i, const struct past *p)
{
	if (!*p->incident)
		return;
	*i = (struct incident){.phase = p->is_confirmed ? INCIDENT_CONFIRMED : INCIDENT_PROVISIONAL,
			       .start_wall_us = p->incident_us,
			       .start_us = mono_of(k, p->incident_us),
			       .seen_us = LONG_AGO_US};
	keeper_copy(i->id, sizeof i->id, p->incident);
}

static void resume_memory(struct keeper *k, struct check *c, const struct past *p)
{
	size_t slots = (c->items ? items_count(c->items) : 1) * c->locations;

	for (const struct past_memory *m = p->memory; m && c->is_passive; m = m->next) {
		if (m->place < 0 || (size_t)m->place >= slots)
			continue;
		if (!c->memory)
			c->memory = memory_new(slots * sizeof *c->memory);
		free(c->memory[m->place]);
		c->memory[m->place] = memory_text(m->text);
		if (m->due_us && m->due_us - k->offset_us > c->resumed_us)
			c->resumed_us = m->due_us - k->offset_us;
	}
}

static void apply(struct keeper *k, struct check *c, const struct past *p)
{
	c->state = p->state;
	c->since_us = c->passing_since_us = mono_of(k, p->since_us);
	text_clear(&c->reason);
	text_puts(&c->reason, p->reason);
	keeper_copy(c->step, sizeof c->step, p->step);
	for (size_t i = 0; i < sizeof cause_name / sizeof *cause_name; i++)
		if (!strcmp(cause_name[i], p->cause))
			c->cause = cause_name[i];
	resume_incident(k, &c->incident, p);
	for (const struct past_memory *m = p->memory; m; m = m->next)
		if (m->place == RESUME_INTENSE)
			intensify_resume(k, c, m->text, m->due_us - k->offset_us);
	if (c->is_passive)
		resume_memory(k, c, p);
	else if (p->due_us)
		c->resumed_us = mono_of(k, p->due_us);
}

void resume_check(struct keeper *k, struct check *c)
{
	struct past *p = map_find_text(&k->resume.past, c->name);

	if (!p || p->is_service || !p->reason)
		return;
	apply(k, c, p);
	past_free(map_take_text(&k->resume.past, c->name));
}

void resume_group(struct keeper *k, struct group *g)
{
	struct past *p = map_find_text(&k->resume.past, g->name);

	if (!p || !p->is_service)
		return;
	g->state = p->state;
	g->since_us = g->passing_since_us = mono_of(k, p->since_us);
	g->since_wall_us = p->since_us;
	resume_incident(k, &g->incident, p);
	past_free(map_take_text(&k->resume.past, g->name));
}

static void end_group(struct keeper *k, const struct past *p)
{
	struct group *g = memory_new(sizeof *g);

	g->name = memory_text(p->name);
	resume_incident(k, &g->incident, p);
	group_end(k, g);
	group_free(g);
}

/* As one that a new configuration leaves out. */
static void end_check(struct keeper *k, const struct past *p)
{
	struct check *c = memory_new(sizeof *c);

	c->magic = KEEPER_MAGIC;
	c->name = memory_text(p->name);
	apply(k, c, p);
	state_end(k, c, "no longer configured");
	intensify_forget(k, c);
	check_free(k, c);
}

void resume_end(struct keeper *k)
{
	const struct past *p;
	size_t at = 0;

	while ((p = map_next(&k->resume.past, &at))) {
		if (p->is_service && *p->incident)
			end_group(k, p);
		else if (!p->is_service && p->reason &&
			 (p->state != STATE_NOT_MONITORED || *p->incident))
			end_check(k, p);
	}
	forget_all(k);
}

bool resume_slot(struct keeper *k, struct check *c)
{
	int64_t near_us = c->every_us / 2 < KEEPER_SECOND / 2 ? c->every_us / 2 : KEEPER_SECOND / 2,
		past_us, slot_us, from_us = c->resumed_us + near_us;

	if (!c->resumed_us)
		return false;
	c->resumed_us = 0;
	if (c->is_passive) {
		c->next_us = from_us - near_us;
		return c->next_us > k->now_us;
	}
	past_us = (from_us - c->phase_us) % c->every_us;
	slot_us = past_us > 0 ? from_us + c->every_us - past_us : from_us - past_us;
	c->next_us = slot_us;
	if (slot_us > k->now_us)
		return true;
	c->missed += (uint32_t)((k->now_us - slot_us) / c->every_us + 1);
	return false;
}

void resume_note(struct keeper *k, const struct check *c, size_t place)
{
	struct text *t = spool_begin(&k->spool);

	line_begin_name(t, "memory", c->name);
	line_add_int(t, "place", (int64_t)place);
	line_add(t, "text", c->memory && c->memory[place] ? c->memory[place] : "");
	if (c->next_us)
		line_add_int(t, "due_us", keeper_wall_of(k, c->next_us));
	spool_end(&k->spool);
}
