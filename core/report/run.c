/* report/run: starts the child of a report and takes what it wrote. See report.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "child.h"

#define LOOK_MS 200

/* Until the child closes its end; false when it takes too long. */
static bool read_all(int fd, struct text *got)
{
	int64_t give_up_us = clock_mono_us() + REPORT_SECONDS * CLOCK_SECOND;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char bytes[4096];
	ssize_t n = 1;

	while (n != 0) {
		if (clock_mono_us() > give_up_us)
			return false;
		if (poll(&p, 1, LOOK_MS) <= 0)
			continue;
		n = read(fd, bytes, sizeof bytes);
		if (n < 0 && errno != EINTR)
			return false;
		text_add(got, bytes, n > 0 ? (size_t)n : 0);
	}
	return true;
}

static bool is_answer(int status)
{
	return status == REPORT_FAILED || status == REPORT_WRONG_ORDER;
}

static enum report_result result_of(const struct report_order *o, int status, bool is_in_time,
				    struct text *out, struct text *wrong)
{
	if (is_in_time && WIFEXITED(status) && WEXITSTATUS(status) == REPORT_DONE && out->size)
		return REPORT_DONE;
	if (!is_in_time)
		text_printf(wrong, "report '%s' took longer than %d s", o->name, REPORT_SECONDS);
	else if (WIFSIGNALED(status))
		text_printf(wrong, "report '%s' crashed (signal %d)", o->name, WTERMSIG(status));
	else if (is_answer(WEXITSTATUS(status)) && out->size)
		text_add(wrong, out->at, out->size);
	else
		text_printf(wrong, "report '%s' ended its process (exit %d)", o->name,
			    WEXITSTATUS(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == REPORT_WRONG_ORDER ? REPORT_WRONG_ORDER
									      : REPORT_FAILED;
}

enum report_result report_run(const struct report_order *order, struct text *out,
			      struct text *wrong)
{
	enum report_result result;
	int pipe_fd[2], status = 0;
	bool is_in_time;
	pid_t child;

	if (pipe2(pipe_fd, O_CLOEXEC) < 0 || (child = fork()) < 0) {
		text_printf(wrong, "a report needs a process of its own: %s", log_errno(errno));
		return REPORT_FAILED;
	}
	if (!child) {
		close(pipe_fd[0]);
		report_child(order, pipe_fd[1]);
	}
	close(pipe_fd[1]);
	is_in_time = read_all(pipe_fd[0], out);
	close(pipe_fd[0]);
	if (!is_in_time)
		kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	result = result_of(order, status, is_in_time, out, wrong);
	if (result == REPORT_DONE && order->format->printer &&
	    !report_print(order->format->printer, out, wrong))
		return REPORT_FAILED;
	return result;
}
