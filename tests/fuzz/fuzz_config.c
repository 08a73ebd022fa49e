/* tests/fuzz/fuzz_config: any bytes as a configuration file: sections and problems, never a crash.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../core/config/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);
const char *__lsan_default_suppressions(void);

/* libconfuse itself loses what was read of a function's arguments when the file ends in them. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfuse\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct parse p;
	char path[32];

	if (fd < 0 || write(fd, input, size) < 0)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	parse_init(&p);
	parse_file(&p, path);
	problems_sort(&p);
	for (struct section *s = p.first; s; s = s->next)
		if (!s->word || !s->title || s->line < 1 || (s->parent && !s->parent->word))
			abort();
	parse_release(&p);
	close(fd);
	return 0;
}
