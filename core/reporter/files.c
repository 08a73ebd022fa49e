/* reporter/files: where the files of a report go: beside the store, for couriers, and into a folder
 * of the admin's. See reporter.h.
 *
 * Every file is written beside its place, synced and put there in one step. Beside the store it is
 * named by its SHA-256, so twice the same is one; in a folder a name that holds something else is
 * never taken: the new one gets the next free number. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/spool.h"
#include "../courier/letter.h"
#include "../store/store.h"
#include "reporter.h"

#define NAME_BYTES     100
#define SAME_NAME_MOST 99
#define HELD_BYTES     (INT64_C(256) << 20) /* of files that wait for their letters */
#define MODE           0640

static const struct kind {
	const char *format, *ending, *media;
} kind[] = {
	{"text", "txt", "text/plain"},        {"html", "html", "text/html"},
	{"pdf", "pdf", "application/pdf"},    {"csv", "csv", "text/csv"},
	{"json", "json", "application/json"},
};

static const struct kind *kind_of(const struct render_format *format)
{
	size_t i = sizeof kind / sizeof *kind - 1;

	while (i && strcmp(kind[i].format, format->name) != 0)
		i--;
	return &kind[i];
}

/* ---- names ---- */

/* A name of a file that is harmless anywhere: letters, digits, . _ -. */
static void reporter_add_name(struct text *t, const char *from)
{
	struct text safe = {0};
	size_t begin = t->size;

	text_add_safe(&safe, from, strlen(from), NAME_BYTES);
	for (size_t i = 0; i < safe.size; i++) {
		unsigned char c = (unsigned char)safe.at[i];
		bool is_plain = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
				(c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '-';

		if (!is_plain)
			c = '-';
		if ((c == '-' || c == '.') && (t->size == begin || t->at[t->size - 1] == '-'))
			continue;
		text_putc(t, (char)c);
	}
	while (t->size > begin && t->at[t->size - 1] == '-')
		t->at[--t->size] = '\0';
	if (t->size == begin)
		text_puts(t, "report");
	text_release(&safe);
}

void reporter_name_file(struct reporter_file *f, const char *name, const char *contact,
			const char *label)
{
	struct text t = {0};

	reporter_add_name(&t, name);
	if (*contact) {
		text_putc(&t, '-');
		reporter_add_name(&t, contact);
	}
	text_printf(&t, "-%s.%s", label, kind_of(f->format)->ending);
	f->name = t.at;
}

/* ---- writing ---- */

/* A new file of that name beside the others; 0 or errno, and then there is none. */
static int write_beside(int folder, const char *name, int document)
{
	int fd, wrong = 0;

	unlinkat(folder, name, 0); /* of one that died half-way */
	fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, MODE);
	if (fd < 0)
		return errno;
	if (fchmod(fd, MODE) || !spool_copy(document, fd) || fsync(fd))
		wrong = errno;
	if (close(fd) && !wrong)
		wrong = errno;
	if (wrong)
		unlinkat(folder, name, 0);
	return wrong;
}

/* Only where nothing has that name yet; some file systems know but one of the two ways. */
static int put_new(int folder, const char *beside, const char *name)
{
	if (!renameat2(folder, beside, folder, name, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return errno;
	if (linkat(folder, beside, folder, name, 0))
		return errno;
	unlinkat(folder, beside, 0);
	return 0;
}

static bool has_same_bytes(int fd, const struct reporter_file *f)
{
	char a[2048], b[2048];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, a, sizeof a, at)) > 0 && pread(f->document, b, (size_t)n, at) == n &&
	       !memcmp(a, b, (size_t)n))
		at += n;
	return n == 0 && (size_t)at == f->size;
}

static bool is_same(int folder, const char *name, const struct reporter_file *f)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat is;
	bool has_same;

	if (fd < 0)
		return false;
	has_same = !fstat(fd, &is) && S_ISREG(is.st_mode) && (size_t)is.st_size == f->size &&
		   has_same_bytes(fd, f);
	close(fd);
	return has_same;
}

/* ---- beside the store ---- */

static int64_t bytes_held(int folder)
{
	DIR *all = fdopendir(dup(folder));
	int64_t bytes = 0;
	struct dirent *one;
	struct stat is;

	while (all && (one = readdir(all)))
		if (!fstatat(folder, one->d_name, &is, AT_SYMLINK_NOFOLLOW) && S_ISREG(is.st_mode))
			bytes += is.st_size;
	if (all)
		closedir(all);
	return bytes;
}

