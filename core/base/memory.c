/* base/memory: see memory.h. */
#include "memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *usable(void *got)
{
	static const char text[] = "nines: no memory left: this process ends and is started again\n";

	if (got)
		return got;
	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		_exit(MEMORY_EXIT);
	_exit(MEMORY_EXIT);
}

void *memory_new(size_t size)
{
	return usable(calloc(1, size ? size : 1));
}

void *memory_resize(void *old, size_t size)
{
	return usable(realloc(old, size ? size : 1));
}

char *memory_text(const char *text)
{
	return usable(strdup(text ? text : ""));
}
