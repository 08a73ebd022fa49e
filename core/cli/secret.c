/* cli/secret: see secret.h. No message shows a value or what was typed. */
#include "secret.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECRET_BYTES 8000

static const char *from_environment(struct arena *a, const char *name, const char **wrong)
{
	const char *value = getenv(name);

	if (!value)
		*wrong = "its environment variable is not set";
	return value ? arena_text(a, "%s", value) : NULL;
}

/* The file without its last line break, as a configuration reads it: a key has many lines. */
static const char *from_file(struct arena *a, const char *path, const char **wrong)
{
	char bytes[SECRET_BYTES];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);
	char *value = NULL;

	if (fd >= 0)
		close(fd);
	if (n < 0)
		*wrong = "its file cannot be read";
	else if (n == sizeof bytes)
		*wrong = "its file is too long";
	else
		value = arena_copy(a, bytes, (size_t)n);
	if (value && n && value[n - 1] == '\n')
		value[--n] = '\0';
	if (value && n && value[n - 1] == '\r')
		value[--n] = '\0';
	explicit_bzero(bytes, sizeof bytes);
	return value;
}

static const struct {
	const char *prefix;
	const char *(*fetch)(struct arena *, const char *, const char **);
} source[] = {{"env:", from_environment}, {"file:", from_file}};

const char *secret_value(struct arena *a, const char *typed, const char **wrong)
{
	*wrong = "there is no memory for it";
	for (size_t i = 0; i < sizeof source / sizeof *source; i++)
		if (!strncmp(typed, source[i].prefix, strlen(source[i].prefix)))
			return source[i].fetch(a, typed + strlen(source[i].prefix), wrong);
	return typed;
}
