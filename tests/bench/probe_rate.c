/* tests/bench/probe_rate [-n PROBES] [-c IN_FLIGHT] [-r CPU] [-m]: what a TCP probe costs this
 * process, in microseconds of CPU.
 *
 * One process runs the probes against listeners of a child (20 addresses, pinned elsewhere);
 * compare with `limit tcp` of the bench kit. -m instead holds IN_FLIGHT probes that get no answer
 * and prints the memory each takes. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../core/base/clock.h"
#include "../../core/prober/probe.h"

#define ADDRESSES 20

static struct probe_host host;
static long started, ended, wrong, probes = 200000, in_flight = 64;
static int port;
static bool is_about_memory;

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof set, &set);
}

static int listen_on(int number)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
				.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)number),
				.sin_port = htons((uint16_t)port)};
	socklen_t size = sizeof a;
	int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 4096) != 0)
		exit(1);
	getsockname(fd, (struct sockaddr *)&a, &size);
	port = ntohs(a.sin_port);
	return fd;
}

/* The target: takes connections and, but for the memory run, closes them when the client has. */
static void serve(const int *listener)
{
	int epoll = epoll_create1(0);
	struct epoll_event e, got[64];
	char byte;

	for (int i = 0; i < ADDRESSES; i++) {
		e = (struct epoll_event){.events = EPOLLIN, .data.fd = listener[i]};
		epoll_ctl(epoll, EPOLL_CTL_ADD, listener[i], &e);
	}
	for (;;) {
		int n = epoll_wait(epoll, got, 64, -1);

		for (int i = 0; i < n; i++) {
			bool is_listener = got[i].data.fd <= listener[ADDRESSES - 1];
			int fd = is_listener ? accept4(got[i].data.fd, NULL, NULL, SOCK_NONBLOCK)
					     : got[i].data.fd;

			e = (struct epoll_event){.events = EPOLLIN, .data.fd = fd};
			if (is_listener && fd >= 0)
				epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
			else if (fd >= 0 && read(fd, &byte, 1) <= 0)
				close(fd);
		}
	}
}

static void run(struct probe *p, const void *options)
{
	probe_dial(p, options, port);
	if (!is_about_memory)
		return;
	probe_step(p, "first-byte");
	probe_line(p);
}

static const struct check_module module = {.head.name = "rate", .run = run};

static void begin(void);

static void take(struct probe *p, const struct text *result, void *with)
{
	(void)with;
	ended++;
	if (p->verdict != VERDICT_UP && !wrong++)
		fwrite(result->at, 1, result->size, stderr);
}

static void begin(void)
{
	static char name[ADDRESSES][16];
	struct probe_order o = {.module = &module,
				.id = "1",
				.check = "rate",
				.done = take,
				.timeout_us = 10 * CLOCK_SECOND};
	char *to = name[started++ % ADDRESSES];

	snprintf(to, sizeof name[0], "127.0.0.%d", 1 + (int)((started - 1) % ADDRESSES));
	o.options = to;
	o.address_family = AF_INET;
	probe_begin(&host, &o);
}

static double cpu_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static long resident_bytes(void)
{
	char text[128] = "";
	long pages = 0, all;
	int fd = open("/proc/self/statm", O_RDONLY);

	if (read(fd, text, sizeof text - 1) > 0)
		sscanf(text, "%ld %ld", &all, &pages);
	close(fd);
	return pages * 4096;
}

static void measure_rate(void)
{
	double from_us, begin_us = (double)clock_mono_us();

	from_us = cpu_us();
	while (ended < probes) {
		while (started < probes && started - ended < in_flight)
			begin();
		loop_once(host.loop, clock_mono_us() + CLOCK_SECOND);
	}
	printf("%ld probes, %ld not up: %.2f us CPU each, %.0f a second\n", ended, wrong,
	       (cpu_us() - from_us) / (double)probes,
	       (double)probes * 1e6 / ((double)clock_mono_us() - begin_us));
}

static void measure_memory(void)
{
	long before = resident_bytes();

	while (started < in_flight) {
		begin();
		if (started % 100 == 0)
			loop_once(host.loop, 0);
	}
	for (int i = 0; i < 20; i++)
		loop_once(host.loop, clock_mono_us() + 50000);
	printf("%ld probes hang: %ld bytes each, %ld ended\n", started - ended,
	       (resident_bytes() - before) / started, ended);
}

int main(int argc, char **argv)
{
	struct rlimit files = {1 << 18, 1 << 18};
	int listener[ADDRESSES], option;
	pid_t target;

	while ((option = getopt(argc, argv, "n:c:m")) > 0)
		switch (option) {
		case 'n': probes = atol(optarg); break;
		case 'c': in_flight = atol(optarg); break;
		default: is_about_memory = true;
		}
	setrlimit(RLIMIT_NOFILE, &files);
	for (int i = 0; i < ADDRESSES; i++)
		listener[i] = listen_on(i);
	target = fork();
	if (target == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pin(1);
		serve(listener);
	}
	pin(0);
	host = (struct probe_host){.loop = loop_new(), .icmp4_fd = -1, .icmp6_fd = -1};
	probe_host_open(&host);
	if (is_about_memory)
		measure_memory();
	else
		measure_rate();
	kill(target, SIGKILL);
	return wrong != 0;
}
