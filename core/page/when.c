/* page/when: see when.h. */
#include "when.h"

#include <stdio.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/zone.h"
#include "../web/assets.h"
#include "words.h"

#define DAY_SECONDS 86400

static int64_t seconds_of(int64_t at_us)
{
	return at_us / CLOCK_SECOND - (at_us % CLOCK_SECOND < 0);
}

static int64_t day_at(int64_t s)
{
	return s / DAY_SECONDS - (s % DAY_SECONDS < 0);
}

static struct civil civil_of(const struct page *p, int64_t at_us, const char **zone)
{
	int64_t s = seconds_of(at_us), day = day_at(s);
	struct civil c;

	*zone = "UTC";
	if (p && p->zone) {
		zone_offset(p->zone, s, zone);
		return zone_civil(p->zone, s);
	}
	c = zone_date(day);
	s -= day * DAY_SECONDS;
	c.hour = (int)(s / 3600);
	c.minute = (int)(s / 60 % 60);
	c.second = (int)(s % 60);
	return c;
}

/* `how`: "month" is the whole name, "mon" a short one. */
static void add_month_name(struct text *t, const char *how, int month)
{
	char key[24];

	snprintf(key, sizeof key, "%s-%d", how, month);
	say(t, key);
}

static void add_date(struct text *t, const struct civil *c)
{
	text_printf(t, "%d ", c->day);
	add_month_name(t, "mon", c->month);
	text_printf(t, " %lld", (long long)c->year);
}

void when_time(struct text *t, const struct page *p, int64_t at_us)
{
	const char *zone;
	struct civil c = civil_of(p, at_us, &zone);

	add_date(t, &c);
	text_printf(t, ", %02d:%02d %s", c.hour, c.minute, zone);
}

void when_form(struct text *t, const struct page *p, int64_t at_us)
{
	const char *zone;
	struct civil c = civil_of(p, at_us, &zone);

	text_printf(t, "%04lld-%02d-%02dT%02d:%02d:%02d", (long long)c.year, c.month, c.day, c.hour,
		    c.minute, c.second);
}

bool when_form_parse(const struct page *p, const char *text, int64_t *at_us)
{
	size_t size = strlen(text);
	const char *zone;
	char whole[40];

	if (clock_parse_utc(text, at_us))
		return true;
	if (size != 16 && size != 19)
		return false;
	snprintf(whole, sizeof whole, "%s%s", text, size == 16 ? ":00Z" : "Z");
	if (!clock_parse_utc(whole, at_us))
		return false;
	if (p && p->zone)
		*at_us = zone_instant(p->zone, civil_of(NULL, *at_us, &zone)) * CLOCK_SECOND;
	return true;
}

const char *when_zone(const struct page *p)
{
	return p && p->zone ? zone_name(p->zone) : "UTC";
}

void when_month(struct text *t, int64_t month)
{
	add_month_name(t, "month", (int)(month % 12) + 1);
	text_printf(t, " %lld", (long long)(month / 12));
}

static void add_piece(struct text *t, const struct page *p, int64_t at_us, bool is_same_day)
{
	struct words w = {0};
	struct text *shown;
	const char *zone;
	struct civil c = civil_of(p, at_us, &zone);

	if (at_us <= 0)
		return;
	clock_add_utc(word(&w, "utc"), at_us, 0);
	shown = word(&w, "shown");
	if (is_same_day)
		text_printf(shown, "%02d:%02d %s", c.hour, c.minute, zone);
	else
		when_time(shown, p, at_us);
	words_piece(t, web_status, "time", &w);
	while (t->size && t->at[t->size - 1] == '\n')
		t->at[--t->size] = '\0';
}

void when_piece(struct text *t, const struct page *p, int64_t at_us)
{
	add_piece(t, p, at_us, false);
}

void when_span(struct text *t, const struct page *p, int64_t from_us, int64_t to_us)
{
	struct words w = {0};

	add_piece(word(&w, "from"), p, from_us, false);
	add_piece(word(&w, "to"), p, to_us, when_day_of(p, from_us) == when_day_of(p, to_us));
	words_piece(t, web_status, to_us > 0 ? "span" : "span-open", &w);
}

int64_t when_day_of(const struct page *p, int64_t at_us)
{
	const char *zone;
	struct civil c = civil_of(p, at_us, &zone);

	return zone_days(c.year, c.month, c.day);
}

int64_t when_month_of(const struct page *p, int64_t at_us)
{
	const char *zone;
	struct civil c = civil_of(p, at_us, &zone);

	return c.year * 12 + c.month - 1;
}

void when_month_path(struct text *t, int64_t month)
{
	text_printf(t, "%04lld-%02d", (long long)(month / 12), (int)(month % 12) + 1);
}

int64_t when_month_parse(const char *s)
{
	int year = 0, month = 0;

	if (strlen(s) != 7 || strspn(s, "0123456789-") != 7 || s[4] != '-' ||
	    sscanf(s, "%4d-%2d", &year, &month) != 2 || month < 1 || month > 12 || year < 1970)
		return -1;
	return (int64_t)year * 12 + month - 1;
}

void when_lasted(struct text *t, int64_t us)
{
	if (us < CLOCK_SECOND)
		say(t, "a-moment");
	else if (us < 60 * CLOCK_SECOND)
		text_printf(t, "%d s", (int)(us / CLOCK_SECOND));
	else
		text_add_duration(t, us);
}