static int open_store_folder(const struct reporter *r, struct text *wrong)
{
	struct text path = {0};
	int fd;

	text_printf(&path, "%s" STORE_FILES, r->store);
	mkdir(text_get(&path), 0700);
	fd = open(text_get(&path), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		text_printf(wrong, "%s: %s", text_get(&path), log_errno(errno));
	text_release(&path);
	return fd;
}

static bool keep(int folder, const struct reporter_file *f, const char *hash, struct text *wrong)
{
	char beside[64];
	int error;

	snprintf(beside, sizeof beside, "%d.new", (int)getpid());
	error = write_beside(folder, beside, f->document);
	if (!error && renameat(folder, beside, folder, hash)) {
		error = errno;
		unlinkat(folder, beside, 0);
	}
	if (error)
		text_printf(wrong, "its file %s cannot be kept for the letters: %s", f->name,
			    log_errno(error));
	return !error;
}

static void add_size(struct text *t, size_t size)
{
	if (size < 10000)
		text_printf(t, "%zu bytes", size);
	else if (size < 1024 * 1000)
		text_printf(t, "%zu KB", size / 1024);
	else
		text_printf(t, "%.1f MB", (double)size / 1024 / 1024);
}

static bool fits(const struct reporter_file *f, size_t together, int64_t held, struct text *notes)
{
	bool is_small = together + f->size <= LETTER_FILES_BYTES;

	if (is_small && held + (int64_t)f->size <= HELD_BYTES)
		return true;
	text_printf(notes, "Left out: %s (", f->name);
	add_size(notes, f->size);
	if (is_small)
		text_puts(notes, "): too many files wait for their letters already.\n");
	else
		text_puts(notes, "): a letter carries 8 MB at most.\n");
	return false;
}

/* It fits into a letter, so it fits into memory. */
static void hash_file(const struct reporter_file *f, char hash[LETTER_HASH + 1])
{
	struct text bytes = {0};
	ssize_t n;

	text_reserve(&bytes, f->size + 1);
	n = pread(f->document, bytes.at, f->size, 0);
	hash[0] = '\0';
	if (n >= 0 && (size_t)n == f->size)
		letter_hash(bytes.at, f->size, hash);
	text_release(&bytes);
}

bool reporter_attach(struct reporter *r, struct text *attached, struct text *notes,
		     struct text *wrong)
{
	int folder = r->files ? open_store_folder(r, wrong) : -1;
	int64_t held = folder >= 0 ? bytes_held(folder) : 0;
	bool is_fine = !wrong->size;
	size_t together = 0;
	char hash[LETTER_HASH + 1];

	for (size_t i = 0; i < r->files && is_fine; i++) {
		const struct reporter_file *f = &r->file[i];

		if (!fits(f, together, held, notes))
			continue;
		hash_file(f, hash);
		if (!*hash)
			text_printf(wrong, "its file %s cannot be read again", f->name);
		is_fine = *hash && keep(folder, f, hash, wrong);
		text_printf(attached, "%s%s %s %s", attached->size ? "\n" : "", hash,
			    kind_of(f->format)->media, f->name);
		together += f->size;
		held += (int64_t)f->size;
	}
	if (folder >= 0) {
		fsync(folder);
		close(folder);
	}
	return is_fine;
}

/* ---- into a folder ---- */

/* "acme-2026-10.pdf", then "acme-2026-10-2.pdf". */
static void add_numbered(struct text *t, const char *name, int number)
{
	const char *dot = strrchr(name, '.');

	if (number < 2)
		text_puts(t, name);
	else
		text_printf(t, "%.*s-%d%s", (int)(dot - name), name, number, dot);
}

static int put(int folder, const char *beside, struct reporter_file *f, struct text *said)
{
	struct text name = {0};
	int error = EEXIST;

	for (int n = 1; n <= SAME_NAME_MOST && error == EEXIST; n++) {
		text_clear(&name);
		add_numbered(&name, f->name, n);
		error = put_new(folder, beside, text_get(&name));
		if (error == EEXIST && is_same(folder, text_get(&name), f)) {
			unlinkat(folder, beside, 0);
			error = 0;
		}
		if (!error && n > 1)
			text_printf(said, "%s%s is another than this one, which is %s",
				    said->size ? "; " : "", f->name, text_get(&name));
	}
	text_release(&name);
	return error;
}

static int put_file(int folder, struct reporter_file *f, struct text *said)
{
	char beside[64];
	int error;

	snprintf(beside, sizeof beside, ".nines-%d.new", (int)getpid());
	error = write_beside(folder, beside, f->document);
	if (error)
		return error;
	error = put(folder, beside, f, said);
	if (error)
		unlinkat(folder, beside, 0);
	return error;
}

bool reporter_file_all(struct reporter *r, const char *folder, struct text *said,
		       struct text *wrong)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = fd < 0 ? errno : 0;

	for (size_t i = 0; i < r->files && !error; i++)
		error = put_file(fd, &r->file[i], said);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	if (error)
		text_printf(wrong, "%s: %s", folder, log_errno(error));
	return !error;
}
