/* report/target: which checks and services a report is about, and the policy of each. See host.h.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../base/quorum.h"
#include "../module/option.h"
#include "host.h"

#define MILLION 1e6

/* ---- policies ---- */

const struct figures_policy *host_policy(const struct host *h, const char *name)
{
	for (size_t i = 0; i < h->policies; i++)
		if (!strcmp(h->policy[i].name, name))
			return &h->policy[i];
	return NULL;
}

static void set_policy(struct figures_policy *p, const struct config_sla *s)
{
	static const enum sla_unknown unknown[] = {SLA_UNKNOWN_APART, SLA_UNKNOWN_DOWN,
						   SLA_UNKNOWN_UP};
	static const enum sla_start start[] = {SLA_START_FIRST_FAILURE, SLA_START_MIDPOINT,
					       SLA_START_CONFIRMED};

	*p = (struct figures_policy){
		.name = s->name,
		.zone = s->zone,
		.rule = {.target_micro = (int64_t)(s->target * MILLION + 0.5),
			 .degraded_weight_ppm = (int64_t)(s->degraded_weight * MILLION + 0.5),
			 .unknown = unknown[s->unknown],
			 .blips_are_up = s->blips == 1,
			 .start = start[s->start]},
		.hours = s->agreed.rules ? &s->agreed : NULL,
		.hours_written = s->hours,
		.holidays = s->closed && s->closed->days ? s->closed : NULL,
		.credits = s->refunds.tiers ? &s->refunds : NULL,
		.notice_us = s->notice_us,
		.allowance_us = s->allowance_us,
		.maintenance_up_counts = s->maintenance_up == 1,
	};
}

bool host_read_policies(struct host *h, struct text *wrong)
{
	size_t n = 0;

	h->standard = (struct figures_policy){.name = "", .zone = "UTC"};
	for (const struct config_sla *s = h->order->policies->sla; s; s = s->next)
		n++;
	h->policy = memory_new((n + 1) * sizeof *h->policy);
	for (const struct config_sla *s = h->order->policies->sla; s; s = s->next)
		set_policy(&h->policy[h->policies++], s);
	if (!h->order->sla || host_policy(h, h->order->sla))
		return customer_judge(h, wrong);
	text_printf(wrong, "there is no sla '%s'", h->order->sla);
	if (!h->policies)
		text_puts(wrong, ": the configuration has none");
	for (size_t i = 0; i < h->policies; i++)
		text_printf(wrong, "%s'%s'", i ? ", " : ": there are ", h->policy[i].name);
	return false;
}

/* ---- what the configuration says of services and maintenance ---- */

static void *room_for(struct host *h, size_t count, size_t size)
{
	void *at = arena_alloc(&h->arena, (count + 1) * size);

	if (!at)
		abort();
	return at;
}

static bool is_pattern(const char *name)
{
	return strpbrk(name, "*?");
}

static bool has_member(const struct figures_service *s, const char *name)
{
	for (size_t i = 0; i < s->members; i++)
		if (!strcmp(s->member[i], name))
			return true;
	return false;
}

/* Patterns mean the checks that the record knows. Each is a member once, as in the loader. */
static size_t expand(const struct read_target *known, size_t targets, const char *pattern,
		     struct figures_service *s, const char **into)
{
	size_t n = 0;

	for (size_t i = 0; i < targets; i++) {
		if (known[i].kind != READ_CHECK || known[i].removed_us ||
		    fnmatch(pattern, known[i].name, FNM_NOESCAPE))
			continue;
		n++;
		if (into && !has_member(s, known[i].name))
			into[s->members++] = known[i].name;
	}
	return n;
}

/* NULL: each weighs 1. */
static const int64_t *weights_of(struct host *h, const struct config_service *c,
				 const struct figures_service *s)
{
	struct text written = {0};
	int64_t *weight;

	if (!*c->weights)
		return NULL;
	for (const char *const *w = c->weights; *w; w++)
		text_printf(&written, "%s\n", *w);
	weight = room_for(h, s->members, sizeof *weight);
	for (size_t i = 0; i < s->members; i++)
		weight[i] = quorum_weight(text_get(&written), s->member[i]);
	text_release(&written);
	return weight;
}

