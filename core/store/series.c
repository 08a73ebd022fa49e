/* store/series: targets, locations and their open blocks in memory; found again from the tail at
 * the start. See inside.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "../base/memory.h"
#include "inside.h"
#include "tail.h"

static void *widen(void *list, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return list;
	*room = *room ? *room * 2 : 64;
	return memory_resize(list, *room * size);
}

static struct target *add_target(struct store *s, int64_t id, const char *name)
{
	struct target *t = memory_new(sizeof *t);

	t->id = id;
	t->name = memory_text(name);
	s->target = widen(s->target, s->targets, &s->target_room, sizeof(struct target *));
	s->target[s->targets++] = t;
	map_put_text(&s->targets_by_name, name, t);
	if (id >= s->next_target)
		s->next_target = id + 1;
	return t;
}

struct target *series_target(struct store *s, const char *name)
{
	struct target *t = map_find_text(&s->targets_by_name, name);

	if (!t) {
		t = add_target(s, s->next_target, name);
		t->is_new = true;
	}
	return t;
}

static struct location *add_location(struct store *s, int64_t id, const char *name)
{
	struct location *l = memory_new(sizeof *l);

	l->id = id;
	l->name = memory_text(name);
	s->location = widen(s->location, s->locations, &s->location_room,
			    sizeof(struct location *));
	s->location[s->locations++] = l;
	map_put_text(&s->locations_by_name, name, l);
	if (id >= s->next_location)
		s->next_location = id + 1;
	return l;
}

static struct location *find_location(struct store *s, const char *name)
{
	struct location *l = map_find_text(&s->locations_by_name, name);

	if (!l) {
		l = add_location(s, s->next_location, name);
		l->is_new = true;
	}
	return l;
}

static uint64_t key_of(const char *name, const char *location)
{
	return map_key(name, strlen(name)) * 3 + map_key(location, strlen(location));
}

static struct series *add_series(struct store *s, int64_t id, struct target *t, struct location *l)
{
	struct series *x = memory_new(sizeof *x);

	x->id = id;
	x->target = t;
	x->location = l;
	t->series = memory_resize(t->series, (t->count + 1) * sizeof(struct series *));
	t->series[t->count++] = x;
	s->series = widen(s->series, s->count, &s->room, sizeof(struct series *));
	s->series[s->count++] = x;
	x->key = key_of(t->name, l->name);
	map_put(&s->series_by_key, x->key, x);
	if (id >= s->next_series)
		s->next_series = id + 1;
	return x;
}

static struct series *find_keyed(struct store *s, uint64_t key, const char *name,
				 const char *location)
{
	struct series *x = map_find(&s->series_by_key, key);

	if (x)
		return x;
	x = add_series(s, s->next_series, series_target(s, name), find_location(s, location));
	x->is_new = true;
	return x;
}

struct series *series_find(struct store *s, const char *name, const char *location)
{
	return find_keyed(s, key_of(name, location), name, location);
}

struct series *series_next(struct store *s, const char *name, const char *location)
{
	uint64_t key = key_of(name, location);
	struct series *last = s->heard, *x = last ? last->next_heard : NULL;

	if (!x || x->key != key)
		x = find_keyed(s, key, name, location);
	if (last)
		last->next_heard = x;
	return s->heard = x;
}

static void make_dirty(struct store *s, struct series *x)
{
	if (x->is_dirty)
		return;
	x->is_dirty = true;
	s->dirty = widen(s->dirty, s->dirties, &s->dirty_room, sizeof(struct series *));
	s->dirty[s->dirties++] = x;
}

static void reach(int64_t *first_us, int64_t *last_us, int64_t at_us, bool is_first)
{
	if (is_first || at_us < *first_us)
		*first_us = at_us;
	if (is_first || at_us > *last_us)
		*last_us = at_us;
}

/* A result of a day that was rolled up already: that day once more, if its results still stand. */
static void roll_again(struct store *s, struct target *t, int64_t day)
{
	if (t->rolled && (day >= t->rolled || day < s->raw_from))
		return;
	t->rolled = day > 0 ? day : 1;
	t->is_changed = true;
}

static void keep(struct store *s, struct series *x, const struct block_result *r, int64_t now_us)
{
	__builtin_prefetch(x->target);
	if (!x->open.results)
		x->open_since_us = now_us;
	reach(&x->open_first_us, &x->open_last_us, r->start_us, !x->open.results);
	reach(&x->first_us, &x->last_us, r->start_us, !x->first_us);
	x->last_due_us = r->due_us;
	s->open -= x->open.bytes.size;
	block_add(&x->open, r);
	s->open += x->open.bytes.size;
}

