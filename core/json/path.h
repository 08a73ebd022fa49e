/* json/path: where a value stands in a JSON document: `data.items[0]["a b"].length`.
 *
 * `$` is the document itself and may begin a path; `.name` or `["name"]` is a member, `[0]` an item
 * counted from the front, `[-1]` from the end. A name of letters, digits, '_' and '-' that does not
 * begin with a digit needs no quotes, and the first one no point. `.length` as the end of a path is
 * no member but how many items, members or characters there are. Pure; used by condition.c and
 * prober/probe_json.c. */
#ifndef NINES_JSON_PATH_H
#define NINES_JSON_PATH_H

#include <jansson.h>

#include "../base/arena.h"
#include "../base/text.h"

#define JSON_STEPS 32

struct json_path {
	const char *written;
	size_t steps;
	bool wants_length;
	struct json_step {
		const char *name; /* NULL: an item */
		int64_t item;
		size_t end; /* of this step in `written` */
	} step[JSON_STEPS];
};

/* Reads a path from *at, which moves behind it; what is kept lives in the arena. False: *why says
 * what is wrong with it. */
bool json_path_read(struct json_path *, struct arena *, const char **at, struct text *why);

/* What it leads to, the caller's: json_decref(). NULL: *why says how far it came and what was
 * there: "'data.items' is an empty array". */
json_t *json_path_follow(const struct json_path *, json_t *document, struct text *why);

#endif
