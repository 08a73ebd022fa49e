/* base/cron: see cron.h. */
#include "cron.h"

#include <string.h>
#include <strings.h>

#define DAY   86400
#define DAYS  (9 * 366) /* 29 February comes every eight years around 2100 */
#define WORD  64
#define CHANGE (4 * 3600) /* a clock goes back by less */

static const char *const month_name[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul",
					 "aug", "sep", "oct", "nov", "dec", NULL};
static const char *const day_name[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

static const struct field {
	const char *what;
	int low, high;
	const char *const *name; /* of `low` and what follows */
} field[] = {{"minute", 0, 59, NULL},
	     {"hour", 0, 23, NULL},
	     {"day of the month", 1, 31, NULL},
	     {"month", 1, 12, month_name},
	     {"day of the week", 0, 7, day_name}};
#define FIELDS (sizeof field / sizeof *field)

static const struct {
	const char *word, *means;
} macro[] = {{"@hourly", "0 * * * *"},	 {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
	     {"@weekly", "0 0 * * 0"},	 {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"},
	     {"@annually", "0 0 1 1 *"}};

/* ---- reading ---- */

static bool refuse(struct text *wrong, const struct field *f, const char *word)
{
	text_printf(wrong, "%s: '", f->what);
	text_add_safe(wrong, word, strlen(word), WORD);
	text_printf(wrong, "' is none of %d-%d%s, *, a range a-b, a step /n or a list of these",
		    f->low, f->high, f->name ? ", names of three letters" : "");
	return false;
}

static bool take_number(const char **at, const struct field *f, int *n)
{
	const char *from = *at;

	for (int i = 0; f->name && f->name[i]; i++)
		if (!strncasecmp(from, f->name[i], 3)) {
			*at += 3;
			*n = f->low + i;
			return true;
		}
	for (*n = 0; **at >= '0' && **at <= '9' && *at - from < 3; ++*at)
		*n = *n * 10 + **at - '0';
	return *at > from && *n >= f->low && *n <= f->high;
}

/* One part of a list: '*', a, a-b, each but a alone with a step. */
static bool take_part(const char **at, const struct field *f, uint64_t *bits)
{
	int low = f->low, high = f->high, step = 1;
	bool is_range = true;

	if (**at == '*')
		++*at;
	else if (!take_number(at, f, &low))
		return false;
	else if (**at != '-')
		is_range = false, high = low;
	else if (++*at, !take_number(at, f, &high))
		return false;
	if (high == 0 && low > 0 && f->name == day_name)
		high = 7; /* sat-sun */
	if (low > high)
		return false;
	if (**at == '/') {
		const struct field steps = {.low = 1, .high = f->high};

		++*at;
		if (!is_range || !take_number(at, &steps, &step))
			return false;
	}
	for (int n = low; n <= high; n += step)
		*bits |= (uint64_t)1 << n;
	return true;
}

static bool take_field(const char *word, const struct field *f, uint64_t *bits, struct text *wrong)
{
	const char *at = word;

	for (;; at++) {
		if (!take_part(&at, f, bits))
			return refuse(wrong, f, word);
		if (!*at)
			return true;
		if (*at != ',')
			return refuse(wrong, f, word);
	}
}

/* The next word of *at, which moves behind it. False: it is too long. */
static bool take_word(const char **at, char to[WORD * 4])
{
	size_t n;

	*at += strspn(*at, " \t");
	n = strcspn(*at, " \t");
	if (n >= WORD * 4)
		return false;
	memcpy(to, *at, n);
	to[n] = '\0';
	*at += n;
	return true;
}

static const char *expand(const char *text)
{
	for (size_t i = 0; i < sizeof macro / sizeof *macro; i++)
		if (!strcasecmp(text, macro[i].word))
			return macro[i].means;
	return text;
}

static void keep(struct cron *c, const uint64_t bits[FIELDS])
{
	c->minute = bits[0];
	c->hour = (uint32_t)bits[1];
	c->day = (uint32_t)bits[2];
	c->month = (uint32_t)bits[3];
	c->weekday = (uint32_t)(bits[4] | bits[4] >> 7) & 0x7f;
}

/* The most days a month with one of these days could have. */
static bool can_come(const struct cron *c)
{
	static const char most[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (!c->any_day && !c->any_weekday)
		return true;
	for (int month = 0; month < 12; month++)
		if (c->month >> (month + 1) & 1 && c->day & ((1ull << (most[month] + 1)) - 1))
			return true;
	return false;
}

bool cron_parse(struct cron *c, const char *text, struct text *wrong)
{
	const char *at = expand(text);
	uint64_t bits[FIELDS] = {0};
	bool is_star[FIELDS];
	char word[WORD * 4];

	*c = (struct cron){.minute = 0};
	for (size_t i = 0; i < FIELDS; i++) {
		if (!take_word(&at, word) || !*word) {
			text_puts(wrong,
				  "wanted five fields: minute, hour, day of the month, month, "
				  "day of the week");
			return false;
		}
		is_star[i] = *word == '*';
		if (!take_field(word, &field[i], &bits[i], wrong))
			return false;
	}
	if (at[strspn(at, " \t")]) {
		text_puts(wrong, "wanted five fields, got more: no command stands here");
		return false;
	}
	keep(c, bits);
	c->is_starred = is_star[0] || is_star[1];
	c->any_day = is_star[2];
	c->any_weekday = is_star[4];
	if (!can_come(c))
		text_puts(wrong, "no month has such a day");
	return can_come(c);
}

/* ---- the next time ---- */

static bool is_on(const struct cron *c, int64_t days)
{
	struct civil date = zone_date(days);
	bool day = c->day >> date.day & 1,
	     weekday = c->weekday >> (((days + 4) % 7 + 7) % 7) & 1; /* 1970-01-01: Thursday */

	return c->month >> date.month & 1 &&
	       (c->any_day || c->any_weekday ? day && weekday : day || weekday);
}

/* Where the clock goes from offset `before` to another, between two instants. */
static int64_t change_between(const struct zone *z, int32_t before, int64_t low_s, int64_t high_s)
{
	while (high_s - low_s > 1) {
		int64_t mid_s = low_s + (high_s - low_s) / 2;

		if (zone_offset(z, mid_s, NULL) == before)
			low_s = mid_s;
		else
			high_s = mid_s;
	}
	return high_s;
}

/* The first instant behind after_s at which a job of this local time is due; INT64_MAX: none. */
static int64_t instant_of(const struct cron *c, const struct zone *z, int64_t local_s,
			  int64_t after_s)
{
	int32_t before = zone_offset(z, local_s - DAY, NULL),
		after = zone_offset(z, local_s + DAY, NULL);
	bool is_first = zone_offset(z, local_s - before, NULL) == before,
	     is_second = before != after && zone_offset(z, local_s - after, NULL) == after;
	int64_t due_s;

	if (is_first && (local_s - before > after_s || !is_second || !c->is_starred))
		due_s = local_s - before;
	else if (is_second)
		due_s = local_s - after;
	else if (c->is_starred)
		return INT64_MAX;
	else
		due_s = change_between(z, before, local_s - after, local_s - before);
	return due_s > after_s ? due_s : INT64_MAX;
}

/* Only what a change of the clock could move about is asked of the zone. */
static int64_t first_on(const struct cron *c, const struct zone *z, int64_t days, int64_t after_s)
{
	int64_t found_s = INT64_MAX, due_s, local_s,
		low_s = after_s + zone_offset(z, after_s, NULL) - CHANGE, high_s = INT64_MAX;

	for (int minute = 0; minute < DAY / 60; minute++) {
		local_s = days * DAY + minute * 60;
		if (local_s < low_s || !(c->hour >> (minute / 60) & 1) ||
		    !(c->minute >> (minute % 60) & 1))
			continue;
		if (local_s > high_s)
			break;
		due_s = instant_of(c, z, local_s, after_s);
		found_s = due_s < found_s ? due_s : found_s;
		if (found_s != INT64_MAX && high_s == INT64_MAX)
			high_s = local_s + CHANGE;
	}
	return found_s;
}

/* A clock that goes back over midnight lets the next date come first, once. */
int64_t cron_next(const struct cron *c, const struct zone *z, int64_t after_s)
{
	struct civil now = zone_civil(z, after_s);
	int64_t first = zone_days(now.year, now.month, now.day) - 1, found_s, next_s;

	for (int64_t days = first; days < first + DAYS; days++) {
		found_s = is_on(c, days) ? first_on(c, z, days, after_s) : INT64_MAX;
		if (found_s == INT64_MAX)
			continue;
		next_s = is_on(c, days + 1) ? first_on(c, z, days + 1, after_s) : INT64_MAX;
		return next_s < found_s ? next_s : found_s;
	}
	return 0;
}
