/* tests/fuzz/fuzz_import_nagios: any bytes as a log of Nagios, the first byte choosing options. */
#include "../lib/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct import im = {.initial = SLA_NOT_MONITORED, .now_us = INT64_C(1795290000000000)};

	if (!size)
		return 0;
	im.check = *input & 1 ? "host/service" : NULL;
	im.initial = *input & 2 ? SLA_UP : SLA_NOT_MONITORED;
	im.is_unknown_when_off = *input & 4;
	import_fuzz(&im, import_fuzz_find("nagios"), input + 1, size - 1);
	return 0;
}
