/* module/manual: see manual.h. */
#include "manual.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "load.h"

static bool read_path(const char *path, struct text *into)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t before = into->size;
	struct stat st;
	ssize_t n = 1;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		n = -1;
	while (n > 0 && into->size - before < MANUAL_BYTES) {
		text_reserve(into, 4096);
		n = read(fd, into->at + into->size, 4096);
		into->size += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	if (into->at)
		into->at[into->size] = '\0';
	return n >= 0 && into->size > before;
}

bool manual_read(const struct descriptor *d, struct text *prose)
{
	const char *slash = strrchr(d->path, '/'), *name = d->head.name;
	int folder = slash ? (int)(slash - d->path) : 1;
	const char *at = slash ? d->path : ".", *kind = module_kind_name(d->head.kind);
	struct text path = {0};
	bool found = false;

	for (int i = 0; i < 3 && !found && kind; i++) {
		text_clear(&path);
		if (i == 0)
			text_printf(&path, "%.*s/%s.md", folder, at, name);
		else if (i == 1)
			text_printf(&path, "%.*s/../../%s%s/%s/%s.md", folder, at,
				    d->head.kind == MODULE_CHECK ? "module" : kind, "s", name,
				    name);
		else
			text_printf(&path, NINES_PREFIX "/share/doc/nines/%s%s/%s.md",
				    d->head.kind == MODULE_CHECK ? "module" : kind, "s", name);
		found = read_path(text_get(&path), prose);
	}
	text_release(&path);
	return found;
}
