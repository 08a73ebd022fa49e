/* One changed byte: each byte of each value of a small record in turn, and with WHOLE=1 (make soak)
 * each byte of its file. What the chain covers is found, by name. Of any other byte, either
 * something is found or everything that reports read is the same as before. */
#include "../../core/base/map.h"
#include "../../core/store/read.h"
#include "../lib/evidence.h"

#define FIRST 20725 /* 2026-09-29: two days of its month, two of the next */
#define AT(day, minutes) (((FIRST + (day)) * (int64_t)1440 + (minutes)) * MINUTE)
#define HERE "web", "here"
#define THERE "web", "there"

/* ---- a record with a little of everything ---- */

static const char events[] =
	"target web kind=check module=http interval_us=7200000000 seen_us=5\n"
	"target - name=\"S 1\" kind=service members=web need=1 seen_us=5\n"
	"state web kind=check from=up to=down at_us=17 reason=gone incident=i1\n"
	"incident i1 check=web event=open at_us=1790726400000000 start_us=1790726400000000"
	" reason=gone step=connect location=here address=192.0.2.1\n"
	"diagnosis i1 check=web at_us=1790726400000000 text=\"no route\"\n"
	"incident i1 check=web event=closed at_us=1790733600000000 start_us=1790726400000000\n"
	"marker - kind=clock-step at_us=1790726400000000 text=stepped by_us=5\n"
	"maintenance m1 services=web start_us=1790726400000000 end_us=1790733600000000"
	" announced_us=10 by=ann text=disks impact=maintenance\n";

static void probe(struct store *s, const char *name, const char *place, int64_t at_us)
{
	static struct line line;
	struct text t = {0};

	text_printf(&t,
		    "result %s verdict=up address=192.0.2.1 start_us=%lld elapsed_us=%lld"
		    " steps=resolve:%lld,connect:2000 location=%s due_at_us=%lld"
		    " interval_us=7200000000 ends=up value.load=%lld.5 fact.page=p%lld",
		    name, (long long)at_us + 7, (long long)(at_us / MINUTE % 977 + 5000),
		    (long long)(at_us / MINUTE % 513 + 50), place, (long long)at_us,
		    (long long)(at_us / MINUTE % 7), (long long)(at_us / MINUTE % 11));
	line_parse(&line, t.at, t.size);
	store_take(s, &line, at_us);
	text_release(&t);
}

static void day(struct store *s, int n)
{
	for (int at = 0; at < 1440; at += 720) {
		probe(s, HERE, AT(n, at));
		probe(s, THERE, AT(n, at) + CLOCK_SECOND);
		commit(s, AT(n, at), "");
	}
	probe(s, HERE, AT(n, 1410));
	commit(s, AT(n, 1410), "");
}

static void change(const char *sql)
{
	char *wrong = NULL;
	sqlite3 *db;

	sqlite3_open(path, &db);
	sqlite3_exec(db, sql, NULL, NULL, &wrong);
	if (wrong)
		ok(false, "%s: %s", sql, wrong);
	sqlite3_close(db);
}

/* What a part that is full enough becomes. */
static struct store *fill_block(struct store *s, int n)
{
	commit(s, AT(n, 1500), "");
	store_close(s);
	change("INSERT INTO block(series, first_us, last_us, results, sum, data) SELECT series,"
	       " first_us, last_us, results, sum, data FROM part; DELETE FROM part");
	return begin();
}

static void reclassify(struct store *s)
{
	static struct line line;
	struct text t = {0}, said = {0};

	text_printf(&t, "reclassify - target=web as=up by=ann reason=cable from_us=%lld to_us=%lld",
		    (long long)AT(2, 0), (long long)AT(2, 5));
	line_parse(&line, t.at, t.size);
	if (!store_reclassify(s, &line, AT(4, 5), &said))
		ok(false, "reclassify: %s", text_get(&said));
	text_release(&t);
	text_release(&said);
}

/* The first day's results are gone by age, the second's are in a block, the third's in a part, the
 * last one's partly in the tail. */
