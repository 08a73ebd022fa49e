/* copier/folder: see folder.h. */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/line.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../base/spool.h"

#define NEW            ".nines-new"
#define FILE_MODE      0644 /* a web server of another user reads them */
#define FOLDER_MODE    0755
#define MANIFEST_BYTES (64u << 20)
#define SEGMENT_BYTES  256
#define ENTERED        1 /* made_us of one that is not written yet */

/* ---- names ---- */

/* "/a/b/" is a/b/index.html. False: it would be hidden, lead out, or is too long. */
static bool file_of(struct text *into, const char *path)
{
	size_t size;

	if (*path++ != '/')
		return false;
	text_puts(into, path);
	text_puts(into, !*path || path[strlen(path) - 1] == '/' ? "index.html" : "");
	for (const char *at = text_get(into); *at; at += size + (at[size] == '/')) {
		size = strcspn(at, "/");
		if (!size || size >= SEGMENT_BYTES || *at == '.')
			return false;
		for (size_t i = 0; i < size; i++)
			if ((unsigned char)at[i] < 0x20 || at[i] == 0x7f)
				return false;
	}
	return true;
}

/* The folder of a file below ours, made where it is missing; *last is the file's own name. -1 with
 * errno. The caller closes it. */
static int open_below(int fd, const char *file, const char **last, bool makes)
{
	char segment[SEGMENT_BYTES];
	int at = dup(fd), next;
	bool is_new;

	while (at >= 0 && strchr(file, '/')) {
		size_t size = strcspn(file, "/");

		memcpy(segment, file, size);
		segment[size] = '\0';
		is_new = makes && !mkdirat(at, segment, FOLDER_MODE);
		next = openat(at, segment, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (is_new && next >= 0 && fchmod(next, FOLDER_MODE))
			log_say("the rights of '%s' cannot be set: %s", segment, log_errno(errno));
		close(at);
		at = next;
		file += size + 1;
	}
	*last = file;
	return at;
}

/* ---- writing ---- */

/* Beside everything else; 0 or errno. */
static int write_new(int folder, const void *bytes, size_t size)
{
	int fd, wrong = 0;

	unlinkat(folder, NEW, 0); /* of one that died half-way */
	fd = openat(folder, NEW, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	if (fd < 0)
		return errno;
	if (fchmod(fd, FILE_MODE) || !spool_write(fd, bytes, size) || fdatasync(fd))
		wrong = errno;
	if (close(fd) && !wrong)
		wrong = errno;
	if (wrong)
		unlinkat(folder, NEW, 0);
	return wrong;
}

static bool fail(struct text *wrong, const char *file, int error)
{
	text_printf(wrong, "'%s' cannot be written: %s", file, log_errno(error));
	return false;
}

/* ---- the manifest ---- */

static void set_hash(char to[17], const char *from)
{
	size_t size = strlen(from);

	memset(to, 0, 17);
	if (size == 16 && strspn(from, "0123456789abcdef") == 16)
		memcpy(to, from, size);
}

static struct copied *add(struct folder *f, const char *path)
{
	struct copied *new;

	if (f->files == f->room) {
		f->room = f->room ? 2 * f->room : 64;
		f->file = memory_resize(f->file, f->room * sizeof *f->file);
	}
	new = memory_new(sizeof *new);
	new->path = memory_text(path);
	map_put_text(&f->by_path, new->path, new);
	return f->file[f->files++] = new;
}

static void take_file(struct folder *f, const struct line *l)
{
	const char *path = line_name(l);
	struct text name = {0};
	struct copied *c;

	if (file_of(&name, path) && f->files < FOLDER_FILES && !map_find_text(&f->by_path, path)) {
		c = add(f, path);
		set_hash(c->hash, line_get(l, "hash"));
		c->made_us = line_int(l, "made_us", 0);
		c->is_stamped = line_int(l, "stamped", 0) == 1;
		c->is_gone = line_int(l, "gone", 0) == 1;
		c->is_sent = line_int(l, "sent", 0) == 1;
	}
	text_release(&name);
}

static void read_lines(struct folder *f, char *at)
{
	static struct line l; /* too large for a stack frame */
	char *one;

	while (at && (one = strsep(&at, "\n"))) {
		if (!*one || line_parse(&l, one, strlen(one)))
			continue;
		if (!strcmp(l.verb, "copy"))
			set_hash(f->signature, line_get(&l, "signature"));
		else if (!strcmp(l.verb, "file"))
			take_file(f, &l);
	}
}

static bool read_manifest(struct folder *f, struct text *wrong)
{
	int fd = openat(f->fd, FOLDER_MANIFEST, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct text all = {0};
	struct stat is;
	ssize_t n = 1;

	if (fd < 0 && errno == ENOENT)
		return true;
	if (fd < 0 || fstat(fd, &is) || !S_ISREG(is.st_mode)) {
		text_printf(wrong, "its manifest " FOLDER_MANIFEST " cannot be read: %s",
			    fd < 0 ? log_errno(errno) : "it is no file");
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (n > 0 && all.size < MANIFEST_BYTES) {
		text_reserve(&all, 65536);
		n = read(fd, all.at + all.size, 65536);
		all.size += n > 0 ? (size_t)n : 0;
		all.at[all.size] = '\0';
	}
	close(fd);
	read_lines(f, all.at);
	text_release(&all);
	/* A copy that was not finished: what was written last is not known, so all is again. */
	for (size_t i = 0; i < f->files && !*f->signature; i++)
		f->file[i]->hash[0] = '\0';
	return true;
}

static bool write_manifest(struct folder *f, struct text *wrong)
{
	struct text t = {0};
	int error;

	line_begin(&t, "copy", "-");
	line_add(&t, "signature", f->signature);
	line_end(&t);
	for (size_t i = 0; i < f->files; i++) {
		const struct copied *c = f->file[i];

		line_begin_name(&t, "file", c->path);
		line_add(&t, "hash", c->hash);
		line_add_int(&t, "made_us", c->made_us);
		line_add_int(&t, "stamped", c->is_stamped);
		line_add_int(&t, "gone", c->is_gone);
		line_add_int(&t, "sent", c->is_sent);
		line_end(&t);
	}
	error = write_new(f->fd, t.at, t.size);
	if (!error && renameat(f->fd, NEW, f->fd, FOLDER_MANIFEST))
		error = errno;
	text_release(&t);
	return !error || fail(wrong, FOLDER_MANIFEST, error);
}

/* ---- opening ---- */

bool folder_open(struct folder *f, const char *path, struct text *wrong)
{
	*f = (struct folder){.fd = -1};
	if (!mkdir(path, FOLDER_MODE) && chmod(path, FOLDER_MODE))
		log_say("the rights of '%s' cannot be set: %s", path, log_errno(errno));
	f->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->fd < 0 || faccessat(f->fd, ".", W_OK, AT_EACCESS)) {
		text_printf(wrong,
			    "the folder '%s' cannot be written to: %s: make it and give it to the "
			    "user that ninesd runs as",
			    path, log_errno(errno));
		return false;
	}
	if (flock(f->fd, LOCK_EX | LOCK_NB)) {
		text_printf(wrong, "another process writes into the folder '%s'", path);
		return false;
	}
	return read_manifest(f, wrong);
}

void folder_close(struct folder *f)
{
	for (size_t i = 0; i < f->files; i++) {
		free(f->file[i]->path);
		free(f->file[i]);
	}
	free(f->file);
	map_release(&f->by_path);
	if (f->fd >= 0)
		close(f->fd);
	*f = (struct folder){.fd = -1};
}

/* ---- a copy ---- */

void folder_begin(struct folder *f)
{
	f->written = f->removed = 0;
	f->signature[0] = '\0';
	for (size_t i = 0; i < f->files; i++)
		f->file[i]->is_wanted = false;
}

struct copied *folder_want(struct folder *f, const char *path)
{
	struct copied *c = map_find_text(&f->by_path, path);
	struct text name = {0};
	bool is_name = file_of(&name, path);

	text_release(&name);
	if (!c && (!is_name || f->files >= FOLDER_FILES))
		return NULL;
	c = c ? c : add(f, path);
	c->is_wanted = true;
	return c;
}

/* What lies where a file of ours is to be and is not ours stays. */
static bool is_free(const struct folder *f, const struct copied *c, struct text *wrong)
{
	struct text name = {0};
	const char *last;
	struct stat is;
	int at;
	bool is_taken;

	file_of(&name, c->path);
	at = open_below(f->fd, text_get(&name), &last, false);
	is_taken = at >= 0 && !fstatat(at, last, &is, AT_SYMLINK_NOFOLLOW);
	if (at >= 0)
		close(at);
	if (is_taken)
		text_printf(wrong,
			    "'%s' is there already and not from nines: choose an empty folder, or "
			    "remove it",
			    text_get(&name));
	text_release(&name);
	return !is_taken;
}

static void forget(struct folder *f, size_t i)
{
	struct copied *c = f->file[i];

	map_take_text(&f->by_path, c->path);
	free(c->path);
	free(c);
	memmove(&f->file[i], &f->file[i + 1], (f->files - i - 1) * sizeof *f->file);
	f->files--;
}

/* An entry without a hash that is new now: before it is entered nothing may lie there. */
bool folder_commit(struct folder *f, struct text *wrong)
{
	bool is_fine = true;

	for (size_t i = 0; i < f->files && is_fine; i++) {
		struct copied *c = f->file[i];

		if (c->is_wanted && c->is_gone) {
			c->is_gone = false;
			c->hash[0] = '\0';
		} else if (c->is_wanted && !*c->hash && !c->made_us) {
			is_fine = is_free(f, c, wrong);
			c->made_us = is_fine ? ENTERED : 0; /* it is ours from now on */
		}
	}
	for (size_t i = f->files; i-- > 0 && !is_fine;)
		if (!*f->file[i]->hash && !f->file[i]->made_us)
			forget(f, i);
	return is_fine && write_manifest(f, wrong);
}

bool folder_write(struct folder *f, struct copied *c, const void *bytes, size_t size,
		  struct text *wrong)
{
	struct text name = {0};
	const char *last;
	int error = 0, at;

	file_of(&name, c->path);
	at = open_below(f->fd, text_get(&name), &last, true);
	if (at < 0)
		error = errno;
	if (!error)
		error = write_new(f->fd, bytes, size);
	if (!error && renameat(f->fd, NEW, at, last))
		error = errno;
	if (at >= 0)
		close(at);
	if (error)
		fail(wrong, text_get(&name), error);
	text_release(&name);
	c->is_sent = false;
	f->written += !error;
	return !error;
}

/* The file, then each of its folders that is empty now. */
static bool remove_file(struct folder *f, const struct copied *c, struct text *wrong)
{
	struct text name = {0};
	const char *last;
	char *slash;
	int at, error = 0;

	file_of(&name, c->path);
	at = open_below(f->fd, text_get(&name), &last, false);
	if (at >= 0 && unlinkat(at, last, 0) && errno != ENOENT)
		error = errno;
	if (at >= 0)
		close(at);
	while (!error && (slash = strrchr(name.at, '/'))) {
		*slash = '\0';
		at = open_below(f->fd, name.at, &last, false);
		if (at < 0)
			break;
		error = unlinkat(at, last, AT_REMOVEDIR) ? -1 : 0;
		close(at);
	}
	if (error > 0)
		text_printf(wrong, "'%s' cannot be removed: %s", name.at, log_errno(error));
	text_release(&name);
	return error <= 0;
}

bool folder_end(struct folder *f, const char *signature, struct text *wrong)
{
	bool is_fine = true;

	for (size_t i = f->files; i-- > 0 && is_fine;) {
		struct copied *c = f->file[i];

		if (c->is_wanted || c->is_gone)
			continue;
		is_fine = remove_file(f, c, wrong);
		if (is_fine && c->made_us <= ENTERED) {
			forget(f, i); /* it never was there */
			continue;
		}
		c->is_gone = is_fine;
		c->is_sent = false;
		c->hash[0] = '\0';
		f->removed += is_fine;
	}
	set_hash(f->signature, is_fine ? signature : "");
	return write_manifest(f, wrong) && is_fine;
}

/* ---- the hook ---- */

void folder_tell(const struct folder *f, struct text *t)
{
	struct text name = {0};

	for (size_t i = 0; i < f->files; i++) {
		if (f->file[i]->is_sent)
			continue;
		text_clear(&name);
		file_of(&name, f->file[i]->path);
		text_printf(t, "%s %s\n", f->file[i]->is_gone ? "delete" : "put", text_get(&name));
	}
	text_release(&name);
}

bool folder_sent(struct folder *f, struct text *wrong)
{
	for (size_t i = f->files; i-- > 0;) {
		f->file[i]->is_sent = true;
		if (f->file[i]->is_gone)
			forget(f, i);
	}
	return write_manifest(f, wrong);
}
