/* base/log: see log.h. */
#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *own_role;

void log_role(const char *role)
{
	own_role = role;
}

/* One write a line: lines of several processes must not mix. */
static void say(const char *format, va_list ap)
{
	char line[1024];
	int at = own_role ? snprintf(line, sizeof line, "nines: %s: ", own_role)
			  : snprintf(line, sizeof line, "nines: ");
	int n = vsnprintf(line + at, sizeof line - (size_t)at - 1, format, ap);
	size_t size = (size_t)at + (n > 0 ? (size_t)n : 0);

	if (size > sizeof line - 2)
		size = sizeof line - 2;
	line[size++] = '\n';
	if (write(STDERR_FILENO, line, size) < 0)
		return; /* nobody listens; there is nobody left to tell */
}

void log_say(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(format, ap);
	va_end(ap);
}

void log_die(int status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(format, ap);
	va_end(ap);
	exit(status);
}

const char *log_errno(int number)
{
	static char lower[64]; /* reasons begin in lower case; words such as "RPC" stay */
	const char *name = strerrordesc_np(number);
	bool is_word = name && name[0] >= 'A' && name[0] <= 'Z' && name[1] >= 'a' && name[1] <= 'z';

	if (!is_word || strlen(name) >= sizeof lower)
		return name ? name : "unknown error";
	memcpy(lower, name, strlen(name) + 1);
	lower[0] = (char)(lower[0] + 32);
	return lower;
}
