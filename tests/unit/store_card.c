/* Cards in the record: every version stays, the last one comes back to a new keeper, one that is
 * gone leaves nothing. */
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../core/board/board.h"
#include "../../core/store/read.h"
#include "../../core/store/store.h"
#include "../lib/tap.h"

static char folder[] = "/tmp/nines-cards-XXXXXX", path[64];

static struct store *begin(void)
{
	struct text wrong = {0};
	struct store *s = store_open(path, &wrong);

	ok(s != NULL, "opened: %s", text_get(&wrong));
	text_release(&wrong);
	return s;
}

static void commit(struct store *s, const char *lines)
{
	struct text rows = {0}, wrong = {0};

	text_puts(&rows, lines);
	if (!store_commit(s, &(struct store_batch){5, &rows, "k", 1}, &wrong))
		ok(false, "commit: %s", text_get(&wrong));
	text_release(&rows);
	text_release(&wrong);
}

static const char *resumed(struct store *s)
{
	static struct text all;

	text_clear(&all);
	text_puts(&all, "");
	store_resume(s, &all);
	return all.at;
}

static bool see(const struct read_card *c, void *with)
{
	text_printf(with, "%s/%lld by %s: %s; ", c->id, (long long)c->version, c->by, c->words);
	return true;
}

static const char *versions(const char *id)
{
	static struct text seen;
	struct text wrong = {0};
	struct read *r = read_open(path, &wrong);

	text_clear(&seen);
	text_puts(&seen, "");
	if (!r || !read_cards(r, "post", id, see, &seen))
		ok(false, "read: %s", r ? read_wrong(r) : text_get(&wrong));
	read_close(r);
	text_release(&wrong);
	return seen.at;
}

static int count(const char *kind)
{
	struct text wrong = {0}, all = {0};
	struct read *r = read_open(path, &wrong);
	int n = 0;

	if (r)
		read_cards(r, kind, NULL, see, &all);
	for (const char *at = text_get(&all); (at = strchr(at, ';')); at++)
		n++;
	read_close(r);
	text_release(&all);
	text_release(&wrong);
	return n;
}

/* Whoever goes takes his letters along: they are found without reading all that were ever sent. */
static void test_letters_of(void)
{
	sqlite3_stmt *ask;
	sqlite3 *db;
	bool is_by_index;

	sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
	sqlite3_prepare_v2(db, "EXPLAIN QUERY PLAN DELETE FROM letter WHERE contact = ?1", -1, &ask,
			   NULL);
	is_by_index = sqlite3_step(ask) == SQLITE_ROW &&
		      strstr((const char *)sqlite3_column_text(ask, 3), "letter_by_contact");
	ok(is_by_index, "letters of a subscriber have an index");
	sqlite3_finalize(ask);
	sqlite3_close(db);
}

int main(void)
{
	struct store *s;

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/store", folder);
	s = begin();
	commit(s, "card A kind=post version=1 at_us=1 first_us=1 by=ann title=one n=1\n"
		  "card A kind=post version=2 at_us=2 first_us=1 by=bob title=\"two \\xff\\n2\"\n"
		  "card A kind=user version=1 at_us=3 first_us=3 by=\"\"\n"
		  "card B kind=post version=1 at_us=4 first_us=4 by=ann title=three\n");
	store_close(s);
	s = begin();
	same(resumed(s),
	     "resume-card A kind=post version=2 at_us=2 first_us=1 by=bob title=\"two \\xff\\n2\"\n"
	     "resume-card B kind=post version=1 at_us=4 first_us=4 by=ann title=three\n"
	     "resume-card A kind=user version=1 at_us=3 first_us=3 by=\"\"\n",
	     "the last version of each card comes back as it was");
	same(versions("A"),
	     "A/1 by ann: words - title=one; A/2 by bob: words - title=\"two \\xff\\n2\"; ",
	     "readers see every version");
	same(versions(NULL),
	     "A/1 by ann: words - title=one; A/2 by bob: words - title=\"two \\xff\\n2\"; "
	     "B/1 by ann: words - title=three; ",
	     "of all cards of a kind, too");
	for (int i = 2; i <= 50; i++) {
		char line[100];

		snprintf(line, sizeof line, "card %s kind=%s version=%d at_us=%d\n",
			 i % 2 ? "A" : "B", i % 2 ? "user" : "post", i, i);
		commit(s, line);
	}
	ok(count("user") == 10 && count("post") == 2 + 1 + 25,
	   "of posts all versions stay, of others the last: %d, %d", count("user"), count("post"));
	commit(s, "card B kind=post version=51 at_us=4 first_us=4 by=ann title=three\n");
	commit(s, "card A kind=user version=51 at_us=3 first_us=3 by=\"\"\n");
	commit(s, "card A kind=post version=3 at_us=5 by=ann gone=1\n");
	same(versions("A"), "", "one that is gone leaves no version");
	same(resumed(s),
	     "resume-card B kind=post version=51 at_us=4 first_us=4 by=ann title=three\n"
	     "resume-card A kind=user version=51 at_us=3 first_us=3 by=\"\"\n",
	     "and does not come back; another kind's card of that id does");
	store_close(s);
	test_letters_of();
	return done_testing();
}
