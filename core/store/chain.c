/* store/chain: the writer of links: what was entered and which rows were changed, into one link
 * before each COMMIT. See chain.h. */
#include "chain.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "inside.h"

#define FOUND_BYTES (1u << 20) /* of one link of a migration */

/* Of a row of a table that is compared: the first bytes of its digest as it was entered. */
struct chain_known {
	int64_t row;
	uint64_t digest;
};

/* ---- what changes ---- */

static bool is_of_table(uint32_t n, const char *name)
{
	return n < CHAIN_TABLES && !strcmp(chain_table[n].name, name);
}

/* SQLite tells each row that a statement changes: so whatever changes one is in the chain. */
static void touch(void *with, int operation, char const *base, char const *table, sqlite3_int64 row)
{
	struct chain *c = &((struct store *)with)->chain;
	uint32_t n = 0;

	(void)base;
	if (c->is_closing)
		return;
	while (n < CHAIN_TABLES && !is_of_table(n, table))
		n++;
	if (n == CHAIN_TABLES || (chain_table[n].is_fixed && operation == SQLITE_UPDATE))
		return;
	if (c->touches && c->touched[c->touches - 1].table == n &&
	    c->touched[c->touches - 1].row == row)
		return;
	if (c->touches == c->room) {
		c->room = c->room ? 2 * c->room : 64;
		c->touched = memory_resize(c->touched, c->room * sizeof *c->touched);
	}
	c->touched[c->touches++] = (struct chain_touch){n, row};
	c->is_begun = true;
}

static int by_row(const void *a, const void *b)
{
	const struct chain_touch *x = a, *y = b;

	if (x->table != y->table)
		return x->table < y->table ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static uint64_t first_bytes(const struct digest *d)
{
	uint64_t n;

	memcpy(&n, d->byte, sizeof n);
	return n;
}

/* Targets are few and their numbers count up: a list by number. */
static struct chain_known *known_of(struct chain *c, int64_t row)
{
	if (row < 0 || row > 1 << 24)
		return NULL;
	if ((size_t)row >= c->knowns) {
		size_t more = (size_t)row + 1 + c->knowns;

		c->known = memory_resize(c->known, more * sizeof *c->known);
		memset(c->known + c->knowns, 0, (more - c->knowns) * sizeof *c->known);
		c->knowns = more;
	}
	return &c->known[row];
}

/* True: it is known, and the same. */
static bool is_known(struct chain *c, int64_t row, const struct digest *d)
{
	struct chain_known *k = known_of(c, row);
	bool is_same = k && k->digest == first_bytes(d);

	if (k)
		k->digest = first_bytes(d);
	return is_same;
}

/* ---- entering ---- */

static void enter(struct store *s, const struct chain_entry *e)
{
	chain_put(&s->chain.entries, e);
	s->chain.count++;
	s->chain.is_begun = true;
}

void chain_row(struct store *s, enum chain_kind kind, int64_t target, int64_t location, int64_t day,
	       const void *row, size_t size)
{
	struct chain_entry e = {.kind = kind, .of = (uint64_t)target, .at = location, .day = day};

	digest_of(&e.digest, row, size);
	enter(s, &e);
}

void chain_results(struct store *s, int64_t target, int64_t location, int64_t day, uint64_t results,
		   const struct digest *d)
{
	enter(s,
	      &(struct chain_entry){CHAIN_RESULTS, (uint64_t)target, location, day, results, *d});
}

void chain_horizon(struct store *s, enum chain_horizon which, int64_t day)
{
	enter(s, &(struct chain_entry){.kind = CHAIN_HORIZON, .of = which, .day = day});
}

static bool enter_touched(struct store *s, const struct chain_touch *x)
{
	const struct chain_table *table = &chain_table[x->table];
	struct chain_entry e = {.kind = CHAIN_GONE, .of = x->table, .at = x->row};
	sqlite3_stmt *ask = sql_bind(&s->sql, table->one, "i", x->row);
	int result = sqlite3_step(ask);

	if (result == SQLITE_ROW) {
		e.kind = CHAIN_ROW;
		chain_digest_row(ask, &e.digest);
	}
	sqlite3_reset(ask);
	if (!table->is_compared || !is_known(&s->chain, x->row, &e.digest))
		enter(s, &e);
	return result == SQLITE_ROW || result == SQLITE_DONE;
}

static bool enter_changes(struct store *s)
{
	struct chain *c = &s->chain;
	bool is_fine = true;

	if (c->touches > 1)
		qsort(c->touched, c->touches, sizeof *c->touched, by_row);
	for (size_t i = 0; i < c->touches && is_fine; i++)
		if (!i || by_row(&c->touched[i - 1], &c->touched[i]))
			is_fine = enter_touched(s, &c->touched[i]);
	c->touches = 0;
	return is_fine;
}

/* The first day of which something may be missing; 0: nobody has results. */
static int64_t reach(const struct store *s)
{
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < s->targets; i++)
		if (s->target[i]->rolled && s->target[i]->rolled < first)
			first = s->target[i]->rolled;
	return first == INT64_MAX ? 0 : first;
}

