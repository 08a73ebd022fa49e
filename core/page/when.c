/* page/when: see when.h. */
#include "when.h"

#include <stdio.h>
#include <stdlib.h>
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

/* ---- what people write ---- */

struct written {
	int64_t clock_us; /* what the clock shows, as if it were that of UTC */
	const char *offset; /* "", "Z", "+01:00", "CET" */
};

static bool read_written(const char *text, struct written *w)
{
	size_t day = strnlen(text, 10);
	bool has_time = day == 10 && strchr("T ", text[10]) && text[10] &&
			strspn(text + 11, "0123456789");
	size_t time = has_time ? strspn(text + 11, "0123456789:.") : 0;
	struct text clock = {0};
	bool is_one;

	w->offset = text + day + (has_time ? 1 + time : 0);
	w->offset += *w->offset == ' ';
	text_add(&clock, text, day);
	text_putc(&clock, 'T');
	text_add(&clock, has_time ? text + 11 : "00:00", has_time ? time : 5);
	text_puts(&clock, has_time && time != 5 ? "Z" : ":00Z");
	is_one = clock_parse_utc(text_get(&clock), &w->clock_us);
	text_release(&clock);
	return is_one;
}

/* False: it is no offset, a name perhaps. */
static bool add_offset(const struct written *w, int64_t *at_us)
{
	struct text epoch = {0};
	bool is_one;

	text_printf(&epoch, "1970-01-01T00:00:00%.8s", strcmp(w->offset, "UTC") ? w->offset : "Z");
	is_one = clock_parse_utc(text_get(&epoch), at_us);
	*at_us += w->clock_us;
	text_release(&epoch);
	return is_one;
}

bool when_form_parse(const struct page *p, const char *text, int64_t *at_us)
{
	struct written w;
	const char *zone;

	if (!read_written(text, &w))
		return false;
	if (add_offset(&w, at_us))
		return true;
	*at_us = w.clock_us;
	if (p && p->zone)
		*at_us = zone_instant(p->zone, civil_of(NULL, w.clock_us, &zone)) * CLOCK_SECOND;
	return !*w.offset;
}

/* All times that are written so; a name behind it chooses one of two. */
static int find_times(const struct page *p, const struct written *w, int64_t at_us[2])
{
	int n = 1, kept = 0;
	const char *zone;

	at_us[0] = w->clock_us;
	if (p && p->zone)
		n = zone_instants(p->zone, civil_of(NULL, w->clock_us, &zone), at_us);
	for (int i = 0; i < n && p && p->zone; i++)
		at_us[i] = at_us[i] * CLOCK_SECOND + w->clock_us -
			   seconds_of(w->clock_us) * CLOCK_SECOND;
	for (int i = 0; i < n; i++) {
		civil_of(p, at_us[i], &zone);
		if (!*w->offset || !strcmp(w->offset, zone))
			at_us[kept++] = at_us[i];
	}
	return kept;
}

void when_stamp(struct text *t, const struct page *p, int64_t at_us)
{
	const char *zone;
	struct civil c = civil_of(p, at_us, &zone);

	text_printf(t, "%04lld-%02d-%02d %02d:%02d %s", (long long)c.year, c.month, c.day, c.hour,
		    c.minute, zone);
}

/* "2026-10-25 02:30+02:00 (CEST)" */
static void add_exact(struct text *t, const struct page *p, int64_t at_us)
{
	const char *zone;
	int east = zone_offset(p->zone, seconds_of(at_us), &zone) / 60;
	struct civil c = civil_of(p, at_us, &zone);

	text_printf(t, "%04lld-%02d-%02d %02d:%02d%c%02d:%02d (%s)", (long long)c.year, c.month,
		    c.day, c.hour, c.minute, east < 0 ? '-' : '+', abs(east) / 60, abs(east) % 60,
		    zone);
}

static void say_wrong(struct text *t, const struct page *p, const char *text,
		      const struct written *w, const int64_t *at_us, int times)
{
	int64_t next_us;

	if (times == 2) {
		text_printf(t, "the clock of %s shows '%.60s' twice: write ", when_zone(p), text);
		add_exact(t, p, at_us[0]);
		text_puts(t, " or ");
		add_exact(t, p, at_us[1]);
	} else if (w && !*w->offset && when_form_parse(p, text, &next_us)) {
		text_printf(t, "the clock of %s skips '%.60s': ", when_zone(p), text);
		add_exact(t, p, next_us);
		text_puts(t, " is as long behind the change");
	} else {
		text_printf(t,
			    "'%.60s' is no time: write 2026-11-22 18:00, by the clock of %s, or "
			    "with its offset, 2026-11-22 18:00Z",
			    text, when_zone(p));
	}
}

bool when_take(const struct page *p, const char *text, int64_t *at_us, struct text *wrong)
{
	struct written w;
	int64_t all_us[2];
	bool is_one = read_written(text, &w);
	int times = 0;

	if (is_one && add_offset(&w, at_us))
		return true;
	if (is_one)
		times = find_times(p, &w, all_us);
	if (times != 1)
		say_wrong(wrong, p, text, is_one ? &w : NULL, all_us, times);
	else
		*at_us = all_us[0];
	return times == 1;
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
