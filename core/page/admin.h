/* page/admin: what the administration's pages share: who may reach what, forms, times. See
 * admin_routes.c. */
#ifndef NINES_PAGE_ADMIN_H
#define NINES_PAGE_ADMIN_H

#include "admin_page.h"

/* He may do it to everything in the list of names (lines); to what nobody owns by his role alone.
 */
bool admin_reaches(const struct site *, const struct request *, enum permit_act, const char *names);
/* What a visitor may not know of is not there. */
void admin_not_found(struct answer *);
/* "2026-11-22 18:00 CET", by the clock of the page; "" for 0. */
void admin_add_time(struct text *, const struct request *, int64_t wall_us);

/* What was done, as a word in the address says; NULL: nothing. */
const char *admin_done(const struct request *);

/* Why the keeper did not do it, with the answer's status; NULL: it did. */
const char *admin_refusal(struct answer *, const struct line *end);

/* ---- fields of forms ---- */

/* `more`: further attributes, a constant. */
void admin_text(struct text *, const char *key, const char *label, const char *value,
		const char *more);
void admin_long(struct text *, const char *key, const char *label, const char *value,
		const char *more);
/* What was typed before, or nothing. The label names the page's zone, and what `empty` means;
 * NULL: it must not be. What comes back is read by when_take(). */
void admin_time(struct text *, const struct request *, const char *key, const char *label,
		const char *empty);
/* Choices end with NULL; each is shown as say_of(said, choice) says it to visitors. */
void admin_choice(struct text *, const char *key, const char *label, const char *said,
		  const char *const *choice, const char *chosen);
void admin_box(struct text *, const char *key, const char *text, const char *value,
	       bool is_checked);
void admin_boxes(struct text *, const char *label, const struct text *boxes);

/* Who subscribed, and what visitors ask for: admin_people.c. */
void admin_add_people(struct text *, const struct site *, const struct request *);
void admin_show_subscribers(const struct site *, const struct request *, struct answer *);
void admin_remove_subscriber(const struct site *, const struct request *, struct answer *);
void admin_show_requests(const struct site *, const struct request *, struct answer *);
void admin_close_request(const struct site *, const struct request *, struct answer *);

/* Who claims a site: admin_claim.c. */
void admin_add_claims(struct text *, const struct site *, const struct request *);
void admin_show_claims(const struct site *, const struct request *, struct answer *);
void admin_judge_claim(const struct site *, const struct request *, struct answer *);

/* Pages of posts: admin_post.c, of new ones: admin_new.c. */
void admin_add_posts(struct text *, const struct site *, const struct request *);
void admin_show_new(const struct site *, const struct request *, struct answer *);
void admin_take_new(const struct site *, const struct request *, struct answer *);
void admin_show_post(const struct site *, const struct request *, struct answer *);
void admin_take_post(const struct site *, const struct request *, struct answer *);

#endif
