/* keeper/spool: see spool.h. */
#include "spool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../base/line.h"
#include "../base/memory.h"

void spool_init(struct spool *s, size_t most_bytes)
{
	*s = (struct spool){.most_bytes = most_bytes, .next_number = 1};
}

void spool_release(struct spool *s)
{
	text_release(&s->lines);
	free(s->size);
	*s = (struct spool){0};
}

size_t spool_bytes(const struct spool *s)
{
	return s->lines.size - s->begin;
}

static void add_size(struct spool *s, uint32_t size)
{
	uint32_t *wider;

	if (s->count == s->room) {
		wider = memory_new((s->room ? s->room * 2 : 256) * sizeof *wider);
		for (size_t i = 0; i < s->count; i++)
			wider[i] = s->size[(s->first + i) % s->room];
		free(s->size);
		s->size = wider;
		s->room = s->room ? s->room * 2 : 256;
		s->first = 0;
	}
	s->size[(s->first + s->count++) % s->room] = size;
}

static void forget_oldest(struct spool *s)
{
	if (s->unsent == s->count) {
		s->unsent--;
		s->sent += s->size[s->first];
	}
	s->begin += s->size[s->first];
	s->first = (s->first + 1) % s->room;
	s->count--;
}

/* Moves the kept lines to the front, seldom enough to cost nothing. */
static void close_up(struct spool *s)
{
	if (s->begin < 65536 || s->begin < s->lines.size / 2)
		return;
	text_cut(&s->lines, s->begin);
	s->sent -= s->begin;
	s->begin = 0;
}

struct text *spool_begin(struct spool *s)
{
	close_up(s);
	s->open_at = s->lines.size;
	return &s->lines;
}

void spool_end(struct spool *s)
{
	line_add_int(&s->lines, "n", s->next_number++);
	line_end(&s->lines);
	add_size(s, (uint32_t)(s->lines.size - s->open_at));
	s->unsent++;
	while (s->count > 1 && spool_bytes(s) > s->most_bytes) {
		forget_oldest(s);
		s->dropped++;
	}
}

void spool_commit(struct spool *s, int64_t number)
{
	while (s->count && s->next_number - (int64_t)s->count <= number && s->unsent < s->count)
		forget_oldest(s);
	close_up(s);
}

void spool_rewind(struct spool *s)
{
	s->unsent = s->count;
	s->sent = s->begin;
}

bool spool_next(struct spool *s, const char **line, size_t *size)
{
	if (!s->unsent)
		return false;
	*line = s->lines.at + s->sent;
	*size = s->size[(s->first + s->count - s->unsent) % s->room];
	return true;
}

void spool_sent(struct spool *s)
{
	assert(s->unsent);
	s->sent += s->size[(s->first + s->count - s->unsent) % s->room];
	s->unsent--;
}
