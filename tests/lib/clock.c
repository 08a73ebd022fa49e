/* Clocks that a test sets. Loaded into a process in front of the C library, so that a test need not
 * wait for days, nor be run on a certain one: the monotonic clock is ahead by the microseconds in
 * the file that AHEAD names, the wall clock stands at the microseconds that NOW_US says. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int (*real)(clockid_t, struct timespec *);
static const volatile int64_t *ahead_us;
static int64_t now_us;

static void set(void)
{
	const char *ahead = getenv("AHEAD"), *now = getenv("NOW_US");
	int fd = ahead ? open(ahead, O_RDONLY | O_CLOEXEC) : -1;

	*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	if (fd >= 0) {
		ahead_us = mmap(NULL, sizeof *ahead_us, PROT_READ, MAP_SHARED, fd, 0);
		close(fd);
	}
	now_us = now ? atoll(now) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *into)
{
	int answer;

	if (!real)
		set();
	answer = real(clock, into);
	if (clock == CLOCK_MONOTONIC && ahead_us && ahead_us != MAP_FAILED)
		into->tv_sec += *ahead_us / 1000000;
	if (clock == CLOCK_REALTIME && now_us)
		*into = (struct timespec){now_us / 1000000, now_us % 1000000 * 1000};
	return answer;
}
