/* fiber/resolve: see resolve.h.
 *
 * c-ares calls back from deep inside itself, sometimes on a fiber's stack: a callback only notes
 * its outcome, the loop wakes the waiting probes afterwards. A probe that gave up leaves its query
 * behind; the callback frees it. */
#include "resolve.h"

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../prober/probe.h"
#include "hosts.h"

#define TICK_US 200000 /* c-ares' own timeouts are looked at so often while queries are out */
#define TRY_MS 1000            /* then 2000, then 4000 */
#define TRIES 3
#define CONFIG "/etc/resolv.conf"

/* A c-ares channel. One whose configuration has changed lives on until its last answer. */
struct channel {
	ares_channel ares;
	struct resolver *resolver;
	size_t queries;
	struct socket *sockets;
	struct channel *next;
};

struct socket {
	struct loop_watch watch; /* first: a socket is its watch */
	struct channel *channel;
	struct socket *next;
};

struct resolver {
	struct loop *loop;
	struct loop_timer tick;
	struct channel *channels; /* the first is in use */
	struct query *answered;
	struct hosts *hosts;
	struct stat config;
	int64_t looked_us;
};

struct query {
	struct probe *probe; /* NULL: it gave up */
	struct channel *channel;
	struct query *next; /* in `answered` */
	bool is_answered;
	int status;
	struct resolve_address address;
};

static void tick_in(struct resolver *r, int64_t us)
{
	int64_t at_us = clock_mono_us() + us;

	if (!r->tick.place || r->tick.at_us > at_us)
		loop_set(r->loop, &r->tick, at_us);
}

static void drop_socket(struct channel *c, int fd)
{
	for (struct socket **s = &c->sockets, *gone; (gone = *s); s = &gone->next)
		if (gone->watch.fd == fd) {
			*s = gone->next;
			loop_remove(c->resolver->loop, &gone->watch);
			free(gone);
			return;
		}
}

static void channel_free(struct channel *c)
{
	if (c->ares)
		ares_destroy(c->ares);
	while (c->sockets)
		drop_socket(c, c->sockets->watch.fd);
	free(c);
}

static void free_idle_channels(struct resolver *r)
{
	for (struct channel **c = &r->channels->next, *idle; (idle = *c);) {
		if (idle->queries) {
			c = &idle->next;
			continue;
		}
		*c = idle->next;
		channel_free(idle);
	}
}

/* Wakes everybody who got an answer. Each may ask again at once: the list is taken one by one. */
static void deliver(struct resolver *r)
{
	struct query *q;

	while ((q = r->answered)) {
		r->answered = q->next;
		q->next = NULL;
		probe_wake(q->probe);
	}
}

static void work(struct channel *c, int readable, int writable)
{
	struct resolver *r = c->resolver;

	ares_process_fd(c->ares, readable, writable);
	deliver(r);
}

static void socket_ready(struct loop_watch *w, uint32_t events)
{
	struct socket *s = (struct socket *)w;
	int fd = w->fd;

	work(s->channel, events & (EPOLLIN | EPOLLERR | EPOLLHUP) ? fd : ARES_SOCKET_BAD,
	     events & (EPOLLOUT | EPOLLERR | EPOLLHUP) ? fd : ARES_SOCKET_BAD);
}

static void tick(struct loop_timer *timer)
{
	struct resolver *r = (struct resolver *)((char *)timer - offsetof(struct resolver, tick));
	size_t queries = 0;

	for (struct channel *c = r->channels; c; c = c->next)
		if (c->queries)
			ares_process_fd(c->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	deliver(r);
	free_idle_channels(r);
	for (struct channel *c = r->channels; c; c = c->next)
		queries += c->queries;
	if (queries)
		tick_in(r, TICK_US);
}

/* c-ares tells which of its sockets it wants watched; 0 and 0: it is about to close it. */
static void watch_socket(void *with, ares_socket_t fd, int readable, int writable)
{
	struct channel *c = with;
	uint32_t events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);
	struct socket *s = c->sockets;

	if (!events) {
		drop_socket(c, fd);
		return;
	}
	while (s && s->watch.fd != fd)
		s = s->next;
	if (s) {
		loop_change(c->resolver->loop, &s->watch, events);
		return;
	}
	s = memory_new(sizeof *s);
	s->watch.ready = socket_ready;
	s->channel = c;
	s->next = c->sockets;
	c->sockets = s;
	loop_add(c->resolver->loop, &s->watch, fd, events); /* refused: the query times out */
}

