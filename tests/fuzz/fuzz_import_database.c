/* tests/fuzz/fuzz_import_database: any bytes as the SQLite database of Uptime Kuma or Gatus, as the
 * first byte says. */
#include "../lib/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct import im = {.initial = SLA_NOT_MONITORED, .now_us = INT64_C(1795290000000000)};
	char path[] = "/tmp/fuzz_import_XXXXXX"; /* SQLite opens no memory by a path */
	int fd;

	if (!size)
		return 0;
	im.is_with_sums = *input & 2;
	fd = mkstemp(path);
	import_must(fd >= 0 && write(fd, input + 1, size - 1) == (ssize_t)size - 1);
	import_fuzz_format(&im, import_fuzz_find(*input & 1 ? "kuma" : "gatus"), path);
	close(fd);
	unlink(path);
	return 0;
}
