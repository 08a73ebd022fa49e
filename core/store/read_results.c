/* store/read_results: samples, events, results and step times, from wherever they stand: blocks,
 * the part, the tail, days, months. See read.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "daily.h"
#include "pack.h"
#include "read_inside.h"
#include "tail.h"

/* ---- the tail ---- */

void read_forget_tail(struct read *r)
{
	for (size_t i = 0; i < r->opens; i++)
		text_release(&r->open[i].bytes);
	free(r->open);
	r->open = NULL;
	r->opens = 0;
	r->has_tail = false;
	r->first_asked = r->asked = 0;
	map_release(&r->tail);
}

static void add_piece(struct text *open, const struct tail_piece *p)
{
	if (p->place == open->size)
		text_add(open, p->bytes, (size_t)p->size);
}

static void collect_all(struct read *r, int64_t row, const struct tail_piece *p)
{
	struct read_open *o = map_find(&r->tail, p->series);

	if (o && row > o->closed_to)
		add_piece(&o->bytes, p);
}

static void collect_asked(struct read *r, int64_t row, const struct tail_piece *p)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->series[i].id == (int64_t)p->series && row > r->series[i].closed_to)
			add_piece(&r->series[i].open, p);
}

static void collect(struct read *r, const void *bytes, size_t size, int64_t row, bool is_all)
{
	const unsigned char *at = bytes, *end = at + size;
	struct tail_piece p;

	for (bool is_first = true; tail_next(&at, end, is_first, &p); is_first = false)
		(is_all ? collect_all : collect_asked)(r, row, &p);
}

static bool scan_tail(struct read *r, bool is_all)
{
	sqlite3_stmt *ask = sql_ask(&r->sql, "SELECT id, sum, data FROM tail ORDER BY id");

	while (sqlite3_step(ask) == SQLITE_ROW) {
		const void *bytes = sqlite3_column_blob(ask, 2);
		size_t size = (size_t)sqlite3_column_bytes(ask, 2);

		if ((int64_t)map_hash(bytes ? bytes : "", size) == sqlite3_column_int64(ask, 1))
			collect(r, bytes, size, sqlite3_column_int64(ask, 0), is_all);
		else
			r->damaged++;
	}
	return read_finish(r, ask);
}

static bool index_tail(struct read *r)
{
	sqlite3_stmt *ask = sql_ask(&r->sql, "SELECT id, closed_to FROM series");
	size_t room = 0;

	while (sqlite3_step(ask) == SQLITE_ROW) {
		if (r->opens == room) {
			room = room ? room * 2 : 64;
			r->open = memory_resize(r->open, room * sizeof *r->open);
		}
		r->open[r->opens++] = (struct read_open){.id = sqlite3_column_int64(ask, 0),
							 .closed_to = sqlite3_column_int64(ask, 1)};
	}
	for (size_t i = 0; i < r->opens; i++)
		map_put(&r->tail, (uint64_t)r->open[i].id, &r->open[i]);
	r->has_tail = read_finish(r, ask) && scan_tail(r, true);
	return r->has_tail;
}

static void take_open(struct read *r, struct read_series *s)
{
	const struct read_open *o = map_find(&r->tail, (uint64_t)s->id);

	if (o)
		text_add(&s->open, o->bytes.at, o->bytes.size);
}

/* ---- the series of a target ---- */

static void add_series(struct read *r, sqlite3_stmt *row)
{
	r->series = memory_resize(r->series, (r->count + 1) * sizeof *r->series);
	r->series[r->count++] = (struct read_series){.id = sqlite3_column_int64(row, 0),
						     .location_id = sqlite3_column_int64(row, 1),
						     .closed_to = sqlite3_column_int64(row, 2),
						     .location = memory_text(sql_text(row, 3))};
}

static bool find_open(struct read *r, const struct read_target *t)
{
	bool is_fine;

	if (!r->has_tail && (!r->first_asked || r->first_asked == t->id)) {
		r->first_asked = t->id;
		return scan_tail(r, false);
	}
	is_fine = r->has_tail || index_tail(r);
	for (size_t i = 0; i < r->count && is_fine; i++)
		take_open(r, &r->series[i]);
	return is_fine;
}

