/* report/listener: of which targets a contact hears, as the keeper decides it: those it names, the
 * members of services that it names, all when it names none. See host.h. */
#include <assert.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../module/option.h"
#include "host.h"

#define DEPTH 16 /* of services within services */

struct listening {
	struct host *host;
	const char *contact;
	const char **name; /* of all contacts */
	size_t names;
	bool is_found;
};

static bool is_meant(const char *pattern, const char *name)
{
	return !strcmp(pattern, name) ||
	       (strpbrk(pattern, "*?") && !fnmatch(pattern, name, FNM_NOESCAPE));
}

static void hear(struct host *h, const char *pattern, int depth)
{
	for (size_t i = 0; i < h->targets; i++)
		h->target[i].is_heard |= is_meant(pattern, h->target[i].name);
	for (size_t i = 0; i < h->source.services && depth < DEPTH; i++) {
		const struct figures_service *s = &h->source.service[i];

		for (size_t m = 0; is_meant(pattern, s->name) && m < s->members; m++)
			hear(h, s->member[m], depth + 1);
	}
}

static void take_contact(const char *name, const char *services, void *with)
{
	struct listening *l = with;

	l->name = memory_resize(l->name, (l->names + 1) * sizeof *l->name);
	l->name[l->names++] = name;
	if (strcmp(name, l->contact))
		return;
	l->is_found = true;
	l->host->listener = name;
	for (size_t i = 0; i < l->host->targets; i++)
		l->host->target[i].is_heard = !*services;
	for (size_t n; *services; services += n + (services[n] == '\n')) {
		char *one;

		n = strcspn(services, "\n");
		one = memory_new(n + 1);
		memcpy(one, services, n);
		hear(l->host, one, 0);
		free(one);
	}
}

static void find(struct page *p, struct host *h, const char *contact)
{
	struct listening l = {.host = h, .contact = contact};
	const char *meant;

	if (h->order->config)
		config_each_contact(h->order->config, take_contact, &l);
	for (size_t i = 0; i < h->order->contacts; i++)
		take_contact(h->order->contact[i].name, h->order->contact[i].services, &l);
	meant = l.is_found ? NULL : option_nearest(contact, l.name, l.names, sizeof *l.name);
	if (meant)
		page_wrong_order(p, "there is no contact '%s': did you mean '%s'?", contact, meant);
	else if (!l.is_found)
		page_wrong_order(p, "there is no contact '%s': %s", contact,
				 l.names ? "'nines contact list' shows them"
					 : "the configuration has none");
	free(l.name);
}

bool page_is_heard(struct page *p, const char *contact, size_t number)
{
	struct host *h = p->host;

	assert(p->magic == PAGE_MAGIC && h && h->magic == HOST_MAGIC);
	if (!p->wrong.size && (!h->listener || strcmp(h->listener, contact)))
		find(p, h, contact);
	return !p->wrong.size && number < h->targets && h->target[number].is_heard;
}
