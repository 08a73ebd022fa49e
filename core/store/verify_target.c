/* store/verify_target: one target: its blocks, the digests of its results, its days and months
 * computed anew. See verify.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "daily.h"
#include "segment.h"
#include "verify_inside.h"

struct subject {
	struct verify *v;
	const struct read_target *target;
	int64_t rolled; /* its days before it are closed */
};

static bool is_of_order(const struct verify *v, int64_t day, int64_t end_day)
{
	return end_day * READ_DAY > v->order->from_us && day * READ_DAY < v->order->to_us;
}

static const char *place_of(const struct verify *v, int64_t location)
{
	for (size_t i = 0; i < v->r->count; i++)
		if (v->r->series[i].location_id == location)
			return v->r->series[i].location;
	return "";
}

static struct verify_finding about(const struct subject *s, const char *what, int64_t location,
				   int64_t day, int64_t end_day)
{
	return (struct verify_finding){what,           s->target->name,    place_of(s->v, location),
				       day * READ_DAY, end_day * READ_DAY, NULL};
}

/* "'web' at 'here'" */
static void add_subject(struct text *t, const struct verify_finding *f)
{
	text_printf(t, "'%s'", f->name);
	if (*f->location)
		text_printf(t, " at '%s'", f->location);
}

static void add_date(struct text *t, int64_t us)
{
	struct text whole = {0};

	clock_add_utc(&whole, us, 0);
	text_add(t, whole.at, 10);
	text_release(&whole);
}

/* "the figures of 2026-10-03 of 'web' at 'here'" */
static void add_span(struct text *t, const struct verify_finding *f, const char *what)
{
	text_printf(t, "%s of ", what);
	add_date(t, f->from_us);
	if (f->to_us - f->from_us > READ_DAY) {
		text_puts(t, " to ");
		add_date(t, f->to_us - READ_DAY);
	}
	text_puts(t, " of ");
	add_subject(t, f);
}

static void tell(const struct subject *s, struct verify_finding f, const char *what,
		 const struct verify_entry *e, const char *before, const char *behind)
{
	struct text t = {0};

	add_span(&t, &f, what);
	text_puts(&t, before);
	if (e)
		verify_add_link(&t, e);
	text_puts(&t, behind);
	verify_tell(s->v, &f, "%s", text_get(&t));
	text_release(&t);
}

/* ---- rows of days and months ---- */

struct rollup {
	enum chain_kind kind;
	enum chain_horizon horizon;
	const char *what, *sql;
	int64_t (*end)(int64_t day);
};

static int64_t day_behind(int64_t day)
{
	return day + 1;
}

static const struct rollup rollup[] = {
	{CHAIN_DAY, CHAIN_DAYS, "day", "SELECT location, day, sum, data FROM day WHERE target = ?1",
	 day_behind},
	{CHAIN_MONTH, CHAIN_MONTHS, "month",
	 "SELECT location, day, sum, data FROM month WHERE target = ?1", daily_month_behind},
};

/* Where a target's closed days end stands in no link; figures of days behind come from results. */
static void tell_opened(const struct subject *s, struct verify_finding f,
			const struct verify_entry *e)
{
	tell(s, f, "the figures", e, " would be computed from results that are gone, not as ",
	     " has them: somebody opened days that were closed, or an import is under way");
}

static bool has_results_in_chain(const struct subject *s, int64_t day)
{
	for (size_t i = 0; i < s->v->r->count; i++)
		if (verify_last(s->v, CHAIN_RESULTS, (uint64_t)s->target->id,
				s->v->r->series[i].location_id, day))
			return true;
	return false;
}

/* The row of a day whose results were gone before there was a chain; of others judge_results()
 * says it. */
static bool is_opened(const struct subject *s, const struct rollup *k, int64_t location,
		      int64_t day)
{
	return k->kind == CHAIN_DAY && !location && day >= s->rolled &&
	       day < s->v->horizon[CHAIN_RAW] && !has_results_in_chain(s, day);
}

