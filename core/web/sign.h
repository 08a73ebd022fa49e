/* web/sign: who asks: a token in the head, or a session by its cookie; and whether a form is his
 * own. The server asks this before any handler sees a request (F50, F54). */
#ifndef NINES_WEB_SIGN_H
#define NINES_WEB_SIGN_H

#include "visit.h"

/* Finds out who asks; nobody where neither is good. */
void sign_read(struct visit *, const struct site *);
/* NULL, or why the form cannot have come from a page that was made for whoever is signed in. */
const char *sign_wrong_form(const struct visit *);
/* Where it came from is another site: what changes something is refused. */
bool sign_is_foreign(const struct request *);
/* He may not: to the sign-in where that could help. */
enum MHD_Result sign_refuse(struct visit *, const struct site *);

/* The cookie of a session; secret "": the one that ends it. */
void sign_cookie(const struct request *, struct text *, const char *secret);

#endif
