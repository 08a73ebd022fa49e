/* board/post_event: what subscribers are told of: each update of a published post, as it is
 * published. Made by the keeper's post.c, heard by subscriber.c. */
#ifndef NINES_BOARD_POST_EVENT_H
#define NINES_BOARD_POST_EVENT_H

#include <stdbool.h>

#include "board.h"

struct keeper;

enum post_happened {
	POST_OPENED, /* an incident is told for the first time; news; a maintenance is announced */
	POST_UPDATED,
	POST_RESCHEDULED, /* a maintenance: its dates have changed */
	POST_REMINDED, /* it begins soon; no update */
	POST_BEGUN, /* it has begun */
	POST_ENDED, /* an incident is resolved, a maintenance is completed */
	POST_CANCELLED, /* a maintenance will not be, or a post was withdrawn */
	POST_EXPLAINED, /* the post-mortem */
	POST_RETRACTED, /* an update was withdrawn; no update */
	POST_HAPPENINGS
};
extern const char *const post_happened_name[POST_HAPPENINGS]; /* "opened" */

struct post_event {
	enum post_happened happened;
	const struct card *post; /* as it is now: post_read() */
	const struct card *update; /* what is new: update_read(); NULL: nothing was written */
	/* False: a maintenance that takes nothing down: only for who wants to hear of those, too.
	 */
	bool is_warning;
};

/* Tells whoever subscribed to the post's sort, pages and components. Cards are borrowed. */
void subscribers_tell(struct keeper *, const struct post_event *);

#endif
