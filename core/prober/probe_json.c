/* prober/probe_json: what modules may ask of JSON documents (include/nines/check.h); the work is
 * done in core/json. A document is freed when its probe ends. */
#include "probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "../base/memory.h"
#include "../json/condition.h"
#include "../json/document.h"

#define SCRATCH_BYTES (64u << 10)

/* The public name of a value is an opaque one: modules are compiled without jansson. */
static const struct probe_json *lend(const json_t *value)
{
	return (const struct probe_json *)value;
}

static json_t *value_of(const struct probe_json *value)
{
	return (json_t *)(uintptr_t)value;
}

/* Seeds before jansson looks for a file of random bytes itself, which it could not open in here;
 * what it then lacks of memory is counted, so that nothing it says is believed (F11). */
static void prepare_once(void)
{
	static bool is_done;
	size_t seed = 0;

	if (is_done)
		return;
	if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
		seed = (size_t)(uintptr_t)&seed;
	json_object_seed(seed);
	json_set_alloc_funcs(memory_try, free);
	is_done = true;
}

static void release(void *document)
{
	json_decref(document);
}

static void say_wrong(struct probe *p, enum json_trouble trouble, const char *bytes, size_t size,
		      const char *why)
{
	if (trouble == JSON_NO_MEMORY)
		probe_unknown(p, "JSON: %s", why);
	else if (trouble == JSON_TOO_LARGE)
		probe_fail(p, "too large: JSON %s", why);
	else
		probe_fail(p, "wanted JSON, got '%s' (%s)",
			   probe_shown_bytes(p, bytes, size < 80 ? size : 80), why);
}

const struct probe_json *probe_json(struct probe *p, const char *bytes, size_t size)
{
	struct text why = {0};
	enum json_trouble trouble;
	json_t *document = NULL;

	if (!probe_may_go_on(p))
		return NULL;
	prepare_once();
	trouble = json_read(bytes, size, &document, &why);
	if (trouble)
		say_wrong(p, trouble, bytes, size, text_get(&why));
	else
		probe_defer(p, release, document);
	text_release(&why);
	return probe_ok(p) ? lend(document) : NULL;
}

/* The document holds what is found, but for a length, which is nobody's: the probe's, then. */
static json_t *find(struct probe *p, const struct json_path *path, json_t *from)
{
	struct text why = {0};
	json_t *found = json_path_follow(path, from, &why);

	text_release(&why);
	if (found && path->wants_length)
		probe_defer(p, release, found);
	else
		json_decref(found);
	return found;
}

const struct probe_json *probe_json_find(struct probe *p, const struct probe_json *from,
					 const char *format, ...)
{
	struct json_path path;
	struct text why = {0};
	json_t *found = NULL;
	const char *at;
	va_list ap;

	if (!from || !probe_may_go_on(p))
		return NULL;
	va_start(ap, format);
	at = arena_vtext(&p->arena, format, ap);
	va_end(ap);
	if (at && json_path_read(&path, &p->arena, &at, &why) && !*at)
		found = find(p, &path, value_of(from));
	text_release(&why);
	return lend(found);
}

const char *probe_json_text(const struct probe_json *value)
{
	const char *text = value ? json_string_value(value_of(value)) : NULL;

	return text ? text : "";
}

size_t probe_json_length(const struct probe_json *value)
{
	const json_t *v = value_of(value);

	return v ? json_array_size(v) + json_object_size(v) : 0;
}

/* ---- conditions and named values ---- */

static void tell(char *to, size_t room, const struct text *why)
{
	if (room)
		snprintf(to, room, "%s", text_get(why));
}

bool probe_json_is_condition(const char *written, char *to, size_t room)
{
	struct json_condition c;
	struct text why = {0};
	struct arena arena;
	bool is_fine;

	arena_init(&arena, NULL, 0, SCRATCH_BYTES);
	is_fine = json_condition_read(&c, &arena, written, &why);
	tell(to, room, &why);
	json_condition_release(&c);
	arena_release(&arena);
	text_release(&why);
	return is_fine;
}

bool probe_json_is_value(const char *written, char *to, size_t room)
{
	struct json_value v;
	struct text why = {0};
	struct arena arena;
	bool is_fine;

	arena_init(&arena, NULL, 0, SCRATCH_BYTES);
	is_fine = json_value_read(&v, &arena, written, &why);
	tell(to, room, &why);
	arena_release(&arena);
	text_release(&why);
	return is_fine;
}

bool probe_json_expect(struct probe *p, const struct probe_json *document, const char *written)
{
	struct json_condition c;
	struct text why = {0};

	if (!document || !probe_may_go_on(p))
		return false;
	if (!json_condition_read(&c, &p->arena, written, &why))
		probe_unknown(p, "'%s': %s", written, text_get(&why));
	else if (!json_condition_holds(&c, value_of(document), &why))
		probe_fail(p, "%s", text_get(&why));
	json_condition_release(&c);
	text_release(&why);
	return probe_ok(p);
}

bool probe_json_holds(struct probe *p, const struct probe_json *document, const char *written)
{
	struct json_condition c;
	struct text why = {0};
	bool holds = false;

	if (!document || !probe_may_go_on(p))
		return false;
	if (!json_condition_read(&c, &p->arena, written, &why))
		probe_unknown(p, "'%s': %s", written, text_get(&why));
	else
		holds = json_condition_holds(&c, value_of(document), &why);
	json_condition_release(&c);
	text_release(&why);
	return holds;
}

bool probe_json_value(struct probe *p, const struct probe_json *document, const char *written)
{
	struct json_value v;
	struct text why = {0};
	double number;

	if (!document || !probe_may_go_on(p))
		return false;
	if (!json_value_read(&v, &p->arena, written, &why))
		probe_unknown(p, "'%s': %s", written, text_get(&why));
	else if (!json_value_find(&v, value_of(document), &number, &why))
		probe_fail(p, "%s", text_get(&why));
	else
		probe_value(p, v.name, number, v.unit);
	text_release(&why);
	return probe_ok(p);
}
