/* store/verify: the chain itself, the rows that decide figures, and the order of the work. See
 * verify.h; days, months and results are in verify_target.c. */
#include "verify.h"

#include <stdlib.h>
#include <string.h>

#include "../base/map.h"
#include "../base/memory.h"
#include "verify_inside.h"

#define SLICE_ENTRIES 1000000 /* of days in memory at a time, some 90 MB */

/* ---- findings ---- */

void verify_tell(struct verify *v, const struct verify_finding *about, const char *format, ...)
{
	struct verify_finding f = *about;
	struct text t = {0};
	va_list ap;

	va_start(ap, format);
	text_vprintf(&t, format, ap);
	va_end(ap);
	f.name = f.name ? f.name : "";
	f.location = f.location ? f.location : "";
	f.text = text_get(&t);
	v->out->findings++;
	v->order->find(&f, v->order->with);
	text_release(&t);
}

static void add_time(struct text *t, int64_t us)
{
	clock_add_utc(t, us, 0);
}

void verify_add_link(struct text *t, const struct verify_entry *e)
{
	text_printf(t, "link %lld of ", (long long)e->link);
	add_time(t, e->at_us);
}

static void show(struct verify *v, const char *what, size_t done, size_t all)
{
	if (v->order->progress)
		v->order->progress(what, done, all, v->order->with);
}

/* ---- entries ---- */

static char group(enum chain_kind kind)
{
	return kind == CHAIN_GONE ? CHAIN_ROW : (char)kind;
}

#define COMPARE(a, b)   \
	if ((a) != (b)) \
	return (a) < (b) ? -1 : 1

static int by_place(const struct verify_entry *a, enum chain_kind kind, uint64_t of, int64_t at,
		    int64_t day)
{
	COMPARE(group(a->is.kind), group(kind));
	COMPARE(a->is.of, of);
	COMPARE(a->is.at, at);
	COMPARE(a->is.day, day);
	return 0;
}

static int by_order(const void *a, const void *b)
{
	const struct verify_entry *x = a, *y = b;
	int places = by_place(x, y->is.kind, y->is.of, y->is.at, y->is.day);

	return places ? places : (x->order > y->order) - (x->order < y->order);
}

