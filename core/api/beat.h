/* api/beat: which passive check an address of the web means, and what its job says in each of three
 * dialects: Healthchecks, Uptime Kuma's push, Gatus' external endpoints. What comes of it is one
 * line `beat NAME text=` for the keeper. Pure, but for one table that is made anew when the checks
 * change. */
#ifndef NINES_API_BEAT_H
#define NINES_API_BEAT_H

#include "../web/site.h"

#define BEAT_TEXT_BYTES 400 /* of what a job says; the rest is cut off */

/* A check of that module, by its address. NULL: none has it. The text lives until the checks
 * change. */
const char *beat_check(const struct site *, const char *address, const char *module);
/* By the shared key and a slug: how many have that slug, the last of them in *name. -1: that is not
 * the key. */
int beat_shared(const struct site *, const char *key, const char *slug, const char **name);
/* Is the key GROUP_NAME one of that check? */
bool beat_is_named(const char *name, const char *key);

enum beat_wrong {
	BEAT_FINE,
	BEAT_MALFORMED, /* no such event, no run's name */
};

/* Appends what the check's module is to hear: "exit @RUN ~-1 3 disk full". `event`: the rest of the
 * path, "" for a success. */
enum beat_wrong beat_add(struct text *, const char *event, const char *run, const char *body,
			 size_t size);
/* status=up|down&msg=&ping= ; `ping` in milliseconds. */
enum beat_wrong beat_add_push(struct text *, const char *status, const char *said,
			      const char *ping);
/* success=true|false&error=&duration=10s */
enum beat_wrong beat_add_external(struct text *, const char *success, const char *said,
				  const char *duration);

#endif
