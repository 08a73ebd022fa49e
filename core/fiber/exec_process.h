/* fiber/exec_process: the processes of a program, from the first to those it leaves behind.
 *
 * A program is killed by its process group, but whoever calls setsid() leaves that. So every
 * process that runs programs is a subreaper (prctl(2)), and so is each program: while it runs, what
 * its descendants orphan stays below it; once it has ended, it all becomes ours, for nothing else
 * makes a child of ours that is not a program. Such a child is killed, and its children after it.
 *
 * What this does not reach: a chain of processes each of which forks and ends faster than we look;
 * what programs leave behind while this very process is killed (the limit of CPU time, which is
 * inherited, ends them); a kernel without /proc/PID/task/TID/children. Called by exec.c only. */
#ifndef NINES_FIBER_EXEC_PROCESS_H
#define NINES_FIBER_EXEC_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

struct launch {
	const char *const *argv, *const *environment;
	int in, out, err; /* descriptors to become 0, 1, 2 */
	pid_t parent;
	rlim_t cpu_s;
	volatile int error; /* written by the child, whose memory is ours until it execs */
};

/* -1: no process (errno); l->error says whether exec failed. */
pid_t exec_launch(struct launch *);

/* Called once, before the first program. */
bool exec_adopt_orphans(void);

/* Kills and reaps every child of this process but those that are ours. Returns how many have yet to
 * die, and may orphan others then: to be called again until it returns 0. Never waits. */
size_t exec_kill_orphans(bool (*is_ours)(pid_t, const void *), const void *with);

#endif