size_t verify_first(const struct verify *v, enum chain_kind kind, uint64_t of, int64_t at,
		    int64_t day)
{
	size_t low = 0, high = v->entries;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_place(&v->entry[middle], kind, of, at, day) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct verify_entry *verify_last(const struct verify *v, enum chain_kind kind, uint64_t of,
				 int64_t at, int64_t day)
{
	size_t behind = verify_first(v, kind, of, at, day + 1);

	if (!behind || by_place(&v->entry[behind - 1], kind, of, at, day))
		return NULL;
	return &v->entry[behind - 1];
}

static bool is_wanted(const struct verify *v, const struct chain_entry *e)
{
	if (group(e->kind) == CHAIN_ROW)
		return !v->slice;
	return e->kind != CHAIN_HORIZON && (int64_t)(e->of % (uint64_t)v->slices) == v->slice;
}

static void keep(struct verify *v, const struct chain_link *l, const struct chain_entry *e)
{
	if (v->entries == v->room) {
		v->room = v->room ? 2 * v->room : 1024;
		v->entry = memory_resize(v->entry, v->room * sizeof *v->entry);
	}
	v->entry[v->entries] = (struct verify_entry){*e, l->id, l->at_us, v->entries, false};
	v->entries++;
}

/* ---- links ---- */

struct walk {
	struct digest head;
	int64_t days; /* entries of them */
	bool is_first;
};

static void judge_link(struct verify *v, const struct chain_link *l, const void *hash, int size,
		       struct walk *w)
{
	struct digest computed;
	struct verify_finding about = {"chain", "", "", l->at_us, l->at_us, NULL};
	struct text at = {0};

	add_time(&at, l->at_us);
	if (l->id != v->out->links + 1)
		verify_tell(v, &about, "the links %lld to %lld of the chain are missing",
			    (long long)v->out->links + 1, (long long)l->id - 1);
	chain_hash(&w->head, l, &computed);
	if (size != DIGEST_BYTES || memcmp(hash, computed.byte, DIGEST_BYTES))
		verify_tell(v, &about,
			    "link %lld of %s does not follow from the one before it: one of them"
			    " was changed",
			    (long long)l->id, text_get(&at));
	/* so that the next one is judged by itself */
	if (size == DIGEST_BYTES)
		memcpy(w->head.byte, hash, DIGEST_BYTES);
	text_release(&at);
}

static void match_head(struct verify *v, const struct chain_link *l, const struct digest *hash)
{
	struct text hex = {0};
	const char *head = v->order->head;

	digest_add_hex(&hex, hash);
	memcpy(v->out->head, hex.at, DIGEST_HEX + 1);
	if (head && !strncmp(hex.at, head, strlen(head))) {
		v->out->head_link = l->id;
		v->out->head_us = l->at_us;
		v->out->head_entries = v->out->entries;
	}
	text_release(&hex);
}

/* Of a link: how many entries it has; they are kept where the slice wants them. */
static int64_t take_entries(struct verify *v, const struct chain_link *l, struct walk *w)
{
	const unsigned char *at = l->bytes, *end = at + l->size;
	struct chain_entry e;
	int64_t count = 0;

	for (; chain_next(&at, end, &e); count++) {
		e.day = read_day(e.day);
		w->days += e.kind != CHAIN_ROW && e.kind != CHAIN_GONE;
		if (e.kind == CHAIN_HORIZON && e.of < CHAIN_HORIZONS)
			v->horizon[e.of] = e.day;
		else if (v->entry && is_wanted(v, &e))
			keep(v, l, &e);
	}
	return at == end ? count : -1;
}

static void take_link(struct verify *v, sqlite3_stmt *row, struct walk *w)
{
	struct chain_link l = {sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1),
			       sqlite3_column_int64(row, 2), sqlite3_column_blob(row, 5),
			       (size_t)sqlite3_column_bytes(row, 5)};
	struct verify_finding about = {"chain", "", "", l.at_us, l.at_us, NULL};
	int64_t count;

	if (!w->is_first) {
		take_entries(v, &l, w);
		return;
	}
	judge_link(v, &l, sqlite3_column_blob(row, 4), sqlite3_column_bytes(row, 4), w);
	count = take_entries(v, &l, w);
	if (count != sqlite3_column_int64(row, 3))
		verify_tell(v, &about, "link %lld does not hold the entries that it counts",
			    (long long)l.id);
	v->out->entries += count > 0 ? count : 0;
	v->out->first_us = v->out->links ? v->out->first_us : l.at_us;
	v->out->links = l.id;
	v->out->last_us = l.at_us;
	v->out->reach_us = read_day(l.reach) * READ_DAY;
	match_head(v, &l, &w->head);
}

static bool walk_links(struct verify *v, struct walk *w)
{
	sqlite3_stmt *ask = sql_ask(&v->r->sql, "SELECT id, at_us, reach, entries, hash, data"
						" FROM link ORDER BY id");

	while (sqlite3_step(ask) == SQLITE_ROW) {
		take_link(v, ask, w);
		if (w->is_first && v->out->links % 1000 == 0)
			show(v, "links", (size_t)v->out->links, 0);
	}
	return read_finish(v->r, ask);
}

static void judge_head(struct verify *v)
{
	static const struct verify_finding about = {"head", "", "", 0, 0, NULL};

	if (v->order->head && !v->out->head_link)
		verify_tell(v, &about,
			    "the head %.16s... is not in this chain: it was printed from another"
			    " record, or what it stands for was changed since",
			    v->order->head);
}

/* ---- rows that decide figures ---- */

