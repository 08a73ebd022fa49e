/* fiber/net: see net.h. This file is the connection itself: dial, wait, hang up, and why it failed.
 */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../prober/probe.h"
#include "tls.h"

/* What connect() and its kin answer. `local` is the verdict when this machine said it without
 * asking the network. */
static const struct {
	int number;
	enum verdict local, remote;
	const char *before, *after;
} lack[] = {
	{ECONNREFUSED, VERDICT_DOWN, VERDICT_DOWN, "connection refused by ", ""},
	{ECONNRESET, VERDICT_DOWN, VERDICT_DOWN, "connection reset by ", ""},
	{ETIMEDOUT, VERDICT_DOWN, VERDICT_DOWN, "no answer from ", ": connection timed out"},
	{EHOSTUNREACH, VERDICT_DOWN, VERDICT_DOWN, "no route to host ", ""},
	{ENETUNREACH, VERDICT_UNKNOWN, VERDICT_DOWN, "no route to ", " from here"},
	{ENETDOWN, VERDICT_UNKNOWN, VERDICT_UNKNOWN, "no route to ", " from here: network is down"},
	{EADDRNOTAVAIL, VERDICT_UNKNOWN, VERDICT_UNKNOWN, "no local address or port to reach ", ""},
	{EAFNOSUPPORT, VERDICT_UNKNOWN, VERDICT_UNKNOWN,
	 "this machine lacks the address family of ", ""},
	{EINVAL, VERDICT_UNKNOWN, VERDICT_UNKNOWN, "no route to ",
	 " from here: its address needs an interface"},
	{EMFILE, VERDICT_UNKNOWN, VERDICT_UNKNOWN, "no descriptor left to reach ", ""},
	{ENFILE, VERDICT_UNKNOWN, VERDICT_UNKNOWN, "no descriptor left to reach ", ""},
	{0, VERDICT_UNKNOWN, VERDICT_UNKNOWN, "the system gave no reason for not reaching ", ""},
	{ENOMEM, VERDICT_UNKNOWN, VERDICT_UNKNOWN, "no memory left to reach ", ""},
	{ENOBUFS, VERDICT_UNKNOWN, VERDICT_UNKNOWN, "no memory left to reach ", ""},
	{ENOSPC, VERDICT_UNKNOWN, VERDICT_UNKNOWN, "no room left in epoll to reach ", ""},
	{EACCES, VERDICT_UNKNOWN, VERDICT_UNKNOWN, "this machine does not permit to reach ", ""},
	{EPERM, VERDICT_UNKNOWN, VERDICT_UNKNOWN, "this machine does not permit to reach ", ""},
};

const char *net_explain_errno(struct probe *p, int number, bool is_local, const char *name,
			      bool *is_ours)
{
	*is_ours = is_local;
	for (size_t i = 0; i < sizeof lack / sizeof *lack; i++) {
		if (lack[i].number != number)
			continue;
		*is_ours = (is_local ? lack[i].local : lack[i].remote) == VERDICT_UNKNOWN;
		return probe_text(p, "%s%s%s", lack[i].before, name, lack[i].after);
	}
	return probe_text(p, "cannot reach %s: %s", name, log_errno(number));
}

bool net_judge_errno(struct probe *p, int number, bool is_local, const char *name)
{
	bool is_ours;
	const char *why = net_explain_errno(p, number, is_local, name, &is_ours);

	return is_ours ? probe_unknown(p, "%s", why) : probe_fail(p, "%s", why);
}

static char *append(char *at, const char *end, const char *text)
{
	size_t size = strnlen(text, (size_t)(end - at) - 1);

	memcpy(at, text, size);
	at[size] = '\0';
	return at + size;
}

/* Without printf(): every probe that dials has its name made, few say it. */
void net_name(const struct resolve_address *a, int64_t port, char *to, size_t room)
{
	bool is_v6 = a->at.ss_family == AF_INET6;
	char digit[24], *first = digit + sizeof digit - 1;
	const char *end = to + room;

	*first = '\0';
	do
		*--first = (char)('0' + port % 10);
	while (port /= 10);
	to = append(to, end, is_v6 ? "[" : "");
	to = append(to, end, a->text);
	to = append(to, end, is_v6 ? "]:" : ":");
	append(to, end, first);
}

struct connection *net_get(struct probe *p)
{
	if (!probe_may_go_on(p))
		return NULL;
	if (!p->connection[p->in_use])
		probe_unknown(p, "module asked for a connection that it has not dialled");
	return p->connection[p->in_use];
}

static void ready(struct loop_watch *w, uint32_t events)
{
	struct connection *c = (struct connection *)w;

	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		c->is_hung_up = true;
	if (events & EPOLLIN || c->is_hung_up)
		c->can_read = true;
	if (events & EPOLLOUT || c->is_hung_up)
		c->can_write = true;
	if (c->is_waiting)
		probe_wake(c->probe);
}

