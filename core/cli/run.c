/* cli/run: see run.h. The parent's side; the child's is run_child.c. */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/line.h"
#include "../base/log.h"
#include "../prober/blame.h"
#include "run_child.h"

#define STANDSTILL_US (5 * CLOCK_SECOND)
#define LOOK_MS 100
#define MOST_BYTES (4u * LINE_BYTES)

struct run {
	const struct run_order *order;
	struct blame *blame;
	struct text got;
	pid_t child;
	int64_t start_us, start_wall_us, give_up_us;
	bool may_block, is_hung;
	int status;
};

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The child's first line says how long it may take; before it, loading has its own limit. */
static void take_begin(struct run *r)
{
	char copy[512], *newline = r->got.at ? memchr(r->got.at, '\n', r->got.size) : NULL;
	static struct line l; /* too large for the stack */
	size_t n = newline ? (size_t)(newline - r->got.at) : 0;

	if (!newline || n >= sizeof copy || r->give_up_us != CLOCK_NEVER)
		return;
	memcpy(copy, r->got.at, n);
	if (line_parse(&l, copy, n) || strcmp(l.verb, "begin"))
		return;
	r->give_up_us = clock_mono_us() + later(line_int(&l, "timeout_us", 0), 0) + STANDSTILL_US;
	r->may_block = line_int(&l, "blocks", 0) != 0;
	text_cut(&r->got, n + 1);
}

static bool stands_still(const struct run *r)
{
	int64_t busy = r->blame->busy_since_us, now = clock_mono_us();

	if (r->give_up_us == CLOCK_NEVER)
		return now - r->start_us > 2 * STANDSTILL_US;
	return now > r->give_up_us || (!r->may_block && busy && now - busy > STANDSTILL_US);
}

/* Reads until the child closes its end. */
static void read_all(struct run *r, int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char bytes[4096];
	ssize_t n = 1;

	while (n != 0 && r->got.size < MOST_BYTES) {
		if (poll(&p, 1, LOOK_MS) > 0) {
			n = read(fd, bytes, sizeof bytes);
			text_add(&r->got, bytes, n > 0 ? (size_t)n : 0);
			take_begin(r);
		} else if (stands_still(r)) {
			r->is_hung = true;
			return;
		}
	}
}

static void end_child(struct run *r)
{
	if (r->is_hung)
		kill(r->child, SIGKILL);
	while (waitpid(r->child, &r->status, 0) < 0 && errno == EINTR)
		continue;
}

static void add_result(const struct run *r, struct text *line, const char *step, const char *reason)
{
	line_begin(line, "result", "-");
	line_add(line, "verdict", "unknown");
	line_add(line, "reason", reason);
	line_add(line, "step", step);
	line_add_int(line, "start_us", r->start_wall_us);
	line_add_int(line, "elapsed_us", clock_mono_us() - r->start_us);
	line_end(line);
}

/* What became of a child that gave no result. */
static void add_blame(const struct run *r, struct text *line)
{
	struct text reason = {0};
	char step[BLAME_TEXT];

	blame_read(r->blame->step, step);
	text_printf(&reason, "module '%s' ", r->order->module);
	if (r->is_hung)
		text_puts(&reason, r->give_up_us == CLOCK_NEVER ? "hung" : "held the loop for 5s");
	else if (r->got.size)
		text_puts(&reason, "garbled its result");
	else if (WIFSIGNALED(r->status))
		text_printf(&reason, "crashed (signal %d)", WTERMSIG(r->status));
	else
		text_printf(&reason, "ended the process (exit %d)", WEXITSTATUS(r->status));
	if (r->give_up_us == CLOCK_NEVER)
		text_puts(&reason, " while it was loaded");
	else if (!r->got.size)
		text_printf(&reason, " in step '%s'", *step ? step : "other");
	add_result(r, line, step, text_get(&reason));
	text_release(&reason);
}

/* A module can write into the pipe too: what is not one of our lines is no answer. */
static bool is_answer(const struct text *got)
{
	static struct line l;
	struct text copy = {0};
	bool is_good;

	if (!got->size || got->at[got->size - 1] != '\n')
		return false;
	text_add(&copy, got->at, got->size);
	is_good = !line_parse(&l, copy.at, strcspn(copy.at, "\n")) &&
		  (!strcmp(l.verb, "result") || !strcmp(l.verb, "outcome") ||
		   !strcmp(l.verb, "wrong"));
	text_release(&copy);
	return is_good;
}

static bool start(struct run *r, int pipe_fd[2])
{
	int page = blame_create();

	r->blame = page < 0 ? NULL : blame_map(page);
	if (page >= 0)
		close(page);
	if (!r->blame || pipe2(pipe_fd, O_CLOEXEC) < 0)
		return false;
	r->child = fork();
	if (r->child == 0) {
		close(pipe_fd[0]);
		run_child(r->order, r->blame, pipe_fd[1]);
	}
	close(pipe_fd[1]);
	if (r->child < 0)
		close(pipe_fd[0]);
	return r->child > 0;
}

void run_probe(const struct run_order *order, struct text *line)
{
	struct run r = {.order = order,
			.start_us = clock_mono_us(),
			.start_wall_us = clock_wall_us(),
			.give_up_us = CLOCK_NEVER};
	int pipe_fd[2];

	if (!start(&r, pipe_fd)) {
		add_result(&r, line, "", log_errno(errno));
	} else {
		read_all(&r, pipe_fd[0]);
		end_child(&r);
		close(pipe_fd[0]);
		if (is_answer(&r.got))
			text_add(line, r.got.at, r.got.size);
		else
			add_blame(&r, line);
	}
	blame_unmap(r.blame);
	text_release(&r.got);
}
