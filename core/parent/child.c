/* parent/child: see child.h. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"

#define TRACE_PIPE_BYTES (1 << 20) /* all that waited for a new recorder is told at once */
#define CONTROL_FD 3
#define LINES_A_SECOND 100

/* What of our environment a role may see: no variable that could hold a secret. */
static const char *const passed_on[] = {
	"PATH=", "LANG=",       "TZ=",      "NO_COLOR=", "NINES_",          "ASAN_", "UBSAN_",
	"LSAN_", "LD_PRELOAD=", "FAKETIME", "MALLOC_",   "GLIBC_TUNABLES=", "SSL_CERT_", NULL};

static bool is_passed_on(const char *variable)
{
	for (const char *const *p = passed_on; *p; p++)
		if (!strncmp(variable, *p, strlen(*p)))
			return true;
	return false;
}

/* Shortens our copy of the list: we are the child between fork and exec. */
static void clean_environment(void)
{
	char **to = environ;

	for (char **from = environ; *from; from++)
		if (is_passed_on(*from))
			*to++ = *from;
	*to = NULL;
}

/* Moves `fd` out of the way of the low numbers that the others will get. */
static int lift(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 10);
}

static void become(const struct child_plan *plan, int control, int output, int root)
{
	char uid[16], gid[16];
	const char *argv[8] = {"ninesd", "--role", plan->role};
	int n = 3, nothing = lift(open("/dev/null", O_RDWR | O_CLOEXEC));
	sigset_t none;

	if (plan->privilege && plan->privilege->is_dropped) {
		snprintf(uid, sizeof uid, "%u", (unsigned)plan->privilege->uid);
		snprintf(gid, sizeof gid, "%u", (unsigned)plan->privilege->gid);
		argv[n++] = "--drop";
		argv[n++] = uid;
		argv[n++] = gid;
		if (root >= 0)
			argv[n++] = "--confine";
	}
	if (!plan->keeps_environment)
		clean_environment();
	dup2(nothing, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	dup2(control, CONTROL_FD);
	if (root >= 0)
		dup2(root, PRIVILEGE_ROOT_FD);
	close_range(root >= 0 ? PRIVILEGE_ROOT_FD + 1 : CONTROL_FD + 1, ~0u, 0);
	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execv("/proc/self/exe", (char **)argv);
	_exit(127);
}

/* One line of a child, made safe: a module may have written it, or a server. */
static void print_line(struct child *c)
{
	struct text line = {0};
	size_t skip = c->said_bytes > 7 && !memcmp(c->said, "nines: ", 7) ? 7 : 0;

	text_puts(&line, skip || !c->is_traced ? "nines: " : "trace: ");
	if (!skip && !c->is_traced)
		text_printf(&line, "%s says: ", c->role);
	text_add_safe(&line, c->said + skip, c->said_bytes - skip, sizeof c->said);
	text_putc(&line, '\n');
	if (write(STDERR_FILENO, line.at, line.size) < 0)
		c->lost++;
	text_release(&line);
	c->said_bytes = 0;
}

static void end_line(struct child *c)
{
	int64_t second_us = loop_now(c->link.loop) / CLOCK_SECOND;

	if (second_us != c->second_us) {
		if (c->lost)
			log_say("%s printed %u more lines that are not shown", c->role, c->lost);
		c->second_us = second_us;
		c->lines = c->lost = 0;
	}
	if (c->said_bytes && (c->is_traced || c->lines++ < LINES_A_SECOND))
		print_line(c);
	else if (c->said_bytes)
		c->lost++;
	c->said_bytes = 0;
}

static void hear(struct child *c, const char *at, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (at[i] != '\n')
			c->said[c->said_bytes++] = at[i];
		if (at[i] == '\n' || c->said_bytes == sizeof c->said)
			end_line(c);
	}
}

static void close_output(struct child *c)
{
	if (c->output.fd < 0)
		return;
	end_line(c);
	loop_remove(c->link.loop, &c->output);
	close(c->output.fd);
	c->output.fd = -1;
}

