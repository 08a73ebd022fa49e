/* tests/fuzz/fuzz_line: any bytes as a line: refused, or read and then written and read back the
 * same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static void write_line(struct text *t, const struct line *l)
{
	line_begin(t, l->verb, l->id);
	line_add_words(t, l, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct line line;
	struct text once = {0}, back = {0}, again = {0};
	char *copy = malloc(size + 1);

	memcpy(copy, input, size);
	if (!line_parse(&line, copy, size)) {
		write_line(&once, &line);
		text_puts(&back, once.at);
		if (!line_parse(&line, back.at, back.size)) {
			write_line(&again, &line);
			if (strcmp(once.at, again.at) != 0)
				abort();
		} else if (once.size < LINE_BYTES) {
			abort();
		}
	}
	text_release(&once);
	text_release(&back);
	text_release(&again);
	free(copy);
	return 0;
}
