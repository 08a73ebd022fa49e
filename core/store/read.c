/* store/read: opening, snapshots, targets, what happened, the copy. See read.h; samples and results
 * are in read_results.c. */
#include "read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/memory.h"
#include "read_inside.h"
#include "store.h"

#define READ_MAGIC 0x72656164u
#define BUSY_MS 5000
#define STEPS 10000 /* of SQLite's machine between looks at the clock */
#define COPY_PAGES 2000

bool read_fail(struct read *r, const char *what)
{
	text_clear(&r->wrong);
	text_printf(&r->wrong, "cannot read %s from %s: %s", what, r->path,
		    sqlite3_errmsg(r->sql.db));
	return false;
}

bool read_finish(struct read *r, sqlite3_stmt *statement)
{
	/* none: it could not even be prepared */
	return (statement && sqlite3_reset(statement) == SQLITE_OK) || read_fail(r, "the record");
}

static int is_over(void *with)
{
	struct read *r = with;

	return r->until_us && clock_mono_us() > r->until_us;
}

static void drop_snapshot(struct read *r)
{
	if (!r->is_open)
		return;
	r->until_us = 0;
	r->is_open = false;
	read_forget_tail(r);
	read_forget_raw(r);
	seen_clear(&r->seen);
	sql_run(&r->sql, "COMMIT", "");
}

bool read_begin(struct read *r)
{
	if (r->depth++)
		return true;
	if (r->is_open && clock_mono_us() - r->begun_us > READ_LINGER_SECONDS * CLOCK_SECOND)
		drop_snapshot(r);
	if (!r->is_open) {
		r->begun_us = clock_mono_us();
		r->is_open = sql_run(&r->sql, "BEGIN", "");
	}
	r->until_us = r->begun_us + READ_SECONDS * CLOCK_SECOND;
	if (r->is_open)
		return true;
	r->depth = 0;
	return read_fail(r, "the record");
}

void read_end(struct read *r)
{
	if (!r->depth || --r->depth)
		return;
	r->until_us = 0;
	if (!r->lingers)
		drop_snapshot(r);
}

void read_linger(struct read *r, bool lingers)
{
	r->lingers = lingers;
	if (!lingers && !r->depth)
		drop_snapshot(r);
}

const char *read_wrong(const struct read *r)
{
	return text_get(&r->wrong);
}

size_t read_damaged(const struct read *r)
{
	return r->damaged;
}

/* ---- opening ---- */

static void tell_no_schema(struct read *r, struct text *wrong)
{
	char *why = memory_text(sqlite3_errmsg(r->sql.db)); /* the next question has an own one */

	if (sql_number(&r->sql, "SELECT count(*) FROM sqlite_schema", -1))
		text_printf(wrong, "cannot read %s: %s", r->path, why);
	else
		text_printf(wrong, "%s is empty: ninesd makes its tables when it starts", r->path);
	free(why);
}

static bool judge_schema(struct read *r, struct text *wrong)
{
	int64_t found = sql_number(&r->sql, "SELECT value FROM meta WHERE word = 'schema'", -1);

	if (found == STORE_SCHEMA)
		return true;
	if (found < 0)
		tell_no_schema(r, wrong);
	else if (found > STORE_SCHEMA)
		text_printf(wrong, "%s has schema %lld of a newer nines: this one knows %d",
			    r->path, (long long)found, STORE_SCHEMA);
	else
		text_printf(wrong, "%s has schema %lld of an older nines: it is brought up to date "
				   "when ninesd starts", r->path, (long long)found);
	return false;
}

/* SQLite says no more than that it could not. */
static void tell_unopened(const struct read *r, struct text *wrong)
{
	int code = r->sql.db ? sqlite3_system_errno(r->sql.db) : ENOMEM;

	text_printf(wrong, "cannot open %s: %s", r->path,
		    code ? log_errno(code) : sqlite3_errmsg(r->sql.db));
	if (code == EACCES)
		text_puts(wrong, STORE_FORBIDDEN);
}

