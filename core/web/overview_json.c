/* web/overview: the JSON form; its names are a contract (docs/man/nines.1). */
#include <string.h>

#include "../report/uptime.h"
#include "json.h"
#include "overview.h"

/* The last probe; null before the first. */
static json_t *probe(const struct overview_check *c)
{
	json_t *j;

	if (!c->start_us)
		return json_null();
	j = json_object();
	json_object_set_new(j, "verdict", json_safe(c->verdict));
	json_object_set_new(j, "location", json_safe(c->location));
	json_object_set_new(j, "address", json_safe(c->address));
	json_object_set_new(j, "started", json_time(c->start_us));
	json_object_set_new(j, "elapsed_us", json_integer(c->elapsed_us));
	json_object_set_new(j, "steps", json_steps(c->steps_at, c->steps));
	return j;
}

static json_t *uptime(int64_t micro)
{
	struct text t = {0};
	json_t *j;

	uptime_add(&t, micro);
	j = t.size ? json_string(t.at) : json_null();
	text_release(&t);
	return j;
}

/* What is not so is left out. */
static void set_true(json_t *j, const char *key, bool is_so)
{
	if (is_so)
		json_object_set_new(j, key, json_true());
}

static json_t *check(const struct overview_check *c)
{
	json_t *j = json_object();

	json_object_set_new(j, "name", json_safe(c->name));
	json_object_set_new(j, "module", json_safe(c->module));
	json_object_set_new(j, "service", json_safe(c->service));
	json_object_set_new(j, "state", json_safe(c->state));
	json_object_set_new(j, "since", json_time(c->since_us));
	json_object_set_new(j, "reason", json_safe(c->reason));
	json_object_set_new(j, "step", json_safe(c->step));
	json_object_set_new(j, "next_due", json_time(c->next_us));
	json_object_set_new(j, "interval_us", json_integer(c->interval_us));
	json_object_set_new(j, "incident", *c->incident ? json_safe(c->incident) : json_null());
	if (c->intense_until_us)
		json_object_set_new(j, "intensified_until", json_time(c->intense_until_us));
	set_true(j, "acknowledged", c->is_acknowledged);
	set_true(j, "paused", c->is_paused);
	set_true(j, "flapping", c->is_flapping);
	if (c->silenced_until_us)
		json_object_set_new(j, "silenced_until", json_time(c->silenced_until_us));
	json_object_set_new(j, "last", probe(c));
	json_object_set_new(j, "uptime_month", uptime(c->uptime_micro));
	return j;
}

static json_t *numbers(const char *lines)
{
	json_t *list = json_array();
	struct text line = {0};
	int64_t n;

	while (text_next_line(&lines, &line))
		json_array_append_new(list, text_to_int(line.at, &n) ? json_integer(n)
								     : json_null());
	return list;
}

static json_t *service(const struct overview_service *s)
{
	json_t *j = json_object();

	json_object_set_new(j, "name", json_safe(s->name));
	json_object_set_new(j, "state", json_safe(s->state));
	json_object_set_new(j, "since", json_time(s->since_us));
	json_object_set_new(j, "need", json_integer(s->need));
	json_object_set_new(j, "up", json_integer(s->up));
	set_true(j, "acknowledged", s->is_acknowledged);
	if (s->silenced_until_us)
		json_object_set_new(j, "silenced_until", json_time(s->silenced_until_us));
	if (*s->burning) {
		json_object_set_new(j, "burning", json_safe(s->burning));
		json_object_set_new(j, "burning_since", json_time(s->burning_since_us));
	}
	json_object_set_new(j, "members", json_lines(s->members));
	if (*s->weights) {
		json_object_set_new(j, "of", json_integer(s->of));
		json_object_set_new(j, "weights", numbers(s->weights));
	}
	json_object_set_new(j, "uptime_month", uptime(s->uptime_micro));
	return j;
}

json_t *overview_health_json(const struct overview *o)
{
	json_t *j = json_object();
	int64_t n;

	json_object_set_new(j, "ok", json_boolean(o->is_ok));
	json_object_set_new(j, "trouble", json_lines(o->trouble));
	for (size_t i = 0; i < o->words; i++) {
		const char *value = o->word[i].value;

		if (!strcmp(o->word[i].key, "started_us") && text_to_int(value, &n))
			json_object_set_new(j, "started", json_time(n));
		else
			json_object_set_new(j, o->word[i].key,
					    text_to_int(value, &n) ? json_integer(n)
								   : json_safe(value));
	}
	return j;
}

json_t *overview_json(const struct overview *o)
{
	json_t *j = json_object(), *checks = json_array(), *services = json_array();

	for (size_t i = 0; i < o->checks; i++)
		json_array_append_new(checks, check(&o->check[i]));
	for (size_t i = 0; i < o->services; i++)
		json_array_append_new(services, service(&o->service[i]));
	json_object_set_new(j, "at", json_time(o->at_us));
	json_object_set_new(j, "health", overview_health_json(o));
	json_object_set_new(j, "services", services);
	json_object_set_new(j, "checks", checks);
	return j;
}
