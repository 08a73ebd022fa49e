/* The store on bad disks: power cuts at every sync (F2), errors of every write (F4), flipped bytes
 * (F6), torn logs (F7), migrations cut half-way (F9). What a commit reported as done is there;
 * nothing is there twice; nothing crashes. */
#include <sys/stat.h>

#include "../../core/base/clock.h"
#include "../../core/store/read.h"
#include "../../core/store/store.h"
#include "../../core/store/verify.h"
#include "../lib/tap.h"
#include "../lib/vfs.h"

/* Sanitized it takes ten times as long: there every fourth place will do. */
#ifdef __SANITIZE_ADDRESS__
#define STRIDE 4
#else
#define STRIDE 1
#endif
#define COMMITS 24
#define EACH 60 /* results a commit */

static char folder[] = "/tmp/nines-disk-XXXXXX", path[64], wal[70], shm[70], mark[74], guard[70];

static void forget(void)
{
	unlink(path);
	unlink(wal);
	unlink(shm);
	unlink(mark);
	unlink(guard);
}

static void take(struct store *s, int n)
{
	static struct line line;
	static char pad[900];
	struct text t = {0};

	memset(pad, 'a' + n % 26, sizeof pad - 1);
	text_printf(&t, "result c%d verdict=up start_us=%lld ends=up interval_us=1000000"
			" fact.number=%d fact.pad=%s%d location=here", n % 5,
		    1790000000000000LL + n * 1000000LL, n, pad, n);
	line_parse(&line, t.at, t.size);
	store_take(s, &line, 1790000000000000LL + n * 1000000LL);
	text_release(&t);
}

static bool commit(struct store *s, int64_t at_us)
{
	struct text row = {0}, wrong = {0};
	bool is_done;

	text_printf(&row, "marker - kind=gap at_us=%lld\n", (long long)at_us);
	is_done = store_commit(s, &(struct store_batch){at_us, &row, "k", 1}, &wrong);
	if (is_done)
		store_tidy(s, at_us, &wrong);
	text_release(&row);
	text_release(&wrong);
	return is_done;
}

/* As if the day were over: what comes then has it rolled up again. */
static void roll(struct store *s)
{
	struct text wrong = {0};

	store_tidy(s, 1790000000000000LL + 2 * 86400 * CLOCK_SECOND, &wrong);
	text_release(&wrong);
}

/* Bit n of the results that are there; -1 twice or unreadable. */
static unsigned char seen[COMMITS * EACH + 1];
static int seen_count, seen_twice;

static bool see(const struct read_result *r, void *with)
{
	(void)with;
	for (size_t i = 0; i < r->result->facts; i++)
		if (!strcmp(r->result->fact[i].name, "number")) {
			int n = atoi(r->result->fact[i].text);

			if (n < 0 || n > COMMITS * EACH || seen[n]++)
				seen_twice++;
			seen_count++;
		}
	return true;
}

/* The number of results, which must be the first ones without a gap; -1 when they are not. */
static int look(void)
{
	struct text wrong = {0};
	struct read *r = read_open(path, &wrong);
	const struct read_target *list;
	size_t targets = 0;

	memset(seen, 0, sizeof seen);
	seen_count = seen_twice = 0;
	text_release(&wrong);
	if (!r)
		return -1;
	read_targets(r, &list, &targets);
	for (size_t i = 0; i < targets; i++)
		read_results(r, &list[i], INT64_MIN, INT64_MAX, see, NULL);
	read_close(r);
	for (int n = 0; n < seen_count; n++)
		if (!seen[n])
			return -1;
	return seen_twice ? -1 : seen_count;
}

static void count_finding(const struct verify_finding *f, void *with)
{
	printf("# %s\n", f->text);
	++*(int *)with;
}

/* The chain of evidence and all that it covers agree, whenever the power went. */
static bool is_evident(void)
{
	int findings = 0;
	struct verify_order o = {.to_us = INT64_MAX, .find = count_finding, .with = &findings};
	struct verify_result out;
	struct text wrong = {0};
	struct read *r = read_open(path, &wrong);
	bool is_read = r && verify_run(r, &o, &out);

	read_close(r);
	text_release(&wrong);
	return is_read && !findings;
}

