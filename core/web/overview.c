/* web/overview: see overview.h. */
#include "overview.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

static void free_check(struct overview_check *c)
{
	char *const text[] = {c->incident, c->name,         c->module,     c->service, c->location,
			      c->state,    c->reason,       c->step,       c->verdict, c->address,
			      c->values,   c->http_version, c->tls_version};

	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		free(text[i]);
	free(c->steps_at);
}

void overview_release(struct overview *o)
{
	for (size_t i = 0; i < o->checks; i++)
		free_check(&o->check[i]);
	for (size_t i = 0; i < o->services; i++) {
		free(o->service[i].name);
		free(o->service[i].state);
		free(o->service[i].members);
		free(o->service[i].burning);
		free(o->service[i].weights);
	}
	for (size_t i = 0; i < o->windows; i++) {
		free(o->window[i].id);
		free(o->window[i].services);
		free(o->window[i].impact);
		free(o->window[i].text);
	}
	for (size_t i = 0; i < o->words; i++) {
		free(o->word[i].key);
		free(o->word[i].value);
	}
	free(o->check);
	free(o->service);
	free(o->window);
	free(o->trouble);
	*o = (struct overview){0};
}

/* Room for one more of `count`: doubles at powers of two. */
static void *grown(void *at, size_t count, size_t size)
{
	return count & (count - 1) ? at : memory_resize(at, (count ? 2 * count : 1) * size);
}

static void take_check(struct overview *o, const struct line *l)
{
	struct steps_one step[STEPS_MOST];
	struct overview_check *c;

	if (o->checks + o->services >= OVERVIEW_MOST)
		return;
	o->check = grown(o->check, o->checks, sizeof *o->check);
	c = &o->check[o->checks++];
	*c = (struct overview_check){
		.name = memory_text(line_name(l)),
		.module = memory_text(line_get(l, "module")),
		.service = memory_text(line_get(l, "service")),
		.location = memory_text(line_get(l, "location")),
		.state = memory_text(line_get(l, "state")),
		.reason = memory_text(line_get(l, "reason")),
		.step = memory_text(line_get(l, "step")),
		.verdict = memory_text(line_get(l, "verdict")),
		.address = memory_text(line_get(l, "address")),
		.values = memory_text(line_get(l, "values")),
		.http_version = memory_text(line_get(l, "http_version")),
		.tls_version = memory_text(line_get(l, "tls_version")),
		.missed = line_int(l, "missed", 0),
		.late_us = line_int(l, "late_us", 0),
		.incident = memory_text(line_get(l, "incident")),
		.incident_us = line_int(l, "incident_us", 0),
		.since_us = line_int(l, "since_us", 0),
		.start_us = line_int(l, "start_us", 0),
		.elapsed_us = line_int(l, "elapsed_us", 0),
		.next_us = line_int(l, "next_us", 0),
		.interval_us = line_int(l, "interval_us", 0),
		.intense_until_us = line_int(l, "intense_until_us", 0),
		.is_acknowledged = line_int(l, "acknowledged", 0) > 0,
		.is_paused = line_int(l, "paused", 0) > 0,
		.is_flapping = line_int(l, "flapping", 0) > 0,
		.is_in_maintenance = line_int(l, "maintenance", 0) > 0,
		.silenced_until_us = line_int(l, "silenced_until_us", 0),
		.uptime_micro = -1,
	};
	c->steps = steps_parse(line_get(l, "steps"), step, STEPS_MOST);
	if (!c->steps)
		return;
	c->steps_at = memory_new(c->steps * sizeof *step);
	memcpy(c->steps_at, step, c->steps * sizeof *step);
}

static void take_service(struct overview *o, const struct line *l)
{
	if (o->checks + o->services >= OVERVIEW_MOST)
		return;
	o->service = grown(o->service, o->services, sizeof *o->service);
	o->service[o->services++] = (struct overview_service){
		.name = memory_text(line_name(l)),
		.state = memory_text(line_get(l, "state")),
		.members = memory_text(line_get(l, "members")),
		.since_us = line_int(l, "since_us", 0),
		.need = line_int(l, "need", 1),
		.up = line_int(l, "up", 0),
		.of = line_int(l, "of", 0),
		.weights = memory_text(line_get(l, "weights")),
		.is_acknowledged = line_int(l, "acknowledged", 0) > 0,
		.is_paused = line_int(l, "paused", 0) > 0,
		.is_in_maintenance = line_int(l, "maintenance", 0) > 0,
		.silenced_until_us = line_int(l, "silenced_until_us", 0),
		.burning = memory_text(line_get(l, "burning")),
		.burning_since_us = line_int(l, "burning_since_us", 0),
		.uptime_micro = -1,
	};
}

static void take_window(struct overview *o, const struct line *l)
{
	if (o->windows >= OVERVIEW_WINDOWS)
		return;
	o->window = grown(o->window, o->windows, sizeof *o->window);
	o->window[o->windows++] = (struct overview_window){
		.id = memory_text(line_name(l)),
		.services = memory_text(line_get(l, "services")),
		.impact = memory_text(line_get(l, "impact")),
		.text = memory_text(line_get(l, "text")),
		.from_us = line_int(l, "from_us", 0),
		.to_us = line_int(l, "to_us", 0),
		.announced_us = line_int(l, "announced_us", 0),
	};
}

static void take_health(struct overview *o, const struct line *l)
{
	o->has_health = true;
	o->is_ok = line_int(l, "ok", 0) == 1;
	free(o->trouble);
	o->trouble = memory_text(line_get(l, "text"));
	for (size_t i = 0; i < l->words && o->words < OVERVIEW_WORDS; i++)
		if (strcmp(l->word[i].key, "ok") && strcmp(l->word[i].key, "text"))
			o->word[o->words++] = (struct overview_word){memory_text(l->word[i].key),
								     memory_text(l->word[i].value)};
}

void overview_take(struct overview *o, const struct line *l, int64_t wall_us)
{
	if (!strcmp(l->verb, "check"))
		take_check(o, l);
	else if (!strcmp(l->verb, "service"))
		take_service(o, l);
	else if (!strcmp(l->verb, "window"))
		take_window(o, l);
	else if (!strcmp(l->verb, "health"))
		take_health(o, l);
	else if (!strcmp(l->verb, "end")) {
		o->is_complete = true;
		o->at_us = wall_us;
	}
}

size_t overview_count(const struct overview *o, const char *state)
{
	size_t n = 0;

	for (size_t i = 0; i < o->checks; i++)
		n += !strcmp(o->check[i].state, state);
	return n;
}

const char *overview_word(const struct overview *o, const char *key)
{
	for (size_t i = 0; i < o->words; i++)
		if (!strcmp(o->word[i].key, key))
			return o->word[i].value;
	return "";
}
