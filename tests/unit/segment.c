/* Segments of a blob: a reader that knows their times gives what any reader would give of a time,
 * whatever the order of results, and unpacks no more than it must. */
#include <stdlib.h>

#include "../../core/store/segment.h"
#include "../lib/tap.h"

#define RESULTS 3000
#define PIECE   300 /* each makes a segment */
#define SECOND  INT64_C(1000000)

static uint64_t seed = 11;

static int64_t below(int64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((seed >> 33) % (uint64_t)n);
}

/* A result a second; the clock of some stood far away. */
static void make(struct text *blob)
{
	static struct block_result r;

	for (int n = 0; n < RESULTS; n += PIECE) {
		struct block_writer w = {0};

		for (int i = n; i < n + PIECE; i++) {
			r = (struct block_result){.due_us = i * SECOND,
						  .interval_us = SECOND,
						  .reason = "",
						  .address = "",
						  .item = i % 3 ? "a" : "b"};
			r.start_us = below(400) ? r.due_us : below(RESULTS) * SECOND;
			block_add(&w, &r);
		}
		segment_append(blob, block_blob(&w), PIECE);
		block_writer_release(&w);
	}
}

static bool is_inside(const struct block_result *r, int64_t from_us, int64_t to_us)
{
	return r->start_us >= from_us && r->start_us < to_us;
}

/* What lies in [from, to), in its order; *unpacked: all that was given. */
static uint64_t read_part(struct segments *s, int64_t from_us, int64_t to_us, size_t *unpacked)
{
	static struct block_result r;
	uint64_t order = 1;

	for (*unpacked = 0; segment_next(s, &r); ++*unpacked)
		if (is_inside(&r, from_us, to_us))
			order = order * 1000003 + (uint64_t)r.due_us + (*r.item == 'b');
	segment_release(s);
	return order;
}

static void parts(const struct text *blob)
{
	struct segment_times times = {0};
	struct segments s;
	size_t all, some, least = RESULTS, wrong = 0;

	for (int round = 0; round < 300; round++) {
		int64_t from_us = below(RESULTS) * SECOND, to_us = from_us + below(500) * SECOND;
		uint64_t want;

		segment_open(&s, blob->at, blob->size);
		want = read_part(&s, from_us, to_us, &all);
		segment_open_part(&s, blob->at, blob->size, &times, from_us, to_us);
		wrong += want != read_part(&s, from_us, to_us, &some) || all != RESULTS;
		wrong += !round && some != RESULTS;
		least = some < least ? some : least;
	}
	ok(!wrong, "300 parts of a blob, its results out of order, are what they are without");
	ok(least < RESULTS / 2, "segments outside of a part are left out once they are known");
	segment_times_release(&times);
}

/* Who stops in a segment has not seen its last result. */
static void stopped(const struct text *blob)
{
	static struct block_result r;
	struct segment_times times = {0};
	struct segments s;
	size_t unpacked;

	segment_open_part(&s, blob->at, blob->size, &times, 0, SECOND);
	for (int i = 0; i < PIECE + 10; i++)
		segment_next(&s, &r);
	segment_release(&s);
	segment_open_part(&s, blob->at, blob->size, &times, RESULTS * SECOND, RESULTS * SECOND);
	read_part(&s, 0, 0, &unpacked);
	ok(unpacked == RESULTS - PIECE, "a segment that was not read to its end is not known");
	segment_times_release(&times);
}

static void damaged(const struct text *blob)
{
	struct segment_times times = {0};
	struct segments s;
	size_t first, again;

	for (int round = 0; round < 2; round++) {
		segment_open_part(&s, blob->at, blob->size - 5, &times, 0, SECOND);
		read_part(&s, 0, SECOND, round ? &again : &first);
		segment_open_part(&s, blob->at, blob->size - 5, &times, 0, INT64_MAX);
		read_part(&s, 0, INT64_MAX, round ? &again : &first);
	}
	ok(again == first, "a blob cut short gives as much the second time");
	segment_times_release(&times);
}

int main(void)
{
	struct text blob = {0};

	make(&blob);
	parts(&blob);
	stopped(&blob);
	damaged(&blob);
	text_release(&blob);
	return done_testing();
}
