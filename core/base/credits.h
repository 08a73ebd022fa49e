/* base/credits: what a customer gets back when a month was not as agreed: tiers "BELOW:PERCENT",
 * "99.99:10", from the highest threshold down.
 *
 * The one parser, as of hours.h: the loader judges with it, reports compute by it. Percentages are
 * millionths of a percent. Pure. */
#ifndef NINES_BASE_CREDITS_H
#define NINES_BASE_CREDITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

#define CREDITS_TIERS 16
#define CREDITS_REMEDY "write {\"99.99:10\", \"99.0:30\", \"95.0:100\"}"

/* Zero-initialise. */
struct credits {
	struct {
		int64_t below_micro, credit_micro;
	} tier[CREDITS_TIERS];
	size_t tiers;
};

/* Adds one tier, lower than the one before and with more credit. False: *wrong says why. */
bool credits_add(struct credits *, const char *text, struct text *wrong);

/* What is due for that availability: the lowest tier that it is below; 0: none. *below_micro is
 * that tier's threshold. */
int64_t credits_due(const struct credits *, int64_t judged_micro, int64_t *below_micro);

#endif
