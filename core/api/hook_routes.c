/* api/hook_routes: where other monitors report: POST /hook/ADDRESS, or /hook/NAME with the address
 * as Bearer or as the key of a signature. What they say goes to the check of the module `inbound`.
 * See hook.h. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../board/address.h"
#include "beat.h"
#include "hook.h"
#include "../web/problem.h"
#include "../web/route.h"

#define MOST_BYTES (1u << 20)
#define SIGNATURE  "X-Nines-Signature"

static void heard(const struct site *s, const struct request *r, struct answer *a,
		  const struct line *end, void *state)
{
	const char *wrong = end ? line_find(end, "wrong") : "nines is starting or in trouble";

	(void)s, (void)state;
	if (wrong) {
		problem_answer(a, end ? 409 : 503, wrong);
		hook_retract(request_header(r, SIGNATURE));
	} else {
		answer_text(a, 200, "OK");
	}
}

static const char *bearer(const struct request *r)
{
	const char *given = request_header(r, "Authorization");

	return strncasecmp(given, "Bearer ", 7) ? "" : given + 7;
}

static bool is_inbound(const struct site *s, const char *name)
{
	const struct overview *o = s->overview;

	for (size_t i = 0; i < o->checks; i++)
		if (!strcmp(o->check[i].name, name))
			return !strcmp(o->check[i].module, "inbound");
	return false;
}

static bool is_signed(const struct site *s, const struct request *r, const char *name,
		      const char **wrong)
{
	static const char *const why[] = {
		[HOOK_GOOD] = NULL,
		[HOOK_MALFORMED] = "X-Nines-Signature: wanted t=SECONDS,v1=HEX",
		[HOOK_WRONG] = "the signature is wrong",
		[HOOK_OLD] =
			"the signature is older or newer than five minutes: is the clock right?",
		[HOOK_REPLAYED] = "this was sent before"};
	const char *key = address_key(s->board);
	char address[ADDRESS_BYTES];

	address_of(key, name, address);
	*wrong = *key ? why[hook_verify(request_header(r, SIGNATURE), address, r->body,
					r->body_size, s->now_us)]
		      : why[HOOK_WRONG];
	return !*wrong;
}

/* The check; NULL: *status and *wrong say why not. */
static const char *check_of(const struct site *s, const struct request *r, unsigned *status,
			    const char **wrong)
{
	const char *name = beat_check(s, r->tail, "inbound");

	*status = 401;
	*wrong = "wanted the address of this check behind /hook/ or as Bearer, or a signature made "
		 "with it: 'nines heartbeat list' shows it";
	if (!name) {
		name = beat_check(s, bearer(r), "inbound");
		name = name && !strcmp(name, r->tail) ? name : NULL;
	}
	if (!name && *request_header(r, SIGNATURE) && is_inbound(s, r->tail))
		name = is_signed(s, r, r->tail, wrong) ? r->tail : NULL;
	if (!name && beat_check(s, r->tail, "heartbeat")) {
		*status = 404;
		*wrong = "this address is of a heartbeat: it is told by /ping/";
	}
	return name;
}

static void take(const struct site *s, const struct request *r, struct answer *a)
{
	struct text event = {0}, line = {0}, why = {0};
	const char *wrong, *name;
	unsigned status;

	name = check_of(s, r, &status, &wrong);
	if (!name) {
		problem_answer(a, status, wrong);
	} else if (!hook_add(&event, r->body, r->body_size, &why)) {
		problem_answer(a, event.size ? 413 : 400, text_get(&why));
	} else {
		line_begin_name(&line, "beat", name);
		line_add(&line, "text", text_get(&event));
		line_end(&line);
		route_ask(r, text_get(&line), heard, NULL);
	}
	text_release(&event);
	text_release(&line);
	text_release(&why);
}

extern const struct route hook_routes[];
const struct route hook_routes[] = {
	{.method = "POST",
	 .path = "/hook/*",
	 .shows = SHOWS_STATE_EACH,
	 .act = PERMIT_BEAT,
	 .answer = take,
	 .is_live = true,
	 .is_raw = true,
	 .most_bytes = MOST_BYTES},
	{0},
};
