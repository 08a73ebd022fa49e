/* base/errand: see errand.h. */
#include "errand.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

static const char *take(struct link *k, const struct line *line, int fd)
{
	struct errand *e = k->with;

	if (fd >= 0)
		close(fd);
	if (strcmp(line->verb, "stop"))
		return e->take(e, line);
	loop_end(e->loop);
	return NULL;
}

static void closed(struct link *k, const char *why)
{
	struct errand *e = k->with;

	(void)why;
	loop_end(e->loop);
}

static void end_turn(struct loop_turn *turn)
{
	struct errand *e = (struct errand *)((char *)turn - offsetof(struct errand, turn));

	link_flush(&e->parent);
	if (e->is_done && !e->parent.out.size)
		loop_end(e->loop);
}

void errand_run(struct errand *e, int control_fd)
{
	log_role(e->role);
	e->parent.name = "parent";
	e->parent.take = take;
	e->parent.closed = closed;
	e->parent.with = e;
	e->turn.turn = end_turn;
	e->loop = loop_new();
	if (!e->loop || !link_open(&e->parent, e->loop, control_fd, e->most_bytes))
		log_die(1, "no descriptors for an event loop: raise the limit of open files");
	loop_each_turn(e->loop, &e->turn);
	loop_run(e->loop);
	link_forget(&e->parent);
	loop_free(e->loop);
}
