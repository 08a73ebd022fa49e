/* lint/find: the addresses of hosts and the mail servers of domains, asked for in one probe.
 *
 * A probe, because that is what the resolver and the DNS client of core/fiber serve: straight-line
 * code that parks. /etc/hosts comes first. A name server that is silent once is not asked again:
 * everything that is left is then not known. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../fiber/dns.h"
#include "../fiber/hosts.h"
#include "../prober/probe.h"
#include "inside.h"

#define AT_ONCE 32 /* hosts: two questions each */
#define WAIT_US (3 * CLOCK_SECOND)
#define TYPE_A 1
#define TYPE_MX 15
#define TYPE_AAAA 28
#define NXDOMAIN 3

struct find {
	struct lint *lint;
	struct hosts *hosts;
	struct loop *loop;
	bool is_silent;
};

static void add_address(struct host *h, const char *text)
{
	if (h->addresses < LINT_ADDRESSES &&
	    lint_address_parse(text, 0, &h->address[h->addresses]))
		h->addresses++;
}

static bool is_in_file(struct find *f, struct host *h)
{
	static const int family[] = {AF_INET, AF_INET6};
	struct resolve_address found;

	for (size_t i = 0; i < 2; i++)
		if (hosts_find(f->hosts, h->name, family[i], &found))
			add_address(h, found.text);
	return h->addresses > 0;
}

/* Asks, and says for all of them that nobody answers once nobody has. */
static bool ask(struct find *f, struct probe *p, const struct probe_dns_question *q, size_t count,
		struct probe_dns_answer *a)
{
	size_t answers = 0;

	memset(a, 0, count * sizeof *a);
	if (f->is_silent || !probe_dns_ask(p, q, count, WAIT_US, a)) {
		for (size_t i = 0; i < count; i++)
			a[i].trouble = "no name server answers";
		f->is_silent = true;
		return false;
	}
	for (size_t i = 0; i < count; i++)
		answers += !*a[i].trouble;
	f->is_silent = !answers;
	return true;
}

/* NULL: it is one. */
static const char *trouble_of(struct find *f, const struct probe_dns_answer *a)
{
	if (*a->trouble)
		return lint_keep(f->lint, a->trouble);
	if (a->rcode == NXDOMAIN)
		return "there is no such name";
	return a->rcode ? "the name server answered with an error" : NULL;
}

/* ---- domains ---- */

static void take_servers(struct find *f, struct domain *d, const struct probe_dns_answer *a)
{
	d->trouble = trouble_of(f, a);
	for (size_t i = 0; !d->trouble && i < a->records; i++) {
		const char *name = strchr(a->record[i].text, ' ');

		if (!name || !name[1] || !strcmp(name, " ."))
			d->trouble = "it takes no mail"; /* RFC 7505 */
		else if (d->servers < LINT_SERVERS)
			d->server[d->servers++] = lint_host(f->lint, name + 1, strlen(name + 1));
	}
	if (!d->trouble && !d->servers) /* RFC 5321 5.1 */
		d->server[d->servers++] = lint_host(f->lint, d->name, strlen(d->name));
	for (size_t i = 0; i < d->servers; i++)
		d->server[i]->is_wanted = true;
}

static void find_domains(struct find *f, struct probe *p)
{
	struct probe_dns_question *q = probe_alloc(p, AT_ONCE * sizeof *q);
	struct probe_dns_answer *a = probe_alloc(p, AT_ONCE * sizeof *a);
	struct domain *d = f->lint->domain, *first;
	size_t n;

	while (q && a && d) {
		first = d;
		for (n = 0; d && n < AT_ONCE; d = d->next)
			if (d->is_wanted)
				q[n++] = (struct probe_dns_question){
					.server = "", .name = d->name, .type = TYPE_MX};
		if (n)
			ask(f, p, q, n, a);
		for (n = 0; first != d; first = first->next)
			if (first->is_wanted)
				take_servers(f, first, &a[n++]);
	}
}

/* ---- hosts ---- */