void series_add(struct store *s, struct series *x, const struct block_result *r, int64_t now_us)
{
	size_t before = x->open.bytes.size;

	keep(s, x, r, now_us);
	roll_again(s, x->target, store_day(r->start_us));
	s->waiting += x->open.bytes.size - before;
	s->results++;
	make_dirty(s, x);
}

static void close_open(struct store *s, struct series *x, int64_t tail)
{
	s->open -= x->open.bytes.size;
	block_writer_release(&x->open);
	x->written = x->written_results = 0;
	x->open_tail = 0;
	x->closed_to = tail;
	x->is_closing = x->must_close = false;
}

void series_committed(struct store *s, int64_t tail)
{
	for (size_t i = 0; i < s->dirties; i++) {
		struct series *x = s->dirty[i];

		x->is_dirty = false;
		x->open_tail = x->open_tail ? x->open_tail : tail;
		x->written = x->open.bytes.size;
		x->written_results = x->open.results;
	}
	s->dirties = 0;
	s->waiting = s->results = 0;
	for (size_t i = 0; i < s->count; i++) {
		if (s->series[i]->is_closing)
			close_open(s, s->series[i], tail);
		s->series[i]->is_new = false;
	}
	for (size_t i = 0; i < s->targets; i++)
		s->target[i]->is_new = s->target[i]->is_changed = false;
	for (size_t i = 0; i < s->locations; i++)
		s->location[i]->is_new = false;
}

/* ---- at the start ---- */

static void load_names(struct store *s)
{
	sqlite3_stmt *ask = sql_ask(&s->sql, "SELECT id, name, rolled, is_events FROM target");

	while (sqlite3_step(ask) == SQLITE_ROW) {
		struct target *t =
			add_target(s, sqlite3_column_int64(ask, 0), sql_text(ask, 1));

		t->rolled = sqlite3_column_int64(ask, 2);
		t->is_events = sqlite3_column_int64(ask, 3) != 0;
	}
	sqlite3_reset(ask);
	ask = sql_ask(&s->sql, "SELECT id, name FROM location");
	while (sqlite3_step(ask) == SQLITE_ROW)
		add_location(s, sqlite3_column_int64(ask, 0), sql_text(ask, 1));
	sqlite3_reset(ask);
}

static bool load_series(struct store *s, struct map *by_id)
{
	sqlite3_stmt *ask = sql_ask(&s->sql,
				    "SELECT s.id, t.name, l.name, s.closed_to, s.first_us,"
				    " s.last_us, s.last_due_us FROM series s"
				    " JOIN target t ON t.id = s.target"
				    " JOIN location l ON l.id = s.location ORDER BY s.id");

	while (sqlite3_step(ask) == SQLITE_ROW) {
		struct target *t = map_find_text(&s->targets_by_name, sql_text(ask, 1));
		struct location *l = map_find_text(&s->locations_by_name, sql_text(ask, 2));
		struct series *x;

		if (!t || !l)
			continue;
		x = add_series(s, sqlite3_column_int64(ask, 0), t, l);
		x->closed_to = sqlite3_column_int64(ask, 3);
		x->first_us = sqlite3_column_int64(ask, 4);
		x->last_us = sqlite3_column_int64(ask, 5);
		x->last_due_us = sqlite3_column_int64(ask, 6);
		map_put(by_id, (uint64_t)x->id, x);
	}
	return sqlite3_reset(ask) == SQLITE_OK;
}

/* Pieces of one row of the tail. A gap means that a row before was damaged: what stands behind it
 * cannot be read without. */
static void collect(const struct map *by_id, const void *bytes, size_t size, int64_t tail,
		    int64_t at_us)
{
	const unsigned char *at = bytes, *end = at + size;
	struct tail_piece p;

	for (bool is_first = true; tail_next(&at, end, is_first, &p); is_first = false) {
		struct series *x = map_find(by_id, p.series);

		if (!x || tail <= x->closed_to || p.place != x->found.size)
			continue;
		text_add(&x->found, p.bytes, (size_t)p.size);
		x->open_since_us = x->open_tail ? x->open_since_us : at_us;
		x->open_tail = x->open_tail ? x->open_tail : tail;
	}
}

