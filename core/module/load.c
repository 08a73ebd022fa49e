/* module/load: see load.h. */
#include "load.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/map.h"
#include "../base/memory.h"
#include "form.h"
#include "judge.h"

static const char *const kind_name[] = {"", "check", "notifier", "report"};

const char *module_kind_name(uint32_t kind)
{
	return kind >= MODULE_CHECK && kind <= MODULE_REPORT ? kind_name[kind] : NULL;
}

enum module_kind module_kind_of(const char *name)
{
	for (int i = MODULE_CHECK; i <= MODULE_REPORT; i++)
		if (!strcmp(kind_name[i], name))
			return (enum module_kind)i;
	return 0;
}

bool module_name_of(const char *path, char name[64])
{
	const char *base = strrchr(path, '/');
	size_t n;

	base = base ? base + 1 : path;
	n = strlen(base);
	if (n < 4 || n - 3 >= 64 || strcmp(base + n - 3, ".so"))
		return false;
	memcpy(name, base, n - 3);
	name[n - 3] = '\0';
	return form_is_word(name, 32);
}

static int refuse(struct text *why, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int refuse(struct text *why, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	text_vprintf(why, format, ap);
	va_end(ap);
	return -1;
}

static int judge_folder(const char *path, struct text *refusal)
{
	char *real = realpath(path, NULL), *slash = real ? strrchr(real, '/') : NULL;
	struct stat st;
	int answer = 0;

	if (!slash)
		return refuse(refusal, "module '%s': %s: check the path", path, log_errno(errno));
	slash[slash == real] = '\0';
	if (stat(real, &st) < 0)
		answer = refuse(refusal, "module '%s': folder '%s': %s: make it readable", path,
				real, log_errno(errno));
	else if ((st.st_mode & 0002) && !(st.st_mode & S_ISVTX))
		answer = refuse(refusal,
				"module '%s': others can write to its folder: chmod o-w '%s'", path,
				real);
	else if (st.st_uid != 0 && st.st_uid != geteuid())
		answer = refuse(
			refusal,
			"module '%s': its folder belongs to neither root nor user %u: chown it",
			path, (unsigned)geteuid());
	free(real);
	return answer;
}

static int judge_file(int fd, const char *path, struct stat *st, struct text *refusal)
{
	if (fstat(fd, st) < 0)
		return refuse(refusal, "module '%s': %s: check the path", path, log_errno(errno));
	if (!S_ISREG(st->st_mode))
		return refuse(refusal,
			      "module '%s': it is no regular file: put the .so itself there", path);
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return refuse(refusal,
			      "module '%s': it belongs to neither root nor user %u: chown it", path,
			      (unsigned)geteuid());
	if (st->st_mode & 0022)
		return refuse(refusal, "module '%s': others can write it: chmod go-w '%s'", path,
			      path);
	if (!st->st_size || st->st_size > MODULE_FILE_BYTES)
		return refuse(refusal,
			      "module '%s': its size of %lld bytes cannot be: build it again", path,
			      (long long)st->st_size);
	return judge_folder(path, refusal);
}

static bool copy_bytes(int to, int from, off_t size)
{
	ssize_t n = 1;

	while (size > 0 && n > 0) {
		n = sendfile(to, from, NULL, (size_t)size);
		size -= n;
	}
	return size == 0;
}

static void hash_content(int fd, size_t size, char build[17])
{
	void *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	static const char digit[] = "0123456789abcdef";
	uint64_t hash = 0;

	if (at != MAP_FAILED) {
		hash = map_hash(at, size);
		munmap(at, size);
	}
	for (int i = 0; i < 16; i++)
		build[i] = digit[hash >> (60 - 4 * i) & 15];
	build[16] = '\0';
}

/* A private copy: neither a later write to the file nor anybody who has the descriptor can change
 * it. */
static int seal_copy(int from, const char *path, const struct stat *st, char build[17],
		     struct text *refusal)
{
	const char *base = strrchr(path, '/');
	int fd = memfd_create(base ? base + 1 : path, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return refuse(refusal, "module '%s': no copy can be made: %s", path,
			      log_errno(errno));
	if (!copy_bytes(fd, from, st->st_size) ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0) {
		refuse(refusal, "module '%s': no copy can be made: %s", path, log_errno(errno));
		close(fd);
		return -1;
	}
	hash_content(fd, (size_t)st->st_size, build);
	return fd;
}

int module_copy(const char *path, char build[17], struct text *refusal)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), copy = -1;
	struct stat st;

	build[0] = '\0';
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return refuse(refusal, "module '%s': %s: check the path", path, log_errno(errno));
	if (fd < 0)
		return refuse(refusal, "module '%s': %s: make it readable for user %u", path,
			      log_errno(errno), (unsigned)geteuid());
	if (judge_file(fd, path, &st, refusal) == 0)
		copy = seal_copy(fd, path, &st, build, refusal);
	close(fd);
	return copy;
}

void module_free(struct module *m)
{
	if (!m)
		return;
	if (m->handle)
		dlclose(m->handle);
	if (m->fd >= 0)
		close(m->fd);
	m->magic = 0;
	free(m);
}

/* The dynamic linker's complaint without the name of the copy. */
static void add_linker(struct text *why)
{
	const char *text = dlerror(), *colon;

	if (!text)
		text = "it cannot be loaded";
	colon = !strncmp(text, "/proc/", 6) ? strstr(text, ": ") : NULL;
	text = colon ? colon + 2 : text;
	text_add_safe(why, text, strlen(text), 300);
}

/* The path stands in the process's list of libraries, where debuggers read it: "self" would be a
 * descriptor of theirs, and one that is a pipe makes gdb wait for ever. */
static void path_of_copy(int fd, char path[48])
{
	char self[24];
	ssize_t n = readlink("/proc/self", self, sizeof self - 1);

	self[n > 0 ? n : 0] = '\0';
	snprintf(path, 48, "/proc/%s/fd/%d", n > 0 ? self : "self", fd);
}

static bool open_copy(struct module *m, enum module_kind kind, struct text *why)
{
	const void *descriptor;
	struct stat st;
	char path[48];

	if (fstat(m->fd, &st) == 0)
		hash_content(m->fd, (size_t)st.st_size, m->build);
	/* The descriptor stays open as long as the module: a path that named two copies would give
	 * the first one twice. */
	path_of_copy(m->fd, path);
	m->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!m->handle) {
		add_linker(why);
		text_puts(why, ": build it again with this version's headers");
		return false;
	}
	descriptor = dlsym(m->handle, "module_entry");
	if (!descriptor) {
		text_puts(why, "it has no symbol 'module_entry': use CHECK_MODULE and build it "
			       "with MODULE_EXPORT");
		return false;
	}
	return judge_descriptor(m, descriptor, kind, why);
}

struct module *module_open(int fd, const char *name, enum module_kind kind, struct text *refusal)
{
	struct module *m = memory_new(sizeof *m);
	struct text why = {0};

	m->magic = MODULE_MAGIC;
	m->fd = fd;
	snprintf(m->name, sizeof m->name, "%s", name);
	if (!open_copy(m, kind, &why)) {
		text_printf(refusal, "module '%s': %s", name, text_get(&why));
		module_free(m);
		m = NULL;
	}
	text_release(&why);
	return m;
}
