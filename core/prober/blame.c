/* prober/blame: see blame.h. */
#include "blame.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int blame_create(void)
{
	int fd = memfd_create("blame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct blame *b;

	if (fd < 0)
		return -1;
	/* Sealed: a prober that cut the file would make the parent's reading fault. */
	if (ftruncate(fd, BLAME_BYTES) == 0 &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0) {
		b = mmap(NULL, BLAME_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (b != MAP_FAILED) {
			b->magic = BLAME_MAGIC;
			blame_unmap(b);
			return fd;
		}
	}
	close(fd);
	return -1;
}

struct blame *blame_map(int fd)
{
	struct blame *b;

	if (lseek(fd, 0, SEEK_END) < BLAME_BYTES)
		return NULL;
	b = mmap(NULL, BLAME_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (b == MAP_FAILED)
		return NULL;
	if (b->magic == BLAME_MAGIC)
		return b;
	blame_unmap(b);
	return NULL;
}

void blame_unmap(struct blame *b)
{
	if (b)
		munmap(b, BLAME_BYTES);
}

static void put(volatile char *to, const char *from)
{
	size_t size = from ? strnlen(from, BLAME_TEXT - 1) : 0;

	memcpy((char *)to, from ? from : "", size);
	to[size] = '\0';
	__asm__ volatile("" ::: "memory"); /* it stands there before foreign code runs */
}

void blame_enter(struct blame *b, int64_t probe, const char *module, const char *check,
		 const char *step)
{
	if (!b)
		return;
	put(b->module, module);
	put(b->check, check);
	put(b->step, step);
	b->probe = probe;
}

void blame_step(struct blame *b, const char *step)
{
	if (b)
		put(b->step, step);
}

void blame_leave(struct blame *b)
{
	if (!b)
		return;
	b->probe = 0;
	b->module[0] = b->check[0] = b->step[0] = '\0';
}

void blame_beat(int64_t busy_since_us, void *with)
{
	struct blame *b = with;

	if (!b)
		return;
	b->busy_since_us = busy_since_us;
	b->turns += !busy_since_us;
}

void blame_read(const volatile char text[BLAME_TEXT], char out[BLAME_TEXT])
{
	int i = 0;

	for (; i < BLAME_TEXT - 1; i++) {
		char c = text[i];

		if (!c)
			break;
		out[i] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
					 (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'
				 ? c
				 : '?';
	}
	out[i] = '\0';
}
