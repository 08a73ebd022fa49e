/* tests/fuzz/fuzz_import_csv: any bytes as a history in CSV, the first byte choosing options. */
#include "../lib/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct import im = {.initial = SLA_NOT_MONITORED, .now_us = INT64_C(1795290000000000)};

	if (!size)
		return 0;
	im.check = *input & 1 ? "all of it" : NULL;
	import_fuzz(&im, import_fuzz_find("csv"), input + 1, size - 1);
	return 0;
}
