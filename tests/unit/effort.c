/* What a process and all that it started take, of /proc. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../core/parent/effort.h"
#include "../lib/tap.h"

static volatile unsigned sink;

/* Until the kernel has counted some of its time. */
static void work(pid_t pid)
{
	struct effort before, now;

	effort_read(pid, &before);
	do
		for (unsigned i = 0; i < 1000000; i++)
			sink += i;
	while (effort_read(pid, &now) && now.cpu_us <= before.cpu_us);
}

int main(void)
{
	struct effort alone, with_child, behind;
	pid_t child;

	ok(effort_read(getpid(), &alone) && alone.processes == 1 && alone.memory_bytes > 0 &&
		   alone.cpu_us >= 0,
	   "a process alone");
	child = fork();
	if (!child)
		for (;;)
			pause();
	work(getpid());
	ok(effort_read(getpid(), &with_child) && with_child.processes == 2 &&
		   with_child.memory_bytes > alone.memory_bytes &&
		   with_child.cpu_us > alone.cpu_us,
	   "with a child");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	ok(effort_read(getpid(), &behind) && behind.processes == 1 &&
		   behind.cpu_us >= with_child.cpu_us,
	   "what it used stays counted when it is gone");
	ok(!effort_read(child, &behind), "a process that is not there");
	return done_testing();
}
