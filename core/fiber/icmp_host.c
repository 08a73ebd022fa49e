/* fiber/icmp_host: see icmp_host.h. */
#include "icmp_host.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../prober/probe.h"

#define HOST_MAGIC    0x69636d70u
#define READ_BYTES    2048
#define READ_BATCH    32
#define HEAD_MOST     64 /* header, nonce and the first zeros: an ordinary packet in one piece */
#define RECEIVE_BYTES (4 << 20)
#define FITS_BYTES    512 /* of payload: with its headers below 552, the least MTU Linux believes */
#define RANDOM_BYTES  4096
#define SIZE_MOST     65536
#define CONTROL_BYTES (CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)))
#define TIMES_BYTES   (CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(uint32_t)) + 64)

struct icmp_host {
	uint32_t magic;
	struct loop *loop;
	struct loop_turn turn;
	struct loop_timer
		soon; /* something is queued: the loop must not sleep before its turn has ended */
	struct icmp_socket socket[2];
	int given[2]; /* descriptors that were handed over, -1: none */
	unsigned char random[RANDOM_BYTES];
	size_t random_left;
	/* For one batch of sending and one of receiving. */
	unsigned char head[ICMP_BATCH][HEAD_MOST], bytes[READ_BATCH][READ_BYTES];
	_Alignas(16) char control[ICMP_BATCH][CONTROL_BYTES], times[READ_BATCH][TIMES_BYTES];
	struct mmsghdr out[ICMP_BATCH], in[READ_BATCH];
	struct iovec out_io[ICMP_BATCH][2], in_io[READ_BATCH];
	union icmp_address in_from[READ_BATCH];
};

static unsigned char zeros[SIZE_MOST];

static bool random_bytes(struct icmp_host *h, void *to, size_t size)
{
	if (h->random_left < size) {
		if (getrandom(h->random, sizeof h->random, 0) != sizeof h->random)
			return false;
		h->random_left = sizeof h->random;
	}
	h->random_left -= size;
	memcpy(to, h->random + h->random_left, size);
	return true;
}

/* ---- sending ---- */

/* One more control message behind those that message `i` has. */
static void add_control(struct icmp_host *h, int i, int level, int type, const void *value,
			size_t size)
{
	struct msghdr *m = &h->out[i].msg_hdr;
	struct cmsghdr *c = (struct cmsghdr *)(void *)(h->control[i] + m->msg_controllen);

	m->msg_control = h->control[i];
	m->msg_controllen += CMSG_SPACE(size);
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(c), value, size);
}

static void add_hops(struct icmp_host *h, int i, int family, int hops)
{
	bool is_v4 = family == AF_INET;

	add_control(h, i, is_v4 ? IPPROTO_IP : IPPROTO_IPV6, is_v4 ? IP_TTL : IPV6_HOPLIMIT, &hops,
		    sizeof hops);
}

static void add_source(struct icmp_host *h, int i, const union icmp_address *from)
{
	struct in_pktinfo v4 = {.ipi_spec_dst = from->v4.sin_addr};
	struct in6_pktinfo v6 = {.ipi6_addr = from->v6.sin6_addr,
				 .ipi6_ifindex = from->v6.sin6_scope_id};
	bool is_v4 = from->any.sa_family == AF_INET;

	add_control(h, i, is_v4 ? IPPROTO_IP : IPPROTO_IPV6, is_v4 ? IP_PKTINFO : IPV6_PKTINFO,
		    is_v4 ? (void *)&v4 : (void *)&v6, is_v4 ? sizeof v4 : sizeof v6);
}

static void lay_out(struct icmp_socket *s, int i, struct icmp_packet *packet)
{
	struct icmp_host *h = s->host;
	struct icmp_target *t = packet->target;
	size_t size = ICMP_HEAD_BYTES + t->size_bytes, first = size < HEAD_MOST ? size : HEAD_MOST;

	icmp_write(h->head[i], s->family, (uint16_t)(packet->key >> 16), (uint16_t)packet->key,
		   packet->nonce);
	h->out_io[i][0] = (struct iovec){h->head[i], first};
	h->out_io[i][1] = (struct iovec){zeros, size - first};
	h->out[i].msg_hdr = (struct msghdr){
		.msg_name = &t->to,
		.msg_namelen = s->family == AF_INET ? sizeof t->to.v4 : sizeof t->to.v6,
		.msg_iov = h->out_io[i],
		.msg_iovlen = size > first ? 2 : 1,
	};
	if (t->from.any.sa_family != AF_UNSPEC)
		add_source(h, i, &t->from);
	if (packet->hops)
		add_hops(h, i, s->family, packet->hops);
}

