/* store/pack: see pack.h.
 *
 * Samples: their count, then of each: origin * 128 + state * 16 + cause * 2 + (interval as before),
 * the distance to the end of the one before, that to its second (0: single) and from there to its
 * last, the interval when it is new. Steps: results, passed, count, then of each its name, hop and
 * histogram. */
#include "pack.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "stage.h"
#include "varint.h"

void pack_samples(struct text *t, const struct sla_samples *list)
{
	int64_t at_us = 0, interval_us = 0;

	varint_put(t, list->samples);
	for (size_t i = 0; i < list->samples; i++) {
		const struct sla_sample *s = &list->sample[i];
		bool is_same = s->interval_us == interval_us;

		varint_put(t, (uint64_t)s->origin << 7 | (uint64_t)s->state << 4 |
				      (uint64_t)s->cause << 1 | is_same);
		varint_put_signed(t, s->at_us - at_us);
		varint_put(t, s->second_us ? (uint64_t)(s->second_us - s->at_us) : 0);
		if (s->second_us)
			varint_put(t, (uint64_t)(s->last_us - s->second_us));
		if (!is_same)
			varint_put_signed(t, s->interval_us);
		at_us = s->last_us;
		interval_us = s->interval_us;
	}
}

/* As it is, in any order. */
static void append(struct sla_samples *list, const struct sla_sample *s)
{
	if (list->samples == list->room) {
		list->room = list->room ? list->room * 2 : 16;
		list->sample = memory_resize(list->sample, list->room * sizeof *list->sample);
	}
	list->sample[list->samples++] = *s;
}

/* Bytes may be anything: sums wrap, a sample out of order is refused. */
static bool get_sample(struct sla_sample *s, const unsigned char **at, const unsigned char *end)
{
	uint64_t head, second = 0, last = 0;
	int64_t step_us;

	if (!varint_get(at, end, &head) || !varint_get_signed(at, end, &step_us) ||
	    !varint_get(at, end, &second) || (second && !varint_get(at, end, &last)) ||
	    (!(head & 1) && !varint_get_signed(at, end, &s->interval_us)))
		return false;
	if (head >> 7 >= SLA_ORIGINS || (head >> 4 & 7) >= SLA_STATES ||
	    (head >> 1 & 7) >= SLA_CAUSES)
		return false;
	s->origin = (enum sla_origin)(head >> 7);
	s->state = (enum sla_state)(head >> 4 & 7);
	s->cause = (enum sla_cause)(head >> 1 & 7);
	if (__builtin_add_overflow(s->last_us, step_us, &s->at_us) ||
	    __builtin_add_overflow(s->at_us, second, &s->last_us))
		return false;
	s->second_us = second ? s->last_us : 0;
	return !__builtin_add_overflow(s->last_us, last, &s->last_us);
}

bool unpack_samples(struct sla_samples *list, const void *bytes, size_t size)
{
	const unsigned char *at = bytes, *end = at + size;
	struct sla_sample s = {0};
	uint64_t count;

	if (!varint_get(&at, end, &count))
		return false;
	for (; count; count--) {
		if (!get_sample(&s, &at, end))
			return false;
		sla_samples_add(list, &s);
	}
	return at == end;
}

static enum sla_origin origin_of(const struct block_result *r, const char *location)
{
	if (r->flags & BLOCK_IS_EVENT)
		return SLA_EVENT;
	return strcmp(location, STAGE_LOCATION) ? SLA_MEASURED : SLA_IMPORTED;
}

void pack_add_sample(struct sla_samples *list, const struct block_result *r, const char *location)
{
	struct sla_sample s = {.at_us = r->start_us,
			       .last_us = r->start_us,
			       .interval_us = r->interval_us,
			       .cause = r->cause < SLA_CAUSES ? (enum sla_cause)r->cause : 0};

	if (!r->ends || r->ends > SLA_STATES)
		return;
	s.state = (enum sla_state)(r->ends - 1);
	s.origin = origin_of(r, location);
	append(list, &s);
}

