/* report/print: a document made by a program of its own (pdf/), fed and read at once. See report.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../base/spool.h"
#include "report.h"

#define LOOK_MS   200
#define WHY_BYTES 500

struct printing {
	const struct text *in;
	const struct report_order *order;
	size_t sent, made;
	struct text why, said; /* of what went wrong; how far it is */
	int document;	     /* the file that is made */
	int disk_error;      /* why the document could not be kept, 0: it is */
	int to, from, error; /* -1: done */
	int64_t give_up_us;
};

/* Beside the program that runs now, as it is built, or where it is installed. */
static bool find(const char *printer, char *path, size_t room)
{
	static const char *const from[] = {"", "../lib/nines/"};
	char own[3072];
	ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);

	own[n > 0 ? n : 0] = '\0';
	for (size_t i = 0; i < sizeof from / sizeof *from && strrchr(own, '/'); i++) {
		snprintf(path, room, "%.*s/%s%s", (int)(strrchr(own, '/') - own), own, from[i],
			 printer);
		if (!access(path, X_OK))
			return true;
	}
	return false;
}

static void run(const char *path, bool tells, const int in[2], const int out[2],
		const int error[2])
{
	static char search[] = "PATH=/usr/bin:/bin", language[] = "LANG=C.UTF-8",
		    home[] = "HOME=/nonexistent";
	static char *const environment[] = {search, language, home, NULL};
	char *const argv[] = {(char *)path, tells ? (char *)"--progress" : NULL, NULL};

	dup2(in[0], STDIN_FILENO);
	dup2(out[1], STDOUT_FILENO);
	dup2(error[1], STDERR_FILENO);
	execve(path, argv, environment);
	dprintf(STDERR_FILENO, "%s: %s", path, log_errno(errno));
	_exit(127);
}

static void end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void keep(struct printing *p, const char *bytes, size_t size)
{
	p->made += size;
	if (spool_write(p->document, bytes, size))
		return;
	p->disk_error = errno;
	end(&p->from); /* nobody needs the rest */
}

/* Whole lines: `progress N`, in percent, or what is wrong. */
static void hear(struct printing *p, const char *bytes, size_t size)
{
	static const char progress[] = "progress ";
	const char *newline;

	text_add(&p->said, bytes, size);
	while ((newline = memchr(p->said.at, '\n', p->said.size))) {
		size_t line = (size_t)(newline - p->said.at) + 1;

		if (p->order->progress && !strncmp(p->said.at, progress, sizeof progress - 1))
			progress_show(p->order->progress, "%s: %d %% of its sheets are set",
				      p->order->name,
				      (int)strtol(p->said.at + sizeof progress - 1, NULL, 10));
		else if (p->why.size < WHY_BYTES)
			text_add(&p->why, p->said.at, line);
		text_cut(&p->said, line);
	}
	if (p->said.size > WHY_BYTES)
		text_clear(&p->said);
}

static void take(struct printing *p, int *fd)
{
	static char bytes[1 << 16];
	ssize_t n = read(*fd, bytes, sizeof bytes);

	if (n > 0 && fd == &p->from)
		keep(p, bytes, (size_t)n);
	else if (n > 0)
		hear(p, bytes, (size_t)n);
	else if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		end(fd);
}

static void give(struct printing *p)
{
	ssize_t n = write(p->to, p->in->at + p->sent, p->in->size - p->sent);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	p->sent += n > 0 ? (size_t)n : 0;
	if (n <= 0 || p->sent == p->in->size)
		end(&p->to);
}

/* Until it has closed what it says; false when that takes too long. */
static bool talk(struct printing *p)
{
	while (p->from >= 0 || p->error >= 0) {
		struct pollfd fd[] = {
			{p->to, POLLOUT, 0}, {p->from, POLLIN, 0}, {p->error, POLLIN, 0}};

		if (clock_mono_us() > p->give_up_us)
			return false;
		if (poll(fd, 3, LOOK_MS) <= 0)
			continue;
		if (fd[0].revents)
			give(p);
		if (fd[1].revents)
			take(p, &p->from);
		if (fd[2].revents)
			take(p, &p->error);
	}
	return true;
}

static bool judge(struct printing *p, int status, bool is_in_time, struct text *wrong)
{
	const char *printer = p->order->format->printer;

	if (is_in_time && WIFEXITED(status) && !WEXITSTATUS(status) && p->made && !p->disk_error)
		return true;
	text_add(&p->why, text_get(&p->said), p->said.size);
	if (!is_in_time)
		text_printf(wrong, "%s: it took longer than %d s", printer, REPORT_SECONDS);
	else if (p->disk_error)
		report_add_no_room(wrong, p->order->name, p->disk_error);
	else if (WIFSIGNALED(status))
		report_add_crash(wrong, printer, WTERMSIG(status));
	else if (WEXITSTATUS(status) == MEMORY_EXIT)
		text_printf(wrong, "%s needs more memory than there is: ask for a shorter time, "
				   "or for less", printer);
	else {
		text_printf(wrong, "%s: ", printer);
		text_add_safe(wrong, text_get(&p->why), strcspn(text_get(&p->why), "\n"),
			      WHY_BYTES);
	}
	return false;
}

static bool open_pipes(int in[2], int out[2], int error[2])
{
	return pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0 &&
	       pipe2(error, O_CLOEXEC) == 0;
}

bool report_print(const struct report_order *order, const struct text *lines, int document,
		  struct text *wrong)
{
	const char *printer = order->format->printer;
	int in[2] = {-1, -1}, out[2] = {-1, -1}, error[2] = {-1, -1}, status = 0;
	struct printing p = {.in = lines,
			     .order = order,
			     .document = document,
			     .give_up_us = clock_mono_us() + REPORT_SECONDS * CLOCK_SECOND};
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
	char path[4096];
	pid_t child = -1;
	bool is_in_time, is_fine;

	if (!find(printer, path, sizeof path)) {
		text_printf(wrong, "%s is not there: install it beside nines", printer);
		return false;
	}
	if (!open_pipes(in, out, error) || (child = fork()) < 0) {
		text_printf(wrong, "%s needs a process of its own: %s", printer, log_errno(errno));
		for (int i = 0; i < 2; i++) {
			end(&in[i]);
			end(&out[i]);
			end(&error[i]);
		}
		return false;
	}
	if (!child)
		run(path, order->progress && order->progress->due_us, in, out, error);
	end(&in[0]);
	end(&out[1]);
	end(&error[1]);
	p.to = in[1];
	p.from = out[0];
	p.error = error[0];
	fcntl(p.to, F_SETFL, O_NONBLOCK);
	sigaction(SIGPIPE, &ignore, &before);
	is_in_time = talk(&p);
	sigaction(SIGPIPE, &before, NULL);
	end(&p.to);
	end(&p.from);
	end(&p.error);
	if (!is_in_time)
		kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	if (order->progress)
		progress_clear(order->progress);
	is_fine = judge(&p, status, is_in_time, wrong);
	text_release(&p.why);
	text_release(&p.said);
	return is_fine;
}