bool net_await_either(struct connection *c, const bool *flag, const bool *other)
{
	bool is_fine = true;

	c->at_once_bytes = 0;
	c->is_waiting = true;
	while (!*flag && !*other && is_fine)
		is_fine = probe_park(c->probe);
	c->is_waiting = false;
	return is_fine && !c->probe->has_failed;
}

bool net_await(struct connection *c, const bool *flag)
{
	return net_await_either(c, flag, flag);
}

void net_make_prompt(struct connection *c)
{
	int on = 1;

	if (c->is_prompt || c->is_udp)
		return;
	setsockopt(c->watch.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(c->watch.fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
	c->is_prompt = true;
}

static void close_one(struct probe *p, int number)
{
	struct connection *c = p->connection[number];

	if (!c)
		return;
	p->connection[number] = NULL;
	if (c->ssl)
		tls_close(c);
	if (c->watch.fd >= 0) {
		if (c->is_lent)
			loop_remove(p->host->loop, &c->watch);
		loop_close(p->host->loop, &c->watch);
	}
	free(c->in);
	c->in = NULL;
}

void net_close_all(struct probe *p)
{
	for (int i = 0; i < PROBE_CONNECTIONS; i++)
		close_one(p, i);
}

static bool bind_source(struct probe *p, int fd, int family)
{
	struct resolve_address source;
	int on = 1;

	if (!p->order.source || !*p->order.source)
		return true;
	if (!resolve_literal(p->order.source, &source) || source.at.ss_family != family)
		return probe_unknown(p, "source address '%s' is of another family than the target",
				     p->order.source);
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&source.at, source.size) != 0)
		return probe_unknown(p, "cannot dial from '%s': %s", p->order.source,
				     log_errno(errno));
	return true;
}

void net_set_port(struct resolve_address *a, int64_t port)
{
	if (a->at.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&a->at)->sin6_port = htons((uint16_t)port);
	else
		((struct sockaddr_in *)&a->at)->sin_port = htons((uint16_t)port);
}

static bool connect_to(struct connection *c, const struct resolve_address *a)
{
	struct probe *p = c->probe;
	int number = 0, type = c->is_udp ? SOCK_DGRAM : SOCK_STREAM;
	int fd = socket(a->at.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	socklen_t size = sizeof number;

	if (fd < 0)
		return net_judge_errno(p, errno, true, c->name);
	c->watch.fd = fd;
	if (!bind_source(p, fd, a->at.ss_family))
		return false;
	if (connect(fd, (const struct sockaddr *)&a->at, a->size) != 0 && errno != EINPROGRESS)
		return net_judge_errno(p, errno, true, c->name);
	if (!loop_add(p->host->loop, &c->watch, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET))
		return net_judge_errno(p, errno, true, c->name);
	if (!net_await(c, &c->can_write))
		return false;
	if (!c->is_hung_up)
		return true;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size);
	return number ? net_judge_errno(p, number, false, c->name) : true;
}

static int family_of(const struct probe *p)
{
	struct resolve_address source;

	if (p->order.address_family == AF_UNSPEC && p->order.source &&
	    resolve_literal(p->order.source, &source))
		return source.at.ss_family;
	return p->order.address_family;
}

/* Steps `resolve` (left out for a literal) and `connect`, the second left open: one address of the
 * family that the check, or else the location's source address, asks for. False: the probe has
 * failed. */
static bool net_find_address(struct probe *p, const char *host, struct resolve_address *a)
{
	if (resolve_literal(host, a)) {
		probe_step(p, "connect");
		return resolve_judge_literal(p, host, family_of(p), a);
	}
	probe_step(p, "resolve");
	if (!resolve_host(p, host, family_of(p), a))
		return false;
	probe_step(p, "connect");
	return true;
}

/* Nothing is sent to open a UDP socket: it has no step `connect`. */
static bool find_udp(struct probe *p, const char *host, struct resolve_address *a)
{
	if (!resolve_literal(host, a))
		probe_step(p, "resolve");
	return resolve_host(p, host, family_of(p), a);
}

/* Where the other side of the connection `with` has sent us: what it may not. */
static bool may_lead_to(void *with, enum address_kind kind, const char *address)
{
	const struct connection *first = with;

	return policy_allows(first->kind, kind) ||
	       probe_fail(first->probe, "%s sends us on to %s address, '%s', refused", first->host,
			  address_kind_text(kind), address);
}

/* Decided on the address that is dialled now, whatever the name resolves to later (F48). */
static bool may_be_asked_for(struct probe *p, enum address_kind kind, const char *address)
{
	if (!p->order.is_strangers || kind == ADDRESS_PUBLIC)
		return true;
	p->is_refused = true;
	return probe_fail(p, "'%s' is %s address: strangers may name public ones only", address,
			  address_kind_text(kind));
}

