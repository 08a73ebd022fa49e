/* web/framing: whether the head of a request says once and plainly what it holds and where its body
 * ends: what a proxy in front could read otherwise than this server is refused (F57).
 *
 * libmicrohttpd 0.9 takes a bare LF for the end of a line and a NUL for the end of a value,
 * whatever MHD_OPTION_STRICT_FOR_CLIENT says, and tells neither. But it parses in place: as long as
 * each line ended in CRLF and held no NUL, all that it tells of lies in memory with nothing
 * between. Used by visit.c. */
#ifndef NINES_WEB_FRAMING_H
#define NINES_WEB_FRAMING_H

#include <microhttpd.h>

#define FRAMING_BLANKS 256 /* between a header's colon and its value */

/* `method` and `version` as libmicrohttpd has them, `target` as it stood in the request line (NULL:
 * there was no memory). NULL, or why it is refused. */
const char *framing_wrong(struct MHD_Connection *, const char *method, const char *target,
			  const char *version);

#endif
