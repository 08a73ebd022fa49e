/* The chain of evidence: what nines itself does to a record agrees with it, whatever that is; what
 * anybody else does to it is found: each byte (FLIPS=all) of what the chain covers, with repaired
 * sums too, rows that were removed, added or changed, a head that is another one. */
#include "../../core/base/map.h"
#include "../../core/store/chain.h"
#include "../../core/store/stage.h"
#include "../lib/evidence.h"

#define BEGIN (INT64_C(1790000000) * CLOCK_SECOND / DAY * DAY)
#define DAYS  6

static void take(struct store *s, const char *name, const char *place, int64_t at_us, bool is_up)
{
	static struct line line;
	struct text t = {0};

	text_printf(&t,
		    "result %s verdict=%s address=192.0.2.1 start_us=%lld elapsed_us=%lld"
		    " steps=resolve:%lld,connect:2000 location=%s due_at_us=%lld"
		    " interval_us=300000000 ends=%s fact.page=%090lld",
		    name, is_up ? "up" : "down", (long long)at_us + 7,
		    (long long)at_us % 977 + 5000, (long long)at_us % 513 + 50, place,
		    (long long)at_us, is_up ? "up" : "down", (long long)(at_us % 1000003 * 7919));
	line_parse(&line, t.at, t.size);
	store_take(s, &line, at_us);
	text_release(&t);
}

static void is_fine(const char *what)
{
	struct verify_result v = verify(NULL);

	ok(!v.findings && v.links, "%s: nothing is found", what);
	if (found.size)
		printf("# %s\n", text_get(&found));
}

/* ---- a record with everything in it ---- */

static const char events[] =
	"target web kind=check module=http interval_us=300000000 seen_us=5\n"
	"target - name=\"S 1\" kind=service members=web need=1 seen_us=5\n"
	"state web kind=check from=up to=down at_us=17 reason=gone incident=i1\n"
	"incident i1 check=web event=open at_us=17 start_us=17 reason=gone\n"
	"diagnosis i1 check=web at_us=18 text=\"no route\"\n"
	"incident i1 check=web event=confirmed at_us=19 start_us=17 reason=gone\n"
	"marker - kind=clock-step at_us=20 text=stepped by_us=5\n"
	"maintenance m1 services=web start_us=30 end_us=40 announced_us=10 by=ann text=disks\n"
	"maintenance m1 services=web start_us=30 end_us=50 announced_us=10 by=ann text=disks\n";

static void reclassify(struct store *s)
{
	static struct line line;
	struct text t = {0}, said = {0};

	text_printf(&t, "reclassify - target=web as=up by=ann reason=cable from_us=%lld to_us=%lld",
		    (long long)BEGIN, (long long)(BEGIN + MINUTE));
	line_parse(&line, t.at, t.size);
	if (!store_reclassify(s, &line, BEGIN + DAYS * DAY, &said))
		ok(false, "reclassify: %s", text_get(&said));
	text_release(&t);
	text_release(&said);
}

static void fill(void)
{
	struct store *s;

	forget();
	s = begin();
	commit(s, BEGIN, events);
	for (int64_t at_us = BEGIN; at_us < BEGIN + DAYS * DAY; at_us += 5 * MINUTE) {
		take(s, "web", "here", at_us, at_us / (5 * MINUTE) % 50);
		take(s, "web", "there", at_us + CLOCK_SECOND, true);
		if (at_us % (60 * MINUTE) == 0)
			take(s, "slow", "here", at_us, true);
		if (at_us % (30 * MINUTE) == 0) /* each is a sync */
			commit(s, at_us + MINUTE, "");
		if (at_us % (240 * MINUTE) == 0)
			tidy(s, at_us + MINUTE);
	}
	commit(s, BEGIN + DAYS * DAY, "incident i1 check=web event=closed at_us=99 start_us=17\n");
	reclassify(s);
	tidy(s, BEGIN + 40 * DAY);
	store_close(s);
}

/* ---- what nines does ---- */

