/* base/clock: see clock.h. */
#include "clock.h"

#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * CLOCK_SECOND + t.tv_nsec / 1000;
}

int64_t clock_mono_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_wall_us(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_boot_us(void)
{
	return read_clock(CLOCK_BOOTTIME);
}

void clock_add_utc(struct text *t, int64_t wall_us, int digits)
{
	int64_t fraction = (wall_us % CLOCK_SECOND + CLOCK_SECOND) % CLOCK_SECOND;
	time_t s = (time_t)((wall_us - fraction) / CLOCK_SECOND);
	struct tm tm;

	gmtime_r(&s, &tm);
	text_printf(t, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		    tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (digits)
		text_printf(t, ".%0*d", digits, (int)(digits == 3 ? fraction / 1000 : fraction));
	text_putc(t, 'Z');
}
