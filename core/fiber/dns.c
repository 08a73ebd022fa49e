/* fiber/dns: see dns.h. The exchange; what is pure is in dns_message.c. */
#include "dns.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../prober/probe.h"
#include "net.h"
#include "resolve.h"

#define EXCHANGE_MAGIC 0x646e7371u
#define UDP_BYTES      1232 /* dnsflagday.net 2020: what passes everywhere unfragmented */
#define MESSAGE_BYTES  65535
#define AGAIN_US       CLOCK_SECOND
#define MARGIN_US \
	1000 /* silence is noticed before the probe's own deadline, to say who was silent */
#define FLAG_TRUNCATED 0x02

struct exchange {
	struct loop_watch watch; /* first: an exchange is its watch */
	uint32_t magic;
	struct loop_timer timer;
	struct probe *probe;
	struct resolve_address server;
	char name[72]; /* "127.0.0.1:53" */
	bool is_system, is_ready;
	unsigned char *query;
	int query_size;
	const unsigned char *answer; /* in the probe's memory */
	size_t size;
	const char *malformed; /* what the last answer that was passed over suffered from */
};

/* What comes by UDP lands here first; no wait lies between taking and judging it. */
static unsigned char datagram[MESSAGE_BYTES];

/* ---- waiting ---- */

static void ready(struct loop_watch *w, uint32_t events)
{
	struct exchange *x = (struct exchange *)w;

	(void)events;
	assert(x->magic == EXCHANGE_MAGIC);
	x->is_ready = true;
	probe_wake(x->probe);
}

static void time_over(struct loop_timer *t)
{
	struct exchange *x = (struct exchange *)((char *)t - offsetof(struct exchange, timer));

	assert(x->magic == EXCHANGE_MAGIC);
	probe_wake(x->probe);
}

static int64_t last_us(const struct exchange *x)
{
	return x->probe->deadline_us - MARGIN_US;
}

/* True when the watched descriptor has something to say, false at `until_us` or when the probe's
 * time is over. */
static bool wait_until(struct exchange *x, int64_t until_us)
{
	struct loop *loop = x->probe->host->loop;
	bool goes_on = true;

	x->is_ready = false;
	loop_set(loop, &x->timer, until_us < last_us(x) ? until_us : last_us(x));
	while (goes_on && !x->is_ready && x->timer.place)
		goes_on = probe_park(x->probe);
	loop_stop_timer(loop, &x->timer);
	return goes_on && x->is_ready;
}

/* ---- reasons ---- */

/* The system's resolver is ours: that it fails says nothing of the target. */
static bool blame_server(struct exchange *x, const char *what)
{
	if (x->is_system)
		return probe_unknown(x->probe, "resolver failing: %s", what);
	return probe_fail(x->probe, "%s", what);
}

static bool say_silent(struct exchange *x)
{
	if (!probe_ok(x->probe))
		return false;
	if (x->malformed)
		return blame_server(x, probe_text(x->probe, "malformed answer from %s: %s", x->name,
						  x->malformed));
	return blame_server(x, probe_text(x->probe, "no answer from %s", x->name));
}

/* `is_local`: the kernel answered without asking the network. */
static bool say_error(struct exchange *x, int error, bool is_local)
{
	if (x->is_system)
		return probe_unknown(x->probe, "resolver failing: cannot ask %s: %s", x->name,
				     log_errno(error));
	return net_judge_errno(x->probe, error, is_local, x->name);
}

/* ---- UDP ---- */

