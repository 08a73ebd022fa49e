/* store/source: see source.h. */
#include "source.h"

#include <stdlib.h>

#include "../base/map.h"
#include "../base/memory.h"

enum { PART = -1, OPEN = -2 };

static void add_id(struct source *s, int64_t id)
{
	if (!(s->ids & (s->ids - 1)))
		s->id = memory_resize(s->id, (s->ids ? s->ids * 2 : 1) * sizeof *s->id);
	s->id[s->ids++] = id;
}

static void open_blocks(struct source *s, struct sql *sql, const char *blocks, int64_t series,
			int64_t from_us, int64_t to_us, const struct text *open)
{
	sqlite3_stmt *ask;

	memset(s, 0, offsetof(struct source, result));
	s->damaged = 0;
	s->has_failed = false;
	s->sql = sql;
	s->series = series;
	s->from_us = from_us;
	s->to_us = to_us;
	s->open = open;
	ask = sql_bind(sql, blocks, "iii", series, to_us, from_us);
	while (sqlite3_step(ask) == SQLITE_ROW)
		add_id(s, sqlite3_column_int64(ask, 0));
	s->has_failed = sqlite3_reset(ask) != SQLITE_OK;
	add_id(s, PART);
	if (open && open->size)
		add_id(s, OPEN);
}

#define BLOCKS "SELECT id FROM block WHERE series = ?1 AND first_us < ?2 AND last_us >= ?3"

void source_open(struct source *s, struct sql *sql, int64_t series, int64_t from_us, int64_t to_us,
		 const struct text *open)
{
	static const char by_time[] = BLOCKS " ORDER BY first_us, id";

	open_blocks(s, sql, by_time, series, from_us, to_us, open);
}

void source_open_recorded(struct source *s, struct sql *sql, int64_t series, int64_t from_us,
			  int64_t to_us, const struct text *open)
{
	static const char by_closing[] = BLOCKS " ORDER BY id";

	open_blocks(s, sql, by_closing, series, from_us, to_us, open);
}

void source_share(struct source *s, struct seen *seen)
{
	s->seen = seen;
}

static void leave_seen(struct source *s)
{
	if (s->of_seen)
		s->of_seen->sources--;
	s->of_seen = NULL;
}

void source_release(struct source *s)
{
	leave_seen(s);
	free(s->id);
	s->id = NULL;
	s->ids = 0;
	text_release(&s->blob);
	segment_release(&s->in);
}

static sqlite3_stmt *ask_row(struct source *s, int64_t id)
{
	if (id == PART)
		return sql_bind(s->sql,
				"SELECT sum, data FROM part WHERE series = ?1"
				" AND first_us < ?2 AND last_us >= ?3",
				"iii", s->series, s->to_us, s->from_us);
	return sql_bind(s->sql, "SELECT sum, data FROM block WHERE id = ?1", "i", id);
}

static bool load(struct source *s, int64_t id)
{
	sqlite3_stmt *ask = ask_row(s, id);
	bool is_there = sqlite3_step(ask) == SQLITE_ROW;
	int64_t sum = 0;

	text_clear(&s->blob);
	if (is_there) {
		sum = sqlite3_column_int64(ask, 0);
		text_add(&s->blob, sqlite3_column_blob(ask, 1),
			 (size_t)sqlite3_column_bytes(ask, 1));
	}
	if (sqlite3_reset(ask) != SQLITE_OK)
		s->has_failed = true;
	if (is_there && (int64_t)map_hash(s->blob.at, s->blob.size) != sum) {
		s->damaged++;
		return false;
	}
	return is_there;
}

static bool open_row(struct source *s, int64_t id)
{
	struct seen_blob *b = s->seen ? seen_find(s->seen, s->series, id) : NULL;

	if (!b && !load(s, id))
		return false;
	if (!b && s->seen)
		b = seen_add(s->seen, s->series, id, &s->blob);
	s->of_seen = b;
	if (b)
		segment_open_part(&s->in, b->bytes.at, b->bytes.size, &b->times, s->from_us,
				  s->to_us);
	else
		segment_open(&s->in, s->blob.at, s->blob.size);
	return true;
}

static bool next_blob(struct source *s)
{
	while (s->at < s->ids) {
		int64_t id = s->id[s->at++];

		s->damaged += s->in.is_damaged;
		segment_release(&s->in);
		leave_seen(s);
		if (id == OPEN)
			segment_open_block(&s->in, s->open->at, s->open->size);
		else if (!open_row(s, id))
			continue;
		return true;
	}
	return false;
}

bool source_next(struct source *s)
{
	do
		while (segment_next(&s->in, &s->result))
			if (s->result.start_us >= s->from_us && s->result.start_us < s->to_us)
				return true;
	while (next_blob(s));
	return false;
}