static bool open_file(struct read *r, struct text *wrong)
{
	struct text told = {0};
	bool is_fine = false;

	if (!sql_open(&r->sql, r->path, SQLITE_OPEN_READONLY, &told)) {
		tell_unopened(r, wrong);
	} else {
		sql_as_owner(&r->sql);
		sqlite3_busy_timeout(r->sql.db, BUSY_MS);
		sqlite3_progress_handler(r->sql.db, STEPS, is_over, r);
		sqlite3_exec(r->sql.db, "PRAGMA mmap_size = 0; PRAGMA query_only = ON;"
					"PRAGMA trusted_schema = OFF; PRAGMA cache_size = -16384;",
			     NULL, NULL, NULL);
		sql_only_read(&r->sql);
		is_fine = judge_schema(r, wrong);
		sql_as_self();
	}
	text_release(&told);
	return is_fine;
}

struct read *read_open(const char *path, struct text *wrong)
{
	struct read *r = memory_new(sizeof *r);

	r->magic = READ_MAGIC;
	r->path = memory_text(path);
	if (open_file(r, wrong))
		return r;
	read_close(r);
	return NULL;
}

static void free_members(const char *const *member, const int64_t *weight, size_t members)
{
	for (size_t i = 0; i < members; i++)
		free((char *)member[i]);
	free((void *)member);
	free((void *)weight);
}

static void forget_targets(struct read *r)
{
	for (size_t i = 0; i < r->targets; i++) {
		struct read_target *t = &r->target[i];

		free((char *)t->name);
		free((char *)t->module);
		free((char *)t->owner);
		free((char *)t->category);
		free_members(t->member, t->weight, t->members);
		for (size_t m = 0; m < t->makeups; m++)
			free_members(t->makeup[m].member, t->makeup[m].weight,
				     t->makeup[m].members);
		free((void *)t->makeup);
	}
	free(r->target);
	r->target = NULL;
	r->targets = 0;
	map_release(&r->by_name);
}

static void forget_series(struct read *r)
{
	for (size_t i = 0; i < r->count; i++) {
		free(r->series[i].location);
		text_release(&r->series[i].open);
	}
	free(r->series);
	r->series = NULL;
	r->count = 0;
}

void read_close(struct read *r)
{
	if (!r)
		return;
	drop_snapshot(r);
	read_forget_tail(r);
	forget_series(r);
	forget_targets(r);
	read_forget_raw(r);
	seen_release(&r->seen);
	sql_close(&r->sql);
	text_release(&r->wrong);
	free(r->path);
	r->magic = 0;
	free(r);
}

/* ---- targets ---- */

/* Names joined by newlines; a tab and a number behind one is its weight. */
static void set_members(struct read_makeup *m, const char *names)
{
	char **member = NULL;
	int64_t *weight = NULL;
	bool is_weighted = false;
	size_t n = 0;

	for (const char *at = names; *at;) {
		size_t size = strcspn(at, "\n"), name = strcspn(at, "\t\n");

		member = memory_resize(member, (n + 1) * sizeof *member);
		weight = memory_resize(weight, (n + 1) * sizeof *weight);
		member[n] = memory_new(name + 1);
		memcpy(member[n], at, name);
		weight[n] = name < size ? strtoll(at + name, NULL, 10) : 1;
		is_weighted |= weight[n++] != 1;
		at += size + (at[size] == '\n');
	}
	if (!is_weighted) {
		free(weight);
		weight = NULL;
	}
	m->member = (const char *const *)member;
	m->weight = weight;
	m->members = n;
}

static void take_makeup(struct read_target *t, sqlite3_stmt *row)
{
	struct read_makeup *list = memory_resize((void *)t->makeup,
						 (t->makeups + 1) * sizeof *list);

	list[t->makeups] = (struct read_makeup){.until_us = sqlite3_column_int64(row, 1),
						.need = sqlite3_column_int64(row, 3)};
	set_members(&list[t->makeups++], sql_text(row, 2));
	t->makeup = list;
}

static bool read_makeups(struct read *r)
{
	sqlite3_stmt *ask = sql_ask(&r->sql, "SELECT name, until_us, members, need FROM makeup"
					     " ORDER BY id");
	struct read_target *t;

	while (sqlite3_step(ask) == SQLITE_ROW)
		if ((t = map_find_text(&r->by_name, sql_text(ask, 0))))
			take_makeup(t, ask);
	return read_finish(r, ask);
}

