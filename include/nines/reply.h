/* nines/reply.h: JSON replies, for notifiers that look into them. A module that includes it has the
 * line `jansson` in its file `packages`.
 *
 * Invariant: what a stranger sends is parsed only when it is nested less deep than the small stack
 * of a letter allows, and what comes back is freed with the letter. */
#ifndef NINES_REPLY_H
#define NINES_REPLY_H

#include <jansson.h>
#include <nines/check.h>
#include <stdio.h>

#define REPLY_DEEP 40

/* Is it nested deeper than `most`? Brackets inside strings do not count. Pure. */
static inline bool reply_is_deep(const char *at, size_t size, int most)
{
	bool in_string = false;
	int deep = 0;

	for (size_t i = 0; i < size; i++) {
		if (at[i] == '"')
			in_string = !in_string;
		else if (in_string && at[i] == '\\')
			i++;
		else if (!in_string && (at[i] == '[' || at[i] == '{') && ++deep > most)
			return true;
		else if (!in_string && (at[i] == ']' || at[i] == '}'))
			deep--;
	}
	return false;
}

static inline void reply_release(void *json)
{
	json_decref(json);
}

/* The reply's JSON, the probe's own; NULL: it is none, or cut. */
static inline json_t *reply_json(struct probe *p, const struct probe_http_answer *a)
{
	json_t *json = NULL;

	if (a->body_kept == a->body_bytes && !reply_is_deep(a->body, a->body_kept, REPLY_DEEP))
		json = json_loadb(a->body, a->body_kept, 0, NULL);
	if (json)
		probe_defer(p, reply_release, json);
	return json;
}

/* The member that is reached by these names in turn; NULL: there is none. */
#define reply_get(json, ...) reply_find(json, (const char *const[]){__VA_ARGS__, NULL})

static inline json_t *reply_find(json_t *json, const char *const *name)
{
	for (; json && *name; name++)
		json = json_object_get(json, *name);
	return json;
}

/* A string, number or truth value as text: "" for anything else. `room` takes a number. */
static inline const char *reply_text(const json_t *json, char *room, size_t size)
{
	if (json_is_string(json))
		return json_string_value(json);
	if (json_is_boolean(json))
		return json_is_true(json) ? "true" : "false";
	if (!json_is_integer(json))
		return "";
	snprintf(room, size, "%lld", (long long)json_integer_value(json));
	return room;
}

#endif