static void fill(void)
{
	struct store *s = begin();

	store_retain(s, &(struct store_retention){.raw_us = 3 * DAY});
	commit(s, AT(0, 0), events);
	for (int n = 0; n < 4; n++) {
		day(s, n);
		if (n < 2)
			s = fill_block(s, n);
		store_retain(s, &(struct store_retention){.raw_us = 3 * DAY});
		tidy(s, AT(n + 1, 20));
	}
	probe(s, HERE, AT(4, 1));
	commit(s, AT(4, 1), "");
	reclassify(s);
	store_close(s);
	change("DROP TRIGGER reclassification_stays; DROP TRIGGER reclassification_remains;"
	       " PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM");
}

/* ---- what reports read of it ---- */

static struct text seen;

static bool see_incident(const struct read_incident *i, void *with)
{
	(void)with;
	text_printf(&seen, "incident %s %s %s %s %s %s %d %d %lld %lld %s\n", i->id, i->name,
		    i->reason, i->step, i->location, i->address, i->is_confirmed, i->is_open,
		    (long long)i->start_us, (long long)i->end_us, i->diagnosis);
	return true;
}

static bool see_window(const struct read_window *w, void *with)
{
	(void)with;
	text_printf(&seen, "window %s %s %s %lld %lld %lld %lld\n", w->name, w->text, w->owner,
		    (long long)w->from_us, (long long)w->to_us, (long long)w->announced_us,
		    (long long)w->cancelled_us);
	return true;
}

static bool see_reclassification(const struct read_reclassification *c, void *with)
{
	(void)with;
	text_printf(&seen, "said %s %s %s %s %s %lld %lld %lld %lld\n", c->id, c->name, c->as,
		    c->by, c->reason, (long long)c->from_us, (long long)c->to_us,
		    (long long)c->at_us, (long long)c->undone_us);
	return true;
}

static bool see_marker(const struct read_marker *m, void *with)
{
	(void)with;
	text_printf(&seen, "marker %s %s %s %lld %lld %lld %lld\n", m->kind, m->event, m->text,
		    (long long)m->at_us, (long long)m->by_us, (long long)m->from_us,
		    (long long)m->to_us);
	return true;
}

static bool see_result(const struct read_result *x, void *with)
{
	const struct block_result *r = x->result;

	(void)with;
	text_printf(&seen, "result %s %lld %lld %lld %lld %d %d %d %d %s %s %s", x->location,
		    (long long)r->due_us, (long long)r->start_us, (long long)r->interval_us,
		    (long long)r->elapsed_us, r->verdict, r->ends, r->cause, r->flags, r->reason,
		    r->address, r->item);
	for (size_t i = 0; i < r->steps; i++)
		text_printf(&seen, " %s %lld %d %d", r->step[i].name, (long long)r->step[i].end_us,
			    r->step[i].hop, r->step[i].has_failed);
	for (size_t i = 0; i < r->values; i++)
		text_printf(&seen, " %s %s %a", r->value[i].name, r->value[i].unit,
			    r->value[i].value);
	for (size_t i = 0; i < r->facts; i++)
		text_printf(&seen, " %s %s", r->fact[i].name, r->fact[i].text);
	text_putc(&seen, '\n');
	return true;
}

static bool see_figures(struct read *r, const struct read_target *t)
{
	struct sla_samples list = {0};
	struct read_steps steps = {0};
	bool is_fine = read_samples(r, t, AT(-9, 0), AT(9, 0), &list) &&
		       read_steps(r, t, NULL, AT(-9, 0), AT(9, 0), &steps);

	for (size_t i = 0; i < list.samples; i++)
		text_printf(&seen, "sample %lld %lld %lld %lld %d %d %d\n",
			    (long long)list.sample[i].at_us, (long long)list.sample[i].second_us,
			    (long long)list.sample[i].last_us,
			    (long long)list.sample[i].interval_us, list.sample[i].state,
			    list.sample[i].cause, list.sample[i].origin);
	for (size_t i = 0; i < steps.steps; i++)
		text_printf(&seen, "step %s %d %lld\n", steps.step[i].name, steps.step[i].hop,
			    (long long)histogram_percentile(&steps.step[i].times, 500000));
	free(list.sample);
	read_steps_release(&steps);
	return is_fine;
}

