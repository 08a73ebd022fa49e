/* probe_dns() against servers that lie, keep silent or speak in pieces (F45): each case is a list
 * of datagrams to answer with. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../core/base/clock.h"
#include "../../core/fiber/dns.h"
#include "../../core/prober/probe.h"
#include "../lib/tap.h"

#define MOST 2048

enum how {
	RIGHT = 1,
	WRONG_ID,
	WRONG_NAME,
	POINTER_LOOP,
	OVERRUN,
	A_QUERY,
	GARBAGE,
	TRUNCATED,
	SILENT, /* this query gets nothing */
};

enum tcp_how { TCP_NONE, TCP_RIGHT, TCP_DRIP, TCP_CUT, TCP_LIES, TCP_SILENT };

struct server {
	struct loop_watch udp, listener, stream;
	enum how answers[8]; /* 0 ends; after a SILENT the rest is for the next query */
	size_t at;
	enum tcp_how tcp;
	int queries, port;
	unsigned short ports[4], ids[4]; /* the asker's */
};

struct seen {
	char verdict[16], reason[256];
	size_t size;
	bool has_answer, is_over;
};

static struct probe_host host;
static struct server server;
static struct seen seen;
static char server_name[32];

/* ---- the server ---- */

static size_t build(enum how how, const unsigned char *query, size_t size, unsigned char *to)
{
	static const unsigned char record[] = {0xc0, 0x0c, 0, 1, 0,   1, 0, 0,
					       0,    60,   0, 4, 127, 0, 0, 9};
	size_t question = 12 + strlen((const char *)query + 12) + 1 + 4;

	(void)size;
	memcpy(to, query, question);
	memcpy(to + question, record, sizeof record);
	to[2] = how == A_QUERY ? 0x01 : how == TRUNCATED ? 0x83 : 0x81;
	to[3] = 0x80;
	to[7] = how == TRUNCATED ? 0 : 1;
	to[11] = 0; /* without the EDNS record of the query */
	if (how == WRONG_ID)
		to[0] ^= 0x55;
	if (how == WRONG_NAME)
		to[13] ^= 1;
	if (how == POINTER_LOOP)
		to[question + 1] = (unsigned char)question;
	if (how == OVERRUN)
		to[question + 10] = 0xff;
	if (how == GARBAGE)
		memset(to + 2, 0xee, 9);
	return how == TRUNCATED ? question : question + sizeof record;
}

static void udp_ready(struct loop_watch *w, uint32_t events)
{
	unsigned char query[MOST], answer[MOST];
	struct sockaddr_in from;
	socklen_t size = sizeof from;
	ssize_t n = recvfrom(w->fd, query, sizeof query, 0, (struct sockaddr *)&from, &size);
	enum how how;

	(void)events;
	if (n < 12)
		return;
	server.ports[server.queries & 3] = from.sin_port;
	memcpy(&server.ids[server.queries++ & 3], query, 2);
	while ((how = server.answers[server.at])) {
		server.at++;
		if (how == SILENT)
			return;
		sendto(w->fd, answer, build(how, query, (size_t)n, answer), 0,
		       (struct sockaddr *)&from, size);
	}
}

static void end_stream(void)
{
	loop_remove(host.loop, &server.stream);
	close(server.stream.fd);
	server.stream.fd = -1;
}

static void stream_ready(struct loop_watch *w, uint32_t events)
{
	unsigned char query[MOST], answer[MOST];
	ssize_t n = read(w->fd, query, sizeof query);
	size_t size;

	(void)events;
	if (n < 14 || server.tcp == TCP_SILENT) {
		if (n <= 0)
			end_stream();
		return;
	}
	size = build(server.tcp == TCP_LIES ? WRONG_ID : RIGHT, query + 2, (size_t)n - 2,
		     answer + 2);
	answer[0] = (unsigned char)(size >> 8);
	answer[1] = (unsigned char)size;
	if (server.tcp == TCP_CUT)
		size /= 2;
	for (size_t i = 0; i < size + 2; i += server.tcp == TCP_DRIP ? 1 : size + 2)
		if (send(w->fd, answer + i, server.tcp == TCP_DRIP ? 1 : size + 2, MSG_NOSIGNAL) <
		    0)
			break;
	if (server.tcp == TCP_CUT)
		end_stream();
}