static void judge_rollup(const struct subject *s, const struct rollup *k, sqlite3_stmt *row)
{
	int64_t location = sqlite3_column_int64(row, 0),
		day = read_day(sqlite3_column_int64(row, 1));
	const void *bytes = sqlite3_column_blob(row, 3);
	size_t size = (size_t)sqlite3_column_bytes(row, 3);
	struct verify_entry *e = verify_last(s->v, k->kind, (uint64_t)s->target->id, location, day);
	struct verify_finding f = about(s, k->what, location, day, k->end(day));
	struct digest d;

	digest_of(&d, bytes, size);
	if (e)
		e->is_seen = true;
	if (!is_of_order(s->v, day, k->end(day)))
		return;
	if ((int64_t)map_hash(bytes ? bytes : "", size) != sqlite3_column_int64(row, 2))
		tell(s, f, "the figures", NULL, " are damaged: their bytes do not have their sum",
		     "");
	else if (e && !digest_is_same(&d, &e->is.digest))
		tell(s, f, "the figures", e, " are not those that ", " has: they were changed");
	else if (!e)
		tell(s, f, "the figures", NULL,
		     " are in no link: they were made by something else than nines", "");
	else if (is_opened(s, k, location, day))
		tell_opened(s, f, e);
	else
		*(k->kind == CHAIN_DAY ? &s->v->out->days : &s->v->out->months) += !location;
}

static void judge_absent(const struct subject *s, const struct rollup *k)
{
	struct verify *v = s->v;
	uint64_t id = (uint64_t)s->target->id;
	size_t i = verify_first(v, k->kind, id, INT64_MIN, INT64_MIN),
	       end = verify_first(v, k->kind, id + 1, INT64_MIN, INT64_MIN);

	for (; i < end; i++) {
		const struct verify_entry *e = &v->entry[i];
		int64_t day = e->is.day;
		bool is_last = i + 1 == end || e[1].is.at != e->is.at || e[1].is.day != day;

		if (is_last && !e->is_seen && day >= v->horizon[k->horizon] &&
		    is_of_order(v, day, k->end(day)))
			tell(s, about(s, k->what, e->is.at, day, k->end(day)), "the figures", e,
			     ", which ", " has, are gone: they were deleted");
	}
}

static void judge_rollups(const struct subject *s, const struct rollup *k)
{
	sqlite3_stmt *ask = sql_bind(&s->v->r->sql, k->sql, "i", s->target->id);

	while (sqlite3_step(ask) == SQLITE_ROW)
		judge_rollup(s, k, ask);
	s->v->has_failed |= !read_finish(s->v->r, ask);
	judge_absent(s, k);
}

/* ---- figures computed anew ---- */

static const char one_day[] = "SELECT data FROM day WHERE target = ?1 AND location = ?2 AND"
			      " day = ?3";
static const char one_month[] = "SELECT data FROM month WHERE target = ?1 AND location = ?2 AND"
				" day = ?3";

static void judge_computed(const struct subject *s, const struct rollup *k, int64_t location,
			   int64_t day, const struct text *row)
{
	sqlite3_stmt *ask = sql_bind(&s->v->r->sql, k->kind == CHAIN_DAY ? one_day : one_month,
				     "iii", s->target->id, location, day);

	if (sqlite3_step(ask) == SQLITE_ROW &&
	    ((size_t)sqlite3_column_bytes(ask, 0) != row->size ||
	     memcmp(sqlite3_column_blob(ask, 0), text_get(row), row->size)))
		tell(s, about(s, k->what, location, day, k->end(day)), "the figures", NULL,
		     k->kind == CHAIN_DAY ? " do not follow from its results"
					  : " do not follow from its days",
		     "");
	s->v->has_failed |= !read_finish(s->v->r, ask);
}

/* A month whose days are all there. */
static void compute_months(const struct subject *s)
{
	struct verify *v = s->v;
	uint64_t id = (uint64_t)s->target->id;
	size_t i = verify_first(v, CHAIN_MONTH, id, INT64_MIN, INT64_MIN);

	for (; i < v->entries && v->entry[i].is.kind == CHAIN_MONTH && v->entry[i].is.of == id;
	     i++) {
		int64_t location = v->entry[i].is.at, month = v->entry[i].is.day,
			end = daily_month_behind(month);
		struct text row = {0};

		if (month < v->horizon[CHAIN_DAYS] || end > s->rolled ||
		    !is_of_order(v, month, end) ||
		    verify_last(v, CHAIN_MONTH, id, location, month) != &v->entry[i])
			continue;
		v->has_failed |= !daily_month(&v->r->sql, s->target->id, location, month, &row);
		judge_computed(s, &rollup[1], location, month, &row);
		text_release(&row);
	}
}

