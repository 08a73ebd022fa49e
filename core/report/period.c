/* report/period: which time a report is about, in each zone that decides one. See host.h. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "host.h"

#define FORMS "write 2026-08-01, 2026-08-01T12:00:00Z or with an offset"

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

/* The calendar's times that have a name: as they are typed, and how many months they have. */
static const struct calendar {
	const char *option, *what, *form, *like;
	int months;
	size_t at; /* in struct report_order */
} calendar[] = {
	{"--month", "month", "YYYY-MM", "2026-08", 1, offsetof(struct report_order, month)},
	{"--quarter", "quarter", "YYYY-QN", "2026-Q3", 3, offsetof(struct report_order, quarter)},
	{"--year", "year", "YYYY", "2026", 12, offsetof(struct report_order, year)},
};

static const char *typed(const struct report_order *o, const struct calendar *c)
{
	return *(const char *const *)((const char *)o + c->at);
}

static const char *name_calendar(struct host *h, int months, const struct civil *c)
{
	if (months == 12)
		return name_it(h, "%04" PRId64, c->year);
	if (months == 3)
		return name_it(h, "%04" PRId64 "-Q%d", c->year, c->month / 3 + 1);
	return name_it(h, "%04" PRId64 "-%02d", c->year, c->month);
}

static void set_calendar(struct host *h, struct host_span *s, int months, int64_t within_us)
{
	struct civil c = zone_civil(s->zone, within_us / CLOCK_SECOND);

	c = (struct civil){.year = c.year, .month = c.month - (c.month - 1) % months, .day = 1};
	s->period.name = name_calendar(h, months, &c);
	s->period.from_us = zone_instant(s->zone, c) * CLOCK_SECOND;
	c.month += months;
	s->period.to_us = zone_instant(s->zone, c) * CLOCK_SECOND;
	s->period.is_month = months == 1;
}

/* Its first month; 0: that is none. */
static int first_month(const struct calendar *c, const char *text)
{
	int number = 1;

	if (strlen(text) != strlen(c->form) || (c->months < 12 && text[4] != '-') ||
	    (c->months == 3 && text[5] != 'Q'))
		return 0;
	if (c->months < 12)
		number = c->months == 3 ? digits(text + 6, 1) : digits(text + 5, 2);
	return number >= 1 && number <= 12 / c->months ? (number - 1) * c->months + 1 : 0;
}

static bool parse_calendar(struct host *h, struct host_span *s, const struct calendar *c,
			   struct text *wrong)
{
	const char *text = typed(h->order, c);
	int month = first_month(c, text), year = month ? digits(text, 4) : -1;

	if (year < 1970) {
		text_printf(wrong, "there is no %s '%s': write %s, such as %s", c->what, text,
			    c->form, c->like);
		return false;
	}
	set_calendar(h, s, c->months,
		     zone_instant(s->zone, (struct civil){year, month, 1, 12, 0, 0}) *
			     CLOCK_SECOND);
	return true;
}

/* A date alone is its midnight in the zone. */
static bool parse_time(const struct zone *zone, const char *option, const char *value, int64_t *us,
		       struct text *wrong)
{
	if (!clock_parse_utc(value, us)) {
		text_printf(wrong, "%s: '%s' is no time: " FORMS, option, value);
		return false;
	}
	if (strlen(value) == 10) {
		struct civil c = zone_date(*us / (86400 * CLOCK_SECOND));

		*us = zone_instant(zone, c) * CLOCK_SECOND;
	}
	return true;
}

static void add_shown(struct text *t, const struct zone *zone, int64_t us)
{
	struct civil c = zone_civil(zone, us / CLOCK_SECOND);

	text_printf(t, "%04" PRId64 "-%02d-%02d", c.year, c.month, c.day);
	if (c.hour || c.minute || c.second)
		text_printf(t, " %02d:%02d:%02d", c.hour, c.minute, c.second);
}