static void accept_one(struct loop_watch *w, uint32_t events)
{
	int fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK), on = 1;

	(void)events;
	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &on, sizeof on);
	server.stream.ready = stream_ready;
	loop_add(host.loop, &server.stream, fd, EPOLLIN);
}

/* UDP and TCP on one free port; without TCP the port refuses. */
static void start_server(enum tcp_how tcp)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	int udp, listener;

	memset(&server, 0, sizeof server);
	server.tcp = tcp;
	server.stream.fd = -1;
	do {
		at.sin_port = 0;
		listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
		bind(listener, (struct sockaddr *)&at, sizeof at);
		getsockname(listener, (struct sockaddr *)&at, &size);
	} while (bind(udp, (struct sockaddr *)&at, sizeof at) < 0);
	server.port = ntohs(at.sin_port);
	server.udp.ready = udp_ready;
	loop_add(host.loop, &server.udp, udp, EPOLLIN);
	server.listener.ready = accept_one;
	if (tcp != TCP_NONE && listen(listener, 4) == 0)
		loop_add(host.loop, &server.listener, listener, EPOLLIN);
	else
		server.listener.fd = listener;
	snprintf(server_name, sizeof server_name, "127.0.0.1:%d", server.port);
}

static void stop_server(void)
{
	if (server.stream.fd >= 0)
		end_stream();
	loop_remove(host.loop, &server.udp);
	loop_remove(host.loop, &server.listener);
	close(server.udp.fd);
	close(server.listener.fd);
}

/* ---- the probe ---- */

static void run(struct probe *p, const void *options)
{
	const unsigned char *answer;

	(void)options;
	probe_step(p, "query");
	seen.has_answer = probe_dns(p, server_name, "www.example.org", 1, &answer, &seen.size);
	seen.has_answer = seen.has_answer && !memcmp(answer + seen.size - 4, "\x7f\0\0\x09", 4);
}

static void done(struct probe *p, const struct text *result, void *with)
{
	static char copy[LINE_BYTES];
	static struct line line;

	(void)p;
	(void)with;
	seen.is_over = true;
	snprintf(copy, sizeof copy, "%s", text_get(result));
	if (line_parse(&line, copy, strcspn(copy, "\n")))
		return;
	snprintf(seen.verdict, sizeof seen.verdict, "%s", line_get(&line, "verdict"));
	snprintf(seen.reason, sizeof seen.reason, "%s", line_get(&line, "reason"));
}

static void ask(int64_t timeout_us)
{
	static const struct module_option option[] = {OPTION_END};
	static const struct check_module module = {
		.head.name = "case", .head.option = option, .run = run};
	struct probe_order order = {
		.module = &module, .id = "1", .check = "x", .done = done, .timeout_us = timeout_us};

	memset(&seen, 0, sizeof seen);
	probe_begin(&host, &order);
	while (!seen.is_over)
		loop_once(host.loop, clock_mono_us() + CLOCK_SECOND);
}

