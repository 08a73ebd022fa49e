/* config/loader: the role `loader`: reads the configuration once, says its lines, ends.
 *
 * Invariant: between `begin` and `end` stands either a whole configuration or nothing but problems.
 */
#include <stdlib.h>
#include <string.h>

#include "../base/errand.h"
#include "config.h"

#define QUEUE_BYTES ((size_t)1 << 30)

struct loader {
	struct errand errand; /* first */
	char *file;
	int64_t generation;
	int status;
};

static void load(struct loader *l)
{
	struct config *c = config_read(l->file, true);
	struct text *t = link_line(&l->errand.parent);

	line_begin_number(t, "begin", l->generation);
	line_end(t);
	config_add_lines(c, t);
	line_begin_number(t, "end", l->generation);
	line_add_int(t, "problems", config_wrong(c));
	line_end(t);
	l->status = config_wrong(c) != 0;
	l->errand.is_done = true;
	config_free(c);
}

static const char *take(struct errand *e, const struct line *line)
{
	struct loader *l = (struct loader *)e;

	if (!strcmp(line->verb, "start")) {
		free(l->file);
		l->file = strdup(line_get(line, "file"));
		l->generation = line_int(line, "generation", 1);
	} else if (!strcmp(line->verb, "go") && l->file && *l->file) {
		load(l);
	} else {
		return "an unknown line of the parent";
	}
	return NULL;
}

int loader_main(int control_fd)
{
	struct loader l = {
		.errand = {.role = "loader", .most_bytes = QUEUE_BYTES, .take = take},
		.status = 1,
	};

	errand_run(&l.errand, control_fd);
	free(l.file);
	return l.errand.is_done ? l.status : 1;
}
