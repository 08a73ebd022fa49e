/* modules/domain/whois: asks for a domain with WHOIS (RFC 3912): one line, then all that comes
 * until the connection ends. A server that tells no date may refer to another. */
#include "domain.h"

#include <stdlib.h>

#define ANSWER_BYTES (64 << 10)
#define SERVERS	     4 /* as many connections as a probe has */
#define WHOIS_PORT   43

/* Servers that want to be asked their own way. */
static const struct {
	const char *server, *query;
} form[] = {
	{"whois.verisign-grs.com", "domain %s"},
	{"whois.denic.de", "-T dn,ace %s"},
	{"whois.jprs.jp", "%s/e"},
};

static const char *query_for(struct probe *p, const char *server, const char *domain)
{
	const char *query = "%s", *mark;

	for (size_t i = 0; i < sizeof form / sizeof *form; i++)
		if (!strcasecmp(form[i].server, server))
			query = form[i].query;
	mark = strstr(query, "%s");
	return probe_text(p, "%.*s%s%s\r\n", (int)(mark - query), query, domain, mark + 2);
}

/* NULs read as spaces. */
static const char *read_all(struct probe *p)
{
	char *bytes = probe_alloc(p, ANSWER_BYTES + 1);
	size_t n = 1, have = 0;

	while (bytes && n && have < ANSWER_BYTES) {
		n = probe_read(p, bytes + have, ANSWER_BYTES - have);
		have += n;
	}
	if (bytes && n)
		probe_fail(p, "too long: the answer goes on behind %d bytes", ANSWER_BYTES);
	for (size_t i = 0; i < have; i++)
		if (!bytes[i])
			bytes[i] = ' ';
	return probe_ok(p) ? bytes : "";
}

/* host, host:port, [address]:port. */
static const char *host_of(struct probe *p, const char *server, int64_t *port)
{
	const char *close = *server == '[' ? strchr(server, ']') : NULL;
	const char *colon = strrchr(close ? close : server, ':');

	*port = WHOIS_PORT;
	if (colon && (close || strchr(server, ':') == colon))
		*port = strtoll(colon + 1, NULL, 10);
	else
		colon = server + strlen(server);
	return close ? probe_text(p, "%.*s", (int)(close - server) - 1, server + 1)
		     : probe_text(p, "%.*s", (int)(colon - server), server);
}

static void ask(struct probe *p, const char *server, int hop, const char *domain,
		struct registration *r)
{
	int64_t port;
	const char *host = host_of(p, server, &port);

	probe_use(p, hop);
	if (hop) {
		probe_hop(p, hop);
		probe_dial_on(p, host, port);
	} else {
		probe_dial(p, host, port);
	}
	probe_step(p, "query");
	probe_print(p, "%s", query_for(p, host, domain));
	registration_read(r, domain, read_all(p));
}

static void judge(struct probe *p, const char *server, const struct registration *r)
{
	const char *said = probe_shown(p, r->said);

	if (r->state == REGISTRATION_LIMITED)
		probe_fail(p, "asked too often: '%s' says '%s'", server, said);
	else if (r->state == REGISTRATION_UNCLEAR && *r->said)
		probe_fail(p, "'%s' knows nothing of the domain: '%s'", server, said);
	else if (r->state == REGISTRATION_UNCLEAR)
		probe_fail(p, "wanted WHOIS, got nothing from '%s'", server);
}

const char *whois_ask(struct probe *p, const struct domain *o, const char *domain,
		      struct registration *r)
{
	const char *server = o->whois;
	int hop = 0;

	ask(p, server, hop, domain, r);
	while (probe_ok(p) && *r->refer && !r->expires_s && strcasecmp(r->refer, server) != 0 &&
	       ++hop < SERVERS) {
		server = probe_text(p, "%s", r->refer);
		*r = (struct registration){.state = REGISTRATION_UNCLEAR};
		ask(p, server, hop, domain, r);
	}
	judge(p, server, r);
	return "query";
}
