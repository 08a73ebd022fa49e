/* Any text as a line of crontab: refused with a sentence, or due at a whole minute behind the time
 * asked for. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/cron.h"

#define AFTER_S 1774746000 /* half an hour before the clocks of Berlin go forward */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct zone *zone;
	char *text = malloc(size + 1);
	struct text wrong = {0};
	struct cron c;
	int64_t next_s;

	if (!text)
		return 0;
	if (!zone)
		zone = zone_open("Europe/Berlin", &wrong);
	memcpy(text, bytes, size);
	text[size] = '\0';
	if (cron_parse(&c, text, &wrong)) {
		next_s = zone ? cron_next(&c, zone, AFTER_S) : 60;
		assert(next_s % 60 == 0 && (!zone || next_s > AFTER_S));
		assert(!zone || next_s != cron_next(&c, zone, next_s));
	} else {
		assert(wrong.size);
	}
	text_release(&wrong);
	free(text);
	return 0;
}