static bool write_link(struct store *s, int64_t at_us)
{
	struct chain *c = &s->chain;
	struct chain_link l = {c->links + 1, at_us, reach(s), c->entries.at, c->entries.size};
	bool is_fine;

	chain_hash(&c->head, &l, &c->head);
	c->links++;
	is_fine = sql_run(&s->sql,
			  "INSERT INTO link(id, at_us, reach, entries, hash, data)"
			  " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
			  "iiiibb", l.id, l.at_us, l.reach, (int64_t)c->count, c->head.byte,
			  sizeof c->head.byte, l.bytes, l.size);
	text_clear(&c->entries);
	c->count = 0;
	return is_fine;
}

bool chain_close(struct store *s, int64_t at_us)
{
	bool is_fine;

	s->chain.is_closing = true;
	is_fine = enter_changes(s) && (!s->chain.count || write_link(s, at_us));
	s->chain.is_closing = false;
	return is_fine;
}

/* ---- beginning ---- */

static bool read_head(struct store *s)
{
	sqlite3_stmt *ask = sql_ask(&s->sql, "SELECT id, hash FROM link ORDER BY id DESC LIMIT 1");

	s->chain.links = 0;
	memset(&s->chain.head, 0, sizeof s->chain.head);
	if (sqlite3_step(ask) == SQLITE_ROW) {
		s->chain.links = sqlite3_column_int64(ask, 0);
		if (sqlite3_column_bytes(ask, 1) == DIGEST_BYTES)
			memcpy(s->chain.head.byte, sqlite3_column_blob(ask, 1), DIGEST_BYTES);
	}
	return sqlite3_reset(ask) == SQLITE_OK;
}

/* Each was entered in the transaction that wrote it: what stands there is what was entered. */
static bool read_known(struct store *s)
{
	struct digest d;
	bool is_fine = true;

	free(s->chain.known);
	s->chain.known = NULL;
	s->chain.knowns = 0;
	for (uint32_t n = 0; n < CHAIN_TABLES && is_fine; n++) {
		sqlite3_stmt *ask;

		if (!chain_table[n].is_compared)
			continue;
		ask = sql_ask(&s->sql, chain_table[n].all);
		while (sqlite3_step(ask) == SQLITE_ROW) {
			chain_digest_row(ask, &d);
			is_known(&s->chain, sqlite3_column_int64(ask, 0), &d);
		}
		is_fine = sqlite3_reset(ask) == SQLITE_OK;
	}
	return is_fine;
}

bool chain_open(struct store *s)
{
	sqlite3_update_hook(s->sql.db, touch, s);
	s->chain.touches = 0;
	return read_head(s) && read_known(s);
}

