/* api/v2: what a page shows, in the JSON of Statuspage's public API (interfaces.md 4.3), so that
 * whoever reads status pages reads ours. Pure. */
#ifndef NINES_API_V2_H
#define NINES_API_V2_H

#include <jansson.h>

#include "component.h"
#include "../page/notice.h"

#define V2_MOST 50 /* incidents, maintenances */

enum v2_part { V2_NONE, V2_ALL, V2_UNRESOLVED, V2_UPCOMING, V2_ACTIVE, V2_AHEAD };

/* What a document is made of; `base`: where the page is, "https://status.example.org". */
struct v2_view {
	const struct site *site;
	const struct page *page;
	const char *base;
	bool has_status, has_components;
	enum v2_part incidents, maintenances; /* of maintenances V2_AHEAD: upcoming and active */
};

/* New reference. */
json_t *v2_json(const struct v2_view *);

#endif
