/* web/json: see json.h. */
#include "json.h"

#include <string.h>

#include "../base/clock.h"

json_t *json_safe(const char *at)
{
	struct text t = {0};
	json_t *made;
	size_t n;

	for (; *at; at += n) {
		n = strcspn(at, "\n\t");
		text_add_safe(&t, at, n, SIZE_MAX / 2);
		if (!n)
			text_putc(&t, *at), n = 1;
	}
	made = json_stringn(text_get(&t), t.size);
	text_release(&t);
	return made ? made : json_string("");
}

json_t *json_lines(const char *list)
{
	json_t *all = json_array();
	struct text one = {0};

	while (text_next_line(&list, &one))
		json_array_append_new(all, json_safe(one.at));
	return all;
}

json_t *json_time(int64_t wall_us)
{
	struct text t = {0};
	json_t *made;

	if (!wall_us)
		return json_null();
	clock_add_utc(&t, wall_us, 6);
	made = json_stringn(text_get(&t), t.size);
	text_release(&t);
	return made;
}

json_t *json_number(double n)
{
	if (n > -9e15 && n < 9e15 && (double)(json_int_t)n == n)
		return json_integer((json_int_t)n);
	return json_real(n) ?: json_null();
}

static int append(const char *bytes, size_t size, void *with)
{
	text_add(with, bytes, size);
	return 0;
}

json_t *json_steps(const struct steps_one *step, size_t count)
{
	json_t *list = json_array(), *one;

	for (size_t i = 0; i < count; i++) {
		one = json_object();
		json_object_set_new(one, "name", json_safe(step[i].name));
		if (step[i].hop)
			json_object_set_new(one, "hop", json_integer(step[i].hop));
		json_object_set_new(one, "from_us", json_integer(step[i].from_us));
		json_object_set_new(one, "to_us", json_integer(step[i].to_us));
		json_object_set_new(one, "ok", json_boolean(step[i].ok));
		json_array_append_new(list, one);
	}
	return list;
}

void json_write(struct text *t, json_t *document)
{
	json_dump_callback(document, append, t, JSON_INDENT(1));
	text_putc(t, '\n');
	json_decref(document);
}
