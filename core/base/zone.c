/* base/zone: see zone.h. The file format is RFC 8536, the footer POSIX.1 TZ with the extensions of
 * RFC 8536 3.3.1. */
#include "zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "memory.h"

#define FOLDER "/usr/share/zoneinfo/"
#define FILE_BYTES (256 * 1024) /* the largest today has 4 KiB */
#define HEAD_BYTES 44
#define DAY 86400

struct kind { /* RFC 8536's local time type */
	int32_t offset;
	const char *abbreviation;
};

/* When a year's change comes: Jn (n 1-365, no leap day), n (0-365), or Mm.w.d; then seconds after
 * midnight. */
struct change {
	enum { CHANGE_JULIAN, CHANGE_DAY, CHANGE_WEEKDAY } form;
	int day, month, week, weekday;
	int32_t at_s;
};

struct rule {
	bool is_set, has_summer;
	struct kind winter, summer;
	char name[2][16];
	struct change begin, end; /* of summer time, each in the local time before it */
};

struct zone {
	char *name;
	unsigned char *file;
	size_t size, transitions;
	int64_t *at_s;
	unsigned char *to;
	size_t kinds;
	struct kind *kind;
	struct rule rule;
};

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t zone_days(int64_t year, int64_t month, int64_t day)
{
	int64_t y = year + floor_div(month - 1, 12), m = month - 1 - 12 * floor_div(month - 1, 12);
	int64_t from_march = (m + 10) % 12, era, of_era;

	y -= m < 2; /* years that begin in March have their leap day at the end */
	era = floor_div(y, 400);
	of_era = y - era * 400;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       (153 * from_march + 2) / 5 + day - 1 - 719468;
}

struct civil zone_date(int64_t days)
{
	int64_t shifted = days + 719468, era = floor_div(shifted, 146097),
		of_era = shifted - era * 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100),
		from_march = (5 * of_year + 2) / 153;
	int month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);

	return (struct civil){.year = y + era * 400 + (month <= 2), .month = month,
			      .day = (int)(of_year - (153 * from_march + 2) / 5 + 1)};
}

static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool take_number(const char **at, int low, int high, int *into)
{
	int n = 0;

	if (**at < '0' || **at > '9')
		return false;
	for (; **at >= '0' && **at <= '9' && n < 10000; (*at)++)
		n = n * 10 + **at - '0';
	*into = n;
	return n >= low && n <= high;
}

/* [+-]hh[:mm[:ss]]; RFC 8536 allows hours up to 167 in the time of a change. */
static bool take_time(const char **at, int most_hours, int32_t *seconds)
{
	int sign = **at == '-' ? -1 : 1, part[3] = {0};

	*at += **at == '-' || **at == '+';
	for (int i = 0; i < 3; i++) {
		if (i && **at != ':')
			break;
		*at += i > 0;
		if (!take_number(at, 0, i ? 59 : most_hours, &part[i]))
			return false;
	}
	*seconds = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
	return true;
}

static bool take_name(const char **at, char *into, size_t room)
{
	bool quoted = **at == '<';
	size_t n = 0;

	*at += quoted;
	while (**at && (quoted ? **at != '>'
			       : (**at >= 'A' && **at <= 'Z') || (**at >= 'a' && **at <= 'z'))) {
		if (n + 1 >= room)
			return false;
		into[n++] = *(*at)++;
	}
	into[n] = '\0';
	if (quoted && *(*at)++ != '>')
		return false;
	return n >= 3;
}

static bool take_day(const char **at, struct change *c)
{
	if (**at == 'M') {
		c->form = CHANGE_WEEKDAY;
		(*at)++;
		return take_number(at, 1, 12, &c->month) && *(*at)++ == '.' &&
		       take_number(at, 1, 5, &c->week) && *(*at)++ == '.' &&
		       take_number(at, 0, 6, &c->weekday);
	}
	c->form = **at == 'J' ? CHANGE_JULIAN : CHANGE_DAY;
	*at += **at == 'J';
	return take_number(at, c->form == CHANGE_JULIAN ? 1 : 0, 365, &c->day);
}

static bool take_change(const char **at, struct change *c)
{
	c->at_s = 2 * 3600;
	if (*(*at)++ != ',' || !take_day(at, c))
		return false;
	if (**at != '/')
		return true;
	(*at)++;
	return take_time(at, 167, &c->at_s);
}

static bool parse_rule(struct rule *r, const char *at)
{
	int32_t west;

	*r = (struct rule){.winter.abbreviation = r->name[0], .summer.abbreviation = r->name[1]};
	if (!*at)
		return true;
	if (!take_name(&at, r->name[0], sizeof r->name[0]) || !take_time(&at, 24, &west))
		return false;
	r->is_set = true;
	r->winter.offset = -west;
	r->summer.offset = 3600 - west;
	if (!*at)
		return true;
	r->has_summer = true;
	if (!take_name(&at, r->name[1], sizeof r->name[1]))
		return false;
	if (*at != ',') {
		if (!take_time(&at, 24, &west))
			return false;
		r->summer.offset = -west;
	}
	return take_change(&at, &r->begin) && take_change(&at, &r->end) && !*at;
}

