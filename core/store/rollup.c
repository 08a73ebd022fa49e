/* store/rollup: store_tidy(): days and months from results, deletion by age, checkpoints; each call
 * does a little, so that nothing waits for it long.
 *
 * A row of `day` or `month` with location 0 holds the target's runs of cycle samples, one with a
 * location the times of its steps there. `day` is the first day in days since 1970 (UTC). A
 * target's `rolled` is the first day that is not rolled up; a late result moves it back. */
#include <stdlib.h>

#include "../base/memory.h"
#include "daily.h"
#include "inside.h"

#define SETTLE_US (900 * CLOCK_SECOND) /* results of a day may come so late without extra work */
#define STEP_US 20000                  /* the work of one call */
#define VISITS 500                     /* targets looked at in one call */
#define WORK 64                        /* targets changed in one call */
#define PURGE_WINDOW 500
#define PURGE_ROWS 20

/* ---- one day of a target ---- */

static const char put_day[] = "INSERT INTO day(target, location, day, sum, data)"
			      " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET"
			      " sum = excluded.sum, data = excluded.data";
static const char put_month[] = "INSERT INTO month(target, location, day, sum, data)"
				" VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET"
				" sum = excluded.sum, data = excluded.data";

static bool put(struct store *s, const char *sql, enum chain_kind kind, const struct target *t,
		int64_t location, int64_t day, const struct text *row)
{
	chain_row(s, kind, t->id, location, day, row->at, row->size);
	return sql_run(&s->sql, sql, "iiiib", t->id, location, day,
		       (int64_t)map_hash(row->at, row->size), row->at, row->size);
}

static bool put_part(struct store *s, const struct target *t, int64_t day,
		     const struct daily_part *p)
{
	struct digest raw;

	if (!p->row.size)
		return true;
	digest_peek(&p->digest, &raw);
	chain_results(s, t->id, p->location, day, p->results, &raw);
	return put(s, put_day, CHAIN_DAY, t, p->location, day, &p->row);
}

static const char ask_day[] = "SELECT 1 FROM day WHERE target = ?1 AND location = 0 AND day = ?2";
static const char ask_month[] = "SELECT 1 FROM month WHERE target = ?1 AND location = 0"
				" AND day = ?2";

static bool has_row(struct store *s, const char *sql, const struct target *t, int64_t day)
{
	sqlite3_stmt *ask = sql_bind(&s->sql, sql, "ii", t->id, day);
	bool is_there = sqlite3_step(ask) == SQLITE_ROW;

	sqlite3_reset(ask);
	return is_there;
}

static bool put_rows(struct store *s, const struct target *t, int64_t day, const struct daily *d)
{
	bool is_fine = true;

	/* It was made while all of it could be read: before damage, before its results went. */
	if ((d->damaged || day < s->raw_from) && has_row(s, ask_day, t, day))
		return true;
	for (size_t i = 0; i < d->parts && is_fine; i++)
		is_fine = put_part(s, t, day, &d->part[i]);
	return is_fine && (!d->row.size || put(s, put_day, CHAIN_DAY, t, 0, day, &d->row));
}

static bool roll_day(struct store *s, const struct target *t, int64_t day, bool *is_empty)
{
	struct daily d = {.part = memory_new((t->count + 1) * sizeof(struct daily_part)),
			  .parts = t->count};
	bool is_fine;

	for (size_t i = 0; i < t->count; i++)
		d.part[i] = (struct daily_part){.series = t->series[i]->id,
						.location = t->series[i]->location->id,
						.place = t->series[i]->location->name,
						.open = block_blob(&t->series[i]->open)};
	is_fine = daily_compute(&s->sql, &d, day);
	*is_empty = !d.row.size;
	is_fine = is_fine && put_rows(s, t, day, &d);
	daily_release(&d);
	free(d.part);
	return is_fine;
}

/* The first day from `day` on that has results, INT64_MAX: none. */
static int64_t next_day(struct store *s, const struct target *t, int64_t day)
{
	int64_t first_us = INT64_MAX, from_us = day * STORE_DAY;

	for (size_t i = 0; i < t->count; i++) {
		const struct series *x = t->series[i];
		sqlite3_stmt *ask = sql_bind(&s->sql,
					     "SELECT min(first_us) FROM (SELECT first_us FROM block"
					     " WHERE series = ?1 AND last_us >= ?2 UNION ALL"
					     " SELECT first_us FROM part"
					     " WHERE series = ?1 AND last_us >= ?2)",
					     "ii", x->id, from_us);

		if (sqlite3_step(ask) == SQLITE_ROW && sqlite3_column_type(ask, 0) != SQLITE_NULL &&
		    sqlite3_column_int64(ask, 0) < first_us)
			first_us = sqlite3_column_int64(ask, 0);
		sqlite3_reset(ask);
		if (x->open.results && x->open_last_us >= from_us && x->open_first_us < first_us)
			first_us = x->open_first_us;
	}
	if (first_us == INT64_MAX)
		return INT64_MAX;
	return store_day(first_us) > day ? store_day(first_us) : day;
}

