/* cli/store_here: see store_here.h. */
#include "store_here.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/text.h"

bool store_is_in_use(const char *store)
{
	struct text path = {0};
	bool is_held = false;
	int fd;

	text_printf(&path, "%s.lock", store);
	fd = open(path.at, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0) {
		is_held = flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
		close(fd);
	}
	text_release(&path);
	return is_held;
}

void store_give_to_owner(const char *store)
{
	static const char *const more[] = {"", "-wal", "-shm", ".lock"};
	const char *slash = strrchr(store, '/');
	struct text path = {0};
	struct stat folder;

	if (geteuid())
		return;
	text_add(&path, store, slash ? (size_t)(slash - store) + 1 : 0);
	if (!stat(path.size ? path.at : ".", &folder))
		for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
			text_clear(&path);
			text_printf(&path, "%s%s", store, more[i]);
			if (lchown(path.at, folder.st_uid, folder.st_gid) < 0 && errno != ENOENT)
				log_say("cannot give %s to the owner of its folder: %s", path.at,
					log_errno(errno));
		}
	text_release(&path);
}
