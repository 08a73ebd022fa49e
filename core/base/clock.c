/* base/clock: see clock.h. */
#include "clock.h"

#include <string.h>
#include <time.h>

#include "zone.h"

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
	text_printf(t, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
		    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (digits)
		text_printf(t, ".%0*d", digits, (int)(digits == 3 ? fraction / 1000 : fraction));
	text_putc(t, 'Z');
}

static bool take_digits(const char **at, int digits, int low, int high, int *into)
{
	int n = 0;

	for (int i = 0; i < digits; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		n = n * 10 + **at - '0';
	}
	*into = n;
	return n >= low && n <= high;
}

static bool take_char(const char **at, const char *one_of)
{
	return **at && strchr(one_of, **at) && (*at)++;
}

/* ".5" to ".123456"; more digits are cut. */
static bool take_fraction(const char **at, int64_t *us)
{
	int64_t unit = CLOCK_SECOND / 10;

	*us = 0;
	if (**at != '.')
		return true;
	if (*++*at < '0' || **at > '9')
		return false;
	for (; **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
		*us += (**at - '0') * unit;
	return true;
}

static bool take_zone(const char **at, int64_t *east_s)
{
	int sign = **at == '-' ? -1 : 1, hour, minute;

	*east_s = 0;
	if (take_char(at, "Zz"))
		return true;
	if (!take_char(at, "+-") || !take_digits(at, 2, 0, 23, &hour) || !take_char(at, ":") ||
	    !take_digits(at, 2, 0, 59, &minute))
		return false;
	*east_s = sign * (hour * 3600 + minute * 60);
	return true;
}

static int days_of_month(int64_t year, int month)
{
	return (int)(zone_days(year, month + 1, 1) - zone_days(year, month, 1));
}

bool clock_parse_utc(const char *s, int64_t *wall_us)
{
	int year, month, day, hour = 0, minute = 0, second = 0;
	int64_t fraction_us = 0, east_s = 0;

	if (!take_digits(&s, 4, 1, 9999, &year) || !take_char(&s, "-") ||
	    !take_digits(&s, 2, 1, 12, &month) || !take_char(&s, "-") ||
	    !take_digits(&s, 2, 1, days_of_month(year, month), &day))
		return false;
	if (*s && (!take_char(&s, "Tt ") || !take_digits(&s, 2, 0, 23, &hour) ||
		   !take_char(&s, ":") || !take_digits(&s, 2, 0, 59, &minute) ||
		   !take_char(&s, ":") || !take_digits(&s, 2, 0, 60, &second) ||
		   !take_fraction(&s, &fraction_us) || !take_zone(&s, &east_s)))
		return false;
	*wall_us =
		((zone_days(year, month, day) * 24 + hour) * 3600 + minute * 60 + second - east_s) *
			CLOCK_SECOND +
		fraction_us;
	return !*s;
}
