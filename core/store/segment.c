/* store/segment: see segment.h. */
#include "segment.h"

#include <stdlib.h>

#include "../base/memory.h"
#include "varint.h"

#define ENOUGH 256 /* results that are worth a segment of their own */

static const struct segment_time not_known = {INT64_MAX, INT64_MIN};

void segment_open(struct segments *s, const void *bytes, size_t size)
{
	*s = (struct segments){
		.at = bytes, .end = (const unsigned char *)bytes + size, .here = not_known};
}

void segment_open_part(struct segments *s, const void *bytes, size_t size,
		       struct segment_times *times, int64_t from_us, int64_t to_us)
{
	segment_open(s, bytes, size);
	s->times = times;
	s->from_us = from_us;
	s->to_us = to_us;
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

void segment_times_release(struct segment_times *t)
{
	free(t->segment);
	*t = (struct segment_times){0};
}

static struct segment_time *time_of(struct segment_times *t, size_t number)
{
	while (t->segments <= number) {
		if (t->segments == t->room) {
			t->room = t->room ? t->room * 2 : 16;
			t->segment = memory_resize(t->segment, t->room * sizeof *t->segment);
		}
		t->segment[t->segments++] = not_known;
	}
	return &t->segment[number];
}

/* The segment was read to its end. */
static void keep_time(struct segments *s)
{
	if (s->times && s->number && !s->is_damaged)
		*time_of(s->times, s->number - 1) = s->here;
	s->here = not_known;
}

static bool is_outside(const struct segments *s, size_t number)
{
	const struct segment_time *t;

	if (!s->times || number >= s->times->segments)
		return false;
	t = &s->times->segment[number];
	return t->first_us <= t->last_us && (t->last_us < s->from_us || t->first_us >= s->to_us);
}

static bool open_next(struct segments *s)
{
	uint64_t size;
	bool is_left_out = true;

	while (is_left_out && s->at != s->end) {
		if (!varint_get(&s->at, s->end, &size) || size > (uint64_t)(s->end - s->at)) {
			s->is_damaged = true;
			return false;
		}
		is_left_out = is_outside(s, s->number++);
		if (!is_left_out && !block_open(&s->block, s->at, (size_t)size)) {
			s->is_damaged = true;
			return false;
		}
		s->at += size;
	}
	return !is_left_out;
}

static bool next_block(struct segments *s)
{
	s->is_damaged = s->is_damaged || s->block.is_damaged;
	keep_time(s);
	if (s->at == s->end || s->is_damaged)
		return false;
	block_reader_release(&s->block);
	return open_next(s);
}

static void add_time(struct segment_time *t, int64_t us)
{
	t->first_us = us < t->first_us ? us : t->first_us;
	t->last_us = us > t->last_us ? us : t->last_us;
}

bool segment_next(struct segments *s, struct block_result *r)
{
	do
		if (s->block.at && block_next(&s->block, r)) {
			add_time(&s->here, r->start_us);
			return true;
		}
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