static void enqueue(struct icmp_socket *s, struct icmp_packet *packet)
{
	packet->next = NULL;
	packet->previous = s->last;
	packet->is_queued = true;
	*(s->last ? &s->last->next : &s->first) = packet;
	s->last = packet;
}

static void dequeue(struct icmp_socket *s, struct icmp_packet *packet)
{
	*(packet->previous ? &packet->previous->next : &s->first) = packet->next;
	*(packet->next ? &packet->next->previous : &s->last) = packet->previous;
	packet->is_queued = false;
}

/* The batch took from `begin_us` to now: each packet gets its share, so that the last is not timed
 * by the first. */
static void mark_sent(struct icmp_socket *s, int sent, int64_t begin_us)
{
	int64_t took_us = clock_mono_us() - begin_us;

	for (int i = 0; i < sent; i++) {
		s->first->sent_us = begin_us + took_us * i / sent;
		dequeue(s, s->first);
	}
}

static void want_out(struct icmp_socket *s, bool want)
{
	if (s->is_blocked != want)
		loop_change(s->host->loop, &s->watch, EPOLLIN | (want ? EPOLLOUT : 0));
	s->is_blocked = want;
}

/* The first packet did not go. An error left over from another packet (ping sockets) goes away by
 * being told once. */
static void send_again(struct icmp_socket *s, int64_t begin_us)
{
	struct icmp_packet *packet = s->first;

	if (sendmsg(s->watch.fd, &s->host->out[0].msg_hdr, 0) >= 0) {
		mark_sent(s, 1, begin_us);
		return;
	}
	dequeue(s, packet);
	packet->target->unsent(packet, errno);
}

static bool fits(const struct icmp_packet *packet)
{
	return packet->target->size_bytes <= FITS_BYTES;
}

/* IPv4 packets that fit every path are sent whole: they need no number that tells their fragments
 * from others (RFC 6864 section 4.1), and to find one the kernel takes as long as for a route. */
static void send_whole(struct icmp_socket *s, bool is_whole)
{
	int how = is_whole ? IP_PMTUDISC_DO : IP_PMTUDISC_WANT;

	if (s->is_whole == is_whole || s->family != AF_INET)
		return;
	setsockopt(s->watch.fd, IPPROTO_IP, IP_MTU_DISCOVER, &how, sizeof how);
	s->is_whole = is_whole;
}

/* False when the kernel takes no more for now. */
static bool send_batch(struct icmp_socket *s)
{
	int64_t begin_us = clock_mono_us();
	bool is_whole = fits(s->first);
	int n = 0, sent;

	send_whole(s, is_whole);
	for (struct icmp_packet *p = s->first; p && n < ICMP_BATCH && fits(p) == is_whole;
	     p = p->next)
		lay_out(s, n++, p);
	sent = sendmmsg(s->watch.fd, s->host->out, (unsigned)n, 0);
	if (sent < 0 && errno == EAGAIN)
		return false;
	if (sent > 0)
		mark_sent(s, sent, begin_us);
	else
		send_again(s, begin_us);
	return true;
}

/* ---- receiving ---- */

/* How far the wall clock, which stamps packets, is from the monotonic one just now. */
static int64_t stamp_us(struct msghdr *m, int64_t now_us, int64_t wall_us, struct icmp_socket *s)
{
	int64_t at_us = now_us, age_us;
	struct timespec t;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SO_RXQ_OVFL)
			memcpy(&s->dropped, CMSG_DATA(c), sizeof s->dropped);
		if (c->cmsg_type != SO_TIMESTAMPNS)
			continue;
		memcpy(&t, CMSG_DATA(c), sizeof t);
		age_us = wall_us - t.tv_sec * CLOCK_SECOND - t.tv_nsec / 1000;
		if (age_us > 0 &&
		    age_us < 60 * CLOCK_SECOND) /* else the wall clock was set meanwhile */
			at_us = now_us - age_us;
	}
	return at_us;
}

