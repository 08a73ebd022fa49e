/* web/server: see server.h. */
#include "server.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../board/user.h"
#include "evidence.h"
#include "../page/frame.h"
#include "enter.h"
#include "figures.h"
#include "kept.h"
#include "problem.h"
#include "respond.h"
#include "secret.h"
#include "sign.h"
#include "template.h"

#define SERVER_MAGIC 0x73727672u

struct server {
	uint32_t magic;
	struct loop *loop;
	struct door *door;
	struct feed *feed;
	struct desk *desk;
	struct site *site;
	struct how how;
	struct cache cache;
	struct visit *waiting; /* all that are suspended */
	int64_t noted_us; /* when it was last written down that a session is used */
};

/* ---- waiting ---- */

static enum MHD_Result suspend(struct visit *v, enum visit_phase phase)
{
	struct server *s = v->server;

	v->phase = phase;
	v->is_suspended = true;
	v->next = s->waiting;
	s->waiting = v;
	MHD_suspend_connection(v->connection);
	return MHD_YES;
}

static void resume(struct visit *v)
{
	struct server *s = v->server;
	struct visit **at = &s->waiting;

	while (*at && *at != v)
		at = &(*at)->next;
	if (*at)
		*at = v->next;
	v->is_suspended = false;
	door_resumed(s->door);
	MHD_resume_connection(v->connection);
}

static void settled(struct feed *f, void *with)
{
	struct server *s = with;
	struct visit *next;

	(void)f;
	for (struct visit *v = s->waiting; v; v = next) {
		next = v->next;
		if (v->phase == VISIT_FEED)
			resume(v);
	}
}

static const struct site *site_now(struct server *s)
{
	feed_tell(s->feed, s->site);
	evidence_look(s->site, clock_mono_us());
	return s->site;
}

/* Who asks and what he may see of the page, as cards and the configuration are now. */
static enum permit_sight look(struct visit *v)
{
	struct request *r = &v->request;
	enum permit_sight sight;

	visit_find_page(v, v->server->site->catalog);
	sign_read(v, site_now(v->server));
	sight = enter_look(v, v->server->site);
	if (sight == PERMIT_SEES_DOOR)
		r->page = r->page->door;
	return sight;
}

/* From here on a handler makes what it makes in the page's dress. */
static void dress(struct visit *v)
{
	template_wear(v->request.page ? v->request.page->dress : NULL);
}

/* ---- asking the keeper, or the desk ---- */

static void start_question(struct visit *v);

static void forget_question(struct visit *v)
{
	feed_forget(v->server->feed, v);
	desk_forget(v->server->desk, v);
	if (v->server->site->figures)
		inquiries_forget(figures_inquiries(v->server->site->figures), v);
	loop_stop_timer(v->server->loop, &v->late);
}

static void give_answer(struct visit *v, const struct line *end)
{
	struct server *s = v->server;
	route_then *then = v->then;
	void *state = v->state;

	v->then = NULL;
	v->state = NULL;
	/* the board may have changed: so may who he is, and what he sees */
	if (look(v) == PERMIT_SEES_NOTHING)
		v->request.page = v->request.page->door;
	dress(v);
	then(s->site, &v->request, &v->answer, end, state);
	free(state);
	if (v->asked) {
		start_question(v);
		return;
	}
	loop_stop_timer(s->loop, &v->late);
	v->phase = v->goes_on ? VISIT_ENTERED : VISIT_ANSWERED;
	v->goes_on = false;
	if (v->is_suspended)
		resume(v);
}

static void password_tried(const struct line *end, void *with)
{
	give_answer(with, end);
}

static void question_ended(struct feed *f, const struct line *end, void *with)
{
	struct visit *v = with;

	v->request.heard = f->heard;
	give_answer(v, end);
}

static void question_late(struct loop_timer *t)
{
	struct visit *v = (struct visit *)((char *)t - offsetof(struct visit, late));

	forget_question(v);
	give_answer(v, NULL);
}

static void figures_there(const struct inquiry_answer *answer, void *with)
{
	struct visit *v = with;

	v->figures = answer;
	give_answer(v, NULL);
	v->figures = NULL;
}

/* Cards may have changed since: so may who asks, and what he sees. */
static bool is_seen(void *with, const char *name)
{
	struct visit *v = with;

	look(v);
	return v->sees(v->server->site, &v->request, name);
}

static bool put_inquiry(struct visit *v)
{
	struct site_figures *f = v->server->site->figures;

	v->wants_figures = false;
	v->inquiry.wants = is_seen;
	v->inquiry.with = v;
	return f && inquiries_put(figures_inquiries(f), &v->inquiry, figures_there, v);
}

/* False: too many wait. */
static bool put_question(struct visit *v, const char *asked, const char *password)
{
	struct server *s = v->server;

	if (v->wants_figures)
		return put_inquiry(v);
	if (!password)
		return feed_ask(s->feed, asked, question_ended, v);
	if (v->wants_hash)
		return desk_hash(s->desk, password, password_tried, v);
	return desk_ask(s->desk, password, asked, password_tried, v);
}

