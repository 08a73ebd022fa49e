/* The least that this kernel takes for pings that begin together each 10 ms: A_TICK echo requests
 * in one call, their replies in another, nothing kept and nobody told. Prints microseconds of
 * processor a ping. tests/bench/bench.py runs it beside nines.
 *
 *     ping_limit [A_TICK [TICKS]] */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../../core/base/clock.h"
#include "../../core/fiber/icmp_packet.h"

#define MOST    256
#define BYTES   128
#define TICK_US 10000
#define ID      0x4000 /* aligned as the filter wants it */

static unsigned char bytes[MOST][BYTES];
static struct sockaddr_in address[MOST];
static struct iovec io[MOST];
static struct mmsghdr message[MOST];

static int open_socket(void)
{
	struct sock_filter program[ICMP_FILTER_MOST];
	struct sock_fprog all = {.filter = program};
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP), whole = IP_PMTUDISC_DO;

	all.len = (unsigned short)icmp_filter(program, AF_INET, ID);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &all, sizeof all) ||
	    setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &whole, sizeof whole)) {
		fprintf(stderr, "no raw socket: %s\n", strerror(errno));
		exit(1);
	}
	return fd;
}

static void lay_out(int n, size_t size)
{
	for (int i = 0; i < n; i++) {
		io[i] = (struct iovec){bytes[i], size};
		message[i].msg_hdr = (struct msghdr){.msg_name = &address[i],
						     .msg_namelen = sizeof address[i],
						     .msg_iov = &io[i],
						     .msg_iovlen = 1};
	}
}

static void send_all(int fd, int n, uint16_t first)
{
	static const unsigned char nonce[ICMP_NONCE_BYTES] = "as long as ours";
	int sent = 0, got = 1;

	for (int i = 0; i < n; i++) {
		address[i] = (struct sockaddr_in){
			.sin_family = AF_INET,
			.sin_addr.s_addr = htonl(0x7f000101 + (uint32_t)(first + i) % 250)};
		icmp_write(bytes[i], AF_INET, ID, (uint16_t)(first + i), nonce);
		memset(bytes[i] + ICMP_HEAD_BYTES + sizeof nonce, 0, 40);
	}
	lay_out(n, ICMP_HEAD_BYTES + 56);
	for (; sent < n && got > 0; sent += got)
		got = sendmmsg(fd, message + sent, (unsigned)(n - sent), 0);
}

static int take_all(int fd, int n)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int taken = 0, got;

	while (taken < n && poll(&p, 1, 1000) > 0) {
		lay_out(n, BYTES);
		got = recvmmsg(fd, message, (unsigned)n, MSG_DONTWAIT, NULL);
		taken += got > 0 ? got : 0;
	}
	return taken;
}

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 20, ticks = argc > 2 ? atoi(argv[2]) : 500;
	int fd = open_socket();
	double before = cpu_us();
	long answered = 0;

	n = n < 1 ? 1 : n > MOST ? MOST : n;
	for (int tick = 0; tick < ticks; tick++) {
		int64_t left_us = TICK_US - clock_mono_us() % TICK_US;

		nanosleep(&(struct timespec){.tv_nsec = left_us * 1000}, NULL);
		send_all(fd, n, (uint16_t)(tick * n));
		answered += take_all(fd, n);
	}
	printf("%ld answered, us/check %.2f\n", answered, (cpu_us() - before) / (double)answered);
	return answered != (long)n * ticks;
}
