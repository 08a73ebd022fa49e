/* Root that looks at another user's record: what SQLite makes beside the file belongs to that user
 * from its first moment, or else the writer could not open it just then. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../core/store/foreign.h"
#include "../../core/store/read.h"
#include "../../core/store/store.h"
#include "../lib/tap.h"

#define NOBODY 65534

static char folder[] = "/tmp/nines-owner-XXXXXX", path[64];
static int made, handed_over;

/* What SQLite does behind each file that root makes. */
static int give(int fd, uid_t uid, gid_t gid)
{
	struct stat is;

	made++;
	if (!fstat(fd, &is) && (is.st_uid != uid || is.st_gid != gid))
		handed_over++;
	return fchown(fd, uid, gid);
}

static void drop(const char *more)
{
	char name[96];

	snprintf(name, sizeof name, "%s%s", path, more);
	unlink(name);
}

static bool is_read(void)
{
	struct text wrong = {0};
	struct read *r;

	made = handed_over = 0;
	drop("-wal");
	drop("-shm");
	r = read_open(path, &wrong);
	if (!r)
		printf("# %s\n", text_get(&wrong));
	read_close(r);
	text_release(&wrong);
	return r != NULL;
}

/* As a foreign database that somebody has open, whose index of the log is missing. */
static bool is_found(void)
{
	struct text wrong = {0};
	struct foreign *f;

	handed_over = 0;
	drop("-shm");
	f = foreign_open(path, &wrong);
	if (!f)
		printf("# %s\n", text_get(&wrong));
	foreign_close(f);
	text_release(&wrong);
	return f != NULL;
}

static void make_record(void)
{
	static const char *const more[] = {"", "-wal", "-shm", ".lock"};
	struct text wrong = {0};
	char name[96];

	umask(077);
	store_close(store_open(path, &wrong));
	for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
		snprintf(name, sizeof name, "%s%s", path, more[i]);
		if (chown(name, NOBODY, NOBODY) && errno != ENOENT)
			ok(false, "chown %s", name);
	}
	text_release(&wrong);
}

int main(void)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	if (geteuid()) {
		ok(true, "root takes a first look as the owner # SKIP needs root");
		return done_testing();
	}
	if (!mkdtemp(folder) || chown(folder, NOBODY, NOBODY))
		return 1;
	snprintf(path, sizeof path, "%s/db", folder);
	make_record();
	vfs->xSetSystemCall(vfs, "fchown", (sqlite3_syscall_ptr)give);
	ok(is_read(), "root reads another user's record");
	ok(made == 2 && !handed_over, "its log and index are that user's when they are made");
	ok(is_found() && !handed_over, "so of a database of another program that is in use");
	if (chown(folder, 0, 0) || chmod(folder, 0755))
		return 1;
	ok(is_read(), "also in a folder where that user could make nothing");
	ok(made == 2, "root made them there");
	ok(!faccessat(AT_FDCWD, folder, W_OK, AT_EACCESS), "and is root again");
	drop("");
	drop("-wal");
	drop("-shm");
	drop(".lock");
	rmdir(folder);
	return done_testing();
}