static void late_results(void)
{
	struct verify_result before, after;
	struct store *s;

	fill();
	before = verify(NULL);
	s = begin();
	for (int i = 0; i < 40; i++)
		take(s, "web", "here", BEGIN + DAY + i * MINUTE + MINUTE / 2, i % 3);
	commit(s, BEGIN + 41 * DAY, "");
	store_close(s);
	is_fine("results that came late and are not rolled up yet");
	s = begin();
	tidy(s, BEGIN + 41 * DAY);
	store_close(s);
	is_fine("days that were rolled up again");
	after = verify(before.head);
	ok(after.head_link == before.links && after.links > before.links &&
		   after.results == before.results + 40,
	   "the older head still stands, before the newer one: %lld of %lld links",
	   (long long)after.head_link, (long long)after.links);
}

static void retention(void)
{
	struct verify_result v;
	struct store *s;

	fill();
	s = begin();
	store_retain(s, &(struct store_retention){.raw_us = 32 * DAY});
	tidy(s, BEGIN + 41 * DAY);
	store_close(s);
	v = verify(NULL);
	ok(!v.findings && v.gone > 2, "results deleted by age are no finding (%lld days)",
	   (long long)v.gone);
	if (v.findings)
		printf("# %s\n", text_get(&found));
	s = begin();
	store_retain(s, &(struct store_retention){32 * DAY, 60 * DAY, 0});
	tidy(s, BEGIN + 150 * DAY);
	store_close(s);
	is_fine("nor are days");
	s = begin();
	store_retain(s, &(struct store_retention){32 * DAY, 60 * DAY, 90 * DAY});
	tidy(s, BEGIN + 250 * DAY);
	store_close(s);
	is_fine("nor are months");
}

static int number_in(const char *sql)
{
	sqlite3_stmt *ask = NULL;
	sqlite3 *db;
	int n = -1;

	sqlite3_open(path, &db);
	if (sqlite3_prepare_v2(db, sql, -1, &ask, NULL) == SQLITE_OK &&
	    sqlite3_step(ask) == SQLITE_ROW)
		n = sqlite3_column_int(ask, 0);
	sqlite3_finalize(ask);
	sqlite3_close(db);
	return n;
}

/* At a quarter past midnight, when yesterday is closed and its last results are in the tail. */
static void restarts(void)
{
	static const char entries[] = "SELECT sum(entries) FROM link",
			  closed[] = "SELECT closed_to FROM series";
	struct store *s;
	int before, closed_before;

	forget();
	s = begin();
	for (int64_t at_us = BEGIN; at_us < BEGIN + DAY + 15 * MINUTE; at_us += 5 * MINUTE) {
		take(s, "web", "here", at_us, true);
		commit(s, at_us, "");
	}
	tidy(s, BEGIN + DAY + 16 * MINUTE);
	store_close(s);
	before = number_in(entries);
	for (int i = 0; i < 20; i++) {
		s = begin();
		commit(s, BEGIN + DAY + 17 * MINUTE, "");
		tidy(s, BEGIN + DAY + 17 * MINUTE);
		store_close(s);
	}
	ok(before > 4 && number_in(entries) == before && number_in("SELECT count(*) FROM tail") > 0,
	   "20 starts enter nothing that was entered: %d and %d entries, %d rows of the tail",
	   before, number_in(entries), number_in("SELECT count(*) FROM tail"));
	is_fine("a record that was opened 20 times");
	closed_before = number_in(closed);
	s = begin();
	commit(s, BEGIN + DAY + 25 * MINUTE, "");
	store_close(s);
	ok(number_in(closed) > closed_before,
	   "an open block is closed an hour after its first result, starts or not");
}

static void import(void)
{
	static struct block_result r;
	struct stage st = {0};
	struct text wrong = {0};
	struct store *s;

	fill();
	r = (struct block_result){.reason = "", .address = "", .item = "", .interval_us = MINUTE};
	stage_target(&st, "web", false, MINUTE);
	stage_window(&st, BEGIN - 3 * DAY, BEGIN - 2 * DAY, 0, "move");
	for (int n = 0; n < 6000; n++) {
		r.due_us = r.start_us = BEGIN - 10 * DAY + n * MINUTE;
		r.ends = (uint8_t)(r.verdict + 1);
		stage_result(&st, &r);
	}
	stage_end(&st);
	s = begin();
	ok(store_merge(s, st.bytes.at, st.bytes.size, &wrong), "a history is merged");
	store_close(s);
	is_fine("an import before its days are rolled up");
	s = begin();
	tidy(s, BEGIN + 41 * DAY);
	store_close(s);
	is_fine("and after");
	stage_release(&st);
	text_release(&wrong);
}

