/* tests/bench/stored: prints every result of a database from a time on, a line each: verdict, start
 * (wall clock), how late it was, both in microseconds. Called by bench.py. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../core/store/read.h"

static bool print(const struct read_result *r, void *with)
{
	(void)with;
	printf("%d %" PRId64 " %" PRId64 "\n", r->result->verdict != SLA_UP, r->result->start_us,
	       r->result->start_us - r->result->due_us);
	return true;
}

int main(int argc, char **argv)
{
	const struct read_target *list;
	struct text wrong = {0};
	struct read *r = argc == 3 ? read_open(argv[1], &wrong) : NULL;
	size_t targets;
	bool is_fine = r && read_targets(r, &list, &targets);

	for (size_t i = 0; is_fine && i < targets; i++)
		is_fine = read_results(r, &list[i], strtoll(argv[2], NULL, 10), INT64_MAX, print,
				       NULL);
	if (!is_fine)
		fprintf(stderr, "%s\n", r ? read_wrong(r) : text_get(&wrong));
	read_close(r);
	text_release(&wrong);
	return !is_fine;
}
