/* tests/lib/replay: stands in for libFuzzer in the ordinary test run: feeds each file of the corpus
 * REPLAY to the target once, then the same file cut short at every byte (up to a limit) and with
 * single bytes changed, so that gcc's sanitizers see them too. */
#include <dirent.h>
#include <stdint.h>
#include <stdlib.h>

#include "tap.h"

#define FILE_BYTES 65536
#define CUTS 400

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

/* In a heap block of just this size, so that reading past it is seen. */
static void feed(const uint8_t *input, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		return;
	memcpy(copy, input, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void feed_file(const char *path)
{
	static uint8_t input[FILE_BYTES];
	FILE *f = fopen(path, "rb");
	size_t size;

	if (!f)
		return;
	size = fread(input, 1, sizeof input, f);
	fclose(f);
	feed(input, size);
	for (size_t cut = 0; cut < size && cut < CUTS; cut++) {
		feed(input, cut);
		input[cut] ^= 0x20;
		feed(input, size);
		input[cut] ^= 0x20;
	}
}

int main(void)
{
	char path[1024];
	struct dirent *entry;
	DIR *corpus = opendir(REPLAY);
	int files = 0;

	while (corpus && (entry = readdir(corpus))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", REPLAY, entry->d_name);
		feed_file(path);
		files++;
	}
	if (corpus)
		closedir(corpus);
	ok(files > 0, "%d files of %s were taken without harm", files, REPLAY);
	return done_testing();
}