static bool is_whole(void)
{
	sqlite3 *db;
	sqlite3_stmt *ask = NULL;
	bool is_fine;

	sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
	is_fine = sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &ask, NULL) == SQLITE_OK &&
		  sqlite3_step(ask) == SQLITE_ROW &&
		  !strcmp((const char *)sqlite3_column_text(ask, 0), "ok");
	sqlite3_finalize(ask);
	sqlite3_close(db);
	return is_fine;
}

static struct store *begin(void)
{
	struct text wrong = {0};
	struct store *s = store_open(path, &wrong);

	text_release(&wrong);
	return s;
}

/* Commits until the disk is gone; how many results were reported as committed. */
static int work(int *taken)
{
	struct store *s = begin();
	int committed = 0;

	*taken = 0;
	for (int c = 0; s && c < COMMITS && !disk_is_gone; c++) {
		for (int i = 0; i < EACH; i++)
			take(s, (*taken)++);
		if (commit(s, 1790000000000000LL + *taken * 1000000LL))
			committed = *taken;
		if (c % 6 == 5)
			roll(s);
	}
	store_close(s);
	return committed;
}

static void power_cuts(void)
{
	int committed, taken, found, cuts = 0, lost = 0, broken = 0, torn = 0;

	for (int n = 1;; n++) {
		bool was_cut;

		forget();
		disk_reset();
		disk_cut(n);
		committed = work(&taken);
		was_cut = disk_is_gone;
		if (was_cut)
			disk_restore();
		unlink(shm);
		disk_reset();
		store_close(begin());
		found = look();
		lost += found < committed || found > taken;
		broken += !is_whole();
		torn += !is_evident();
		cuts++;
		if (!was_cut)
			break;
	}
	ok(cuts > COMMITS, "the power went at each of %d syncs", cuts);
	ok(!lost, "what was committed before is there, in full (%d times not)", lost);
	ok(!broken, "and the file is sound");
	ok(!torn, "and the chain whole, over what is there (%d times not)", torn);
}

static void write_errors(void)
{
	int wrong = 0, failures = 0;

	for (int n = 1; n <= 200; n += STRIDE) {
		struct store *s;
		int taken = 0;

		forget();
		disk_reset();
		disk_fail(n);
		while (!(s = begin()))
			failures++;
		for (int c = 0; c < 8; c++) {
			for (int i = 0; i < EACH; i++)
				take(s, taken++);
			failures += !commit(s, 1790000000000000LL + taken * 1000000LL);
		}
		commit(s, 1790000000000000LL + taken * 1000000LL);
		store_close(s);
		disk_reset();
		wrong += look() != taken || !is_whole() || !is_evident();
	}
	ok(failures > 100 / STRIDE, "the n-th write or sync failed, %d commits or openings with it",
	   failures);
	ok(!wrong, "the next try stored everything, once (%d times not)", wrong);
}

/* ---- bytes ---- */

struct bytes {
	unsigned char *at;
	size_t size;
};

static struct bytes load(const char *name)
{
	struct bytes b = {NULL, 0};
	struct stat about;
	FILE *f = fopen(name, "rb");

	if (!f || fstat(fileno(f), &about))
		return b;
	b.at = malloc((size_t)about.st_size + 1);
	b.size = fread(b.at, 1, (size_t)about.st_size, f);
	fclose(f);
	return b;
}

static void save(const char *name, const unsigned char *at, size_t size)
{
	FILE *f = fopen(name, "wb");

	fwrite(at, 1, size, f);
	fclose(f);
}

static void torn_logs(void)
{
	struct bytes db, log;
	struct store *s;
	int taken = 0, before = 0, found, wrong = 0, cuts = 0;

	forget();
	disk_reset();
	s = begin();
	for (int c = 0; c < 6; c++) {
		for (int i = 0; i < EACH / 4; i++)
			take(s, taken++);
		commit(s, 1790000000000000LL);
	}
	db = load(path);
	log = load(wal);
	store_close(s);
	for (size_t size = log.size; size > STRIDE * SECTOR;
	     size -= STRIDE * SECTOR, cuts++) {
		forget();
		save(path, db.at, db.size);
		save(wal, log.at, size < log.size ? size : log.size);
		s = begin();
		found = s ? look() : -1;
		wrong += found < 0 || (cuts && found > before) || !is_whole();
		before = found;
		store_close(s);
	}
	ok(cuts > 50 / STRIDE, "the log was cut at %d places", cuts);
	ok(!wrong, "each time the commits before are there, whole (%d times not)", wrong);
	free(db.at);
	free(log.at);
}