static void take_addresses(struct find *f, struct host *h, const struct probe_dns_answer a[2])
{
	h->is_looked_up = true;
	for (size_t i = 0; i < 2; i++)
		for (size_t n = 0; !*a[i].trouble && n < a[i].records; n++)
			add_address(h, a[i].record[n].text);
	for (size_t i = 0; i < 2 && !h->addresses && !h->trouble; i++)
		h->trouble = trouble_of(f, &a[i]);
	if (!h->addresses && !h->trouble)
		h->trouble = "it has no address";
}

/* Hosts that have to be asked for, from `h` on; *h becomes where to go on. */
static size_t gather(struct find *f, struct host **h, struct host *list[AT_ONCE])
{
	size_t n = 0;

	for (; *h && n < AT_ONCE; *h = (*h)->next)
		if ((*h)->is_wanted && !(*h)->addresses && !(*h)->trouble &&
		    !is_in_file(f, *h))
			list[n++] = *h;
	return n;
}

static void find_hosts(struct find *f, struct probe *p)
{
	struct probe_dns_question *q = probe_alloc(p, 2 * AT_ONCE * sizeof *q);
	struct probe_dns_answer *a = probe_alloc(p, 2 * AT_ONCE * sizeof *a);
	struct host *h = f->lint->host, *list[AT_ONCE];
	size_t n;

	while (q && a && h) {
		n = gather(f, &h, list);
		for (size_t i = 0; i < n; i++) {
			q[2 * i] = (struct probe_dns_question){
				.server = "", .name = list[i]->name, .type = TYPE_A};
			q[2 * i + 1] = (struct probe_dns_question){
				.server = "", .name = list[i]->name, .type = TYPE_AAAA};
		}
		if (n)
			ask(f, p, q, 2 * n, a);
		for (size_t i = 0; i < n; i++)
			take_addresses(f, list[i], &a[2 * i]);
	}
}

/* ---- the probe ---- */

static void run(struct probe *p, const void *options)
{
	struct find *f = p->order.with;

	(void)options;
	find_domains(f, p);
	find_hosts(f, p);
}

static void done(struct probe *p, const struct text *result, void *with)
{
	struct find *f = with;

	(void)p;
	(void)result;
	loop_end(f->loop);
}

/* What was not reached, because time or memory ran out. */
static void give_up(struct lint *l)
{
	for (struct domain *d = l->domain; d; d = d->next)
		if (d->is_wanted && !d->servers && !d->trouble)
			d->trouble = "it could not be looked up in time";
	for (struct host *h = l->host; h; h = h->next)
		if (h->is_wanted && !h->addresses && !h->trouble)
			h->trouble = "it could not be looked up in time";
}

static void find_servers(struct lint *l)
{
	char server[LINT_SERVERS][DNS_SERVER_BYTES];
	size_t n = dns_system_servers(server, LINT_SERVERS);

	for (size_t i = 0; i < n; i++) {
		char *colon = strchr(server[i], ':');
		bool has_port = colon && colon == strrchr(server[i], ':');
		int port = has_port ? (int)strtol(colon + 1, NULL, 10) : 53;

		if (has_port)
			*colon = '\0';
		l->servers += lint_address_parse(server[i], port, &l->server[l->servers]);
	}
}

void lint_find(struct lint *l)
{
	static const struct check_module module = {.head = {.name = "lint"}, .run = run};
	struct find f = {.lint = l, .hosts = hosts_new("/etc/hosts"), .loop = loop_new()};
	struct probe_host host = {.loop = f.loop, .icmp4_fd = -1, .icmp6_fd = -1};
	struct probe_order order = {.module = &module,
				    .options = "",
				    .id = "1",
				    .check = "lint",
				    .item = "",
				    .event = "",
				    .memory = "",
				    .source = "",
				    .address_family = AF_UNSPEC,
				    .timeout_us = LINT_SECONDS * CLOCK_SECOND,
				    .done = done,
				    .with = &f};

	find_servers(l);
	if (f.loop && probe_host_open(&host)) {
		probe_begin(&host, &order);
		if (host.in_flight)
			loop_run(f.loop);
		probe_host_close(&host);
	}
	give_up(l);
	hosts_free(f.hosts);
	loop_free(f.loop);
}
