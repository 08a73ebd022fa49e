/* tests/unit/http_own: HTTP and the process it runs in: descriptors that lack, source addresses,
 * many at once, probes given up half-way. A listener of our own that never accepts is the server;
 * its backlog says who came. */
#include <nines/web.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../../core/base/clock.h"
#include "../../core/prober/probe.h"
#include "../lib/tap.h"

#define MANY 200
#define BIG_BYTES (16 << 20)

static struct probe_host host;
static char verdict[16], reason[1024], step[32];
static int finished, listener;
static char url[64], big[BIG_BYTES + 1];
static int status;

static void take(struct probe *p, const struct text *result, void *with)
{
	(void)result, (void)with;
	snprintf(verdict, sizeof verdict, "%s", verdict_name[p->verdict]);
	snprintf(reason, sizeof reason, "%s", p->reason);
	snprintf(step, sizeof step, "%s", p->failed_step);
	finished++;
}

static void run(struct probe *p, const void *options)
{
	const char *const none[] = {NULL};
	struct probe_http_answer answer;
	struct probe_http request = {.url = options, .header = none, .follow = 5};

	request.tls.ca_file = request.tls.client_cert = request.tls.client_key = "";
	ok(!probe_http(p, &request, &answer), "no answer came");
	ok(!*answer.head && !*answer.body && !*answer.url && !answer.status, "and none is shown");
}

/* More than any buffer between the two takes. */
static void run_big(struct probe *p, const void *options)
{
	struct probe_http_answer answer;
	struct probe_http request = {.url = options, .body = big};

	request.tls.ca_file = request.tls.client_cert = request.tls.client_key = "";
	probe_http(p, &request, &answer);
	status = answer.status;
}

/* A module that does not notice that it failed. */
static void run_on(struct probe *p, const void *options)
{
	run(p, options);
	for (;;)
		probe_ok(p) ? (void)0 : probe_step(p, "more");
}

static void start(void (*what)(struct probe *, const void *), const char *where, const char *source)
{
	static struct check_module module;
	struct probe_order o = {.module = &module,
		.options = where,
		.id = "1",
		.check = "c",
		.done = take,
		.source = source,
		.timeout_us = 2000000};

	module = (struct check_module){.head.name = "case", .run = what};
	probe_begin(&host, &o);
}

static void finish(int count)
{
	while (finished < count)
		loop_once(host.loop, clock_mono_us() + CLOCK_SECOND);
	finished = 0;
}

static void listen_somewhere(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof a;

	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	bind(listener, (struct sockaddr *)&a, size);
	listen(listener, MANY * 2);
	getsockname(listener, (struct sockaddr *)&a, &size);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(a.sin_port));
}

static int drain(struct sockaddr_in *from)
{
	socklen_t size = sizeof *from;
	int fd, count = 0;

	while ((fd = accept(listener, (struct sockaddr *)from, &size)) >= 0) {
		close(fd);
		count++;
	}
	return count;
}

static void test_source(void)
{
	struct sockaddr_in from = {0};

	start(run, url, "127.0.0.9");
	finish(1);
	same(reason, "timeout after 2s", "a server that is silent");
	ok(drain(&from) == 1 && from.sin_addr.s_addr == htonl(0x7f000009),
	   "it was dialled from 127.0.0.9");
	start(run, url, "192.0.2.1");
	finish(1);
	same(verdict, "unknown", "a source address that is not ours is our fault");
	start(run, url, "::1");
	finish(1);
	same(verdict, "unknown", "so is one of another family");
	ok(drain(&from) == 0, "nobody was dialled");
}

static void test_descriptors(void)
{
	struct rlimit was, low;
	int first_free = dup(0);

	close(first_free);
	getrlimit(RLIMIT_NOFILE, &was);
	low = (struct rlimit){.rlim_cur = (rlim_t)first_free, .rlim_max = was.rlim_max};
	setrlimit(RLIMIT_NOFILE, &low);
	start(run, url, "");
	finish(1);
	setrlimit(RLIMIT_NOFILE, &was);
	same(verdict, "unknown", "without a descriptor the fault is ours");
	ok(strstr(reason, "no descriptor left") != NULL, "and it is said: %s", reason);
	same(step, "connect", "in its step");
}

static void test_many(void)
{
	struct sockaddr_in from;

	for (int i = 0; i < MANY; i++)
		start(run, url, "");
	finish(MANY);
	same(reason, "timeout after 2s", "many at once hang and end");
	ok(drain(&from) == MANY, "each had a connection of its own");
	for (int i = 0; i < 20; i++)
		start(run_on, url, "");
	finish(20);
	same(reason, "timeout after 2s", "a module that goes on after a failure is abandoned");
	drain(&from);
	ok(host.in_flight == 0, "nothing is left in flight");
}

static int accept_big(void)
{
	start(run_big, url, "");
	while (!finished && status >= 0) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);

		if (fd >= 0)
			return fd;
		loop_once(host.loop, clock_mono_us() + 1000);
	}
	return -1;
}

static void say(int fd, const char *words)
{
	send(fd, words, strlen(words), MSG_NOSIGNAL);
}

/* What comes until there is no more for now; how much. */
static size_t hear(int fd)
{
	static char sink[1 << 16];
	size_t size = 0;
	ssize_t n;

	while ((n = recv(fd, sink, sizeof sink, 0)) > 0)
		size += (size_t)n;
	return size;
}

static void test_early(void)
{
	int fd = accept_big();

	say(fd, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
	finish(1);
	ok(status == 413, "an answer that comes while a large body is being sent ends it");
	ok(hear(fd) < BIG_BYTES, "which did not go out whole");
	close(fd);
}

static void test_both(void)
{
	int fd = accept_big();
	size_t heard = 0;

	say(fd, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Le");
	while (heard < BIG_BYTES && !finished) {
		heard += hear(fd);
		loop_once(host.loop, clock_mono_us() + 1000);
	}
	heard += hear(fd);
	ok(heard > BIG_BYTES, "behind half an answer the rest of the body still comes");
	say(fd, "ngth: 2\r\n\r\nhi");
	finish(1);
	ok(status == 200, "and the rest of the answer is heard");
	close(fd);
}

static void test_gone(void)
{
	int fd = accept_big();

	close(fd);
	finish(1);
	ok(strstr(reason, "before its answer") != NULL, "a server that goes away meanwhile: %s",
		reason);
	same(step, "request", "in its step");
}

int main(void)
{
	memset(big, 'x', BIG_BYTES);
	host.loop = loop_new();
	host.icmp4_fd = host.icmp6_fd = -1;
	probe_host_open(&host);
	listen_somewhere();
	test_source();
	test_descriptors();
	test_many();
	test_early();
	test_both();
	test_gone();
	probe_host_close(&host);
	loop_free(host.loop);
	return done_testing();
}
