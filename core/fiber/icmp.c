/* fiber/icmp: see icmp.h. The fiber's side: one echo is a target, its packets and a timer. */
#include "icmp.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

#include "../base/clock.h"
#include "../prober/probe.h"
#include "icmp_host.h"
#include "net.h"
#include "resolve.h"

#define ECHO_MAGIC   0x6563686fu
#define PACKETS_MOST 1000
#define DEADLINE_MARGIN_US \
	1000 /* the waiting ends before the probe's deadline: lost packets are an answer */

struct echo {
	struct icmp_target target; /* first: an echo is its target */
	uint32_t magic;
	struct probe *probe;
	struct icmp_socket *socket;
	struct loop_timer timer;
	int packets, asked, received, error;
	bool waits_for_all;
	int64_t sum_us, min_us, max_us;
	const char *trouble;
	uint32_t dropped_before;
	struct icmp_packet packet[];
};

static struct echo *echo_of(struct icmp_packet *packet)
{
	struct echo *e = (struct echo *)packet->target;

	assert(e->magic == ECHO_MAGIC);
	return e;
}

static void take_reply(struct icmp_packet *packet, int64_t at_us)
{
	struct echo *e = echo_of(packet);
	int64_t took_us = at_us - packet->sent_us;

	if (took_us < 1)
		took_us = 1; /* finer than we measure, or the batch's share was an estimate */
	e->sum_us += took_us;
	if (!e->received++ || took_us < e->min_us)
		e->min_us = took_us;
	if (took_us > e->max_us)
		e->max_us = took_us;
	if (e->waits_for_all && e->received == e->asked)
		probe_wake(e->probe);
}

static void take_trouble(struct icmp_packet *packet, const struct icmp_refusal *r)
{
	echo_of(packet)->trouble = r->trouble;
}

static void take_error(struct icmp_packet *packet, int error)
{
	struct echo *e = echo_of(packet);

	e->error = error;
	probe_wake(e->probe);
}

static void time_over(struct loop_timer *t)
{
	struct echo *e = (struct echo *)((char *)t - offsetof(struct echo, timer));

	assert(e->magic == ECHO_MAGIC);
	probe_wake(e->probe);
}

/* ---- the echo ---- */

/* Until `at_us`, or all have answered when nothing more will be asked. False: nothing more is to be
 * done. */
static bool wait_until(struct echo *e, int64_t at_us)
{
	struct probe *p = e->probe;
	int64_t last_us = p->deadline_us - DEADLINE_MARGIN_US;
	bool goes_on = true;

	if (at_us > last_us)
		at_us = last_us;
	loop_set(p->host->loop, &e->timer, at_us);
	while (goes_on && !e->error && !(e->waits_for_all && e->received == e->asked) &&
	       e->timer.place)
		goes_on = probe_park(p);
	loop_stop_timer(p->host->loop, &e->timer);
	return goes_on && !e->error && at_us < last_us;
}

static void ask_and_wait(struct echo *e, const struct probe_ping *ping)
{
	struct probe *p = e->probe;
	bool goes_on = true;

	while (goes_on && e->asked < e->packets) {
		if (!icmp_send(e->socket, &e->packet[e->asked], &e->target)) {
			probe_unknown(p, "no free ICMP sequence number or no random bytes");
			return;
		}
		e->asked++;
		e->waits_for_all = e->asked == e->packets;
		goes_on = wait_until(e, clock_mono_us() + (e->waits_for_all ? ping->wait_us
									    : ping->interval_us));
	}
}

static bool set_source(struct echo *e, const char *source)
{
	union icmp_address *from = &e->target.from;

	from->any.sa_family = AF_UNSPEC;
	if (!source || !*source)
		return true;
	if (e->socket->family == AF_INET ? inet_pton(AF_INET, source, &from->v4.sin_addr) == 1
					 : inet_pton(AF_INET6, source, &from->v6.sin6_addr) == 1) {
		from->any.sa_family = (sa_family_t)e->socket->family;
		return true;
	}
	return probe_unknown(
		e->probe, "the source address '%s' is of another family than the target", source);
}

