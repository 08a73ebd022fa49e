/* web/server: see server.h. */
#include "server.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../base/clock.h"
#include "../base/map.h"
#include "../base/memory.h"
#include "assets.h"
#include "json.h"
#include "page.h"

#define SERVER_MAGIC 0x73727672u
#define SWEEP_US CLOCK_SECOND

/* What is served on one path, as it was last rendered. */
struct rendering {
	struct MHD_Response *response;
	char etag[24];
	uint64_t answer; /* of the feed that it shows */
	unsigned status;
	int64_t at_us; /* monotonic */
	bool is_stale;
};

struct route {
	const char *path, *type;
	unsigned (*render)(struct server *, struct text *); /* returns the status */
	bool shows_feed;
};

#define ROUTES 4

struct client {
	struct client *next;
	int fd;
	int64_t since_us; /* of its request or its idling, then of its answer */
	bool is_answered;
};

struct request {
	const struct route *route;
	bool has_waited;
};

struct waiting {
	struct MHD_Connection *connection;
	struct waiting *next;
};

struct server {
	uint32_t magic;
	struct loop *loop;
	struct loop_watch watch; /* of libmicrohttpd's epoll */
	struct loop_timer timer, sweep;
	struct loop_turn turn;
	struct MHD_Daemon *daemon;
	struct feed *feed;
	struct rendering rendering[ROUTES];
	struct client *clients;
	struct waiting *waiting;
	bool has_resumed;
};

static unsigned render_page(struct server *s, struct text *t)
{
	page_add(t, &(struct page_view){&s->feed->now, clock_wall_us(), feed_is_stale(s->feed),
					s->feed->is_linked});
	return s->feed->answers ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
}

static unsigned render_style(struct server *s, struct text *t)
{
	(void)s;
	text_puts(t, web_style);
	return MHD_HTTP_OK;
}

static unsigned render_status(struct server *s, struct text *t)
{
	json_t *j = overview_json(&s->feed->now);

	json_object_set_new(j, "stale", json_boolean(feed_is_stale(s->feed)));
	json_write(t, j);
	return s->feed->answers ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
}

static unsigned render_health(struct server *s, struct text *t)
{
	json_t *j = overview_health_json(&s->feed->now);
	bool is_well = s->feed->now.is_ok && !feed_is_stale(s->feed);

	json_object_set_new(j, "ok", json_boolean(is_well));
	json_object_set_new(j, "stale", json_boolean(feed_is_stale(s->feed)));
	json_object_set_new(j, "at", json_time(s->feed->now.at_us));
	json_write(t, j);
	return is_well ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
}

static const struct route route[ROUTES] = {
	{"/", "text/html; charset=utf-8", render_page, true},
	{"/style.css", "text/css; charset=utf-8", render_style, false},
	{"/status.json", "application/json", render_status, true},
	{"/health", "application/json", render_health, true},
};

static const struct {
	const char *name, *value;
} header[] = {
	{"Content-Security-Policy",
	 "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
	 "form-action 'none'; frame-ancestors 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"Cache-Control", "no-cache"},
};

static struct MHD_Response *response_of(const struct text *t, const char *type, const char *etag)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(t->size, (void *)text_get(t),
								 MHD_RESPMEM_MUST_COPY);

	for (size_t i = 0; r && i < sizeof header / sizeof *header; i++)
		MHD_add_response_header(r, header[i].name, header[i].value);
	if (r && type)
		MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (r && etag)
		MHD_add_response_header(r, MHD_HTTP_HEADER_ETAG, etag);
	return r;
}

static bool is_current(const struct server *s, const struct rendering *g, const struct route *to)
{
	bool is_stale = feed_is_stale(s->feed);

	if (!g->response)
		return false;
	if (!to->shows_feed)
		return true;
	/* What is stale says how old it is. */
	return g->answer == s->feed->answers && g->is_stale == is_stale &&
	       (!is_stale || clock_mono_us() - g->at_us < CLOCK_SECOND);
}

static struct rendering *rendered(struct server *s, const struct route *to)
{
	struct rendering *g = &s->rendering[to - route];
	struct text t = {0}, etag = {0};

