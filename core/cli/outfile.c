/* cli/outfile: see outfile.h. */
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In the folder of `path`, without a name where its file system can: whoever ends us leaves nothing
 * behind. */
static int open_nameless(const char *path, mode_t mode)
{
	const char *slash = strrchr(path, '/');
	struct text folder = {0};
	int fd;

	text_add(&folder, slash ? path : ".", slash ? (size_t)(slash - path) + 1 : 1);
	fd = open(text_get(&folder), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
	text_release(&folder);
	return fd;
}

static bool name_it(int fd, const char *name)
{
	char own[40];

	snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, own, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0;
}

static bool is_file(const char *path)
{
	struct stat there;

	return stat(path, &there) || S_ISREG(there.st_mode);
}

bool outfile_open(struct outfile *o, const char *path, mode_t mode)
{
	*o = (struct outfile){.fd = STDOUT_FILENO, .path = path};
	if (!path || !strcmp(path, "-"))
		return true;
	o->is_placed = is_file(path);
	if (!o->is_placed) {
		o->fd = open(path, O_WRONLY | O_CLOEXEC);
		return o->fd >= 0;
	}
	text_printf(&o->beside, "%s.%d.new", path, (int)getpid());
	o->fd = open_nameless(path, mode);
	o->is_nameless = o->fd >= 0;
	if (!o->is_nameless)
		o->fd = open(text_get(&o->beside), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (o->fd < 0)
		text_release(&o->beside);
	return o->fd >= 0;
}

/* Pipes and terminals cannot be synced. */
static bool sync_it(int fd)
{
	return fsync(fd) == 0 || errno == EINVAL || errno == EROFS;
}

bool outfile_keep(struct outfile *o)
{
	if (o->fd == STDOUT_FILENO)
		return true;
	if (!sync_it(o->fd))
		return false;
	if (!o->is_placed)
		return true;
	if (o->is_nameless && !name_it(o->fd, text_get(&o->beside)))
		return false;
	o->is_nameless = false;
	if (rename(text_get(&o->beside), o->path))
		return false;
	o->is_placed = false;
	return true;
}

void outfile_drop(struct outfile *o)
{
	int wrong = errno;

	if (o->is_placed && !o->is_nameless && o->beside.size)
		unlink(text_get(&o->beside));
	if (o->fd >= 0 && o->fd != STDOUT_FILENO)
		close(o->fd);
	text_release(&o->beside);
	o->fd = -1;
	errno = wrong;
}