/* ---- results ---- */

/* The entries of one series' day, in order. */
struct points {
	const struct verify_entry *at, *end;
	const struct verify_entry *changed; /* the first that the results do not have */
};

/* At the number of results of an entry their digest is that of the entry, whatever came later. */
static void see(struct daily_part *p, void *with)
{
	struct points *x = (struct points *)with + p->location;
	struct digest d;

	for (; x->at < x->end && x->at->is.count <= p->results; x->at++) {
		digest_peek(&p->digest, &d);
		if (!x->changed &&
		    (x->at->is.count < p->results || !digest_is_same(&d, &x->at->is.digest)))
			x->changed = x->at;
	}
}

static void judge_results(const struct subject *s, const struct daily_part *p, int64_t location,
			  int64_t day, const struct points *x, const struct verify_entry *last)
{
	struct verify *v = s->v;
	struct verify_finding f = about(s, "results", location, day, day + 1);
	bool is_aged = day < v->horizon[CHAIN_RAW];
	char count[96];

	snprintf(count, sizeof count, ": %llu are there, ", (unsigned long long)p->results);
	if (p->results > last->is.count && (is_aged || day >= s->rolled))
		v->out->late += (int64_t)(p->results - last->is.count);
	if (is_aged && day >= s->rolled && (p->results < last->is.count || x->changed))
		tell_opened(s, f, last);
	else if (is_aged && (p->results < last->is.count || x->changed))
		v->out->gone++;
	else if (p->results < last->is.count)
		tell(s, f, "the results", last, count, " has more: some were deleted or damaged");
	else if (x->changed)
		tell(s, f, "the results", x->changed, " are not those that ",
		     " has: they were changed");
	else if (p->results > last->is.count && day < s->rolled && !is_aged)
		tell(s, f, "the results", last, count, " has fewer: some were added");
	else
		v->out->results += (int64_t)last->is.count;
}

static bool is_whole(const struct daily_part *p, const struct points *x,
		     const struct verify_entry *last)
{
	return !x->changed && p->results == last->is.count;
}

/* One day of all locations; `part[i].location` is the place of its points here. */
static void verify_day(const struct subject *s, struct daily *d, int64_t day)
{
	struct verify *v = s->v;
	uint64_t id = (uint64_t)s->target->id;
	struct points *points = memory_new((d->parts + 1) * sizeof *points);
	bool is_all = true;

	for (size_t i = 0; i < d->parts; i++) {
		int64_t location = v->r->series[i].location_id;

		points[i].at = &v->entry[verify_first(v, CHAIN_RESULTS, id, location, day)];
		points[i].end = &v->entry[verify_first(v, CHAIN_RESULTS, id, location, day + 1)];
	}
	d->with = points;
	v->has_failed |= !daily_compute(&v->r->sql, d, day);
	for (size_t i = 0; i < d->parts; i++) {
		int64_t location = v->r->series[i].location_id;
		const struct verify_entry *last = verify_last(v, CHAIN_RESULTS, id, location, day);
		bool has_row =
			d->part[i].row.size && last && is_whole(&d->part[i], &points[i], last);

		if (last)
			judge_results(s, &d->part[i], location, day, &points[i], last);
		if (has_row && day < s->rolled)
			judge_computed(s, &rollup[0], location, day, &d->part[i].row);
		is_all = is_all && (has_row || (!last && !d->part[i].results));
	}
	if (is_all && d->row.size && day < s->rolled)
		judge_computed(s, &rollup[0], 0, day, &d->row);
	daily_release(d);
	free(points);
}

