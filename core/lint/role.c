/* lint/role: the role `lint`: takes the lines of a configuration, looks, says what it has found,
 * ends. Unprivileged and in a prober's sandbox: it reads what name servers say. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/link.h"
#include "../base/log.h"
#include "../base/loop.h"
#include "../parent/sandbox.h"
#include "lint.h"

#define QUEUE_BYTES (1u << 20)

struct role {
	struct link parent;
	struct loop *loop;
	struct loop_turn turn;
	struct lint *lint;
	bool is_done;
};

static void say(struct role *r, const char *verb, const char *text, const char *remedy)
{
	struct text *t = link_line(&r->parent);

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

static void look(struct role *r)
{
	struct lint_sink sink = {.find = find, .note = note, .with = r};

	sandbox_enter("prober");
	lint_run(r->lint, &sink);
	text_puts(link_line(&r->parent), "end -\n");
	r->is_done = true;
}

static const char *take(struct link *k, const struct line *line, int fd)
{
	struct role *r = k->with;

	if (fd >= 0)
		close(fd);
	if (!strcmp(line->verb, "go"))
		look(r);
	else if (!strcmp(line->verb, "stop"))
		loop_end(r->loop);
	else
		lint_take(r->lint, line);
	return NULL;
}

static void closed(struct link *k, const char *why)
{
	struct role *r = k->with;

	(void)why;
	loop_end(r->loop);
}

static void end_turn(struct loop_turn *turn)
{
	struct role *r = (struct role *)((char *)turn - offsetof(struct role, turn));

	link_flush(&r->parent);
	if (r->is_done && !r->parent.out.size)
		loop_end(r->loop);
}

int lint_main(int control_fd)
{
	struct role r = {.parent = {.name = "parent", .take = take, .closed = closed, .with = &r},
			 .turn = {.turn = end_turn}};

	log_role("lint");
	r.lint = lint_new();
	r.loop = loop_new();
	if (!r.loop || !link_open(&r.parent, r.loop, control_fd, QUEUE_BYTES))
		log_die(1, "no descriptors for an event loop: raise the limit of open files");
	loop_each_turn(r.loop, &r.turn);
	loop_run(r.loop);
	link_forget(&r.parent);
	loop_free(r.loop);
	lint_free(r.lint);
	return !r.is_done;
}
