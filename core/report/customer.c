/* report/customer: what one customer is served, and whether the customer's agreement was met.
 *
 * Each of the customer's checks and services is judged apart, by the customer's sla; the agreement
 * is met when all that can be judged met it. No figure is ever made of several. page_customer() of
 * <nines/report.h> is here too. See host.h. */
#include <assert.h>
#include <string.h>

#include "host.h"

static const struct config_customer *find(const struct host *h)
{
	const struct config_customer *c = h->order->policies->customer;

	while (c && strcmp(c->name, h->order->customer))
		c = c->next;
	return c;
}

const struct figures_policy *customer_policy(const struct host *h)
{
	const struct config_customer *c = h->order->customer ? find(h) : NULL;

	return c && *c->sla ? host_policy(h, c->sla) : NULL;
}

bool customer_judge(const struct host *h, struct text *wrong)
{
	const struct config_customer *c = h->order->customer ? find(h) : NULL;
	const struct config_customer *all = h->order->policies->customer;

	if (!h->order->customer)
		return true;
	if (!c) {
		text_printf(wrong, "there is no customer '%s'", h->order->customer);
		text_puts(wrong, all ? ": there are" : ": the configuration has none");
		for (; all; all = all->next)
			text_printf(wrong, " '%s'%s", all->name, all->next ? "," : "");
		return false;
	}
	if (*c->sla && !host_policy(h, c->sla)) {
		text_printf(wrong, "customer '%s': there is no sla '%s'", c->name, c->sla);
		return false;
	}
	return true;
}

const char *const *customer_services(const struct host *h)
{
	return find(h)->services;
}

/* ---- the verdict ---- */

static bool add_figures(struct page *p, struct page_customer *into)
{
	size_t targets = page_targets(p), with_target = 0;

	for (size_t i = 0; i < targets; i++) {
		const struct page_figures *f = page_figures(p, i);

		if (!f)
			return false;
		with_target += f->target_micro >= 0;
		if (f->target_micro < 0 || f->judged_micro < 0)
			continue;
		into->judged++;
		into->met += f->is_met;
	}
	into->is_decided = into->met < into->judged || (with_target && into->judged == with_target);
	into->is_met = into->is_decided && into->met == into->judged;
	return true;
}

const struct page_customer *page_customer(struct page *p)
{
	struct host *h = p->host;
	const struct config_customer *c;
	struct page_customer *into;

	assert(p->magic == PAGE_MAGIC && h && h->magic == HOST_MAGIC);
	c = h->order->customer ? find(h) : NULL;
	into = c ? arena_alloc(&h->arena, sizeof *into) : NULL;
	if (!into)
		return NULL;
	*into = (struct page_customer){.name = c->name, .sla = c->sla, .contact = c->contacts};
	while (into->contact[into->contact_count])
		into->contact_count++;
	return add_figures(p, into) ? into : NULL;
}