	if (is_current(s, g, to))
		return g;
	if (g->response)
		MHD_destroy_response(g->response);
	g->status = to->render(s, &t);
	g->answer = s->feed->answers;
	g->is_stale = feed_is_stale(s->feed);
	g->at_us = clock_mono_us();
	text_printf(&etag, "\"%016llx\"", (unsigned long long)map_hash(t.at, t.size));
	memcpy(g->etag, text_get(&etag), etag.size + 1);
	g->response = response_of(&t, to->type, g->etag);
	text_release(&t);
	text_release(&etag);
	return g;
}

static enum MHD_Result send_text(struct MHD_Connection *c, unsigned status, const char *text,
				 const char *allow)
{
	struct text t = {0};
	struct MHD_Response *r;
	enum MHD_Result done;

	text_puts(&t, text);
	r = response_of(&t, "text/plain; charset=utf-8", NULL);
	text_release(&t);
	if (!r)
		return MHD_NO;
	if (allow)
		MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, allow);
	done = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return done;
}

static bool has_copy(struct MHD_Connection *c, const struct rendering *g)
{
	const char *known =
		MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);

	return known && g->status == MHD_HTTP_OK && (!strcmp(known, "*") || strstr(known, g->etag));
}

static enum MHD_Result send_rendering(struct server *s, struct MHD_Connection *c,
				      const struct route *to)
{
	const struct rendering *g = rendered(s, to);
	struct text none = {0};
	struct MHD_Response *r;
	enum MHD_Result done;

	if (!g->response)
		return MHD_NO;
	if (!has_copy(c, g))
		return MHD_queue_response(c, g->status, g->response);
	r = response_of(&none, NULL, g->etag);
	done = r ? MHD_queue_response(c, MHD_HTTP_NOT_MODIFIED, r) : MHD_NO;
	if (r)
		MHD_destroy_response(r);
	return done;
}

static enum MHD_Result wait_for_feed(struct server *s, struct MHD_Connection *c)
{
	struct waiting *w = memory_new(sizeof *w);

	w->connection = c;
	w->next = s->waiting;
	s->waiting = w;
	MHD_suspend_connection(c);
	return MHD_YES;
}

static const struct route *find_route(const char *path)
{
	for (size_t i = 0; i < ROUTES; i++)
		if (!strcmp(route[i].path, path))
			return &route[i];
	return NULL;
}

static bool is_reading(const char *method)
{
	return !strcmp(method, MHD_HTTP_METHOD_GET) || !strcmp(method, MHD_HTTP_METHOD_HEAD);
}

static int fd_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);

	return i ? i->connect_fd : -1;
}

static struct client **find_client(struct server *s, int fd)
{
	struct client **at = &s->clients;

	while (*at && (*at)->fd != fd)
		at = &(*at)->next;
	return at;
}

static void set_phase(struct server *s, struct MHD_Connection *c, bool is_answered)
{
	struct client *found = *find_client(s, fd_of(c));

	if (!found)
		return;
	found->is_answered = is_answered;
	found->since_us = clock_mono_us();
}

/* Called for the head of a request, then again (without a body) to be answered, and after each
 * wait. */
static enum MHD_Result answer(void *with, struct MHD_Connection *c, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_bytes, void **request)
{
	struct server *s = with;
	struct request *r = *request;

	(void)version;
	(void)upload;
	if (!r) {
		set_phase(s, c, true);
		if (!is_reading(method))
			return send_text(c, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n",
					 "GET, HEAD");
		*request = r = memory_new(sizeof *r);
		r->route = find_route(url);
		return MHD_YES;
	}
	if (*upload_bytes)
		return MHD_NO; /* a GET with a body */
	if (!r->route)
		return send_text(c, MHD_HTTP_NOT_FOUND, "there is no such page\n", NULL);
	if (r->route->shows_feed && !r->has_waited && !feed_is_ready(s->feed)) {
		r->has_waited = true;
		return wait_for_feed(s, c);
	}
	return send_rendering(s, c, r->route);
}

static void settled(struct feed *f, void *with)
{
	struct server *s = with;
	struct waiting *w;

	(void)f;
	while ((w = s->waiting)) {
		s->waiting = w->next;
		s->has_resumed = true;
		MHD_resume_connection(w->connection);
		free(w);
	}
}

static void completed(void *with, struct MHD_Connection *c, void **request,
		      enum MHD_RequestTerminationCode code)
{
	struct server *s = with;

	(void)code;
	free(*request);
	*request = NULL;
	set_phase(s, c, false);
}