static int by_day(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Each day once that has results in the chain. */
static size_t days_of(const struct subject *s, int64_t **day)
{
	struct verify *v = s->v;
	uint64_t id = (uint64_t)s->target->id;
	size_t i = verify_first(v, CHAIN_RESULTS, id, INT64_MIN, INT64_MIN),
	       end = verify_first(v, CHAIN_RESULTS, id + 1, INT64_MIN, INT64_MIN), all = 0,
	       days = 0;

	*day = memory_new((end - i + 1) * sizeof **day);
	for (; i < end; i++)
		if (is_of_order(v, v->entry[i].is.day, v->entry[i].is.day + 1))
			(*day)[all++] = v->entry[i].is.day;
	qsort(*day, all, sizeof **day, by_day);
	for (size_t n = 0; n < all; n++)
		if (!days || (*day)[days - 1] != (*day)[n])
			(*day)[days++] = (*day)[n];
	return days;
}

static void verify_days(const struct subject *s)
{
	struct verify *v = s->v;
	struct daily d = {.part = memory_new((v->r->count + 1) * sizeof(struct daily_part)),
			  .parts = v->r->count,
			  .see = see};
	int64_t *day;
	size_t days = days_of(s, &day);

	for (size_t i = 0; i < d.parts; i++)
		d.part[i] = (struct daily_part){.series = v->r->series[i].id,
						.location = (int64_t)i,
						.place = v->r->series[i].location,
						.open = &v->r->series[i].open};
	for (size_t i = 0; i < days && !v->has_failed; i++)
		verify_day(s, &d, day[i]);
	free(d.part);
	free(day);
}

static bool has_series(const struct subject *s, int64_t location)
{
	for (size_t i = 0; i < s->v->r->count; i++)
		if (s->v->r->series[i].location_id == location)
			return true;
	return false;
}

/* Results that are in the chain, at a location of which nothing is found. */
static void judge_locations(const struct subject *s)
{
	struct verify *v = s->v;
	uint64_t id = (uint64_t)s->target->id;
	size_t i = verify_first(v, CHAIN_RESULTS, id, INT64_MIN, INT64_MIN),
	       end = verify_first(v, CHAIN_RESULTS, id + 1, INT64_MIN, INT64_MIN);

	for (; i < end; i++) {
		const struct verify_entry *e = &v->entry[i];
		int64_t day = e->is.day;

		if (is_of_order(v, day, day + 1) && !has_series(s, e->is.at))
			tell(s, about(s, "results", e->is.at, day, day + 1), "the results", e,
			     " that ", " has cannot be found: their location is not there");
	}
}

/* ---- blocks ---- */

struct looking {
	const struct subject *s;
	const struct read_series *series;
	int64_t first_us, last_us, count; /* of the block */
	int64_t least_us, most_us; /* of all blocks */
	int64_t told; /* the last day that was told */
};

static struct verify_finding about_block(const struct looking *l, const char *what, int64_t from_us,
					 int64_t to_us)
{
	return (struct verify_finding){
		what, l->s->target->name, l->series->location, from_us, to_us, NULL};
}

/* A day that is closed has its results in the chain. */
static void see_day(struct looking *l, int64_t day)
{
	const struct subject *s = l->s;

	if (day >= s->rolled) {
		s->v->out->uncovered++;
		return;
	}
	if (day == l->told || day < s->v->horizon[CHAIN_RAW] || !is_of_order(s->v, day, day + 1))
		return;
	l->told = day;
	if (!verify_last(s->v, CHAIN_RESULTS, (uint64_t)s->target->id, l->series->location_id, day))
		tell(s, about(s, "results", l->series->location_id, day, day + 1), "the results",
		     NULL, " are in no link: they were added by something else than nines", "");
}

static void see_result(struct looking *l, int64_t start_us)
{
	if (!l->count || start_us < l->first_us)
		l->first_us = start_us;
	if (!l->count || start_us > l->last_us)
		l->last_us = start_us;
	l->count++;
	see_day(l, start_us / READ_DAY);
}

static bool see_block(struct looking *l, const void *bytes, size_t size, bool is_open)
{
	static struct block_result r; /* too large for a stack frame */
	struct segments in;
	bool is_fine;

	if (is_open)
		segment_open_block(&in, bytes, size);
	else
		segment_open(&in, bytes, size);
	l->count = 0;
	while (segment_next(&in, &r))
		see_result(l, r.start_us);
	is_fine = !in.is_damaged && !in.block.is_damaged;
	segment_release(&in);
	if (l->count && l->first_us < l->least_us)
		l->least_us = l->first_us;
	if (l->count && l->last_us > l->most_us)
		l->most_us = l->last_us;
	return is_fine;
}

static void judge_block(struct looking *l, sqlite3_stmt *row)
{
	const void *bytes = sqlite3_column_blob(row, 4);
	size_t size = (size_t)sqlite3_column_bytes(row, 4);
	int64_t from_us = sqlite3_column_int64(row, 0), to_us = sqlite3_column_int64(row, 1);
	struct verify_finding f = about_block(l, "block", from_us, to_us);
	struct text span = {0};

	text_puts(&span, "the block of results of ");
	add_subject(&span, &f);
	text_puts(&span, " from ");
	clock_add_utc(&span, from_us, 0);
	text_puts(&span, " to ");
	clock_add_utc(&span, to_us, 0);
	if ((int64_t)map_hash(bytes ? bytes : "", size) != sqlite3_column_int64(row, 3))
		verify_tell(l->s->v, &f, "%s is damaged: its bytes do not have their sum", span.at);
	else if (!see_block(l, bytes, size, false))
		verify_tell(l->s->v, &f, "%s is damaged: it cannot be read to its end", span.at);
	else if (l->count != sqlite3_column_int64(row, 2) || l->first_us != from_us ||
		 l->last_us != to_us)
		verify_tell(l->s->v, &f, "%s holds other results than it says", span.at);
	text_release(&span);
}

/* What lies outside would not be asked for. */
static void judge_ends(struct looking *l)
{
	sqlite3_stmt *ask =
		sql_bind(&l->s->v->r->sql, "SELECT first_us, last_us FROM series WHERE id = ?1",
			 "i", l->series->id);
	struct verify_finding f = about_block(l, "series", l->least_us, l->most_us);
	struct text subject = {0};

	add_subject(&subject, &f);
	if (sqlite3_step(ask) == SQLITE_ROW && l->least_us <= l->most_us &&
	    (sqlite3_column_int64(ask, 0) > l->least_us ||
	     (!l->series->open.size && sqlite3_column_int64(ask, 1) < l->most_us)))
		verify_tell(l->s->v, &f,
			    "the record says that the results of %s begin later or end sooner than"
			    " they do",
			    subject.at);
	l->s->v->has_failed |= !read_finish(l->s->v->r, ask);
	text_release(&subject);
}

#define COLUMNS "first_us, last_us, results, sum, data"
static const char blocks[] = "SELECT " COLUMNS " FROM block WHERE series = ?1 AND first_us < ?3 AND"
			     " last_us >= ?2 ORDER BY id";
static const char part[] = "SELECT " COLUMNS " FROM part WHERE series = ?1 AND first_us < ?3 AND"
			   " last_us >= ?2";

static void verify_blocks(const struct subject *s, const struct read_series *x)
{
	static const char *const sql[] = {blocks, part};
	struct verify *v = s->v;
	struct looking l = {
		.s = s, .series = x, .least_us = INT64_MAX, .most_us = INT64_MIN, .told = -1};

	for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
		sqlite3_stmt *ask = sql_bind(&v->r->sql, sql[i], "iii", x->id, v->order->from_us,
					     v->order->to_us);

		while (sqlite3_step(ask) == SQLITE_ROW)
			judge_block(&l, ask);
		v->has_failed |= !read_finish(v->r, ask);
	}
	judge_ends(&l);
	see_block(&l, text_get(&x->open), x->open.size, true);
}

static int64_t rolled_of(struct verify *v, int64_t target)
{
	sqlite3_stmt *ask =
		sql_bind(&v->r->sql, "SELECT rolled FROM target WHERE id = ?1", "i", target);
	int64_t rolled = sqlite3_step(ask) == SQLITE_ROW ? sqlite3_column_int64(ask, 0) : 0;

	v->has_failed |= !read_finish(v->r, ask);
	return rolled;
}

void verify_target(struct verify *v, const struct read_target *t)
{
	struct subject s = {v, t, rolled_of(v, t->id)};

	if (!read_find_series(v->r, t)) {
		v->has_failed = true;
		return;
	}
	for (size_t i = 0; i < v->r->count && !v->has_failed; i++)
		verify_blocks(&s, &v->r->series[i]);
	for (size_t i = 0; i < sizeof rollup / sizeof *rollup && !v->has_failed; i++)
		judge_rollups(&s, &rollup[i]);
	judge_locations(&s);
	verify_days(&s);
	compute_months(&s);
}
