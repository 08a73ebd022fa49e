/* fiber/net_bytes: see net.h. This file is what goes over a connection: bytes in and out, with and
 * without waiting, and the descriptors that libraries wait for. */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../prober/probe.h"
#include "net.h"
#include "tls.h"

#define AT_ONCE_BYTES (1u << 20) /* then the other probes get their turn */

/* A fast server must neither outrun the deadline nor hold the other probes up. */
bool net_may_read_on(struct connection *c, size_t bytes)
{
	struct probe *p = c->probe;

	c->at_once_bytes += bytes;
	if (p->has_failed)
		return false;
	if (clock_mono_us() >= p->deadline_us)
		return probe_time_out(p);
	if (c->at_once_bytes < AT_ONCE_BYTES)
		return true;
	c->at_once_bytes = 0;
	return probe_sleep(p, 0);
}

static long receive_plain(struct connection *c, void *into, size_t room)
{
	ssize_t n;

	c->wants = &c->can_read;
	while (c->can_read) {
		n = recv(c->watch.fd, into, room, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return net_judge_broken(c, errno, c->when), NET_BROKEN;
		if (n < 0 || ((size_t)n < room && !c->is_hung_up))
			c->can_read = false; /* epoll(7): a short read has emptied it */
		if (n >= 0)
			return n;
	}
	return NET_LATER;
}

long net_receive_some(struct connection *c, void *into, size_t room)
{
	long n;

	if (c->has_ended)
		return 0;
	n = c->ssl ? tls_read(c, into, room) : receive_plain(c, into, room);
	c->has_ended = n == 0;
	if (n > 0)
		c->at_once_bytes += (size_t)n;
	if (n > 0 && !c->is_quiet)
		probe_transcribe(c->probe, '<', into, (size_t)n);
	return n;
}

long net_receive(struct connection *c, void *into, size_t room)
{
	long n;

	if (!c->has_ended && !net_may_read_on(c, 0))
		return NET_BROKEN;
	while ((n = net_receive_some(c, into, room)) == NET_LATER)
		if (!net_await(c, c->wants))
			return NET_BROKEN;
	return n;
}

static long send_plain(struct connection *c, const char *at, size_t size)
{
	ssize_t n;

	c->wants = &c->can_write;
	while (c->can_write) {
		n = send(c->watch.fd, at, size, MSG_NOSIGNAL);
		if (n >= 0)
			return n;
		if (errno == EAGAIN)
			c->can_write = false;
		else if (errno != EINTR)
			return c->broken = errno, NET_BROKEN;
	}
	return NET_LATER;
}

long net_send_some(struct connection *c, const void *bytes, size_t size)
{
	return c->ssl ? tls_write(c, bytes, size) : send_plain(c, bytes, size);
}

static bool judge_unsent(struct connection *c)
{
	if (c->probe->has_failed)
		return false;
	return c->is_udp ? net_judge_errno(c->probe, c->broken, false, c->name)
			 : net_judge_broken(c, c->broken, c->when);
}

bool net_send_all(struct connection *c, const void *bytes, size_t size)
{
	const char *at = bytes;
	long n;

	net_make_prompt(c);
	if (!c->is_quiet)
		probe_transcribe(c->probe, '>', bytes, size);
	while (size) {
		n = net_send_some(c, at, size);
		if (n == NET_BROKEN)
			return judge_unsent(c);
		if (n == NET_LATER && !net_await(c, c->wants))
			return false;
		if (n > 0) {
			at += n;
			size -= (size_t)n;
		}
	}
	return true;
}

bool net_has_input(struct connection *c)
{
	int waiting = 0;

	if (c->to > c->from)
		return true;
	if (c->ssl)
		return tls_has_input(c);
	/* a look by recv() would take the error of a reset connection, which then looks closed */
	return ioctl(c->watch.fd, FIONREAD, &waiting) == 0 && waiting > 0;
}

int probe_fd(struct probe *p)
{
	struct connection *c = net_get(p);

	if (!c)
		return -1;
	net_make_prompt(c);
	c->is_quiet = c->is_lent = true;
	return c->watch.fd;
}

/* The connection is already watched. What can be read is asked of the connection itself, and the
 * flag stays, for net_receive(). A flag for writing that stands from before is a false alarm at
 * worst: the library tries and asks again. */
static bool wait_own(struct connection *c, int want)
{
	bool is_fine = true;

	if (want & PROBE_READ)
		c->can_read = c->is_hung_up || net_has_input(c);
	c->is_waiting = true;
	while (is_fine &&
	       !((want & PROBE_READ && c->can_read) || (want & PROBE_WRITE && c->can_write)))
		is_fine = probe_park(c->probe);
	c->is_waiting = false;
	if (want & PROBE_WRITE)
		c->can_write = c->is_hung_up;
	return is_fine;
}

struct foreign {
	struct loop_watch watch;
	struct probe *probe;
	bool is_ready;
};

static void foreign_ready(struct loop_watch *w, uint32_t events)
{
	struct foreign *f = (struct foreign *)w;

	(void)events;
	f->is_ready = true;
	probe_wake(f->probe);
}

static bool wait_foreign(struct probe *p, int fd, int want)
{
	struct foreign f = {.watch.ready = foreign_ready, .probe = p};
	uint32_t events = (want & PROBE_READ ? EPOLLIN | EPOLLRDHUP : 0u) |
			  (want & PROBE_WRITE ? EPOLLOUT : 0u);

	if (!loop_add(p->host->loop, &f.watch, fd, events | EPOLLONESHOT)) {
		if (errno == EPERM)
			return true; /* a regular file is always ready */
		return probe_unknown(p, "cannot wait for descriptor %d: %s", fd, log_errno(errno));
	}
	while (!f.is_ready && probe_park(p))
		;
	loop_remove(p->host->loop, &f.watch);
	return !p->has_failed;
}

bool probe_wait(struct probe *p, int fd, int want)
{
	if (!probe_may_go_on(p))
		return false;
	if (clock_mono_us() >= p->deadline_us)
		return probe_time_out(p);
	for (int i = 0; i < PROBE_CONNECTIONS; i++)
		if (p->connection[i] && p->connection[i]->watch.fd == fd)
			return wait_own(p->connection[i], want);
	return wait_foreign(p, fd, want);
}