static void set_target(struct read_target *t, sqlite3_stmt *row)
{
	struct read_makeup now = {0};

	t->id = sqlite3_column_int64(row, 0);
	t->name = memory_text(sql_text(row, 1));
	t->kind = strcmp(sql_text(row, 2), "service") ? READ_CHECK : READ_SERVICE;
	t->module = memory_text(sql_text(row, 3));
	t->owner = memory_text(sql_text(row, 4));
	t->is_events = sqlite3_column_int64(row, 5) != 0;
	t->interval_us = sqlite3_column_int64(row, 6);
	t->removed_us = sqlite3_column_int64(row, 7);
	set_members(&now, sql_text(row, 8));
	t->member = now.member;
	t->weight = now.weight;
	t->members = now.members;
	t->need = sqlite3_column_int64(row, 9);
	t->first_us = sqlite3_column_int64(row, 10);
	t->last_us = sqlite3_column_int64(row, 11);
	t->category = memory_text(sql_text(row, 12));
}

bool read_targets(struct read *r, const struct read_target **list, size_t *targets)
{
	sqlite3_stmt *ask;
	size_t room = 0;

	forget_targets(r);
	ask = sql_ask(&r->sql, "SELECT t.id, t.name, t.kind, t.module, t.owner, t.is_events,"
			       " t.interval_us, t.removed_us, t.members, t.need,"
			       " (SELECT min(first_us) FROM series WHERE target = t.id),"
			       " (SELECT max(last_us) FROM series WHERE target = t.id), t.category"
			       " FROM target t ORDER BY t.name");
	while (sqlite3_step(ask) == SQLITE_ROW) {
		if (r->targets == room) {
			room = room ? room * 2 : 64;
			r->target = memory_resize(r->target, room * sizeof *r->target);
		}
		memset(&r->target[r->targets], 0, sizeof *r->target);
		set_target(&r->target[r->targets++], ask);
	}
	for (size_t i = 0; i < r->targets; i++)
		map_put_text(&r->by_name, r->target[i].name, &r->target[i]);
	*list = r->target;
	*targets = r->targets;
	return read_finish(r, ask) && read_makeups(r);
}

const struct read_target *read_find(struct read *r, const char *name)
{
	const struct read_target *list;
	size_t targets;

	text_clear(&r->wrong);
	if (!r->targets && !read_targets(r, &list, &targets))
		return NULL;
	return map_find_text(&r->by_name, name);
}

/* ---- what happened ---- */

static bool take_incident(sqlite3_stmt *row, struct read_incident *i)
{
	const char *event = sql_text(row, 2);

	*i = (struct read_incident){.id = sql_text(row, 0),
				    .name = sql_text(row, 1),
				    .start_us = sqlite3_column_int64(row, 4),
				    .end_us = sqlite3_column_int64(row, 3),
				    .reason = sql_text(row, 5),
				    .step = sql_text(row, 6),
				    .location = sql_text(row, 7),
				    .address = sql_text(row, 8),
				    .diagnosis = sql_text(row, 9),
				    .acked_us = sqlite3_column_int64(row, 10),
				    .acked_by = sql_text(row, 11)};
	i->is_open = !strcmp(event, "open") || !strcmp(event, "confirmed");
	i->is_confirmed = !strcmp(event, "confirmed") || !strcmp(event, "closed");
	if (i->is_open)
		i->end_us = SLA_OPEN;
	return strcmp(event, "withdrawn") != 0;
}

#define ACK(column)                                                                         \
	" (SELECT " column " FROM standing s WHERE s.name = i.name AND s.kind = 'ack' AND"  \
	" s.incident = i.id ORDER BY s.at_us LIMIT 1)"
#define INCIDENT                                                                            \
	"SELECT id, name, event, at_us, start_us, reason, step, location, address,"         \
	" (SELECT text FROM diagnosis d WHERE d.incident = i.id)," ACK("at_us") ","         \
	ACK("owner") " FROM incident i WHERE start_us < ?2 AND"                             \
	" (at_us > ?1 OR event IN ('open', 'confirmed'))"

bool read_incidents(struct read *r, const char *name, int64_t from_us, int64_t to_us,
		    bool (*take)(const struct read_incident *, void *with), void *with)
{
	static const char of_all[] = INCIDENT " ORDER BY start_us",
			  of_one[] = INCIDENT " AND name = ?3 ORDER BY start_us";
	struct read_incident i;
	sqlite3_stmt *ask;

	ask = name ? sql_bind(&r->sql, of_one, "iis", from_us, to_us, name)
		   : sql_bind(&r->sql, of_all, "ii", from_us, to_us);
	while (sqlite3_step(ask) == SQLITE_ROW)
		if (take_incident(ask, &i) && !take(&i, with))
			break;
	return read_finish(r, ask);
}

