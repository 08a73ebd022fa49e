/* api/hook: what other monitors send, as events for checks of the module `inbound`: webhooks of
 * Alertmanager (version 4) and whoever imitates it, of Statuspage, and any other JSON, which the
 * module itself reads. And whether a signature is good. Pure, but for the signatures seen lately.
 */
#ifndef NINES_API_HOOK_H
#define NINES_API_HOOK_H

#include "../base/text.h"

#define HOOK_EVENT_BYTES 12000 /* what the keeper takes; more of it is refused */
#define HOOK_PATIENCE_S  300 /* a signature is good for so long, and once */

/* Appends the event. False: *wrong says why it is none. */
bool hook_add(struct text *event, const char *body, size_t size, struct text *wrong);

enum hook_signature { HOOK_GOOD, HOOK_MALFORMED, HOOK_WRONG, HOOK_OLD, HOOK_REPLAYED };
/* "t=SECONDS,v1=HEX": the HMAC-SHA256 of "SECONDS." and the body, as our own notifier signs. */
enum hook_signature hook_verify(const char *header, const char *secret, const char *body,
				size_t size, int64_t now_us);
/* What bore that signature was not taken, so it may be sent again. */
void hook_retract(const char *header);

#endif
