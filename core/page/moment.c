/* page/moment: see moment.h. */
#include "moment.h"

#include <stdio.h>
#include <stdlib.h>

#include "../base/memory.h"
#include "../store/read.h"

#define SECOND INT64_C(1000000)

static const struct moment_state nothing = {.lasts_us = -1};

static struct moment_state *put(struct moment *m, const char *name)
{
	struct moment_state *s = map_find_text(&m->by_name, name);

	if (!s) {
		s = memory_new(sizeof *s);
		*s = nothing;
		map_put_text(&m->by_name, name, s);
	}
	return s;
}

/* ---- the record ---- */

static bool take_window(const struct read_window *w, void *with)
{
	struct moment *m = with;
	struct moment_state *s;
	size_t at = 0;

	if (w->cancelled_us && w->cancelled_us <= m->at_us)
		return true;
	s = *w->name ? map_find_text(&m->by_name, w->name) : NULL;
	if (s)
		s->is_in_maintenance = true;
	while (!*w->name && (s = map_next(&m->by_name, &at)))
		s->is_in_maintenance = true;
	return true;
}

static bool is_down(const char *state)
{
	return !strcmp(state, "down");
}

static void set_since(const struct moment *m, struct moment_state *s, int64_t since_us)
{
	if (since_us > 0 && since_us <= m->at_us)
		s->lasts_us = m->at_us - since_us;
}

static bool read_one(struct moment *m, struct read *r, const char *name)
{
	struct moment_state *s = put(m, name);
	struct read_belief b;
	int64_t before_us, after_us;

	if (!read_belief(r, name, m->at_us, &b) ||
	    !read_changes(r, name, m->at_us - SECOND + 1, &before_us, &after_us))
		return false;
	/* A link to a time has whole seconds: behind a change is the next one. */
	if (before_us > m->before_us)
		m->before_us = before_us;
	if (after_us <= m->at_us)
		read_changes(r, name, m->at_us, &before_us, &after_us);
	if (after_us && (!m->after_us || after_us < m->after_us))
		m->after_us = after_us;
	if (m->is_past)
		memcpy(s->state, b.state, sizeof s->state);
	if (is_down(b.state) == is_down(s->state)) /* else the record has not heard of it yet */
		set_since(m, s, is_down(b.state) ? b.since_us : b.online_us);
	return true;
}

static void read_all(struct moment *m, struct read *r, const char *names)
{
	struct text name = {0};
	size_t count = 0;

	while (count++ < MOMENT_MOST && text_next_line(&names, &name))
		if (!read_one(m, r, name.at))
			break;
	text_release(&name);
	read_maintenance(r, NULL, m->at_us, m->at_us + 1, take_window, m);
	if (*read_wrong(r))
		text_puts(&m->wrong, read_wrong(r));
}

static void forget(struct moment *m)
{
	struct moment_state *s;
	size_t at = 0;

	while ((s = map_next(&m->by_name, &at)))
		*s = nothing;
}

static void read_record(struct moment *m, const char *store, const char *names)
{
	struct read *r = *store ? read_open(store, &m->wrong) : NULL;

	if (!*store)
		text_puts(&m->wrong, "there is no record");
	if (!r)
		return;
	if (read_begin(r)) {
		read_all(m, r, names);
		if (m->is_past && read_was_off(r, m->at_us, &m->off_from_us, &m->off_to_us))
			forget(m);
		read_end(r);
	}
	read_close(r);
}

/* ---- both ---- */

static void take_state(struct moment *m, const char *name, const char *state, int64_t since_us)
{
	struct moment_state *s = put(m, name);

	snprintf(s->state, sizeof s->state, "%s", state);
	set_since(m, s, since_us);
}

void moment_now(struct moment *m, const struct site *site, const char *names)
{
	const struct overview *o = site->overview;

	m->at_us = o->at_us ? o->at_us : site->now_us;
	for (size_t i = 0; i < o->checks; i++) {
		take_state(m, o->check[i].name, o->check[i].state, o->check[i].since_us);
		put(m, o->check[i].name)->is_paused = o->check[i].is_paused;
	}
	for (size_t i = 0; i < o->services; i++) {
		take_state(m, o->service[i].name, o->service[i].state, o->service[i].since_us);
		put(m, o->service[i].name)->is_paused = o->service[i].is_paused;
	}
	read_record(m, site->store ? site->store : "", names);
	m->after_us = 0;
	for (size_t i = 0; i < o->checks; i++)
		put(m, o->check[i].name)->is_in_maintenance |= o->check[i].is_in_maintenance;
	for (size_t i = 0; i < o->services; i++)
		put(m, o->service[i].name)->is_in_maintenance |= o->service[i].is_in_maintenance;
}

void moment_then(struct moment *m, const struct site *site, const char *names, int64_t at_us)
{
	m->at_us = at_us;
	m->is_past = true;
	read_record(m, site->store ? site->store : "", names);
}

void moment_release(struct moment *m)
{
	struct moment_state *s;
	size_t at = 0;

	while ((s = map_next(&m->by_name, &at)))
		free(s);
	map_release(&m->by_name);
	text_release(&m->wrong);
	*m = (struct moment){0};
}

const struct moment_state *moment_get(const struct moment *m, const char *name)
{
	const struct moment_state *s = map_find_text(&m->by_name, name);

	return s ? s : &nothing;
}
