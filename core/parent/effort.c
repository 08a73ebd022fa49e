/* parent/effort: see effort.h. */
#include "effort.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"

#define DEEPEST	      6
#define FILE_BYTES    4096
#define PROCESSES     500 /* further ones are not looked at: the figure is a lower bound then */

/* A file of /proc, cut where it is longer. False: it cannot be read, or the process is gone. */
static bool read_file(pid_t pid, const char *name, char into[FILE_BYTES])
{
	char path[80];
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, into, FILE_BYTES - 1);
	close(fd);
	into[n > 0 ? n : 0] = '\0';
	return n >= 0;
}

/* Its own time and that of those that it has waited for: the 14th to 17th word, the name may have
 * spaces in it. */
static bool add_cpu(pid_t pid, struct effort *e)
{
	char stat[FILE_BYTES];
	const char *behind = read_file(pid, "stat", stat) ? strrchr(stat, ')') : NULL;
	long long user, system, waited_user, waited_system;

	if (!behind ||
	    sscanf(behind,
		   ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lld %lld %lld %lld", &user,
		   &system, &waited_user, &waited_system) != 4)
		return false;
	e->cpu_us += (user + system + waited_user + waited_system) * CLOCK_SECOND /
		     sysconf(_SC_CLK_TCK);
	return true;
}

static bool add_memory(pid_t pid, struct effort *e)
{
	char statm[FILE_BYTES];
	long long resident, shared;

	if (!read_file(pid, "statm", statm) ||
	    sscanf(statm, "%*d %lld %lld", &resident, &shared) != 2)
		return false;
	e->memory_bytes += (resident - shared) * sysconf(_SC_PAGESIZE);
	return true;
}

static bool add(pid_t pid, struct effort *e, int depth)
{
	char name[48], children[FILE_BYTES], *at = children, *end;
	long child;

	snprintf(name, sizeof name, "task/%ld/children", (long)pid);
	if (!add_cpu(pid, e) || !add_memory(pid, e) || !read_file(pid, name, children))
		return false;
	e->processes++;
	for (; (child = strtol(at, &end, 10)) > 0 && end > at; at = end)
		if (depth < DEEPEST && e->processes < PROCESSES)
			add((pid_t)child, e, depth + 1); /* one that is gone has been waited for */
	return true;
}

bool effort_read(pid_t pid, struct effort *e)
{
	*e = (struct effort){0};
	return add(pid, e, 0);
}
