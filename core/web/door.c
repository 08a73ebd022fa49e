/* web/door: see door.h. */
#include "door.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/memory.h"

#define SWEEP_US CLOCK_SECOND
/* What people's browsers of the last years speak, nothing older. */
#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

struct client {
	struct client *next;
	int fd;
	int64_t since_us; /* of its request or its idling, then of its answer */
	bool is_answered, is_old; /* old: of the daemon before */
	bool is_cut;
};

/* A daemon of libmicrohttpd. */
struct leaf {
	struct loop_watch watch; /* of its epoll */
	struct loop_timer timer;
	struct MHD_Daemon *daemon; /* NULL: none */
};

struct door {
	struct loop *loop;
	struct loop_timer sweep;
	struct loop_turn turn;
	struct leaf leaf[2]; /* of now, and of the certificate before */
	int now;
	int64_t old_until_us;
	struct door_keys next; /* NULL: nothing waits until the old one has ended */
	int listen_fd;
	struct client *clients;
	struct door_calls calls;
	bool has_resumed;
};

static struct leaf *now_of(struct door *d)
{
	return &d->leaf[d->now];
}

static struct leaf *old_of(struct door *d)
{
	return &d->leaf[!d->now];
}

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

static void connected(void *with, struct MHD_Connection *c, void **context,
		      enum MHD_ConnectionNotificationCode code)
{
	struct door *d = with;
	int fd = fd_of(c);
	struct client **at = find_client(d, fd), *gone = *at;

	(void)context;
	if (code == MHD_CONNECTION_NOTIFY_STARTED && !gone) {
		make_room(d);
		*at = memory_new(sizeof **at);
		(*at)->fd = fd;
		(*at)->since_us = clock_mono_us();
	} else if (code == MHD_CONNECTION_NOTIFY_CLOSED && gone) {
		*at = gone->next;
		free(gone);
	}
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
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
	struct MHD_OptionItem more[5];
	size_t n = 0;

	if (d->listen_fd >= 0)
		more[n++] = (struct MHD_OptionItem){MHD_OPTION_LISTEN_SOCKET, d->listen_fd, NULL};
	else
		flags |= MHD_USE_NO_LISTEN_SOCKET;
	if (*k->certificate) {
		flags |= MHD_USE_TLS;
		more[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0,
						    (void *)k->certificate};
		more[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)k->key};
		more[n++] =
			(struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)PRIORITIES};
	}
	more[n] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
	return MHD_start_daemon(
		flags, 0, NULL, NULL, d->calls.answer, d->calls.with, MHD_OPTION_CONNECTION_LIMIT,
		DOOR_CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT, DOOR_CONNECTIONS_EACH,
		MHD_OPTION_CONNECTION_TIMEOUT, DOOR_IDLE_SECONDS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)DOOR_HEADER_BYTES,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, d->calls.target,
		d->calls.with, MHD_OPTION_NOTIFY_COMPLETED, d->calls.completed, d->calls.with,
		MHD_OPTION_NOTIFY_CONNECTION, connected, d, MHD_OPTION_ARRAY, more, MHD_OPTION_END);
}

static bool open_now(struct door *d, const struct door_keys *k)
{
	struct leaf *l = now_of(d);
	const union MHD_DaemonInfo *epoll;

	*l = (struct leaf){.watch.ready = ready, .timer.fire = time_out, .daemon = start(d, k)};
	epoll = l->daemon ? MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (epoll && loop_add(d->loop, &l->watch, epoll->epoll_fd, EPOLLIN))
		return true;
	if (l->daemon)
		MHD_stop_daemon(l->daemon);
	l->daemon = NULL;
	return false;
}

static void close_leaf(struct door *d, struct leaf *l)
{
	if (!l->daemon)
		return;
	loop_remove(d->loop, &l->watch);
	loop_stop_timer(d->loop, &l->timer);
	MHD_stop_daemon(l->daemon);
	l->daemon = NULL;
}