static bool dial(struct probe *p, const char *host, int64_t port, bool is_udp, net_policy may,
		 void *with)
{
	struct resolve_address a;
	struct connection *c;

	if (!probe_may_go_on(p))
		return false;
	if (port < 1 || port > 65535)
		return probe_unknown(p, "no such port: %lld", (long long)port);
	close_one(p, p->in_use);
	c = probe_alloc(p, sizeof *c);
	if (!c || !(is_udp ? find_udp(p, host, &a) : net_find_address(p, host, &a)))
		return false;
	c->kind = address_kind((const struct sockaddr *)&a.at);
	if (!may_be_asked_for(p, c->kind, a.text) || (may && !may(with, c->kind, a.text)))
		return false;
	net_set_port(&a, port);
	memcpy(p->address, a.text, sizeof p->address);
	net_name(&a, port, c->name, sizeof c->name);
	c->probe = p;
	c->is_udp = is_udp;
	c->host = host;
	c->when = "";
	c->watch = (struct loop_watch){.ready = ready, .fd = -1};
	p->connection[p->in_use] = c;
	if (!connect_to(c, &a))
		return false;
	probe_end_step(p);
	return true;
}

bool net_dial(struct probe *p, const char *host, int64_t port, net_policy may, void *with)
{
	return dial(p, host, port, false, may, with);
}

bool probe_dial(struct probe *p, const char *host, int64_t port)
{
	return dial(p, host, port, false, NULL, NULL);
}

bool probe_dial_on(struct probe *p, const char *host, int64_t port)
{
	if (!probe_may_go_on(p))
		return false;
	if (!p->connection[0] || !p->in_use)
		return probe_unknown(p, "module was sent on by a connection that it has not");
	return dial(p, host, port, false, may_lead_to, p->connection[0]);
}

bool probe_dial_udp(struct probe *p, const char *host, int64_t port)
{
	return dial(p, host, port, true, NULL, NULL);
}

bool net_is_told(int number)
{
	static const int told[] = {EPIPE,	 ECONNRESET,   ETIMEDOUT, EHOSTUNREACH, ENETUNREACH,
				   ECONNREFUSED, ECONNABORTED, ENOTCONN,  EHOSTDOWN,	ENETRESET,
				   ENONET,	 ENOPROTOOPT,  EMSGSIZE,  EOPNOTSUPP,	EPROTO};

	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		if (told[i] == number)
			return true;
	return false;
}

bool net_judge_broken(struct connection *c, int number, const char *when)
{
	if (number == EPIPE)
		return probe_fail(c->probe, "connection closed by %s%s", c->name, when);
	if (number == ECONNRESET)
		return probe_fail(c->probe, "connection reset by %s%s", c->name, when);
	if (net_is_told(number))
		return probe_fail(c->probe, "connection to %s lost%s: %s", c->name, when,
				  log_errno(number));
	return probe_unknown(c->probe, "this machine lost the connection to %s%s: %s", c->name,
			     when, log_errno(number));
}

bool probe_dial_beside(struct probe *p, int64_t port)
{
	struct connection *c, *first = p->connection[0];
	struct resolve_address a = {.size = sizeof a.at};

	if (!probe_may_go_on(p))
		return false;
	if (!first || !p->in_use)
		return probe_unknown(p, "module asked for a connection beside one that it has not");
	if (port < 1 || port > 65535)
		return probe_unknown(p, "no such port: %lld", (long long)port);
	close_one(p, p->in_use);
	c = probe_alloc(p, sizeof *c);
	if (!c)
		return false;
	*c = (struct connection){.probe = p,
				 .host = first->host,
				 .when = "",
				 .beside = first,
				 .is_quiet = true,
				 .shows_nothing = true};
	c->watch = (struct loop_watch){.ready = ready, .fd = -1};
	snprintf(c->name, sizeof c->name, "data port %.*s:%d",
		 (int)(strrchr(first->name, ':') - first->name), first->name, (int)port);
	p->connection[p->in_use] = c;
	if (getpeername(first->watch.fd, (struct sockaddr *)&a.at, &a.size) != 0)
		return net_judge_broken(first, errno, "");
	net_set_port(&a, port);
	return connect_to(c, &a);
}

void probe_use(struct probe *p, int connection)
{
	if (!probe_may_go_on(p))
		return;
	if (connection < 0 || connection >= PROBE_CONNECTIONS)
		probe_unknown(p, "module asked for connection %d, there are 0 to %d", connection,
			      PROBE_CONNECTIONS - 1);
	else
		p->in_use = connection;
}

const char *probe_address(const struct probe *p)
{
	return p->address;
}

void probe_hangup(struct probe *p)
{
	if (probe_may_go_on(p))
		close_one(p, p->in_use);
}