static bool open_socket(struct exchange *x, int type)
{
	struct resolve_address from;
	const char *source = x->probe->order.source;
	int fd = socket(x->server.at.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return say_error(x, errno, true);
	if (source && resolve_literal(source, &from) &&
	    from.at.ss_family == x->server.at.ss_family &&
	    bind(fd, (struct sockaddr *)&from.at, from.size) < 0)
		goto failed;
	if (connect(fd, (struct sockaddr *)&x->server.at, x->server.size) < 0 &&
	    errno != EINPROGRESS)
		goto failed;
	if (!loop_add(x->probe->host->loop, &x->watch, fd, EPOLLIN))
		goto failed;
	return true;
failed:
	say_error(x, errno, true);
	close(fd);
	return false;
}

static void close_socket(struct exchange *x)
{
	loop_remove(x->probe->host->loop, &x->watch);
	close(x->watch.fd);
}

static bool is_believed(struct exchange *x, const unsigned char *answer, size_t size)
{
	if (!dns_answers(x->query, (size_t)x->query_size, answer, size))
		return false;
	x->malformed = dns_malformed(answer, size);
	return !x->malformed;
}

static bool keep_answer(struct exchange *x, const unsigned char *answer, size_t size)
{
	unsigned char *kept = probe_alloc(x->probe, size);

	if (kept)
		x->answer = memcpy(kept, answer, size);
	x->size = size;
	return kept != NULL;
}

/* Takes what has come until an answer is believed or nothing is left. False: go on waiting, or
 * failed. */
static bool take_datagrams(struct exchange *x)
{
	ssize_t n;

	while ((n = recv(x->watch.fd, datagram, sizeof datagram, 0)) >= 0)
		if (is_believed(x, datagram, (size_t)n))
			return keep_answer(x, datagram, (size_t)n);
	if (errno != EAGAIN && errno != EINTR)
		say_error(x, errno, false);
	return false;
}

static bool ask_udp(struct exchange *x)
{
	int64_t again_us;

	while (probe_ok(x->probe) && clock_mono_us() < last_us(x)) {
		if (send(x->watch.fd, x->query, (size_t)x->query_size, MSG_NOSIGNAL) < 0 &&
		    errno != EAGAIN)
			return say_error(x, errno, false);
		again_us = clock_mono_us() + AGAIN_US;
		while (wait_until(x, again_us)) {
			if (take_datagrams(x))
				return true;
			if (!probe_ok(x->probe))
				return false;
		}
	}
	return say_silent(x);
}

/* ---- TCP ---- */

static bool send_whole(struct exchange *x, const unsigned char *at, size_t size)
{
	ssize_t n;

	while (size) {
		n = send(x->watch.fd, at, size, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != ENOTCONN && errno != EINTR)
			return say_error(x, errno, false);
		if (n < 0 && !wait_until(x, CLOCK_NEVER))
			return say_silent(x);
		if (n > 0) {
			at += n;
			size -= (size_t)n;
		}
	}
	return true;
}

static bool read_whole(struct exchange *x, unsigned char *to, size_t size)
{
	ssize_t n;

	while (size) {
		n = recv(x->watch.fd, to, size, 0);
		if (!n)
			return blame_server(
				x, probe_text(x->probe, "%s closed the connection", x->name));
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return say_error(x, errno, false);
		if (n < 0 && !wait_until(x, CLOCK_NEVER))
			return say_silent(x);
		if (n > 0) {
			to += n;
			size -= (size_t)n;
		}
	}
	return true;
}

static bool talk_tcp(struct exchange *x)
{
	unsigned char size[2] = {(unsigned char)(x->query_size >> 8), (unsigned char)x->query_size},
		      *answer;
	struct loop *loop = x->probe->host->loop;

	loop_change(loop, &x->watch, EPOLLOUT);
	if (!send_whole(x, size, sizeof size) || !send_whole(x, x->query, (size_t)x->query_size))
		return false;
	loop_change(loop, &x->watch, EPOLLIN);
	if (!read_whole(x, size, sizeof size))
		return false;
	x->size = (size_t)size[0] << 8 | size[1];
	x->answer = answer = probe_alloc(x->probe, x->size);
	if (!answer || !read_whole(x, answer, x->size))
		return false;
	return is_believed(x, answer, x->size) || say_silent(x);
}

/* ---- the query ---- */

static bool build_query(struct exchange *x, const char *name, int type)
{
	unsigned short id;
	unsigned char *made = NULL;
	int status;

	if (getrandom(&id, sizeof id, 0) != sizeof id)
		return probe_unknown(x->probe, "the system gave no random bytes");
	status = ares_create_query(name, ns_c_in, type, id, 1, &made, &x->query_size, UDP_BYTES);
	if (status == ARES_ENOMEM)
		return probe_unknown(x->probe, "no memory");
	if (status != ARES_SUCCESS)
		return probe_unknown(x->probe, "'%s' cannot be asked for: %s", name,
				     ares_strerror(status));
	x->query = probe_alloc(x->probe, (size_t)x->query_size);
	if (x->query)
		memcpy(x->query, made, (size_t)x->query_size);
	ares_free_string(made);
	return x->query != NULL;
}

/* "host", "host:port", "[::1]:53", "::1": the host alone is left in `host`. */
static int split_port(char *host)
{
	char *colon = strrchr(host, ':'), *bracket = strrchr(host, ']');
	long port = 53;

	if (colon && (colon == strchr(host, ':') || (bracket && colon == bracket + 1))) {
		port = strtol(colon + 1, NULL, 10);
		*colon = '\0';
	}
	return port > 0 && port < 65536 ? (int)port : -1;
}

static void system_server(char *to, size_t room)
{
	const char *given = getenv("NINES_RESOLVER");
	FILE *f = given && *given ? NULL : fopen("/etc/resolv.conf", "re");
	char line[256], address[64];

	snprintf(to, room, "%s", given && *given ? given : "127.0.0.1");
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, " nameserver %63s", address) == 1) {
			snprintf(to, room, "%s", address);
			break;
		}
	if (f)
		fclose(f);
}

