/* report/run: starts the child of a report and takes what it wrote, into a file: a document may be
 * longer than memory is large. See report.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../base/spool.h"
#include "child.h"

#define LOOK_MS 200

/* Until the child closes its end. 0; ETIMEDOUT: it takes too long; else why there is no room. */
static int read_all(int fd, int into)
{
	static char bytes[1 << 16];
	int64_t give_up_us = clock_mono_us() + REPORT_SECONDS * CLOCK_SECOND;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	ssize_t n = 1;

	while (n != 0) {
		if (clock_mono_us() > give_up_us)
			return ETIMEDOUT;
		if (poll(&p, 1, LOOK_MS) <= 0)
			continue;
		n = read(fd, bytes, sizeof bytes);
		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0 && !spool_write(into, bytes, (size_t)n))
			return errno;
	}
	return 0;
}

void report_add_no_room(struct text *wrong, const char *name, int error)
{
	text_printf(wrong,
		    "report '%s' needs more room than the folder of temporary files has (%s): name "
		    "another in TMPDIR",
		    name, log_errno(error));
}

/* Libraries crash, and the kernel kills, where memory ends. */
void report_add_crash(struct text *wrong, const char *who, int signal_number)
{
	struct rlimit most;

	text_printf(wrong, "%s crashed (signal %d)", who, signal_number);
	if (signal_number == SIGKILL)
		text_puts(wrong, ": somebody killed it, most likely for want of memory");
	else if (!getrlimit(RLIMIT_AS, &most) && most.rlim_cur != RLIM_INFINITY)
		text_printf(wrong, ": it may have no more than %llu MB of memory (ulimit -v)",
			    (unsigned long long)most.rlim_cur >> 20);
}

static void add_crash(const struct report_order *o, int signal_number, struct text *wrong)
{
	struct text who = {0};

	text_printf(&who, "report '%s'", o->name);
	report_add_crash(wrong, text_get(&who), signal_number);
	text_release(&who);
}

static bool is_answer(int status)
{
	return status == REPORT_FAILED || status == REPORT_WRONG_ORDER;
}

static size_t size_of(int document)
{
	struct stat about;

	return fstat(document, &about) ? 0 : (size_t)about.st_size;
}

/* What the child says instead of a document. */
static void add_answer(int document, struct text *wrong)
{
	char said[4096];
	ssize_t n = pread(document, said, sizeof said, 0);

	text_add(wrong, said, n > 0 ? (size_t)n : 0);
}

static enum report_result result_of(const struct report_order *o, int status, int trouble,
				    int document, struct text *wrong)
{
	size_t size = size_of(document);

	if (!trouble && WIFEXITED(status) && WEXITSTATUS(status) == REPORT_DONE && size)
		return REPORT_DONE;
	if (trouble == ETIMEDOUT)
		text_printf(wrong, "report '%s' took longer than %d s", o->name, REPORT_SECONDS);
	else if (trouble)
		report_add_no_room(wrong, o->name, trouble);
	else if (WIFSIGNALED(status))
		add_crash(o, WTERMSIG(status), wrong);
	else if (WEXITSTATUS(status) == MEMORY_EXIT)
		text_printf(wrong, "report '%s' needs more memory than there is: ask for a shorter "
				   "time, or for less", o->name);
	else if (is_answer(WEXITSTATUS(status)) && size)
		add_answer(document, wrong);
	else
		text_printf(wrong, "report '%s' ended its process (exit %d)", o->name,
			    WEXITSTATUS(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == REPORT_WRONG_ORDER ? REPORT_WRONG_ORDER
									      : REPORT_FAILED;
}

static enum report_result refuse(struct text *wrong, const char *what)
{
	text_printf(wrong, "a report needs %s: %s", what, log_errno(errno));
	return REPORT_FAILED;
}

static enum report_result fill(const struct report_order *order, int document, struct text *wrong)
{
	int pipe_fd[2], status = 0, trouble;
	pid_t child;

	if (pipe2(pipe_fd, O_CLOEXEC) < 0 || (child = fork()) < 0)
		return refuse(wrong, "a process of its own");
	if (!child) {
		close(pipe_fd[0]);
		report_child(order, pipe_fd[1]);
	}
	close(pipe_fd[1]);
	trouble = read_all(pipe_fd[0], document);
	close(pipe_fd[0]);
	if (trouble)
		kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	if (order->progress)
		progress_clear_of_child(order->progress);
	return result_of(order, status, trouble, document, wrong);
}

/* The lines are read where they lie. */
static bool print(const struct report_order *order, int *document, struct text *wrong)
{
	size_t size = size_of(*document);
	char *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, *document, 0);
	const struct text lines = {at, size, size};
	int made = spool_file();
	bool is_fine = at != MAP_FAILED && made >= 0;

	if (!is_fine)
		refuse(wrong, "a temporary file");
	is_fine = is_fine && report_print(order, &lines, made, wrong);
	if (at != MAP_FAILED)
		munmap(at, size);
	close(*document);
	*document = made;
	return is_fine;
}

enum report_result report_run_to(const struct report_order *order, int *document,
				 struct text *wrong)
{
	enum report_result result;

	*document = spool_file();
	if (*document < 0)
		return refuse(wrong, "a temporary file");
	result = fill(order, *document, wrong);
	if (result == REPORT_DONE && order->format->printer &&
	    !print(order, document, wrong))
		result = REPORT_FAILED;
	if (result != REPORT_DONE && *document >= 0) {
		close(*document);
		*document = -1;
	}
	return result;
}

enum report_result report_run(const struct report_order *order, struct text *out,
			      struct text *wrong)
{
	int document;
	enum report_result result = report_run_to(order, &document, wrong);
	char bytes[4096];
	off_t at = 0;

	if (result != REPORT_DONE)
		return result;
	for (ssize_t n; (n = pread(document, bytes, sizeof bytes, at)) > 0; at += n)
		text_add(out, bytes, (size_t)n);
	close(document);
	return result;
}
