/* page/scene: how everything that one page shows stands now: what is measured and what open posts
 * claim, put together. Made anew for each rendering; pure.
 *
 * Invariant: nothing that the page does not show has any part in it. */
#ifndef NINES_PAGE_SCENE_H
#define NINES_PAGE_SCENE_H

#include "../base/map.h"
#include "../board/post.h"
#include "../web/site.h"

#define SCENE_POSTS 2000 /* of one page; the newest */
#define SCENE_DEPTH 30 /* of services in services; deeper ones are not looked at */

/* From the best; a claim of maintenance hides what is measured meanwhile. */
enum level {
	LEVEL_UP,
	LEVEL_UNKNOWN,
	LEVEL_MAINTENANCE,
	LEVEL_DEGRADED,
	LEVEL_PARTIAL,
	LEVEL_MAJOR,
	LEVELS
};
/* "operational" ... "major_outage": as Statuspage has them, and "unknown". */
extern const char *const level_word[LEVELS];
/* "up" "unknown" "maintenance" "degraded" "down" "down": classes of the style sheet. */
extern const char *const level_class[LEVELS];

/* A check or a service that the page shows. */
struct part {
	const char *name, *title;
	const struct target *target; /* NULL: the catalog does not have it */
	const struct overview_check *check; /* NULL: it is a service */
	const struct overview_service *service;
	const char *members; /* names, lines; "" of a check */
	const char *standing; /* "in-service", "paused", "retired" ...: shown, else not counted */
	enum level level, claimed;
	int64_t since_us, claimed_us; /* since when it is so; 0: nobody knows */
	bool is_member; /* of a service that is shown: it does not stand at the top */
	bool is_open; /* while levels are worked out */
	bool is_done;
};

struct scene {
	const struct site *site;
	const struct page *page;
	bool details; /* whoever reads this may know reasons and addresses */
	struct part *part; /* services first */
	size_t parts;
	struct map by_name;
	struct part **top; /* in the order of the page */
	size_t tops;
	struct post *post; /* published, of this page, the newest beginning first */
	size_t posts;
	enum level overall;
};

/* `page` must stay, and all that the site holds. */
void scene_open(struct scene *, const struct site *, const struct page *, bool details);
void scene_close(struct scene *);

const struct part *scene_find(const struct scene *, const char *name); /* NULL: not shown */
/* A published post that the page shows, NULL. */
const struct post *scene_post(const struct scene *, const char *id);
bool scene_counts(const struct part *); /* its standing is in-service */

/* How many members of a service stand how; zero-initialise, and count only those that count. */
struct scene_members {
	size_t working, failing, maintained;
};
void scene_count(struct scene_members *, enum level);
/* What a service is called that is measured as `l`: one that fails only by what is under
 * maintenance is so, too; one with members that work is partly out. */
enum level scene_service(enum level l, const struct scene_members *);
/* What people read of it: a key of say(). It was never probed, or does not count; else its level.
 */
const char *scene_word(const struct part *);
const char *scene_class(const struct part *); /* of the style sheet */

#endif
