/* modules/domain/domain: the options of the check, shared by the ways of asking. */
#ifndef NINES_DOMAIN_DOMAIN_H
#define NINES_DOMAIN_DOMAIN_H

#include <nines/check.h>

#include "registration.h"

enum protocol { PROTOCOL_AUTO, PROTOCOL_RDAP, PROTOCOL_WHOIS };

struct domain {
	const char *domain, *server, *bootstrap, *whois, *ca_file;
	int64_t protocol, warn_expiry;
	bool expect_expiry, verify;
};

/* bootstrap.c: the base URL of the RDAP server for a domain (RFC 9224), out of `file` or, "", of
 * what is built in. NULL: there is none, or the probe has failed. */
const char *bootstrap_find(struct probe *, const char *file, const char *domain);

/* rdap.c, whois.c: ask for the domain; what went wrong has failed the probe. The step that brought
 * the answer comes back. */
const char *rdap_ask(struct probe *, const struct domain *, const char *base, const char *domain,
		     struct registration *);
const char *whois_ask(struct probe *, const struct domain *, const char *domain,
		      struct registration *);

#endif
