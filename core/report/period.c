/* report/period: which time a report is about, in each zone that decides one. See host.h. */
#include <inttypes.h>
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

static void set_month(struct host *h, struct host_span *s, int64_t within_us)
{
	struct civil c = zone_civil(s->zone, within_us / CLOCK_SECOND);

	s->period.from_us = figures_month_us(s->zone, within_us, 0);
	s->period.to_us = figures_month_us(s->zone, within_us, 1);
	s->period.is_month = true;
	s->period.name = name_it(h, "%04" PRId64 "-%02d", c.year, c.month);
}

static bool parse_month(struct host *h, struct host_span *s, const char *month, struct text *wrong)
{
	int year = strlen(month) == 7 && month[4] == '-' ? digits(month, 4) : -1;
	int number = year > 0 ? digits(month + 5, 2) : -1;

	if (number < 1 || number > 12 || year < 1970) {
		text_printf(wrong, "there is no month '%s': write YYYY-MM, such as 2026-08", month);
		return false;
	}
	set_month(h, s,
		  zone_instant(s->zone, (struct civil){year, number, 1, 12, 0, 0}) * CLOCK_SECOND);
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
		text_puts(wrong, "--from is not before --to");
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

	if (o->month && (o->from || o->to)) {
		text_puts(wrong, "--month and --from, --to exclude each other");
		return false;
	}
	if (o->month)
		return parse_month(h, s, o->month, wrong);
	if (o->from || o->to)
		return parse_span(h, s, wrong);
	set_month(h, s, o->now_us);
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
	p->year_us = figures_year_us(s->zone, p->from_us, 1) -
		     figures_year_us(s->zone, p->from_us, 0);
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
	if (h->span->period.from_us > h->order->now_us)
		text_printf(&h->unreadable, "%s has not begun", h->span->period.name);
	return true;
}
