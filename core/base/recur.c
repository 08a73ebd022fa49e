/* base/recur: see recur.h. */
#include "recur.h"

#include <string.h>

#include "clock.h"

static bool is_given(const char *word)
{
	return word && *word;
}

static bool refuse(const char **option, const char *name, struct text *wrong, const char *why)
{
	*option = name;
	text_puts(wrong, why);
	return false;
}

static bool take_time(const char *name, const char *value, int64_t *us, const char **option,
		      struct text *wrong)
{
	if (!is_given(value) || clock_parse_utc(value, us))
		return true;
	*option = name;
	text_printf(wrong, "'%.60s' is no RFC 3339 time such as 2026-12-24T22:00:00+01:00", value);
	return false;
}

static bool take_cron(struct recur *r, const struct recur_words *w, const char **option,
		      struct text *wrong)
{
	*option = "cron";
	if (!cron_parse(&r->cron, w->cron, wrong))
		return false;
	if (!is_given(w->length))
		return refuse(option, "for", wrong, "how long it lasts is missing: for = \"2h\"");
	if (!text_duration(w->length, &r->length_us) || r->length_us < 60 * CLOCK_SECOND ||
	    r->length_us > RECUR_LONGEST_US)
		return refuse(option, "for", wrong, "it must be 1m to 31d");
	r->is_again = true;
	return true;
}

bool recur_parse(struct recur *r, const struct recur_words *w, const struct zone *z,
		 const char **option, struct text *wrong)
{
	*r = (struct recur){.start_us = INT64_MIN, .end_us = INT64_MAX, .zone = z};
	if (!take_time("start", w->start, &r->start_us, option, wrong) ||
	    !take_time("end", w->end, &r->end_us, option, wrong))
		return false;
	if (is_given(w->start) && is_given(w->end) && r->end_us <= r->start_us)
		return refuse(option, "end", wrong, "it ends before it starts");
	if (is_given(w->cron))
		return take_cron(r, w, option, wrong);
	if (is_given(w->length))
		return refuse(option, "for", wrong, "it belongs to a window with cron");
	if (!is_given(w->start))
		return refuse(option, "start", wrong, "it is missing, and so is cron");
	return is_given(w->end) || refuse(option, "end", wrong, "it is missing");
}

/* The first occurrence that ends behind at_us, whatever the bounds. */
static bool next_again(const struct recur *r, int64_t at_us, int64_t *from_us, int64_t *to_us)
{
	int64_t behind_us = at_us - r->length_us, s = behind_us / CLOCK_SECOND, due_s;

	s -= behind_us % CLOCK_SECOND < 0;
	due_s = cron_next(&r->cron, r->zone, s);
	*from_us = due_s * CLOCK_SECOND;
	*to_us = *from_us + r->length_us;
	return due_s != 0;
}

bool recur_next(const struct recur *r, int64_t at_us, int64_t *from_us, int64_t *to_us)
{
	if (at_us >= r->end_us)
		return false;
	if (!r->is_again) {
		*from_us = r->start_us;
		*to_us = r->end_us;
		return true;
	}
	if (!next_again(r, at_us > r->start_us ? at_us : r->start_us, from_us, to_us) ||
	    *from_us >= r->end_us)
		return false;
	*from_us = *from_us > r->start_us ? *from_us : r->start_us;
	*to_us = *to_us < r->end_us ? *to_us : r->end_us;
	return true;
}