static void judge_row(struct verify *v, uint32_t table, sqlite3_stmt *row)
{
	int64_t number = sqlite3_column_int64(row, 0);
	struct verify_entry *e = verify_last(v, CHAIN_ROW, table, number, 0);
	struct verify_finding about = {"record", sql_text(row, 1), "", 0, 0, NULL};
	struct digest d;
	struct text link = {0};

	chain_digest_row(row, &d);
	if (!e || e->is.kind == CHAIN_GONE) {
		verify_tell(v, &about,
			    "%s '%s' (row %lld) is in no link: it was added by something else than"
			    " nines",
			    chain_table[table].name, about.name, (long long)number);
	} else if (!digest_is_same(&d, &e->is.digest)) {
		verify_add_link(&link, e);
		verify_tell(v, &about, "%s '%s' (row %lld) is not as %s has it: it was changed",
			    chain_table[table].name, about.name, (long long)number,
			    text_get(&link));
	} else {
		v->out->rows++;
	}
	if (e)
		e->is_seen = true;
	text_release(&link);
}

static void judge_absent(struct verify *v, uint32_t table)
{
	size_t i = verify_first(v, CHAIN_ROW, table, INT64_MIN, INT64_MIN),
	       end = verify_first(v, CHAIN_ROW, table + 1, INT64_MIN, INT64_MIN);
	struct verify_finding about = {"record", "", "", 0, 0, NULL};
	struct text link = {0};

	for (; i < end; i++) {
		const struct verify_entry *e = &v->entry[i];
		bool is_last = i + 1 == end || e[1].is.at != e->is.at;

		if (!is_last || e->is_seen || e->is.kind == CHAIN_GONE)
			continue;
		text_clear(&link);
		verify_add_link(&link, e);
		verify_tell(v, &about, "row %lld of '%s', which %s has, is gone: it was deleted",
			    (long long)e->is.at, chain_table[table].name, text_get(&link));
	}
	text_release(&link);
}

static bool judge_records(struct verify *v)
{
	bool is_fine = true;

	for (uint32_t n = 0; n < CHAIN_TABLES && is_fine; n++) {
		sqlite3_stmt *ask = sql_ask(&v->r->sql, chain_table[n].all);

		while (sqlite3_step(ask) == SQLITE_ROW)
			judge_row(v, n, ask);
		is_fine = read_finish(v->r, ask);
		judge_absent(v, n);
	}
	return is_fine;
}

/* Who could move them could hide results. */
static void judge_horizons(struct verify *v)
{
	static const char *const sql[CHAIN_HORIZONS] = {
		"SELECT value FROM meta WHERE word = 'raw_from'",
		"SELECT value FROM meta WHERE word = 'day_from'",
		"SELECT value FROM meta WHERE word = 'month_from'"};
	static const char *const what[CHAIN_HORIZONS] = {"results", "days", "months"};
	static const struct verify_finding about = {"record", "", "", 0, 0, NULL};

	for (int i = 0; i < CHAIN_HORIZONS; i++)
		if (sql_number(&v->r->sql, sql[i], 0) != v->horizon[i])
			verify_tell(v, &about,
				    "the record does not say the same as the chain of how many %s"
				    " were deleted by age",
				    what[i]);
}

/* Reports find rows by indexes, the work here goes through tables: both must say the same. */
static bool judge_file(struct verify *v)
{
	static const struct verify_finding about = {"file", "", "", 0, 0, NULL};
	sqlite3_stmt *ask = sql_ask(&v->r->sql, "PRAGMA integrity_check");

	show(v, "pages of the file", 0, 0);
	while (sqlite3_step(ask) == SQLITE_ROW)
		if (strcmp(sql_text(ask, 0), "ok") != 0)
			verify_tell(v, &about, "the file is damaged: %s", sql_text(ask, 0));
	return read_finish(v->r, ask);
}

