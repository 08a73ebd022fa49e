/* web/copies: what the process `copier` asks the web for: the paths of a page's static copy, and
 * each as a file (docs/architecture.md).
 *
 * The web opens no file: it hands texts over, and the copier decides whether a name may be written.
 * One page is rendered at a time, so visitors are served in between. Part of the web's process. */
#ifndef NINES_WEB_COPIES_H
#define NINES_WEB_COPIES_H

#include "../base/link.h"
#include "feed.h"

struct copies {
	struct link copier;
	struct loop *loop;
	struct loop_timer wait; /* for the keeper's answer */
	struct feed *feed;
	struct site *site;
	char *listing; /* the page whose list waits, NULL: none */
	int64_t give_up_us;
	struct map paths; /* of the page that was listed last */
	struct text names; /* the same as lines, in order */
	char *listed;
	bool is_linked;
};

void copies_init(struct copies *, struct loop *, struct feed *, struct site *);
void copies_release(struct copies *);
/* Takes over the connected socket to a copier, in place of the one before. */
void copies_link(struct copies *, int fd);

#endif
