/* page/badge: a badge as an SVG of its own, and as the JSON that shields.io draws one from.
 *
 * White on a dark field in either half, with a contrast of 4.5 at least; the text says it all, the
 * colour repeats it. Texts may be anybody's: they are made harmless and cut. Pure. */
#ifndef NINES_PAGE_BADGE_H
#define NINES_PAGE_BADGE_H

#include "../base/text.h"

#define BADGE_LABEL 200 /* units of width: longer texts are cut */

enum badge_colour { BADGE_GOOD, BADGE_WARN, BADGE_BAD, BADGE_NONE, BADGE_FACT };

struct badge {
	const char *label, *message;
	enum badge_colour colour;
	int cache_s; /* how long it may be kept */
	bool is_flat; /* square corners */
};

void badge_svg(struct text *, const struct badge *);
/* https://shields.io/badges/endpoint-badge */
void badge_json(struct text *, const struct badge *);

#endif
