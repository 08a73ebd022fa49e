/* base/steps: see steps.h. */
#include "steps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A decimal number at *at, which moves behind it; -1 when there is none. */
static int64_t take_number(const char **at)
{
	char *end;
	long long n;

	if (**at < '0' || **at > '9')
		return -1;
	errno = 0;
	n = strtoll(*at, &end, 10);
	*at = end;
	return errno ? -1 : n;
}

static bool take_one(const char **at, struct steps_one *s)
{
	size_t size = strcspn(*at, "@:!,");
	int64_t hop = 0;

	if (!size || size >= STEPS_NAME)
		return false;
	memcpy(s->name, *at, size);
	s->name[size] = '\0';
	*at += size;
	if (**at == '@') {
		++*at;
		hop = take_number(at);
	}
	if (hop < 0 || hop > 1000 || **at != ':')
		return false;
	++*at;
	s->hop = (int)hop;
	s->to_us = take_number(at);
	s->ok = **at != '!';
	*at += !s->ok;
	return s->to_us >= s->from_us;
}

size_t steps_parse(const char *at, struct steps_one *into, size_t most)
{
	int64_t from_us = 0;
	size_t n;

	for (n = 0; n < most && *at; n++) {
		into[n].from_us = from_us;
		if (!take_one(&at, &into[n]) || (*at && *at != ','))
			return n;
		at += *at == ',';
		from_us = into[n].to_us;
	}
	return n;
}
