/* store/seen: see seen.h. */
#include "seen.h"

struct seen_blob *seen_find(struct seen *s, int64_t series, int64_t id)
{
	for (size_t i = 0; i < SEEN_BLOBS; i++) {
		struct seen_blob *b = &s->blob[i];

		if (b->series == series && b->id == id) {
			b->sources++;
			return b;
		}
	}
	return NULL;
}

struct seen_blob *seen_add(struct seen *s, int64_t series, int64_t id, struct text *bytes)
{
	struct seen_blob *b;
	struct text old;

	for (size_t tried = 0; tried < SEEN_BLOBS; tried++) {
		b = &s->blob[s->next++ % SEEN_BLOBS];
		if (b->sources)
			continue;
		old = b->bytes;
		b->bytes = *bytes;
		*bytes = old;
		b->series = series;
		b->id = id;
		b->times.segments = 0;
		b->sources = 1;
		return b;
	}
	return NULL;
}

void seen_clear(struct seen *s)
{
	for (size_t i = 0; i < SEEN_BLOBS; i++)
		s->blob[i].series = s->blob[i].id = 0;
}

void seen_release(struct seen *s)
{
	for (size_t i = 0; i < SEEN_BLOBS; i++) {
		text_release(&s->blob[i].bytes);
		segment_times_release(&s->blob[i].times);
	}
	*s = (struct seen){0};
}
