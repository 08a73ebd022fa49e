/* base/memory: see memory.h. */
#include "memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void memory_end(void)
{
	static const char text[] =
		"nines: no memory left: this process ends and is started again\n";

	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		_exit(MEMORY_EXIT);
	_exit(MEMORY_EXIT);
}

static void *usable(void *got)
{
	if (!got)
		memory_end();
	return got;
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

char *memory_copy(const void *from, size_t size)
{
	char *copy = memory_new(size + 1);

	if (size)
		memcpy(copy, from, size);
	return copy;
}

static uint64_t lacks;

static void *counted(void *got, size_t size)
{
	lacks += !got && size;
	return got;
}

void *memory_try(size_t size)
{
	return counted(malloc(size), size);
}

void *memory_try_new(size_t count, size_t size)
{
	return counted(calloc(count, size), count && size);
}

void *memory_try_resize(void *old, size_t size)
{
	return counted(realloc(old, size), size);
}

char *memory_try_text(const char *text)
{
	return counted(strdup(text), 1);
}

uint64_t memory_lacks(void)
{
	return lacks;
}
