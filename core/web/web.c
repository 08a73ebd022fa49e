/* web/web: see web.h. */
#include "web.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/memory.h"
#include "../parent/sandbox.h"
#include "copies.h"
#include "server.h"

#define WEB_MAGIC     0x77656221u
#define CONTROL_BYTES 65536
#define NICENESS      10

struct web {
	uint32_t magic;
	struct link control;
	struct loop *loop;
	struct feed feed;
	struct copies copies;
	struct desk desk;
	struct site site;
	struct catalog_book book;
	char *location, *store;
	struct how_told how;
	struct server *server;
	int listen_fd; /* -1 until it was handed over, and after the server has it */
	int status;
};

/* Where the page can be opened: "http://127.0.0.1:8080/". */
static void add_url(struct text *t, const char *scheme, int fd)
{
	struct sockaddr_storage at = {0};
	socklen_t size = sizeof at;
	char shown[INET6_ADDRSTRLEN] = "";
	const struct sockaddr_in *v4 = (const void *)&at;
	const struct sockaddr_in6 *v6 = (const void *)&at;

	if (getsockname(fd, (struct sockaddr *)&at, &size) < 0)
		return;
	if (at.ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &v6->sin6_addr, shown, sizeof shown);
		text_printf(t, "%s://[%s]:%u/", scheme, shown, ntohs(v6->sin6_port));
	} else {
		inet_ntop(AF_INET, &v4->sin_addr, shown, sizeof shown);
		text_printf(t, "%s://%s:%u/", scheme, shown, ntohs(v4->sin_port));
	}
}

static void say_ready(struct web *w)
{
	struct text url = {0};

	if (w->listen_fd >= 0)
		add_url(&url, *w->how.now.keys.certificate ? "https" : "http", w->listen_fd);
	line_begin(link_line(&w->control), "ready", "-");
	line_add(link_line(&w->control), "url", text_get(&url));
	line_end(link_line(&w->control));
	link_flush(&w->control);
	text_release(&url);
}

static void fail(struct web *w, const char *why)
{
	log_say("%s", why);
	w->status = 1;
	loop_end(w->loop);
}

static void go(struct web *w)
{
	if (!desk_open(&w->desk, w->loop))
		log_say("nobody can sign in: %s", log_errno(errno));
	sandbox_enter("web");
	if (w->listen_fd < 0) {
		fail(w, "no listening socket was handed over");
		return;
	}
	w->server = server_open(w->loop, w->listen_fd, &w->feed, &w->desk, &w->site, &w->how.now);
	if (!w->server) {
		fail(w, *w->how.now.keys.certificate
				? "cannot serve the page: listen-certificate is refused, or "
				  "listen-key is not its key"
				: "cannot serve the page: no descriptors or memory left");
		return;
	}
	say_ready(w);
	w->listen_fd = -1;
}

static void take_fd(struct web *w, const char *name, int fd)
{
	if (!strcmp(name, "keeper")) {
		feed_link(&w->feed, fd);
	} else if (!strcmp(name, "copier")) {
		copies_link(&w->copies, fd);
	} else if (!strcmp(name, "listen") && w->listen_fd < 0 && !w->server) {
		w->listen_fd = fd;
	} else if (!strcmp(name, "certificate") || !strcmp(name, "key")) {
		how_take_file(&w->how, name, fd);
	} else {
		close(fd);
	}
}

/* What is refused changes nothing; at the beginning there is nothing to go on with. */
static void take_serving(struct web *w, const struct line *l)
{
	struct how next;
	const char *wrong = how_take(&w->how, l, &next);

	if (!wrong && w->server && !server_change(w->server, &next))
		wrong = "the certificate is refused, or is not the key's";
	if (!wrong) {
		how_keep(&w->how, &next);
		return;
	}
	how_drop(&w->how);
	if (w->server)
		log_say("%s: the one before stays in use", wrong);
	else
		fail(w, wrong);
}

static void begin(struct web *w, const struct line *l)
{
	free(w->location);
	free(w->store);
	w->site.location = w->location = memory_text(line_get(l, "location"));
	w->site.store = w->store = memory_text(line_get(l, "store"));
	feed_start(&w->feed, w->store);
}

static void take_configured(struct web *w, const struct line *l)
{
	figures_take(w->feed.figures, l);
	if (!catalog_take(&w->book, l))
		return;
	if (w->server)
		server_forget(w->server);
	catalog_change(&w->book);
	w->site.catalog = catalog_get(&w->book);
	w->site.changes++;
}

static const char *take(struct link *k, const struct line *l, int fd)
{
	struct web *w = k->with;

	if (!strcmp(l->verb, "fd") && fd >= 0) {
		take_fd(w, l->id, fd);
		return NULL;
	}
	if (fd >= 0)
		close(fd);
	if (!strcmp(l->verb, "start"))
		begin(w, l);
	else if (!strcmp(l->verb, "go") && !w->server)
		go(w);
	else if (!strcmp(l->verb, "serve"))
		take_serving(w, l);
	else if (!strcmp(l->verb, "stop"))
		loop_end(w->loop);
	else
		take_configured(w, l);
	return NULL;
}

static void closed(struct link *k, const char *why)
{
	struct web *w = k->with;

	(void)why;
	loop_end(w->loop);
}

/* Checks go first: however many read the page, the processes that probe get their turn (F58). */
static void let_others_go_first(void)
{
	if (setpriority(PRIO_PROCESS, 0, NICENESS) != 0)
		log_say("cannot step back behind the checks: %s", log_errno(errno));
}

int web_main(int control_fd)
{
	struct web *w = memory_new(sizeof *w);
	int status;

	w->magic = WEB_MAGIC;
	w->listen_fd = -1;
	how_init(&w->how);
	w->loop = loop_new();
	w->control = (struct link){.name = "parent", .take = take, .closed = closed, .with = w};
	if (!w->loop || !link_open(&w->control, w->loop, control_fd, CONTROL_BYTES))
		log_die(1, "cannot start");
	feed_init(&w->feed, w->loop, &w->site.changes);
	copies_init(&w->copies, w->loop, &w->feed, &w->site);
	w->site.figures = w->feed.figures;
	w->site.catalog = catalog_get(&w->book);
	let_others_go_first();
	loop_run(w->loop);
	server_close(w->server);
	desk_close(&w->desk);
	copies_release(&w->copies);
	feed_release(&w->feed);
	w->control.closed = NULL;
	link_close(&w->control, "end");
	loop_free(w->loop);
	status = w->status;
	catalog_release(&w->book);
	how_release(&w->how);
	free(w->location);
	free(w->store);
	free(w);
	return status;
}
