/* config/loader: the role `loader`: reads the configuration once, says its lines, ends.
 *
 * Invariant: between `begin` and `end` stands either a whole configuration or nothing but problems.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/link.h"
#include "../base/log.h"
#include "../base/loop.h"
#include "config.h"

#define QUEUE_BYTES ((size_t)1 << 30)

struct loader {
	struct link parent;
	struct loop *loop;
	struct loop_turn turn;
	char *file;
	int64_t generation;
	bool is_done;
	int status;
};

static void load(struct loader *l)
{
	struct config *c = config_read(l->file, true);
	struct text *t = link_line(&l->parent);

	line_begin_number(t, "begin", l->generation);
	line_end(t);
	config_add_lines(c, t);
	line_begin_number(t, "end", l->generation);
	line_add_int(t, "problems", config_wrong(c));
	line_end(t);
	l->status = config_wrong(c) != 0;
	l->is_done = true;
	config_free(c);
}

static const char *take(struct link *k, const struct line *line, int fd)
{
	struct loader *l = k->with;

	if (fd >= 0)
		close(fd);
	if (!strcmp(line->verb, "start")) {
		free(l->file);
		l->file = strdup(line_get(line, "file"));
		l->generation = line_int(line, "generation", 1);
	} else if (!strcmp(line->verb, "go") && l->file && *l->file) {
		load(l);
	} else if (strcmp(line->verb, "stop")) {
		return "an unknown line of the parent";
	}
	return NULL;
}

static void closed(struct link *k, const char *why)
{
	struct loader *l = k->with;

	(void)why;
	loop_end(l->loop);
}

static void end_turn(struct loop_turn *turn)
{
	struct loader *l = (struct loader *)((char *)turn - offsetof(struct loader, turn));

	link_flush(&l->parent);
	if (l->is_done && !l->parent.out.size)
		loop_end(l->loop);
}

int loader_main(int control_fd)
{
	struct loader l = {.parent = {.name = "parent", .take = take, .closed = closed, .with = &l},
			   .turn = {.turn = end_turn}, .status = 1};

	log_role("loader");
	l.loop = loop_new();
	if (!l.loop || !link_open(&l.parent, l.loop, control_fd, QUEUE_BYTES))
		log_die(1, "no descriptors for an event loop: raise the limit of open files");
	loop_each_turn(l.loop, &l.turn);
	loop_run(l.loop);
	free(l.file);
	link_forget(&l.parent);
	loop_free(l.loop);
	return l.is_done ? l.status : 1;
}