static bool same_address(const union icmp_address *asked, const union icmp_address *from)
{
	if (asked->any.sa_family != from->any.sa_family)
		return false;
	if (asked->any.sa_family == AF_INET)
		return asked->v4.sin_addr.s_addr == from->v4.sin_addr.s_addr;
	return !memcmp(&asked->v6.sin6_addr, &from->v6.sin6_addr, sizeof asked->v6.sin6_addr) &&
	       (!asked->v6.sin6_scope_id || asked->v6.sin6_scope_id == from->v6.sin6_scope_id);
}

static bool went_to(const union icmp_address *asked, const unsigned char *to)
{
	return asked->any.sa_family == AF_INET ? !memcmp(to, &asked->v4.sin_addr, 4)
					       : !memcmp(to, &asked->v6.sin6_addr, 16);
}

static struct icmp_packet *find_packet(struct icmp_socket *s, const struct icmp_reading *r)
{
	uint32_t id = s->is_plain ? s->first_id : r->id;

	return map_find(&s->waiting, (uint64_t)(id << 16 | r->sequence));
}

/* Whatever does not fit in every respect counts as nothing: foreign, late, a duplicate, forged. */
static void take(struct icmp_socket *s, const struct icmp_reading *r,
		 const union icmp_address *from, int64_t at_us)
{
	struct icmp_packet *packet = find_packet(s, r);

	if (!packet || !packet->sent_us)
		return;
	if (r->nonce && memcmp(r->nonce, packet->nonce, sizeof packet->nonce) != 0)
		return;
	if (r->trouble) {
		if (!r->to || went_to(&packet->target->to, r->to))
			packet->target->refused(
				packet, &(struct icmp_refusal){r->trouble, from, at_us});
		return;
	}
	if (!same_address(&packet->target->to, from))
		return;
	icmp_forget(s, packet);
	packet->target->answered(packet, at_us);
}

static void take_message(struct icmp_socket *s, int i, int64_t now_us, int64_t wall_us)
{
	struct icmp_host *h = s->host;
	struct msghdr *m = &h->in[i].msg_hdr;
	struct icmp_reading r;
	size_t size = h->in[i].msg_len < READ_BYTES ? h->in[i].msg_len : READ_BYTES;
	int64_t at_us = stamp_us(m, now_us, wall_us, s);

	if (icmp_read(&r, s->family, s->family == AF_INET && !s->is_plain,
		      !(m->msg_flags & MSG_TRUNC), h->bytes[i], size))
		take(s, &r, &h->in_from[i], at_us);
}

/* The first `n` places: those that the last call has written to. */
static void prepare_receive(struct icmp_host *h, int n)
{
	for (int i = 0; i < n; i++) {
		h->in_io[i] = (struct iovec){h->bytes[i], READ_BYTES};
		h->in[i].msg_hdr = (struct msghdr){
			.msg_name = &h->in_from[i],
			.msg_namelen = sizeof h->in_from[i],
			.msg_iov = &h->in_io[i],
			.msg_iovlen = 1,
			.msg_control = h->times[i],
			.msg_controllen = TIMES_BYTES,
		};
	}
}

/* Takes what has come. A fiber that is woken may forget packets and queue others, never read. */
static void receive(struct icmp_socket *s)
{
	struct icmp_host *h = s->host;
	int n = READ_BATCH;
	int64_t now_us, wall_us;

	while (n == READ_BATCH) {
		n = recvmmsg(s->watch.fd, h->in, READ_BATCH, MSG_DONTWAIT, NULL);
		now_us = clock_mono_us();
		wall_us = clock_wall_us();
		for (int i = 0; i < n; i++)
			take_message(s, i, now_us, wall_us);
		prepare_receive(h, n);
	}
}

static const struct sock_extended_err *find_error(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
		    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
			return (const struct sock_extended_err *)(const void *)CMSG_DATA(c);
	return NULL;
}

/* Who said it: an address that stands behind the error. */
static const union icmp_address *offender_of(const struct sock_extended_err *e,
					     union icmp_address *by)
{
	const struct sockaddr *found = SO_EE_OFFENDER(e);

	memset(by, 0, sizeof *by);
	memcpy(by, found,
	       found->sa_family == AF_INET    ? sizeof by->v4
	       : found->sa_family == AF_INET6 ? sizeof by->v6
					      : sizeof by->any);
	return by;
}

/* Ping sockets get errors of the network from a queue of their own: the packet as we sent it, and
 * what was said. */
