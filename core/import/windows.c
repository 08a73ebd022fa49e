/* import/windows: a maintenance file: JSON as `[{"service": NAME or null, "start": T, "end": T}]`.
 * See import.h. */
#include <jansson.h>
#include <string.h>

#include "../base/clock.h"
#include "import.h"

#define FILE_BYTES (8u << 20)

struct reading {
	struct import *im;
	size_t entry; /* from 1 */
};

static void problem(struct reading *r, const char *what, const char *subject, const char *remedy)
{
	import_problem(r->im, "entry %zu: %s%s%s%s: %s", r->entry, what, *subject ? " '" : "",
		       subject, *subject ? "'" : "", remedy);
}

static bool read_time(struct reading *r, const json_t *one, const char *key, int64_t *us)
{
	const char *text = json_string_value(json_object_get(one, key));
	struct text what = {0};

	if (text && clock_parse_utc(text, us))
		return true;
	text_printf(&what, "\"%s\" is %s", key, text ? "no time:" : "missing or no text");
	problem(r, what.at, text ? text : "", "write it like \"2026-11-21T18:00:00Z\"");
	text_release(&what);
	return false;
}

static bool read_name(struct reading *r, const json_t *one, uint32_t *target)
{
	const json_t *name = json_object_get(one, "service");

	*target = UINT32_MAX;
	if (json_is_null(name))
		return true;
	if (json_is_string(name)) {
		*target = import_target(r->im, json_string_value(name));
		return *target != UINT32_MAX;
	}
	problem(r, "\"service\" is missing", "", "write a name, or null for all");
	return false;
}

static void read_one(struct reading *r, const json_t *one)
{
	int64_t from_us, to_us;
	uint32_t target;

	if (!json_is_object(one)) {
		problem(r, "no object", "",
			"write {\"service\": ..., \"start\": ..., \"end\": ...}");
		return;
	}
	if (!read_time(r, one, "start", &from_us) || !read_time(r, one, "end", &to_us) ||
	    !read_name(r, one, &target))
		return;
	if (from_us >= to_us)
		problem(r, "\"end\" is not behind \"start\"", "", "swap them");
	else
		import_add_window(r->im, target, from_us, to_us);
}

static json_t *load(struct import *im, FILE *f)
{
	struct text whole = {0};
	json_error_t wrong;
	json_t *list = NULL;
	char part[4096];
	size_t n;

	while (whole.size <= FILE_BYTES && (n = fread(part, 1, sizeof part, f)) > 0)
		text_add(&whole, part, n);
	if (whole.size > FILE_BYTES) {
		import_problem(im, "larger than %u MB", FILE_BYTES >> 20);
	} else if (!(list = json_loadb(text_get(&whole), whole.size, JSON_REJECT_DUPLICATES,
				       &wrong))) {
		im->line = wrong.line > 0 ? (size_t)wrong.line : 1;
		import_problem(im, "no JSON: %s", wrong.text);
	}
	text_release(&whole);
	return list;
}

bool import_read_windows(struct import *im, const char *path)
{
	size_t before = im->problem_count;
	struct reading r = {.im = im};
	FILE *f = import_open(im, path);
	json_t *list = f ? load(im, f) : NULL;

	if (f)
		fclose(f);
	if (list && !json_is_array(list))
		import_problem(im, "no list: write [{\"service\": NAME or null, \"start\": T, "
				   "\"end\": T}]");
	im->line = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		r.entry = i + 1;
		read_one(&r, json_array_get(list, i));
	}
	json_decref(list);
	return im->problem_count == before;
}
