/* tests/bench/year_store: a store with a year of many checks, for report_rate.py.
 *
 *     year_store FILE CHECKS
 *
 * Four checks are probed each minute of 2024 and twelve days more, four steps a probe, about fifty
 * outages each with its incident; results are kept for a month, days and months for ever, as a
 * recorder of a day in 2025 would. The others are copies of those rows under names of their own:
 * what is read of them is as much, and half a billion results need not be made. Of all of them ten
 * minutes more, a commit each second, are in the tail. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../core/base/clock.h"
#include "../../core/store/store.h"
#include "results.h"

#define MODELS 4
#define MINUTE (60 * CLOCK_SECOND)
#define DAY    (1440 * MINUTE)
#define BEGIN  (INT64_C(19723) * DAY) /* 2024-01-01 */
#define END    (BEGIN + 378 * DAY)
#define BATCH  (180 * MINUTE)

static int down_for[MODELS];

static void must(bool is_done, const char *why)
{
	if (is_done)
		return;
	fprintf(stderr, "year_store: %s\n", why);
	exit(1);
}

static void incident(struct text *t, int check, int64_t at_us, int minutes)
{
	static int number;

	number++;
	text_printf(t,
		    "incident i%d check=model-%d event=confirmed start_us=%lld at_us=%lld"
		    " step=connect reason=\"no answer from 192.0.2.%d\" n=%d\n",
		    number, check, (long long)at_us, (long long)(at_us + MINUTE), check, number);
	text_printf(t, "incident i%d check=model-%d event=closed start_us=%lld at_us=%lld n=%d\n",
		    number, check, (long long)at_us, (long long)(at_us + minutes * MINUTE), number);
}

/* Every result that falls due in a batch; the incidents that begin in it go into *events. */
static void probe(struct store *s, int64_t now_us, struct text *events)
{
	static struct line line;
	struct text t = {0};
	char name[40];

	for (int64_t due_us = now_us; due_us < now_us + BATCH; due_us += MINUTE)
		for (int c = 0; c < MODELS; c++) {
			if (!down_for[c] && !below(378 * 1440 / 50)) {
				down_for[c] = 2 + (int)below(6);
				incident(events, c, due_us, down_for[c]);
			}
			text_clear(&t);
			snprintf(name, sizeof name, "model-%d", c);
			say(&t, name, c, due_us + c * CLOCK_SECOND, down_for[c] ? "down" : "up");
			down_for[c] -= down_for[c] > 0;
			line_parse(&line, t.at, t.size);
			store_take(s, &line, due_us);
		}
	text_release(&t);
}

static void models(const char *path)
{
	struct text wrong = {0}, events = {0};
	struct store_batch batch = {.events = &events, .keeper = "k", .last = 1};
	struct store *s = store_open(path, &wrong);

	must(s, text_get(&wrong));
	store_retain(s, &(struct store_retention){.raw_us = 31 * DAY});
	for (int64_t now_us = BEGIN; now_us < END; now_us += BATCH) {
		text_clear(&events);
		probe(s, now_us, &events);
		batch.at_us = now_us + BATCH;
		must(store_commit(s, &batch, &wrong) && store_tidy(s, batch.at_us, &wrong),
		     text_get(&wrong));
	}
	for (int i = 0; i < 500; i++)
		must(store_tidy(s, END, &wrong), text_get(&wrong));
	store_close(s);
	text_release(&events);
}

#define COPIES \
	"WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1 / 4 - 1)"

/* Ids of copies lie a thousand apart for each round. */
static const char *const copy[] = {
	"CREATE TEMP TABLE t AS SELECT * FROM target; CREATE TEMP TABLE s AS SELECT * FROM series;"
	"CREATE TEMP TABLE d AS SELECT * FROM day; CREATE TEMP TABLE m AS SELECT * FROM month;"
	"CREATE TEMP TABLE p AS SELECT * FROM part; CREATE TEMP TABLE b AS SELECT * FROM block;"
	"CREATE TEMP TABLE i AS SELECT * FROM incident;",
	COPIES "INSERT INTO target(id, name, kind, module, interval_us, rolled, is_events)"
	       " SELECT id + 1000 * n, name || '-' || n, 'check', 'http', 60000000, rolled, 0"
	       " FROM n, t",
	COPIES "INSERT INTO series SELECT id + 1000 * n, target + 1000 * n, location, closed_to,"
	       " first_us, last_us, last_due_us FROM n, s",
	COPIES "INSERT INTO day SELECT target + 1000 * n, location, day, sum, data FROM n, d",
	COPIES "INSERT INTO month SELECT target + 1000 * n, location, day, sum, data FROM n, m",
	COPIES "INSERT INTO part SELECT series + 1000 * n, first_us, last_us, results, sum, data"
	       " FROM n, p",
	COPIES "INSERT INTO block(series, first_us, last_us, results, sum, data)"
	       " SELECT series + 1000 * n, first_us, last_us, results, sum, data FROM n, b",
	COPIES "INSERT INTO incident(id, name, event, at_us, start_us, reason, step)"
	       " SELECT id || '-' || n, name || '-' || n, event, at_us, start_us, reason, step"
	       " FROM n, i",
	"UPDATE target SET kind = 'check', module = 'http', interval_us = 60000000",
};

static void copies(const char *path, int checks)
{
	sqlite3 *db;
	sqlite3_stmt *one = NULL;

	must(sqlite3_open(path, &db) == SQLITE_OK, "cannot open it again");
	sqlite3_exec(db, "PRAGMA journal_mode = WAL; BEGIN;", NULL, NULL, NULL);
	must(sqlite3_exec(db, copy[0], NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(db));
	for (size_t i = 1; i < sizeof copy / sizeof *copy; i++) {
		must(sqlite3_prepare_v2(db, copy[i], -1, &one, NULL) == SQLITE_OK,
		     sqlite3_errmsg(db));
		sqlite3_bind_int(one, 1, checks);
		must(sqlite3_step(one) == SQLITE_DONE, sqlite3_errmsg(db));
		sqlite3_finalize(one);
	}
	must(sqlite3_exec(db, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE);", NULL, NULL, NULL) ==
		     SQLITE_OK,
	     sqlite3_errmsg(db));
	sqlite3_close(db);
}

/* As the recorder leaves them until an hour has passed. */
static void live(const char *path, int checks)
{
	struct text wrong = {0}, events = {0}, t = {0};
	struct store_batch batch = {.events = &events, .keeper = "k", .last = 1};
	struct store *s = store_open(path, &wrong);
	static struct line line;
	char name[40];

	must(s, text_get(&wrong));
	for (int64_t now_us = END; now_us < END + 10 * MINUTE; now_us += CLOCK_SECOND) {
		for (int c = (int)(now_us / CLOCK_SECOND % 60); c < checks; c += 60) {
			text_clear(&t);
			if (c < MODELS)
				snprintf(name, sizeof name, "model-%d", c);
			else
				snprintf(name, sizeof name, "model-%d-%d", c % MODELS, c / MODELS);
			say(&t, name, c % MODELS, now_us, "up");
			line_parse(&line, t.at, t.size);
			store_take(s, &line, now_us);
		}
		batch.at_us = now_us + CLOCK_SECOND;
		must(store_commit(s, &batch, &wrong), text_get(&wrong));
	}
	store_close(s);
	text_release(&t);
}

int main(int argc, char **argv)
{
	must(argc == 3, "year_store FILE CHECKS");
	models(argv[1]);
	copies(argv[1], atoi(argv[2]));
	live(argv[1], atoi(argv[2]));
	return 0;
}
