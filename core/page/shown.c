/* page/shown: see shown.h. */
#include "shown.h"

#include <inttypes.h>
#include <string.h>

#include "../base/clock.h"
#include "../render/draw.h"

#define MICRO_OF_ALL INT64_C(100000000)

void shown_percent(struct text *t, int64_t micro)
{
	if (micro < 0)
		text_putc(t, '-');
	else if (micro == MICRO_OF_ALL)
		text_puts(t, "100 %");
	else
		text_printf(t, "%" PRId64 ".%03d %%", micro / 1000000,
			    (int)(micro % 1000000 / 1000));
}

void shown_length(struct text *t, int64_t us)
{
	draw_add_value(t, PAGE_SECONDS, us);
}

void shown_value(struct text *t, uint32_t type, int64_t value)
{
	draw_add_value(t, type, value);
}

void shown_elapsed(struct text *t, int64_t us)
{
	if (us < 0)
		text_putc(t, '-');
	else
		text_add_duration(t, us);
}

void shown_time(struct text *t, const struct zone *zone, int64_t us)
{
	int64_t s = us / CLOCK_SECOND;
	struct civil c = zone ? zone_civil(zone, s) : zone_date(s / 86400);

	if (!zone) {
		c.hour = (int)(s % 86400 / 3600);
		c.minute = (int)(s % 3600 / 60);
	}
	text_puts(t, "<time datetime=\"");
	clock_add_utc(t, us, 0);
	text_printf(t, "\">%04" PRId64 "-%02d-%02d %02d:%02d</time>", c.year, c.month, c.day,
		    c.hour, c.minute);
}

const char *shown_letter(char letter)
{
	static const struct {
		char letter;
		const char *word;
	} row[] = {
		{'u', "up all day"},          {'g', "degraded for some of it"},
		{'P', "down for some of it"}, {'D', "down for half of it or more"},
		{'?', "not known"},           {'m', "maintenance, or outside the service hours"}};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (row[i].letter == letter)
			return row[i].word;
	return "not monitored";
}

const char *shown_trend(enum page_trend trend)
{
	static const char *const word[] = {"-", "same", "better", "worse"};

	return word[trend];
}

void shown_url(struct text *t, const char *name)
{
	for (; *name; name++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/",
			   *name))
			text_putc(t, *name);
		else
			text_printf(t, "%%%02X", (unsigned char)*name);
}
