/* lint/inside: what the files of this folder share; nobody else includes it.
 *
 * take.c makes these of lines, find.c looks up hosts and domains, lint.c judges. */
#ifndef NINES_LINT_INSIDE_H
#define NINES_LINT_INSIDE_H

#include "../base/arena.h"
#include "../base/map.h"
#include "dependence.h"
#include "lint.h"

#define LINT_ADDRESSES 16 /* of one host */
#define LINT_SERVERS 16	  /* of one domain */

struct host {
	const char *name;
	struct lint_address address[LINT_ADDRESSES];
	size_t addresses;
	const char *trouble; /* NULL: its addresses are known */
	bool is_wanted;	     /* somebody asks for it */
	bool is_literal, is_looked_up; /* by DNS */
	struct host *next;
};

struct domain {
	const char *name;
	struct host *server[LINT_SERVERS];
	size_t servers;
	const char *trouble;
	bool is_wanted;
	struct domain *next;
};

/* A host by one of its ports. */
struct use {
	struct host *host;
	int port; /* 0: not known */
	struct use *next;
};

struct target {
	const char *name;
	bool is_service, is_found;
	struct use *use;     /* of a check */
	const char *members; /* of a service: names, joined by newlines */
	const char *weights; /* base/quorum.h */
	int64_t need;
	struct target *next;
};

struct channel {
	const char *name;
	bool is_mail, is_direct;
	const char *form; /* of mail addresses: "%n@sms.example.net", "" */
	struct use *use; /* the relay; gateways */
};

struct path {
	struct contact *contact;
	const char *to;
	struct channel *channel;
	struct use *use;       /* of the address itself, a URL */
	struct domain *domain; /* of a mail address */
	struct lint_way way;
	struct path *next;
};

struct contact {
	const char *name, *services;
	struct map heard; /* targets by name; unused when no services are named */
	struct contact *next;
};

struct lint {
	struct arena arena;
	struct map modules, hosts, domains, targets, channels, contacts;
	const char *kind; /* of the module line that came last */
	struct host *host;
	struct domain *domain;
	struct target *target, **last_target;
	struct path *path, **last_path;
	struct contact *contact;
	struct lint_address server[LINT_SERVERS]; /* name servers of this machine */
	size_t servers;
};

/* Never NULL: ends the process without memory. */
void *lint_alloc(struct lint *, size_t size);
const char *lint_keep(struct lint *, const char *text);
struct host *lint_host(struct lint *, const char *name, size_t size);

/* find.c: asks for all hosts and domains that are wanted. */
void lint_find(struct lint *);

#endif
