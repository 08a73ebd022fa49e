/* web/door: see door.h. */
#include "door.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/memory.h"

#define SWEEP_US CLOCK_SECOND
/* What people's browsers of the last years speak, nothing older. */
#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

struct client {
	struct client *next;
	int fd;
	struct in6_addr address; /* IPv4 as ::ffff:a.b.c.d */
	int64_t listener; /* its number */
	int64_t since_us; /* of its request or its idling, then of its answer */
	int64_t leave_by_us; /* CLOCK_NEVER: it may stay */
	bool is_answered, is_tls;
	bool is_cut;
};

/* A daemon of libmicrohttpd. */
struct leaf {
	struct leaf *next;
	struct loop_watch watch; /* of its epoll */
	struct loop_timer timer;
	struct MHD_Daemon *daemon;
};

struct door {
	struct loop *loop;
	struct loop_timer sweep;
	struct loop_turn turn;
	struct leaf *leaves; /* of now, and those that end with their clients */
	struct leaf *plain, *tls; /* who comes now; tls NULL: none */
	struct listeners *listeners;
	struct client *clients;
	struct door_calls calls;
	bool has_resumed, is_full;
};

/* ---- clients ---- */

static int fd_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);

	return i ? i->connect_fd : -1;
}

static struct client **find_client(struct door *d, int fd)
{
	struct client **at = &d->clients;

	while (*at && (*at)->fd != fd)
		at = &(*at)->next;
	return at;
}

void door_phase(struct door *d, struct MHD_Connection *c, bool is_answered)
{
	struct client *found = *find_client(d, fd_of(c));

	if (!found)
		return;
	found->is_answered = is_answered;
	found->since_us = clock_mono_us();
}

static void cut(struct client *c)
{
	c->is_cut = true;
	shutdown(c->fd, SHUT_RDWR);
}

/* For one who comes: nearly full of clients who take their time, the door would be shut to him
 * until their time is over. */
static void make_room(struct door *d)
{
	struct client *slowest = NULL;
	size_t here = 0;

	for (struct client *c = d->clients; c; c = c->next) {
		if (c->is_cut)
			continue;
		if (!slowest || c->since_us < slowest->since_us)
			slowest = c;
		here++;
	}
	if (here >= DOOR_CONNECTIONS - DOOR_SPARE)
		cut(slowest);
}

static struct in6_addr address_of(const struct sockaddr *from)
{
	struct in6_addr address = {{{0}}};

	if (from->sa_family == AF_INET6)
		return ((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
	if (from->sa_family == AF_INET) {
		memset(&address.s6_addr[10], 0xff, 2);
		memcpy(&address.s6_addr[12],
		       &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
	}
	return address;
}

static size_t count_from(const struct door *d, const struct in6_addr *address)
{
	size_t count = 0;

	for (const struct client *c = d->clients; c; c = c->next)
		count += !memcmp(&c->address, address, sizeof *address);
	return count;
}

static size_t count_clients(const struct door *d)
{
	size_t count = 0;

	for (const struct client *c = d->clients; c; c = c->next)
		count++;
	return count;
}

static void forget_client(struct door *d, int fd)
{
	struct client **at = find_client(d, fd), *gone = *at;

	if (!gone)
		return;
	*at = gone->next;
	free(gone);
}

static void connected(void *with, struct MHD_Connection *c, void **context,
		      enum MHD_ConnectionNotificationCode code)
{
	(void)context;
	if (code == MHD_CONNECTION_NOTIFY_CLOSED)
		forget_client(with, fd_of(c));
}

/* Behind the last one who has room nobody is let in, by whatever socket. */
static void mind_room(struct door *d)
{
	d->is_full = count_clients(d) >= DOOR_CONNECTIONS;
	listeners_hold(d->listeners, d->is_full);
}

static void enter(void *with, const struct listener *by, int fd, const struct sockaddr *from,
		  socklen_t size)
{
	struct door *d = with;
	struct leaf *to = by->is_tls ? d->tls : d->plain;
	struct in6_addr address = address_of(from);
	struct client *c;

	if (!to || count_from(d, &address) >= DOOR_CONNECTIONS_EACH) {
		close(fd);
		return;
	}
	make_room(d);
	c = memory_new(sizeof *c);
	*c = (struct client){.next = d->clients,
			     .fd = fd,
			     .address = address,
			     .listener = by->number,
			     .since_us = clock_mono_us(),
			     .leave_by_us = CLOCK_NEVER,
			     .is_tls = by->is_tls};
	d->clients = c;
	if (MHD_add_connection(to->daemon, fd, from, size) != MHD_YES)
		forget_client(d, fd); /* it is closed */
	mind_room(d);
}

static void ask_to_leave(struct client *c)
{
	if (c->leave_by_us == CLOCK_NEVER)
		c->leave_by_us = clock_mono_us() + DOOR_OLD_SECONDS * CLOCK_SECOND;
}

static void left(void *with, const struct listener *by)
{
	struct door *d = with;

	for (struct client *c = d->clients; c; c = c->next)
		if (c->listener == by->number)
			ask_to_leave(c);
}

/* ---- daemons ---- */

static void ready(struct loop_watch *w, uint32_t events)
{
	struct leaf *l = (struct leaf *)((char *)w - offsetof(struct leaf, watch));

	(void)events;
	MHD_run(l->daemon);
}

static void time_out(struct loop_timer *t)
{
	struct leaf *l = (struct leaf *)((char *)t - offsetof(struct leaf, timer));

	MHD_run(l->daemon);
}

static struct MHD_Daemon *start(struct door *d, const struct door_keys *k)
{
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET;
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)k->certificate},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)k->key},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)PRIORITIES},
		{MHD_OPTION_END, 0, NULL},
	};
	bool is_tls = *k->certificate != '\0';

	return MHD_start_daemon(
		is_tls ? flags | MHD_USE_TLS : flags, 0, NULL, NULL, d->calls.answer, d->calls.with,
		MHD_OPTION_CONNECTION_LIMIT, DOOR_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
		DOOR_IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)DOOR_HEADER_BYTES,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, d->calls.target,
		d->calls.with, MHD_OPTION_NOTIFY_COMPLETED, d->calls.completed, d->calls.with,
		MHD_OPTION_NOTIFY_CONNECTION, connected, d, MHD_OPTION_ARRAY,
		is_tls ? tls : &tls[3], MHD_OPTION_END);
}