bool read_acks(struct read *r, const char *name, int64_t from_us, int64_t to_us,
	       bool (*take)(int64_t at_us, const char *by, void *with), void *with)
{
	sqlite3_stmt *ask = sql_bind(&r->sql,
				     "SELECT at_us, owner FROM standing WHERE name = ?3 AND"
				     " kind = 'ack' AND at_us >= ?1 AND at_us < ?2 ORDER BY at_us",
				     "iis", from_us, to_us, name);

	while (sqlite3_step(ask) == SQLITE_ROW)
		if (!take(sqlite3_column_int64(ask, 0), sql_text(ask, 1), with))
			break;
	return read_finish(r, ask);
}

bool read_diagnosis(struct read *r, const char *incident, int64_t *at_us, struct text *text)
{
	sqlite3_stmt *ask = sql_bind(
		&r->sql, "SELECT at_us, text FROM diagnosis WHERE incident = ?1", "s", incident);
	bool is_there = sqlite3_step(ask) == SQLITE_ROW;

	if (is_there) {
		*at_us = sqlite3_column_int64(ask, 0);
		text_puts(text, sql_text(ask, 1));
	}
	return read_finish(r, ask) && is_there;
}

bool read_maintenance(struct read *r, const char *name, int64_t from_us, int64_t to_us,
		      bool (*take)(const struct read_window *, void *with), void *with)
{
	sqlite3_stmt *ask = sql_bind(&r->sql,
				     "SELECT target, text, owner, from_us, to_us, announced_us,"
				     " cancelled_us FROM maintenance WHERE from_us < ?2 AND"
				     " to_us > ?1 AND impact IS NOT 'none' AND"
				     " (?3 IS NULL OR target = ?3 OR target IS NULL)"
				     " ORDER BY from_us",
				     "iis", from_us, to_us, name);

	while (sqlite3_step(ask) == SQLITE_ROW) {
		struct read_window w = {.name = sql_text(ask, 0),
					.text = sql_text(ask, 1),
					.owner = sql_text(ask, 2),
					.from_us = sqlite3_column_int64(ask, 3),
					.to_us = sqlite3_column_int64(ask, 4),
					.announced_us = sqlite3_column_int64(ask, 5),
					.cancelled_us = sqlite3_column_int64(ask, 6)};

		if (!take(&w, with))
			break;
	}
	return read_finish(r, ask);
}

bool read_markers(struct read *r, int64_t from_us, int64_t to_us,
		  bool (*take)(const struct read_marker *, void *with), void *with)
{
	sqlite3_stmt *ask = sql_bind(&r->sql,
				     "SELECT kind, event, text, at_us, by_us, from_us, to_us"
				     " FROM marker WHERE at_us >= ?1 AND at_us < ?2 ORDER BY at_us",
				     "ii", from_us, to_us);

	while (sqlite3_step(ask) == SQLITE_ROW) {
		struct read_marker m = {.kind = sql_text(ask, 0),
					.event = sql_text(ask, 1),
					.text = sql_text(ask, 2),
					.at_us = sqlite3_column_int64(ask, 3),
					.by_us = sqlite3_column_int64(ask, 4),
					.from_us = sqlite3_column_int64(ask, 5),
					.to_us = sqlite3_column_int64(ask, 6)};

		if (!take(&m, with))
			break;
	}
	return read_finish(r, ask);
}

bool read_size(struct read *r, int64_t *bytes, int64_t *free_bytes)
{
	int64_t page_bytes, pages;

	text_clear(&r->wrong);
	page_bytes = sql_number(&r->sql, "PRAGMA page_size", -1);
	pages = sql_number(&r->sql, "PRAGMA page_count", -1);
	*bytes = page_bytes * pages;
	*free_bytes = page_bytes * sql_number(&r->sql, "PRAGMA freelist_count", 0);
	return (page_bytes > 0 && pages >= 0) || read_fail(r, "its size");
}

/* ---- the copy ---- */

static bool fail_copy(struct text *wrong, const char *what, const char *path, const char *why)
{
	text_printf(wrong, "cannot %s %s: %s", what, path, why);
	return false;
}

