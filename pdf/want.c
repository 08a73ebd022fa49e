/* pdf/want: where memory ends, this process ends, with the one line of base/memory.
 *
 * Fontconfig loads its configuration again and again for want of memory, in a thread that pango
 * waits for: without these the process would never end. Others go on with a NULL until they crash.
 * So the allocation of all libraries goes through here, and none of them ever sees a NULL. Not
 * under AddressSanitizer, whose own it would hide. */
#include <glib.h>
#include <malloc.h>
#include <stdlib.h>

#include "../core/base/memory.h"
#include "../core/base/sanitizer.h"
#include "want.h"

#if defined(__GLIBC__) && !HAS_SANITIZER
#define SEEN __attribute__((visibility("default")))

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static void *usable(void *got, size_t size)
{
	if (!got && size)
		memory_end();
	return got;
}

SEEN void *malloc(size_t size)
{
	return usable(__libc_malloc(size), size);
}

SEEN void *calloc(size_t count, size_t size)
{
	return usable(__libc_calloc(count, size), count && size);
}

SEEN void *realloc(void *old, size_t size)
{
	return usable(__libc_realloc(old, size), size);
}

SEEN int posix_memalign(void **got, size_t alignment, size_t size)
{
	*got = usable(__libc_memalign(alignment, size), size);
	return 0;
}
#endif

/* What GLib cannot go on without: memory, or a thread, whose stack is memory, too. */
static void hear(const char *domain, GLogLevelFlags level, const char *said, void *with)
{
	if (level & G_LOG_LEVEL_ERROR)
		memory_end();
	g_log_default_handler(domain, level, said, with);
}

void want_end(void)
{
	/* each further one is 64 MB of addresses for a thread that looks for fonts */
	mallopt(M_ARENA_MAX, 1);
	g_log_set_default_handler(hear, NULL);
}