/* What of it belongs to closed days is judged by its digests. */
static bool judge_tail(struct verify *v)
{
	static const struct verify_finding about = {"file", "", "", 0, 0, NULL};
	sqlite3_stmt *ask = sql_ask(&v->r->sql, "SELECT id, sum, data FROM tail ORDER BY id");

	while (sqlite3_step(ask) == SQLITE_ROW) {
		const void *bytes = sqlite3_column_blob(ask, 2);
		size_t size = (size_t)sqlite3_column_bytes(ask, 2);

		if ((int64_t)map_hash(bytes ? bytes : "", size) != sqlite3_column_int64(ask, 1))
			verify_tell(v, &about,
				    "row %lld of the tail, results that are in no block yet, is"
				    " damaged: its bytes do not have their sum",
				    (long long)sqlite3_column_int64(ask, 0));
	}
	return read_finish(v->r, ask);
}

/* ---- the order of the work ---- */

/* Whose number is another one now has none of what was entered of it. */
static void judge_targets(struct verify *v, const struct read_target *list, size_t targets)
{
	static const struct verify_finding about = {"record", "", "", 0, 0, NULL};
	struct map known = {0};
	uint64_t told = 0;

	for (size_t i = 0; i < targets; i++)
		map_put(&known, (uint64_t)list[i].id, (void *)&list[i]);
	for (size_t i = 0; i < v->entries; i++) {
		const struct chain_entry *e = &v->entry[i].is;

		if (group(e->kind) == CHAIN_ROW || e->of == told || map_find(&known, e->of))
			continue;
		told = e->of;
		verify_tell(v, &about,
			    "results and figures that are in the chain belong to target %llu, which"
			    " is not there: it was deleted, or has another number",
			    (unsigned long long)e->of);
	}
	map_release(&known);
}

static bool verify_slice(struct verify *v, const struct read_target *list, size_t targets)
{
	struct walk w = {.is_first = false};

	v->entries = 0;
	v->room = v->room ? v->room : 1024;
	v->entry = memory_resize(v->entry, v->room * sizeof *v->entry);
	if (!walk_links(v, &w))
		return false;
	if (v->entries > 1)
		qsort(v->entry, v->entries, sizeof *v->entry, by_order);
	if (!v->slice && !judge_records(v))
		return false;
	judge_targets(v, list, targets);
	for (size_t i = 0; i < targets && !v->has_failed; i++) {
		if (list[i].id % v->slices != v->slice)
			continue;
		show(v, list[i].name, i, targets);
		verify_target(v, &list[i]);
	}
	return !v->has_failed;
}

static bool verify_all(struct verify *v)
{
	const struct read_target *list;
	struct walk w = {.is_first = true};
	size_t targets;
	bool is_fine;

	if (!judge_file(v) || !judge_tail(v) || !walk_links(v, &w))
		return false;
	judge_head(v);
	judge_horizons(v);
	v->slices = 1 + w.days / SLICE_ENTRIES;
	is_fine = read_targets(v->r, &list, &targets);
	for (v->slice = 0; v->slice < v->slices && is_fine; v->slice++)
		is_fine = verify_slice(v, list, targets);
	return is_fine;
}

/* What was found is worth more than that the rest cannot be read. */
static bool tell_rest(struct verify *v)
{
	static const struct verify_finding about = {"file", "", "", 0, 0, NULL};

	if (v->out->findings)
		verify_tell(v, &about, "the rest cannot be verified: %s", read_wrong(v->r));
	return v->out->findings > 0;
}

bool verify_run(struct read *r, const struct verify_order *order, struct verify_result *out)
{
	struct verify v = {.r = r, .order = order, .out = out, .slices = 1};
	bool is_fine;

	*out = (struct verify_result){0};
	if (!read_begin(r))
		return false;
	r->until_us = 0; /* however long it takes: asked for by a person */
	is_fine = verify_all(&v) || tell_rest(&v);
	read_end(r);
	free(v.entry);
	return is_fine;
}