/* ---- what somebody else does ---- */

static void finds(const char *what, const char *sql, const char *wanted)
{
	sqlite3 *db = restore();
	char *wrong = NULL;
	int changed;

	sqlite3_exec(db, sql, NULL, NULL, &wrong);
	changed = sqlite3_total_changes(db);
	sqlite3_close(db);
	verify(NULL);
	if (!ok(changed > 0 && !wrong && found.size && strstr(found.at, wanted), "%s", what))
		printf("# %d changes, %s; found: %s# wanted: %s\n", changed, wrong ? wrong : "",
		       text_get(&found), wanted);
	sqlite3_free(wrong);
}

static void change(const char *sql)
{
	sqlite3 *db;

	sqlite3_open(path, &db);
	sqlite3_exec(db, sql, NULL, NULL, NULL);
	sqlite3_close(db);
}

/* Where a target's closed days end is in no link. */
static void opened(void)
{
	struct store *s;

	fill();
	s = begin();
	for (int i = 0; i < 40; i++)
		take(s, "web", "here", BEGIN + DAY + i * MINUTE + MINUTE / 2, i % 3);
	commit(s, BEGIN + 41 * DAY, "");
	store_close(s);
	ok(verify(NULL).late == 40, "results that open a closed day are counted");
	fill();
	s = begin();
	store_retain(s, &(struct store_retention){.raw_us = 32 * DAY});
	tidy(s, BEGIN + 41 * DAY);
	store_close(s);
	keep_image();
	finds("closed days that are opened when their results are gone",
	      "UPDATE target SET rolled = 1 WHERE name = 'web'", "somebody opened days");
	sqlite3_close(restore());
	change("DELETE FROM link; DELETE FROM block; DELETE FROM part;"
	       " UPDATE meta SET value = 9 WHERE word = 'schema'");
	store_close(begin());
	keep_image();
	finds("the same of days that an upgrade found without results",
	      "UPDATE target SET rolled = 1 WHERE name = 'web'", "somebody opened days");
}

