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
#define FLAG_TRUNCATED 0x02 /* of the third byte */
#define FLAG_AUTHENTIC 0x20 /* of the fourth */

struct exchange {
	struct loop_watch watch; /* first: an exchange is its watch */
	uint32_t magic;
	struct batch *batch;
	struct dns_question *question;
	struct resolve_address server;
	bool is_system, is_ready, is_open;
	unsigned char *query;
	int query_size;
	const char *malformed; /* what the last answer that was passed over suffered from */
};

/* The exchanges that go on at the same time. */
struct batch {
	struct loop_timer timer;
	struct probe *probe;
	struct exchange *exchange;
	size_t exchanges;
	int64_t until_us;
	bool is_ready; /* one of them is */
};

/* What comes by UDP lands here first; no wait lies between taking and judging it. */
static unsigned char datagram[MESSAGE_BYTES];

/* ---- waiting ---- */

static void ready(struct loop_watch *w, uint32_t events)
{
	struct exchange *x = (struct exchange *)w;

	(void)events;
	assert(x->magic == EXCHANGE_MAGIC);
	x->is_ready = x->batch->is_ready = true;
	probe_wake(x->batch->probe);
}

static void time_over(struct loop_timer *t)
{
	struct batch *b = (struct batch *)((char *)t - offsetof(struct batch, timer));

	probe_wake(b->probe);
}

/* True when one of the watched descriptors has something to say, false at `until_us`, at the end of
 * the batch or when the probe's time is over. */
static bool wait_until(struct batch *b, int64_t until_us)
{
	struct loop *loop = b->probe->host->loop;
	bool goes_on = true;

	b->is_ready = false;
	loop_set(loop, &b->timer, until_us < b->until_us ? until_us : b->until_us);
	while (goes_on && !b->is_ready && b->timer.place)
		goes_on = probe_park(b->probe);
	loop_stop_timer(loop, &b->timer);
	return goes_on && b->is_ready;
}

/* ---- trouble ---- */

/* The exchange is over. That the system's resolver fails says nothing of the target: it is ours. */
static bool give_up(struct exchange *x, const char *why, bool is_ours)
{
	struct dns_question *q = x->question;

	q->is_ours = is_ours || x->is_system;
	q->trouble = x->is_system ? probe_text(x->batch->probe, "resolver failing: %s", why) : why;
	q->answer = NULL;
	return false;
}

static bool say_silent(struct exchange *x)
{
	struct probe *p = x->batch->probe;
	const char *asked = x->question->asked;

	if (x->malformed)
		return give_up(x, probe_text(p, "malformed answer from %s: %s", asked,
					     x->malformed), false);
	return give_up(x, probe_text(p, "no answer from %s", asked), false);
}

/* `is_local`: the kernel answered without asking the network. */
static bool say_error(struct exchange *x, int error, bool is_local)
{
	bool is_ours;
	const char *why = net_explain_errno(x->batch->probe, error, is_local, x->question->asked,
					    &is_ours);

	return give_up(x, why, is_ours);
}

/* ---- UDP ---- */

static bool open_socket(struct exchange *x, int type)
{
	struct resolve_address from;
	const char *source = x->batch->probe->order.source;
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
	if (!loop_add(x->batch->probe->host->loop, &x->watch, fd, EPOLLIN))
		goto failed;
	x->is_open = true;
	return true;
failed:
	say_error(x, errno, true);
	close(fd);
	return false;
}

static void close_socket(struct exchange *x)
{
	if (!x->is_open)
		return;
	loop_remove(x->batch->probe->host->loop, &x->watch);
	close(x->watch.fd);
	x->is_open = false;
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
	unsigned char *kept = probe_alloc(x->batch->probe, size);

	if (kept)
		x->question->answer = memcpy(kept, answer, size);
	x->question->size = size;
	return kept != NULL;
}

/* Takes what has come until an answer is believed or nothing is left. False: go on waiting. */
static bool take_datagrams(struct exchange *x)
{
	ssize_t n;

	x->is_ready = false;
	while ((n = recv(x->watch.fd, datagram, sizeof datagram, 0)) >= 0)
		if (is_believed(x, datagram, (size_t)n))
			return keep_answer(x, datagram, (size_t)n) || true;
	if (errno == EAGAIN || errno == EINTR)
		return false;
	say_error(x, errno, false);
	return true;
}

