/* copier/hook: see hook.h. */
#include "hook.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../fiber/exec_process.h"

#define LOOK_US 20000
#define WORDS   64
#define CPU_S   HOOK_SECONDS
#define ROUNDS  200 /* of killing what it has left behind */

static void end(struct hook *h, int status);

/* The last bytes are the most telling. */
static void keep(struct hook *h, const char *at, size_t size)
{
	size_t room = sizeof h->said;

	if (size >= room) {
		memcpy(h->said, at + size - room, room);
		h->said_bytes = room;
		return;
	}
	if (h->said_bytes + size > room) {
		size_t gone = h->said_bytes + size - room;

		memmove(h->said, h->said + gone, h->said_bytes - gone);
		h->said_bytes -= gone;
	}
	memcpy(h->said + h->said_bytes, at, size);
	h->said_bytes += size;
}

static void hear(struct hook *h)
{
	char part[4096];
	ssize_t n;

	while ((n = read(h->out, part, sizeof part)) > 0)
		keep(h, part, (size_t)n);
}

static bool is_ours(pid_t pid, const void *with)
{
	(void)pid;
	(void)with;
	return false;
}

/* Whatever it has started and left. */
static void sweep(struct hook *h)
{
	for (int i = 0; i < ROUNDS && exec_kill_orphans(is_ours, NULL); i++)
		usleep(1000);
	hear(h);
	close(h->out);
	h->pid = 0;
	loop_stop_timer(h->loop, &h->look);
}

static void look(struct loop_timer *t)
{
	struct hook *h = (struct hook *)((char *)t - offsetof(struct hook, look));
	siginfo_t is = {0};
	int status = 0;

	hear(h);
	if (loop_now(h->loop) > h->until_us)
		kill(-h->pid, SIGKILL);
	/* It stays a child until what is left of its group is killed: the number is not reused. */
	if (waitid(P_PID, (id_t)h->pid, &is, WEXITED | WNOHANG | WNOWAIT) || !is.si_pid) {
		loop_set(h->loop, t, loop_now(h->loop) + LOOK_US);
		return;
	}
	kill(-h->pid, SIGKILL);
	waitpid(h->pid, &status, 0);
	end(h, status);
}

static void end(struct hook *h, int status)
{
	bool is_late = loop_now(h->loop) > h->until_us;
	struct text wrong = {0};

	sweep(h);
	if (is_late)
		text_printf(&wrong, "it did not end within %d s", HOOK_SECONDS);
	else if (WIFSIGNALED(status))
		text_printf(&wrong, "it was ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		text_printf(&wrong, "it ended with status %d", WEXITSTATUS(status));
	while (h->said_bytes && h->said[h->said_bytes - 1] == '\n')
		h->said_bytes--;
	for (size_t i = 0; i < h->said_bytes; i++)
		h->said[i] = h->said[i] == '\n' ? ' ' : h->said[i];
	if (wrong.size && h->said_bytes) {
		text_puts(&wrong, ": ");
		text_add_safe(&wrong, h->said, h->said_bytes, sizeof h->said);
	}
	h->done(h, wrong.size ? wrong.at : NULL);
	text_release(&wrong);
}

static size_t split(char *lines, const char *word[WORDS + 1])
{
	size_t n = 0;

	while (lines && n < WORDS)
		word[n++] = strsep(&lines, "\n");
	word[n] = NULL;
	return n;
}

static int open_input(const char *input)
{
	int fd = memfd_create("changed", MFD_CLOEXEC);
	size_t size = strlen(input);

	if (fd >= 0 && (write(fd, input, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) < 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static bool launch(struct hook *h, const char *const *argv, const char *const *environment, int in)
{
	int out[2];
	struct launch l = {.argv = argv,
			   .environment = environment,
			   .parent = getpid(),
			   .cpu_s = CPU_S,
			   .in = in};

	if (in < 0 || pipe2(out, O_CLOEXEC))
		return false;
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	l.out = l.err = out[1];
	h->pid = exec_launch(&l);
	close(out[1]);
	h->out = out[0];
	if (h->pid > 0 && !l.error)
		return true;
	if (h->pid > 0) {
		waitpid(h->pid, NULL, 0);
		errno = l.error;
	}
	h->pid = 0;
	close(out[0]);
	return false;
}

bool hook_run(struct hook *h, const char *argv, const char *environment, const char *input,
	      struct text *wrong)
{
	char *words = memory_text(argv), *variables = memory_text(environment);
	const char *word[WORDS + 1], *variable[WORDS + 1];
	int in = open_input(input);
	bool is_running;

	split(words, word);
	split(variables, variable);
	h->said_bytes = 0;
	is_running = launch(h, word, variable, in);
	if (!is_running)
		text_printf(wrong, "it cannot be started: %s", log_errno(errno));
	if (in >= 0)
		close(in);
	free(words);
	free(variables);
	if (is_running) {
		h->until_us = loop_now(h->loop) + HOOK_SECONDS * CLOCK_SECOND;
		loop_set(h->loop, &h->look, loop_now(h->loop) + LOOK_US);
	}
	return is_running;
}

void hook_init(struct hook *h, struct loop *loop)
{
	*h = (struct hook){.loop = loop, .look.fire = look};
	if (!exec_adopt_orphans())
		log_say("what a hook leaves behind cannot be ended: %s", log_errno(errno));
}

void hook_stop(struct hook *h)
{
	if (h->pid <= 0)
		return;
	kill(-h->pid, SIGKILL);
	waitpid(h->pid, NULL, 0);
	sweep(h);
}
