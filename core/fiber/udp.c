/* fiber/udp: probe_datagram() of check.h: the next datagram of a connection that probe_dial_udp()
 * of net.c has made. */
#include <errno.h>
#include <sys/socket.h>

#include "../base/clock.h"
#include "../prober/probe.h"
#include "net.h"

struct patience {
	struct loop_timer timer; /* first: it is its timer */
	struct probe *probe;
};

static void is_over(struct loop_timer *t)
{
	probe_wake(((struct patience *)t)->probe);
}

/* False at `until_us`, or when the probe has failed. */
static bool await_datagram(struct connection *c, int64_t until_us)
{
	struct probe *p = c->probe;
	struct patience patience = {.timer.fire = is_over, .probe = p};
	bool goes_on = true;

	loop_set(p->host->loop, &patience.timer, until_us);
	c->is_waiting = true;
	while (goes_on && !c->can_read && patience.timer.place)
		goes_on = probe_park(p);
	c->is_waiting = false;
	loop_stop_timer(p->host->loop, &patience.timer);
	return goes_on && c->can_read;
}

size_t probe_datagram(struct probe *p, void *into, size_t room, int64_t wait_us)
{
	struct connection *c = net_get(p);
	int64_t until_us = wait_us ? clock_mono_us() + wait_us : CLOCK_NEVER;
	ssize_t n;

	if (!c)
		return 0;
	if (!c->is_udp)
		return probe_unknown(p, "module asked a TCP connection for a datagram"), 0;
	while (net_may_read_on(c, room) && await_datagram(c, until_us)) {
		n = recv(c->watch.fd, into, room, 0);
		if (n > 0) {
			probe_transcribe(p, '<', into, (size_t)n);
			return (size_t)n;
		}
		c->can_read = n == 0 || errno == EINTR;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return net_judge_errno(p, errno, false, c->name), 0;
	}
	return 0;
}
