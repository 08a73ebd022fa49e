/* web/web: see web.h. */
#include "web.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../parent/sandbox.h"
#include "copies.h"
#include "server.h"
#include "tried.h"

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
	struct listeners listeners;
	struct server *server;
	int status;
};

static void say_ready(struct web *w)
{
	struct text url = {0};

	listeners_add_urls(&w->listeners, &url);
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
	if (!listeners_is_any(&w->listeners)) {
		fail(w, "no listening socket was handed over");
		return;
	}
	w->server = server_open(w->loop, &w->listeners, &w->feed, &w->desk, &w->site, &w->how.now);
	if (!w->server) {
		fail(w, *w->how.now.keys.certificate
				? "cannot serve the page: listen-certificate is refused, or "
				  "listen-key is not its key"
				: "cannot serve the page: no descriptors or memory left");
		return;
	}
	say_ready(w);
}

static void take_fd(struct web *w, const struct line *l, int fd)
{
	const char *name = l->id;

	if (!strcmp(name, "keeper")) {
		feed_link(&w->feed, fd);
	} else if (!strcmp(name, "copier")) {
		copies_link(&w->copies, fd);
	} else if (!strcmp(name, "tried")) {
		if (!tried_open(fd, clock_mono_us()))
			log_say("who has tried passwords before is forgotten: %s",
				log_errno(errno));
		close(fd);
	} else if (!strcmp(name, "listen")) {
		listeners_take(&w->listeners, line_int(l, "number", 0), fd);
	} else if (!strcmp(name, "certificate") || !strcmp(name, "key")) {
		how_take_file(&w->how, name, fd);
	} else {
		close(fd);
	}
}

static void take_listed(struct web *w, const char *lines)
{
	if (lines)
		listeners_list(&w->listeners, lines);
	if (lines && w->server)
		say_ready(w);
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
		take_listed(w, line_find(l, "listen"));
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
		take_fd(w, l, fd);
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
	how_init(&w->how);
	w->loop = loop_new();
	listeners_init(&w->listeners, w->loop);
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
	listeners_release(&w->listeners);
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