/* Its days are none that came late: whatever they had rolled up anew was written with them. */
static void reopen(struct store *s, struct series *x)
{
	static struct block_result r; /* too large for a stack frame */
	struct block_reader reader;
	bool is_known = block_open(&reader, x->found.at, x->found.size);

	while (is_known && block_next(&reader, &r)) {
		keep(s, x, &r, x->open_since_us);
		if (s->is_upgrade)
			roll_again(s, x->target, store_day(r.start_us));
	}
	if (x->open.bytes.size == x->found.size &&
	    !memcmp(x->open.bytes.at, x->found.at, x->found.size)) {
		x->written = x->open.bytes.size;
		x->written_results = x->open.results;
	} else {
		/* damaged, or packed by another version: adding to it would make it unreadable */
		x->must_close = x->open.results > 0;
		s->waiting += x->must_close;
	}
	block_reader_release(&reader);
	text_release(&x->found);
}

static bool load_tail(struct store *s, const struct map *by_id)
{
	sqlite3_stmt *ask = sql_ask(&s->sql, "SELECT id, sum, data, at_us FROM tail ORDER BY id");
	size_t damaged = 0;

	s->next_tail = 1;
	while (sqlite3_step(ask) == SQLITE_ROW) {
		const void *bytes = sqlite3_column_blob(ask, 2);
		size_t size = (size_t)sqlite3_column_bytes(ask, 2);

		s->next_tail = sqlite3_column_int64(ask, 0) + 1;
		if ((int64_t)map_hash(bytes ? bytes : "", size) == sqlite3_column_int64(ask, 1))
			collect(by_id, bytes, size, s->next_tail - 1,
				sqlite3_column_int64(ask, 3));
		else
			damaged++;
	}
	if (damaged)
		log_say("the store: %zu rows of the last hour are damaged and were left out",
			damaged);
	return sqlite3_reset(ask) == SQLITE_OK;
}

bool series_load(struct store *s, struct text *wrong)
{
	struct map by_id = {0};
	bool is_fine;
	int64_t closed;

	s->next_target = s->next_location = s->next_series = 1;
	load_names(s);
	is_fine = load_series(s, &by_id) && load_tail(s, &by_id);
	closed = sql_number(&s->sql, "SELECT max(closed_to) FROM series", 0);
	if (closed >= s->next_tail)
		s->next_tail = closed + 1;
	for (size_t i = 0; i < s->count && is_fine; i++)
		if (s->series[i]->found.size)
			reopen(s, s->series[i]);
	map_release(&by_id);
	s->raw_from = sql_number(&s->sql, "SELECT value FROM meta WHERE word = 'raw_from'", 0);
	s->day_from = sql_number(&s->sql, "SELECT value FROM meta WHERE word = 'day_from'", 0);
	s->month_from = sql_number(&s->sql, "SELECT value FROM meta WHERE word = 'month_from'", 0);
	is_fine = is_fine && chain_open(s);
	if (!is_fine)
		text_printf(wrong, "cannot read the database: %s", sqlite3_errmsg(s->sql.db));
	return is_fine;
}

bool series_enter_open(struct store *s, struct text *wrong)
{
	bool is_fine;

	series_release(s); /* what the migration held */
	s->is_upgrade = true;
	is_fine = series_load(s, wrong) && close_names(s);
	s->is_upgrade = false;
	return is_fine;
}

void series_release(struct store *s)
{
	for (size_t i = 0; i < s->count; i++) {
		block_writer_release(&s->series[i]->open);
		text_release(&s->series[i]->found);
		free(s->series[i]);
	}
	for (size_t i = 0; i < s->targets; i++) {
		free(s->target[i]->name);
		free(s->target[i]->series);
		free(s->target[i]);
	}
	for (size_t i = 0; i < s->locations; i++) {
		free(s->location[i]->name);
		free(s->location[i]);
	}
	free(s->series);
	free(s->target);
	free(s->location);
	free(s->dirty);
	map_release(&s->series_by_key);
	map_release(&s->targets_by_name);
	map_release(&s->locations_by_name);
	s->series = NULL;
	s->heard = NULL;
	s->target = NULL;
	s->location = NULL;
	s->dirty = NULL;
	s->count = s->room = s->targets = s->target_room = s->locations = s->location_room = 0;
	s->dirties = s->dirty_room = s->waiting = s->results = s->open = 0;
}
