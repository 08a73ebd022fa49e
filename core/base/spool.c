/* base/spool: see spool.h. */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "memory.h"

#define PIECE_BYTES     ((size_t)8 << 20)
#define PAGE_SIZE_BYTES ((size_t)4096)
#define LOOKS           20000 /* rows, a few megabytes of them */

static int file_in(const char *folder)
{
	char path[4096];
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	if (snprintf(path, sizeof path, "%s/nines-XXXXXX", folder) >= (int)sizeof path)
		return -1;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

int spool_file(void)
{
	const char *const folder[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
	int fd = -1;

	for (size_t i = 0; i < sizeof folder / sizeof *folder && fd < 0; i++)
		if (folder[i])
			fd = file_in(folder[i]);
	return fd >= 0 ? fd : memfd_create("nines", MFD_CLOEXEC);
}

bool spool_write(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;
	ssize_t n;

	for (; size; size -= (size_t)n, at += n) {
		n = write(fd, at, size);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return false;
	}
	return true;
}

bool spool_copy(int from, int to)
{
	static char bytes[1 << 16];
	off_t at = 0;
	ssize_t n;

	for (; (n = pread(from, bytes, sizeof bytes, at)) > 0; at += n)
		if (!spool_write(to, bytes, (size_t)n))
			return false;
	return n == 0;
}

/* Takes the room on the disk: a mapping of a hole would end in SIGBUS when the disk is full. */
static bool write_room(const struct spool *s, size_t size)
{
	static const char zero[1 << 16];
	ssize_t n;

	for (size_t done = 0; done < size; done += (size_t)n) {
		size_t part = size - done < sizeof zero ? size - done : sizeof zero;

		n = pwrite(s->fd, zero, part, (off_t)(s->bytes + done));
		if (n <= 0)
			return false;
	}
	return true;
}

static void cool(const struct spool *s)
{
	for (size_t i = 0; i < s->pieces; i++)
		madvise(s->piece[i].at, s->piece[i].size, MADV_DONTNEED);
}

void *spool_more(void *spool, size_t least, size_t *got)
{
	struct spool *s = spool;
	size_t size = least < PIECE_BYTES ? PIECE_BYTES
					  : (least + PAGE_SIZE_BYTES - 1) & ~(PAGE_SIZE_BYTES - 1);
	void *at;

	s->is_full = !write_room(s, size);
	if (s->is_full)
		return NULL;
	at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, (off_t)s->bytes);
	if (at == MAP_FAILED)
		return NULL;
	cool(s);
	s->piece = memory_resize(s->piece, (s->pieces + 1) * sizeof *s->piece);
	s->piece[s->pieces++] = (struct spool_piece){at, size};
	s->bytes += size;
	*got = size;
	return at;
}

void spool_look(struct spool *s)
{
	if (++s->looks < LOOKS)
		return;
	s->looks = 0;
	cool(s);
}

void spool_close(struct spool *s)
{
	for (size_t i = 0; i < s->pieces; i++)
		munmap(s->piece[i].at, s->piece[i].size);
	free(s->piece);
	if (s->fd >= 0)
		close(s->fd);
	*s = (struct spool){.fd = -1};
}
