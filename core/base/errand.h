/* base/errand: the main loop of a role that is started for one thing: lines of the parent come in,
 * the answer goes out, the process ends. Used by the loader, lint and the reporter. */
#ifndef NINES_BASE_ERRAND_H
#define NINES_BASE_ERRAND_H

#include "link.h"

struct errand {
	const char *role;
	size_t most_bytes; /* of the answer */
	/* Called for each line but `stop`, which ends the process. Once the answer stands in
	 * link_line(&parent) it sets is_done; a text that it returns closes the link. */
	const char *(*take)(struct errand *, const struct line *);
	void *with; /* the role's */
	bool is_done;
	struct link parent;
	/* its own: */
	struct loop *loop;
	struct loop_turn turn;
};

/* Takes the role's name for the log and its control link, and returns when the answer has gone out,
 * or nobody wants it any more. */
void errand_run(struct errand *, int control_fd);

#endif
