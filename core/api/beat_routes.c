/* api/beat_routes: where jobs say that they have run: /ping/..., /api/push/...,
 * /api/v1/endpoints/.../external. Whoever knows an address may say how its check fares, from
 * anywhere: that is all it is good for. See beat.h. */
#include <string.h>

#include "../base/memory.h"
#include "beat.h"
#include "../web/json.h"
#include "../web/route.h"

#define LIMIT_TEXT "400" /* BEAT_TEXT_BYTES */
#define MOST_BYTES 102400 /* more than that is refused; what is kept of it is less */

/* ---- the answer ---- */

static void answer_ok(struct answer *a, unsigned status, const char *text)
{
	a->status = status;
	a->type = "text/plain; charset=utf-8";
	a->more_name = "Ping-Body-Limit";
	a->more_value = LIMIT_TEXT;
	a->allow_origin = "*";
	text_puts(&a->body, text);
}

static void answer_json(struct answer *a, unsigned status, const char *wrong)
{
	json_t *j = json_pack("{sb}", "ok", wrong == NULL);

	if (wrong)
		json_object_set_new(j, "msg", json_safe(wrong));
	a->status = status;
	a->type = "application/json";
	a->allow_origin = "*";
	json_write(&a->body, j);
}

static const char gone_text[] = "nines is starting or in trouble: try again";

static void heard(const struct site *s, const struct request *r, struct answer *a,
		  const struct line *end, void *state)
{
	const char *wrong = end ? line_find(end, "wrong") : gone_text;

	(void)s, (void)r, (void)state;
	answer_ok(a, !end ? 503 : wrong ? 409 : 200, wrong ? wrong : "OK");
}

static void heard_json(const struct site *s, const struct request *r, struct answer *a,
		       const struct line *end, void *state)
{
	const char *wrong = end ? line_find(end, "wrong") : gone_text;

	(void)s, (void)r, (void)state;
	answer_json(a, !end ? 503 : wrong ? 409 : 200, wrong);
}

static void tell(const struct request *r, const char *name, const struct text *said,
		 route_then *then)
{
	struct text line = {0};

	line_begin_name(&line, "beat", name);
	line_add(&line, "text", text_get(said));
	line_end(&line);
	route_ask(r, line.at, then, NULL);
	text_release(&line);
}

/* ---- Healthchecks: /ping/UUID[/EVENT], /ping/KEY/SLUG[/EVENT] ---- */

struct address {
	char *first, *second, *third; /* "" where the path is shorter */
	bool is_longer;
};

static void split(struct address *d, char *at)
{
	char **const part[] = {&d->first, &d->second, &d->third};
	char *slash;

	for (size_t i = 0; i < 3; i++) {
		*part[i] = at;
		slash = strchrnul(at, '/');
		at = slash + (*slash == '/');
		d->is_longer = *at != '\0';
		*slash = '\0';
	}
}

/* The status of an answer, 0: *name is the check and *event what is said of it. */
static unsigned find(const struct site *s, const struct address *d, const char **name,
		     const char **event)
{
	int found = beat_shared(s, d->first, d->second, name);

	*event = found < 0 ? d->second : d->third;
	if (found > 1)
		return 409;
	if (found < 0 && !*d->third)
		*name = beat_check(s, d->first, "heartbeat");
	return d->is_longer || !*name ? 404 : 0;
}

static const char *refusal(unsigned status, const struct request *r)
{
	if (status == 409)
		return "ambiguous slug: several heartbeats have it, use the address of one";
	if (*request_query(r, "create"))
		return "not found: create=1 makes no heartbeat here: write a section like "
		       "'heartbeat \"NAME\" { period = \"1h\" }' into the configuration; once it "
		       "is in force this address answers";
	return "not found: 'nines heartbeat list' shows the addresses of heartbeats";
}

static void ping(const struct site *s, const struct request *r, struct answer *a)
{
	char *path = memory_text(r->tail);
	struct address d = {0};
	const char *name = NULL, *event = "";
	struct text said = {0};
	unsigned status;

	split(&d, path);
	status = find(s, &d, &name, &event);
	if (status)
		answer_ok(a, status, refusal(status, r));
	else if (beat_add(&said, event, request_query(r, "rid"), r->body ? r->body : "",
			  r->body_size) != BEAT_FINE)
		answer_ok(a, 400,
			  "invalid url format: wanted nothing, start, fail, log or an exit status "
			  "from 0 to 255 behind the address, and a UUID as rid");
	else
		tell(r, name, &said, heard);
	text_release(&said);
	free(path);
}

/* ---- Uptime Kuma: /api/push/UUID?status=&msg=&ping= ---- */

static void push(const struct site *s, const struct request *r, struct answer *a)
{
	const char *name = beat_check(s, r->tail, "heartbeat");
	struct text said = {0};

	if (!name)
		answer_json(a, 404, "monitor not found or not active");
	else if (beat_add_push(&said, request_query(r, "status"), request_query(r, "msg"),
			       request_query(r, "ping")) != BEAT_FINE)
		answer_json(a, 400, "status is neither up nor down");
	else
		tell(r, name, &said, heard_json);
	text_release(&said);
}

/* ---- Gatus: POST /api/v1/endpoints/KEY/external?success=&error=&duration= ---- */

static const char *bearer(const struct request *r)
{
	const char *given = request_header(r, "Authorization");

	return strncasecmp(given, "Bearer ", 7) ? "" : given + 7;
}

static void external(const struct site *s, const struct request *r, struct answer *a)
{
	const char *name = beat_check(s, bearer(r), "heartbeat");
	char *key = memory_text(r->tail), *slash = strchrnul(key, '/');
	struct text said = {0};

	if (strcmp(slash, "/external")) {
		answer_ok(a, 404, "not found: wanted /api/v1/endpoints/KEY/external");
	} else if (!name) {
		answer_ok(a, 401, "invalid token: wanted the address of the heartbeat as Bearer");
	} else if (*slash = '\0', !beat_is_named(name, key)) {
		answer_ok(a, 404, "not found: the key names another endpoint than the token");
	} else if (beat_add_external(&said, request_query(r, "success"), request_query(r, "error"),
				     request_query(r, "duration")) != BEAT_FINE) {
		answer_ok(a, 400, "wanted success=true or false, and a duration like 10s or 250ms");
	} else {
		tell(r, name, &said, heard);
	}
	text_release(&said);
	free(key);
}

extern const struct route beat_routes[];
const struct route beat_routes[] = {
	{.method = "GET",
	 .path = "/ping/*",
	 .shows = SHOWS_STATE_EACH,
	 .act = PERMIT_BEAT,
	 .answer = ping,
	 .is_live = true},
	{.method = "POST",
	 .path = "/ping/*",
	 .shows = SHOWS_STATE_EACH,
	 .act = PERMIT_BEAT,
	 .answer = ping,
	 .is_live = true,
	 .is_raw = true,
	 .most_bytes = MOST_BYTES},
	{.method = "GET",
	 .path = "/api/push/*",
	 .shows = SHOWS_STATE_EACH,
	 .act = PERMIT_BEAT,
	 .answer = push,
	 .is_live = true},
	{.method = "POST",
	 .path = "/api/push/*",
	 .shows = SHOWS_STATE_EACH,
	 .act = PERMIT_BEAT,
	 .answer = push,
	 .is_live = true},
	{.method = "POST",
	 .path = "/api/v1/endpoints/*",
	 .shows = SHOWS_STATE_EACH,
	 .act = PERMIT_BEAT,
	 .answer = external,
	 .is_live = true},
	{0},
};