static struct channel *channel_new(struct resolver *r)
{
	struct channel *c = memory_new(sizeof *c);
	const char *override = getenv("NINES_RESOLVER");
	/* SERVFAIL is an answer, not a silent server */
	struct ares_options o = {.flags = ARES_FLAG_NOCHECKRESP,
				 .lookups = (char *)"b", /* hosts.h knows the file */
				 .timeout = TRY_MS, .tries = TRIES,
				 .sock_state_cb = watch_socket, .sock_state_cb_data = c};

	c->resolver = r;
	if (ares_init_options(&c->ares, &o,
			      ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
				      ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB)) {
		free(c);
		return NULL;
	}
	if (override && *override)
		ares_set_servers_ports_csv(c->ares, override);
	return c;
}

static void read_config_again(struct resolver *r)
{
	struct stat now = {0};
	struct channel *c;

	if (clock_mono_us() - r->looked_us < CLOCK_SECOND)
		return;
	r->looked_us = clock_mono_us();
	stat(CONFIG, &now);
	if (now.st_mtim.tv_sec == r->config.st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == r->config.st_mtim.tv_nsec && now.st_ino == r->config.st_ino &&
	    now.st_size == r->config.st_size)
		return;
	c = channel_new(r);
	if (!c)
		return;
	r->config = now;
	c->next = r->channels;
	r->channels = c;
	tick_in(r, 0);
}

struct resolver *resolver_new(struct loop *l)
{
	struct resolver *r = memory_new(sizeof *r);

	r->loop = l;
	r->tick.fire = tick;
	r->looked_us = clock_mono_us();
	stat(CONFIG, &r->config);
	ares_library_init_mem(ARES_LIB_INIT_ALL, memory_try, free, memory_try_resize);
	r->channels = channel_new(r);
	r->hosts = hosts_new("/etc/hosts");
	if (r->channels)
		return r;
	hosts_free(r->hosts);
	free(r);
	return NULL;
}

void resolver_free(struct resolver *r)
{
	struct channel *next;

	if (!r)
		return;
	loop_stop_timer(r->loop, &r->tick);
	for (struct channel *c = r->channels; c; c = next) {
		next = c->next;
		channel_free(c);
	}
	ares_library_cleanup();
	hosts_free(r->hosts);
	free(r);
}

static void keep_address(struct resolve_address *out, const struct sockaddr *from, socklen_t size)
{
	memset(out, 0, sizeof *out);
	memcpy(&out->at, from, size);
	out->size = size;
	if (from->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&out->at)->sin6_addr, out->text,
			  sizeof out->text);
	else
		inet_ntop(AF_INET, &((struct sockaddr_in *)&out->at)->sin_addr, out->text,
			  sizeof out->text);
}

/* inet_pton() takes an IPv4 address in one way of writing it only, which is inet_ntop()'s. */
static void keep_plain(struct resolve_address *out, const struct sockaddr_in *v4, const char *text)
{
	memset(out, 0, sizeof *out);
	memcpy(&out->at, v4, sizeof *v4);
	out->size = sizeof *v4;
	memcpy(out->text, text, strlen(text) + 1);
}

bool resolve_literal(const char *host, struct resolve_address *out)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	size_t size = strlen(host);
	char bare[64];

	if (size >= sizeof bare)
		return false;
	memcpy(bare, host, size + 1);
	if (size > 2 && bare[0] == '[' && bare[size - 1] == ']') {
		bare[size - 1] = '\0';
		memmove(bare, bare + 1, size - 1);
	}
	if (inet_pton(AF_INET, bare, &v4.sin_addr) == 1)
		keep_plain(out, &v4, bare);
	else if (inet_pton(AF_INET6, bare, &v6.sin6_addr) == 1)
		keep_address(out, (struct sockaddr *)&v6, sizeof v6);
	else
		return false;
	return true;
}

