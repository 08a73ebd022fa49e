/* board/canned: posts that nines begins, goes on with and ends by itself, from texts that people
 * wrote beforehand: the sections `canned` of the configuration. Pure: what fails, the cards and the
 * time in, one change out.
 *
 * As soon as something of a section fails a draft is made. With `post = auto` it is published once
 * that has failed for `after`; when all of it works again it is resolved. What works again before
 * that leaves nothing. A post whose section is gone goes on by one that keeper/canned.c makes of
 * it. Whatever somebody changes goes on no more by itself, and nothing new is made of a failure
 * that somebody has dealt with, or has told of in a post of his own that names it. */
#ifndef NINES_BOARD_CANNED_H
#define NINES_BOARD_CANNED_H

#include "post.h"

/* What is told when all works again, where nobody wrote another text. */
#define CANNED_RESOLVE "{{name}}: works again."

enum canned_is { CANNED_WORKS, CANNED_FAILS, CANNED_UNKNOWN };

/* A check or service of a section as it is now. */
struct canned_target {
	const char *name;
	const char *title; /* what people call it */
	const char *claim; /* of one that fails: major_outage, degraded_performance */
	enum canned_is is;
	int64_t since_us; /* wall clock: the first failure; when it worked again */
};

enum canned_post { CANNED_OFF, CANNED_DRAFT, CANNED_AUTO };

/* One section. Texts may hold {{name}} (titles of what fails), {{state}} (down, degraded),
 * {{since}}. */
struct canned {
	const char *name;
	const char *title, *text, *resolve_text, *impact, *pages;
	enum canned_post post;
	int64_t after_us;
};

/* The one change that is due of that section now, if there is one; asked again until there is
 * none. `change->post.card` says which post it is of, NULL: a new one. */
bool canned_is_due(struct post_change *, const struct canned *, const struct canned_target *,
		   size_t targets, const struct board *, int64_t now_us);

/* The first {{word}} of a text that there is not, or NULL; appended to *word. */
const char *canned_wrong_word(const char *text, struct text *word);

#endif
