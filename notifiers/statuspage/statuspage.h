/* notifiers/statuspage: what its files share: the options, one letter on its way, requests to the
 * hosted page. */
#ifndef NINES_STATUSPAGE_H
#define NINES_STATUSPAGE_H

#include <nines/post.h>
#include <nines/reply.h>

struct statuspage {
	const char *url, *page, *token;
	const char *const *components;
	int64_t down, degraded;
	bool incidents, notify;
	const char *name, *begun, *update, *resolved;
	struct tls_options tls;
};

struct talk {
	struct post post;
	const struct statuspage *o;
	const char *component; /* its id; where several are told of, the one at hand */
	const char *status;    /* what it becomes */
	const char *incident_name, *incident_body; /* incident.c */
	const struct post_item *item; /* of a summary: the incident at hand; NULL */
};

/* Sends to /v1/pages/PAGE and `path`. NULL: it went wrong, or the reply is no JSON. */
json_t *hosted_ask(struct talk *, const char *method, const char *path, const char *body);
const char *hosted_fill(struct talk *, enum fill_in, const char *template);
/* An id goes into an address: letters, digits, '-' and '_'. */
bool hosted_is_id(const char *text);
/* "" for what is no text. */
const char *hosted_text_at(json_t *);

/* incident.c: the incident on the page that goes with ours. */
void hosted_incident(struct talk *);

#endif