/* NULL: refused. */
static struct leaf *open_leaf(struct door *d, const struct door_keys *k)
{
	struct leaf *l = memory_new(sizeof *l);
	const union MHD_DaemonInfo *epoll;

	*l = (struct leaf){.watch.ready = ready, .timer.fire = time_out, .daemon = start(d, k)};
	epoll = l->daemon ? MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (epoll && loop_add(d->loop, &l->watch, epoll->epoll_fd, EPOLLIN)) {
		l->next = d->leaves;
		d->leaves = l;
		return l;
	}
	if (l->daemon)
		MHD_stop_daemon(l->daemon);
	free(l);
	return NULL;
}

static void close_leaf(struct door *d, struct leaf **at)
{
	struct leaf *l = *at;

	*at = l->next;
	loop_remove(d->loop, &l->watch);
	loop_stop_timer(d->loop, &l->timer);
	MHD_stop_daemon(l->daemon);
	free(l);
}

/* What it is to be called again for. */
static void set_timer(struct door *d, struct leaf *l)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(l->daemon, &ms) == MHD_YES)
		loop_set(d->loop, &l->timer, clock_mono_us() + (int64_t)ms * 1000);
	else
		loop_stop_timer(d->loop, &l->timer);
}

/* Before the loop sleeps: what was resumed goes on, the next timeouts of libmicrohttpd are kept,
 * and whoever waits before a full door comes in where somebody has gone. */
static void end_turn(struct loop_turn *t)
{
	struct door *d = (struct door *)((char *)t - offsetof(struct door, turn));

	while (d->has_resumed) {
		d->has_resumed = false;
		for (struct leaf *l = d->leaves; l; l = l->next)
			MHD_run(l->daemon);
	}
	for (struct leaf *l = d->leaves; l; l = l->next)
		set_timer(d, l);
	if (d->is_full)
		mind_room(d);
}

void door_resumed(struct door *d)
{
	d->has_resumed = true;
}

/* ---- time ---- */

static bool is_late(const struct client *c, int64_t now_us)
{
	int seconds = c->is_answered ? DOOR_ANSWER_SECONDS : DOOR_HEAD_SECONDS;

	return now_us > c->leave_by_us || now_us - c->since_us > seconds * CLOCK_SECOND;
}

static bool is_over(const struct door *d, const struct leaf *l)
{
	const union MHD_DaemonInfo *i =
		MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return l != d->plain && l != d->tls && i && !i->num_connections;
}

/* A client that sends or reads a byte now and then never idles: the whole request has its limit
 * too. A door that is shut for want of descriptors is tried again. */
static void sweep(struct loop_timer *t)
{
	struct door *d = (struct door *)((char *)t - offsetof(struct door, sweep));
	int64_t now_us = clock_mono_us();

	for (struct client *c = d->clients; c; c = c->next)
		if (is_late(c, now_us))
			cut(c);
	for (struct leaf **at = &d->leaves; *at;)
		if (is_over(d, *at))
			close_leaf(d, at);
		else
			at = &(*at)->next;
	mind_room(d);
	loop_set(d->loop, t, now_us + SWEEP_US);
}

/* ---- the door ---- */

bool door_renew(struct door *d, const struct door_keys *k)
{
	struct leaf *tls = *k->certificate ? open_leaf(d, k) : NULL;

	if (*k->certificate && !tls)
		return false;
	for (struct client *c = d->clients; c; c = c->next)
		if (c->is_tls)
			ask_to_leave(c);
	d->tls = tls;
	return true;
}

static void release(struct door *d)
{
	while (d->leaves)
		close_leaf(d, &d->leaves);
	while (d->clients)
		forget_client(d, d->clients->fd);
	free(d);
}

struct door *door_open(struct loop *loop, struct listeners *listeners, const struct door_keys *keys,
		       const struct door_calls *calls)
{
	struct door *d = memory_new(sizeof *d);

	d->loop = loop;
	d->listeners = listeners;
	d->calls = *calls;
	d->sweep.fire = sweep;
	d->turn.turn = end_turn;
	d->plain = open_leaf(d, &(struct door_keys){"", ""});
	if (!d->plain || !door_renew(d, keys)) {
		release(d);
		return NULL;
	}
	loop_each_turn(loop, &d->turn);
	loop_set(loop, &d->sweep, clock_mono_us() + SWEEP_US);
	listeners_open(listeners, &(struct listeners_calls){enter, left, d});
	return d;
}

void door_close(struct door *d)
{
	listeners_close(d->listeners);
	loop_stop_timer(d->loop, &d->sweep);
	release(d);
}

bool door_is_tls(struct MHD_Connection *c)
{
	return MHD_get_connection_info(c, MHD_CONNECTION_INFO_PROTOCOL) != NULL;
}