/* ---- one month ---- */

static bool merge(struct store *s, const struct target *t, int64_t location, int64_t month)
{
	struct text row = {0};
	bool is_fine = daily_month(&s->sql, t->id, location, month, &row) &&
		       (!row.size || put(s, put_month, CHAIN_MONTH, t, location, month, &row));

	text_release(&row);
	return is_fine;
}

static bool roll_month(struct store *s, const struct target *t, int64_t month)
{
	bool is_fine;

	/* Days that are gone cannot be added up again with those that come late. */
	if (month < s->day_from && has_row(s, ask_month, t, month))
		return true;
	is_fine = merge(s, t, 0, month);
	for (size_t i = 0; i < t->count && is_fine; i++)
		is_fine = merge(s, t, t->series[i]->location->id, month);
	return is_fine;
}

/* ---- step by step ---- */

struct work {
	int64_t now_us, today, until_us;
	struct {
		struct target *target;
		int64_t rolled;
	} was[WORK];
	size_t changed;
	bool has_begun, has_failed;
};

static bool begin(struct store *s, struct work *w)
{
	if (!w->has_begun)
		w->has_begun = sql_run(&s->sql, "BEGIN IMMEDIATE", "");
	return w->has_begun;
}

static bool roll_next(struct store *s, struct target *t, int64_t today)
{
	int64_t month = daily_month_of(t->rolled);
	bool is_empty;

	if (!roll_day(s, t, t->rolled, &is_empty))
		return false;
	t->rolled = is_empty ? next_day(s, t, t->rolled + 1) : t->rolled + 1;
	t->rolled = t->rolled < today ? t->rolled : today;
	return daily_month_of(t->rolled) == month || roll_month(s, t, month);
}

static void roll_target(struct store *s, struct target *t, struct work *w)
{
	bool is_fine = begin(s, w);

	w->was[w->changed].target = t;
	w->was[w->changed++].rolled = t->rolled;
	while (is_fine && t->rolled < w->today && clock_mono_us() < w->until_us)
		is_fine = roll_next(s, t, w->today);
	is_fine = is_fine && sql_run(&s->sql, "UPDATE target SET rolled = ?2 WHERE id = ?1", "ii",
				     t->id, t->rolled);
	w->has_failed = !is_fine;
}

/* The first day (of a month) that is kept; 0: all are. */
static int64_t kept_from(const struct work *w, int64_t kept_us)
{
	return kept_us ? daily_month_of(store_day(w->now_us - kept_us)) : 0;
}

/* Rows of days whose month is rolled up, and of months, that are too old. */
static void age_target(struct store *s, struct target *t, struct work *w)
{
	int64_t days = kept_from(w, s->retention.day_us),
		months = kept_from(w, s->retention.month_us);

	if (t->is_new || t->rolled < days || (t->aged >= days && t->months_aged >= months))
		return;
	w->has_failed = !begin(s, w) ||
			!sql_run(&s->sql, "DELETE FROM day WHERE target = ?1 AND day < ?2", "ii",
				 t->id, days) ||
			!sql_run(&s->sql, "DELETE FROM month WHERE target = ?1 AND day < ?2", "ii",
				 t->id, months);
	t->aged = w->has_failed ? 0 : days;
	t->months_aged = w->has_failed ? 0 : months;
}

static void visit_targets(struct store *s, struct work *w)
{
	for (size_t n = 0; n < VISITS && n < s->targets && !w->has_failed && w->changed < WORK &&
			   clock_mono_us() < w->until_us;
	     n++) {
		struct target *t = s->target[s->tidy_at++ % s->targets];

		/* of results that are not on disk yet nothing may be final */
		if (t->rolled && t->rolled < w->today && !t->is_new && !s->waiting)
			roll_target(s, t, w);
		if (!w->has_failed)
			age_target(s, t, w);
	}
}