static void receive_errors(struct icmp_socket *s)
{
	_Alignas(16) char control[512];
	unsigned char bytes[READ_BYTES];
	union icmp_address to, by;
	struct iovec io = {bytes, sizeof bytes};
	const struct sock_extended_err *e;
	struct icmp_reading r;
	ssize_t n;

	for (;;) {
		struct msghdr m = {.msg_name = &to,
				   .msg_namelen = sizeof to,
				   .msg_iov = &io,
				   .msg_iovlen = 1,
				   .msg_control = control,
				   .msg_controllen = sizeof control};

		n = recvmsg(s->watch.fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT);
		if (n < 0)
			return;
		e = find_error(&m);
		if (!e || e->ee_origin == SO_EE_ORIGIN_LOCAL ||
		    n < ICMP_HEAD_BYTES + ICMP_NONCE_BYTES)
			continue;
		r = (struct icmp_reading){.sequence = (uint16_t)(bytes[6] << 8 | bytes[7]),
					  .nonce = bytes + ICMP_HEAD_BYTES,
					  .trouble =
						  icmp_trouble(s->family, e->ee_type, e->ee_code)};
		take(s, &r, offender_of(e, &by), clock_mono_us());
	}
}

static void ready(struct loop_watch *w, uint32_t events)
{
	struct icmp_socket *s = (struct icmp_socket *)w;

	if (events & EPOLLERR && s->is_plain)
		receive_errors(s);
	if (events & EPOLLIN)
		receive(s);
	if (events & EPOLLOUT)
		want_out(s, false);
}

/* Replies are taken between batches: ten thousand requests at once would else overflow the socket
 * with their replies. */
static void flush(struct icmp_socket *s)
{
	for (int batches = 1; s->first && !s->is_blocked; batches++) {
		if (!send_batch(s))
			want_out(s, true);
		if (batches % 4 == 0)
			receive(s);
	}
}

static void turn(struct loop_turn *t)
{
	struct icmp_host *h = (struct icmp_host *)((char *)t - offsetof(struct icmp_host, turn));

	for (int i = 0; i < 2; i++)
		flush(&h->socket[i]);
	loop_stop_timer(h->loop, &h->soon);
}

static void go_on(struct loop_timer *t)
{
	(void)t; /* the end of the turn that it makes sends */
}

/* ---- opening ---- */

/* The kernel looks at these types before it copies a packet for us, at our filter behind. */
static void attach_types(const struct icmp_socket *s, int fd)
{
	struct icmp_filter v4 = {~(1u << ICMP_ECHOREPLY | 1u << ICMP_DEST_UNREACH |
				   1u << ICMP_TIME_EXCEEDED)};
	struct icmp6_filter v6;

	ICMP6_FILTER_SETBLOCKALL(&v6);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &v6);
	ICMP6_FILTER_SETPASS(ICMP6_DST_UNREACH, &v6);
	ICMP6_FILTER_SETPASS(ICMP6_PACKET_TOO_BIG, &v6);
	ICMP6_FILTER_SETPASS(ICMP6_TIME_EXCEEDED, &v6);
	if (s->family == AF_INET)
		setsockopt(fd, SOL_RAW, ICMP_FILTER, &v4, sizeof v4);
	else
		setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &v6, sizeof v6);
}

/* Only our ids pass; what came in before the filter stood is thrown away. */
static bool attach_filter(struct icmp_socket *s, int fd)
{
	struct sock_filter program[ICMP_FILTER_MOST];
	struct sock_fprog all = {.filter = program};
	char byte;

	attach_types(s, fd);
	s->first_id &= (uint16_t) ~(ICMP_IDS - 1);
	all.len = (unsigned short)icmp_filter(program, s->family, s->first_id);
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &all, sizeof all) < 0)
		return false;
	while (recv(fd, &byte, 1, MSG_DONTWAIT) >= 0)
		;
	return true;
}

static bool set_up(struct icmp_socket *s, int fd)
{
	int type = 0, on = 1, bytes = RECEIVE_BYTES, flags = fcntl(fd, F_GETFL);
	socklen_t size = sizeof type;

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0)
		return false;
	s->is_plain = type == SOCK_DGRAM;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
	if (s->is_plain)
		setsockopt(fd, s->family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
			   s->family == AF_INET ? IP_RECVERR : IPV6_RECVERR, &on, sizeof on);
	else if (!attach_filter(s, fd))
		return false;
	return loop_add(s->host->loop, &s->watch, fd, EPOLLIN);
}