bool read_find_series(struct read *r, const struct read_target *t)
{
	sqlite3_stmt *ask;

	if (r->asked == t->id)
		return true;
	r->asked = 0;
	read_forget_raw(r);
	for (size_t i = 0; i < r->count; i++) {
		free(r->series[i].location);
		text_release(&r->series[i].open);
	}
	r->count = 0;
	ask = sql_bind(&r->sql,
		       "SELECT s.id, s.location, s.closed_to, l.name FROM series s"
		       " JOIN location l ON l.id = s.location WHERE s.target = ?1 ORDER BY s.id",
		       "i", t->id);
	while (sqlite3_step(ask) == SQLITE_ROW)
		add_series(r, ask);
	if (!read_finish(r, ask) || !find_open(r, t))
		return false;
	r->asked = t->id;
	return true;
}

/* ---- samples ---- */

/* What rows of days and months are added to: one of both. */
struct rolled {
	const struct read_target *target;
	int64_t location; /* 0: samples */
	struct sla_samples *samples;
	struct read_steps *steps;
};

#define ROWS "target = ?1 AND location = ?2 AND day >= ?3 AND day < ?4 ORDER BY day"
static const char days[] = "SELECT sum, data FROM day WHERE " ROWS;
static const char months[] = "SELECT sum, data FROM month WHERE " ROWS;

/* False: no row was there whole, and nothing was added of one that is damaged. */
static bool add_rows(struct read *r, const struct rolled *into, const char *sql, int64_t from,
		     int64_t to, bool *is_there)
{
	sqlite3_stmt *ask = sql_bind(&r->sql, sql, "iiii", into->target->id, into->location, from,
				     to);

	*is_there = false;
	while (sqlite3_step(ask) == SQLITE_ROW) {
		const void *bytes = sqlite3_column_blob(ask, 1);
		size_t size = (size_t)sqlite3_column_bytes(ask, 1);

		if ((int64_t)map_hash(bytes ? bytes : "", size) == sqlite3_column_int64(ask, 0) &&
		    (into->location ? unpack_steps(into->steps, bytes, size)
				    : unpack_samples(into->samples, bytes, size)))
			*is_there = true;
		else
			r->damaged++;
	}
	return read_finish(r, ask);
}

/* Whole days [from, to), all of them rolled up. A month that is over is one row, which says the
 * same as its days in a thirtieth of the time; days before `kept` are there as months only, which
 * then are whole ones. */
static bool add_rolled(struct read *r, const struct rolled *into, int64_t from, int64_t to,
		       int64_t kept)
{
	for (int64_t end; from < to; from = end) {
		int64_t month = daily_month_of(from), behind = daily_month_of(month + 31);
		bool has_days = from >= kept, is_there = false;

		end = behind < to ? behind : to;
		if ((!has_days || (from == month && behind <= to)) &&
		    !add_rows(r, into, months, month, month + 1, &is_there))
			return false;
		if (!is_there && has_days && !add_rows(r, into, days, from, end, &is_there))
			return false;
	}
	return true;
}

void read_forget_raw(struct read *r)
{
	for (int64_t i = 0; i < r->raw.to - r->raw.from; i++)
		free(r->raw.day[i].sample);
	free(r->raw.day);
	r->raw = (struct read_raw){0};
}

/* Unpacks the results of the days [from, to) into samples of each of them. */
static bool keep_raw(struct read *r, int64_t from, int64_t to)
{
	struct source *s = memory_new(sizeof *s);
	bool is_fine = true;

	read_forget_raw(r);
	r->raw = (struct read_raw){from, to,
				   memory_new((size_t)(to - from) * sizeof *r->raw.day)};
	for (size_t i = 0; i < r->count && is_fine; i++) {
		source_open(s, &r->sql, r->series[i].id, from * READ_DAY, to * READ_DAY,
			    &r->series[i].open);
		source_share(s, &r->seen);
		while (source_next(s))
			pack_add_sample(
				&r->raw.day[(s->result.start_us - from * READ_DAY) / READ_DAY],
				&s->result, r->series[i].location);
		r->damaged += s->damaged;
		is_fine = !s->has_failed || read_fail(r, "results");
		source_release(s);
	}
	for (int64_t i = 0; i < to - from; i++)
		pack_join_samples(&r->raw.day[i]);
	if (!is_fine)
		read_forget_raw(r);
	free(s);
	return is_fine;
}

/* The samples of the days [from, to). Who asks for today soon asks for a week up to today. */
static bool add_raw(struct read *r, int64_t from, int64_t to, struct sla_samples *into)
{
	if ((from < r->raw.from || to > r->raw.to) && !keep_raw(r, from, to))
		return false;
	for (; from < to; from++) {
		const struct sla_samples *day = &r->raw.day[from - r->raw.from];

		for (size_t i = 0; i < day->samples; i++)
			sla_samples_add(into, &day->sample[i]);
	}
	return true;
}