/* What it is to be called again for. */
static void set_timer(struct door *d, struct leaf *l)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (l->daemon && MHD_get_timeout(l->daemon, &ms) == MHD_YES)
		loop_set(d->loop, &l->timer, clock_mono_us() + (int64_t)ms * 1000);
	else
		loop_stop_timer(d->loop, &l->timer);
}

/* Before the loop sleeps: what was resumed goes on, and the next timeouts of libmicrohttpd are
 * kept. */
static void end_turn(struct loop_turn *t)
{
	struct door *d = (struct door *)((char *)t - offsetof(struct door, turn));

	while (d->has_resumed) {
		d->has_resumed = false;
		for (int i = 0; i < 2; i++)
			if (d->leaf[i].daemon)
				MHD_run(d->leaf[i].daemon);
	}
	set_timer(d, &d->leaf[0]);
	set_timer(d, &d->leaf[1]);
}

void door_resumed(struct door *d)
{
	d->has_resumed = true;
}

/* ---- time ---- */

static int64_t most_seconds(const struct door *d, const struct client *c, int64_t now_us)
{
	if (c->is_old && now_us > d->old_until_us)
		return 0;
	return c->is_answered ? DOOR_ANSWER_SECONDS : DOOR_HEAD_SECONDS;
}

static bool is_empty(const struct leaf *l)
{
	const union MHD_DaemonInfo *i =
		MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return i && !i->num_connections;
}

static void renew(struct door *d)
{
	for (struct client *c = d->clients; c; c = c->next)
		c->is_old = true;
	d->old_until_us = clock_mono_us() + DOOR_OLD_SECONDS * CLOCK_SECOND;
	MHD_quiesce_daemon(now_of(d)->daemon);
	d->now = !d->now;
	if (!open_now(d, &d->next))
		log_die(1, "the page cannot be served with its new certificate");
	d->next = (struct door_keys){NULL, NULL};
}

/* A client that sends or reads a byte now and then never idles: the whole request has its limit
 * too. */
static void sweep(struct loop_timer *t)
{
	struct door *d = (struct door *)((char *)t - offsetof(struct door, sweep));
	int64_t now_us = clock_mono_us();

	for (struct client *c = d->clients; c; c = c->next)
		if (now_us - c->since_us > most_seconds(d, c, now_us) * CLOCK_SECOND)
			cut(c);
	if (old_of(d)->daemon && is_empty(old_of(d)))
		close_leaf(d, old_of(d));
	if (d->next.certificate && !old_of(d)->daemon)
		renew(d);
	loop_set(d->loop, t, now_us + SWEEP_US);
}

/* ---- the door ---- */

struct door *door_open(struct loop *loop, int listen_fd, const struct door_keys *keys,
		       const struct door_calls *calls)
{
	struct door *d = memory_new(sizeof *d);

	d->loop = loop;
	d->listen_fd = listen_fd;
	d->calls = *calls;
	d->sweep.fire = sweep;
	d->turn.turn = end_turn;
	if (!open_now(d, keys)) {
		free(d);
		return NULL;
	}
	loop_each_turn(loop, &d->turn);
	loop_set(loop, &d->sweep, clock_mono_us() + SWEEP_US);
	return d;
}

/* Refused keys must not close the door: they are tried without a socket first. */
static bool are_good(const struct door *d, const struct door_keys *k)
{
	struct door trial = {.listen_fd = -1, .calls = d->calls};
	struct MHD_Daemon *daemon = start(&trial, k);

	if (daemon)
		MHD_stop_daemon(daemon);
	return daemon != NULL;
}

bool door_renew(struct door *d, const struct door_keys *k)
{
	if (!are_good(d, k))
		return false;
	d->next = *k;
	if (!old_of(d)->daemon)
		renew(d);
	return true;
}

void door_close(struct door *d)
{
	close_leaf(d, &d->leaf[0]);
	close_leaf(d, &d->leaf[1]);
	loop_stop_timer(d->loop, &d->sweep);
	while (d->clients) {
		struct client *c = d->clients;

		d->clients = c->next;
		free(c);
	}
	free(d);
}
