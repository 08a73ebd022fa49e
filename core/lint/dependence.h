/* lint/dependence: would anybody be told of an outage? Seed S2, "selecting a mail server": an alert
 * that goes through what has failed arrives too late.
 *
 * Pure. A way (a path of a contact) has stages, all of which it needs: a relay, the mail servers of
 * the address' domain, a gateway, name servers. A stage has alternatives, one of which is enough. A
 * target (check or service) that fails takes its own addresses with it, and, since it may be their
 * network that failed, what else is in the /24 or /48 of them. Loopback addresses are this machine,
 * which is well as long as it tells anything: there only the same port falls.
 *
 * Called by find.c with what it has resolved, and by tests/unit/lint_dependence.c. */
#ifndef NINES_LINT_DEPENDENCE_H
#define NINES_LINT_DEPENDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/text.h"

struct lint_address {
	uint8_t bytes[16];
	int bits; /* 32 or 128 */
	int port; /* 0: not known */
};

/* False: `text` is no address. IPv6 may have brackets. */
bool lint_address_parse(const char *text, int port, struct lint_address *);

struct lint_stage {
	const char *what; /* "its relay mail.example.org" */
	const struct lint_address *address;
	size_t addresses;
	const char *trouble; /* why its addresses are not known; NULL: they are */
};

struct lint_way {
	const char *to; /* "email:ops@example.org" */
	const struct lint_stage *stage;
	size_t stages; /* none: it depends on nothing */
};

struct lint_target {
	const char *name, *what; /* "check", "service" */
	const struct lint_address *address;
	size_t addresses;
	const char *trouble;
};

enum lint_fate { LINT_STANDS, LINT_FALLS, LINT_CANNOT_TELL };

/* The same of all ways by which anybody hears of the target: it stands when one does. *said becomes
 * a sentence when it falls, the trouble when nobody can tell. */
enum lint_fate lint_target_fate(const struct lint_target *, const struct lint_way *const *way,
				size_t ways, struct text *said);

#endif
