/* prober/probe_limit: the check's limits on values (options warn and crit), judged when the probe
 * has ended: so a failure of the conversation itself comes first, and crit before warn. */
#include <stdio.h>
#include <string.h>

#include "../module/limit.h"
#include "probe.h"

/* The module's own way to write a name is as good as the key it is kept by. */
static bool is_name(const char *limit, const char *name, const char *key)
{
	return !strcmp(limit, name) || !strcmp(limit, key);
}

static void cross(struct probe *p, const struct limit *l, double value, const char *unit)
{
	const char *text;

	if (p->limit.crossed && (p->limit.crossed->is_crit || !l->is_crit))
		return;
	text = arena_text(&p->arena, "%s is %.10g%s%s, %s when %s", l->name, value,
			  unit && *unit ? " " : "", unit ? unit : "", l->is_crit ? "crit" : "warn",
			  l->text);
	p->limit.crossed = l;
	p->limit.reason = text ? text : "a limit is crossed";
}

void probe_watch_value(struct probe *p, const char *name, const char *key, double value,
		       const char *unit)
{
	for (size_t i = 0; i < p->order.limits; i++) {
		const struct limit *l = &p->order.limit[i];

		if (!is_name(l->name, name, key))
			continue;
		p->limit.seen |= UINT32_C(1) << i;
		switch (limit_judge(l, value, unit)) {
		case LIMIT_CROSSED:
			cross(p, l, value, unit);
			break;
		case LIMIT_OTHER_UNIT:
			p->limit.odd = l;
			snprintf(p->limit.odd_unit, sizeof p->limit.odd_unit, "%s",
				 unit ? unit : "");
			break;
		case LIMIT_HELD:
			break;
		}
	}
}

static void conclude(struct probe *p, enum verdict verdict, const char *reason)
{
	p->verdict = verdict;
	p->reason = reason ? reason : "no memory left to say which limit";
	p->failed_step = ""; /* no step has failed */
}

static const char *option_of(const struct limit *l)
{
	return l->is_crit ? "crit" : "warn";
}

/* A limit that can never be crossed is a mistake of ours, and not to be found out by an outage. */
static void judge_form(struct probe *p)
{
	const struct limit *odd = p->limit.odd;

	if (odd) {
		conclude(p, VERDICT_UNKNOWN,
			 arena_text(&p->arena, "%s: '%s' is measured in '%s', the limit is in '%s'",
				    option_of(odd), odd->name, p->limit.odd_unit, odd->unit));
		return;
	}
	for (size_t i = 0; i < p->order.limits; i++)
		if (!(p->limit.seen >> i & 1)) {
			conclude(p, VERDICT_UNKNOWN,
				 arena_text(&p->arena, "%s: this probe has measured no '%s'",
					    option_of(&p->order.limit[i]), p->order.limit[i].name));
			return;
		}
}

void probe_judge_limits(struct probe *p)
{
	const struct limit *crossed = p->limit.crossed;

	if (p->has_failed || !p->order.limits)
		return;
	if (crossed && (crossed->is_crit || p->verdict == VERDICT_UP))
		conclude(p, crossed->is_crit ? VERDICT_DOWN : VERDICT_DEGRADED, p->limit.reason);
	if (!crossed || !crossed->is_crit)
		judge_form(p);
}