static int by_time(const void *a, const void *b)
{
	const struct sla_sample *x = a, *y = b;

	return x->at_us != y->at_us ? (x->at_us < y->at_us ? -1 : 1) : 0;
}

void pack_join_samples(struct sla_samples *list)
{
	struct sla_samples joined = {0};
	bool is_sorted = true;

	for (size_t i = 1; i < list->samples && is_sorted; i++)
		is_sorted = list->sample[i - 1].at_us <= list->sample[i].at_us;
	if (!is_sorted)
		qsort(list->sample, list->samples, sizeof *list->sample, by_time);
	for (size_t i = 0; i < list->samples; i++)
		sla_samples_add(&joined, &list->sample[i]);
	free(list->sample);
	*list = joined;
}

/* ---- steps ---- */

void read_steps_release(struct read_steps *s)
{
	for (size_t i = 0; i < s->steps; i++) {
		free(s->step[i].name);
		histogram_release(&s->step[i].times);
	}
	free(s->step);
	*s = (struct read_steps){0};
}

/* `near`: where it is likely to be. */
static struct histogram *times_of(struct read_steps *s, const char *name, int hop, size_t near)
{
	if (near < s->steps && s->step[near].hop == hop && !strcmp(s->step[near].name, name))
		return &s->step[near].times;
	for (size_t i = 0; i < s->steps; i++)
		if (s->step[i].hop == hop && !strcmp(s->step[i].name, name))
			return &s->step[i].times;
	if (s->steps == s->room) {
		s->room = s->room ? s->room * 2 : 8;
		s->step = memory_resize(s->step, s->room * sizeof *s->step);
	}
	s->step[s->steps] = (struct read_step){memory_text(name), hop, {0}};
	return &s->step[s->steps++].times;
}

void pack_add_steps(struct read_steps *s, const struct block_result *r)
{
	bool has_passed = r->verdict == SLA_UP || r->verdict == SLA_DEGRADED;
	int64_t begin_us = 0;

	s->results++;
	s->passed += has_passed;
	if (r->flags & (BLOCK_IS_STALLED | BLOCK_IS_EVENT))
		return;
	if (has_passed)
		histogram_add(times_of(s, "", 0, 0), r->elapsed_us);
	for (size_t i = 0; i < r->steps; i++) {
		const struct block_step *step = &r->step[i];

		if (!step->has_failed)
			histogram_add(times_of(s, step->name, step->hop, i + 1),
				      step->end_us - begin_us);
		begin_us = step->end_us;
	}
}

void pack_steps(struct text *t, const struct read_steps *s)
{
	varint_put(t, (uint64_t)s->results);
	varint_put(t, (uint64_t)s->passed);
	varint_put(t, s->steps);
	for (size_t i = 0; i < s->steps; i++) {
		text_add(t, s->step[i].name, strlen(s->step[i].name) + 1);
		varint_put(t, (uint64_t)s->step[i].hop);
		histogram_pack(t, &s->step[i].times);
	}
}

bool unpack_steps(struct read_steps *s, const void *bytes, size_t size)
{
	const unsigned char *at = bytes, *end = at + size, *nul;
	uint64_t results, passed, count, hop;

	if (!varint_get(&at, end, &results) || !varint_get(&at, end, &passed) ||
	    !varint_get(&at, end, &count))
		return false;
	s->results += (int64_t)results;
	s->passed += (int64_t)passed;
	for (size_t i = 0; i < count; i++) {
		const char *name = (const char *)at;

		nul = at < end ? memchr(at, 0, (size_t)(end - at)) : NULL;
		if (!nul)
			return false;
		at = nul + 1;
		if (!varint_get(&at, end, &hop) || hop > UINT8_MAX ||
		    !histogram_unpack(times_of(s, name, (int)hop, i), &at, end))
			return false;
	}
	return at == end;
}
