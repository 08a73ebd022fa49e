/* store/store: opening, locking, damage, commits, checkpoints. See store.h and inside.h. */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/memory.h"
#include "inside.h"

#define STORE_MAGIC      0x73746f72u
#define BUSY_MS          2000
#define CHECK_US         (3 * CLOCK_SECOND)
#define CHECK_EACH_US    (86400 * CLOCK_SECOND)
#define CHECKPOINT_PAGES 1000
#define RESTART_PAGES    16384 /* 64 MB: a reader keeps the log from being begun anew */
#define RESTART_EACH_US  (15 * CLOCK_SECOND)
#define MARK             ".damaged" /* of the file that says that the store was found damaged */

static const char settings[] =
	"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA mmap_size = 0;"
	"PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;"
	"PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384;"
	"PRAGMA trusted_schema = OFF;";

/* ---- damage ---- */

static void add_remedy(const struct store *s, struct text *wrong)
{
	text_printf(wrong,
		    ": `nines store move-aside` puts the file aside, then a new one begins or"
		    " a backup is copied to %s",
		    s->path);
}

static bool is_damage(int code)
{
	return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

/* Found while working, when it cannot be told from the file at the next start: so it is written
 * down, until somebody puts the file aside. */
static void mark_damaged(struct store *s, const char *what)
{
	struct text path = {0};
	int fd;

	s->is_damaged = true;
	text_printf(&path, "%s" MARK, s->path);
	fd = open(path.at, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd >= 0) {
		if (write(fd, what, strlen(what)) < 0)
			log_say("cannot write %s: %s", path.at, log_errno(errno));
		close(fd);
	}
	text_release(&path);
}

static bool is_marked(struct store *s, struct text *wrong)
{
	struct text path = {0};
	bool is_there;

	text_printf(&path, "%s" MARK, s->path);
	is_there = access(path.at, F_OK) == 0;
	text_release(&path);
	if (is_there) {
		text_puts(wrong, "the database is damaged (found while it ran)");
		add_remedy(s, wrong);
	}
	return is_there;
}

struct patience {
	int64_t until_us;
};

static int is_over(void *with)
{
	return clock_mono_us() > ((struct patience *)with)->until_us;
}

static bool is_sound(struct store *s, struct text *wrong)
{
	struct patience p = {clock_mono_us() + CHECK_US};
	sqlite3_stmt *ask;
	int result;

	sqlite3_progress_handler(s->sql.db, 1000, is_over, &p);
	ask = sql_ask(&s->sql, "PRAGMA quick_check(1)");
	result = sqlite3_step(ask);
	if (result == SQLITE_ROW && strcmp(sql_text(ask, 0), "ok"))
		text_printf(wrong, "the database is damaged: %s", sql_text(ask, 0));
	sqlite3_progress_handler(s->sql.db, 0, NULL, NULL);
	sqlite3_reset(ask);
	if (is_damage(result))
		text_printf(wrong, "the database is damaged: %s", sqlite3_errmsg(s->sql.db));
	if (!wrong->size)
		return true;
	if (s->is_open)
		mark_damaged(s, text_get(wrong));
	add_remedy(s, wrong);
	return false;
}

/* What was read once stays in memory: without letting go of it the file would never be looked at.
 */
bool store_check_daily(struct store *s, int64_t now_us, struct text *wrong)
{
	bool is_due = s->check_at_us && now_us >= s->check_at_us;

	if (s->check_at_us && !is_due)
		return true;
	s->check_at_us = now_us + CHECK_EACH_US;
	sqlite3_db_release_memory(s->sql.db);
	return !is_due || is_sound(s, wrong);
}

bool store_is_damaged(const struct store *s)
{
	return s->is_damaged;
}

bool store_fail(struct store *s, const char *what, struct text *wrong)
{
	int code = sqlite3_extended_errcode(s->sql.db);

	if ((code & 0xff) == SQLITE_CORRUPT) {
		text_printf(wrong, "the database is damaged: %s", sqlite3_errmsg(s->sql.db));
		if (s->is_open)
			mark_damaged(s, sqlite3_errmsg(s->sql.db));
	} else {
		text_printf(wrong, "cannot %s: %s", what, sqlite3_errmsg(s->sql.db));
	}
	if (is_damage(code))
		add_remedy(s, wrong);
	return false;
}

/* ---- commits ---- */

static bool write_meta(struct store *s, const struct store_batch *b)
{
	static const char put[] = "INSERT INTO meta(word, value) VALUES(?1, ?2)"
				  " ON CONFLICT(word) DO UPDATE SET value = excluded.value";

	return !*b->keeper || (sql_run(&s->sql, put, "ss", "keeper", b->keeper) &&
			       sql_run(&s->sql, put, "si", "last", b->last));
}

bool store_end(struct store *s, int64_t at_us)
{
	if (!chain_close(s, at_us) || !sql_run(&s->sql, "COMMIT", ""))
		return false;
	chain_keep(s);
	return true;
}

void store_undo(struct store *s)
{
	if (!sqlite3_get_autocommit(s->sql.db))
		sql_run(&s->sql, "ROLLBACK", "");
	chain_drop(s);
}

bool store_commit(struct store *s, const struct store_batch *b, struct text *wrong)
{
	int64_t tail = s->next_tail;
	bool is_fine = sql_run(&s->sql, "BEGIN IMMEDIATE", "");

	is_fine = is_fine && close_due(s, b->at_us, tail) && close_tail(s, b->at_us, tail) &&
		  (!b->events->size || event_write(s, b->events)) && write_meta(s, b) &&
		  store_end(s, b->at_us);
	if (is_fine) {
		series_committed(s, tail);
		s->next_tail++;
		return true;
	}
	store_fail(s, "write", wrong);
	store_undo(s);
	return false;
}

int64_t store_last(struct store *s, const char *keeper)
{
	sqlite3_stmt *ask = sql_bind(&s->sql,
				     "SELECT (SELECT value FROM meta WHERE word = 'last') FROM meta"
				     " WHERE word = 'keeper' AND value = ?1",
				     "s", keeper);
	int64_t last = sqlite3_step(ask) == SQLITE_ROW ? sqlite3_column_int64(ask, 0) : 0;

	sqlite3_reset(ask);
	return last;
}

/* It has slept since its last result and is in no cache: it is fetched while the one before it is
 * served. */
static void fetch(const struct series *x)
{
	if (!x)
		return;
	for (const char *at = (const char *)x; at < (const char *)&x->open.phase[4]; at += 64)
		__builtin_prefetch(at, 1);
	__builtin_prefetch(x->open.value, 1);
}

void store_take(struct store *s, const struct line *l, int64_t now_us)
{
	struct series *x;

	if (!*line_name(l))
		return;
	x = series_next(s, line_name(l), line_get(l, "location"));
	fetch(x->next_heard);
	if (result_read(&s->line, l, now_us))
		series_add(s, x, &s->line.result, now_us);
}

size_t store_waiting(const struct store *s)
{
	return s->waiting;
}

/* ---- checkpoints: nobody else makes them ---- */

static int note_pages(void *with, sqlite3 *db, const char *name, int pages)
{
	struct store *s = with;

	(void)db;
	(void)name;
	s->wal_pages = pages;
	return SQLITE_OK;
}

void store_checkpoint(struct store *s)
{
	int64_t now_us = clock_mono_us();
	int mode = SQLITE_CHECKPOINT_PASSIVE;

	if (s->wal_pages < CHECKPOINT_PAGES)
		return;
	if (s->wal_pages > RESTART_PAGES && now_us > s->restart_at_us) {
		mode = SQLITE_CHECKPOINT_RESTART;
		s->restart_at_us = now_us + RESTART_EACH_US;
	}
	sqlite3_wal_checkpoint_v2(s->sql.db, NULL, mode, NULL, NULL);
}

/* ---- opening ---- */

/* Who holds it may write. */
static int lock(const char *path, struct text *wrong)
{
	struct text name = {0};
	int fd;

	text_printf(&name, "%s.lock", path);
	fd = open(name.at, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0) {
		text_printf(wrong, "cannot open the database: %s: %s%s", name.at, log_errno(errno),
			    errno == EACCES ? STORE_FORBIDDEN : "");
	} else if (flock(fd, LOCK_EX | LOCK_NB)) {
		text_printf(wrong, "the database is in use by another process (%s is locked)",
			    name.at);
		close(fd);
		fd = -1;
	}
	text_release(&name);
	return fd;
}

static int64_t size_of(const char *path, const char *more)
{
	struct text name = {0};
	struct stat about;
	int64_t size;

	text_printf(&name, "%s%s", path, more);
	size = stat(name.at, &about) ? -1 : (int64_t)about.st_size;
	text_release(&name);
	return size;
}

/* What an end without order left behind (F7). */
static void tell_recovery(const struct store *s, int64_t wal_before)
{
	if (wal_before <= 0)
		return;
	if (s->wal_pages >= 0)
		log_say("the store: found a log of %lld KB from before: all commits in it hold, an "
			"unfinished one was dropped",
			(long long)(wal_before / 1024));
}

static bool open_file(struct store *s, struct text *wrong)
{
	int yes = 1;

	if (!sql_open(&s->sql, s->path,
		      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW, wrong))
		return false;
	sqlite3_busy_timeout(s->sql.db, BUSY_MS);
	sqlite3_file_control(s->sql.db, "main", SQLITE_FCNTL_PERSIST_WAL, &yes);
	sqlite3_wal_hook(s->sql.db, note_pages, s);
	if (sqlite3_exec(s->sql.db, settings, NULL, NULL, NULL))
		return store_fail(s, "open the database", wrong);
	/* settings made a hook of their own where autocheckpoint was on */
	sqlite3_wal_hook(s->sql.db, note_pages, s);
	return true;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	series_release(s);
	chain_release(s);
	result_line_release(&s->line);
	sql_close(&s->sql);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s->path);
	s->magic = 0;
	free(s);
}