/* One snapshot for the whole copy: else each commit would make it begin anew. */
static bool copy_pages(struct read *r, sqlite3 *to,
		       void (*progress)(int64_t, int64_t, void *), void *with, struct text *wrong)
{
	sqlite3_backup *copy = sqlite3_backup_init(to, "main", r->sql.db, "main");
	int result = SQLITE_ERROR;

	if (copy) {
		do {
			result = sqlite3_backup_step(copy, COPY_PAGES);
			if (progress)
				progress(sqlite3_backup_pagecount(copy) -
						 sqlite3_backup_remaining(copy),
					 sqlite3_backup_pagecount(copy), with);
		} while (result == SQLITE_OK);
		sqlite3_backup_finish(copy);
	}
	if (result == SQLITE_DONE &&
	    sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) == SQLITE_OK)
		return true;
	return fail_copy(wrong, "copy", r->path, sqlite3_errmsg(to));
}

static bool sync_path(const char *path, int flags)
{
	int fd = open(path, flags | O_RDONLY | O_CLOEXEC);
	bool is_done = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return is_done;
}

static bool put_in_place(const char *from, const char *path, struct text *wrong)
{
	const char *slash = strrchr(path, '/');
	struct text folder = {0};
	bool is_done;

	text_add(&folder, path, slash ? (size_t)(slash - path) + 1 : 0);
	is_done = sync_path(from, 0) && rename(from, path) == 0 &&
		  sync_path(folder.size ? folder.at : ".", O_DIRECTORY);
	text_release(&folder);
	return is_done || fail_copy(wrong, "write", path, log_errno(errno));
}

/* "." for a bare name. */
static void add_folder(struct text *t, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash)
		text_add(t, path, slash > path ? (size_t)(slash - path) : 1);
	else
		text_puts(t, ".");
}

/* What keeps `path` from being made, and what to do about it. */
static bool fail_create(struct text *wrong, const char *path, int number)
{
	struct text folder = {0}, why = {0};

	add_folder(&folder, path);
	if (number == ENOENT)
		text_printf(&why, "there is no folder '%s': make it first, or name another",
			    folder.at);
	else if (number == ENOTDIR)
		text_printf(&why, "'%s' is no folder: name another", folder.at);
	else if (number == EACCES || number == EPERM || number == EROFS)
		text_printf(&why, "nothing may be written into the folder '%s' (%s)", folder.at,
			    log_errno(number));
	else
		text_puts(&why, log_errno(number));
	fail_copy(wrong, "write", path, why.at);
	text_release(&folder);
	text_release(&why);
	return false;
}

/* An empty file beside the place of the copy, new: SQLite says little of one that cannot be. */
static bool create(const char *path, const char *beside, struct text *wrong)
{
	struct stat st;
	int fd = -1;

	if (!*path)
		return fail_copy(wrong, "write", "''", "name a file");
	if (!lstat(path, &st))
		return fail_copy(wrong, "write", path,
				 S_ISDIR(st.st_mode) ? "it is a folder: name a new file in it"
						     : "it is there already");
	if (!unlink(beside) || errno == ENOENT)
		fd = open(beside, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
	if (fd < 0)
		return fail_create(wrong, path, errno);
	close(fd);
	return true;
}

bool read_backup(struct read *r, const char *path,
		 void (*progress)(int64_t done_pages, int64_t pages, void *with), void *with,
		 struct text *wrong)
{
	struct text beside = {0};
	sqlite3 *to = NULL;
	bool is_done = false;

	text_printf(&beside, "%s.part", path);
	if (!create(path, beside.at, wrong)) {
		text_release(&beside);
		return false;
	}
	if (sqlite3_open_v2(beside.at, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL))
		fail_copy(wrong, "write", beside.at, sqlite3_errmsg(to));
	else if (read_begin(r)) {
		r->until_us = 0; /* however long it takes: asked for by a person */
		sql_number(&r->sql, "SELECT count(*) FROM meta", 0);
		is_done = copy_pages(r, to, progress, with, wrong);
		read_end(r);
	} else
		text_puts(wrong, read_wrong(r));
	if (sqlite3_close(to) != SQLITE_OK && is_done)
		is_done = fail_copy(wrong, "write", beside.at, "it cannot be closed");
	is_done = is_done && put_in_place(beside.at, path, wrong);
	if (!is_done)
		unlink(beside.at);
	text_release(&beside);
	return is_done;
}
