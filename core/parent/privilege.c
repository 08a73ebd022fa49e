/* parent/privilege: see privilege.h. */
#include "privilege.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/sanitizer.h"

/* A root of a small user namespace cannot become anybody else, and outside is nobody special. */
static bool is_mapped(uid_t uid)
{
	unsigned long inside, outside, count;
	FILE *map = fopen("/proc/self/uid_map", "re");
	bool found = !map;

	while (map && !found && fscanf(map, "%lu %lu %lu", &inside, &outside, &count) == 3)
		found = uid >= inside && uid - inside < count;
	if (map)
		fclose(map);
	return found;
}

bool privilege_find(struct privilege *p, const char *name, struct text *wrong)
{
	static const char *const standard[] = {"nines", "nobody"};
	const struct passwd *user = NULL;

	*p = (struct privilege){.uid = getuid(), .gid = getgid()};
	if (geteuid() != 0)
		return true;
	if (*name)
		user = getpwnam(name);
	for (size_t i = 0; !*name && !user && i < sizeof standard / sizeof *standard; i++)
		user = getpwnam(standard[i]);
	if (!user || user->pw_uid == 0) {
		text_printf(
			wrong,
			"there is no user '%s' without root's rights: name one with user =", name);
		return false;
	}
	*p = (struct privilege){
		.uid = user->pw_uid, .gid = user->pw_gid, .is_dropped = is_mapped(user->pw_uid)};
	if (!p->is_dropped)
		*p = (struct privilege){.uid = getuid(), .gid = getgid()};
	return true;
}

static void must(bool is_done, const char *what)
{
	if (!is_done)
		log_die(1, "cannot %s: %s", what, log_errno(errno));
}

static void drop_capabilities(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}};

	must(syscall(SYS_capset, &head, none) == 0, "drop capabilities");
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

/* PDEATHSIG is cleared by setuid, so it comes after; the parent may have died before it. */
static void die_with_parent(void)
{
	struct pollfd control = {.fd = 3, .events = POLLIN};

	must(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0, "hang on the parent's life");
	if (poll(&control, 1, 0) == 1 && (control.revents & POLLHUP) && !(control.revents & POLLIN))
		_exit(0);
}

void privilege_harden(void)
{
	struct rlimit none = {0, 0};

	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "give up new privileges");
	/* LeakSanitizer looks into the process from outside. */
	must(prctl(PR_SET_DUMPABLE, HAS_SANITIZER, 0, 0, 0) == 0, "forbid dumps");
	must(setrlimit(RLIMIT_CORE, &none) == 0, "forbid cores");
	umask(077);
	die_with_parent();
}

void privilege_drop(const struct privilege *p)
{
	if (p->is_confined) {
		must(fchdir(PRIVILEGE_ROOT_FD) == 0 && chroot(".") == 0,
		     "enter the store's folder");
		close(PRIVILEGE_ROOT_FD);
	}
	if (p->is_dropped) {
		must(chdir("/") == 0, "go to /");
		must(setgroups(0, NULL) == 0, "leave groups");
		must(setresgid(p->gid, p->gid, p->gid) == 0, "change the group");
		must(setresuid(p->uid, p->uid, p->uid) == 0, "change the user");
		must(setuid(0) != 0, "stay without root");
	}
	drop_capabilities();
	privilege_harden();
}

static bool is_empty(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	bool found = false;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (!found && (entry = readdir(dir)))
		found = strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	closedir(dir);
	return !found;
}

/* The folder above `path` (which has no slash at its end), made with those above it where they are
 * missing. */
static int open_above(const char *path)
{
	const char *slash = strrchr(path, '/');
	char above[4096];
	int fd;

	if (!slash)
		return open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (slash == path)
		return open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if ((size_t)(slash - path) >= sizeof above) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(above, path, (size_t)(slash - path));
	above[slash - path] = '\0';
	fd = open(above, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	fd = open_above(above);
	if (fd < 0)
		return -1;
	mkdirat(fd, strrchr(above, '/') ? strrchr(above, '/') + 1 : above, 0755);
	close(fd);
	return open(above, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static bool give(int folder, const struct privilege *owner, const char *path, struct text *wrong)
{
	struct stat is;

	if (fstat(folder, &is)) {
		text_printf(wrong, "cannot look at '%s': %s", path, log_errno(errno));
		return false;
	}
	if (is.st_uid == owner->uid)
		return true;
	if (is.st_uid == geteuid() && is_empty(folder) &&
	    !fchownat(folder, "", owner->uid, owner->gid, AT_EMPTY_PATH))
		return true;
	text_printf(wrong,
		    "the store's folder '%s' belongs to user %u, not to user %u: chown it or name "
		    "another",
		    path, (unsigned)is.st_uid, (unsigned)owner->uid);
	return false;
}

int privilege_folder(const char *path, const struct privilege *owner, struct text *wrong)
{
	const char *last = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	int above = open_above(path), fd = -1;

	if (above >= 0) {
		if (*last)
			mkdirat(above, last, 0700);
		fd = openat(above, *last ? last : ".",
			    O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	}
	if (fd < 0)
		text_printf(wrong, "cannot make or open the folder '%s': %s", path,
			    log_errno(errno));
	if (above >= 0)
		close(above);
	if (fd >= 0 && !give(fd, owner, path, wrong)) {
		close(fd);
		fd = -1;
	}
	return fd;
}