static void set_service(struct host *h, const struct config_service *c,
			const struct read_target *known, size_t targets, struct figures_service *s)
{
	const char **member;
	size_t n = 0;

	for (const char *const *m = c->members; *m; m++)
		n += is_pattern(*m) ? expand(known, targets, *m, NULL, NULL) : 1;
	member = room_for(h, n, sizeof *member);
	*s = (struct figures_service){.name = c->name, .member = member, .need = c->needed};
	for (const char *const *m = c->members; *m; m++)
		if (is_pattern(*m))
			expand(known, targets, *m, s, member);
		else if (!has_member(s, *m))
			member[s->members++] = *m;
	s->weight = weights_of(h, c, s);
}

static bool set_window(struct host *h, const struct config_maintenance *m,
		       struct figures_window *to, struct text *wrong)
{
	*to = (struct figures_window){m->services, m->when, m->announced_us, m->text};
	to->when.zone = host_open_zone(h, m->zone, wrong);
	return to->when.zone != NULL;
}

/* False: *wrong says why. */
static bool set_source(struct host *h, const struct read_target *known, size_t targets,
		       struct text *wrong)
{
	const struct config_policies *all = h->order->policies;
	struct figures_service *service;
	struct figures_window *window;
	size_t n = 0;

	for (const struct config_service *c = all->service; c; c = c->next)
		n++;
	service = room_for(h, n, sizeof *service);
	for (const struct config_service *c = all->service; c; c = c->next)
		set_service(h, c, known, targets, &service[h->source.services++]);
	n = 0;
	for (const struct config_maintenance *m = all->maintenance; m; m = m->next)
		n++;
	window = room_for(h, n, sizeof *window);
	h->source.read = h->read;
	h->source.service = service;
	h->source.window = window;
	for (const struct config_maintenance *m = all->maintenance; m; m = m->next)
		if (m->impact && !set_window(h, m, &window[h->source.windows++], wrong))
			return false;
	return true;
}

/* ---- targets ---- */

static const struct config_service *configured(const struct host *h, const char *name)
{
	const struct config_service *c = h->order->policies->service;

	while (c && strcmp(c->name, name))
		c = c->next;
	return c;
}

static void add_target(struct host *h, const char *name, const struct figures_policy *policy)
{
	for (size_t i = 0; i < h->targets; i++)
		if (!strcmp(h->target[i].name, name))
			return;
	if (h->targets == h->target_room) {
		h->target_room = h->target_room ? 2 * h->target_room : 64;
		h->target = memory_resize(h->target, h->target_room * sizeof *h->target);
	}
	h->target[h->targets++] =
		(struct host_target){name, policy, host_span_of(h, policy), NULL, false};
}

/* A service by its own sla, everything else by the default. */
static const struct figures_policy *policy_of(const struct host *h, const char *name)
{
	const struct config_service *c = configured(h, name);
	const struct figures_policy *p = c && *c->sla ? host_policy(h, c->sla) : NULL;

	return p ? p : &h->standard;
}

static bool is_wanted(const struct host *h, const struct read_target *t)
{
	const struct host_span *s = host_span_of(h, policy_of(h, t->name));

	return !t->removed_us || t->removed_us > s->period.from_us;
}

/* Services first, each list in order of name; a service may stand in the configuration alone. */
static void add_all(struct host *h, const struct read_target *known, size_t targets)
{
	for (size_t i = 0; i < targets; i++)
		if (known[i].kind == READ_SERVICE && is_wanted(h, &known[i]))
			add_target(h, known[i].name, policy_of(h, known[i].name));
	for (size_t i = 0; i < h->source.services; i++)
		add_target(h, h->source.service[i].name, policy_of(h, h->source.service[i].name));
	for (size_t i = 0; i < targets; i++)
		if (known[i].kind == READ_CHECK && is_wanted(h, &known[i]) &&
		    !configured(h, known[i].name))
			add_target(h, known[i].name, &h->standard);
}

