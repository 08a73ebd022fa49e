/* web/visit: one request of a visitor while the server holds it: its texts, and where it stands.
 *
 * Every text lives in the visit's own memory, which is limited as the request is. What is ambiguous
 * about a request's framing (framing.h) or target is refused before any route is looked for (F57).
 * Used by server.c; handlers see struct request alone. */
#ifndef NINES_WEB_VISIT_H
#define NINES_WEB_VISIT_H

#include <microhttpd.h>

#include "../base/arena.h"
#include "../base/loop.h"
#include "proxy.h"
#include "route.h"

#define VISIT_PAIRS  1024 /* parameters or fields; more are refused */
#define VISIT_BYTES  (64u << 10) /* of a body where its route says nothing else */
#define VISIT_SPILL  (1u << 20) /* of a body too large is read and thrown away, for its 413 */

struct server;

struct visit_pair {
	const char *key, *value;
};

struct visit_pairs {
	struct visit_pair *at;
	size_t count;
};

enum visit_phase {
	VISIT_HEAD, /* its head has come */
	VISIT_BODY,
	VISIT_FEED, /* waits for what the keeper says */
	VISIT_ASKED, /* waits for the keeper's answer to its own question */
	VISIT_ENTERED, /* it knows the page's password, and goes on */
	VISIT_ANSWERED /* that has come, or will not */
};

/* What an answer was made of beside its page and path: renderings are kept apart by it. */
enum visit_reads {
	VISIT_READS_QUERY = 1,
	VISIT_READS_BASE = 2,
};

struct visit {
	struct request request; /* first: what the handler sees */
	struct server *server;
	struct MHD_Connection *connection; /* NULL: a test's */
	struct visit *next; /* of those who wait for the feed */
	struct loop_timer late; /* of a question */
	enum visit_phase phase;
	unsigned reads;
	struct arena memory;
	const char *target, *query_text;
	struct visit_pairs query, field, cookie;
	struct text body;
	size_t most_bytes, upload_bytes;
	bool is_too_large, is_suspended, is_tls;
	bool is_proxied; /* a trusted proxy is connected */
	bool is_unnamed; /* and did not tell for whom it asks */
	char *asked; /* the line, until it is sent */
	char *password; /* asked of the desk; `asked` is the hash then */
	bool wants_hash; /* it is asked for its hash */
	struct inquiry_order inquiry; /* asked for figures */
	route_sees *sees;
	bool wants_figures;
	const struct inquiry_answer *figures; /* while `then` has them */
	route_then *then;
	void *state;
	struct answer answer;
	/* of who is signed in by a cookie, else "" and NULL */
	const char *secret, *form;
	const struct card *session;
	/* of a private page (enter.h): whether the password in the head was tried, is to be worked
	 * out, was good now; how long to wait for the next; the hash that it is of, NULL: none */
	bool has_tried, wants_try, goes_on;
	int64_t wait_us;
	const char *proof;
};

/* `target` as it stood in the request line. */
struct visit *visit_new(struct server *, const char *target);
void visit_free(struct visit *);

/* Reads target and head. Returns NULL, or in one sentence why this is no request, and its status.
 */
const char *visit_read_head(struct visit *, struct MHD_Connection *, const char *method,
			    const char *version, unsigned *status);
/* Who asks, by which scheme and host: behind a trusted proxy as it says. */
void visit_find_visitor(struct visit *, const struct proxies *, bool is_tls);
/* How often the head has a header. */
unsigned visit_count_header(const struct visit *, const char *name);
/* Chooses the page: by its name in front of the path, else by its host, else the first. */
void visit_choose_page(struct visit *, const struct catalog *);
/* Of a page that names hosts: it was asked for by a name of ours, or by an address. Any other name
 * may be a stranger's that leads here (DNS rebinding): then the browser of somebody inside asks for
 * him. */
bool visit_is_by_name(const struct visit *, const struct catalog *);
/* The same once more: the catalog may have changed while the request came or waited. */
void visit_find_page(struct visit *, const struct catalog *);
/* Reads the form, once the body is whole. NULL, or what is wrong with it. */
const char *visit_read_body(struct visit *);

/* Appends the text with %XX (and in a query + as a space) as the bytes they mean. False: bad
 * escapes, or a NUL. */
bool visit_decode(struct text *, const char *from, size_t size, bool is_query);
/* Splits `a=b&c` into pairs in the arena. False: too many, too large or badly written. */
bool visit_split(struct arena *, const char *text, size_t size, struct visit_pairs *);

#endif