static int64_t patience_us(const struct visit *v)
{
	int64_t seconds = v->wants_figures ? SERVER_FIGURES_SECONDS
			  : v->password	   ? SERVER_PASSWORD_SECONDS
					   : SERVER_ASK_SECONDS;

	return seconds * CLOCK_SECOND;
}

static void start_question(struct visit *v)
{
	struct server *s = v->server;
	char *asked = v->asked, *password = v->password;
	bool is_put;

	v->late.fire = question_late;
	loop_set(s->loop, &v->late, clock_mono_us() + patience_us(v));
	v->asked = v->password = NULL;
	is_put = put_question(v, asked, password);
	if (password)
		secret_forget(password);
	free(password);
	free(asked);
	if (!is_put)
		give_answer(v, NULL);
}

static enum MHD_Result ask_keeper(struct visit *v)
{
	enum MHD_Result done = suspend(v, VISIT_ASKED);

	start_question(v);
	return done;
}

/* ---- one request ---- */

static enum MHD_Result answer_route(struct visit *v)
{
	struct server *s = v->server;
	const struct route *to = v->request.route;
	struct rendering *g;

	dress(v);
	g = kept_find(v, &s->cache, s->site, feed_is_stale(s->feed));
	if (g)
		return respond_kept(v, &s->cache, g);
	v->reads = 0;
	to->answer(site_now(s), &v->request, &v->answer);
	if (v->asked)
		return ask_keeper(v);
	g = kept_add(v, &s->cache, s->site, feed_is_stale(s->feed));
	return g ? respond_kept(v, &s->cache, g) : respond(v);
}

static enum MHD_Result refuse_too_large(struct visit *v)
{
	return respond_refusal(v, MHD_HTTP_CONTENT_TOO_LARGE, "the body is too large", NULL);
}

static enum MHD_Result keep_out(struct visit *v)
{
	if (!enter_wants_try(v))
		return enter_refuse(v, v->server->site);
	enter_try(v);
	return ask_keeper(v);
}

static enum MHD_Result answer_whole(struct visit *v)
{
	const char *wrong = v->phase == VISIT_BODY && !v->is_too_large ? visit_read_body(v) : NULL;

	if (v->is_too_large)
		return refuse_too_large(v);
	if (wrong)
		return respond_refusal(v, MHD_HTTP_BAD_REQUEST, wrong, NULL);
	/* while the body came, or the keeper was asked, cards have changed: so may who he is */
	if (look(v) == PERMIT_SEES_NOTHING)
		return keep_out(v);
	if (!permit(v->request.user, v->request.route->act, ""))
		return sign_refuse(v, v->server->site);
	if (v->phase == VISIT_BODY && (wrong = sign_wrong_form(v)))
		return respond_refusal(v, MHD_HTTP_FORBIDDEN, wrong, NULL);
	if (kept_shows_state(v->request.route) && v->phase != VISIT_FEED &&
	    !feed_is_ready(v->server->feed))
		return suspend(v, VISIT_FEED);
	return answer_route(v);
}

static enum MHD_Result take_body(struct visit *v, const char *upload, size_t *bytes)
{
	size_t whole = v->upload_bytes + *bytes;

	v->is_too_large = v->is_too_large || whole > v->most_bytes;
	if (whole > v->most_bytes + VISIT_SPILL)
		return MHD_NO;
	if (!v->is_too_large)
		text_add(&v->body, upload, *bytes);
	v->upload_bytes = whole;
	*bytes = 0;
	return MHD_YES;
}

static bool has_body(const struct visit *v, uint64_t *size)
{
	const char *length = request_header(&v->request, "Content-Length");

	*size = strtoull(length, NULL, 10);
	return *size || *request_header(&v->request, "Transfer-Encoding");
}

static void nothing_follows(struct feed *f, const struct line *end, void *with)
{
	(void)f, (void)end, (void)with;
}

/* That a session is used is written down now and then, so that it does not end as idle. */
static void note_session(struct visit *v)
{
	struct server *s = v->server;
	const struct card *c = v->session;
	struct text line = {0};

	if (!c || s->site->now_us - card_int(c, "seen_us", c->first_us) < SESSION_SEEN_US ||
	    s->site->now_us - s->noted_us < CLOCK_SECOND)
		return;
	s->noted_us = s->site->now_us;
	line_begin(&line, "session-seen", c->id);
	line_end(&line);
	feed_ask(s->feed, text_get(&line), nothing_follows, NULL);
	text_release(&line);
}

/* Whoever leaves out the slash at the end of an address is sent to it. */
static bool leads_on(struct visit *v)
{
	struct request *r = &v->request;
	const char *asked = r->path, *path = arena_text(&v->memory, "%s/", asked);

	if (!path || asked[strlen(asked) - 1] == '/' ||
	    (strcmp(r->method, "GET") && strcmp(r->method, "HEAD")))
		return false;
	r->path = path;
	visit_choose_page(v, v->server->site->catalog);
	if (!route_find("GET", r->path, NULL, NULL)) {
		r->path = asked;
		return false;
	}
	v->answer.status = MHD_HTTP_MOVED_PERMANENTLY;
	text_printf(&v->answer.location, "%s%s%s", r->path, *v->query_text ? "?" : "",
		    v->query_text);
	return true;
}

