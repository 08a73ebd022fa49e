/* web/respond: answers as responses of libmicrohttpd, with the headers that every one carries. */
#ifndef NINES_WEB_RESPOND_H
#define NINES_WEB_RESPOND_H

#include "cache.h"
#include "visit.h"

/* Sends what is kept, packed where the visitor takes that, or 304 where he has it. */
enum MHD_Result respond_kept(struct visit *, struct cache *, struct rendering *);
/* Sends the visit's own answer. */
enum MHD_Result respond(struct visit *);
/* Refuses before the body was read: the connection ends behind it. `allow` may be NULL. */
enum MHD_Result respond_refusal(struct visit *, unsigned status, const char *text,
				const char *allow);

#endif