/* The day of the change as days since 1970. */
static int64_t day_of_change(const struct change *c, int64_t year)
{
	int64_t first, days;

	if (c->form == CHANGE_DAY)
		return zone_days(year, 1, 1) + c->day;
	if (c->form == CHANGE_JULIAN)
		return zone_days(year, 1, 1) + c->day - 1 + (is_leap(year) && c->day >= 60);
	first = zone_days(year, c->month, 1);
	/* 1970-01-01: Thursday */
	days = first + (c->weekday - (first + 4) % 7 + 7) % 7 + (c->week - 1) * 7;
	return days < zone_days(year, c->month + 1, 1) ? days : days - 7;
}

static const struct kind *kind_by_rule(const struct rule *r, int64_t utc_s)
{
	int64_t year, begin, end;

	if (!r->has_summer)
		return &r->winter;
	year = zone_date(floor_div(utc_s + r->winter.offset, DAY)).year;
	begin = day_of_change(&r->begin, year) * DAY + r->begin.at_s - r->winter.offset;
	end = day_of_change(&r->end, year) * DAY + r->end.at_s - r->summer.offset;
	if (begin < end)
		return utc_s >= begin && utc_s < end ? &r->summer : &r->winter;
	return utc_s >= begin || utc_s < end ? &r->summer : &r->winter;
}

struct counts {
	size_t isut, isstd, leap, time, type, text;
};

static uint32_t big32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t big64(const unsigned char *at)
{
	return (int64_t)((uint64_t)big32(at) << 32 | big32(at + 4));
}

static bool read_counts(const unsigned char *at, const unsigned char *end, struct counts *c)
{
	if (end - at < HEAD_BYTES || memcmp(at, "TZif", 4) || at[4] < '2')
		return false;
	*c = (struct counts){big32(at + 20), big32(at + 24), big32(at + 28),
			     big32(at + 32), big32(at + 36), big32(at + 40)};
	return c->isut < FILE_BYTES && c->isstd < FILE_BYTES && c->leap < FILE_BYTES &&
	       c->time < FILE_BYTES && c->type > 0 && c->type <= 256 && c->text < FILE_BYTES;
}

static size_t body_bytes(const struct counts *c, size_t time_bytes)
{
	return c->time * (time_bytes + 1) + c->type * 6 + c->text + c->leap * (time_bytes + 4) +
	       c->isstd + c->isut;
}

static bool read_kinds(struct zone *z, const unsigned char *at, const char *text, size_t text_bytes)
{
	for (size_t i = 0; i < z->kinds; i++, at += 6) {
		if (at[5] >= text_bytes || !memchr(text + at[5], '\0', text_bytes - at[5]))
			return false;
		z->kind[i] = (struct kind){(int32_t)big32(at), text + at[5]};
	}
	return true;
}

static bool read_transitions(struct zone *z, const unsigned char *at)
{
	for (size_t i = 0; i < z->transitions; i++) {
		z->at_s[i] = big64(at + 8 * i);
		z->to[i] = at[8 * z->transitions + i];
		if (z->to[i] >= z->kinds || (i && z->at_s[i] <= z->at_s[i - 1]))
			return false;
	}
	return true;
}

/* The second, 64-bit block of the file, then the footer between two newlines. */
static bool parse_file(struct zone *z)
{
	const unsigned char *at = z->file, *end = at + z->size, *close;
	struct counts c;
	char rule[128] = "";

	if (!read_counts(at, end, &c) || (size_t)(end - at) < HEAD_BYTES + body_bytes(&c, 4))
		return false;
	at += HEAD_BYTES + body_bytes(&c, 4);
	if (!read_counts(at, end, &c) || (size_t)(end - at) < HEAD_BYTES + body_bytes(&c, 8))
		return false;
	at += HEAD_BYTES;
	z->transitions = c.time;
	z->kinds = c.type;
	z->at_s = memory_new(c.time * sizeof *z->at_s);
	z->to = memory_new(c.time);
	z->kind = memory_new(c.type * sizeof *z->kind);
	if (!read_kinds(z, at + c.time * 9, (const char *)at + c.time * 9 + c.type * 6, c.text) ||
	    !read_transitions(z, at))
		return false;
	at += body_bytes(&c, 8);
	close = at < end && *at == '\n' ? memchr(at + 1, '\n', (size_t)(end - at - 1)) : NULL;
	if (!close || (size_t)(close - at) > sizeof rule)
		return false;
	memcpy(rule, at + 1, (size_t)(close - at - 1));
	return parse_rule(&z->rule, rule);
}

/* A name must stay below the folder: no "..", no leading slash, only the letters such names are
 * made of. */
