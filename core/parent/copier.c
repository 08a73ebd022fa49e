/* parent/copier: the process that keeps static copies of pages (core/copier): it runs while a page
 * has a copy, and is started anew where another configuration says something else of copies. See
 * house.h. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "house.h"

/* What it says goes on to the keeper: trouble, and answers to who asked for a copy. */
static const char *take(struct child *c, const struct line *l, int fd)
{
	struct house *h = c->with;
	struct text t = {0};

	if (fd >= 0)
		close(fd);
	if (!strcmp(l->verb, "ready")) {
		c->is_ready = true;
		return NULL;
	}
	if (strcmp(l->verb, "trouble") != 0 && strcmp(l->verb, "copied") != 0)
		return "an unknown line of the process 'copier'";
	line_begin(&t, strcmp(l->verb, "trouble") ? l->verb : "copy-trouble", l->id);
	line_add_words(&t, l, NULL);
	line_end(&t);
	if (h->role[ROLE_KEEPER].pid > 0 && !h->is_ending)
		house_send(h, &h->role[ROLE_KEEPER], t.at);
	text_release(&t);
	return NULL;
}

void copier_join(struct house *h)
{
	struct child *web = &h->role[ROLE_WEB], *copier = &h->copier.child;
	int pair[2];

	if (web->pid <= 0 || web->is_stopping || copier->pid <= 0 || copier->is_stopping)
		return;
	if (!link_pair(pair)) {
		log_say("the copier and the web cannot be joined: %s", log_errno(errno));
		child_kill(copier, SIGKILL); /* it comes back and is joined then */
		return;
	}
	if (!link_send_fd(&web->link, "fd copier\n", pair[0]) ||
	    !link_send_fd(&copier->link, "fd web\n", pair[1]))
		child_kill(copier, SIGKILL);
	close(pair[0]);
	close(pair[1]);
}

static void start(struct house *h)
{
	struct copier_run *run = &h->copier;
	struct child_plan how = {.role = "copier",
				 .privilege = &h->privilege,
				 .root_fd = -1,
				 .take = take,
				 .with = h,
				 .is_traced = h->options->is_traced};

	free(run->print);
	run->print = memory_text(text_get(&h->plan->copies));
	if (!child_start(&run->child, h->loop, &how)) {
		log_say("the copier could not be started: %s", log_errno(errno));
		patience_lose(&run->patience, loop_now(h->loop), 0, 0);
		return;
	}
	house_send(h, &run->child, "start copier\n");
	house_send(h, &run->child, run->print);
	copier_join(h);
	house_send(h, &run->child, "go -\n");
}

void copier_tick(struct house *h)
{
	struct copier_run *run = &h->copier;
	int64_t now_us = loop_now(h->loop);

	child_tick(&run->child, now_us);
	if (run->child.pid <= 0 && !h->is_ending && h->plan && h->plan->copies.size &&
	    h->role[ROLE_WEB].pid > 0 && now_us >= run->patience.again_us)
		start(h);
}

void copier_follow(struct house *h)
{
	struct copier_run *run = &h->copier;

	run->patience = (struct patience){0};
	if (run->child.pid > 0 && strcmp(run->print, text_get(&h->plan->copies)) != 0)
		copier_stop(h);
	copier_tick(h);
}

bool copier_died(struct house *h, pid_t pid, int status)
{
	struct copier_run *run = &h->copier;
	bool was_asked = run->child.is_stopping;

	(void)status;
	if (pid != run->child.pid)
		return false;
	run->child.is_stopping = true; /* its end is no surprise to the link */
	house_drain(&run->child);
	child_end(&run->child);
	if (!was_asked && !h->is_ending) {
		log_say("the copier ended and is started again");
		patience_lose(&run->patience, loop_now(h->loop),
			      loop_now(h->loop) - run->child.started_us, 1);
	}
	return true;
}

void copier_stop(struct house *h)
{
	child_stop(&h->copier.child, loop_now(h->loop), GRACE_US);
}

void copier_ask(struct house *h, const struct line *l)
{
	struct text t = {0};
	bool is_there = h->copier.child.pid > 0 && !h->copier.child.is_stopping;

	line_begin(&t, is_there ? "copy-now" : "copied", l->id);
	if (is_there)
		line_add(&t, "page", line_get(l, "page"));
	else
		line_add(&t, "wrong",
			 !h->plan || h->plan->copies.size
				 ? "the copier is not there just now: try again"
				 : "no page has a copy: write copy = \"FOLDER\" into its section");
	line_end(&t);
	house_send(h, is_there ? &h->copier.child : &h->role[ROLE_KEEPER], t.at);
	text_release(&t);
}

void copier_release(struct house *h)
{
	free(h->copier.print);
	h->copier.print = NULL;
}
