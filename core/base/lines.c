/* base/lines: see lines.h. */
#include "lines.h"

#include <stdlib.h>
#include <string.h>

#include "map.h"
#include "memory.h"

struct lines *lines_new(const struct text *t)
{
	struct lines *r = memory_new(sizeof *r);

	r->at = text_get(t);
	r->end = r->at + t->size;
	return r;
}

void lines_free(struct lines *r)
{
	text_release(&r->copy);
	free(r);
}

static bool is_verb(const char *at, const char *verb)
{
	size_t n = strlen(verb);

	return !strncmp(at, verb, n) && at[n] == ' ';
}

const struct line *lines_next(struct lines *r, const char *verb)
{
	const char *newline;

	for (; r->at < r->end; r->at = newline + 1) {
		newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
		if (!newline)
			return NULL;
		if (verb && !is_verb(r->at, verb))
			continue;
		text_clear(&r->copy);
		text_add(&r->copy, r->at, (size_t)(newline - r->at));
		r->print = map_hash(r->copy.at, r->copy.size);
		r->at = newline + 1;
		return line_parse(&r->line, r->copy.at, r->copy.size) ? NULL : &r->line;
	}
	return NULL;
}
