/* web/enter: who asks for a private page, what he brings that opens it, and what he is answered
 * when it does not. What opens it is decided in permit.c; the server asks before any handler sees
 * a request, the form is core/page/enter_routes.c. */
#ifndef NINES_WEB_ENTER_H
#define NINES_WEB_ENTER_H

#include "permit.h"
#include "visit.h"

#define ENTER_SECONDS (30 * 24 * 3600) /* the password is asked for again after so long */

/* How much he may see of r->page as it is now; behind visit_find_visitor(), visit_find_page() and
 * sign_read(). A password in the head that is needed counts as one try, the first time. */
enum permit_sight enter_look(struct visit *, const struct site *);
/* The head's password is to be worked out: then enter_try(), else enter_refuse(). */
bool enter_wants_try(const struct visit *);
/* Puts the question; the answer is a refusal, or the visit's phase is VISIT_ENTERED. */
void enter_try(struct visit *);
/* The form, or in a word that the page is private: nothing of what it shows. */
enum MHD_Result enter_refuse(struct visit *, const struct site *);

/* 0, or how many us his network waits before it may try again; a try counts as wrong until
 * enter_forgive(). */
int64_t enter_count(const struct request *, const char *page);
void enter_forgive(const struct request *, const char *page);
/* The cookie of who knows the page's password, from now on. */
void enter_cookie(const struct request *, struct text *, int64_t now_us);
/* Where he wanted to go, as an address of the page, from the target of the request. */
const char *enter_wanted(const struct request *);

#endif
