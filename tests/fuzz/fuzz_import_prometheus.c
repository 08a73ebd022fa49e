/* tests/fuzz/fuzz_import_prometheus: any bytes as what a server of Prometheus answered: up to the
 * first line end about probe_success, behind it about probe_duration_seconds. */
#include "../../core/import/prometheus.h"
#include "../lib/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	static const char *path[] = {"url"};
	struct import im = {.now_us = INT64_C(1795290000000000),
			    .labels = "job,instance",
			    .file = path[0],
			    .files = 1};
	const uint8_t *newline = size ? memchr(input, '\n', size) : NULL;
	size_t first = newline ? (size_t)(newline - input) : size;
	struct text success = {0}, seconds = {0};

	text_add(&success, (const char *)input, first);
	if (newline)
		text_add(&seconds, (const char *)newline + 1, size - first - 1);
	im.path = memcpy(malloc(sizeof path), path, sizeof path);
	im.format = import_fuzz_find("prometheus");
	prometheus_take(&im, &success, &seconds, 1, INT64_C(4000000000000000));
	import_finish(&im);
	if (!im.problem_count)
		import_judge(&im);
	import_release(&im);
	text_release(&success);
	text_release(&seconds);
	return 0;
}
