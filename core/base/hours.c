/* base/hours: see hours.h. */
#include "hours.h"

#include <string.h>
#include <strings.h>

#define DAY_MINUTES 1440

static const char *const day_name[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

/* 0 Monday to 6; -1: none. */
static int take_day(const char **at)
{
	for (int i = 0; i < 7; i++)
		if (!strncasecmp(*at, day_name[i], 3)) {
			*at += 3;
			return i;
		}
	return -1;
}

/* "Mon-Fri", "Sat", "Mon,Wed-Thu"; 0: no such days. */
static unsigned take_days(const char **at)
{
	unsigned days = 0;
	int first, last;

	for (;; (*at)++) {
		first = last = take_day(at);
		if (first >= 0 && **at == '-') {
			(*at)++;
			last = take_day(at);
		}
		if (first < 0 || last < 0)
			return 0;
		for (int d = first;; d = (d + 1) % 7) {
			days |= 1u << d;
			if (d == last)
				break;
		}
		if (**at != ',')
			return days;
	}
}

/* Minutes of the day of "08:00"; -1: no time. */
static int minutes_of(const char *at, size_t size)
{
	int hour, minute;

	if (size != 5 || at[2] != ':')
		return -1;
	for (size_t i = 0; i < size; i++)
		if (i != 2 && (at[i] < '0' || at[i] > '9'))
			return -1;
	hour = (at[0] - '0') * 10 + at[1] - '0';
	minute = (at[3] - '0') * 10 + at[4] - '0';
	return minute > 59 || hour * 60 + minute > DAY_MINUTES ? -1 : hour * 60 + minute;
}

bool hours_add(struct hours *h, const char *text, struct text *wrong)
{
	const char *at = text, *dash;
	struct hours_rule r = {.days = take_days(&at)};

	at += strspn(at, " ");
	dash = strchr(at, '-');
	r.from_minute = dash ? minutes_of(at, (size_t)(dash - at)) : -1;
	r.to_minute = dash ? minutes_of(dash + 1, strlen(dash + 1)) : -1;
	if (!r.days || r.from_minute < 0 || r.to_minute < 0 || r.from_minute == DAY_MINUTES) {
		text_printf(wrong, "'%.60s' are no hours", text);
		return false;
	}
	if (h->rules == HOURS_RULES) {
		text_printf(wrong, "more than %d rules of hours", HOURS_RULES);
		return false;
	}
	if (r.to_minute <= r.from_minute)
		r.to_minute += DAY_MINUTES;
	h->rule[h->rules++] = r;
	return true;
}

void hours_add_text(struct text *t, const struct hours *h)
{
	for (size_t i = 0; i < h->rules; i++)
		text_printf(t, " %x/%d-%d", h->rule[i].days, h->rule[i].from_minute,
			    h->rule[i].to_minute);
}
