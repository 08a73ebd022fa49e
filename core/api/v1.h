/* api/v1: our own REST API, /api/v1: a table of operations that both serves and describes it. Each
 * operation is one route; the OpenAPI document is made of the same table, so that it cannot say
 * anything else.
 *
 * What changes something is one request line for the keeper, the same that the command line sends.
 * Bodies are JSON objects; a member that no operation has is refused by its name. Errors are
 * problem documents (RFC 9457). */
#ifndef NINES_API_V1_H
#define NINES_API_V1_H

#include <jansson.h>

#include "../web/claim.h"
#include "../web/route.h"

#define V1            "/api/v1/"
#define V1_LIMIT      100 /* items of a list, unless the query says else */
#define V1_LIMIT_MOST 1000

enum v1_kind {
	V1_TEXT,
	V1_TARGET, /* the name of a check or service that the asker may see */
	V1_LIST, /* an array of texts, in a line joined by newlines */
	V1_TARGETS, /* a list of names of checks and services, which he may touch; none is all of
		     * them: not for who has an owner */
	V1_TIME, /* RFC 3339; in a line microseconds */
	V1_WHEN, /* RFC 3339; in a line as it is */
	V1_DURATION, /* "30m"; in a line microseconds */
	V1_FLAG, /* true or false; 1 or 0 */
	V1_COUNT, /* a whole number */
	V1_OWNER, /* who has one of his own can give no other */
	V1_PASSWORD, /* judged, and never in a line: v1_password() */
};

/* A member of a body, or a parameter of a query. */
struct v1_field {
	const char *name; /* NULL ends the list */
	enum v1_kind kind;
	const char *word; /* in the line; NULL: it is the line's id */
	bool is_required;
	const char *choices; /* of a text, words with spaces between; NULL: any */
	const char *help;
};

struct v1_operation {
	const char *id; /* operationId */
	const char *summary;
	const char *tail; /* what the star of the path is called; NULL: it has none */
	const struct v1_field *query, *body; /* NULL: none */
	const char *answers; /* a schema of web/openapi.json */
	const char *verb; /* of the request line; of one that lists, too */
	const char *more; /* words of the line that are always so: "cancel=1" */
	const char *takes; /* of one that lists: the verb of its lines */
	const char *kind; /* and the word `kind` that they must have; NULL: any */
};

/* The operation that is asked for. */
const struct v1_operation *v1_operation_of(const struct request *);
/* The i-th of all; NULL behind the last. */
const struct v1_operation *v1_operation_at(size_t i, const struct route **);

/* ---- answers ---- */

/* Gives the reference up. */
void v1_answer(struct answer *, unsigned status, json_t *);
void v1_problem(struct answer *, unsigned status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* {"items": [...], "next": "ID" or null}. Gives the references up. */
void v1_answer_list(struct answer *, json_t *items, const char *next);
/* Of millionths of a percent "99.987654"; null of -1. */
json_t *v1_percent(int64_t micro);
/* The page of a list of things with names that `limit` and `after` ask for. Gives it up. */
void v1_answer_named(const struct request *, struct answer *, json_t *list);

/* ---- what is asked ---- */

/* The target of that name, if the asker may see it (and do what the route does to it). */
const struct target *v1_target(const struct site *, const struct request *, const char *name);
/* May the asker see the check or service of that name? */
bool v1_sees(const struct site *, const struct request *, const char *name);
/* Parameters of a query; false: what is wrong has been answered. */
bool v1_time(const struct request *, struct answer *, const char *key, int64_t otherwise_us,
	     int64_t *us);
bool v1_limit(const struct request *, struct answer *, size_t *limit);
/* Who asks, as the record names him. */
void v1_add_asker(const struct request *, struct text *);

/* Adds the body's members as words of a line that was begun with its id. False: what is wrong has
 * been answered, and the line is empty. */
bool v1_line(const struct site *, const struct request *, struct answer *, struct text *line);

/* What the end of the path names is the asker's to change; else that has been answered. People and
 * tokens of another owner, or of none, are not his who has one: he would make himself more. */
bool v1_may_touch(const struct site *, const struct request *, struct answer *);
/* False: it is about what belongs to another owner, so for him it is not there. */
bool v1_reaches_post(const struct site *, const struct request *, const char *id);
/* The claim that the path names, where the asker may see it; else NULL. */
const struct card *v1_claim_of(const struct site *, const struct request *);
/* Answers what the keeper said to a change. */
route_then v1_changed;
/* Each line of the keeper's answer, in a route_then. */
void v1_each_heard(const struct request *, void (*take)(const struct line *, void *with),
		   void *with);
/* The body's password, which v1_line() has judged; the caller's, who gives it to secret_forget().
 * NULL: there is none. */
char *v1_password(const struct request *);

/* ---- handlers ---- */

typedef void v1_handler(const struct site *, const struct request *, struct answer *);
v1_handler v1_openapi, v1_status, v1_checks, v1_check, v1_services, v1_service, v1_targets,
	v1_pages, v1_availability, v1_figures, v1_figures_of, v1_posts, v1_post, v1_users,
	v1_tokens, v1_heartbeats, v1_subscribers, v1_requests, v1_claims, v1_claim, v1_results,
	v1_incidents, v1_letters, v1_letter, v1_reclassifications, v1_change, v1_cancel, v1_list,
	v1_make_token, v1_renew, v1_user, v1_intensified, v1_contacts, v1_test_contact;

#endif
