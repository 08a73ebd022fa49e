/* cli/outfile: where a command's `-o FILE` goes: standard output, a device or pipe, or a file that
 * takes the place of an older one once it is whole. Nobody ever sees half of it, and a command that
 * fails leaves what was there. */
#ifndef NINES_CLI_OUTFILE_H
#define NINES_CLI_OUTFILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "../base/text.h"

struct outfile {
	int fd; /* to write to; -1: it is not open */
	const char *path;
	struct text beside; /* its name until it is whole */
	bool is_placed, is_nameless;
};

/* `path` must stay; NULL or "-": standard output. `mode` less the umask. False: errno. */
bool outfile_open(struct outfile *, const char *path, mode_t mode);
/* All was written: into its place, on the disk. False: errno, and what was there is there. */
bool outfile_keep(struct outfile *);
/* What was written goes; also after outfile_keep(), and of one that is not open. Keeps errno. */
void outfile_drop(struct outfile *);

#endif