static void send_query(struct exchange *x)
{
	if (send(x->watch.fd, x->query, (size_t)x->query_size, MSG_NOSIGNAL) >= 0 ||
	    errno == EAGAIN)
		return;
	say_error(x, errno, false);
	close_socket(x);
}

/* Closes the exchanges that are over; how many go on. */
static size_t take_all(struct batch *b)
{
	size_t open = 0;

	for (size_t i = 0; i < b->exchanges; i++) {
		struct exchange *x = &b->exchange[i];

		if (x->is_open && x->is_ready && take_datagrams(x))
			close_socket(x);
		open += x->is_open;
	}
	return open;
}

static void ask_udp(struct batch *b)
{
	struct exchange *x, *end = b->exchange + b->exchanges;
	int64_t again_us;

	for (x = b->exchange; x < end; x++)
		open_socket(x, SOCK_DGRAM);
	while (take_all(b) && probe_ok(b->probe) && clock_mono_us() < b->until_us) {
		for (x = b->exchange; x < end; x++)
			if (x->is_open)
				send_query(x);
		again_us = clock_mono_us() + AGAIN_US;
		while (take_all(b) && wait_until(b, again_us))
			;
	}
	for (x = b->exchange; x < end; x++)
		if (x->is_open) {
			say_silent(x);
			close_socket(x);
		}
}

/* ---- TCP ---- */

static bool say_closed(struct exchange *x)
{
	return give_up(x, probe_text(x->batch->probe, "%s closed the connection",
				     x->question->asked), false);
}

