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

static struct probe_host host;
static char verdict[16], reason[1024], step[32];
static int finished, listener;
static char url[64];

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

int main(void)
{
	host.loop = loop_new();
	host.icmp4_fd = host.icmp6_fd = -1;
	probe_host_open(&host);
	listen_somewhere();
	test_source();
	test_descriptors();
	test_many();
	probe_host_close(&host);
	loop_free(host.loop);
	return done_testing();
}
