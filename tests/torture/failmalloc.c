/* tests/torture/failmalloc: preloaded into a program, lets its n-th allocation fail (F11).
 *
 * FAILMALLOC_FILE names a file of 16 bytes that all processes of the program map: the count of
 * allocations since main() began, and the one that shall fail (0: none). So one number means one
 * place, children included. Called by test_torture.py. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
int __libc_start_main(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void),
		      void (*)(void), void *);

#define SHOWN __attribute__((visibility("default")))

struct shared {
	_Atomic uint64_t count, fail_at;
};

static struct shared *shared;
static int (*real_main)(int, char **, char **);

static int must_fail(void)
{
	uint64_t fail_at;

	if (!shared)
		return 0;
	fail_at = shared->fail_at;
	if (atomic_fetch_add(&shared->count, 1) + 1 != fail_at)
		return 0;
	errno = ENOMEM;
	return 1;
}

SHOWN void *malloc(size_t size)
{
	return must_fail() ? NULL : __libc_malloc(size);
}

SHOWN void *calloc(size_t number, size_t size)
{
	return must_fail() ? NULL : __libc_calloc(number, size);
}

SHOWN void *realloc(void *old, size_t size)
{
	return must_fail() ? NULL : __libc_realloc(old, size);
}

static int main_counted(int argc, char **argv, char **environment)
{
	const char *path = getenv("FAILMALLOC_FILE");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *at = fd < 0 ? MAP_FAILED
			  : mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (fd >= 0)
		close(fd);
	if (at != MAP_FAILED)
		shared = at;
	return real_main(argc, argv, environment);
}

/* Constructors of libraries run before: what they allocate is not ours to survive. */
SHOWN int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv,
			    void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
			    void *stack_end)
{
	__typeof__(&__libc_start_main) next = dlsym(RTLD_NEXT, "__libc_start_main");

	real_main = main;
	return next(main_counted, argc, argv, init, fini, rtld_fini, stack_end);
}
