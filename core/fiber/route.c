/* fiber/route: see route.h. The sockets and the matching of replies are icmp_host.c's. */
#include "route.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../prober/probe.h"
#include "icmp_host.h"
#include "resolve.h"

#define ROUTE_MAGIC 0x726f7574u
#define SILENT_GROUPS 2

struct hop {
	union icmp_address by;
	int64_t took_us;
	const char *trouble; /* NULL: the limit was exceeded there, or the target answered */
};

struct route {
	struct icmp_target target; /* first: a route is its target */
	uint32_t magic;
	struct probe *probe;
	struct icmp_socket *socket;
	struct loop_timer timer;
	int asked, heard, error;
	int last; /* the hop that is the target, 0: not found yet */
	struct hop hop[ROUTE_HOPS];
	struct icmp_packet packet[ROUTE_HOPS];
};

static struct route *route_of(struct icmp_packet *packet)
{
	struct route *r = (struct route *)packet->target;

	assert(r->magic == ROUTE_MAGIC);
	return r;
}

static void hear(struct icmp_packet *packet, const union icmp_address *by, int64_t at_us,
		 const char *trouble)
{
	struct route *r = route_of(packet);
	struct hop *h = &r->hop[packet - r->packet];

	if (h->by.any.sa_family)
		return;
	h->by = *by;
	h->took_us = at_us > packet->sent_us ? at_us - packet->sent_us : 1;
	h->trouble = trouble;
	r->heard++;
	if (r->heard == r->asked)
		probe_wake(r->probe);
}

/* A packet that reached the target tells how far away it is; of several the nearest. */
static void take_reply(struct icmp_packet *packet, int64_t at_us)
{
	struct route *r = route_of(packet);
	int hop = (int)(packet - r->packet) + 1;

	if (!r->last || hop < r->last)
		r->last = hop;
	hear(packet, &r->target.to, at_us, NULL);
}

/* Any other trouble than the limit ends the way as well. */
static void take_refusal(struct icmp_packet *packet, const struct icmp_refusal *refusal)
{
	struct route *r = route_of(packet);
	bool is_limit = strstr(refusal->trouble, "exceeded") != NULL;
	int hop = (int)(packet - r->packet) + 1;

	if (!is_limit && (!r->last || hop < r->last))
		r->last = hop;
	hear(packet, refusal->by, refusal->at_us, is_limit ? NULL : refusal->trouble);
}

static void take_error(struct icmp_packet *packet, int error)
{
	struct route *r = route_of(packet);

	r->error = error;
	probe_wake(r->probe);
}

static void time_over(struct loop_timer *t)
{
	struct route *r = (struct route *)((char *)t - offsetof(struct route, timer));

	assert(r->magic == ROUTE_MAGIC);
	probe_wake(r->probe);
}

/* ---- the probe's side ---- */

static bool set_source(struct route *r, const char *source)
{
	union icmp_address *from = &r->target.from;
	int family = r->target.to.any.sa_family;

	if (!source || !*source)
		return true;
	if (inet_pton(family, source,
		      family == AF_INET ? (void *)&from->v4.sin_addr
					: (void *)&from->v6.sin6_addr) != 1)
		return false;
	from->any.sa_family = (sa_family_t)family;
	return true;
}

static struct route *route_new(struct probe *p, const char *address)
{
	struct route *r = probe_alloc(p, sizeof *r);
	struct resolve_address to;
	const char *why = "";

	if (!r || !resolve_literal(address, &to)) {
		probe_unknown(p, "'%s' is no address", address);
		return NULL;
	}
	r->magic = ROUTE_MAGIC;
	r->probe = p;
	r->timer.fire = time_over;
	memcpy(&r->target.to, &to.at, sizeof r->target.to);
	r->socket = icmp_socket_get(icmp_get(p->host), to.at.ss_family, &why);
	if (!r->socket || !set_source(r, p->order.source)) {
		probe_unknown(p, "%s", r->socket ? "the source address is of another family" : why);
		return NULL;
	}
	r->target.size_bytes = ICMP_NONCE_BYTES;
	r->target.id = icmp_new_id(r->socket);
	r->target.unsent = take_error;
	r->target.answered = take_reply;
	r->target.refused = take_refusal;
	return r;
}

/* Asks the next hops at once and waits until all have answered or the time is over. */
static bool ask_group(struct route *r)
{
	struct probe *p = r->probe;
	bool goes_on = true;

	for (int i = 0; i < ROUTE_GROUP && r->asked < ROUTE_HOPS; i++, r->asked++) {
		r->packet[r->asked].hops = (uint8_t)(r->asked + 1);
		if (!icmp_send(r->socket, &r->packet[r->asked], &r->target))
			return probe_unknown(p, "no free ICMP sequence number or no random bytes");
	}
	loop_set(p->host->loop, &r->timer, clock_mono_us() + ROUTE_WAIT_US);
	while (goes_on && !r->error && r->heard < r->asked && r->timer.place)
		goes_on = probe_park(p);
	loop_stop_timer(p->host->loop, &r->timer);
	return goes_on && !r->error;
}

static void note_hop(struct route *r, int number)
{
	const struct hop *h = &r->hop[number - 1];
	char name[INET6_ADDRSTRLEN] = "";
	struct text took = {0};

	inet_ntop(h->by.any.sa_family,
		  h->by.any.sa_family == AF_INET6 ? (const void *)&h->by.v6.sin6_addr
						  : (const void *)&h->by.v4.sin_addr,
		  name, sizeof name);
	text_add_duration(&took, h->took_us);
	if (!h->by.any.sa_family)
		probe_note(r->probe, "%2d  no answer", number);
	else
		probe_note(r->probe, "%2d  %s  %s%s%s", number, name, text_get(&took),
			   h->trouble ? "  " : "", h->trouble ? h->trouble : "");
	text_release(&took);
}

static void note_all(struct route *r, const char *address)
{
	int last = r->last ? r->last : r->asked;

	while (!r->last && last && !r->hop[last - 1].by.any.sa_family)
		last--;
	for (int i = 1; i <= last; i++)
		note_hop(r, i);
	if (r->error)
		probe_note(r->probe, "no packet could be sent: %s", log_errno(r->error));
	else if (!r->last)
		probe_note(r->probe, "no answer from %s, nor from any router behind hop %d",
			   address, last);
}

bool route_trace(struct probe *p, const char *address)
{
	struct route *r = route_new(p, address);
	int before, silent = 0;

	while (r && r->asked < ROUTE_HOPS && !r->last && silent < SILENT_GROUPS) {
		before = r->heard;
		if (!ask_group(r))
			break;
		silent = r->heard > before ? 0 : silent + 1;
	}
	for (int i = 0; r && i < r->asked; i++)
		icmp_forget(r->socket, &r->packet[i]);
	if (r && probe_ok(p))
		note_all(r, address);
	return probe_ok(p);
}
