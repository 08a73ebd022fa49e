/* page/telling: posts as visitors read them: what is going on, update by update, corrections with
 * what stood there before, and what it means for what the page shows. Pure. */
#ifndef NINES_PAGE_TELLING_H
#define NINES_PAGE_TELLING_H

#include "scene.h"

enum telling {
	TELL_WHOLE, /* with all its updates, the newest first */
	TELL_SHORT /* with the last one */
};

/* Appends the post as an article whose heading is an <h`level`>; 1: it is what the page is about.
 */
void telling_add(struct text *, const struct scene *, const char *base, const struct post *,
		 enum telling, int level);
/* "[Resolved] Title" */
void telling_add_title(struct text *, const struct post *);

#endif
