/* notifiers/jira/ticket: tickets over Jira's REST API: found by a label, made, commented, moved to
 * another status. Each call does nothing once t->post.outcome is set, and sets it when it fails. */
#ifndef NINES_JIRA_TICKET_H
#define NINES_JIRA_TICKET_H

#include <nines/post.h>

enum api { API_2, API_3 }; /* the places of the option `api` */

struct jira {
	const char *url, *user, *token, *issue_type, *priority, *assignee;
	const char *resolve, *reopen, *resolution;
	const char *const *labels, *const *assignees;
	int64_t api;
	struct tls_options tls;
};

struct talk {
	struct post post;
	const struct jira *o;
	const char *project; /* its key */
	const struct post_item *item; /* of a summary: the incident at hand; NULL */
};

struct ticket {
	const char *key; /* "OPS-17"; "": there is none */
	bool is_done;
	bool says_it; /* its description is this letter's */
};

/* The newest ticket of this letter's incident. */
struct ticket ticket_find(struct talk *);
/* Makes one for it; returns its key. */
const char *ticket_make(struct talk *);
/* Adds the letter as a comment, unless an attempt before has done that. */
void ticket_comment(struct talk *, const char *key);
/* Through the transition called `name`, or else (name "") the first that leads to a status that is
 * (not) done. */
void ticket_move(struct talk *, const char *key, const char *name, bool to_done);

#endif
