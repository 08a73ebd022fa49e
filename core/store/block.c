/* store/block: see block.h.
 *
 * A blob: the version byte, then per result
 *   shape number * 2 + (due off the grid)      a number never seen is followed by the shape itself
 *   [due - last due]                           only when off the grid of the shape's interval
 *   start - due, then each phase less the same phase of the result before, the rest of the elapsed
 * time likewise each value: 0 unchanged, 1 + whole difference, or 2 + its eight bytes Numbers are
 * little-endian base-128 varints, signed ones zigzag; texts end with a NUL. */
#include "block.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

#define VERSION 1
#define WHOLE_MOST 9007199254740992.0 /* 2^53: below it a double holds every whole number */

enum value_form { VALUE_SAME, VALUE_WHOLE, VALUE_EXACT };

static void put(struct text *t, uint64_t n)
{
	char byte[10];
	size_t size = 0;

	if (n < 128) {
		text_putc(t, (char)n);
		return;
	}
	do
		byte[size++] = (char)((n & 127) | (n > 127 ? 128 : 0));
	while (n >>= 7);
	text_add(t, byte, size);
}

static void put_signed(struct text *t, int64_t n)
{
	put(t, (uint64_t)n << 1 ^ (uint64_t)(n >> 63));
}

static void put_text(struct text *t, const char *s)
{
	text_add(t, s, strlen(s) + 1);
}

static uint64_t get_long(struct block_reader *r)
{
	uint64_t n = 0;

	for (int shift = 0; shift < 64 && r->at < r->end; shift += 7) {
		n |= (uint64_t)(*r->at & 127) << shift;
		if (!(*r->at++ & 128))
			return n;
	}
	r->is_damaged = true;
	return 0;
}

/* Most numbers are differences, a byte long. */
static inline uint64_t get(struct block_reader *r)
{
	return r->at < r->end && *r->at < 128 ? *r->at++ : get_long(r);
}

