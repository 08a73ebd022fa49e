/* cli/outcome: the JSON form; its names are a contract (docs/man/nines.1). */
#include <stdlib.h>
#include <string.h>

#include "../web/json.h"
#include "outcome.h"

static json_t *value(const char *text)
{
	char *unit;
	double n = strtod(text, &unit);
	json_t *one = json_object();

	json_object_set_new(one, "value", unit == text ? json_null() : json_number(n));
	json_object_set_new(one, "unit", json_safe(unit + strspn(unit, " ")));
	return one;
}

static json_t *words(const struct outcome_word *w, size_t n, json_t *(*make)(const char *))
{
	json_t *all = json_object();

	for (size_t i = 0; i < n; i++)
		json_object_set_new(all, w[i].name, make(w[i].text));
	return all;
}

void outcome_add_json(const struct outcome *o, struct text *t, bool with_transcript)
{
	json_t *j = json_object();

	json_object_set_new(j, "module", json_safe(o->module));
	json_object_set_new(j, "target", json_safe(o->target));
	json_object_set_new(j, "verdict", json_safe(o->verdict));
	json_object_set_new(j, "reason", json_safe(o->reason));
	json_object_set_new(j, "step", json_safe(o->step));
	json_object_set_new(j, "address", json_safe(o->address));
	json_object_set_new(j, "started", json_time(o->start_us));
	json_object_set_new(j, "elapsed_us", json_integer(o->elapsed_us));
	json_object_set_new(j, "steps", json_steps(o->steps_at, o->steps));
	json_object_set_new(j, "values", words(o->value, o->values, value));
	json_object_set_new(j, "facts", words(o->fact, o->facts, json_safe));
	if (with_transcript)
		json_object_set_new(j, "transcript", json_safe(o->transcript));
	json_write(t, j);
}