static const struct {
	int error;
	const char *why;
} refusal[] = {
	{EPERM, "no permission to send ICMP: run as root or set net.ipv4.ping_group_range"},
	{EACCES, "no permission to send ICMP: run as root or set net.ipv4.ping_group_range"},
	{EMFILE, "no descriptor left for ICMP"},
	{ENFILE, "no descriptor left for ICMP"},
	{EAFNOSUPPORT, "this system has no such address family"},
	{0, "the system gave no socket for ICMP"},
};

static const char *why_refused(int error)
{
	int i = 0;

	while (refusal[i].error && refusal[i].error != error)
		i++;
	return refusal[i].why;
}

static int open_socket(int family)
{
	int protocol = family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

	if (fd < 0 && (errno == EPERM || errno == EACCES))
		fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	return fd;
}

struct icmp_socket *icmp_socket_get(struct icmp_host *h, int family, const char **why)
{
	struct icmp_socket *s = &h->socket[family == AF_INET6];
	int fd = h->given[family == AF_INET6];

	if (s->watch.fd >= 0)
		return s;
	if (!random_bytes(h, &s->first_id, sizeof s->first_id) ||
	    !random_bytes(h, &s->sequence, sizeof s->sequence)) {
		*why = "the system gave no random bytes";
		return NULL;
	}
	h->given[family == AF_INET6] = -1;
	if (fd < 0)
		fd = open_socket(family);
	if (fd < 0) {
		*why = why_refused(errno);
		return NULL;
	}
	if (set_up(s, fd))
		return s;
	*why = why_refused(errno);
	close(fd);
	s->watch.fd = -1;
	return NULL;
}

uint16_t icmp_new_id(struct icmp_socket *s)
{
	unsigned char n = 0;

	if (!s->is_plain)
		random_bytes(s->host, &n, sizeof n);
	return (uint16_t)(s->first_id + n % ICMP_IDS);
}

bool icmp_send(struct icmp_socket *s, struct icmp_packet *packet, struct icmp_target *target)
{
	int tries = 0;

	packet->target = target;
	packet->sent_us = 0;
	do {
		if (++tries > 1000)
			return false;
		packet->key = (uint32_t)target->id << 16 | s->sequence++;
	} while (map_find(&s->waiting, packet->key));
	if (!random_bytes(s->host, packet->nonce, sizeof packet->nonce))
		return false;
	if (!s->first && !s->is_blocked)
		loop_set(s->host->loop, &s->host->soon, loop_now(s->host->loop));
	map_put(&s->waiting, packet->key, packet);
	packet->is_waiting = true;
	enqueue(s, packet);
	return true;
}

void icmp_forget(struct icmp_socket *s, struct icmp_packet *packet)
{
	if (packet->is_queued)
		dequeue(s, packet);
	if (packet->is_waiting)
		map_take(&s->waiting, packet->key);
	packet->is_waiting = false;
}

struct icmp_host *icmp_get(struct probe_host *probes)
{
	struct icmp_host *h = probes->icmp;
	static const int family[] = {AF_INET, AF_INET6};

	if (h) {
		assert(h->magic == HOST_MAGIC);
		return h;
	}
	probes->icmp = h = memory_new(sizeof *h);
	h->magic = HOST_MAGIC;
	h->loop = probes->loop;
	h->given[0] = probes->icmp4_fd;
	h->given[1] = probes->icmp6_fd;
	for (int i = 0; i < 2; i++)
		h->socket[i] = (struct icmp_socket){
			.watch = {.ready = ready, .fd = -1}, .host = h, .family = family[i]};
	h->turn.turn = turn;
	h->soon.fire = go_on;
	prepare_receive(h, READ_BATCH);
	loop_each_turn(h->loop, &h->turn);
	return h;
}

void icmp_free(struct icmp_host *h)
{
	if (!h)
		return;
	for (int i = 0; i < 2; i++) {
		if (h->socket[i].watch.fd >= 0) {
			loop_remove(h->loop, &h->socket[i].watch);
			close(h->socket[i].watch.fd);
		}
		if (h->given[i] >= 0)
			close(h->given[i]);
		map_release(&h->socket[i].waiting);
	}
	free(h);
}