static bool parse_span(struct host *h, struct host_span *s, struct text *wrong)
{
	const struct report_order *o = h->order;
	struct page_period *p = &s->period;
	struct text name = {0};

	p->to_us = o->now_us / CLOCK_SECOND * CLOCK_SECOND;
	if (!o->from) {
		text_puts(wrong, "--to needs --from");
		return false;
	}
	if (!parse_time(s->zone, "--from", o->from, &p->from_us, wrong) ||
	    (o->to && !parse_time(s->zone, "--to", o->to, &p->to_us, wrong)))
		return false;
	if (p->from_us >= p->to_us) {
		if (o->to)
			text_printf(wrong, "--from is not before --to: %s and %s", o->from, o->to);
		else
			text_printf(wrong, "--from: %s is not before now", o->from);
		return false;
	}
	add_shown(&name, s->zone, p->from_us);
	text_puts(&name, " to ");
	add_shown(&name, s->zone, p->to_us);
	p->name = name_it(h, "%s", text_get(&name));
	text_release(&name);
	return true;
}

static bool parse(struct host *h, struct host_span *s, struct text *wrong)
{
	const struct report_order *o = h->order;
	const struct calendar *chosen = NULL;

	for (size_t i = 0; i < sizeof calendar / sizeof *calendar; i++) {
		const struct calendar *c = &calendar[i];

		if (!typed(o, c))
			continue;
		if (chosen || o->from || o->to) {
			text_printf(wrong, "%s and %s exclude each other",
				    chosen ? chosen->option : c->option,
				    chosen ? c->option : "--from, --to");
			return false;
		}
		chosen = c;
	}
	if (chosen)
		return parse_calendar(h, s, chosen, wrong);
	if (o->from || o->to)
		return parse_span(h, s, wrong);
	set_calendar(h, s, 1, o->now_us);
	return true;
}

struct zone *host_open_zone(const struct host *h, const char *name, struct text *wrong)
{
	const struct config_zone *told = policy_zone(h->order->policies, name);

	return told ? zone_of_bytes(name, told->bytes, told->size, wrong) : zone_open(name, wrong);
}

static struct host_span *find_span(const struct host *h, const char *zone)
{
	for (size_t i = 0; i < h->spans; i++)
		if (!strcmp(zone_name(h->all_spans[i].zone), zone))
			return &h->all_spans[i];
	return NULL;
}

static bool add_span(struct host *h, const char *zone, struct text *wrong)
{
	struct host_span *s = &h->all_spans[h->spans];
	struct page_period *p = &s->period;

	if (find_span(h, zone))
		return true;
	s->zone = host_open_zone(h, zone, wrong);
	if (!s->zone)
		return false;
	h->spans++;
	p->zone = zone_name(s->zone);
	if (!parse(h, s, wrong))
		return false;
	p->now_us = h->order->now_us;
	p->is_running = p->now_us < p->to_us;
	p->year_us =
		figures_year_us(s->zone, p->from_us, 1) - figures_year_us(s->zone, p->from_us, 0);
	return true;
}

const struct host_span *host_span_of(const struct host *h, const struct figures_policy *p)
{
	return find_span(h, h->only_zone ? h->only_zone : p->zone);
}

void host_settle_span(struct host *h)
{
	for (size_t i = 1; i < h->targets; i++)
		if (h->target[i].span != h->target[0].span)
			return;
	if (h->targets)
		h->span = h->target[0].span;
}

/* --zone is that of all, so is the zone of the sla that was asked for, or of
 * the customer's; else each policy has its
 * own. */
bool host_find_period(struct host *h, struct text *wrong)
{
	const struct figures_policy *asked =
		h->order->sla ? host_policy(h, h->order->sla) : customer_policy(h);

	h->only_zone = h->order->zone ? h->order->zone : asked ? asked->zone : NULL;
	h->all_spans = memory_new((h->policies + 1) * sizeof *h->all_spans);
	if (!add_span(h, h->only_zone ? h->only_zone : h->standard.zone, wrong))
		return false;
	for (size_t i = 0; i < h->policies && !h->only_zone; i++)
		if (!add_span(h, h->policy[i].zone, wrong))
			return false;
	h->span = h->all_spans;
	if (h->span->period.from_us > h->order->now_us) {
		text_printf(&h->unreadable, "%s has not begun: it is ", h->span->period.name);
		clock_add_utc(&h->unreadable, h->order->now_us, 0);
	}
	return true;
}