static int64_t number_of(struct read *r, const char *sql, int64_t target)
{
	sqlite3_stmt *ask = sql_bind(&r->sql, sql, "i", target);
	int64_t n = sqlite3_step(ask) == SQLITE_ROW ? sqlite3_column_int64(ask, 0) : 0;

	sqlite3_reset(ask);
	return n;
}

/* Whole days [from, to). What is rolled up comes from there: the same figures, at once. */
static bool add_days(struct read *r, const struct read_target *t, int64_t from, int64_t to,
		     struct sla_samples *into)
{
	int64_t rolled = number_of(r, "SELECT rolled FROM target WHERE id = ?1", t->id);
	int64_t kept = sql_number(&r->sql, "SELECT value FROM meta WHERE word = 'day_from'", 0);
	int64_t split = rolled < to ? rolled : to, no_days = kept < to ? kept : to;
	const struct rolled row = {t, 0, into, NULL};

	split = from < kept && split < no_days ? no_days : split;
	if (!add_rolled(r, &row, from, split, kept))
		return false;
	from = from > split ? from : split;
	return from >= to || add_raw(r, from, to, into);
}

static bool is_pass(const struct sla_sample *s)
{
	return s->state == SLA_UP || s->state == SLA_DEGRADED;
}

static bool has_pass_before(const struct sla_samples *list, int64_t us)
{
	for (size_t i = 0; i < list->samples && list->sample[i].at_us <= us; i++)
		if (is_pass(&list->sample[i]))
			return true;
	return false;
}

static bool has_decision_behind(const struct sla_samples *list, int64_t us)
{
	for (size_t i = list->samples; i && list->sample[i - 1].last_us >= us; i--)
		if (list->sample[i - 1].state != SLA_UNKNOWN)
			return true;
	return false;
}

/* The days (their numbers) that may hold results of the target; what is labelled with a later time
 * than now was written before the clock stepped back. */
static const char first_day[] =
	"SELECT min(day) FROM (SELECT min(first_us) / 86400000000 AS day FROM series"
	" WHERE target = ?1 UNION ALL SELECT min(day) FROM day WHERE target = ?1 AND location = 0"
	" UNION ALL SELECT min(day) FROM month WHERE target = ?1 AND location = 0)";

static bool find_ends(struct read *r, const struct read_target *t, int64_t *first, int64_t *last)
{
	*first = number_of(r, first_day, t->id);
	*last = number_of(r, "SELECT max(last_us) FROM series WHERE target = ?1", t->id) / READ_DAY;
	if (*last < clock_wall_us() / READ_DAY)
		*last = clock_wall_us() / READ_DAY;
	return r->count > 0;
}

static bool gather(struct read *r, const struct read_target *t, int64_t from_us, int64_t to_us,
		   struct sla_samples *into)
{
	int64_t first, last, from = from_us / READ_DAY - 1, to = to_us / READ_DAY + 1, span = 2;

	if (!read_find_series(r, t) || !find_ends(r, t, &first, &last))
		return !r->wrong.size;
	for (;; from -= span, to += span, span *= 4) {
		struct sla_samples list = {0};
		bool is_whole;

		from = from < first ? first : from;
		to = to > last + 1 ? last + 1 : to;
		if (from < to && !add_days(r, t, from, to, &list)) {
			free(list.sample);
			return false;
		}
		is_whole = (from <= first || has_pass_before(&list, from_us)) &&
			   (to > last || has_decision_behind(&list, to_us));
		for (size_t i = 0; is_whole && i < list.samples; i++)
			sla_samples_add(into, &list.sample[i]);
		free(list.sample);
		if (is_whole)
			return true;
	}
}

bool read_samples(struct read *r, const struct read_target *t, int64_t from_us, int64_t to_us,
		  struct sla_samples *into)
{
	bool is_fine;

	text_clear(&r->wrong);
	if (!read_begin(r))
		return false;
	is_fine = gather(r, t, from_us, to_us, into);
	read_end(r);
	return is_fine;
}

/* ---- results ---- */

/* The series whose next result started first. */
static size_t earliest(struct source *const *s, const bool *has, size_t count)
{
	size_t best = count;

	for (size_t i = 0; i < count; i++)
		if (has[i] && (best == count || s[i]->result.start_us < s[best]->result.start_us))
			best = i;
	return best;
}

