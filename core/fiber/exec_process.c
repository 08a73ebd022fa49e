/* fiber/exec_process: see exec_process.h. */
#include "exec_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DESCRIPTORS  1024
#define LIST_BYTES   16384 /* of our children: some 2,000 */
#define SWEEPS	     100

/* ---- the child's side ---- */

static void reset_signals(void)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		sigaction(number, &standard, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void set_limits(const struct launch *l)
{
	struct rlimit cores = {0, 0}, files = {DESCRIPTORS, DESCRIPTORS},
		      cpu = {l->cpu_s, l->cpu_s + 1};

	setrlimit(RLIMIT_CORE, &cores);
	setrlimit(RLIMIT_NOFILE, &files);
	setrlimit(RLIMIT_CPU, &cpu);
}

/* First above 2: each of the three may stand where another has to go. */
static bool place_descriptors(const struct launch *l)
{
	int from[] = {l->in, l->out, l->err};

	for (int i = 0; i < 3; i++)
		if ((from[i] = fcntl(from[i], F_DUPFD, 3)) < 0)
			return false;
	for (int i = 0; i < 3; i++)
		if (dup2(from[i], i) < 0)
			return false;
	return syscall(SYS_close_range, 3u, ~0u, 0) == 0;
}

/* Runs in the child of vfork(): only system calls, nothing of the parent's memory but l->error is
 * changed. */
static void become(struct launch *l)
{
	setpgid(0, 0);
	reset_signals();
	set_limits(l);
	/* outlives exec; its children do not inherit it */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != l->parent ||
	    !place_descriptors(l) || chdir("/") < 0)
		l->error = errno ? errno : ECHILD;
	else if (execve(l->argv[0], (char *const *)(uintptr_t)l->argv,
			(char *const *)(uintptr_t)l->environment) < 0)
		l->error = errno;
	_exit(127);
}

/* vfork(): a prober with 10,000 probes in memory would copy its page tables for each program. All
 * signals are blocked, for a handler would run in the child on our memory. */
__attribute__((noinline)) pid_t exec_launch(struct launch *l)
{
	sigset_t all, before;
	pid_t pid;
	int error;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid = vfork();
	if (!pid)
		become(l);
	error = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return pid;
}

/* ---- what is left behind ---- */

bool exec_adopt_orphans(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
}

/* Numbers of our children, separated by spaces; "" where the kernel does not tell. */
static const char *list_children(void)
{
	static char list[LIST_BYTES];
	char path[64];
	size_t size = 0;
	ssize_t n = 1;
	int fd;

	snprintf(path, sizeof path, "/proc/self/task/%ld/children", syscall(SYS_gettid));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && n > 0 && size < LIST_BYTES - 1) {
		n = read(fd, list + size, LIST_BYTES - 1 - size);
		size += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		close(fd);
	list[size] = '\0';
	return list;
}

/* One look: how many were there and are not yet reaped. */
static size_t sweep(bool (*is_ours)(pid_t, const void *), const void *with, size_t *seen)
{
	const char *at = list_children();
	size_t left = 0;
	char *end;
	pid_t pid;

	for (*seen = 0; (pid = (pid_t)strtol(at, &end, 10)) > 0 && *end == ' '; at = end) {
		if (is_ours(pid, with))
			continue;
		++*seen;
		kill(pid, SIGKILL);
		left += waitpid(pid, NULL, WNOHANG) == 0;
	}
	return left;
}

size_t exec_kill_orphans(bool (*is_ours)(pid_t, const void *), const void *with)
{
	size_t seen = 1, left = 0;

	for (int i = 0; i < SWEEPS && seen > left; i++)
		left = sweep(is_ours, with, &seen);
	return left;
}
