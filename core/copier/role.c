/* copier/role: the role `copier`: when a copy is made, from what the web answers. See copier.h.
 *
 * One page at a time (run.h). A page is looked at every `every_us`; its copy is made
 * anew when what it shows has changed, and before the stamps of its files run out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/link.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../parent/sandbox.h"
#include "copier.h"
#include "run.h"

#define QUEUE_BYTES (1u << 20)

static void web_closed(struct link *k, const char *why)
{
	struct copier *c = k->with;

	(void)why;
	c->is_linked = false;
	if (c->phase == LISTING || c->phase == FILES)
		run_fail(c, "the web ended while it was made");
}

static void link_web(struct copier *c, int fd)
{
	if (c->is_linked)
		link_close(&c->web, "a new web");
	c->web = (struct link){.name = "web", .take = run_take, .closed = web_closed, .with = c};
	c->is_linked = link_open(&c->web, c->loop, fd, QUEUE_BYTES);
	if (!c->is_linked)
		close(fd);
	loop_set(c->loop, &c->tick, loop_now(c->loop));
}

/* ---- when ---- */

static void tick(struct loop_timer *t)
{
	struct copier *c = (struct copier *)((char *)t - offsetof(struct copier, tick));
	int64_t now_us = loop_now(c->loop), next_us = now_us + CLOCK_SECOND;

	if ((c->phase == LISTING || c->phase == FILES) && now_us >= c->answer_by_us) {
		log_say("the web does not answer"); /* the parent joins us anew */
		loop_end(c->loop);
		return;
	}
	for (struct job *j = c->jobs; j && c->phase == IDLE && c->is_linked && c->has_begun;
	     j = j->following)
		if (j->askeds || now_us >= j->next_us)
			run_begin(c, j);
	if (c->phase == IDLE || c->phase == HOOK)
		loop_set(c->loop, t, next_us);
}

/* ---- the parent ---- */

static void take_job(struct copier *c, const struct line *l)
{
	struct job *j = memory_new(sizeof *j);

	*j = (struct job){.name = memory_text(line_name(l)),
			  .folder = memory_text(line_get(l, "folder")),
			  .hook = memory_text(line_get(l, "hook")),
			  .url = memory_text(line_get(l, "url")),
			  .every_us = line_int(l, "every_us", 15 * CLOCK_SECOND),
			  .renew_us = line_int(l, "renew_us", 600 * CLOCK_SECOND)};
	*c->last_job = j;
	c->last_job = &j->following;
}

static void take_asked(struct copier *c, const struct line *l)
{
	struct job *j = c->jobs;
	struct text *t;

	while (j && strcmp(j->name, line_get(l, "page")) != 0)
		j = j->following;
	if (j && c->is_linked && j->askeds < ASKED_MOST) {
		j->asked[j->askeds++] = line_number(l);
		if (c->phase == IDLE)
			loop_set(c->loop, &c->tick, loop_now(c->loop));
		return;
	}
	t = link_line(&c->parent);
	line_begin_number(t, "copied", line_number(l));
	line_add(t, "wrong",
		 !j ? "no page of this name has a copy: 'nines page' lists them, and copy = "
		      "\"FOLDER\" in its section makes one"
		 : !c->is_linked ? "the web is not there just now: try again"
				 : "too many wait for it: try again");
	line_end(t);
	link_flush(&c->parent);
}

static bool has_hooks(const struct copier *c)
{
	for (const struct job *j = c->jobs; j; j = j->following)
		if (*j->hook)
			return true;
	return false;
}

static void go(struct copier *c)
{
	sandbox_enter(has_hooks(c) ? "copier-exec" : "copier");
	c->has_begun = true;
	line_begin(link_line(&c->parent), "ready", "-");
	line_end(link_line(&c->parent));
	link_flush(&c->parent);
	loop_set(c->loop, &c->tick, loop_now(c->loop));
}

static const char *take_parent(struct link *k, const struct line *l, int fd)
{
	struct copier *c = k->with;

	if (!strcmp(l->verb, "fd") && !strcmp(l->id, "web") && fd >= 0) {
		link_web(c, fd);
		return NULL;
	}
	if (fd >= 0)
		close(fd);
	if (!strcmp(l->verb, "copy") && !c->has_begun)
		take_job(c, l);
	else if (!strcmp(l->verb, "go") && !c->has_begun)
		go(c);
	else if (!strcmp(l->verb, "copy-now"))
		take_asked(c, l);
	else if (!strcmp(l->verb, "stop"))
		loop_end(c->loop);
	return NULL;
}

static void parent_closed(struct link *k, const char *why)
{
	struct copier *c = k->with;

	(void)why;
	loop_end(c->loop);
}

static void release(struct copier *c)
{
	struct job *j;

	while ((j = c->jobs)) {
		c->jobs = j->following;
		free(j->name);
		free(j->folder);
		free(j->hook);
		free(j->url);
		free(j->wrong);
		free(j);
	}
	folder_close(&c->folder);
	text_release(&c->bytes);
	text_release(&c->wrong);
	loop_free(c->loop);
	free(c);
}

int copier_main(int control_fd)
{
	struct copier *c = memory_new(sizeof *c);

	*c = (struct copier){.parent = {.name = "parent",
					.take = take_parent,
					.closed = parent_closed,
					.with = c},
			     .tick.fire = tick,
			     .last_job = &c->jobs,
			     .folder.fd = -1};
	c->loop = loop_new();
	if (!c->loop || !link_open(&c->parent, c->loop, control_fd, QUEUE_BYTES))
		log_die(1, "no descriptors for an event loop: raise the limit of open files");
	hook_init(&c->hook, c->loop);
	c->hook.done = run_hook_done;
	c->hook.with = c;
	loop_run(c->loop);
	hook_stop(&c->hook);
	c->phase = IDLE;
	if (c->is_linked)
		link_close(&c->web, "end");
	link_forget(&c->parent);
	release(c);
	return 0;
}