/* Everything into the file itself. */
static void checkpoint(void)
{
	sqlite3 *raw;

	sqlite3_open(path, &raw);
	sqlite3_exec(raw, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
	sqlite3_close(raw);
}

static void flipped_bytes(void)
{
	struct bytes db;
	struct store *s;
	int taken, flips = getenv("FLIPS") ? atoi(getenv("FLIPS")) : 100, told = 0, went_on = 0;
	int64_t begun_us, slowest_us = 0;

	forget();
	disk_reset();
	work(&taken);
	s = begin();
	store_close(s);
	checkpoint();
	db = load(path);
	for (int n = 0; n < flips; n++) {
		struct text wrong = {0};
		/* every fourth where a page says what it is */
		size_t at = n % 4 ? (size_t)disk_below((long)db.size)
				  : (size_t)disk_below((long)db.size / 4096) * 4096 +
					    (size_t)disk_below(8);
		unsigned char was = db.at[at];

		forget();
		db.at[at] ^= (unsigned char)(1 << disk_below(8));
		save(path, db.at, db.size);
		db.at[at] = was;
		begun_us = clock_mono_us();
		s = store_open(path, &wrong);
		if (clock_mono_us() - begun_us > slowest_us)
			slowest_us = clock_mono_us() - begun_us;
		if (s) {
			take(s, 0);
			commit(s, 1790000000000000LL);
			look();
			went_on++;
		} else {
			told += wrong.size > 0;
		}
		store_close(s);
		text_release(&wrong);
	}
	ok(told + went_on == flips, "%d flips: %d told as damage, with %d it goes on", flips, told,
	   went_on);
	ok(told > 0, "damage is found at the start");
	ok(slowest_us < 5 * CLOCK_SECOND, "each start takes less than 5 s (%lld ms the slowest)",
	   (long long)slowest_us / 1000);
	free(db.at);
}

/* Damage that comes while it is open, behind pages that are in memory. */
static void daily_check(void)
{
	static const int64_t day_us = 86400 * CLOCK_SECOND;
	struct text wrong = {0};
	struct bytes db;
	struct store *s;
	int taken;

	forget();
	disk_reset();
	work(&taken);
	s = begin();
	checkpoint();
	ok(store_check_daily(s, day_us, &wrong) && store_check_daily(s, 2 * day_us, &wrong) &&
		   !wrong.size,
	   "a sound file is found sound a day later");
	db = load(path);
	for (size_t page = 1; page < db.size / 4096; page++)
		db.at[page * 4096] ^= 0x55;
	save(path, db.at, db.size);
	ok(store_check_daily(s, 3 * day_us - 1, &wrong) && !store_is_damaged(s),
	   "nobody looks before the day is over");
	ok(!store_check_daily(s, 3 * day_us, &wrong) && store_is_damaged(s) &&
		   strstr(text_get(&wrong), "damaged") && strstr(wrong.at, "move-aside"),
	   "then damage is found, with a remedy");
	store_close(s);
	text_clear(&wrong);
	ok(!store_open(path, &wrong) && strstr(text_get(&wrong), "found while it ran"),
	   "and told at the next start");
	text_release(&wrong);
	free(db.at);
}

/* What a rollup reads is damaged: told as such, not as a disk that will be better tomorrow. */
static void damage_while_rolling(void)
{
	struct text wrong = {0};
	bool is_fine = true;
	struct bytes db;
	struct store *s;
	int taken;

	forget();
	disk_reset();
	work(&taken);
	s = begin();
	checkpoint();
	store_check_daily(s, CLOCK_SECOND, &wrong); /* nothing of it stays in memory */
	db = load(path);
	for (size_t page = 1; page < db.size / 4096; page++)
		db.at[page * 4096] ^= 0x55;
	save(path, db.at, db.size);
	for (int i = 0; i < 50 && is_fine; i++)
		is_fine = store_tidy(s, (1790000000LL + 3 * 86400) * CLOCK_SECOND, &wrong);
	ok(!is_fine && store_is_damaged(s) && strstr(wrong.at, "move-aside"),
	   "damage that a rollup meets is told as damage, with a remedy");
	store_close(s);
	text_release(&wrong);
	free(db.at);
}

/* ---- migrations ---- */

static void make_schema_1(void)
{
	static const char tables[] =
		"PRAGMA journal_mode = WAL;"
		"CREATE TABLE meta(word TEXT PRIMARY KEY, value) WITHOUT ROWID;"
		"CREATE TABLE tail(at_us INTEGER PRIMARY KEY, results INTEGER,"
		" lines BLOB NOT NULL);"
		"CREATE TABLE state(name TEXT, kind TEXT, at_us INTEGER,"
		" was TEXT, state TEXT, reason TEXT, step TEXT, cause TEXT, incident TEXT,"
		" lasted_us INTEGER);"
		"CREATE INDEX state_by_name ON state(name, at_us);"
		"CREATE TABLE incident(id TEXT PRIMARY KEY, name TEXT, event TEXT,"
		" at_us INTEGER, start_us INTEGER, reason TEXT, step TEXT, location TEXT,"
		" address TEXT, lasted_us INTEGER);"
		"CREATE TABLE marker(kind TEXT, at_us INTEGER, event TEXT, text TEXT,"
		" by_us INTEGER, from_us INTEGER, to_us INTEGER);"
		"INSERT INTO meta(word, value) VALUES('schema', 1), ('keeper', 'k7'), ('last', 42);"
		"INSERT INTO state(name, kind, at_us, state) VALUES('c1', 'check', 5, 'down'),"
		" ('c1', 'check', 9, 'up');";
	sqlite3 *db;
	sqlite3_stmt *put;

	forget();
	disk_reset();
	sqlite3_open(path, &db);
	sqlite3_exec(db, tables, NULL, NULL, NULL);
	sqlite3_prepare_v2(db, "INSERT INTO tail VALUES(?1, 10, ?2)", -1, &put, NULL);
	for (int row = 0; row < 100; row++) {
		struct text t = {0};

		for (int i = 0; i < 10; i++)
			text_printf(&t, "result c%d verdict=up start_us=%lld fact.number=%d"
					" location=here\n", i % 5,
				    1790000000000000LL + row * 60000000LL, row * 10 + i);
		sqlite3_bind_int64(put, 1, row);
		sqlite3_bind_blob(put, 2, t.at, (int)t.size, SQLITE_TRANSIENT);
		sqlite3_step(put);
		sqlite3_reset(put);
		text_release(&t);
	}
	sqlite3_finalize(put);
	sqlite3_close(db);
}

static int64_t schema(void)
{
	sqlite3 *db;
	sqlite3_stmt *ask = NULL;
	int64_t n = -1;

	sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
	if (sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE word = 'schema'", -1, &ask,
			       NULL) == SQLITE_OK &&
	    sqlite3_step(ask) == SQLITE_ROW)
		n = sqlite3_column_int64(ask, 0);
	sqlite3_finalize(ask);
	sqlite3_close(db);
	return n;
}

