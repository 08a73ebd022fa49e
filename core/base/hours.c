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
static int minutes_of(const char *at)
{
	int hour, minute;

	for (size_t i = 0; i < 5; i++)
		if (i == 2 ? at[i] != ':' : at[i] < '0' || at[i] > '9')
			return -1;
	hour = (at[0] - '0') * 10 + at[1] - '0';
	minute = (at[3] - '0') * 10 + at[4] - '0';
	return minute > 59 || hour * 60 + minute > DAY_MINUTES ? -1 : hour * 60 + minute;
}

bool hours_take_range(const char **at, int *from_minute, int *to_minute)
{
	int from = minutes_of(*at), to = from < 0 || (*at)[5] != '-' ? -1 : minutes_of(*at + 6);

	if (from < 0 || to < 0 || from == DAY_MINUTES)
		return false;
	*at += 11;
	*from_minute = from;
	*to_minute = to <= from ? to + DAY_MINUTES : to;
	return true;
}

bool hours_add(struct hours *h, const char *text, struct text *wrong)
{
	const char *at = text;
	struct hours_rule r = {.days = take_days(&at)};

	at += strspn(at, " ");
	if (!r.days || !hours_take_range(&at, &r.from_minute, &r.to_minute) || *at) {
		text_printf(wrong, "'%.60s' are no hours", text);
		return false;
	}
	if (h->rules == HOURS_RULES) {
		text_printf(wrong, "more than %d rules of hours", HOURS_RULES);
		return false;
	}
	h->rule[h->rules++] = r;
	return true;
}

void hours_add_text(struct text *t, const struct hours *h)
{
	for (size_t i = 0; i < h->rules; i++)
		text_printf(t, " %x/%d-%d", h->rule[i].days, h->rule[i].from_minute,
			    h->rule[i].to_minute);
}
