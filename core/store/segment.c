/* store/segment: see segment.h. */
#include "segment.h"

#include "varint.h"

#define ENOUGH 256 /* results that are worth a segment of their own */

void segment_open(struct segments *s, const void *bytes, size_t size)
{
	*s = (struct segments){.at = bytes, .end = (const unsigned char *)bytes + size};
}

void segment_open_block(struct segments *s, const void *bytes, size_t size)
{
	*s = (struct segments){.at = (const unsigned char *)bytes + size,
			       .end = (const unsigned char *)bytes + size};
	s->is_damaged = !block_open(&s->block, bytes, size);
}

void segment_release(struct segments *s)
{
	block_reader_release(&s->block);
	*s = (struct segments){0};
}

static bool next_block(struct segments *s)
{
	uint64_t size;

	s->is_damaged = s->is_damaged || s->block.is_damaged;
	if (s->at == s->end || s->is_damaged)
		return false;
	block_reader_release(&s->block);
	if (!varint_get(&s->at, s->end, &size) || size > (uint64_t)(s->end - s->at) ||
	    !block_open(&s->block, s->at, (size_t)size)) {
		s->is_damaged = true;
		return false;
	}
	s->at += size;
	return true;
}

bool segment_next(struct segments *s, struct block_result *r)
{
	do
		if (s->block.at && block_next(&s->block, r))
			return true;
	while (next_block(s));
	return false;
}

/* Where the last segment begins. */
static size_t last_segment(const struct text *blob)
{
	const unsigned char *at = (const unsigned char *)blob->at, *end = at + blob->size,
			    *last = at;
	uint64_t size;

	while (at < end) {
		last = at;
		if (!varint_get(&at, end, &size) || size > (uint64_t)(end - at))
			break;
		at += size;
	}
	return (size_t)(last - (const unsigned char *)blob->at);
}

static void add_whole(struct text *blob, const struct text *block)
{
	varint_put(blob, block->size);
	text_add(blob, block->at, block->size);
}

static void copy_results(struct block_writer *to, struct segments *from)
{
	static struct block_result r; /* too large for a stack frame */

	while (segment_next(from, &r))
		block_add(to, &r);
	segment_release(from);
}

void segment_append(struct text *blob, const struct text *added, size_t results)
{
	struct block_writer w = {0};
	struct segments s;
	size_t last;

	if (!blob->size || results >= ENOUGH) {
		add_whole(blob, added);
		return;
	}
	last = last_segment(blob);
	segment_open(&s, blob->at + last, blob->size - last);
	copy_results(&w, &s);
	if (w.results >= 2 * ENOUGH) {
		add_whole(blob, added);
	} else {
		segment_open_block(&s, added->at, added->size);
		copy_results(&w, &s);
		blob->size = last;
		add_whole(blob, block_blob(&w));
	}
	block_writer_release(&w);
}
