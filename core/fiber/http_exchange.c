/* fiber/http_exchange: sends one request and hears its answer, both at once where that has to be: a
 * server may answer before it has read a large body, and may then read no more of it. See http.h.
 */
#include "http.h"
#include "net.h"

#define READ_BYTES (16 << 10)
#define SEGMENT_BYTES 1200 /* a request that is longer may leave in pieces */

struct piece {
	const char *at;
	size_t size;
};

struct exchange {
	struct connection *connection;
	struct http_answer *answer;
	struct piece head, body; /* of the request, what has to be sent yet */
	const bool *wants;	 /* what sending waits for */
	bool sends;		 /* it goes on */
	bool awaits, hears;	 /* steps that have been opened */
};

/* Of all probes: nobody parks while it is in use. */
static char in[READ_BYTES];

/* The time of the answer begins behind the last byte of the request, or with the answer. */
static void await_answer(struct exchange *x)
{
	if (!x->awaits)
		probe_step(x->answer->probe, "first-byte");
	x->awaits = true;
}

/* What the server said before its end broke may still be there. */
static bool may_hear(struct connection *c)
{
	c->can_read = true;
	return !c->probe->has_failed &&
	       (net_is_told(c->broken) || net_judge_broken(c, c->broken, c->when));
}

/* Sends what goes at once. */
static bool send_on(struct exchange *x)
{
	struct connection *c = x->connection;
	long n;

	while (x->sends) {
		struct piece *next = x->head.size ? &x->head : &x->body;

		n = next->size ? net_send_some(c, next->at, next->size) : 0;
		x->wants = c->wants;
		if (n == NET_LATER)
			return true;
		if (n == NET_BROKEN && !may_hear(c))
			return false;
		if (n == 0)
			await_answer(x);
		x->sends = n > 0;
		next->at += n > 0 ? n : 0;
		next->size -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

static bool note_end(struct exchange *x)
{
	struct connection *c = x->connection;

	if (c->broken && !x->answer->has_begun)
		return net_judge_broken(c, c->broken, c->when);
	http_end(x->answer);
	return true;
}

/* The step of the body begins with the first line. */
static bool hear(struct exchange *x, long n)
{
	struct http_answer *a = x->answer;
	struct probe *p = a->probe;

	if (n > 0)
		http_take(a, in, (size_t)n);
	else if (!note_end(x))
		return false;
	if (a->head_bytes)
		x->connection->when = " in its answer";
	if (a->has_begun && !x->hears) {
		await_answer(x);
		probe_step(p, "body");
		x->hears = true;
	}
	if (a->has_head && a->status >= 300) /* it wants no more of the request (RFC 9112 9.5) */
		x->sends = false;
	return a->fault ? probe_fail(p, "%s", a->fault) : probe_ok(p);
}

static bool converse(struct exchange *x)
{
	struct connection *c = x->connection;
	long n;

	for (;;) {
		if (!send_on(x))
			return false;
		n = net_receive_some(c, in, sizeof in);
		if (n == NET_BROKEN)
			return false;
		if (n == NET_LATER) {
			if (!net_await_either(c, c->wants, x->sends ? x->wants : c->wants))
				return false;
			continue;
		}
		if (!hear(x, n))
			return false;
		if (x->answer->place == HTTP_DONE)
			return true;
		if (!net_may_read_on(c, 0))
			return false;
	}
}

bool http_exchange(struct probe *p, const struct http_request *r, struct http_answer *a)
{
	struct exchange x = {.connection = net_get(p), .answer = a, .sends = true};

	if (!x.connection)
		return false;
	probe_step(p, "request");
	x.head.at = http_request_write(p, r, &x.head.size, &x.body.size);
	if (!x.head.at)
		return false;
	x.body.at = r->body;
	if (x.head.size + x.body.size > SEGMENT_BYTES)
		net_make_prompt(x.connection);
	probe_transcribe(p, '>', x.head.at, x.head.size);
	probe_transcribe(p, '>', x.body.at, x.body.size);
	a->peer = x.connection->name;
	x.connection->when = " before its answer";
	return converse(&x);
}