static void answer(void *with, int status, int timeouts, struct ares_addrinfo *found)
{
	struct query *q = with;
	struct resolver *r = q->channel->resolver;

	(void)timeouts;
	q->channel->queries--;
	q->is_answered = true;
	q->status = status;
	if (status == ARES_SUCCESS && found && found->nodes)
		keep_address(&q->address, found->nodes->ai_addr, found->nodes->ai_addrlen);
	else if (status == ARES_SUCCESS)
		q->status = ARES_ENODATA;
	if (found)
		ares_freeaddrinfo(found);
	if (!q->probe) {
		free(q);
	} else if (q->probe->is_parked) {
		q->next = r->answered;
		r->answered = q;
		tick_in(r, 0);
	}
}

/* The probe gives its query up; what it was answered meanwhile must not wake it. */
static void leave(struct query *q)
{
	struct query **at = &q->channel->resolver->answered;

	while (*at && *at != q)
		at = &(*at)->next;
	if (*at)
		*at = q->next;
	q->probe = NULL;
	if (q->is_answered)
		free(q);
}

static const char *family_name(int family)
{
	return family == AF_INET6 ? "IPv6" : family == AF_INET ? "IPv4" : "IP";
}

static bool judge(struct probe *p, int status, const char *host, int family)
{
	switch (status) {
	case ARES_SUCCESS:
		return true;
	case ARES_ENOTFOUND:
	case ARES_EBADNAME:
	case ARES_ENONAME:
		return probe_fail(p, "no such name '%s'", host);
	case ARES_ENODATA:
		return probe_fail(p, "no such name '%s': it has no %s address", host,
				  family_name(family));
	case ARES_ESERVFAIL:
		return probe_fail(p, "resolver answered SERVFAIL for '%s'", host);
	case ARES_ETIMEOUT:
		return probe_unknown(p, "resolver failing: no answer");
	case ARES_EREFUSED:
		return probe_unknown(p, "resolver failing: it refused the query for '%s'", host);
	case ARES_ECONNREFUSED:
		return probe_unknown(p, "resolver failing: cannot be reached");
	default:
		return probe_unknown(p, "resolver failing: %s", ares_strerror(status));
	}
}

bool resolve_judge_literal(struct probe *p, const char *host, int family,
			   const struct resolve_address *a)
{
	if (family == AF_UNSPEC || family == a->at.ss_family)
		return true;
	return probe_unknown(p, "address-family is %s, but '%s' is not", family_name(family), host);
}

static struct query *ask(struct probe *p, const char *host, int family)
{
	/* Two families are sorted by RFC 6724, which dials each address; one stays as it came. */
	struct ares_addrinfo_hints hints = {.ai_family = family,
					    .ai_socktype = SOCK_STREAM,
					    .ai_flags = family == AF_UNSPEC ? 0 : ARES_AI_NOSORT};
	struct resolver *r = p->host->resolver;
	struct query *q = memory_new(sizeof *q);

	read_config_again(r);
	q->probe = p;
	q->channel = r->channels;
	q->channel->queries++;
	ares_getaddrinfo(q->channel->ares, host, NULL, &hints, answer, q);
	if (!q->is_answered)
		tick_in(r, TICK_US);
	return q;
}

bool resolve_host(struct probe *p, const char *host, int family, struct resolve_address *out)
{
	struct query *q;
	bool is_fine;

	if (p->has_failed)
		return false;
	if (resolve_literal(host, out))
		return resolve_judge_literal(p, host, family, out);
	if (hosts_find(p->host->resolver->hosts, host, family, out))
		return true;
	q = ask(p, host, family);
	p->lacks_resolver = true;
	while (!q->is_answered && probe_park(p))
		;
	p->lacks_resolver = false;
	is_fine = !p->has_failed && judge(p, q->status, host, family);
	if (is_fine)
		*out = q->address;
	leave(q);
	return is_fine;
}
