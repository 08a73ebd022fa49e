/* web/routes: all tables of routes, and how one is found. A new file of routes is two lines here.
 * See route.h. */
#include <string.h>

#include "route.h"

extern const struct route page_routes[];
extern const struct route view_routes[];
extern const struct route balance_routes[];
extern const struct route sign_routes[];
extern const struct route enter_routes[];
extern const struct route admin_routes[];
extern const struct route beat_routes[];
extern const struct route v2_routes[];
extern const struct route feed_routes[];
extern const struct route metrics_routes[];
extern const struct route v1_routes[];
extern const struct route hook_routes[];
extern const struct route statuspage_routes[];
extern const struct route badge_routes[];
extern const struct route monitor_routes[];
extern const struct route statistics_routes[];
extern const struct route nines_routes[];
extern const struct route subscribe_routes[];
extern const struct route subscription_routes[];
extern const struct route claim_routes[];

const struct route *const routes[] = {
	page_routes,
	view_routes,
	balance_routes,
	sign_routes,
	enter_routes,
	admin_routes,
	beat_routes,
	v2_routes,
	feed_routes,
	metrics_routes,
	v1_routes,
	hook_routes,
	statuspage_routes,
	badge_routes,
	monitor_routes,
	statistics_routes,
	nines_routes,
	subscribe_routes,
	subscription_routes,
	claim_routes,
	NULL,
};

/* How well the route fits: 0 not at all, more for a longer one, most for one written out. */
static size_t fit_of(const struct route *r, const char *path, const char **tail)
{
	size_t size = strlen(r->path);

	*tail = "";
	if (size && r->path[size - 1] == '*') {
		if (strncmp(r->path, path, size - 1) || !path[size - 1])
			return 0;
		*tail = path + size - 1;
		return size;
	}
	return strcmp(r->path, path) ? 0 : SIZE_MAX;
}

static bool has_method(const struct route *r, const char *method)
{
	return !strcmp(r->method, "*") || !strcmp(r->method, method) ||
	       (!strcmp(r->method, "GET") && !strcmp(method, "HEAD"));
}

static void add_allow(char allow[ROUTE_ALLOW_BYTES], const char *method)
{
	size_t size = strlen(allow), more = strlen(method);

	if (strstr(allow, method) || size + more + 3 > ROUTE_ALLOW_BYTES)
		return;
	if (size) {
		memcpy(allow + size, ", ", 2);
		size += 2;
	}
	memcpy(allow + size, method, more + 1);
	if (!strcmp(method, "GET"))
		add_allow(allow, "HEAD");
}

const struct route *route_find(const char *method, const char *path, const char **tail,
			       char allow[ROUTE_ALLOW_BYTES])
{
	const struct route *best = NULL;
	const char *ends = "", *found = "";
	size_t best_fit = 0;

	if (allow)
		*allow = '\0';
	for (size_t i = 0; routes[i]; i++)
		for (const struct route *r = routes[i]; r->path; r++) {
			size_t fit = fit_of(r, path, &ends);

			if (fit && allow)
				add_allow(allow, r->method);
			if (fit <= best_fit || !has_method(r, method))
				continue;
			best = r;
			best_fit = fit;
			found = ends;
		}
	if (tail)
		*tail = found;
	return best;
}
