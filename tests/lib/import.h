/* tests/lib/import.h: reads bytes as a history and looks at what must hold of any: records in order
 * of target and time, each of a target that is there, windows likewise, no problem without its
 * text. */
#ifndef NINES_TESTS_IMPORT_H
#define NINES_TESTS_IMPORT_H

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../core/import/import.h"

static void import_must(bool holds)
{
	if (!holds)
		abort();
}

static void import_judge(const struct import *im)
{
	for (size_t i = 0; i < im->records; i++) {
		const struct import_record *r = &im->record[i], *last = r - 1;

		import_must(r->target < im->targets && r->state < SLA_STATES &&
			    r->cause < SLA_CAUSES && r->file < im->files && r->at_us > 0);
		import_must(!i || last->target < r->target ||
			    (last->target == r->target && last->at_us < r->at_us));
	}
	for (size_t i = 0; i < im->windows; i++)
		import_must(im->window[i].target < im->targets ||
			    im->window[i].target == UINT32_MAX);
	import_must(!im->problem_count == !im->problems.size);
}

static inline void import_fuzz_format(struct import *im, const struct import_format *f,
				      const char *path)
{
	import_read(im, f, path);
	import_finish(im);
	if (!im->problem_count)
		import_judge(im);
	import_must(!im->problem_count == !im->problems.size);
	import_release(im);
}

static inline const struct import_format *import_fuzz_find(const char *name)
{
	const struct import_format *f = import_format;

	while (strcmp(f->name, name))
		f++;
	return f;
}

static inline void import_fuzz(struct import *im, const struct import_format *f,
			       const uint8_t *input, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	char path[32];

	import_must(fd >= 0 && write(fd, input, size) == (ssize_t)size);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	import_fuzz_format(im, f, path);
	close(fd);
}

#endif
