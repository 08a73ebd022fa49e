/* config/burn: may the services of an sla have the alerts by burn rate that it asks for: refuses
 * what the sampling cannot carry, and gives the service's line the words that the keeper needs. See
 * read.h and base/burn.h. */
#include <inttypes.h>
#include <string.h>

#include "../base/burn.h"
#include "read.h"

#define MILLION 1e6

enum { NO, PAGE, TICKET, BOTH }; /* places in the choices of burn-alerts */
static const char *const levels[] = {"no", "page", "ticket", "both"};

struct burning {
	struct config *c;
	const struct section *service, *sla;
	int64_t target_micro;
	const struct named *slowest; /* of its checks */
};

static void refuse(const struct burning *b, const struct burn_pair *p)
{
	int64_t one = burn_milli(b->slowest->every_us, p->long_us, b->target_micro);
	int64_t enough_us = burn_enough_us(p, b->target_micro);
	struct text remedy = {0};

	text_printf(&remedy,
		    "probe it more often than every %" PRId64 ".%03d s, agree on a lower target, "
		    "or rely on the alerts of incidents%s",
		    enough_us / 1000000, (int)(enough_us / 1000 % 1000),
		    p->level == BURN_PAGE ? " (burn-alerts = ticket needs fewer probes)" : "");
	problem_add(&b->c->parse, b->sla->file, value_line(b->c, b->sla, "burn-alerts"),
		    text_get(&remedy),
		    "sla '%s': burn-alerts: service '%s': one failed probe of '%s' alone is a "
		    "burn rate of %" PRId64 ".%02d, which reaches %s",
		    b->sla->title, b->service->title, b->slowest->name, one / 1000,
		    (int)(one % 1000 / 10), p->name);
	text_release(&remedy);
}

/* One complaint a service: the pair that needs the most probes comes first. */
static void judge(const struct burning *b, int64_t wanted)
{
	for (int i = 0; i < BURN_PAIRS; i++) {
		const struct burn_pair *p = &burn_pair[i];

		if (wanted != BOTH && wanted != (p->level == BURN_PAGE ? PAGE : TICKET))
			continue;
		if (burn_can_tell(p, b->slowest->every_us, b->target_micro))
			continue;
		refuse(b, p);
		return;
	}
}

static void refuse_endless(const struct burning *b)
{
	problem_add(&b->c->parse, b->sla->file, value_line(b->c, b->sla, "burn-alerts"),
		    "agree on a lower target, or rely on the alerts of incidents",
		    "sla '%s': burn-alerts: a target of 100 %% has no budget to burn",
		    b->sla->title);
}

/* The keeper counts around the clock. */
static void refuse_hours(const struct burning *b)
{
	problem_add(&b->c->parse, b->sla->file, value_line(b->c, b->sla, "burn-alerts"),
		    "leave hours and holidays out, or rely on the alerts of incidents",
		    "sla '%s': burn-alerts count around the clock, but its agreed time has hours "
		    "or holidays",
		    b->sla->title);
}

void burn_judge(struct config *c, const struct section *service, const char *sla,
		const struct named *slowest, struct text *words)
{
	struct burning b = {c, service, map_find_text(&c->slas, sla), 0, slowest};
	struct config_sla o;

	if (!slowest || !b.sla || !values_set(c, b.sla, policy_head("sla"), &o) || !o.burn_alerts)
		return;
	b.target_micro = (int64_t)(o.target * MILLION + 0.5);
	if (b.target_micro >= 100 * (int64_t)MILLION)
		refuse_endless(&b);
	else if (*o.hours || *o.holidays || *o.holidays_file)
		refuse_hours(&b);
	else
		judge(&b, o.burn_alerts);
	line_add_int(words, "target_micro", b.target_micro);
	line_add(words, "burn", levels[o.burn_alerts]);
	if (o.blips)
		line_add(words, "burn_blips", "up");
}