/* "%s" in a wanted reason stands for the server's name. */
static const struct {
	const char *name;
	enum how answers[8];
	enum tcp_how tcp;
	int64_t timeout_us;
	const char *verdict, *reason;
} row[] = {
	{"the right answer", {RIGHT}, TCP_NONE, 3000000, "up", ""},
	{"lies, then the right answer",
	 {WRONG_ID, WRONG_NAME, POINTER_LOOP, OVERRUN, A_QUERY, GARBAGE, RIGHT},
	 TCP_NONE,
	 3000000,
	 "up",
	 ""},
	{"a wrong id only", {WRONG_ID}, TCP_NONE, 1000000, "down", "no answer from %s"},
	{"another name only", {WRONG_NAME}, TCP_NONE, 1000000, "down", "no answer from %s"},
	{"a query as answer", {A_QUERY}, TCP_NONE, 1000000, "down", "no answer from %s"},
	{"garbage", {GARBAGE}, TCP_NONE, 1000000, "down", "no answer from %s"},
	{"a pointer loop",
	 {POINTER_LOOP},
	 TCP_NONE,
	 1000000,
	 "down",
	 "malformed answer from %s: a pointer leads forward or in a circle"},
	{"data over the end",
	 {OVERRUN},
	 TCP_NONE,
	 1000000,
	 "down",
	 "malformed answer from %s: the data of a record run over the end"},
	{"silence", {SILENT}, TCP_NONE, 1000000, "down", "no answer from %s"},
	{"the first query is lost", {SILENT, RIGHT}, TCP_NONE, 3000000, "up", ""},
	{"truncated, then by TCP", {TRUNCATED}, TCP_RIGHT, 3000000, "up", ""},
	{"by TCP byte by byte", {TRUNCATED}, TCP_DRIP, 3000000, "up", ""},
	{"truncated without TCP",
	 {TRUNCATED},
	 TCP_NONE,
	 3000000,
	 "down",
	 "answer is truncated, and by TCP: connection refused by %s"},
	{"TCP cut in the middle",
	 {TRUNCATED},
	 TCP_CUT,
	 3000000,
	 "down",
	 "answer is truncated, and by TCP: %s closed the connection"},
	{"TCP with a wrong id", {TRUNCATED}, TCP_LIES, 3000000, "down",
	 "answer is truncated, and by TCP: no answer from %s"},
	{"TCP silence", {TRUNCATED}, TCP_SILENT, 1000000, "down",
	 "answer is truncated, and by TCP: no answer from %s"},
};

static void test_rows(void)
{
	char wanted[256];

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		start_server(row[i].tcp);
		memcpy(server.answers, row[i].answers, sizeof server.answers);
		ask(row[i].timeout_us);
		stop_server();
		snprintf(wanted, sizeof wanted, row[i].reason, server_name);
		same(seen.verdict, row[i].verdict, row[i].name);
		same(seen.reason, wanted, row[i].name);
		ok(seen.has_answer == !strcmp(row[i].verdict, "up"), "%s: the answer", row[i].name);
	}
}

static void test_chance(void)
{
	start_server(TCP_NONE);
	for (int i = 0; i < 4; i++) {
		server.answers[0] = RIGHT;
		server.at = 0;
		ask(CLOCK_SECOND);
	}
	ok(server.ids[0] != server.ids[1] || server.ids[1] != server.ids[2], "ids are random");
	ok(server.ports[0] != server.ports[1] || server.ports[1] != server.ports[2],
	   "ports are random");
	stop_server();
}

static void test_own_trouble(void)
{
	ask(CLOCK_SECOND);
	same(seen.verdict, "down", "a closed port of a given server");
	setenv("NINES_RESOLVER", server_name, 1);
	server_name[0] = '\0';
	ask(CLOCK_SECOND);
	same(seen.verdict, "unknown", "a closed port of the system's resolver");
	ok(strstr(seen.reason, "resolver failing") != NULL, "and why: %s", seen.reason);
	snprintf(server_name, sizeof server_name, "127.0.0.1:99999");
	ask(CLOCK_SECOND);
	same(seen.verdict, "unknown", "an impossible port");
}

int main(void)
{
	host.loop = loop_new();
	host.icmp4_fd = host.icmp6_fd = -1;
	probe_host_open(&host);
	test_rows();
	test_chance();
	test_own_trouble();
	probe_host_close(&host);
	loop_free(host.loop);
	return done_testing();
}
