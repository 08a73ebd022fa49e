/* store/merge: store_merge(): a staged history into the store, in one transaction. Nothing is
 * written before all of it was judged. See store.h and stage.h. */
#include "inside.h"
#include "stage.h"

/* Results of the target that are there already in the span. */
static bool is_taken(struct store *s, const char *name, int64_t first_us, int64_t last_us)
{
	struct target *t = map_find_text(&s->targets_by_name, name);
	bool is_there = false;
	sqlite3_stmt *ask;

	for (size_t i = 0; t && i < t->count && !is_there; i++) {
		const struct series *x = t->series[i];

		ask = sql_bind(&s->sql,
			       "SELECT 1 FROM block WHERE series = ?1 AND first_us <= ?3"
			       " AND last_us >= ?2 UNION ALL SELECT 1 FROM part WHERE series = ?1"
			       " AND first_us <= ?3 AND last_us >= ?2",
			       "iii", x->id, first_us, last_us);
		is_there = sqlite3_step(ask) == SQLITE_ROW;
		sqlite3_reset(ask);
		if (x->open.results && x->open_first_us <= last_us && x->open_last_us >= first_us)
			is_there = true;
	}
	return is_there;
}

static bool judge(struct store *s, const void *bytes, size_t size, struct text *wrong)
{
	struct stage_entry e;
	const char *name = "";
	size_t at = 0;

	if (!stage_is_whole(bytes, size)) {
		text_puts(wrong, "the staged history is not whole");
		return false;
	}
	while (stage_next(bytes, size, &at, &e)) {
		if (e.kind == STAGE_TARGET)
			name = e.text;
		if (e.kind != STAGE_BLOCK || !is_taken(s, name, e.number[0], e.number[1]))
			continue;
		text_puts(wrong, "results of '");
		text_puts(wrong, name);
		text_puts(wrong, "' between ");
		clock_add_utc(wrong, e.number[0], 0);
		text_puts(wrong, " and ");
		clock_add_utc(wrong, e.number[1], 0);
		text_puts(wrong, " are there already");
		return false;
	}
	return true;
}

/* What was measured keeps its rules: which of them holds is told by each result. */
static bool begin_target(struct store *s, const struct stage_entry *e, struct series **x)
{
	struct target *t = map_find_text(&s->targets_by_name, e->text);
	bool is_native = t && t->count && !t->is_new;

	*x = series_find(s, e->text, STAGE_LOCATION);
	t = (*x)->target;
	t->is_events = is_native ? t->is_events : e->is_events;
	return close_names(s) &&
	       sql_run(&s->sql,
		       "UPDATE target SET is_events = ?2, is_imported = max(is_imported, ?3),"
		       " interval_us = coalesce(interval_us, ?4) WHERE id = ?1",
		       "iiii", t->id, (int64_t)t->is_events, (int64_t)!is_native, e->number[0]);
}

static bool add_block(struct store *s, const struct stage_entry *e, struct series *x)
{
	struct text block = {(char *)e->bytes, e->size, 0};
	struct target *t = x->target;
	int64_t day = store_day(e->number[0]);

	x->first_us = x->first_us && x->first_us < e->number[0] ? x->first_us : e->number[0];
	x->last_us = x->last_us > e->number[1] ? x->last_us : e->number[1];
	if (!t->rolled || day < t->rolled) {
		t->rolled = day > 0 ? day : 1;
		t->is_changed = true;
	}
	return close_block(s, x, &block, (size_t)e->number[2], e->number[0], e->number[1]) &&
	       sql_run(&s->sql, "UPDATE series SET first_us = ?2, last_us = ?3 WHERE id = ?1",
		       "iii", x->id, x->first_us, x->last_us) &&
	       sql_run(&s->sql, "UPDATE target SET rolled = ?2 WHERE id = ?1", "ii", t->id,
		       t->rolled);
}

static bool add_window(struct store *s, const struct stage_entry *e, const struct series *x)
{
	/* one that had not ended when it was read may have now; to the older file it never ends */
	return sql_run(&s->sql,
		       "UPDATE maintenance SET to_us = ?3 WHERE target IS ?1 AND from_us = ?2"
		       " AND to_us = ?4",
		       "siii", x ? x->target->name : NULL, e->number[0], e->number[1],
		       INT64_MAX) &&
	       sql_run(&s->sql,
		       "INSERT INTO maintenance(target, from_us, to_us, announced_us, text)"
		       " SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM maintenance"
		       " WHERE target IS ?1 AND from_us = ?2 AND (to_us = ?3 OR ?3 = ?6))",
		       "siiisi", x ? x->target->name : NULL, e->number[0], e->number[1],
		       e->number[2], e->text, INT64_MAX);
}

static bool add_all(struct store *s, const void *bytes, size_t size)
{
	struct series *x = NULL;
	struct stage_entry e;
	bool is_fine = true;
	size_t at = 0;

	while (is_fine && stage_next(bytes, size, &at, &e)) {
		if (e.kind == STAGE_TARGET)
			is_fine = begin_target(s, &e, &x);
		else if (e.kind == STAGE_BLOCK)
			is_fine = x && add_block(s, &e, x);
		else if (e.kind == STAGE_WINDOW)
			is_fine = add_window(s, &e, x);
	}
	return is_fine;
}

bool store_merge(struct store *s, const void *bytes, size_t size, struct text *wrong)
{
	if (!judge(s, bytes, size, wrong))
		return false;
	if (sql_run(&s->sql, "BEGIN IMMEDIATE", "") && add_all(s, bytes, size) &&
	    store_end(s, clock_wall_us()))
		return true;
	store_fail(s, "write", wrong);
	store_undo(s);
	return false;
}
