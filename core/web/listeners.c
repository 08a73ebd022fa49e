/* web/listeners: see listeners.h. */
#include "listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/memory.h"

#define ACCEPTS 16 /* in one go: then the others have their turn */

void listeners_init(struct listeners *all, struct loop *loop)
{
	*all = (struct listeners){.loop = loop};
}

/* ---- letting in ---- */

static void unwatch(struct listener *l)
{
	if (l->is_watched)
		loop_remove(l->all->loop, &l->watch);
	l->is_watched = false;
}

/* Without descriptors or memory there is no use in trying again at once. */
static void refused(struct listener *l, int number)
{
	if (number == EINVAL) /* the parent has shut it down, and will say so */
		unwatch(l);
	else if (number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM)
		listeners_hold(l->all, true);
}

static void ready(struct loop_watch *w, uint32_t events)
{
	struct listener *l = (struct listener *)w;
	struct listeners *all = l->all;
	struct sockaddr_storage from;
	socklen_t size;
	int fd;

	if (events & EPOLLHUP) {
		unwatch(l);
		return;
	}
	for (int i = 0; i < ACCEPTS && !all->is_held; i++) {
		size = sizeof from;
		fd = accept4(w->fd, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			refused(l, errno);
			return;
		}
		all->calls.enter(all->calls.with, l, fd, (struct sockaddr *)&from, size);
	}
}

static void watch(struct listener *l)
{
	struct listeners *all = l->all;

	if (!all->is_open || !l->is_listed || l->is_watched)
		return;
	l->is_watched =
		loop_add(all->loop, &l->watch, l->watch.fd, all->is_held ? 0 : (uint32_t)EPOLLIN);
	if (!l->is_watched)
		log_say("a socket of the page cannot be watched: %s", log_errno(errno));
}

void listeners_hold(struct listeners *all, bool is_held)
{
	if (all->is_held == is_held)
		return;
	all->is_held = is_held;
	for (struct listener *l = all->first; l; l = l->next)
		if (l->is_watched)
			loop_change(all->loop, &l->watch, is_held ? 0 : (uint32_t)EPOLLIN);
}

void listeners_open(struct listeners *all, const struct listeners_calls *calls)
{
	all->calls = *calls;
	all->is_open = true;
	for (struct listener *l = all->first; l; l = l->next)
		watch(l);
}

void listeners_close(struct listeners *all)
{
	for (struct listener *l = all->first; l; l = l->next)
		unwatch(l);
	all->is_open = false;
}

/* ---- which they are ---- */

void listeners_take(struct listeners *all, int64_t number, int fd)
{
	struct listener *l = memory_new(sizeof *l), **last = &all->first;

	*l = (struct listener){.watch = {ready, fd}, .all = all, .number = number};
	while (*last)
		last = &(*last)->next;
	*last = l;
}

static void left(struct listener *l)
{
	if (l->all->is_open && l->is_listed)
		l->all->calls.left(l->all->calls.with, l);
}

static void drop(struct listener **at)
{
	struct listener *l = *at;

	*at = l->next;
	left(l);
	unwatch(l);
	close(l->watch.fd);
	free(l);
}

static void list(struct listener *l, bool is_tls)
{
	if (l->is_tls != is_tls)
		left(l);
	l->is_listed = true;
	l->is_tls = is_tls;
	watch(l);
}

/* Whether its number stands in the lines, with that behind it. */
static bool is_in(const char *lines, const struct listener *l, const char *behind)
{
	char line[40];

	snprintf(line, sizeof line, "%lld%s", (long long)l->number, behind);
	return text_lists(lines, line);
}

void listeners_list(struct listeners *all, const char *lines)
{
	for (struct listener **at = &all->first, *l; (l = *at);) {
		bool is_tls = is_in(lines, l, " tls");

		if (!is_tls && !is_in(lines, l, "")) {
			drop(at);
			continue;
		}
		list(l, is_tls);
		at = &l->next;
	}
}

bool listeners_is_any(const struct listeners *all)
{
	for (const struct listener *l = all->first; l; l = l->next)
		if (l->is_listed)
			return true;
	return false;
}

void listeners_release(struct listeners *all)
{
	all->is_open = false;
	while (all->first)
		drop(&all->first);
}

/* ---- what they are called ---- */

static void add_url(const struct listener *l, struct text *t)
{
	struct sockaddr_storage at = {0};
	socklen_t size = sizeof at;
	char shown[INET6_ADDRSTRLEN] = "";
	const struct sockaddr_in *v4 = (const void *)&at;
	const struct sockaddr_in6 *v6 = (const void *)&at;
	const char *scheme = l->is_tls ? "https" : "http";

	if (getsockname(l->watch.fd, (struct sockaddr *)&at, &size) < 0)
		return;
	text_puts(t, t->size ? "\n" : "");
	if (at.ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &v6->sin6_addr, shown, sizeof shown);
		text_printf(t, "%s://[%s]:%u/", scheme, shown, ntohs(v6->sin6_port));
	} else {
		inet_ntop(AF_INET, &v4->sin_addr, shown, sizeof shown);
		text_printf(t, "%s://%s:%u/", scheme, shown, ntohs(v4->sin_port));
	}
}

void listeners_add_urls(const struct listeners *all, struct text *t)
{
	for (const struct listener *l = all->first; l; l = l->next)
		if (l->is_listed)
			add_url(l, t);
}