static inline int64_t get_signed(struct block_reader *r)
{
	uint64_t n = get(r);

	return (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
}

static uint64_t get_below(struct block_reader *r, uint64_t most)
{
	uint64_t n = get(r);

	if (n <= most)
		return n;
	r->is_damaged = true;
	return 0;
}

static const char *get_text(struct block_reader *r)
{
	const char *text = (const char *)r->at;
	const unsigned char *nul =
		r->at < r->end ? memchr(r->at, 0, (size_t)(r->end - r->at)) : NULL;

	if (!nul) {
		r->is_damaged = true;
		return "";
	}
	r->at = nul + 1;
	return text;
}

/* Sums wrap instead of overflowing: bytes may be anything. */
static int64_t sum(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t difference(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

void block_writer_release(struct block_writer *w)
{
	text_release(&w->bytes);
	map_release(&w->shapes);
	*w = (struct block_writer){0};
}

static void write_shape(struct text *t, const struct block_result *r)
{
	put(t, r->verdict);
	put(t, r->ends);
	put(t, r->cause);
	put(t, r->flags);
	put_signed(t, r->interval_us);
	put_text(t, r->reason);
	put_text(t, r->address);
	put_text(t, r->item);
	put(t, r->steps);
	for (size_t i = 0; i < r->steps; i++) {
		put_text(t, r->step[i].name);
		put(t, (uint64_t)r->step[i].hop << 1 | r->step[i].has_failed);
	}
	put(t, r->values);
	for (size_t i = 0; i < r->values; i++) {
		put_text(t, r->value[i].name);
		put_text(t, r->value[i].unit);
	}
	put(t, r->facts);
	for (size_t i = 0; i < r->facts; i++) {
		put_text(t, r->fact[i].name);
		put_text(t, r->fact[i].text);
	}
}

/* A shape is known by a 64-bit hash of its bytes: a block has some dozens at most. */
static size_t shape_number(struct block_writer *w, const struct text *shape)
{
	uint64_t key = map_key(shape->at, shape->size);
	void *known;

	if (w->shape_count && key == w->last_key)
		return w->last_shape;
	known = map_find(&w->shapes, key);
	if (!known) {
		known = (void *)(uintptr_t)++w->shape_count;
		map_put(&w->shapes, key, known);
	}
	w->last_key = key;
	return w->last_shape = (size_t)((uintptr_t)known - 1);
}

static bool is_whole(double v)
{
	return v > -WHOLE_MOST && v < WHOLE_MOST && v == (double)(int64_t)v &&
	       (v != 0 || !__builtin_signbit(v));
}

static void put_value(struct text *t, double value, double before)
{
	if (!memcmp(&value, &before, sizeof value)) {
		put(t, VALUE_SAME);
	} else if (is_whole(value) && is_whole(before)) {
		put(t, VALUE_WHOLE);
		put_signed(t, (int64_t)value - (int64_t)before);
	} else {
		put(t, VALUE_EXACT);
		text_add(t, &value, sizeof value);
	}
}

static void put_times(struct block_writer *w, const struct block_result *r)
{
	int64_t begin_us = 0, phase_us;

	put_signed(&w->bytes, difference(r->start_us, r->due_us));
	for (size_t i = 0; i < r->steps; i++) {
		phase_us = difference(r->step[i].end_us, begin_us);
		put_signed(&w->bytes, difference(phase_us, w->phase[i]));
		w->phase[i] = phase_us;
		begin_us = r->step[i].end_us;
	}
	phase_us = difference(r->elapsed_us, begin_us);
	put_signed(&w->bytes, difference(phase_us, w->tail_us));
	w->tail_us = phase_us;
}

void block_add(struct block_writer *w, const struct block_result *r)
{
	static struct text shape; /* of all writers: one would be cold each time */
	int64_t step_us = difference(r->due_us, w->last_due_us);
	bool is_off = !w->results || step_us != r->interval_us;
	size_t number, known = w->shape_count;

	__builtin_prefetch(w->bytes.at + w->bytes.size, 1);
	text_clear(&shape);
	write_shape(&shape, r);
	number = shape_number(w, &shape);
	if (!w->results) {
		text_putc(&w->bytes, VERSION);
		w->first_due_us = r->due_us;
	}
	put(&w->bytes, (uint64_t)number << 1 | is_off);
	if (w->shape_count > known)
		text_add(&w->bytes, shape.at, shape.size);
	if (is_off)
		put_signed(&w->bytes, step_us);
	put_times(w, r);
	for (size_t i = 0; i < r->values; i++) {
		put_value(&w->bytes, r->value[i].value, w->value[i]);
		w->value[i] = r->value[i].value;
	}
	w->last_due_us = r->due_us;
	w->results++;
}

const struct text *block_blob(const struct block_writer *w)
{
	return &w->bytes;
}

bool block_open(struct block_reader *r, const void *bytes, size_t size)
{
	*r = (struct block_reader){.at = bytes, .end = (const unsigned char *)bytes + size};
	if (!size || *r->at != VERSION)
		return false;
	r->at++;
	return true;
}

void block_reader_release(struct block_reader *r)
{
	free(r->shape);
	*r = (struct block_reader){0};
}

static void take_lists(struct block_reader *r, struct block_result *x)
{
	uint64_t word;

	x->steps = (size_t)get_below(r, BLOCK_STEPS);
	for (size_t i = 0; i < x->steps; i++) {
		x->step[i].name = get_text(r);
		word = get(r);
		x->step[i].hop = (uint8_t)(word >> 1);
		x->step[i].has_failed = word & 1;
	}
	x->values = (size_t)get_below(r, BLOCK_VALUES);
	for (size_t i = 0; i < x->values; i++) {
		x->value[i].name = get_text(r);
		x->value[i].unit = get_text(r);
	}
	x->facts = (size_t)get_below(r, BLOCK_FACTS);
	for (size_t i = 0; i < x->facts; i++) {
		x->fact[i].name = get_text(r);
		x->fact[i].text = get_text(r);
	}
}

static void take_shape(struct block_reader *r)
{
	struct block_result *x;

	if (r->shapes == r->shape_room) {
		r->shape_room = r->shape_room ? r->shape_room * 2 : 4;
		r->shape = memory_resize(r->shape, r->shape_room * sizeof *r->shape);
	}
	x = memset(&r->shape[r->shapes++], 0, sizeof *x);
	x->verdict = (uint8_t)get(r);
	x->ends = (uint8_t)get(r);
	x->cause = (uint8_t)get(r);
	x->flags = (uint8_t)get(r);
	x->interval_us = get_signed(r);
	x->reason = get_text(r);
	x->address = get_text(r);
	x->item = get_text(r);
	take_lists(r, x);
}

static void take_times(struct block_reader *r, struct block_result *x)
{
	int64_t at_us = 0;

	x->start_us = sum(x->due_us, get_signed(r));
	for (size_t i = 0; i < x->steps; i++) {
		r->phase[i] = sum(r->phase[i], get_signed(r));
		at_us = sum(at_us, r->phase[i]);
		x->step[i].end_us = at_us;
	}
	r->tail_us = sum(r->tail_us, get_signed(r));
	x->elapsed_us = sum(at_us, r->tail_us);
}

static double take_value(struct block_reader *r, double before)
{
	enum value_form form = (enum value_form)get_below(r, VALUE_EXACT);
	double value = before;

	if (form == VALUE_SAME)
		return before;
	if (form == VALUE_WHOLE)
		return is_whole(before) ? (double)sum((int64_t)before, get_signed(r))
					: (r->is_damaged = true, before);
	if (r->end - r->at < (ptrdiff_t)sizeof value) {
		r->is_damaged = true;
		return before;
	}
	memcpy(&value, r->at, sizeof value);
	r->at += sizeof value;
	return value;
}

static void copy_shape(struct block_result *to, const struct block_result *from)
{
	memcpy(to, from, offsetof(struct block_result, step));
	memcpy(to->step, from->step, from->steps * sizeof *to->step);
	memcpy(to->value, from->value, from->values * sizeof *to->value);
	memcpy(to->fact, from->fact, from->facts * sizeof *to->fact);
}

/* One result after the other has the same shape. */
static void fill(struct block_reader *r, struct block_result *x, size_t shape)
{
	if (r->filled == x && r->filled_by == shape)
		return;
	copy_shape(x, &r->shape[shape]);
	r->filled = x;
	r->filled_by = shape;
}

bool block_next(struct block_reader *r, struct block_result *x)
{
	uint64_t head;

	if (r->at == r->end || r->is_damaged)
		return false;
	head = get(r);
	if (head >> 1 == r->shapes)
		take_shape(r);
	else if (head >> 1 > r->shapes)
		r->is_damaged = true;
	if (r->is_damaged)
		return false;
	fill(r, x, head >> 1);
	r->last_due_us = sum(r->last_due_us, head & 1 ? get_signed(r) : x->interval_us);
	x->due_us = r->last_due_us;
	take_times(r, x);
	for (size_t i = 0; i < x->values; i++)
		x->value[i].value = r->value[i] = take_value(r, r->value[i]);
	return !r->is_damaged;
}
