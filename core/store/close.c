/* store/close: what a commit writes of the open blocks: new names, blocks that are due to be
 * closed, the row of the tail. All inside the caller's transaction; memory changes only once that
 * is done (series_committed()). See inside.h.
 *
 * A closed block goes to the series' one row of `part`, which gathers until it is worth a row of
 * `block`: large rows waste little of the file's pages. */
#include <stdlib.h>

#include "inside.h"
#include "segment.h"
#include "tail.h"

#define OPEN_RESULTS 512              /* an open block is closed at so many */
#define OPEN_US (3600 * CLOCK_SECOND) /* or after so long */
#define OPEN_BYTES (64u << 20)        /* of all open blocks; above it they are closed sooner */
#define HURRY_RESULTS 64
#define FULL_RESULTS 4096             /* a part becomes a block */
#define FULL_BYTES 60000
#define CLOSINGS 600                  /* a commit, so that none takes long */
#define FORGET_ROWS 200               /* of the tail, a commit */

bool close_names(struct store *s)
{
	bool is_fine = true;

	for (size_t i = 0; i < s->locations && is_fine; i++)
		if (s->location[i]->is_new)
			is_fine = sql_run(&s->sql, "INSERT OR IGNORE INTO location(id, name)"
					  " VALUES(?1, ?2)",
					  "is", s->location[i]->id, s->location[i]->name);
	for (size_t i = 0; i < s->targets && is_fine; i++) {
		struct target *t = s->target[i];

		if (t->is_new)
			is_fine = sql_run(&s->sql,
					  "INSERT OR IGNORE INTO target"
					  "(id, name, kind, rolled, is_events)"
					  " VALUES(?1, ?2, 'check', ?3, ?4)",
					  "isii", t->id, t->name, t->rolled, (int64_t)t->is_events);
		if (is_fine && t->is_changed)
			is_fine = sql_run(&s->sql, "UPDATE target SET rolled = ?2 WHERE id = ?1",
					  "ii", t->id, t->rolled);
	}
	for (size_t i = 0; i < s->count && is_fine; i++) {
		struct series *x = s->series[i];

		if (x->is_new)
			is_fine = sql_run(&s->sql,
					  "INSERT OR IGNORE INTO series"
					  "(id, target, location, first_us,"
					  " last_us, last_due_us) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
					  "iiiiii", x->id, x->target->id, x->location->id,
					  x->first_us, x->last_us, x->last_due_us);
	}
	return is_fine;
}

/* ---- closing ---- */

struct part {
	struct text blob;
	int64_t first_us, last_us;
	size_t results;
	bool is_damaged;
};

static bool read_part(struct store *s, int64_t series, struct part *p)
{
	sqlite3_stmt *ask = sql_bind(&s->sql,
				     "SELECT first_us, last_us, results, sum, data FROM part"
				     " WHERE series = ?1",
				     "i", series);
	int result = sqlite3_step(ask);

	if (result == SQLITE_ROW) {
		p->first_us = sqlite3_column_int64(ask, 0);
		p->last_us = sqlite3_column_int64(ask, 1);
		p->results = (size_t)sqlite3_column_int64(ask, 2);
		text_add(&p->blob, sqlite3_column_blob(ask, 4),
			 (size_t)sqlite3_column_bytes(ask, 4));
		p->is_damaged = (int64_t)map_hash(text_get(&p->blob), p->blob.size) !=
				sqlite3_column_int64(ask, 3);
	}
	sqlite3_reset(ask);
	return result == SQLITE_ROW || result == SQLITE_DONE;
}

static bool write_block(struct store *s, int64_t series, const struct part *p)
{
	return sql_run(&s->sql,
		       "INSERT INTO block(series, first_us, last_us, results, sum, data)"
		       " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
		       "iiiiib", series, p->first_us, p->last_us, (int64_t)p->results,
		       (int64_t)map_hash(p->blob.at, p->blob.size), p->blob.at, p->blob.size) &&
	       sql_run(&s->sql, "DELETE FROM part WHERE series = ?1", "i", series);
}

