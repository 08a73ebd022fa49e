/* Blocks give back exactly what went in, are small, and survive any bytes. */
#include <stdlib.h>

#include "../../core/store/block.h"
#include "../lib/tap.h"

static uint64_t seed = 7;

static int64_t below(int64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((seed >> 33) % (uint64_t)n);
}

static const char *const word[] = {"resolve",    "connect", "tls", "request",
				   "first-byte", "body",    "",    "wanted 220, got '554'"};

static const char *some_word(void)
{
	return word[below(8)];
}

static double some_value(void)
{
	static const double odd[] = {
		0.0, -0.0, 1e300, -1e-300, 0.1, 9007199254740993.0, __builtin_inf(), -5};

	return below(3) ? (double)below(1000) : odd[below(8)];
}

static void some_result(struct block_result *r, int64_t due_us)
{
	int64_t at_us = 0;

	memset(r, 0, sizeof *r);
	*r = (struct block_result){.due_us = due_us,
				   .start_us = due_us + below(100000) - 50,
				   .interval_us =
					   below(2) ? 60000000 : 1 + below(INT64_C(100000000000)),
				   .verdict = (uint8_t)below(6),
				   .ends = (uint8_t)below(7),
				   .cause = (uint8_t)below(6),
				   .flags = (uint8_t)below(4),
				   .reason = some_word(),
				   .address = some_word(),
				   .item = some_word(),
				   .steps = (size_t)below(8),
				   .values = (size_t)below(5),
				   .facts = (size_t)below(3)};
	for (size_t i = 0; i < r->steps; i++) {
		at_us += below(5) ? below(100000) : -below(1000);
		r->step[i] = (struct block_step){some_word(), (uint8_t)below(4), below(2), at_us};
	}
	r->elapsed_us = at_us + below(1000);
	for (size_t i = 0; i < r->values; i++)
		r->value[i] = (struct block_value){some_word(), some_word(), some_value()};
	for (size_t i = 0; i < r->facts; i++)
		r->fact[i] = (struct block_fact){some_word(), some_word()};
}

static bool same_lists(const struct block_result *a, const struct block_result *b)
{
	bool fine = a->steps == b->steps && a->values == b->values && a->facts == b->facts;

	for (size_t i = 0; fine && i < a->steps; i++)
		fine = !strcmp(a->step[i].name, b->step[i].name) &&
		       a->step[i].hop == b->step[i].hop &&
		       a->step[i].has_failed == b->step[i].has_failed &&
		       a->step[i].end_us == b->step[i].end_us;
	for (size_t i = 0; fine && i < a->values; i++)
		fine = !strcmp(a->value[i].name, b->value[i].name) &&
		       !strcmp(a->value[i].unit, b->value[i].unit) &&
		       !memcmp(&a->value[i].value, &b->value[i].value, sizeof(double));
	for (size_t i = 0; fine && i < a->facts; i++)
		fine = !strcmp(a->fact[i].name, b->fact[i].name) &&
		       !strcmp(a->fact[i].text, b->fact[i].text);
	return fine;
}

static bool same_result(const struct block_result *a, const struct block_result *b)
{
	return a->due_us == b->due_us && a->start_us == b->start_us &&
	       a->interval_us == b->interval_us && a->elapsed_us == b->elapsed_us &&
	       a->verdict == b->verdict && a->ends == b->ends && a->cause == b->cause &&
	       a->flags == b->flags && !strcmp(a->reason, b->reason) &&
	       !strcmp(a->address, b->address) && !strcmp(a->item, b->item) && same_lists(a, b);
}

static void round_trips(void)
{
	static struct block_result in[200], out;
	bool fine = true;

	for (int round = 0; round < 300 && fine; round++) {
		struct block_writer w = {0};
		struct block_reader r = {0};
		size_t n = 1 + (size_t)below(200);
		int64_t due_us = below(INT64_C(2000000000000000));

		for (size_t i = 0; i < n; i++) {
			some_result(&in[i], due_us);
			block_add(&w, &in[i]);
			due_us += below(4) ? in[i].interval_us : below(1000000) - 1000;
		}
		fine = block_open(&r, block_blob(&w)->at, block_blob(&w)->size);
		for (size_t i = 0; i < n && fine; i++)
			fine = block_next(&r, &out) && same_result(&in[i], &out);
		fine = fine && !block_next(&r, &out) && !r.is_damaged;
		block_reader_release(&r);
		block_writer_release(&w);
	}
	ok(fine, "300 random blocks come back to the bit");
}

/* An hour of an HTTPS check each second: six steps with the jitter of a network. */
static void is_small(void)
{
	struct block_writer w = {0};
	struct block_result r = {.interval_us = 1000000,
				 .verdict = 2,
				 .reason = "",
				 .address = "192.0.2.7",
				 .item = "",
				 .steps = 6,
				 .values = 2};
	static const int64_t usual[] = {900, 12000, 25000, 60, 31000, 400};

	r.value[0] = (struct block_value){"status", "", 200};
	r.value[1] = (struct block_value){"certificate_days", "d", 61};
	for (int64_t i = 0; i < 3600; i++) {
		int64_t at_us = 0;

		for (size_t k = 0; k < 6; k++) {
			at_us += usual[k] + below(usual[k] / 8 + 2);
			r.step[k] = (struct block_step){word[k], 0, false, at_us};
		}
		r.elapsed_us = at_us + 20;
		r.due_us = INT64_C(1790000000000000) + i * 1000000;
		r.start_us = r.due_us + below(10000);
		block_add(&w, &r);
	}
	ok(block_blob(&w)->size <= 16 * 3600,
	   "a result with six steps and two values takes %.1f bytes",
	   (double)block_blob(&w)->size / 3600);
	block_writer_release(&w);
}

static void survives_any_bytes(void)
{
	static struct block_result in, out;
	size_t results = 0;

	for (int round = 0; round < 20000; round++) {
		struct block_writer w = {0};
		struct block_reader r = {0};
		char *copy;
		size_t size;

		for (int i = 0; i < 5; i++) {
			some_result(&in, i * 1000);
			block_add(&w, &in);
		}
		size = (size_t)below((int64_t)block_blob(&w)->size) + 1;
		/* cut short, on its own: a sanitizer sees overruns */
		copy = memcpy(malloc(size), block_blob(&w)->at, size);
		for (int64_t flips = below(4); flips > 0; flips--)
			copy[below((int64_t)size)] ^= (char)(1 << below(8));
		if (block_open(&r, copy, size))
			while (block_next(&r, &out))
				results++;
		block_reader_release(&r);
		block_writer_release(&w);
		free(copy);
	}
	ok(results > 0, "20,000 damaged blocks are read as far as they go");
}

int main(void)
{
	round_trips();
	is_small();
	survives_any_bytes();
	return done_testing();
}