static bool is_name(const char *name)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-_/";

	return *name && *name != '/' && strlen(name) < 64 && strspn(name, letters) == strlen(name);
}

static ssize_t read_file(const char *name, unsigned char *into)
{
	char path[128];
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, FOLDER "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, into, FILE_BYTES);
	close(fd);
	return n;
}

static bool parse(struct zone *z, struct text *wrong)
{
	if (parse_file(z))
		return true;
	text_printf(wrong, "the zone file " FOLDER "%s is damaged: reinstall the package tzdata",
		    z->name);
	return false;
}

static bool has_name(const struct zone *z, struct text *wrong)
{
	if (is_name(z->name))
		return true;
	text_printf(wrong, "'%s' is no name of a time zone: write one like Europe/London", z->name);
	return false;
}

static bool load(struct zone *z, struct text *wrong)
{
	ssize_t size;

	if (!strcmp(z->name, "UTC"))
		return parse_rule(&z->rule, "UTC0");
	if (!has_name(z, wrong))
		return false;
	z->file = memory_new(FILE_BYTES);
	size = read_file(z->name, z->file);
	if (size < 0) {
		text_printf(wrong,
			    "no time zone '%s' (" FOLDER "%s: %s): write one like Europe/London, "
			    "or install the package tzdata",
			    z->name, z->name, log_errno(errno));
		return false;
	}
	z->file = memory_resize(z->file, (size_t)size + 1);
	z->size = (size_t)size;
	return parse(z, wrong);
}

struct zone *zone_open(const char *name, struct text *wrong)
{
	struct zone *z = memory_new(sizeof *z);

	z->name = memory_text(name);
	if (load(z, wrong))
		return z;
	zone_close(z);
	return NULL;
}

struct zone *zone_of_bytes(const char *name, const void *bytes, size_t size, struct text *wrong)
{
	struct zone *z = memory_new(sizeof *z);

	z->name = memory_text(name);
	z->file = memory_new(size + 1);
	z->size = size;
	memcpy(z->file, bytes, size);
	if (has_name(z, wrong) && parse(z, wrong))
		return z;
	zone_close(z);
	return NULL;
}

const void *zone_bytes(const struct zone *z, size_t *size)
{
	*size = z->size;
	return z->file;
}

void zone_close(struct zone *z)
{
	if (!z)
		return;
	free(z->name);
	free(z->file);
	free(z->at_s);
	free(z->to);
	free(z->kind);
	free(z);
}

const char *zone_name(const struct zone *z)
{
	return z->name;
}

/* How many transitions are at or before the instant. */
static size_t transitions_until(const struct zone *z, int64_t utc_s)
{
	size_t low = 0, high = z->transitions, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (z->at_s[mid] <= utc_s)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static const struct kind *kind_at(const struct zone *z, int64_t utc_s)
{
	size_t n = transitions_until(z, utc_s);

	if (z->rule.is_set && n == z->transitions)
		return kind_by_rule(&z->rule, utc_s);
	return n ? &z->kind[z->to[n - 1]] : &z->kind[0];
}

int32_t zone_offset(const struct zone *z, int64_t utc_s, const char **abbreviation)
{
	const struct kind *k = kind_at(z, utc_s);

	if (abbreviation)
		*abbreviation = k->abbreviation;
	return k->offset;
}

struct civil zone_civil(const struct zone *z, int64_t utc_s)
{
	int64_t local = utc_s + zone_offset(z, utc_s, NULL), days = floor_div(local, DAY);
	struct civil c = zone_date(days);
	int s = (int)(local - days * DAY);

	c.hour = s / 3600;
	c.minute = s / 60 % 60;
	c.second = s % 60;
	return c;
}

/* The offsets of a day before and a day after: inside a gap neither fits, when the clock shows a
 * time twice both do. */
static int find_instants(const struct zone *z, int64_t local, int64_t utc_s[2], int32_t *before)
{
	int32_t after = zone_offset(z, local + DAY, NULL);
	int n = 0;

	*before = zone_offset(z, local - DAY, NULL);
	if (zone_offset(z, local - *before, NULL) == *before)
		utc_s[n++] = local - *before;
	if (after != *before && zone_offset(z, local - after, NULL) == after)
		utc_s[n++] = local - after;
	return n;
}

static int64_t local_of(const struct civil *c)
{
	return zone_days(c->year, c->month, c->day) * DAY + (int64_t)c->hour * 3600 +
	       (int64_t)c->minute * 60 + c->second;
}

int zone_instants(const struct zone *z, struct civil c, int64_t utc_s[2])
{
	int32_t before;

	return find_instants(z, local_of(&c), utc_s, &before);
}

int64_t zone_instant(const struct zone *z, struct civil c)
{
	int64_t local = local_of(&c), utc_s[2];
	int32_t before;

	return find_instants(z, local, utc_s, &before) ? utc_s[0] : local - before;
}