static const struct {
	const char *what, *sql, *wanted;
} tampering[] = {
	{"a deleted block", "DELETE FROM block WHERE id = 1", "has more: some were deleted"},
	{"a deleted part", "DELETE FROM part", "has more: some were deleted"},
	{"a block of somebody else",
	 "UPDATE block SET series = (SELECT max(id) FROM series) WHERE id = 1",
	 "has more: some were deleted"},
	{"a block that is there twice",
	 "INSERT INTO block(series, first_us, last_us, results, sum, data) SELECT series,"
	 " first_us, last_us, results, sum, data FROM block WHERE id = 1",
	 "has fewer: some were added"},
	{"a block that hides", "UPDATE block SET first_us = 0, last_us = 1 WHERE id = 1",
	 "holds other results than it says"},
	{"a number of results", "UPDATE block SET results = results + 1 WHERE id = 1",
	 "holds other results than it says"},
	{"a sum", "UPDATE part SET sum = sum + 1", "is damaged: its bytes do not have"},
	{"results that begin later", "UPDATE series SET first_us = first_us + 1",
	 "begin later or end sooner"},
	{"a series of another target", "UPDATE series SET target = 2 WHERE id = 1",
	 "series 'S 1 at here' (row 1) is not as"},
	{"a deleted day", "DELETE FROM day WHERE location = 0", "are gone: they were deleted"},
	{"a deleted month", "DELETE FROM month", "are gone: they were deleted"},
	{"a day that was made up",
	 "INSERT INTO day(target, location, day, sum, data)"
	 " SELECT target, location, day - 900, sum, data FROM day",
	 "were made by something else"},
	{"days of each other",
	 "UPDATE day SET (sum, data) = (SELECT sum, data FROM day d WHERE d.target ="
	 " day.target AND d.location = day.location AND d.day <> day.day)",
	 "they were changed"},
	{"a target of another name", "UPDATE target SET name = 'shop' WHERE name = 'web'",
	 "target 'shop' (row 1) is not as"},
	{"other members of a service", "UPDATE target SET members = 'slow' WHERE id = 2",
	 "target 'S 1' (row 2) is not as"},
	{"a deleted target", "DELETE FROM target WHERE name = 'S 1'", "is gone"},
	{"an incident that is shorter", "UPDATE incident SET at_us = at_us - 1",
	 "incident 'i1 of web' (row 1) is not as"},
	{"an incident that never was", "INSERT INTO incident(id, name) VALUES('i2', 'web')",
	 "incident 'i2 of web' (row 2) is in no link"},
	{"a deleted incident", "DELETE FROM incident", "row 1 of 'incident'"},
	{"another diagnosis", "UPDATE diagnosis SET text = 'their fault'", "diagnosis 'i1'"},
	{"a deleted marker", "DELETE FROM marker", "row 1 of 'marker'"},
	{"maintenance that was announced sooner",
	 "UPDATE maintenance SET announced_us = announced_us - 1", "maintenance 'disks'"},
	{"maintenance that was never planned",
	 "INSERT INTO maintenance(from_us, to_us) VALUES(1, 2)", "is in no link"},
	{"a reclassification that was made up",
	 "INSERT INTO reclassification(id, target, owner, reason, at_us)"
	 " VALUES('x', 'web', 'me', 'so', 5)",
	 "reclassification 'x' (row 2) is in no link"},
	{"another reason of one",
	 "DROP TRIGGER reclassification_stays;"
	 " UPDATE reclassification SET reason = 'y'",
	 "is not as"},
	{"results that are said to be deleted by age", "INSERT INTO meta VALUES('raw_from', 20800)",
	 "of how many results"},
	{"a link that is missing", "DELETE FROM link WHERE id = 3",
	 "the links 3 to 3 of the chain are missing"},
	{"another time of a link", "UPDATE link SET at_us = at_us + 1 WHERE id = 2", "link 2 of "},
	{"another reach of a link", "UPDATE link SET reach = reach + 1 WHERE id = 2",
	 "does not follow"},
	{"another number of entries", "UPDATE link SET entries = entries + 1 WHERE id = 2",
	 "does not hold the entries"},
	{"a chain that is cut", "DELETE FROM link WHERE id > 3", "are in no link"},
	{"no chain at all", "DELETE FROM link", "is in no link"},
	{"an index that hides an incident",
	 "DROP INDEX incident_by_name; CREATE INDEX incident_by_name ON incident(name, start_us)"
	 " WHERE id <> 'i1'; PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql ="
	 " 'CREATE INDEX incident_by_name ON incident(name, start_us)'"
	 " WHERE name = 'incident_by_name'",
	 "row 1 missing from index incident_by_name"},
	{"a column of another name",
	 "UPDATE target SET rolled = 1; ALTER TABLE target RENAME COLUMN rolled TO rolled_to",
	 "no such column: rolled"},
	{"the tail's bytes", "UPDATE tail SET sum = sum + 1", "of the tail, results"},
	{"a row of a day without a link, in the time to come",
	 "INSERT INTO day SELECT target, location, day + 900, sum, data FROM day WHERE"
	 " location = 0",
	 "were made by something else"},
};

static void rows(void)
{
	for (size_t i = 0; i < sizeof tampering / sizeof *tampering; i++)
		finds(tampering[i].what, tampering[i].sql, tampering[i].wanted);
}

/* ---- each byte ---- */

static int count_of(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *ask = NULL;
	int n = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &ask, NULL) == SQLITE_OK &&
	    sqlite3_step(ask) == SQLITE_ROW)
		n = sqlite3_column_int(ask, 0);
	sqlite3_finalize(ask);
	return n;
}

