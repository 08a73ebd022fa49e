/* board/post_inside: what post_words.c, which judges words, post_judge.c, which judges requests,
 * and canned.c share. See post.h. */
#ifndef NINES_BOARD_POST_INSIDE_H
#define NINES_BOARD_POST_INSIDE_H

#include <string.h>

#include "post.h"

/* One sentence in place of what stands there; always false. */
bool post_refuse(struct text *wrong, const char *format, ...) __attribute__((format(printf, 2, 3)));

extern const char *const *const post_state_of[POST_SORTS]; /* each ends with NULL */
/* Its place among the words, -1: it is none of them, and *wrong says which there are. */
int post_judge_word(const char *what, const char *word, const char *const *list,
		    struct text *wrong);
bool post_judge_body(const char *body, struct text *wrong);
bool post_judge_event(const struct update *, const struct post_world *, struct text *wrong);
bool post_judge_span(const struct post *, const struct post_world *, struct text *wrong);
/* Title, impact, cause, components, states, pages and span; components only where the request names
 * them: what was one once may be configured no more. */
bool post_judge_words(const struct post *, const struct post_world *, const struct line *request,
		      struct text *wrong);

/* Those words of the request that it has. */
void post_take_text(const struct line *, const char *key, const char **into);
void post_take_words(struct post *, const struct line *);

/* ---- post_judge.c ---- */

/* A window of that span; what is over, or takes nothing down, has none. */
void post_plan(struct post_change *, int64_t from_us, int64_t to_us);
/* A new update in the words of the request. */
void post_put_update(struct post_change *, const struct line *, int64_t event_us);
/* The newest of its updates by event that was not withdrawn, nor is `but`; NULL: none. */
const struct card *post_last_update(const struct board *, const char *post, const char *but);
/* A draft is written anew: nobody has read it. */
bool post_judge_draft(struct post_change *, const struct board *, const struct line *request,
		      const struct post_world *, struct text *wrong);

/* ---- post_update.c ---- */

/* The windows of a maintenance that is at another time, or of other components or impact. */
void post_replan(struct post_change *, const struct post *was, const struct post_world *);

bool post_judge_update(struct post_change *, const struct board *, const struct line *request,
		       const struct post_world *, struct text *wrong);

#endif
