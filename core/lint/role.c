/* lint/role: the role `lint`: takes the lines of a configuration, looks, says what it has found,
 * ends. Unprivileged and in a prober's sandbox: it reads what name servers say. */
#include <string.h>

#include "../base/errand.h"
#include "../parent/sandbox.h"
#include "lint.h"

#define QUEUE_BYTES (1u << 20)

static void say(struct errand *e, const char *verb, const char *text, const char *remedy)
{
	struct text *t = link_line(&e->parent);

	line_begin(t, verb, "-");
	line_add(t, "text", text);
	line_add(t, "remedy", remedy);
	line_end(t);
}

static void find(void *with, const char *name, const char *text, const char *remedy)
{
	(void)name; /* the text names it */
	say(with, "finding", text, remedy);
}

static void note(void *with, const char *text, const char *remedy)
{
	say(with, "note", text, remedy);
}

static void look(struct errand *e)
{
	struct lint_sink sink = {.find = find, .note = note, .with = e};

	sandbox_enter("prober");
	lint_run(e->with, &sink);
	text_puts(link_line(&e->parent), "end -\n");
	e->is_done = true;
}

static const char *take(struct errand *e, const struct line *line)
{
	if (!strcmp(line->verb, "go"))
		look(e);
	else
		lint_take(e->with, line);
	return NULL;
}

int lint_main(int control_fd)
{
	struct lint *l = lint_new();
	struct errand e = {.role = "lint", .most_bytes = QUEUE_BYTES, .take = take, .with = l};

	errand_run(&e, control_fd);
	lint_free(l);
	return !e.is_done;
}
