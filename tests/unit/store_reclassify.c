/* What is said afterwards of a span of time: judged, kept, never changed, read as it was said. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "../../core/base/clock.h"
#include "../../core/store/read.h"
#include "../../core/store/store.h"
#include "../lib/tap.h"

#define NOW (INT64_C(1790000000) * CLOCK_SECOND)

static char folder[] = "/tmp/nines-reclassify-XXXXXX", path[64];

static const char rows[] = "target a kind=check module=http interval_us=60000000 seen_us=1\n"
			   "target - name=\"the shop\" kind=service members=a need=1 seen_us=1\n"
			   "incident i1 check=a event=open start_us=1000000 at_us=1000000\n"
			   "incident i1 check=a event=closed start_us=1000000 at_us=9000000\n"
			   "incident i2 check=a event=confirmed start_us=20000000 at_us=21000000\n"
			   "incident i3 check=a event=withdrawn start_us=30000000 at_us=31000000\n";

static struct store *begin(void)
{
	struct text wrong = {0}, events = {0};
	struct store *s = store_open(path, &wrong);

	text_puts(&events, rows);
	if (!s || !store_commit(s, &(struct store_batch){NOW, &events, "k", 1}, &wrong))
		ok(false, "begin: %s", text_get(&wrong));
	text_release(&wrong);
	text_release(&events);
	return s;
}

/* What is answered lasts until the next call. */
static const char *say(struct store *s, const char *words, bool *is_done)
{
	static struct line line; /* too large for a stack frame */
	static struct text said;
	struct text copy = {0};

	text_clear(&said);
	text_puts(&copy, "reclassify - ");
	text_puts(&copy, words);
	*is_done = !line_parse(&line, copy.at, copy.size) && store_reclassify(s, &line, NOW, &said);
	text_release(&copy);
	return text_get(&said);
}

static const struct {
	const char *words, *said; /* a part of it; NULL: it is done */
} order[] = {
	{"by=me reason=r as=up target=a from_us=1 to_us=2", NULL},
	{"by=me reason=r as=maintenance target=\"the shop\" from_us=1 to_us=2", NULL},
	{"by=me reason=r as=excluded incident=i1", NULL},
	{"by=me reason=r as=fine target=a from_us=1 to_us=2",
	 "'fine' is nothing that a time can count as: write --as up, down, degraded, unknown, "
	 "maintenance or excluded"},
	{"by=me reason=r target=a from_us=1 to_us=2", "'' is nothing that a time can count as"},
	{"by=me reason=\"  \" as=up target=a from_us=1 to_us=2", "the reason is missing"},
	{"by=me as=up target=a from_us=1 to_us=2", "the reason is missing"},
	{"reason=r as=up target=a from_us=1 to_us=2", "who says so is missing"},
	{"by=me reason=r as=up target=b from_us=1 to_us=2", "no check or service 'b'"},
	{"by=me reason=r as=up target=a from_us=2 to_us=2", "it ends before it begins"},
	{"by=me reason=r as=up target=a from_us=2 to_us=1790000000000001", "in the future"},
	{"by=me reason=r as=up incident=i2", "incident 'i2' is not over"},
	{"by=me reason=r as=up incident=i3", "incident 'i3' was withdrawn"},
	{"by=me reason=r as=up incident=i4", "no incident 'i4'"},
	{"by=me reason=r undo=nobody", "there is no reclassification 'nobody'"},
};

static bool add_seen(const struct read_reclassification *c, void *with)
{
	struct text *t = with;

	text_printf(t, "%s %s %s %s [%s] %lld-%lld", c->name, c->as, c->by, c->reason, c->incident,
		    (long long)c->from_us, (long long)c->to_us);
	if (c->undone_us)
		text_printf(t, " undone by %s: %s", c->undone_by, c->undone_reason);
	text_puts(t, "\n");
	return true;
}

static bool reads(const char *name, int64_t from_us, int64_t to_us, const char *wanted,
		  const char *about)
{
	struct text wrong = {0}, seen = {0};
	struct read *r = read_open(path, &wrong);
	bool is_fine = r && read_reclassifications(r, name, from_us, to_us, add_seen, &seen) &&
		       same(text_get(&seen), wanted, about);

	read_close(r);
	text_release(&wrong);
	text_release(&seen);
	return is_fine;
}

static void judged(struct store *s)
{
	bool is_done;

	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		const char *said = say(s, order[i].words, &is_done);

		ok(is_done == !order[i].said && (is_done || strstr(said, order[i].said)), "%s: %s",
		   order[i].words, said);
	}
	reads("a", 0, 10000000, "a up me r [] 1-2\na excluded me r [i1] 1000000-9000000\n",
	      "what was said of a, an incident with its span");
	reads(NULL, 2, 10000000, "a excluded me r [i1] 1000000-9000000\n",
	      "what reaches into a span");
}

static void taken_back(struct store *s)
{
	struct text id = {0}, undo = {0};
	bool is_done;

	text_puts(&id, say(s, "by=me reason=oops as=down target=a from_us=5 to_us=7", &is_done));
	ok(is_done && id.size == 12, "its id is answered: %s", text_get(&id));
	text_printf(&undo, "by=you reason=\"it was not\" undo=%s", text_get(&id));
	same(say(s, text_get(&undo), &is_done), "undone", "it is taken back");
	ok(strstr(say(s, text_get(&undo), &is_done), "was undone by you already, at 2026-09-21T"),
	   "and not twice");
	reads("a", 5, 6, "a down me oops [] 5-7 undone by you: it was not\n",
	      "both stay to be seen");
	text_release(&id);
	text_release(&undo);
}

static int run(const char *sql)
{
	sqlite3 *db;
	int result;

	sqlite3_open(path, &db);
	result = sqlite3_exec(db, sql, NULL, NULL, NULL);
	sqlite3_close(db);
	return result;
}

int main(void)
{
	static const char *const more[] = {"", "-wal", "-shm", ".lock"};
	struct text name = {0};
	struct store *s;

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/db", folder);
	s = begin();
	judged(s);
	taken_back(s);
	store_close(s);
	ok(run("UPDATE reclassification SET reason = 'x'") == SQLITE_CONSTRAINT &&
		   run("DELETE FROM reclassification") == SQLITE_CONSTRAINT,
	   "no row is changed or deleted");
	for (int i = 0; i < 4; i++) {
		text_clear(&name);
		text_printf(&name, "%s%s", path, more[i]);
		unlink(name.at);
	}
	text_release(&name);
	rmdir(folder);
	return done_testing();
}
