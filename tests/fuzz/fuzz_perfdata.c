/* Feeds any text to what takes the words of a plugin apart: it ends, and what it gives is whole. */
#include "../../modules/exec/perfdata.c"
#include "../../modules/exec/said.c"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text = calloc(4, size + 2), *part = text + size + 2;
	struct said said = {part, part + size + 2, part + 2 * (size + 2)};
	const char *at = said.perfdata;
	struct perf item;

	if (!text)
		return 0;
	memcpy(text, bytes, size);
	said_strike(text, "se");
	said_split(&said, text);
	said_cut(said.text, 10);
	assert(strlen(said.text) <= 10 && strlen(said.more) <= size);
	while (perfdata_take(&at, &item)) {
		assert(at <= said.perfdata + strlen(said.perfdata) && *item.label);
		assert(isfinite(item.value) && (item.is_known || !*item.unit));
		assert(strlen(item.unit) < PERF_UNIT && strlen(item.limits) < PERF_LIMITS);
	}
	free(text);
	return 0;
}
