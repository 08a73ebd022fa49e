/* The route to a target. Without arguments TAP of what loopback can show; with an address and
 * perhaps `plain` (ping sockets instead of raw ones) it prints the route, for
 * tests/daemon/test_diagnosis.py. */
#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include "../../core/base/clock.h"
#include "../../core/fiber/icmp.h"
#include "../../core/fiber/route.h"
#include "../../core/prober/probe.h"
#include "../lib/tap.h"

static const char *address;
static char said[4096], verdict[16], reason[256];

static void run(struct probe *p, const void *options)
{
	(void)options;
	route_trace(p, address);
}

static void take(struct probe *p, const struct text *result, void *with)
{
	(void)result;
	snprintf(said, sizeof said, "%s", p->transcript ? text_get(p->transcript) : "");
	snprintf(verdict, sizeof verdict, "%s", verdict_name[p->verdict]);
	snprintf(reason, sizeof reason, "%s", p->reason);
	*(bool *)with = true;
}

static void trace(const char *to, const char *source, bool is_plain)
{
	static const struct module_option none[] = {OPTION_END};
	struct check_module module = {.head = {.name = "route", .option = none}, .run = run};
	struct probe_host host = {.loop = loop_new(), .icmp4_fd = -1, .icmp6_fd = -1};
	bool is_done = false;
	struct probe_order o = {.module = &module, .id = "1", .check = "route", .done = take,
				.with = &is_done, .source = source, .timeout_us = 8000000,
				.wants_transcript = true};

	if (is_plain) {
		host.icmp4_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);
		host.icmp6_fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	}
	address = to;
	probe_host_open(&host);
	probe_begin(&host, &o);
	while (!is_done)
		loop_once(host.loop, clock_mono_us() + CLOCK_SECOND);
	icmp_free(host.icmp);
	probe_host_close(&host);
	loop_free(host.loop);
}

static bool may_ping(void)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void test_loopback(void)
{
	trace("127.0.0.1", "", false);
	ok(!strcmp(verdict, "up") && !strncmp(said, "*  1  127.0.0.1  ", 17) &&
		   strchr(said, '\n') == strrchr(said, '\n'),
	   "one hop to loopback, and no more");
	trace("127.0.0.1", "127.0.0.2", false);
	ok(!strcmp(verdict, "up") && strstr(said, "127.0.0.1") != NULL, "from a source address");
	trace("127.0.0.1", "::1", false);
	ok(!strcmp(verdict, "unknown") && strstr(reason, "another family") != NULL,
	   "a source of another family is our mistake");
	trace("localhost", "", false);
	ok(!strcmp(verdict, "unknown") && strstr(reason, "is no address") != NULL, "no names");
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		trace(argv[1], "", argc > 2);
		printf("%s%s %s\n", said, verdict, reason);
		return 0;
	}
	if (may_ping())
		test_loopback();
	else
		ok(true, "the route # SKIP no permission to send ICMP");
	return done_testing();
}