static bool move_horizon(struct store *s, struct work *w, enum chain_horizon which, int64_t day)
{
	static const char *const word[CHAIN_HORIZONS] = {"raw_from", "day_from", "month_from"};
	bool is_fine = begin(s, w) &&
		       sql_run(&s->sql,
			       "INSERT INTO meta(word, value) VALUES(?1, ?2)"
			       " ON CONFLICT(word) DO UPDATE SET value = excluded.value",
			       "si", word[which], day);

	chain_horizon(s, which, day);
	w->has_failed = !is_fine;
	return is_fine;
}

static void forget_raw(struct store *s, struct work *w, int64_t day)
{
	w->has_failed = !move_horizon(s, w, CHAIN_RAW, day) ||
			!sql_run(&s->sql,
				 "DELETE FROM part WHERE last_us < ?1 AND EXISTS(SELECT 1"
				 " FROM series s JOIN target t ON t.id = s.target WHERE"
				 " s.id = part.series AND t.rolled * 86400000000 >"
				 " part.last_us)",
				 "i", day * STORE_DAY) ||
			!sql_run(&s->sql, "DELETE FROM diagnosis WHERE at_us < ?1", "i",
				 day * STORE_DAY) ||
			!letter_forget(s, day * STORE_DAY);
	s->raw_from = w->has_failed ? s->raw_from : day;
}

/* What may be asked of results and days; told before the first of them goes. */
static void move_horizons(struct store *s, struct work *w)
{
	const struct store_retention *r = &s->retention;
	int64_t raw = r->raw_us ? store_day(w->now_us - r->raw_us) : 0,
		days = kept_from(w, r->day_us), months = kept_from(w, r->month_us);

	if (raw > s->raw_from)
		forget_raw(s, w, raw);
	if (days > s->day_from && !w->has_failed && move_horizon(s, w, CHAIN_DAYS, days))
		s->day_from = days;
	if (months > s->month_from && !w->has_failed && move_horizon(s, w, CHAIN_MONTHS, months))
		s->month_from = months;
}

/* A few blocks that are too old, found by going through all of them in a circle. */
static void purge(struct store *s, struct work *w)
{
	int64_t id[PURGE_ROWS], last = s->purge_at, end_us = s->raw_from * STORE_DAY;
	size_t ids = 0, seen = 0;
	sqlite3_stmt *ask = sql_bind(&s->sql,
				     "SELECT b.id, b.last_us < ?2 AND t.rolled * 86400000000 >"
				     " b.last_us FROM block b JOIN series s ON s.id = b.series"
				     " JOIN target t ON t.id = s.target WHERE b.id > ?1"
				     " ORDER BY b.id LIMIT ?3",
				     "iii", s->purge_at, end_us, (int64_t)PURGE_WINDOW);

	while (ids < PURGE_ROWS && sqlite3_step(ask) == SQLITE_ROW) {
		last = sqlite3_column_int64(ask, 0);
		seen++;
		if (sqlite3_column_int64(ask, 1))
			id[ids++] = last;
	}
	sqlite3_reset(ask);
	s->purge_at = seen ? last : 0;
	for (size_t i = 0; i < ids && !w->has_failed; i++)
		w->has_failed = !begin(s, w) ||
				!sql_run(&s->sql, "DELETE FROM block WHERE id = ?1", "i", id[i]);
}

static bool finish(struct store *s, struct work *w, struct text *wrong)
{
	if (!w->has_begun && !w->has_failed)
		return true;
	if (!w->has_failed && store_end(s, w->now_us))
		return true;
	store_fail(s, "write", wrong);
	store_undo(s);
	for (size_t i = 0; i < w->changed; i++)
		w->was[i].target->rolled = w->was[i].rolled;
	s->raw_from = sql_number(&s->sql, "SELECT value FROM meta WHERE word = 'raw_from'", 0);
	s->day_from = sql_number(&s->sql, "SELECT value FROM meta WHERE word = 'day_from'", 0);
	s->month_from = sql_number(&s->sql, "SELECT value FROM meta WHERE word = 'month_from'", 0);
	return false;
}

bool store_tidy(struct store *s, int64_t now_us, struct text *wrong)
{
	struct work w = {.now_us = now_us,
			 .today = store_day(now_us - SETTLE_US),
			 .until_us = clock_mono_us() + STEP_US};
	bool is_fine;

	move_horizons(s, &w);
	if (!w.has_failed)
		visit_targets(s, &w);
	if (!w.has_failed && s->raw_from)
		purge(s, &w);
	is_fine = finish(s, &w, wrong);
	store_checkpoint(s);
	return is_fine;
}

void store_retain(struct store *s, const struct store_retention *r)
{
	s->retention = *r;
}
