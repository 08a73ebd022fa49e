/* store/stage: see stage.h. A magic text, then entries: kind, size, content; the last is the sum.
 */
#include "stage.h"

#include <string.h>

#include "varint.h"

#define MAGIC "nines-stage-1\n"
#define BLOCK_RESULTS 4096

static void add_entry(struct stage *s, enum stage_kind kind, const struct text *content)
{
	if (!s->bytes.size)
		text_puts(&s->bytes, MAGIC);
	text_putc(&s->bytes, (char)kind);
	varint_put(&s->bytes, content->size);
	text_add(&s->bytes, content->at, content->size);
}

static void put_head(struct text *t, const char *text, bool flag, int64_t a, int64_t b, int64_t c)
{
	text_add(t, text, strlen(text) + 1);
	varint_put(t, flag);
	varint_put_signed(t, a);
	varint_put_signed(t, b);
	varint_put_signed(t, c);
}

static void close_block(struct stage *s)
{
	struct text content = {0};

	if (!s->block.results)
		return;
	put_head(&content, "", false, s->first_us, s->last_us, (int64_t)s->block.results);
	text_add(&content, s->block.bytes.at, s->block.bytes.size);
	add_entry(s, STAGE_BLOCK, &content);
	text_release(&content);
	block_writer_release(&s->block);
}

void stage_release(struct stage *s)
{
	block_writer_release(&s->block);
	text_release(&s->bytes);
}

void stage_target(struct stage *s, const char *name, bool is_events, int64_t interval_us)
{
	struct text content = {0};

	close_block(s);
	put_head(&content, name, is_events, interval_us, 0, 0);
	add_entry(s, STAGE_TARGET, &content);
	text_release(&content);
}

void stage_result(struct stage *s, const struct block_result *r)
{
	if (!s->block.results || r->start_us < s->first_us)
		s->first_us = r->start_us;
	if (!s->block.results || r->start_us > s->last_us)
		s->last_us = r->start_us;
	block_add(&s->block, r);
	if (s->block.results == BLOCK_RESULTS)
		close_block(s);
}

void stage_window(struct stage *s, int64_t from_us, int64_t to_us, int64_t announced_us,
		  const char *text)
{
	struct text content = {0};

	close_block(s);
	put_head(&content, text, false, from_us, to_us, announced_us);
	add_entry(s, STAGE_WINDOW, &content);
	text_release(&content);
}

void stage_end(struct stage *s)
{
	struct text content = {0};
	uint64_t sum;

	close_block(s);
	if (!s->bytes.size)
		text_puts(&s->bytes, MAGIC);
	sum = map_hash(s->bytes.at, s->bytes.size);
	text_add(&content, &sum, sizeof sum);
	add_entry(s, STAGE_END, &content);
	text_release(&content);
}

static bool get_content(const unsigned char *at, const unsigned char *end, struct stage_entry *e)
{
	const unsigned char *nul = memchr(at, 0, (size_t)(end - at));
	uint64_t flag;

	if (!nul)
		return false;
	e->text = (const char *)at;
	at = nul + 1;
	if (!varint_get(&at, end, &flag))
		return false;
	for (int i = 0; i < 3; i++)
		if (!varint_get_signed(&at, end, &e->number[i]))
			return false;
	e->is_events = flag != 0;
	e->bytes = at;
	e->size = (size_t)(end - at);
	return true;
}

bool stage_next(const void *bytes, size_t size, size_t *at, struct stage_entry *e)
{
	const unsigned char *p = (const unsigned char *)bytes + *at,
			    *end = (const unsigned char *)bytes + size;
	uint64_t content;

	if (!*at) {
		if (size < strlen(MAGIC) || memcmp(bytes, MAGIC, strlen(MAGIC)))
			return false;
		p += strlen(MAGIC);
	}
	if (p == end)
		return false;
	*e = (struct stage_entry){.kind = (enum stage_kind)*p++, .text = ""};
	if (!varint_get(&p, end, &content) || content > (uint64_t)(end - p))
		return false;
	*at = (size_t)(p + content - (const unsigned char *)bytes);
	e->bytes = p;
	e->size = (size_t)content;
	return e->kind == STAGE_END || (content && get_content(p, p + content, e));
}

bool stage_is_whole(const void *bytes, size_t size)
{
	struct stage_entry e = {0};
	size_t at = 0, before = 0;
	uint64_t sum;

	while (stage_next(bytes, size, &at, &e)) {
		if (e.kind == STAGE_END) {
			if (e.size != sizeof sum || at != size)
				return false;
			memcpy(&sum, e.bytes, sizeof sum);
			return sum == map_hash(bytes, before ? before : strlen(MAGIC));
		}
		before = at;
	}
	return false;
}