static bool find_server(struct exchange *x, const char *server)
{
	char host[256];
	int port;

	x->is_system = !server || !*server;
	if (x->is_system)
		system_server(host, sizeof host);
	else if ((size_t)snprintf(host, sizeof host, "%s", server) >= sizeof host)
		return probe_unknown(x->probe, "the server's name is too long");
	port = split_port(host);
	if (port < 0)
		return probe_unknown(x->probe, "'%s' has no usable port", server);
	if (!resolve_literal(host, &x->server) &&
	    !resolve_host(x->probe, host, x->probe->order.address_family, &x->server))
		return false;
	if (x->server.at.ss_family == AF_INET)
		((struct sockaddr_in *)&x->server.at)->sin_port = htons((uint16_t)port);
	else
		((struct sockaddr_in6 *)&x->server.at)->sin6_port = htons((uint16_t)port);
	snprintf(x->name, sizeof x->name, strchr(x->server.text, ':') ? "[%s]:%d" : "%s:%d",
		 x->server.text, port);
	memcpy(x->probe->address, x->server.text, sizeof x->probe->address);
	return true;
}

static bool run(struct exchange *x)
{
	bool is_fine;

	if (!open_socket(x, SOCK_DGRAM))
		return false;
	is_fine = ask_udp(x);
	close_socket(x);
	if (!is_fine || !(x->answer[2] & FLAG_TRUNCATED))
		return is_fine;
	if (!open_socket(x, SOCK_STREAM))
		return false;
	is_fine = talk_tcp(x);
	close_socket(x);
	return is_fine;
}

bool probe_dns(struct probe *p, const char *server, const char *name, int type,
	       const unsigned char **answer, size_t *size)
{
	struct exchange x = {
		.watch.ready = ready, .magic = EXCHANGE_MAGIC, .timer.fire = time_over, .probe = p};

	*answer = (const unsigned char *)"";
	*size = 0;
	if (!probe_may_go_on(p) || !find_server(&x, server) || !build_query(&x, name, type) ||
	    !run(&x))
		return false;
	*answer = x.answer;
	*size = x.size;
	return true;
}
