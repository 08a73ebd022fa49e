/* report/period: which time a report is about, in which zone. See host.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../base/clock.h"
#include "host.h"

#define FORMS "write 2026-08-01, 2026-08-01T12:00:00Z or with an offset"

/* --zone, else the zone of the sla that was asked for, else UTC. */
static bool find_zone(struct host *h, struct text *wrong)
{
	const struct figures_policy *p = h->order->sla ? host_policy(h, h->order->sla) : NULL;

	h->zone = zone_open(h->order->zone ? h->order->zone : p ? p->zone : "UTC", wrong);
	if (h->zone)
		h->period.zone = zone_name(h->zone);
	return h->zone;
}

static int digits(const char *at, int count)
{
	int n = 0;

	for (int i = 0; i < count; i++) {
		if (at[i] < '0' || at[i] > '9')
			return -1;
		n = n * 10 + at[i] - '0';
	}
	return n;
}

static const char *name_it(struct host *h, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static const char *name_it(struct host *h, const char *format, ...)
{
	va_list ap;
	char *name;

	va_start(ap, format);
	name = arena_vtext(&h->arena, format, ap);
	va_end(ap);
	return name ? name : "";
}

static void set_month(struct host *h, int64_t within_us)
{
	struct civil c = zone_civil(h->zone, within_us / CLOCK_SECOND);

	h->period.from_us = figures_month_us(h->zone, within_us, 0);
	h->period.to_us = figures_month_us(h->zone, within_us, 1);
	h->period.is_month = true;
	h->period.name = name_it(h, "%04" PRId64 "-%02d", c.year, c.month);
}

static bool parse_month(struct host *h, const char *month, struct text *wrong)
{
	int year = strlen(month) == 7 && month[4] == '-' ? digits(month, 4) : -1;
	int number = year > 0 ? digits(month + 5, 2) : -1;

	if (number < 1 || number > 12 || year < 1970) {
		text_printf(wrong, "there is no month '%s': write YYYY-MM, such as 2026-08", month);
		return false;
	}
	set_month(h, zone_instant(h->zone, (struct civil){year, number, 1, 12, 0, 0}) *
			     CLOCK_SECOND);
	return true;
}

/* A date alone is its midnight in the report's zone. */
static bool parse_time(const struct host *h, const char *option, const char *value, int64_t *us,
		       struct text *wrong)
{
	if (!clock_parse_utc(value, us)) {
		text_printf(wrong, "%s: '%s' is no time: " FORMS, option, value);
		return false;
	}
	if (strlen(value) == 10) {
		struct civil c = zone_date(*us / (86400 * CLOCK_SECOND));

		*us = zone_instant(h->zone, c) * CLOCK_SECOND;
	}
	return true;
}

static void add_shown(struct text *t, const struct host *h, int64_t us)
{
	struct civil c = zone_civil(h->zone, us / CLOCK_SECOND);

	text_printf(t, "%04" PRId64 "-%02d-%02d", c.year, c.month, c.day);
	if (c.hour || c.minute || c.second)
		text_printf(t, " %02d:%02d:%02d", c.hour, c.minute, c.second);
}

static bool parse_span(struct host *h, struct text *wrong)
{
	struct text name = {0};

	h->period.to_us = h->order->now_us / CLOCK_SECOND * CLOCK_SECOND;
	if (!h->order->from) {
		text_puts(wrong, "--to needs --from");
		return false;
	}
	if (!parse_time(h, "--from", h->order->from, &h->period.from_us, wrong) ||
	    (h->order->to && !parse_time(h, "--to", h->order->to, &h->period.to_us, wrong)))
		return false;
	if (h->period.from_us >= h->period.to_us) {
		text_puts(wrong, "--from is not before --to");
		return false;
	}
	add_shown(&name, h, h->period.from_us);
	text_puts(&name, " to ");
	add_shown(&name, h, h->period.to_us);
	h->period.name = name_it(h, "%s", text_get(&name));
	text_release(&name);
	return true;
}

static bool parse(struct host *h, struct text *wrong)
{
	const struct report_order *o = h->order;

	if (o->month && (o->from || o->to)) {
		text_puts(wrong, "--month and --from, --to exclude each other");
		return false;
	}
	if (o->month)
		return parse_month(h, o->month, wrong);
	if (o->from || o->to)
		return parse_span(h, wrong);
	set_month(h, o->now_us);
	return true;
}

bool host_find_period(struct host *h, struct text *wrong)
{
	struct page_period *p = &h->period;

	if (!find_zone(h, wrong) || !parse(h, wrong))
		return false;
	p->now_us = h->order->now_us;
	p->is_running = p->now_us < p->to_us;
	p->year_us = figures_year_us(h->zone, p->from_us, 1) -
		     figures_year_us(h->zone, p->from_us, 0);
	if (p->from_us > p->now_us)
		text_printf(&h->unreadable, "%s has not begun", p->name);
	return true;
}