/* The services of a policy and their members, all by that policy. */
static bool add_policy(struct host *h, const char *name, struct text *wrong)
{
	const struct figures_policy *p = host_policy(h, name);

	for (size_t i = 0; i < h->source.services; i++) {
		const struct figures_service *s = &h->source.service[i];

		if (strcmp(configured(h, s->name)->sla, name))
			continue;
		add_target(h, s->name, p);
		for (size_t m = 0; m < s->members; m++)
			add_target(h, s->member[m], p);
	}
	if (!h->targets)
		text_printf(wrong, "no service has the sla '%s'", name);
	return h->targets;
}

/* `other`: it is there, of the other kind. */
static bool refuse(const char *kind, const char *name, const char **names, size_t count,
		   const char *other, struct text *wrong)
{
	const char *meant = option_nearest(name, names, count, sizeof *names);

	text_printf(wrong, "there is no %s '%s'", kind, name);
	if (other)
		text_printf(wrong, ": it is a %s, write --%s", other, other);
	else if (meant)
		text_printf(wrong, ": did you mean '%s'?", meant);
	else if (count)
		text_puts(wrong, ": a report without it lists all");
	else
		text_printf(wrong, ": the record has no %s", kind);
	return false;
}

static bool is_known(const struct host *h, const char *name, const struct read_target *known,
		     size_t targets)
{
	for (size_t i = 0; i < targets; i++)
		if (!strcmp(known[i].name, name))
			return true;
	return configured(h, name);
}

static bool add_one(struct host *h, enum read_kind kind, const char *name,
		    const struct read_target *known, size_t targets, struct text *wrong)
{
	static const char *const kind_name[] = {"check", "service"};
	const char **names = room_for(h, targets + h->source.services, sizeof *names);
	size_t n = 0;

	for (size_t i = 0; i < targets; i++)
		if (known[i].kind == kind)
			names[n++] = known[i].name;
	for (size_t i = 0; kind == READ_SERVICE && i < h->source.services; i++)
		names[n++] = h->source.service[i].name;
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i], name)) {
			add_target(h, names[i], policy_of(h, name));
			return true;
		}
	return refuse(kind_name[kind == READ_SERVICE], name, names, n,
		      is_known(h, name, known, targets) ? kind_name[kind != READ_SERVICE] : NULL,
		      wrong);
}

/* What the customer is served, all by the customer's policy, or each by its own. */
static bool add_customer(struct host *h, const struct read_target *known, size_t targets,
			 struct text *wrong)
{
	const struct figures_policy *p = customer_policy(h);

	for (const char *const *s = customer_services(h); *s; s++) {
		if (!is_known(h, *s, known, targets)) {
			text_printf(wrong, "customer '%s': the record has no check or service '%s'",
				    h->order->customer, *s);
			return false;
		}
		add_target(h, *s, p ? p : policy_of(h, *s));
	}
	return true;
}

static bool find_targets(struct host *h, const struct read_target *known, size_t targets,
			 struct text *wrong)
{
	const struct report_order *o = h->order;

	if (o->check)
		return add_one(h, READ_CHECK, o->check, known, targets, wrong);
	if (o->service)
		return add_one(h, READ_SERVICE, o->service, known, targets, wrong);
	if (o->customer)
		return add_customer(h, known, targets, wrong);
	if (o->sla)
		return add_policy(h, o->sla, wrong);
	add_all(h, known, targets);
	return true;
}

bool host_find_targets(struct host *h, struct text *wrong)
{
	const struct read_target *known;
	size_t targets;

	if (!read_targets(h->read, &known, &targets)) {
		text_puts(wrong, read_wrong(h->read));
		return false;
	}
	if (!set_source(h, known, targets, wrong) || !find_targets(h, known, targets, wrong))
		return false;
	host_settle_span(h);
	return true;
}
