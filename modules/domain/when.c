/* modules/domain/when: see when.h. The text is taken apart into words and numbers; what each means
 * follows from its form, whatever stands between. */
#include "when.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define TEXT_BYTES 100 /* a date stands at the beginning */
#define DAY_S	   86400

struct date {
	int64_t year, month, day, time_s, zone_s;
	int64_t small[2]; /* numbers of one or two digits, as they come */
	int smalls;
	bool has_year, year_first, has_time, has_zone;
};

static const char *const month[] = {"january",   "february", "march",    "april",
				    "may",       "june",     "july",     "august",
				    "september", "october",  "november", "december"};
static const struct {
	const char *name;
	int hours;
} zone[] = {{"z", 0}, {"utc", 0}, {"gmt", 0}, {"jst", 9}, {"kst", 9}, {"cet", 1}, {"cest", 2},
	    {"cst", 8}, {"msk", 3}};

static int64_t read_number(const char **at, int *digits)
{
	int64_t n = 0;

	for (*digits = 0; isdigit((unsigned char)**at) && *digits < 15; ++*at, ++*digits)
		n = n * 10 + **at - '0';
	return n;
}

/* +02:00, -0500, +8: behind a time. */
static void take_offset(struct date *d, const char **at)
{
	int sign = **at == '-' ? -1 : 1, digits;
	int64_t n, minutes = 0;
	const char *from = *at + 1;

	n = read_number(&from, &digits);
	if (!digits || digits > 4)
		return;
	if (digits > 2) {
		minutes = n % 100;
		n /= 100;
	} else if (*from == ':') {
		from++;
		minutes = read_number(&from, &digits);
	}
	if (n > 14 || minutes > 59)
		return;
	d->zone_s = sign * (n * 3600 + minutes * 60);
	d->has_zone = true;
	*at = from;
}

/* hh:mm[:ss[.fraction]] and an offset; the hour was read. */
static bool take_time(struct date *d, int64_t hour, const char **at)
{
	int64_t minute, second = 0;
	int digits;

	++*at;
	minute = read_number(at, &digits);
	if (**at == ':') {
		++*at;
		second = read_number(at, &digits);
	}
	if (**at == '.') {
		++*at;
		read_number(at, &digits);
	}
	if (hour > 24 || minute > 59 || second > 60)
		return false;
	d->time_s = hour * 3600 + minute * 60 + second;
	d->has_time = true;
	if (**at == '+' || **at == '-')
		take_offset(d, at);
	return true;
}

static void take_compact(struct date *d, int64_t n)
{
	d->year = n / 10000;
	d->small[0] = n / 100 % 100;
	d->small[1] = n % 100;
	d->smalls = 2;
	d->has_year = d->year_first = true;
}

static bool take_number(struct date *d, const char **at)
{
	int digits;
	int64_t n = read_number(at, &digits);
	bool has_date = d->has_year && (d->smalls == 2 || (d->month && d->smalls));

	if (**at == ':' && digits <= 2 && !d->has_time)
		return take_time(d, n, at);
	if (has_date)
		return true;
	if ((digits == 8 || digits == 14) && !d->has_year && !d->smalls) {
		take_compact(d, digits == 14 ? n / 1000000 : n);
		d->has_time = digits == 14;
		n %= 1000000;
		d->time_s = d->has_time ? n / 10000 * 3600 + n / 100 % 100 * 60 + n % 100 : 0;
		return d->time_s <= DAY_S;
	}
	if (digits == 4 && !d->has_year) {
		d->year = n;
		d->has_year = true;
		d->year_first = !d->smalls;
	} else if (digits <= 2 && d->smalls < 2) {
		d->small[d->smalls++] = n;
	}
	return true;
}

static void take_word(struct date *d, const char **at)
{
	const char *word = *at;
	size_t size = 0;

	while (isalpha((unsigned char)word[size]))
		size++;
	*at += size;
	for (int i = 0; i < 12 && size >= 3 && !d->month; i++)
		if (size <= strlen(month[i]) && !strncasecmp(month[i], word, size))
			d->month = i + 1;
	for (size_t i = 0; i < sizeof zone / sizeof *zone && !d->has_zone; i++)
		if (size == strlen(zone[i].name) && !strncasecmp(zone[i].name, word, size)) {
			d->zone_s = zone[i].hours * 3600;
			d->has_zone = true;
			if (**at == '+' || **at == '-')
				take_offset(d, at);
		}
}

/* Which of the small numbers is the day, which the month. */
static void place(struct date *d)
{
	bool month_first = d->year_first || (d->small[1] > 12 && d->small[0] <= 12);

	if (d->month && d->smalls) {
		d->day = d->small[0];
		if (!d->has_year && d->smalls == 2) { /* 31-May-27 */
			d->year = 2000 + d->small[1];
			d->has_year = true;
		}
	} else if (d->smalls == 2) {
		d->month = d->small[!month_first];
		d->day = d->small[month_first];
	}
}

static bool is_date(const struct date *d)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = d->year % 4 == 0 && (d->year % 100 != 0 || d->year % 400 == 0);

	return d->has_year && d->year > 1970 && d->month >= 1 && d->month <= 12 && d->day >= 1 &&
	       d->day <= days[d->month - 1] - (d->month == 2 && !is_leap);
}

static int64_t seconds_of(const struct date *d)
{
	struct tm tm = {.tm_year = (int)d->year - 1900,
			.tm_mon = (int)d->month - 1,
			.tm_mday = (int)d->day};
	int64_t midnight_s = timegm(&tm);

	return d->has_time ? midnight_s + d->time_s - d->zone_s : midnight_s + DAY_S - 1;
}

bool when_read(const char *text, int64_t *s)
{
	const char *at = text;
	struct date d = {.year = 0};

	while (*at && at - text < TEXT_BYTES) {
		if (isdigit((unsigned char)*at)) {
			if (!take_number(&d, &at))
				return false;
		} else if (isalpha((unsigned char)*at)) {
			take_word(&d, &at);
		} else {
			at++;
		}
	}
	place(&d);
	if (!is_date(&d))
		return false;
	*s = seconds_of(&d);
	return true;
}
