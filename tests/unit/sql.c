/* tests/unit/sql: a reader of the database can do nothing but read, whatever statement reaches it
 * (F51). */
#include <stdlib.h>
#include <unistd.h>

#include "../../core/store/read_inside.h"
#include "../../core/store/store.h"
#include "../lib/tap.h"

static const char *const forbidden[] = {
	"INSERT INTO meta VALUES('a', 1)",
	"UPDATE meta SET value = 0",
	"DELETE FROM meta",
	"REPLACE INTO meta VALUES('schema', 1)",
	"CREATE TABLE more(a)",
	"CREATE TEMP TABLE more(a)",
	"CREATE TRIGGER more AFTER INSERT ON meta BEGIN SELECT 1; END",
	"CREATE VIRTUAL TABLE more USING fts5(a)",
	"DROP TABLE meta",
	"ALTER TABLE meta RENAME TO more",
	"ATTACH '/tmp/nines-never' AS other",
	"DETACH main",
	"VACUUM",
	"VACUUM INTO '/tmp/nines-never'",
	"REINDEX",
	"ANALYZE",
	"PRAGMA query_only = OFF",
	"PRAGMA writable_schema = ON",
	"PRAGMA journal_mode = DELETE",
	"PRAGMA user_version = 7",
	"SAVEPOINT a",
};

static const char *const allowed[] = {
	"SELECT value FROM meta WHERE word = 'schema'",
	"SELECT count(*) FROM target WHERE name = ?1",
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) "
	"SELECT max(i) FROM n",
	"PRAGMA page_count",
};

int main(void)
{
	char folder[] = "/tmp/nines-sql-XXXXXX";
	struct text path = {0}, wrong = {0};
	struct store *s;
	struct read *r;

	if (!mkdtemp(folder))
		return 1;
	text_printf(&path, "%s/nines.db", folder);
	s = store_open(text_get(&path), &wrong);
	r = s ? read_open(text_get(&path), &wrong) : NULL;
	ok(r, "a store is opened for reading %s", text_get(&wrong));
	for (size_t i = 0; r && i < sizeof forbidden / sizeof *forbidden; i++)
		ok(!sql_done(sql_ask(&r->sql, forbidden[i])), "refused: %.40s", forbidden[i]);
	for (size_t i = 0; r && i < sizeof allowed / sizeof *allowed; i++)
		ok(sql_row(sql_ask(&r->sql, allowed[i])), "asked: %.40s", allowed[i]);
	read_close(r);
	if (s)
		store_close(s);
	for (const char *const *end = (const char *const[]){"", "-wal", "-shm", ".lock", NULL};
	     *end; end++) {
		struct text one = {0};

		text_printf(&one, "%s%s", text_get(&path), *end);
		unlink(text_get(&one));
		text_release(&one);
	}
	rmdir(folder);
	text_release(&path);
	text_release(&wrong);
	return done_testing();
}
