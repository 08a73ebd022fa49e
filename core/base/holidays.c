/* base/holidays: see holidays.h. */
#include "holidays.h"

#include <string.h>

#include "hours.h"
#include "zone.h"

#define SPACES " \t"

static bool take_digits(const char **at, int count, int *number)
{
	*number = 0;
	for (int i = 0; i < count; i++, ++*at) {
		if (**at < '0' || **at > '9')
			return false;
		*number = *number * 10 + **at - '0';
	}
	return true;
}

static int days_of(int year, int month)
{
	/* of each year: the 29th of February is a day of some */
	int64_t y = year ? year : 2024;

	return (int)(zone_days(y, month + 1, 1) - zone_days(y, month, 1));
}

/* "2026-12-25" or "12-25". */
static bool take_date(const char **at, struct holiday_date *d)
{
	bool has_year = strspn(*at, "0123456789") == 4;

	*d = (struct holiday_date){0};
	if (has_year && (!take_digits(at, 4, &d->year) || *(*at)++ != '-' || d->year < 1970))
		return false;
	if (!take_digits(at, 2, &d->month) || **at != '-')
		return false;
	++*at;
	return take_digits(at, 2, &d->day) && d->month >= 1 && d->month <= 12 && d->day >= 1 &&
	       d->day <= days_of(d->year, d->month) && (!**at || strchr(SPACES, **at));
}

static bool is_behind(const struct holiday_date *a, const struct holiday_date *b)
{
	return zone_days(a->year, a->month, a->day) > zone_days(b->year, b->month, b->day);
}

static bool take_span(const char **at, struct holiday *h)
{
	if (!take_date(at, &h->first))
		return false;
	h->last = h->first;
	*at += strspn(*at, SPACES);
	if (strncmp(*at, "to", 2) || !(*at)[2] || !strchr(SPACES, (*at)[2]))
		return true;
	*at += 2;
	*at += strspn(*at, SPACES);
	return take_date(at, &h->last) && !h->first.year == !h->last.year &&
	       (!h->first.year || !is_behind(&h->first, &h->last));
}

/* "08:00-12:00,13:00-15:00"; whatever else begins so is part of the name. */
static void take_hours(const char **at, struct holiday *h)
{
	const char *next = *at;
	int from, to;

	while (h->hour_count < HOLIDAYS_HOURS && hours_take_range(&next, &from, &to)) {
		h->hours[h->hour_count].from_minute = from;
		h->hours[h->hour_count++].to_minute = to;
		*at = next;
		if (*next++ != ',')
			break;
	}
	*at += strspn(*at, SPACES);
}

bool holidays_add(struct holidays *all, const char *text, struct text *wrong)
{
	struct holiday h = {0};
	const char *at = text + strspn(text, SPACES);
	size_t size;

	if (!take_span(&at, &h)) {
		text_puts(wrong, "'");
		text_add_safe(wrong, text, strlen(text), 60);
		text_puts(wrong, "' is no day");
		return false;
	}
	if (all->days == HOLIDAYS_MOST) {
		text_printf(wrong, "more than %d holidays", HOLIDAYS_MOST);
		return false;
	}
	at += strspn(at, SPACES);
	take_hours(&at, &h);
	size = strnlen(at, sizeof h.name - 1);
	while (size && strchr(SPACES, at[size - 1]))
		size--;
	memcpy(h.name, at, size);
	all->day[all->days++] = h;
	return true;
}

/* The day's number in a year; the 29th of February of another year is none. */
static bool day_of(const struct holiday_date *d, int64_t year, int64_t *day)
{
	struct civil back;

	*day = zone_days(year, d->month, d->day);
	back = zone_date(*day);
	return back.month == d->month && back.day == d->day;
}

void holidays_each(const struct holidays *all, int64_t from_day, int64_t to_day,
		   void (*take)(const struct holiday *, int64_t first_day, int64_t last_day,
				void *with),
		   void *with)
{
	int64_t from_year = zone_date(from_day).year - 1, to_year = zone_date(to_day).year;

	for (size_t i = 0; i < all->days; i++) {
		const struct holiday *h = &all->day[i];
		int64_t first_year = h->first.year ? h->first.year : from_year, first, last;
		int64_t last_year = h->first.year ? h->first.year : to_year;

		for (int64_t year = first_year; year <= last_year; year++) {
			bool is_there = day_of(&h->first, year, &first);

			if (!day_of(&h->last, h->last.year ? h->last.year : year, &last) &&
			    !is_there)
				continue;
			if (last < first) /* over the end of the year */
				day_of(&h->last, year + 1, &last);
			if (first <= to_day && last >= from_day)
				take(h, first, last, with);
		}
	}
}

static void add_date(struct text *t, const struct holiday_date *d)
{
	if (d->year)
		text_printf(t, "%04d-", d->year);
	text_printf(t, "%02d-%02d", d->month, d->day);
}

void holidays_add_words(struct text *t, const struct holiday *h)
{
	add_date(t, &h->first);
	if (memcmp(&h->first, &h->last, sizeof h->first)) {
		text_puts(t, " to ");
		add_date(t, &h->last);
	}
	if (*h->name) {
		text_puts(t, " ");
		text_add_safe(t, h->name, strlen(h->name), sizeof h->name);
	}
	for (size_t i = 0; i < h->hour_count; i++)
		text_printf(t, "%s %02d:%02d-%02d:%02d", i ? "," : "", h->hours[i].from_minute / 60,
			    h->hours[i].from_minute % 60, h->hours[i].to_minute / 60 % 24,
			    h->hours[i].to_minute % 60);
}

void holidays_add_text(struct text *t, const struct holidays *all)
{
	for (size_t i = 0; i < all->days; i++) {
		const struct holiday *h = &all->day[i];

		text_puts(t, " ");
		add_date(t, &h->first);
		text_puts(t, "/");
		add_date(t, &h->last);
		for (size_t n = 0; n < h->hour_count; n++)
			text_printf(t, "/%d-%d", h->hours[n].from_minute, h->hours[n].to_minute);
	}
}