void chain_keep(struct store *s)
{
	s->chain.is_begun = false;
}

void chain_drop(struct store *s)
{
	if (!s->chain.is_begun)
		return;
	s->chain.is_begun = false;
	s->chain.touches = s->chain.count = 0;
	text_clear(&s->chain.entries);
	read_head(s);
	read_known(s);
}

void chain_release(struct store *s)
{
	text_release(&s->chain.entries);
	free(s->chain.touched);
	free(s->chain.known);
	s->chain = (struct chain){0};
}

/* ---- what was there before the chain ---- */

static bool find_rows(struct store *s, uint32_t table, int64_t at_us)
{
	sqlite3_stmt *ask = sql_ask(&s->sql, chain_table[table].all);
	struct chain_entry e = {.kind = CHAIN_ROW, .of = table};
	bool is_fine = true;

	while (is_fine && sqlite3_step(ask) == SQLITE_ROW) {
		e.at = sqlite3_column_int64(ask, 0);
		chain_digest_row(ask, &e.digest);
		enter(s, &e);
		is_fine = s->chain.entries.size < FOUND_BYTES || write_link(s, at_us);
	}
	return sqlite3_reset(ask) == SQLITE_OK && is_fine;
}

static bool find_rollups(struct store *s, enum chain_kind kind, const char *all, int64_t at_us)
{
	sqlite3_stmt *ask = sql_ask(&s->sql, all);
	bool is_fine = true;

	while (is_fine && sqlite3_step(ask) == SQLITE_ROW) {
		const void *row = sqlite3_column_blob(ask, 3);

		chain_row(s, kind, sqlite3_column_int64(ask, 0), sqlite3_column_int64(ask, 1),
			  sqlite3_column_int64(ask, 2), row, (size_t)sqlite3_column_bytes(ask, 3));
		is_fine = s->chain.entries.size < FOUND_BYTES || write_link(s, at_us);
	}
	return sqlite3_reset(ask) == SQLITE_OK && is_fine;
}

static void find_horizon(struct store *s, enum chain_horizon which, const char *sql)
{
	int64_t day = sql_number(&s->sql, sql, 0);

	if (day)
		chain_horizon(s, which, day);
}

/* Days whose results are there are rolled up once more, bit by bit: that enters their results. */
static const char roll_anew[] =
	"UPDATE target SET rolled = min(rolled, max(1,"
	" coalesce((SELECT value FROM meta WHERE word = 'raw_from'), 0), first / 86400000000))"
	" FROM (SELECT s.target, min(b.first_us) AS first FROM series s JOIN (SELECT series,"
	"  first_us FROM block UNION ALL SELECT series, first_us FROM part) b ON b.series = s.id"
	"  GROUP BY s.target) there WHERE there.target = target.id AND rolled > 0 AND first > 0";

bool chain_found(struct store *s, int64_t at_us)
{
	bool is_fine = true;

	s->chain.touches = 0;
	s->chain.is_closing = true;
	for (uint32_t n = 0; n < CHAIN_TABLES && is_fine; n++)
		is_fine = find_rows(s, n, at_us);
	is_fine =
		is_fine &&
		find_rollups(s, CHAIN_DAY, "SELECT target, location, day, data FROM day", at_us) &&
		find_rollups(s, CHAIN_MONTH, "SELECT target, location, day, data FROM month",
			     at_us);
	find_horizon(s, CHAIN_RAW, "SELECT value FROM meta WHERE word = 'raw_from'");
	find_horizon(s, CHAIN_DAYS, "SELECT value FROM meta WHERE word = 'day_from'");
	is_fine = is_fine && (!s->chain.count || write_link(s, at_us)) &&
		  sqlite3_exec(s->sql.db, roll_anew, NULL, NULL, NULL) == SQLITE_OK;
	s->chain.is_closing = false;
	return is_fine;
}
