/* courier/delivery: one attempt to deliver one letter: a notifier's deliver() on a fiber, under the
 * deadline of a probe.
 *
 * It is a probe (prober/probe.h) whose run() calls deliver(), so everything that check.h lends
 * works on letter_probe(), and a module that waits parks its letter alone. What the attempt came to
 * is decided here: delivered only when the module says so and its probe has not failed. Used by the
 * courier (many at once) and by `nines contact test` (one). */
#ifndef NINES_COURIER_DELIVERY_H
#define NINES_COURIER_DELIVERY_H

#include "../prober/probe.h"
#include "letter.h"

struct delivery_order {
	const struct notifier_module *module;
	const void *options;
	int64_t timeout_us;
	int address_family;
	bool wants_transcript;
	/* The finished line (with newline): `outcome ID outcome=(delivered later gave-up) reason
	 * after_us(0: not said) elapsed_us start_us step address steps transcript`. The letter is
	 * the caller's again. */
	void (*done)(struct letter *, const struct text *outcome, void *with);
	void *with;
};

/* Runs at once until its first wait; done() may come before this returns. The letter and what the
 * order points to must stay until then. */
void delivery_begin(struct probe_host *, struct letter *, const struct delivery_order *);

#endif
