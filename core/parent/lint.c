/* parent/lint: the process that looks whether anybody would hear of an outage (core/lint). It is
 * started when a configuration has come into force and then once a day, ends by itself, and what it
 * finds is said once: again only when it is something else, or the next day. See house.h. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "house.h"

#define DAY_US (86400 * CLOCK_SECOND)
#define LIFE_US (60 * CLOCK_SECOND)
#define SAID_BYTES 65536

static void add_said(struct text *t, const struct line *l)
{
	static const char *const part[] = {"text", "remedy"};

	for (size_t i = 0; i < 2; i++) {
		const char *text = line_get(l, part[i]);

		text_puts(t, i ? ": " : "");
		text_add_safe(t, text, strlen(text), 2000);
	}
	text_putc(t, '\n');
}

/* Line by line, as everything in the log. */
static void say(const struct text *said)
{
	for (const char *at = text_get(said), *end; (end = strchr(at, '\n')); at = end + 1)
		log_say("%.*s", (int)(end - at), at);
}

static void end(struct house *h)
{
	struct lint_run *run = &h->lint;

	if (run->is_daily || strcmp(text_get(&run->saying), text_get(&run->said)) != 0)
		say(&run->saying);
	text_release(&run->said);
	run->said = run->saying;
	run->saying = (struct text){0};
}

static const char *take(struct child *c, const struct line *l, int fd)
{
	struct house *h = c->with;

	if (fd >= 0)
		close(fd);
	if (!strcmp(l->verb, "ready"))
		c->is_ready = true;
	else if (!strcmp(l->verb, "end"))
		end(h);
	else if (strcmp(l->verb, "finding") && strcmp(l->verb, "note"))
		return "an unknown line of the process 'lint'";
	else if (h->lint.saying.size < SAID_BYTES)
		add_said(&h->lint.saying, l);
	return NULL;
}

static void send_plan(struct house *h, const struct plan *p)
{
	house_send(h, &h->lint.child, "start lint\n");
	house_send(h, &h->lint.child, text_get(&p->hosts));
	for (size_t i = 0; i < p->channels; i++)
		house_send(h, &h->lint.child, p->channel[i]->line);
	house_send(h, &h->lint.child, text_get(&p->lines));
	house_send(h, &h->lint.child, "go -\n");
}

static void start(struct house *h, int64_t now_us)
{
	struct child_plan how = {.role = "lint",
				 .privilege = &h->privilege,
				 .root_fd = -1,
				 .take = take,
				 .with = h,
				 .is_traced = h->options->is_traced};

	h->lint.next_us = now_us + DAY_US;
	text_clear(&h->lint.saying);
	if (!child_start(&h->lint.child, h->loop, &how)) {
		log_say("paths could not be looked at: %s", log_errno(errno));
		return;
	}
	h->lint.child.kill_at_us = now_us + LIFE_US;
	send_plan(h, h->plan);
}

void lint_follow(struct house *h)
{
	h->lint.next_us = loop_now(h->loop);
	h->lint.is_new = true;
	child_kill(&h->lint.child, SIGKILL); /* it looks at what is no longer so */
}

void lint_tick(struct house *h)
{
	int64_t now_us = loop_now(h->loop);

	child_tick(&h->lint.child, now_us);
	if (h->lint.child.pid > 0 || h->is_ending || !h->plan || !h->plan->channels ||
	    now_us < h->lint.next_us)
		return;
	h->lint.is_daily = !h->lint.is_new;
	h->lint.is_new = false;
	start(h, now_us);
}

bool lint_died(struct house *h, pid_t pid)
{
	if (pid != h->lint.child.pid)
		return false;
	h->lint.child.is_stopping = true; /* its end is no surprise */
	child_end(&h->lint.child);
	return true;
}

void lint_stop(struct house *h)
{
	child_kill(&h->lint.child, SIGKILL);
}

void lint_release(struct house *h)
{
	text_release(&h->lint.said);
	text_release(&h->lint.saying);
}