/* Byte `at` of the blobs of a table, one behind the other; with its sum as it should be then. */
static bool flip(const char *table, const char *column, int at, bool is_repaired)
{
	sqlite3 *db = restore();
	sqlite3_stmt *ask = NULL;
	sqlite3_blob *blob = NULL;
	char sql[200];
	unsigned char byte;
	int64_t row = 0;

	snprintf(sql, sizeof sql, "SELECT rowid, length(%s) FROM %s ORDER BY rowid", column, table);
	sqlite3_prepare_v2(db, sql, -1, &ask, NULL);
	for (int size; sqlite3_step(ask) == SQLITE_ROW; at -= size) {
		size = sqlite3_column_int(ask, 1);
		row = sqlite3_column_int64(ask, 0);
		if (at < size)
			break;
	}
	sqlite3_finalize(ask);
	sqlite3_blob_open(db, "main", table, column, row, 1, &blob);
	sqlite3_blob_read(blob, &byte, 1, at);
	byte ^= (unsigned char)(1 << at % 8);
	sqlite3_blob_write(blob, &byte, 1, at);
	sqlite3_blob_close(blob);
	if (is_repaired) {
		snprintf(sql, sizeof sql, "SELECT %s FROM %s WHERE rowid = ?1", column, table);
		sqlite3_prepare_v2(db, sql, -1, &ask, NULL);
		sqlite3_bind_int64(ask, 1, row);
		sqlite3_step(ask);
		int64_t sum = (int64_t)map_hash(sqlite3_column_blob(ask, 0),
						(size_t)sqlite3_column_bytes(ask, 0));
		sqlite3_finalize(ask);
		snprintf(sql, sizeof sql, "UPDATE %s SET sum = %lld WHERE rowid = %lld", table,
			 (long long)sum, (long long)row);
		sqlite3_exec(db, sql, NULL, NULL, NULL);
	}
	sqlite3_close(db);
	return verify(NULL).findings != 0;
}

static void flips(const char *table, const char *column, bool is_repaired)
{
	const char *asked = getenv("FLIPS");
	sqlite3 *db = restore();
	char sql[100];
	int bytes, missed = 0, tried = 0, step;

	snprintf(sql, sizeof sql, "SELECT sum(length(%s)) FROM %s", column, table);
	bytes = count_of(db, sql);
	sqlite3_close(db);
	step = asked && !strcmp(asked, "all") ? 1 : bytes / (asked ? atoi(asked) : 25) | 1;
	for (int at = 0; at < bytes; at += step, tried++)
		if (!flip(table, column, at, is_repaired)) {
			printf("# byte %d of %s.%s\n", at, table, column);
			missed++;
		}
	ok(tried > 5 && !missed, "%d of %d bytes of %s.%s%s, each changed: %d not found", tried,
	   bytes, table, column, is_repaired ? " (and the sum repaired)" : "", missed);
}

/* The rows of day and month have no number: their bytes one after the other, in place. */
static void rollup_flips(const char *table)
{
	sqlite3 *db = restore();
	char sql[300];
	int rows_there, missed = 0, tried = 0;

	snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
	rows_there = count_of(db, sql);
	sqlite3_close(db);
	for (int row = 0; row < rows_there; row++)
		for (int place = 1; place < 4; place++, tried++) {
			db = restore();
			snprintf(sql, sizeof sql,
				 "UPDATE %s SET data = cast(substr(data, 1, length(data) * %d / 4)"
				 " || x'%02x' || substr(data, length(data) * %d / 4 + 2) AS BLOB)"
				 " WHERE (target, location, day) = (SELECT target, location, day"
				 " FROM %s LIMIT 1 OFFSET %d)",
				 table, place, 0xa7 + place, place, table, row);
			sqlite3_exec(db, sql, NULL, NULL, NULL);
			sqlite3_close(db);
			missed += !verify(NULL).findings;
		}
	ok(tried > 5 && !missed, "%d bytes of %s, each changed: %d not found", tried, table,
	   missed);
}