static bool write_part(struct store *s, int64_t series, const struct part *p)
{
	return sql_run(&s->sql,
		       "INSERT INTO part(series, first_us, last_us, results, sum, data)"
		       " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(series) DO UPDATE SET"
		       " first_us = excluded.first_us, last_us = excluded.last_us,"
		       " results = excluded.results, sum = excluded.sum, data = excluded.data",
		       "iiiiib", series, p->first_us, p->last_us, (int64_t)p->results,
		       (int64_t)map_hash(p->blob.at, p->blob.size), p->blob.at, p->blob.size);
}

bool close_block(struct store *s, const struct series *x, const struct text *block, size_t results,
		 int64_t first_us, int64_t last_us)
{
	struct part p = {0};
	bool is_fine = read_part(s, x->id, &p);

	if (is_fine && p.is_damaged) { /* it stays as it is, for whoever can read it */
		is_fine = write_block(s, x->id, &p);
		text_release(&p.blob);
		p = (struct part){0};
	}
	p.first_us = p.results && p.first_us < first_us ? p.first_us : first_us;
	p.last_us = p.results && p.last_us > last_us ? p.last_us : last_us;
	p.results += results;
	segment_append(&p.blob, block, results);
	if (is_fine && (p.results >= FULL_RESULTS || p.blob.size >= FULL_BYTES))
		is_fine = write_block(s, x->id, &p);
	else if (is_fine)
		is_fine = write_part(s, x->id, &p);
	text_release(&p.blob);
	return is_fine;
}

static bool close_series(struct store *s, struct series *x, int64_t tail)
{
	x->is_closing = close_block(s, x, block_blob(&x->open), x->open.results, x->open_first_us,
				    x->open_last_us) &&
			sql_run(&s->sql,
				"UPDATE series SET closed_to = ?2, first_us = ?3, last_us = ?4,"
				" last_due_us = ?5 WHERE id = ?1",
				"iiiii", x->id, tail, x->first_us, x->last_us, x->last_due_us);
	return x->is_closing;
}

bool close_due(struct store *s, int64_t now_us, int64_t tail)
{
	size_t most = s->open > OPEN_BYTES ? HURRY_RESULTS : OPEN_RESULTS;
	bool is_fine = close_names(s);
	int closings = 0;

	for (size_t i = 0; i < s->count && is_fine; i++) {
		struct series *x = s->series[i];
		bool is_due = x->open.results >= most ||
			      (x->open.results && now_us - x->open_since_us > OPEN_US);

		x->is_closing = false;
		if (x->must_close || x->open.results >= 4 * OPEN_RESULTS ||
		    (is_due && closings++ < CLOSINGS))
			is_fine = close_series(s, x, tail);
	}
	return is_fine;
}

/* ---- the tail ---- */

static bool write_tail(struct store *s, int64_t now_us, int64_t tail)
{
	struct text row = {0};
	bool is_fine = true;

	for (size_t i = 0; i < s->dirties; i++) {
		const struct series *x = s->dirty[i];

		if (!x->is_closing)
			tail_put(&row,
				 &(struct tail_piece){
					 (uint64_t)x->id, x->written,
					 x->open.results - x->written_results,
					 x->open.bytes.size - x->written,
					 (const unsigned char *)x->open.bytes.at + x->written});
	}
	if (row.size)
		is_fine = sql_run(&s->sql,
				  "INSERT INTO tail(id, at_us, results, sum, data)"
				  " VALUES(?1, ?2, ?3, ?4, ?5)",
				  "iiiib", tail, now_us, (int64_t)s->results,
				  (int64_t)map_hash(row.at, row.size), row.at, row.size);
	text_release(&row);
	return is_fine;
}

/* Rows that no open block needs any more. */
static bool forget_tail(struct store *s, int64_t tail)
{
	int64_t first = tail;

	for (size_t i = 0; i < s->count; i++)
		if (!s->series[i]->is_closing && s->series[i]->open_tail &&
		    s->series[i]->open_tail < first)
			first = s->series[i]->open_tail;
	return sql_run(&s->sql,
		       "DELETE FROM tail WHERE id IN"
		       " (SELECT id FROM tail WHERE id < ?1 ORDER BY id LIMIT ?2)",
		       "ii", first, (int64_t)FORGET_ROWS);
}

bool close_tail(struct store *s, int64_t now_us, int64_t tail)
{
	return write_tail(s, now_us, tail) && forget_tail(s, tail);
}