struct store *store_open(const char *path, struct text *wrong)
{
	struct store *s = memory_new(sizeof *s);
	int64_t wal = size_of(path, "-wal");

	s->magic = STORE_MAGIC;
	s->path = memory_text(path);
	s->next_target = s->next_location = s->next_series = s->next_tail = 1;
	s->lock_fd = lock(path, wrong);
	if (s->lock_fd >= 0 && !is_marked(s, wrong) && open_file(s, wrong) && is_sound(s, wrong) &&
	    schema_prepare(s, wrong)) {
		series_release(s); /* what a migration held */
		tell_recovery(s, wal);
		s->is_open = series_load(s, wrong);
		if (s->is_open)
			return s;
	}
	store_close(s);
	return NULL;
}

/* ---- putting aside ---- */

bool store_move_aside(const char *path, int64_t now_us, struct text *said)
{
	static const char *const more[] = {"", "-wal", "-shm", MARK};
	struct text from = {0}, to = {0};
	int fd = lock(path, said);
	bool is_any = false;

	for (size_t i = 0; i < sizeof more / sizeof *more && fd >= 0; i++) {
		text_clear(&from);
		text_clear(&to);
		text_printf(&from, "%s%s", path, more[i]);
		text_printf(&to, "%s.aside-%lld%s", path, (long long)(now_us / CLOCK_SECOND),
			    more[i]);
		if (rename(from.at, to.at) == 0) {
			is_any = true;
			if (i == 0)
				text_printf(said, "moved to %s", to.at);
		} else if (errno != ENOENT) {
			text_printf(said, "cannot move %s: %s", from.at, log_errno(errno));
			break;
		}
	}
	if (fd >= 0 && !is_any && !said->size)
		text_printf(said, "there is no %s", path);
	if (fd >= 0)
		close(fd);
	text_release(&from);
	text_release(&to);
	return is_any;
}