static void output_ready(struct loop_watch *w, uint32_t events)
{
	struct child *c = (struct child *)((char *)w - offsetof(struct child, output));
	char room[4096];
	ssize_t n = read(w->fd, room, sizeof room);

	(void)events;
	if (n > 0)
		hear(c, room, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		close_output(c);
}

static const char *take(struct link *k, const struct line *l, int fd)
{
	struct child *c = (struct child *)k;

	return c->take(c, l, fd);
}

static void closed(struct link *k, const char *why)
{
	struct child *c = (struct child *)k;

	if (c->pid <= 0 || c->is_stopping)
		return;
	if (strcmp(why, "it ended") && c->number)
		log_say("%s %ld sent what nobody can read (%s): it is ended", c->role,
			(long)c->number, why);
	else if (strcmp(why, "it ended"))
		log_say("the %s sent what nobody can read (%s): it is ended", c->role, why);
	child_kill(c, SIGKILL);
}

static void close_pair(int fd[2])
{
	for (int i = 0; i < 2; i++)
		if (fd[i] >= 0)
			close(fd[i]);
}

static bool make_ends(int control[2], int output[2])
{
	if (!link_pair(control))
		return false;
	if (!pipe2(output, O_CLOEXEC | O_NONBLOCK))
		return true;
	close_pair(control);
	return false;
}

static void prepare(struct child *c, struct loop *loop, const struct child_plan *plan)
{
	memset(c, 0, sizeof *c);
	c->magic = CHILD_MAGIC;
	c->role = plan->role;
	c->number = plan->number;
	c->is_traced = plan->is_traced;
	c->take = plan->take;
	c->with = plan->with;
	c->started_us = loop_now(loop);
	c->link.name = plan->role;
	c->link.take = take;
	c->link.closed = closed;
	c->link.watch.fd = c->output.fd = -1;
	c->output.ready = output_ready;
}

bool child_start(struct child *c, struct loop *loop, const struct child_plan *plan)
{
	int control[2] = {-1, -1}, output[2] = {-1, -1};

	prepare(c, loop, plan);
	if (!make_ends(control, output))
		return false;
	if (c->is_traced)
		fcntl(output[0], F_SETPIPE_SZ, TRACE_PIPE_BYTES);
	c->pid = fork();
	if (c->pid == 0)
		become(plan, lift(control[1]), lift(output[1]), lift(plan->root_fd));
	close(control[1]);
	close(output[1]);
	if (c->pid > 0 && link_open(&c->link, loop, control[0], CHILD_QUEUE_BYTES)) {
		if (!loop_add(loop, &c->output, output[0], EPOLLIN)) {
			close(output[0]);
			c->output.fd = -1;
		}
		return true;
	}
	if (c->pid > 0) /* it ends by itself: its control link is closed */
		kill(c->pid, SIGKILL);
	close(control[0]);
	close(output[0]);
	return c->pid > 0; /* the caller hears of its end as of any other */
}

void child_stop(struct child *c, int64_t now_us, int64_t grace_us)
{
	if (c->pid <= 0 || c->is_stopping)
		return;
	c->is_stopping = true;
	c->kill_at_us = now_us + grace_us;
	line_begin(link_line(&c->link), "stop", "-");
	line_end(link_line(&c->link));
	link_flush(&c->link);
}

void child_kill(struct child *c, int number)
{
	if (c->pid > 0)
		kill(c->pid, number);
}

void child_tick(struct child *c, int64_t now_us)
{
	if (c->pid > 0 && c->kill_at_us && now_us >= c->kill_at_us)
		child_kill(c, SIGKILL);
}

void child_end(struct child *c)
{
	c->pid = 0;
	for (int i = 0; i < 32 && c->output.fd >= 0; i++)
		output_ready(&c->output, 0);
	close_output(c);
	link_close(&c->link, "it ended");
}