static bool merge_results(struct read *r, const struct read_target *t, int64_t from_us,
			  int64_t to_us, bool (*take)(const struct read_result *, void *),
			  void *with)
{
	struct source **s = memory_new((r->count + 1) * sizeof *s);
	bool *has = memory_new(r->count + 1), is_wanted = true, is_fine = true;
	size_t i;

	for (i = 0; i < r->count; i++) {
		s[i] = memory_new(sizeof **s);
		source_open(s[i], &r->sql, r->series[i].id, from_us, to_us, &r->series[i].open);
		source_share(s[i], &r->seen);
		has[i] = source_next(s[i]);
	}
	while (is_wanted && (i = earliest(s, has, r->count)) < r->count) {
		is_wanted = take(&(struct read_result){t, r->series[i].location, &s[i]->result},
				 with);
		has[i] = source_next(s[i]);
	}
	for (i = 0; i < r->count; i++) {
		is_fine = is_fine && !s[i]->has_failed;
		r->damaged += s[i]->damaged;
		source_release(s[i]);
		free(s[i]);
	}
	free(s);
	free(has);
	return is_fine || read_fail(r, "results");
}

bool read_results(struct read *r, const struct read_target *t, int64_t from_us, int64_t to_us,
		  bool (*take)(const struct read_result *, void *with), void *with)
{
	bool is_fine;

	text_clear(&r->wrong);
	if (!read_begin(r))
		return false;
	is_fine = read_find_series(r, t) && merge_results(r, t, from_us, to_us, take, with);
	read_end(r);
	return is_fine;
}

/* ---- times of steps ---- */

static bool add_raw_steps(struct read *r, const struct read_series *series, int64_t from_us,
			  int64_t to_us, struct read_steps *into)
{
	struct source *s;
	bool is_fine;

	if (from_us >= to_us)
		return true;
	s = memory_new(sizeof *s);
	source_open(s, &r->sql, series->id, from_us, to_us, &series->open);
	source_share(s, &r->seen);
	while (source_next(s))
		pack_add_steps(into, &s->result);
	r->damaged += s->damaged;
	is_fine = !s->has_failed || read_fail(r, "results");
	source_release(s);
	free(s);
	return is_fine;
}

struct step_span {
	int64_t raw_from, rolled, kept; /* days: results from, not rolled up from, days kept from */
	int64_t from_us, to_us;
};

static bool add_series_steps(struct read *r, const struct read_target *t,
			     const struct read_series *x, const struct step_span *w,
			     struct read_steps *into)
{
	const struct rolled row = {t, x->location_id, NULL, into};
	int64_t first = w->from_us / READ_DAY, last = (w->to_us + READ_DAY - 1) / READ_DAY;
	/* parts of days from the results where they are still there */
	bool has_head = w->from_us % READ_DAY && first >= w->raw_from,
	     has_foot = w->to_us % READ_DAY && last - 1 >= w->raw_from;
	int64_t begin = has_head ? first + 1 : first, end = has_foot ? last - 1 : last,
		split = w->rolled < end ? w->rolled : end;
	int64_t head_end = begin * READ_DAY < w->to_us ? begin * READ_DAY : w->to_us,
		foot_begin = end * READ_DAY > w->from_us ? end * READ_DAY : w->from_us,
		raw_begin = split > begin ? split : begin;

	if (has_head && has_foot && first == last - 1)
		return add_raw_steps(r, x, w->from_us, w->to_us, into);
	return (!has_head || add_raw_steps(r, x, w->from_us, head_end, into)) &&
	       add_rolled(r, &row, begin, split, w->kept) &&
	       add_raw_steps(r, x, raw_begin * READ_DAY, end * READ_DAY, into) &&
	       (!has_foot || add_raw_steps(r, x, foot_begin, w->to_us, into));
}

bool read_steps(struct read *r, const struct read_target *t, const char *location, int64_t from_us,
		int64_t to_us, struct read_steps *into)
{
	struct step_span w = {.from_us = from_us, .to_us = to_us};
	bool is_fine;

	text_clear(&r->wrong);
	if (!read_begin(r))
		return false;
	w.rolled = number_of(r, "SELECT rolled FROM target WHERE id = ?1", t->id);
	w.raw_from = sql_number(&r->sql, "SELECT value FROM meta WHERE word = 'raw_from'", 0);
	w.kept = sql_number(&r->sql, "SELECT value FROM meta WHERE word = 'day_from'", 0);
	is_fine = read_find_series(r, t);
	for (size_t i = 0; i < r->count && is_fine; i++)
		if (!location || !strcmp(r->series[i].location, location))
			is_fine = add_series_steps(r, t, &r->series[i], &w, into);
	read_end(r);
	return is_fine;
}
