/* json/condition: what a JSON document must say: `PATH OPERATOR LITERAL`, `PATH exists`, `PATH
 * missing`; and a number in it that has a name: `NAME[:UNIT] = PATH`. Paths are those of path.h,
 * literals are JSON.
 *
 * == and != take any literal: values of different kinds are different, numbers are compared as
 * numbers, arrays and objects by all they hold. < <= > >= take a number or a text, and want the
 * same kind in the document; texts are compared byte by byte. `contains` finds a text within a
 * text, an item in an array, a member's name in an object. Only `missing` holds of what is not
 * there. Pure. Used by prober/probe_json.c; docs/modules.md tells admins. */
#ifndef NINES_JSON_CONDITION_H
#define NINES_JSON_CONDITION_H

#include "path.h"

#define JSON_NAME_BYTES 32
#define JSON_UNIT_BYTES 8

struct json_condition {
	const char *written;
	struct json_path path;
	int op;
	json_t *literal; /* NULL: the operator takes none */
};

/* What is kept lives in the arena, but for what json_condition_release() frees, also after a
 * refusal. False: *why says what is wrong and what would be right. */
bool json_condition_read(struct json_condition *, struct arena *, const char *written,
			 struct text *why);
void json_condition_release(struct json_condition *);

/* False: *why is the reason: `wanted status == "ok", got "degraded"`. */
bool json_condition_holds(const struct json_condition *, json_t *document, struct text *why);

struct json_value {
	char name[JSON_NAME_BYTES], unit[JSON_UNIT_BYTES];
	struct json_path path;
};

bool json_value_read(struct json_value *, struct arena *, const char *written, struct text *why);
/* The number, or a text that is wholly one. False: *why is the reason. */
bool json_value_find(const struct json_value *, json_t *document, double *number,
		     struct text *why);

#endif