static void connected(void *with, struct MHD_Connection *c, void **context,
		      enum MHD_ConnectionNotificationCode code)
{
	struct server *s = with;
	int fd = fd_of(c);
	struct client **at = find_client(s, fd), *gone = *at;

	(void)context;
	if (code == MHD_CONNECTION_NOTIFY_STARTED && !gone) {
		*at = memory_new(sizeof **at);
		(*at)->fd = fd;
		(*at)->since_us = clock_mono_us();
	} else if (code == MHD_CONNECTION_NOTIFY_CLOSED && gone) {
		*at = gone->next;
		free(gone);
	}
}

/* A client that sends or reads a byte now and then never idles: the whole request has its limit
 * too. */
static void sweep(struct loop_timer *t)
{
	struct server *s = (struct server *)((char *)t - offsetof(struct server, sweep));
	int64_t now_us = clock_mono_us();

	for (struct client *c = s->clients; c; c = c->next) {
		int64_t most = c->is_answered ? SERVER_ANSWER_SECONDS : SERVER_HEAD_SECONDS;

		if (now_us - c->since_us > most * CLOCK_SECOND)
			shutdown(c->fd, SHUT_RDWR);
	}
	loop_set(s->loop, t, now_us + SWEEP_US);
}

static void ready(struct loop_watch *w, uint32_t events)
{
	struct server *s = (struct server *)((char *)w - offsetof(struct server, watch));

	(void)events;
	MHD_run(s->daemon);
}

static void time_out(struct loop_timer *t)
{
	struct server *s = (struct server *)((char *)t - offsetof(struct server, timer));

	MHD_run(s->daemon);
}

/* Before the loop sleeps: what was resumed goes on, and the next timeout of libmicrohttpd is
 * kept. */
static void end_turn(struct loop_turn *t)
{
	struct server *s = (struct server *)((char *)t - offsetof(struct server, turn));
	MHD_UNSIGNED_LONG_LONG ms;

	if (s->has_resumed) {
		s->has_resumed = false;
		MHD_run(s->daemon);
	}
	if (MHD_get_timeout(s->daemon, &ms) == MHD_YES)
		loop_set(s->loop, &s->timer, clock_mono_us() + (int64_t)ms * 1000);
	else
		loop_stop_timer(s->loop, &s->timer);
}

static struct MHD_Daemon *start(struct server *s, int listen_fd)
{
	const union MHD_DaemonInfo *epoll;
	struct MHD_Daemon *d = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, answer, s,
		MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_CONNECTION_LIMIT,
		SERVER_CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT, SERVER_CONNECTIONS_EACH,
		MHD_OPTION_CONNECTION_TIMEOUT, SERVER_IDLE_SECONDS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)SERVER_HEADER_BYTES,
		MHD_OPTION_NOTIFY_COMPLETED, completed, s, MHD_OPTION_NOTIFY_CONNECTION, connected,
		s, MHD_OPTION_END);

	epoll = d ? MHD_get_daemon_info(d, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (epoll && loop_add(s->loop, &s->watch, epoll->epoll_fd, EPOLLIN))
		return d;
	if (d)
		MHD_stop_daemon(d);
	return NULL;
}

struct server *server_open(struct loop *loop, int listen_fd, struct feed *feed)
{
	struct server *s = memory_new(sizeof *s);

	s->magic = SERVER_MAGIC;
	s->loop = loop;
	s->feed = feed;
	s->watch.ready = ready;
	s->timer.fire = time_out;
	s->sweep.fire = sweep;
	s->turn.turn = end_turn;
	s->daemon = start(s, listen_fd);
	if (!s->daemon) {
		free(s);
		return NULL;
	}
	feed->settled = settled;
	feed->with = s;
	loop_each_turn(loop, &s->turn);
	loop_set(loop, &s->sweep, clock_mono_us() + SWEEP_US);
	return s;
}

void server_close(struct server *s)
{
	if (!s)
		return;
	settled(s->feed, s);
	loop_remove(s->loop, &s->watch);
	loop_stop_timer(s->loop, &s->timer);
	loop_stop_timer(s->loop, &s->sweep);
	MHD_stop_daemon(s->daemon);
	for (size_t i = 0; i < ROUTES; i++)
		if (s->rendering[i].response)
			MHD_destroy_response(s->rendering[i].response);
	free(s);
}