static struct echo *echo_new(struct probe *p, const struct probe_ping *ping,
			     const union icmp_address *to)
{
	const char *why = "";
	struct icmp_socket *s = icmp_socket_get(icmp_get(p->host), to->any.sa_family, &why);
	struct echo *e;
	int packets = ping->packets < 1              ? 1
		      : ping->packets > PACKETS_MOST ? PACKETS_MOST
						     : (int)ping->packets;
	int64_t size = ping->size_bytes < ICMP_NONCE_BYTES ? ICMP_NONCE_BYTES : ping->size_bytes;

	if (!s) {
		probe_unknown(p, "%s", why);
		return NULL;
	}
	e = probe_alloc(p, sizeof *e + (size_t)packets * sizeof *e->packet);
	if (!e)
		return NULL;
	e->target = (struct icmp_target){.to = *to,
					 .size_bytes = (size_t)(size > 65000 ? 65000 : size),
					 .id = icmp_new_id(s),
					 .unsent = take_error,
					 .answered = take_reply,
					 .refused = take_trouble};
	e->magic = ECHO_MAGIC;
	e->probe = p;
	e->socket = s;
	e->timer.fire = time_over;
	e->packets = packets;
	e->dropped_before = s->dropped;
	return set_source(e, p->order.source) ? e : NULL;
}

static void forget_all(struct echo *e)
{
	for (int i = 0; i < e->asked; i++)
		icmp_forget(e->socket, &e->packet[i]);
}

static void fill_in(const struct echo *e, struct probe_ping_answer *answer)
{
	for (int i = 0; i < e->asked; i++)
		answer->sent += e->packet[i].sent_us != 0;
	answer->received = e->received;
	if (e->trouble)
		answer->trouble = e->trouble;
	if (!e->received)
		return;
	answer->min_us = e->min_us;
	answer->max_us = e->max_us;
	answer->avg_us = e->sum_us / e->received;
}

static int family_of_source(const char *source)
{
	return !source || !*source ? AF_UNSPEC : strchr(source, ':') ? AF_INET6 : AF_INET;
}

/* Step `resolve` for a name. The address goes into the result. */
static bool find_address(struct probe *p, const char *host, union icmp_address *to)
{
	struct resolve_address found;
	int family = p->order.address_family;

	if (family == AF_UNSPEC)
		family = family_of_source(p->order.source);
	if (!resolve_literal(host, &found)) {
		probe_step(p, "resolve");
		if (!resolve_host(p, host, family, &found))
			return false;
	} else if (p->order.address_family != AF_UNSPEC &&
		   p->order.address_family != found.at.ss_family) {
		return probe_unknown(p, "'%s' is not of the address family asked for", host);
	}
	memcpy(to, &found.at, sizeof *to);
	memcpy(p->address, found.text, sizeof p->address);
	return true;
}

bool probe_echo(struct probe *p, const char *host, const struct probe_ping *ping,
		struct probe_ping_answer *answer)
{
	union icmp_address to = {.any.sa_family = AF_UNSPEC};
	struct echo *e;

	*answer =
		(struct probe_ping_answer){.min_us = -1, .avg_us = -1, .max_us = -1, .trouble = ""};
	if (!probe_may_go_on(p) || !find_address(p, host, &to))
		return false;
	probe_step(p, "echo");
	e = echo_new(p, ping, &to);
	if (!e)
		return false;
	ask_and_wait(e, ping);
	forget_all(e);
	fill_in(e, answer);
	if (e->error)
		net_judge_errno(p, e->error, true, p->address);
	else if (answer->sent > e->received && e->socket->dropped != e->dropped_before)
		probe_unknown(p, "replies were lost in our own socket: too many at once");
	else if (answer->sent < 1)
		probe_unknown(p, "no packet could be sent in time");
	return probe_ok(p);
}