static void migrations(void)
{
	int cuts = 0, halves = 0, wrong = 0;
	struct store *s;
	struct text lines = {0};

	for (int n = 1;; n++) {
		bool was_cut;
		int64_t found;

		make_schema_1();
		disk_reset();
		disk_know(path);
		disk_know(wal);
		disk_cut(n);
		store_close(begin());
		was_cut = disk_is_gone;
		if (was_cut)
			disk_restore();
		unlink(shm);
		disk_reset();
		found = schema();
		halves += found != 1 && found != STORE_SCHEMA;
		s = begin();
		wrong += !s || look() != 1000 || store_last(s, "k7") != 42;
		if (!was_cut && s)
			store_resume(s, &lines);
		store_close(s);
		cuts++;
		if (!was_cut)
			break;
	}
	ok(cuts > 1, "the power went at each of %d syncs of a migration", cuts);
	ok(!halves, "the schema is the old one or the new one");
	ok(!wrong, "the next start has all results (%d times not)", wrong);
	same(text_get(&lines), "resume c1 kind=check state=up since_us=9 due_us=1790005940000000\n",
	     "and what was believed");
	text_release(&lines);
}

int main(void)
{
	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/db", folder);
	snprintf(wal, sizeof wal, "%s-wal", path);
	snprintf(shm, sizeof shm, "%s-shm", path);
	snprintf(mark, sizeof mark, "%s.damaged", path);
	snprintf(guard, sizeof guard, "%s.lock", path);
	disk_begin();
	power_cuts();
	write_errors();
	torn_logs();
	flipped_bytes();
	daily_check();
	damage_while_rolling();
	migrations();
	forget();
	disk_reset();
	rmdir(folder);
	return done_testing();
}
