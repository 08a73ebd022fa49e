/* modules/domain/registration: what a registry says of a domain, whichever way it was asked, and
 * what is read out of a WHOIS answer (RFC 3912: any text at all).
 *
 * Pure; texts are cut to fit. rdap.c fills it from RDAP, whois.c from WHOIS, domain.c judges it. */
#ifndef NINES_DOMAIN_REGISTRATION_H
#define NINES_DOMAIN_REGISTRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum registration_state {
	REGISTRATION_UNCLEAR, /* `said` is what was said instead */
	REGISTRATION_FOUND,
	REGISTRATION_NONE,    /* there is no such domain */
	REGISTRATION_LIMITED, /* we have asked too often: `said` */
};

struct registration {
	enum registration_state state;
	int64_t expires_s; /* since 1970 UTC; 0: not said */
	char registrar[128], statuses[512], servers[512];
	char bad_status[64]; /* the first that takes the domain out of the DNS; "": none */
	char refer[128];     /* host[:port] of a server that knows more */
	char said[200];
};

/* Adds to a list with ", " between; the same word again is left out. */
void registration_add(char *list, size_t room, const char *word);
/* Adds a status, without a URL behind it, and notes a bad one. */
void registration_add_status(struct registration *, const char *status);
/* Reads a whole answer of a WHOIS server that was asked for this domain. */
void registration_read(struct registration *, const char *domain, const char *answer);

#endif
