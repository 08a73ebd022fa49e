/* web/route: what is served where, and by whom it may be asked for: one table a file of routes,
 * joined in routes.c.
 *
 * A handler makes one answer from what the site knows and from one request, and waits for nothing.
 * What changes something asks the keeper (route_ask()) and goes on when the keeper has answered. */
#ifndef NINES_WEB_ROUTE_H
#define NINES_WEB_ROUTE_H

#include "../base/text.h"
#include "inquiry.h"
#include "permit.h"
#include "site.h"

/* What an answer is made of: as long as it has not changed, the answer that was rendered is served
 * from memory, with its ETag, to whoever asks for the same page, path and query. */
enum route_shows {
	SHOWS_NOTHING = 1, /* the same for ever */
	SHOWS_STATE, /* what the keeper answers to `status -`, posts, figures; asked anew at most
		      * once a second */
	SHOWS_STATE_EACH, /* likewise fresh, but another for each who asks, or other by the
			   * headers of the request: never kept */
	SHOWS_REQUEST /* the request or who asks: never kept. Every method but GET */
};

/* One request of a visitor, whole. Texts live as long as the request; none is trusted. */
struct request {
	const struct route *route;
	const struct page *page; /* which page of the site: by host, or by /pages/NAME in front */
	const char *base; /* the page's prefix: "" or "/pages/NAME", for links */
	const char *method, *path; /* without the prefix, percents decoded */
	const char *tail; /* what `*` of the route's path stood for, without its last slash */
	const char *host,
		*scheme; /* as the visitor wrote them; behind a trusted proxy as it says */
	const char *address; /* of the visitor; behind a trusted proxy the one it names */
	const char *body, *type; /* "" where there is none */
	size_t body_size;
	const struct card
		*user; /* who is signed in or whose token it is (permit.h); NULL: nobody */
	const char *heard; /* in a route_then: the lines of the keeper's answer but the last */
	struct visit *visit; /* the server's */
};

/* What is answered. Zero: 200 with an empty body. */
struct answer {
	unsigned status;
	const char *type; /* a constant; NULL: text/html; charset=utf-8 */
	struct text body;
	struct text location, cookie; /* of a redirect: a path of the page, or a URL; Set-Cookie */
	int64_t retry_after_s;
	int64_t modified_us; /* wall clock: what it shows was last changed then; 0: not said */
	const char *more_name, *more_value; /* one more header; constants, NULL: none */
	const char *cache, *policy,
		*allow_origin; /* constants; NULL: no-cache, the strict one, none */
	const char *referrer; /* a constant; NULL: no-referrer. Pages with forms of who is signed
			       * in: same-origin, else browsers hide where a form came from */
};

struct route {
	const char *method; /* "GET" (HEAD, too), "POST", "PATCH", "DELETE"; "*": any */
	const char *path; /* "/incident/<star>": a star at the end is one segment or more */
	enum route_shows shows;
	enum permit_act act; /* PERMIT_READ: everybody */
	void (*answer)(const struct site *, const struct request *, struct answer *);
	/* For a static copy: the paths that this route serves, as addresses have them (%XX), one a
	 * line; NULL: it has one path, or none that can be copied (is_live). */
	void (*paths)(const struct site *, const struct page *, struct text *);
	bool is_live; /* makes no sense in a static copy */
	bool is_raw; /* its body is no form, whatever its type says */
	size_t most_bytes; /* of a body; 0: 64 KiB */
};

/* A parameter of the query, a field of the form (application/x-www-form-urlencoded), a header, a
 * cookie; "" where there is none. Names of headers in any case. */
const char *request_query(const struct request *, const char *key);
const char *request_field(const struct request *, const char *key);
const char *request_header(const struct request *, const char *name);
const char *request_cookie(const struct request *, const char *name);
/* All values of a field that stands several times, joined by newlines, appended. */
void request_fields(const struct request *, const char *key, struct text *);
/* A request that is not a visitor's (a test, the static copy) has no visit: all of these are "". */
/* "https://status.example.org/pages/shop": where the page is, for links in letters and feeds. */
void request_base(const struct request *, struct text *);

/* Asks the keeper: `line` is one whole request line (base/line.h). The answer of the visitor waits;
 * `then` makes it, with the keeper's `end` line (word `wrong`: refused), or NULL: there is no
 * keeper or it did not answer within ten seconds. What was asked before an answer is complete is
 * lost when the visitor goes. `state` is freed with free() behind `then`. */
typedef void route_then(const struct site *, const struct request *, struct answer *,
			const struct line *end, void *state);
void route_ask(const struct request *, const char *line, route_then *then, void *state);

/* Is it the password of that hash (of a user's card; "": nobody's)? Worked out beside the web; the
 * word `good` of `end` is 1 or 0. NULL: too many wait. Goes on as route_ask() does. */
void route_ask_password(const struct request *, const char *password, const char *hash,
			route_then *then, void *state);
/* The hash of a new password, likewise: the word `hash` of `end`, "" where memory was short. */
void route_hash_password(const struct request *, const char *password, route_then *then,
			 void *state);
/* Asks for figures of any span: texts of the order live as long as the request; of a list those
 * that the asker sees. Goes on as route_ask() does, and `then` finds them by request_figures();
 * NULL: too many ask, or it took too long. */
typedef bool route_sees(const struct site *, const struct request *, const char *name);
void route_ask_figures(const struct request *, const struct inquiry_order *, route_sees *,
		       route_then *then, void *state);
const struct inquiry_answer *request_figures(const struct request *);
/* What a form of who is signed in must carry in its field `form`: the server refuses every method
 * but GET without it. "" where nobody is, or a token asks. */
const char *request_form(const struct request *);

/* An answer of plain text, or a short page in the page's own dress; the status says what it is. */
void answer_text(struct answer *, unsigned status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void answer_see(struct answer *, const char *format, ...) /* 303 to that path of the page */
	__attribute__((format(printf, 2, 3)));
void answer_release(struct answer *); /* zero again */

/* The tables that routes.c joins, NULL behind the last; each ends with a route without path. They
 * are defined by the files named *_routes.c. */
extern const struct route *const routes[];

#define ROUTE_ALLOW_BYTES 64

/* The route for a method ("HEAD" finds "GET") and a path without prefix; a path written out goes
 * before a star, the longer star before the shorter. `tail` (may be NULL) points into `path`. NULL:
 * none; then `allow` (may be NULL) lists the methods that this path has, "" where it has none. */
const struct route *route_find(const char *method, const char *path, const char **tail,
			       char allow[ROUTE_ALLOW_BYTES]);

#endif
