/* tests/fuzz/fuzz_import_upptime: any bytes as what git tells of an Upptime repository. */
#include "../lib/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	static const struct import_format log = {"upptime", "its log",
						 .read = import_read_upptime_log};
	struct import im = {.initial = SLA_NOT_MONITORED, .now_us = INT64_C(1795290000000000)};

	import_fuzz(&im, &log, input, size);
	return 0;
}