/* Results that come late do not have a day rolled up from what is left of a damaged block. */
static void damaged_day(void)
{
	static const char sum_of_days[] = "SELECT sum(sum % 1000) FROM day WHERE target = (SELECT"
					  " id FROM target WHERE name = 'web') AND location = 0";
	sqlite3 *db = restore();
	struct store *s;
	int before = count_of(db, sum_of_days);

	sqlite3_exec(db, "UPDATE block SET data = zeroblob(length(data))", NULL, NULL, NULL);
	sqlite3_close(db);
	s = begin();
	take(s, "web", "here", BEGIN + DAY + MINUTE / 2, false);
	commit(s, BEGIN + 41 * DAY, "");
	tidy(s, BEGIN + 41 * DAY);
	store_close(s);
	sqlite3_open(path, &db);
	ok(count_of(db, sum_of_days) == before, "what damaged blocks held stays in its days");
	sqlite3_close(db);
	verify(NULL);
	ok(found.size && !strstr(found.at, "day: ") && strstr(found.at, "block: the block of"),
	   "the blocks are what is found");
}

/* ---- a forged chain ---- */

/* An incident is made shorter, its entry and all links from there are computed anew. */
static void forge(sqlite3 *db)
{
	sqlite3_stmt *ask = NULL, *put = NULL;
	struct digest was, is, head = {{0}};

	sqlite3_prepare_v2(db, chain_table[3].all, -1, &ask, NULL);
	sqlite3_step(ask);
	chain_digest_row(ask, &was);
	sqlite3_finalize(ask);
	sqlite3_exec(db, "UPDATE incident SET at_us = at_us - 1", NULL, NULL, NULL);
	sqlite3_prepare_v2(db, chain_table[3].all, -1, &ask, NULL);
	sqlite3_step(ask);
	chain_digest_row(ask, &is);
	sqlite3_finalize(ask);
	sqlite3_prepare_v2(db, "SELECT id, at_us, reach, data FROM link ORDER BY id", -1, &ask,
			   NULL);
	sqlite3_prepare_v2(db, "UPDATE link SET data = ?2, hash = ?3 WHERE id = ?1", -1, &put,
			   NULL);
	while (sqlite3_step(ask) == SQLITE_ROW) {
		struct text data = {0};
		struct chain_link l = {sqlite3_column_int64(ask, 0), sqlite3_column_int64(ask, 1),
				       sqlite3_column_int64(ask, 2), NULL, 0};
		char *place;

		text_add(&data, sqlite3_column_blob(ask, 3), (size_t)sqlite3_column_bytes(ask, 3));
		place = memmem(data.at, data.size, was.byte, DIGEST_BYTES);
		if (place)
			memcpy(place, is.byte, DIGEST_BYTES);
		l.bytes = data.at;
		l.size = data.size;
		chain_hash(&head, &l, &head);
		sqlite3_bind_int64(put, 1, l.id);
		sqlite3_bind_blob(put, 2, data.at, (int)data.size, SQLITE_STATIC);
		sqlite3_bind_blob(put, 3, head.byte, DIGEST_BYTES, SQLITE_STATIC);
		sqlite3_step(put);
		sqlite3_reset(put);
		text_release(&data);
	}
	sqlite3_finalize(ask);
	sqlite3_finalize(put);
}

static void forged(void)
{
	sqlite3 *db = restore();
	struct verify_result before;

	sqlite3_close(db);
	before = verify(NULL);
	ok(verify(before.head).head_link == before.links, "the head stands at the chain's end");
	db = restore();
	forge(db);
	sqlite3_close(db);
	ok(!verify(NULL).findings, "a chain that was made anew as a whole agrees with itself");
	ok(verify(before.head).findings == 1 && strstr(found.at, "is not in this chain"),
	   "but not with a head that somebody else kept");
}

int main(void)
{
	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/db", folder);
	fill();
	is_fine("a record that nobody touched");
	late_results();
	retention();
	restarts();
	import();
	opened();
	fill();
	keep_image();
	rows();
	flips("block", "data", false);
	flips("block", "data", true);
	flips("part", "data", false);
	flips("part", "data", true);
	flips("link", "data", false);
	flips("link", "hash", false);
	rollup_flips("day");
	rollup_flips("month");
	damaged_day();
	forged();
	free(image.at);
	text_release(&found);
	forget();
	rmdir(folder);
	return done_testing();
}
