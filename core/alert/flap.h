/* alert/flap: does a check change too often? Nagios' formula: of the last 21 results each change
 * counts, the newest two thirds more than the oldest; flapping begins at `high` percent and ends
 * below `low`. Pure; zero-initialised it knows nothing yet, and nothing flaps before 21 results. */
#ifndef NINES_ALERT_FLAP_H
#define NINES_ALERT_FLAP_H

#include <stdbool.h>
#include <stdint.h>

#define FLAP_RESULTS 21
#define FLAP_LOW 20 /* percent, where nothing is configured */
#define FLAP_HIGH 40

struct flap_policy {
	bool is_off;
	int low, high; /* percent */
};

struct flap {
	uint32_t passed; /* the last results, newest in bit 0 */
	uint8_t known;	 /* how many */
	uint8_t newest;	 /* its place in at_us */
	bool is_on;
	/* of the results, a ring: older ones stand behind the newest */
	int64_t at_us[FLAP_RESULTS];
};

/* "20%-40%" or "no". False: neither, *policy is as it was. */
bool flap_policy_parse(struct flap_policy *, const char *text);

/* One more result. True when flapping begins or ends by it: see is_on. */
bool flap_add(struct flap *, const struct flap_policy *, bool passed, int64_t at_us);

/* What is not known counts as no change. */
int flap_permille(const struct flap *);
int flap_changes(const struct flap *);
/* The first change among the results: since when it flaps. 0: there is none. */
int64_t flap_since_us(const struct flap *);

#endif