static bool see_target(struct read *r, const struct read_target *t)
{
	text_printf(&seen, "target %s %d %d %lld %zu %lld %lld\n", t->name, (int)t->kind,
		    t->is_events, (long long)t->interval_us, t->members, (long long)t->need,
		    (long long)t->removed_us);
	for (size_t i = 0; i < t->members; i++)
		text_printf(&seen, "member %s\n", t->member[i]);
	return see_figures(r, t) &&
	       read_results(r, t, AT(1, 0), AT(9, 0), see_result, NULL) &&
	       read_incidents(r, t->name, 0, INT64_MAX, see_incident, NULL) &&
	       read_maintenance(r, t->name, 0, INT64_MAX, see_window, NULL) &&
	       read_reclassifications(r, t->name, 0, INT64_MAX, see_reclassification, NULL);
}

/* Into `seen`; false: something could not be read, and whoever reads is told so. */
static bool look(void)
{
	struct text wrong = {0};
	struct read *r = read_open(path, &wrong);
	const struct read_target *list;
	struct read_evidence e = {0};
	size_t targets;
	bool is_fine;

	text_clear(&seen);
	is_fine = r && read_targets(r, &list, &targets) && read_evidence(r, &e) &&
		  read_incidents(r, NULL, 0, INT64_MAX, see_incident, NULL) &&
		  read_maintenance(r, NULL, 0, INT64_MAX, see_window, NULL) &&
		  read_reclassifications(r, NULL, 0, INT64_MAX, see_reclassification, NULL) &&
		  read_markers(r, 0, INT64_MAX, see_marker, NULL);
	for (size_t i = 0; is_fine && i < targets; i++)
		is_fine = see_target(r, &list[i]);
	text_printf(&seen, "head %s %lld\n", e.head, (long long)e.reach_us);
	is_fine = is_fine && !read_damaged(r);
	read_close(r);
	text_release(&wrong);
	return is_fine;
}

static struct text sound; /* as it was */

/* Found by the verification, or told by whatever reads, or without any effect. */
static bool is_harmless(void)
{
	return !look() || !strcmp(text_get(&seen), text_get(&sound));
}

/* ---- each value ---- */

/* What a finding about a value of a table must name. Columns that are not listed are in no link:
 * what they decide is the same, or something is found. */
static const struct {
	const char *table, *columns, *named;
} covered[] = {
	{"target", "id name kind interval_us is_events is_imported members need removed_us",
	 "'target'|target '"},
	{"location", "id name", "'location'|location '"},
	{"series", "id target location", "'series'|series '"},
	{"incident", "id name event at_us start_us reason step location address lasted_us",
	 "incident '"},
	{"diagnosis", "incident at_us text", "diagnosis '"},
	{"marker", "kind at_us event text by_us from_us to_us", "marker '"},
	{"maintenance", "target from_us to_us announced_us cancelled_us owner text impact",
	 "maintenance '"},
	{"reclassification",
	 "id target from_us to_us state owner reason at_us incident undoes",
	 "reclassification '"},
	{"link", "id at_us reach entries hash data", "link"},
	{"block", "series first_us last_us results sum data", "'web'"},
	{"part", "series first_us last_us results sum data", "'web'"},
	{"tail", "sum data", "of the tail|'web'"},
	{"day", "target location day sum data", "'web'|are gone"},
	{"month", "target location day sum data", "'web'|are gone"},
};

static bool has_word(const char *list, const char *word, char between)
{
	size_t n = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at++)
		if ((at == list || at[-1] == between) && (!at[n] || at[n] == between))
			return true;
	return false;
}

/* What is in no link, and of what nothing else tells a change. */
static bool is_free(const char *table, const char *column)
{
	/* in which order results of today are read, which are in no link yet */
	return !strcmp(table, "tail") && !strcmp(column, "id");
}

/* NULL: the column is in no link. */
static const char *named_of(const char *table, const char *column)
{
	for (size_t i = 0; i < sizeof covered / sizeof *covered; i++)
		if (!strcmp(covered[i].table, table) && has_word(covered[i].columns, column, ' '))
			return covered[i].named;
	return NULL;
}

