/* web/rules: what the configuration says about figures, as the parent tells it.
 *
 * Lines come between `begin` and `end` (docs/architecture.md); a set with one line that cannot be
 * believed is thrown away whole, and the one before stays. Reads no file. Used by web/figures. */
#ifndef NINES_WEB_RULES_H
#define NINES_WEB_RULES_H

#include "../config/policy.h"

#define RULES_BYTES (256u << 20) /* of one set */

struct rules_set;

/* Zero-initialise. */
struct rules {
	struct rules_set *now, *next; /* in force, being told; NULL: none */
};

void rules_release(struct rules *);

/* True when the line ended a set that differs from the one in force: the caller lets go of what
 * rules_get() answered, then calls rules_change(). */
bool rules_take(struct rules *, const struct line *);
void rules_change(struct rules *);

/* Stands until rules_change(). NULL: none was told yet. */
const struct config_policies *rules_get(const struct rules *);

#endif