/* In the page's own dress for who reads pages; nothing of the request is left to be read then. */
static enum MHD_Result refuse_unknown(struct visit *v, bool is_body)
{
	const struct request *r = &v->request;

	if (!is_body && leads_on(v))
		return respond(v);
	if (is_body || strcmp(r->method, "GET") || problem_is_wanted(r->path) ||
	    !strstr(request_header(r, "Accept"), "text/html"))
		return respond_refusal(v, MHD_HTTP_NOT_FOUND, "there is no such page", NULL);
	look(v);
	dress(v);
	frame_none(&v->answer, site_now(v->server), r);
	return respond(v);
}

static enum MHD_Result begin(struct visit *v)
{
	struct request *r = &v->request;
	char allow[ROUTE_ALLOW_BYTES];
	const char *tail;
	uint64_t size;
	bool is_body = has_body(v, &size);

	visit_find_visitor(v, &v->server->how.proxies, door_is_tls(v->connection));
	visit_choose_page(v, v->server->site->catalog);
	r->route = route_find(r->method, r->path, &tail, allow);
	if (!r->route && *allow)
		return respond_refusal(v, MHD_HTTP_METHOD_NOT_ALLOWED,
				       "this address is not there for that method", allow);
	if (!r->route)
		return refuse_unknown(v, is_body);
	r->tail = arena_copy(&v->memory, tail,
			     strlen(tail) - (*tail && tail[strlen(tail) - 1] == '/'));
	if (is_body && (!strcmp(r->method, "GET") || !strcmp(r->method, "HEAD")))
		return respond_refusal(v, MHD_HTTP_BAD_REQUEST, "who only reads sends no body",
				       NULL);
	if (look(v) == PERMIT_SEES_NOTHING && !enter_wants_try(v))
		return enter_refuse(v, v->server->site);
	if (!permit(r->user, r->route->act, ""))
		return sign_refuse(v, v->server->site);
	note_session(v);
	v->most_bytes = r->route->most_bytes ? r->route->most_bytes : VISIT_BYTES;
	v->is_too_large = size > v->most_bytes;
	/* who is answered while he still sends may see his connection break, and no answer */
	if (v->is_too_large &&
	    (size > v->most_bytes + VISIT_SPILL || *request_header(r, "Expect")))
		return refuse_too_large(v);
	v->phase = VISIT_BODY;
	return MHD_YES;
}

static void *new_target(void *with, const char *target, struct MHD_Connection *c)
{
	(void)c;
	return visit_new(with, target);
}

/* Called for the head of a request, for each part of its body, then again to be answered, and after
 * each wait. */
static enum MHD_Result answer(void *with, struct MHD_Connection *c, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_bytes, void **request)
{
	struct visit *v = *request;
	const char *wrong;
	unsigned status;

	(void)with, (void)url;
	if (v->phase == VISIT_ANSWERED)
		return respond(v);
	if (v->phase != VISIT_HEAD)
		return *upload_bytes ? take_body(v, upload, upload_bytes) : answer_whole(v);
	wrong = visit_read_head(v, c, method, version, &status);
	if (wrong)
		return respond_refusal(v, status, wrong, NULL);
	door_phase(v->server->door, c, true);
	return begin(v);
}

static void completed(void *with, struct MHD_Connection *c, void **request,
		      enum MHD_RequestTerminationCode code)
{
	struct server *s = with;
	struct visit *v = *request;

	(void)code;
	*request = NULL;
	door_phase(s->door, c, false);
	if (!v)
		return;
	forget_question(v);
	visit_free(v);
}

/* ---- the server ---- */

struct server *server_open(struct loop *loop, struct listeners *listeners, struct feed *feed,
			   struct desk *desk, struct site *site, const struct how *how)
{
	struct server *s = memory_new(sizeof *s);

	s->magic = SERVER_MAGIC;
	s->loop = loop;
	s->feed = feed;
	s->desk = desk;
	s->site = site;
	s->how = *how;
	s->door = door_open(loop, listeners, &s->how.keys,
			    &(struct door_calls){answer, new_target, completed, s});
	if (!s->door) {
		free(s);
		return NULL;
	}
	feed->settled = settled;
	feed->with = s;
	return s;
}

void server_forget(struct server *s)
{
	template_wear(NULL);
	cache_release(&s->cache);
}

bool server_change(struct server *s, const struct how *how)
{
	bool is_other = strcmp(how->keys.certificate, s->how.keys.certificate) ||
			strcmp(how->keys.key, s->how.keys.key);

	if (is_other && !door_renew(s->door, &how->keys))
		return false;
	s->how = *how;
	return true;
}

void server_close(struct server *s)
{
	if (!s)
		return;
	s->feed->settled = NULL;
	for (struct visit *v; (v = s->waiting);) {
		forget_question(v);
		resume(v);
	}
	door_close(s->door);
	cache_release(&s->cache);
	free(s);
}
