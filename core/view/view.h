/* view/view: the infrastructure as records: boxes (services), what stands in them, arrows between
 * them, roles. What it is drawn and written from.
 *
 * Items stand in preorder: a box in front of all that is in it. Names may come from anywhere: who
 * draws or writes them makes them harmless. Invariant: never more than VIEW_ITEMS items and
 * VIEW_ARROWS arrows; what is beyond is counted, not kept. Pure: no clock, no file. */
#ifndef NINES_VIEW_VIEW_H
#define NINES_VIEW_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/text.h"

#define VIEW_ITEMS  2000
#define VIEW_ARROWS 500
#define VIEW_ROLES  26 /* letters */
#define VIEW_DEPTH  8 /* of boxes in boxes */

/* What the dot says. */
enum view_light {
	VIEW_UP,
	VIEW_DEGRADED,
	VIEW_UNCONFIRMED, /* it failed, and is looked at again */
	VIEW_PARTIAL, /* of a box: it is down, but some of what is in it works */
	VIEW_DOWN,
	VIEW_UNKNOWN,
	VIEW_MAINTENANCE,
	VIEW_OUT, /* on purpose: shown, and not counted */
	VIEW_LIGHTS
};

struct view_item {
	const char *name, *title; /* borrowed from whoever made the view */
	const char *standing; /* why it is out: "in-preparation"; "" where it is not */
	bool is_box;
	bool is_loose; /* a box of what is no group: it has no state */
	enum view_light light;
	int64_t lasts_us; /* how long it has been down, or else has not been; -1: not known */
	int parent; /* the box that it stands in, -1: none */
	int role; /* -1: none */
	int64_t up, need, of; /* of a box: members that work, are needed, count */
	bool is_weighted; /* these are weights, not numbers of members */
};

/* From one box to another, by their places. */
struct view_arrow {
	int from, to;
	bool is_fallback; /* the way that is taken when the ordinary one cannot be */
};

struct view_role {
	const char *name, *title, *text; /* borrowed; text: what it does, "" */
};

struct view {
	struct view_item *item;
	size_t items, item_room;
	struct view_arrow *arrow;
	size_t arrows, arrow_room;
	struct view_role role[VIEW_ROLES];
	size_t roles;
	size_t left_out; /* items for which there was no room */
};

/* Zero-initialise. */
void view_release(struct view *);
/* Its place, or -1: there is no room. `parent`, -1 or a box, must be the last item or one that it
 * stands in. */
int view_add(struct view *, const struct view_item *);
/* Once each; from and to are boxes. */
void view_point(struct view *, int from, int to, bool is_fallback);
/* The place of the role of that name, which is added at its end where there is none; -1: no room.
 */
int view_role(struct view *, const char *name);

/* "up", "in preparation": for people. */
const char *view_says(const struct view_item *);
/* What view_says(), and of what fails for how long: "down 5 min". */
void view_add_says(struct text *, const struct view_item *);
/* "online 3 d 4 h"; nothing where it is not known, or it is not. */
void view_add_online(struct text *, const struct view_item *);
/* "3 d 4 h", "12 min", "40 s". */
void view_add_span(struct text *, int64_t us);
/* 'A', 'B' ...; ' ' where it has no role. */
char view_letter(int role);

#endif