static bool send_whole(struct exchange *x, const unsigned char *at, size_t size)
{
	ssize_t n;

	while (size) {
		n = send(x->watch.fd, at, size, MSG_NOSIGNAL);
		if (n < 0 && errno == EPIPE)
			return say_closed(x);
		if (n < 0 && errno != EAGAIN && errno != ENOTCONN && errno != EINTR)
			return say_error(x, errno, false);
		if (n < 0 && !wait_until(x->batch, CLOCK_NEVER))
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
			return say_closed(x);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return say_error(x, errno, false);
		if (n < 0 && !wait_until(x->batch, CLOCK_NEVER))
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
	struct loop *loop = x->batch->probe->host->loop;
	struct dns_question *q = x->question;

	loop_change(loop, &x->watch, EPOLLOUT);
	if (!send_whole(x, size, sizeof size) || !send_whole(x, x->query, (size_t)x->query_size))
		return false;
	loop_change(loop, &x->watch, EPOLLIN);
	if (!read_whole(x, size, sizeof size))
		return false;
	q->size = (size_t)size[0] << 8 | size[1];
	q->answer = answer = probe_alloc(x->batch->probe, q->size);
	if (!answer || !read_whole(x, answer, q->size))
		return false;
	if (!is_believed(x, answer, q->size))
		return say_silent(x);
	if (!(answer[2] & FLAG_TRUNCATED))
		return true;
	return give_up(x, probe_text(x->batch->probe, "%s cuts it too", q->asked), false);
}

/* A truncated answer is asked for again by TCP, one after the other: they are rare. */
static void ask_tcp(struct exchange *x)
{
	struct dns_question *q = x->question;

	if (q->trouble || !q->answer || !(q->answer[2] & FLAG_TRUNCATED))
		return;
	if (open_socket(x, SOCK_STREAM))
		talk_tcp(x);
	close_socket(x);
	if (q->trouble && !x->is_system)
		q->trouble = probe_text(x->batch->probe, "answer is truncated, and by TCP: %s",
					q->trouble);
}

/* ---- the query ---- */

static bool build_query(struct exchange *x)
{
	struct probe *p = x->batch->probe;
	struct dns_question *q = x->question;
	unsigned short id;
	unsigned char *made = NULL;
	int status;

	if (getrandom(&id, sizeof id, 0) != sizeof id)
		return probe_unknown(p, "the system gave no random bytes");
	status = ares_create_query(q->name, ns_c_in, q->type, id, !q->no_recursion, &made,
				   &x->query_size, UDP_BYTES);
	if (status == ARES_ENOMEM)
		return probe_unknown(p, "no memory");
	if (status != ARES_SUCCESS)
		return probe_unknown(p, "'%s' cannot be asked for: %s", q->name,
				     ares_strerror(status));
	x->query = probe_alloc(p, (size_t)x->query_size);
	if (x->query)
		memcpy(x->query, made, (size_t)x->query_size);
	ares_free_string(made);
	if (x->query && q->wants_ad)
		x->query[3] |= FLAG_AUTHENTIC;
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

size_t dns_system_servers(char server[][DNS_SERVER_BYTES], size_t most)
{
	const char *given = getenv("NINES_RESOLVER");
	FILE *f = given && *given ? NULL : fopen("/etc/resolv.conf", "re");
	char line[256], address[64];
	size_t n = 0;

	while (f && n < most && fgets(line, sizeof line, f))
		if (sscanf(line, " nameserver %63s", address) == 1)
			snprintf(server[n++], DNS_SERVER_BYTES, "%s", address);
	if (f)
		fclose(f);
	if (!n && most)
		snprintf(server[n++], DNS_SERVER_BYTES, "%s",
			 given && *given ? given : "127.0.0.1");
	return n;
}

/* Several questions mostly go to the same server: it is looked up once. */
static bool find_address(struct exchange *x, const char *host, bool opens_steps)
{
	struct probe *p = x->batch->probe;
	struct exchange *before = x - 1;
	const char *last = x > x->batch->exchange ? before->question->server : NULL;

	if (resolve_literal(host, &x->server))
		return true;
	if (last && !strcmp(last, x->question->server)) {
		x->server = before->server;
		return true;
	}
	if (opens_steps && (!p->open_step || strcmp(p->open_step, "resolve") != 0))
		probe_step(p, "resolve");
	return resolve_host(p, host, p->order.address_family, &x->server);
}

static bool find_server(struct exchange *x, bool opens_steps)
{
	struct probe *p = x->batch->probe;
	const char *server = x->question->server;
	char host[DNS_SERVER_BYTES], name[72];
	int port;

	x->is_system = !server || !*server;
	if (x->is_system)
		dns_system_servers(&host, 1);
	else if ((size_t)snprintf(host, sizeof host, "%s", server) >= sizeof host)
		return probe_unknown(p, "the server's name is too long");
	port = split_port(host);
	if (port < 0)
		return probe_unknown(p, "'%s' has no usable port", server);
	if (!find_address(x, host, opens_steps))
		return false;
	net_set_port(&x->server, port);
	net_name(&x->server, port, name, sizeof name);
	x->question->asked = strstr(name, host) ? probe_text(p, "%s", name)
						: probe_text(p, "%s (%s)", host, name);
	memcpy(p->address, x->server.text, sizeof p->address);
	return true;
}

static bool prepare(struct batch *b, struct dns_question *questions, bool opens_steps)
{
	for (size_t i = 0; i < b->exchanges; i++) {
		struct exchange *x = &b->exchange[i];

		*x = (struct exchange){.watch.ready = ready,
				       .magic = EXCHANGE_MAGIC,
				       .batch = b,
				       .question = &questions[i]};
		x->question->trouble = NULL;
		x->question->answer = NULL;
		if (!find_server(x, opens_steps) || !build_query(x))
			return false;
	}
	return true;
}

bool dns_ask(struct probe *p, struct dns_question *questions, size_t number, int64_t wait_us,
	     bool opens_steps)
{
	struct batch b = {.timer.fire = time_over, .probe = p, .exchanges = number};
	int64_t last_us = p->deadline_us - MARGIN_US, until_us;

	assert(number <= DNS_AT_ONCE);
	b.exchange = probe_alloc(p, number * sizeof *b.exchange);
	if (!b.exchange || !prepare(&b, questions, opens_steps))
		return false;
	if (opens_steps)
		probe_step(p, "query");
	until_us = wait_us ? clock_mono_us() + wait_us : last_us;
	b.until_us = until_us < last_us ? until_us : last_us;
	ask_udp(&b);
	for (size_t i = 0; i < number && probe_ok(p); i++)
		ask_tcp(&b.exchange[i]);
	return probe_ok(p);
}

bool probe_dns(struct probe *p, const char *server, const char *name, int type,
	       const unsigned char **answer, size_t *size)
{
	struct dns_question q = {.server = server, .name = name, .type = type};

	*answer = (const unsigned char *)"";
	*size = 0;
	if (!probe_may_go_on(p) || !dns_ask(p, &q, 1, 0, false))
		return false;
	if (q.trouble)
		return q.is_ours ? probe_unknown(p, "%s", q.trouble)
				 : probe_fail(p, "%s", q.trouble);
	*answer = q.answer;
	*size = q.size;
	return true;
}
