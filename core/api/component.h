/* api/component: what a page shows of checks and services, in the words of Statuspage: a tree of
 * two levels, and what each is like, by what was measured and by what people say of it. Pure. */
#ifndef NINES_API_COMPONENT_H
#define NINES_API_COMPONENT_H

#include "../base/map.h"
#include "../base/text.h"
#include "../page/scene.h"

enum component_status {
	COMPONENT_OPERATIONAL,
	COMPONENT_DEGRADED,
	COMPONENT_PARTIAL,
	COMPONENT_MAJOR,
	COMPONENT_MAINTENANCE,
	COMPONENT_STATUSES
};
extern const char *const component_status_name[COMPONENT_STATUSES]; /* "major_outage" */

struct component {
	const struct target *target;
	size_t group; /* place of the service that it is listed under; SIZE_MAX: none */
	enum component_status status;
	int64_t since_us; /* of what was measured */
	bool is_known; /* its status is measured or said; else nothing is known against it */
	bool is_group;
};

struct components {
	struct component *at;
	size_t count;
	enum level overall; /* of the page as a whole */
	struct map by_name;
};

void components_open(struct components *, const struct site *, const struct page *);
void components_close(struct components *);
const struct component *components_find(const struct components *, const char *name); /* NULL */
/* Twelve letters and digits for a name, the same for ever. */
void component_id(const char *name, char id[TEXT_STAMP]);

#endif