static bool is_named(const char *named)
{
	char one[40];

	for (size_t n; *named; named += n + (named[n] == '|')) {
		n = strcspn(named, "|");
		snprintf(one, sizeof one, "%.*s", (int)n, named);
		if (found.size && strstr(found.at, one))
			return true;
	}
	return false;
}

/* One value of the record. */
struct cell {
	char table[20], column[20];
	const char *key; /* an expression that tells rows apart */
	int64_t row;
	int type;
	int64_t number;
	struct text bytes;
};

static struct {
	int tried, missed, unnamed, refused;
} count;

static const char *key_of(const char *table)
{
	if (!strcmp(table, "day") || !strcmp(table, "month"))
		return "(target * 100 + location) * 100000 + day";
	return !strcmp(table, "meta") ? "unicode(word) * 100 + length(word)" : "rowid";
}

static void judge(const struct cell *c, int at, const char *how)
{
	const char *named = named_of(c->table, c->column), *wrong = NULL;
	bool is_found = verify(NULL).findings != 0;

	count.tried++;
	if (named ? !is_found : !is_found && !is_harmless()) {
		count.missed++;
		wrong = "not found";
	} else if (named && !is_named(named)) {
		count.unnamed++;
		wrong = "not named";
	}
	if (wrong)
		printf("# %s: byte %d of %s.%s of row %lld%s: %s\n", wrong, at, c->table,
		       c->column, (long long)c->row, how, text_get(&found));
}

static void bind(sqlite3_stmt *put, const struct cell *c, int at)
{
	struct text is = {0};

	text_add(&is, text_get(&c->bytes), c->bytes.size);
	if (c->type != SQLITE_INTEGER && c->type != SQLITE_NULL)
		is.at[at] ^= (char)(1 << at % 8);
	if (c->type == SQLITE_TEXT)
		sqlite3_bind_text(put, 1, is.at, (int)is.size, SQLITE_TRANSIENT);
	else if (c->type == SQLITE_BLOB)
		sqlite3_bind_blob(put, 1, is.at, (int)is.size, SQLITE_TRANSIENT);
	else if (c->type == SQLITE_INTEGER)
		sqlite3_bind_int64(put, 1, c->number ^ (int64_t)(UINT64_C(1) << (8 * at + at % 7)));
	else
		sqlite3_bind_int64(put, 1, 1);
	sqlite3_bind_int64(put, 3, (int64_t)map_hash(text_get(&is), is.size));
	text_release(&is);
}

/* False: the database does not take it, as one that is unique would be there twice. */
static bool flip(const struct cell *c, int at, bool is_repaired)
{
	sqlite3 *db = restore();
	sqlite3_stmt *put = NULL;
	char sql[200];
	int result;

	snprintf(sql, sizeof sql, "UPDATE %s SET %s = ?1%s WHERE %s = ?2", c->table, c->column,
		 is_repaired ? ", sum = ?3" : "", c->key);
	sqlite3_prepare_v2(db, sql, -1, &put, NULL);
	bind(put, c, at);
	sqlite3_bind_int64(put, 2, c->row);
	result = sqlite3_step(put);
	if (result == SQLITE_DONE && sqlite3_changes(db) != 1)
		ok(false, "%s: %d rows", sql, sqlite3_changes(db));
	sqlite3_finalize(put);
	sqlite3_close(db);
	return result == SQLITE_DONE;
}

static void flips(const struct cell *c)
{
	bool has_sum = !strcmp(c->column, "data") && strcmp(c->table, "link") != 0;
	/* the tail has results of today, which are in no link: its sum is all that tells */
	bool is_repaired = has_sum && strcmp(c->table, "tail") != 0;
	size_t bytes = c->type == SQLITE_INTEGER ? 8 : c->type == SQLITE_NULL ? 1 : c->bytes.size;

	for (size_t at = 0; at < bytes; at++) {
		if (flip(c, (int)at, false))
			judge(c, (int)at, "");
		else
			count.refused++;
		if (is_repaired && flip(c, (int)at, true))
			judge(c, (int)at, ", its sum repaired");
	}
}

