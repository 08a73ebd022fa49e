/* courier/files: the files of a letter, from the folder beside the store. See letter.h.
 *
 * A file is named by the SHA-256 of what is in it and read whole, once, when the letter is made: it
 * may be gone a moment later. One that is not what its name says is left out, and the letter says
 * so. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/memory.h"
#include "letter.h"

/* One line of the word `files`: HASH MEDIA NAME. False: it is none. */
struct wanted {
	char hash[LETTER_HASH + 1], media[64], name[256];
};

static bool read_wanted(struct wanted *w, const char *line, size_t size)
{
	const char *media = line + LETTER_HASH + 1, *end = line + size, *name;

	if (size < LETTER_HASH + 4 || line[LETTER_HASH] != ' ' ||
	    strspn(line, "0123456789abcdef") != LETTER_HASH)
		return false;
	name = memchr(media, ' ', (size_t)(end - media));
	if (!name || (size_t)(name - media) >= sizeof w->media ||
	    (size_t)(end - name) > sizeof w->name || end - name < 2)
		return false;
	memset(w, 0, sizeof *w);
	memcpy(w->hash, line, LETTER_HASH);
	memcpy(w->media, media, (size_t)(name - media));
	memcpy(w->name, name + 1, (size_t)(end - name) - 1);
	return true;
}

void letter_hash(const void *bytes, size_t size, char hash[LETTER_HASH + 1])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	hash[0] = '\0';
	if (EVP_Digest(bytes, size, sum, &n, EVP_sha256(), NULL) != 1)
		return;
	for (unsigned i = 0; i < n && 2 * i + 2 <= LETTER_HASH; i++)
		snprintf(hash + 2 * i, 3, "%02x", sum[i]);
}

/* NULL, or why it cannot be had. */
static const char *read_bytes(int fd, struct text *into)
{
	struct stat is;
	ssize_t n = 1;

	if (fstat(fd, &is) || !S_ISREG(is.st_mode))
		return "it is no file";
	if (is.st_size > LETTER_FILES_BYTES)
		return "it is too large";
	text_reserve(into, (size_t)is.st_size + 1);
	while (n > 0 && into->size < (size_t)is.st_size) {
		n = read(fd, into->at + into->size, (size_t)is.st_size - into->size);
		into->size += n > 0 ? (size_t)n : 0;
	}
	return n < 0 ? log_errno(errno) : NULL;
}

static const char *read_file(int folder, const struct wanted *w, struct text *into)
{
	int fd = openat(folder, w->hash, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char hash[LETTER_HASH + 1];
	const char *wrong;

	if (fd < 0)
		return log_errno(errno);
	wrong = read_bytes(fd, into);
	close(fd);
	if (wrong)
		return wrong;
	letter_hash(into->at ? into->at : "", into->size, hash);
	return strcmp(hash, w->hash) ? "it was changed" : NULL;
}

static void add_file(struct letter *l, int folder, const struct wanted *w)
{
	struct text bytes = {0}, name = {0};
	const char *wrong = read_file(folder, w, &bytes);
	struct letter_attachment *a = &l->file[l->files];

	text_add_safe(&name, w->name, strlen(w->name), sizeof w->name);
	if (wrong) {
		text_printf(&l->text,
			    "\nThe file %s that belongs to this letter could not be "
			    "read: %s.\n",
			    text_get(&name), wrong);
		text_release(&bytes);
		text_release(&name);
		return;
	}
	a->name = name.at;
	a->media = memory_text(w->media);
	a->bytes = bytes.at ? bytes.at : memory_text("");
	a->size = bytes.size;
	l->files++;
}

void letter_read_files(struct letter *l, int folder)
{
	const char *at = line_get(&l->line, "files");

	for (size_t n; *at && l->files < LETTER_FILES; at += n + (at[n] == '\n')) {
		struct wanted w;

		n = strcspn(at, "\n");
		if (read_wanted(&w, at, n))
			add_file(l, folder, &w);
	}
}

void letter_say_where(struct letter *l)
{
	const char *where = letter_word(l, "where");

	if (!*where)
		return;
	text_clear(&l->text);
	text_printf(&l->text, "%s\n\n%s\n", text_get(&l->brief), where);
}

void letter_forget_files(struct letter *l)
{
	for (size_t i = 0; i < l->files; i++) {
		free((void *)(uintptr_t)l->file[i].name);
		free((void *)(uintptr_t)l->file[i].media);
		free((void *)(uintptr_t)l->file[i].bytes);
	}
	l->files = 0;
}

const struct letter_attachment *letter_attachments(const struct letter *l, size_t *count)
{
	*count = l->files;
	return l->file;
}
