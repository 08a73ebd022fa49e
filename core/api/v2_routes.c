/* api/v2_routes: /api/v2/...: what status page readers of others ask for. Open to scripts of any
 * site: everything in it is public. See v2.h. */
#include <string.h>

#include "../web/json.h"
#include "../web/route.h"
#include "v2.h"

#define V2 "/api/v2/"

static const struct document {
	const char *path;
	struct v2_view view;
} document[] = {
	{V2 "summary.json",
	 {.has_status = true,
	  .has_components = true,
	  .incidents = V2_UNRESOLVED,
	  .maintenances = V2_AHEAD}},
	{V2 "status.json", {.has_status = true}},
	{V2 "components.json", {.has_components = true}},
	{V2 "incidents.json", {.incidents = V2_ALL}},
	{V2 "incidents/unresolved.json", {.incidents = V2_UNRESOLVED}},
	{V2 "scheduled-maintenances.json", {.maintenances = V2_ALL}},
	{V2 "scheduled-maintenances/upcoming.json", {.maintenances = V2_UPCOMING}},
	{V2 "scheduled-maintenances/active.json", {.maintenances = V2_ACTIVE}},
};

static void show(const struct site *s, const struct request *r, struct answer *a)
{
	struct text base = {0};
	struct v2_view view;
	size_t i = 0;

	while (strcmp(document[i].path, r->route->path))
		i++;
	view = document[i].view;
	request_base(r, &base);
	view.site = s;
	view.page = r->page;
	view.base = text_get(&base);
	json_write(&a->body, v2_json(&view));
	a->type = "application/json; charset=utf-8";
	a->allow_origin = "*";
	a->status = s->overview->is_complete ? 200 : 503;
	text_release(&base);
}

#define DOCUMENT(path_)                                                                 \
	{                                                                               \
		.method = "GET", .path = V2 path_, .shows = SHOWS_STATE, .answer = show \
	}

extern const struct route v2_routes[];
const struct route v2_routes[] = {
	DOCUMENT("summary.json"),
	DOCUMENT("status.json"),
	DOCUMENT("components.json"),
	DOCUMENT("incidents.json"),
	DOCUMENT("incidents/unresolved.json"),
	DOCUMENT("scheduled-maintenances.json"),
	DOCUMENT("scheduled-maintenances/upcoming.json"),
	DOCUMENT("scheduled-maintenances/active.json"),
	{0},
};
