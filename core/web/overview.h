/* web/overview: what the keeper answered to `status -`, kept as records: for the page,
 * /status.json, /health and `nines status`.
 *
 * Fed line by line until `end -`. Every text came from the configuration or from a server:
 * whoever prints it makes it safe for its medium. The JSON shapes are a contract
 * (docs/man/nines.1). Knows nothing of links, terminals or HTTP. */
#ifndef NINES_WEB_OVERVIEW_H
#define NINES_WEB_OVERVIEW_H

#include <jansson.h>

#include "../base/line.h"
#include "../base/steps.h"

#define OVERVIEW_MOST    200000 /* checks and services */
#define OVERVIEW_WORDS   32
#define OVERVIEW_WINDOWS 2000

struct overview_check {
	char *name, *module, *service, *location, *state, *reason, *step, *verdict, *address;
	char *values, *http_version, *tls_version; /* of the last probe: base/values.h, facts */
	char *incident; /* id of the one that lasts, "" */
	const char *finding; /* its diagnosis, borrowed (finding.h); NULL or "": none */
	int64_t incident_us;
	int64_t since_us, start_us, elapsed_us, next_us;
	/* what people said of it, and whether it changes too often */
	bool is_acknowledged, is_paused, is_flapping, is_in_maintenance;
	int64_t silenced_until_us; /* 0: it is not */
	int64_t missed, late_us; /* slots that fell out; of the last probe */
	int64_t interval_us, intense_until_us; /* in force; 0: it is the configured one */
	int64_t uptime_micro; /* of this month so far (report/uptime.h), -1: not known */
	size_t steps;
	struct steps_one *steps_at;
};

struct overview_service {
	char *name, *state, *members, *weights; /* weights: a number for each member, "": each 1 */
	int64_t since_us, need, up, uptime_micro;
	int64_t of; /* where members are weighted what they weigh: `need` and `up` are of it */
	bool is_acknowledged, is_paused, is_in_maintenance;
	int64_t silenced_until_us;
	char *burning; /* "page", "ticket": an alert by burn rate stands; "": none */
	int64_t burning_since_us;
};

/* One span of maintenance that goes on or comes, announced. */
struct overview_window {
	char *id, *services, *impact, *text; /* services: names, lines; "": everything */
	int64_t from_us, to_us, announced_us; /* 0: nobody said when */
};

struct overview_word {
	char *key, *value;
};

struct overview {
	struct overview_check *check;
	struct overview_service *service;
	size_t checks, services;
	struct overview_window *window;
	size_t windows;
	bool is_ok, has_health, is_complete;
	char *trouble; /* what is wrong with the monitor, lines; "" nothing */
	struct overview_word word[OVERVIEW_WORDS]; /* of the monitor's health */
	size_t words;
	int64_t at_us; /* wall clock when it was complete */
};

void overview_release(struct overview *); /* empty again */
/* Takes one line of the answer; `end -` completes it. */
void overview_take(struct overview *, const struct line *, int64_t wall_us);

/* How many checks are in this state. */
size_t overview_count(const struct overview *, const char *state);
const char *overview_word(const struct overview *, const char *key); /* never NULL */

/* The document of `nines status --json` and /status.json. New reference. */
json_t *overview_json(const struct overview *);
/* The health alone. New reference. */
json_t *overview_health_json(const struct overview *);

#endif
