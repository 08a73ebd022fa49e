/* alert/burn: see burn.h. */
#include "burn.h"

#define FINE_US   BURN_MINUTE_US
#define COARSE_US (10 * BURN_MINUTE_US)
#define FINE_MOST (360 * FINE_US) /* the longest window that minutes carry */

struct sum {
	int64_t bad_us, known_us;
};

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* ---- the rings ---- */

static void advance(struct burn_ring *r, int64_t to)
{
	int64_t n = most(r->newest + 1, to - BURN_BUCKETS + 1);

	for (; n <= to; n++) {
		r->bucket[n % BURN_BUCKETS].bad_us = 0;
		r->bucket[n % BURN_BUCKETS].known_us = 0;
	}
	r->newest = most(r->newest, to);
}

static void book(struct burn_ring *r, int64_t width_us, int64_t from_us, int64_t to_us, bool is_bad)
{
	int64_t end_us;

	advance(r, (to_us - 1) / width_us);
	from_us = most(from_us, (r->newest - BURN_BUCKETS + 1) * width_us);
	for (; from_us < to_us; from_us = end_us) {
		int64_t n = from_us / width_us;

		end_us = least((n + 1) * width_us, to_us);
		r->bucket[n % BURN_BUCKETS].known_us += (uint32_t)(end_us - from_us);
		if (is_bad)
			r->bucket[n % BURN_BUCKETS].bad_us += (uint32_t)(end_us - from_us);
	}
}

/* Whole buckets, none of them older than the ring. */
static void add_ring(struct sum *s, const struct burn_ring *r, int64_t width_us, int64_t from_us,
		     int64_t to_us)
{
	int64_t n = most(from_us / width_us, most(0, r->newest - BURN_BUCKETS + 1));

	for (; n < to_us / width_us && n <= r->newest; n++) {
		s->bad_us += r->bucket[n % BURN_BUCKETS].bad_us;
		s->known_us += r->bucket[n % BURN_BUCKETS].known_us;
	}
}

/* ---- what happens ---- */

static enum burn_time settled(const struct burn *b, enum burn_time next)
{
	if (b->time != BURN_OPEN)
		return b->time;
	if (next == BURN_GOOD && b->blips_are_up)
		return BURN_GOOD;
	return next == BURN_NEITHER ? BURN_NEITHER : BURN_BAD;
}

void burn_set(struct burn *b, enum burn_time time, int64_t at_us)
{
	enum burn_time was = settled(b, time);

	if (time == b->time)
		return;
	at_us = most(at_us, b->since_us);
	if (was != BURN_NEITHER && at_us > b->since_us) {
		book(&b->fine, FINE_US, b->since_us, at_us, was == BURN_BAD);
		book(&b->coarse, COARSE_US, b->since_us, at_us, was == BURN_BAD);
	}
	b->time = time;
	b->since_us = at_us;
}

/* ---- the windows ---- */

static struct sum window(const struct burn *b, int64_t to_us, int64_t width_us)
{
	int64_t from_us = to_us - width_us, minutes_from_us = from_us, open_us;
	struct sum s = {0, 0};

	if (width_us > FINE_MOST) {
		from_us = (from_us + COARSE_US - 1) / COARSE_US * COARSE_US;
		minutes_from_us = to_us / COARSE_US * COARSE_US;
		add_ring(&s, &b->coarse, COARSE_US, from_us, minutes_from_us);
	}
	add_ring(&s, &b->fine, FINE_US, minutes_from_us, to_us);
	open_us = to_us - most(from_us, b->since_us);
	if (open_us > 0 && (b->time == BURN_GOOD || b->time == BURN_BAD))
		s.known_us += open_us;
	if (open_us > 0 && b->time == BURN_BAD)
		s.bad_us += open_us;
	return s;
}

static bool reaches(const struct burn *b, const struct burn_pair *p, int64_t bad_us,
		    int64_t width_us)
{
	return burn_milli(bad_us, width_us, b->target_micro) >= p->rate_milli;
}

static bool look(const struct burn *b, const struct burn_pair *p, bool is_on, int64_t to_us)
{
	struct sum brief = window(b, to_us, p->short_us);

	if (is_on)
		return reaches(b, p, brief.bad_us + p->short_us - brief.known_us, p->short_us);
	return reaches(b, p, brief.bad_us, p->short_us) &&
	       reaches(b, p, window(b, to_us, p->long_us).bad_us, p->long_us);
}

void burn_look(struct burn *b, int64_t now_us)
{
	int64_t to_us = now_us / BURN_MINUTE_US * BURN_MINUTE_US;

	for (int i = 0; i < BURN_PAIRS; i++)
		b->is_on[i] = look(b, &burn_pair[i], b->is_on[i], to_us);
}

const struct burn_pair *burn_of(const struct burn *b, enum burn_level level)
{
	for (int i = 0; i < BURN_PAIRS; i++)
		if (b->is_on[i] && burn_pair[i].level == level)
			return &burn_pair[i];
	return 0;
}
