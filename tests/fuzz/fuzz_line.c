/* tests/fuzz/fuzz_line: any bytes as a line: refused, or read and then written and read back the
 * same, its words one by one or as a range. Each word is read as a list of values, too. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/line.h"
#include "../../core/base/values.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static void write_line(struct text *t, const struct line *l)
{
	line_begin(t, l->verb, l->id);
	line_add_words(t, l, NULL);
}

static void compare_range(const struct line *l)
{
	struct text words = {0}, range = {0};

	line_add_words(&words, l, NULL);
	line_add_range(&range, l, 0, l->words);
	if (strcmp(text_get(&words), text_get(&range)) != 0)
		abort();
	text_release(&words);
	text_release(&range);
}

/* Each list in memory of its own, so that a sanitizer sees where it is left. */
static void take_lists(const struct line *l)
{
	for (size_t i = 0; i < l->words; i++) {
		char *list = strdup(l->word[i].value), *at = list;
		struct values_one v;
		size_t n = 0;

		while (values_take(&at, &v))
			n += strlen(v.name) + strlen(v.text);
		if (n > strlen(l->word[i].value) || at > list + strlen(l->word[i].value))
			abort();
		free(list);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct line line;
	struct text once = {0}, back = {0}, again = {0};
	char *copy = malloc(size + 1);

	memcpy(copy, input, size);
	if (!line_parse(&line, copy, size)) {
		compare_range(&line);
		take_lists(&line);
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
