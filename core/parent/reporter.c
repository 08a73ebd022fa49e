/* parent/reporter: the process that makes one report which sends itself (core/reporter). The keeper
 * says what is due, and hears what became of it whatever happens to the process. See house.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../store/store.h"
#include "house.h"

#define LIFE_US (1800 * CLOCK_SECOND)

static void tell(struct house *h, const struct line *words, const char *wrong)
{
	struct reporter_run *run = &h->reporter;
	struct text t = {0};

	if (!run->number)
		return;
	line_begin_number(&t, "made", run->number);
	if (wrong)
		line_add(&t, "wrong", wrong);
	else
		line_add_words(&t, words, NULL);
	line_end(&t);
	if (h->role[ROLE_KEEPER].pid > 0 && !h->is_ending)
		house_send(h, &h->role[ROLE_KEEPER], t.at);
	run->number = 0;
	text_release(&t);
}

static const char *take(struct child *c, const struct line *l, int fd)
{
	if (fd >= 0)
		close(fd);
	if (strcmp(l->verb, "made") != 0)
		return "an unknown line of the process 'reporter'";
	tell(c->with, l, NULL);
	return NULL;
}

static void send_order(struct house *h, const struct line *make)
{
	struct child *c = &h->reporter.child;
	struct text t = {0};

	line_begin(&t, "start", "reporter");
	line_add(&t, "store", h->plan->set.store);
	line_add(&t, "location", h->plan->set.location);
	line_end(&t);
	line_begin(&t, "make", make->id);
	line_add_words(&t, make, NULL);
	line_end(&t);
	house_send(h, c, t.at);
	house_send(h, c, text_get(&h->plan->figures));
	house_send(h, c, text_get(&h->plan->orders));
	house_send(h, c, "go -\n");
	text_release(&t);
}

void reporter_begin(struct house *h, const struct line *make)
{
	struct reporter_run *run = &h->reporter;
	struct child_plan how = {.role = "reporter",
				 .privilege = &h->privilege,
				 .root_fd = -1,
				 .take = take,
				 .with = h,
				 .is_traced = h->options->is_traced};
	bool is_busy = run->child.pid > 0;

	if (is_busy)
		child_kill(&run->child, SIGKILL); /* a keeper before this one wanted it */
	run->number = line_number(make);
	if (is_busy) {
		tell(h, NULL, "another one was under way");
	} else if (!h->plan) {
		tell(h, NULL, "there is no configuration yet");
	} else if (!child_start(&run->child, h->loop, &how)) {
		tell(h, NULL, log_errno(errno));
	} else {
		run->child.kill_at_us = loop_now(h->loop) + LIFE_US;
		send_order(h, make);
	}
}

void reporter_tick(struct house *h)
{
	child_tick(&h->reporter.child, loop_now(h->loop));
}

bool reporter_died(struct house *h, pid_t pid, int status)
{
	struct reporter_run *run = &h->reporter;
	struct text wrong = {0};

	if (pid != run->child.pid)
		return false;
	run->child.is_stopping = true; /* its end is no surprise */
	house_drain(&run->child);
	child_end(&run->child);
	if (WIFSIGNALED(status))
		text_printf(&wrong, "the process that makes it was ended by signal %d",
			    WTERMSIG(status));
	else
		text_printf(&wrong, "the process that makes it ended (exit status %d)",
			    WEXITSTATUS(status));
	tell(h, NULL, text_get(&wrong));
	text_release(&wrong);
	return true;
}

/* Nobody waits for it any more. */
void reporter_stop(struct house *h)
{
	h->reporter.number = 0;
	child_kill(&h->reporter.child, SIGKILL);
}

int reporter_open_files(const struct house *h)
{
	const char *store = h->plan->set.store, *slash = strrchr(store, '/');
	struct text name = {0};
	int fd;

	if (h->store_fd < 0)
		return -1;
	text_printf(&name, "%s" STORE_FILES, slash ? slash + 1 : store);
	if (!mkdirat(h->store_fd, text_get(&name), 0700) && h->privilege.is_dropped &&
	    fchownat(h->store_fd, text_get(&name), h->privilege.uid, h->privilege.gid,
		     AT_SYMLINK_NOFOLLOW))
		log_say("the owner of '%s' cannot be set: %s", text_get(&name), log_errno(errno));
	fd = openat(h->store_fd, text_get(&name), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	text_release(&name);
	return fd;
}