static struct cell cell[4000];
static size_t cells;

static void add_cells(sqlite3 *db, const char *table, const char *column)
{
	sqlite3_stmt *ask = NULL;
	char sql[200];

	snprintf(sql, sizeof sql, "SELECT %s, %s FROM %s", key_of(table), column, table);
	sqlite3_prepare_v2(db, sql, -1, &ask, NULL);
	while (sqlite3_step(ask) == SQLITE_ROW && cells < sizeof cell / sizeof *cell) {
		struct cell *c = &cell[cells++];

		snprintf(c->table, sizeof c->table, "%s", table);
		snprintf(c->column, sizeof c->column, "%s", column);
		c->key = key_of(table);
		c->row = sqlite3_column_int64(ask, 0);
		c->type = sqlite3_column_type(ask, 1);
		c->number = sqlite3_column_int64(ask, 1);
		text_add(&c->bytes, sqlite3_column_blob(ask, 1),
			 (size_t)sqlite3_column_bytes(ask, 1));
	}
	sqlite3_finalize(ask);
}

static void find_cells(void)
{
	sqlite3 *db = restore();
	sqlite3_stmt *ask = NULL;

	sqlite3_prepare_v2(db,
			   "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c"
			   " WHERE t.type = 'table' ORDER BY t.rowid, c.cid",
			   -1, &ask, NULL);
	while (sqlite3_step(ask) == SQLITE_ROW) {
		const char *table = (const char *)sqlite3_column_text(ask, 0),
			   *column = (const char *)sqlite3_column_text(ask, 1);

		if (!is_free(table, column))
			add_cells(db, table, column);
	}
	sqlite3_finalize(ask);
	sqlite3_close(db);
}

static void values(void)
{
	find_cells();
	for (size_t i = 0; i < cells; i++)
		flips(&cell[i]);
	ok(count.tried > 3000 && !count.missed && !count.unnamed,
	   "%d bytes of %zu values, each changed: %d not found, %d not named (%d cannot be there)",
	   count.tried, cells, count.missed, count.unnamed, count.refused);
	for (size_t i = 0; i < cells; i++)
		text_release(&cell[i].bytes);
}

/* Each table of which something is covered has a row here, or its bytes were not tried. */
static void is_complete(void)
{
	for (size_t i = 0; i < sizeof covered / sizeof *covered; i++) {
		bool is_there = false;

		for (size_t n = 0; n < cells; n++)
			is_there = is_there || !strcmp(cell[n].table, covered[i].table);
		ok(is_there, "the record has rows of %s", covered[i].table);
	}
}

/* ---- each byte of the file ---- */

static void write_byte(size_t at, char byte)
{
	FILE *f = fopen(path, "r+b");

	fseek(f, (long)at, SEEK_SET);
	fputc(byte, f);
	fclose(f);
}

static void whole(void)
{
	size_t told = 0, harmless = 0, missed = 0;

	sqlite3_close(restore());
	for (size_t at = 0; at < image.size; at++) {
		write_byte(at, (char)(image.at[at] ^ 1 << at % 8));
		if (verify(NULL).findings)
			told++;
		else if (is_harmless())
			harmless++;
		else
			printf("# byte %zu of the file is not found (%zu)\n", at, ++missed);
		write_byte(at, image.at[at]);
	}
	ok(!missed,
	   "%zu bytes of the file, each changed: %zu found, %zu without effect, %zu missed",
	   image.size, told, harmless, missed);
}

int main(void)
{
	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/db", folder);
	fill();
	ok(!verify(NULL).findings && !found.size, "a record that nobody touched: %s",
	   text_get(&found));
	ok(look(), "it can be read");
	text_add(&sound, text_get(&seen), seen.size + 1);
	keep_image();
	if (getenv("WHOLE"))
		whole();
	values();
	is_complete();
	free(image.at);
	text_release(&found);
	text_release(&seen);
	text_release(&sound);
	forget();
	rmdir(folder);
	return done_testing();
}
