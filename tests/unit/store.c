/* The store as a whole: what goes in comes out, by commits, closings, restarts, rollups and
 * deletion by age, with the same figures. */
#include <stdlib.h>
#include <unistd.h>

#include <sqlite3.h>

#include "../../core/base/clock.h"
#include "../../core/store/pack.h"
#include "../../core/store/read.h"
#include "../../core/store/result.h"
#include "../../core/store/stage.h"
#include "../../core/store/store.h"
#include "../lib/tap.h"

#define MINUTE (60 * CLOCK_SECOND)
#define DAY (1440 * MINUTE)
#define BEGIN (INT64_C(1790000000) * CLOCK_SECOND / DAY * DAY)

static char folder[] = "/tmp/nines-store-XXXXXX", path[64];
static uint64_t seed = 5;

static int64_t below(int64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((seed >> 33) % (uint64_t)n);
}

static void forget(void)
{
	static const char *const more[] = {"", "-wal", "-shm", ".lock"};
	struct text name = {0};

	for (int i = 0; i < 4; i++) {
		text_clear(&name);
		text_printf(&name, "%s%s", path, more[i]);
		unlink(name.at);
	}
	text_release(&name);
}

static struct store *begin(void)
{
	struct text wrong = {0};
	struct store *s = store_open(path, &wrong);

	if (!s)
		ok(false, "open: %s", text_get(&wrong));
	text_release(&wrong);
	return s;
}

static bool commit(struct store *s, int64_t now_us, const char *events)
{
	struct text rows = {0}, wrong = {0};
	bool is_done;

	text_puts(&rows, events);
	is_done = store_commit(s, &(struct store_batch){now_us, &rows, "k", 1}, &wrong);
	if (!is_done)
		ok(false, "commit: %s", text_get(&wrong));
	text_release(&rows);
	text_release(&wrong);
	return is_done;
}

static void take(struct store *s, const char *text, int64_t now_us)
{
	static struct line line;
	struct text copy = {0};

	text_puts(&copy, text);
	if (line_parse(&line, copy.at, copy.size))
		ok(false, "no line: %s", text);
	else
		store_take(s, &line, now_us);
	text_release(&copy);
}

/* One result as a keeper says it. */
static void say(struct text *t, const char *name, const char *location, int64_t due_us, bool is_up,
		bool ends)
{
	int64_t start_us = due_us + below(3000);

	text_clear(t);
	text_printf(t, "result %s verdict=%s address=192.0.2.1 start_us=%lld elapsed_us=%lld"
		       " steps=resolve:%lld,connect:%lld%s location=%s due_at_us=%lld"
		       " interval_us=60000000",
		    name, is_up ? "up" : "down", (long long)start_us,
		    (long long)(4000 + below(900)), (long long)(500 + below(300)),
		    (long long)(2000 + below(800)), is_up ? ",request:3900" : "!", location,
		    (long long)due_us);
	if (!is_up)
		text_puts(t, " reason=\"connection refused\" step=connect");
	if (ends)
		text_printf(t, " ends=%s", is_up ? "up" : "down");
}

struct gathered {
	struct text all;
	size_t count;
	int64_t last_us;
	bool is_ordered;
};

static bool gather(const struct read_result *r, void *with)
{
	struct gathered *g = with;
	const struct block_result *x = r->result;

	text_printf(&g->all, "%s %s %lld %lld %lld %d %d %s %s", r->target->name, r->location,
		    (long long)x->due_us, (long long)x->start_us, (long long)x->elapsed_us,
		    x->verdict, x->ends, x->reason, result_step(x));
	for (size_t i = 0; i < x->steps; i++)
		text_printf(&g->all, " %s:%lld", x->step[i].name, (long long)x->step[i].end_us);
	text_putc(&g->all, '\n');
	g->is_ordered = g->is_ordered && x->start_us >= g->last_us;
	g->last_us = x->start_us;
	g->count++;
	return true;
}

static struct read *look(void)
{
	struct text wrong = {0};
	struct read *r = read_open(path, &wrong);

	if (!r)
		ok(false, "read: %s", text_get(&wrong));
	text_release(&wrong);
	return r;
}

static void gather_all(struct gathered *g, const char *name, int64_t from_us, int64_t to_us)
{
	struct read *r = look();
	const struct read_target *t = read_find(r, name);

	*g = (struct gathered){.is_ordered = true};
	if (!t || !read_results(r, t, from_us, to_us, gather, g))
		ok(false, "%s: %s", name, read_wrong(r));
	read_close(r);
}

/* ---- what goes in comes out ---- */

static void round_trip(void)
{
	struct text wanted[2] = {{0}, {0}}, line = {0};
	static struct result_line parsed;
	struct store *s = begin();
	struct gathered g;
	int64_t due_us = BEGIN;

	for (int n = 0; n < 9000; n++, due_us += MINUTE) {
		for (int check = 0; check < 2; check++) {
			struct text copy = {0};
			struct line l;
			struct gathered one = {0};

			say(&line, check ? "b" : "a", "here", due_us, below(20) > 0, true);
			take(s, line.at, due_us);
			text_add(&copy, line.at, line.size);
			line_parse(&l, copy.at, copy.size);
			result_read(&parsed, &l, 0);
			gather(&(struct read_result){
				       &(struct read_target){.name = check ? "b" : "a"}, "here",
				       &parsed.result},
			       &one);
			text_add(&wanted[check], one.all.at, one.all.size);
			text_release(&one.all);
			text_release(&copy);
		}
		if (n % 7 == 0)
			commit(s, due_us, "");
		if (n % 1500 == 1499) { /* as after a crash */
			commit(s, due_us, "");
			store_close(s);
			s = begin();
		}
	}
	commit(s, due_us, "");
	for (int check = 0; check < 2; check++) {
		gather_all(&g, check ? "b" : "a", BEGIN, due_us);
		ok(g.count == 9000 && g.is_ordered, "all results are there, in order");
		ok(!strcmp(text_get(&g.all), text_get(&wanted[check])), "and what they say");
		text_release(&g.all);
	}
	gather_all(&g, "a", BEGIN + 100 * MINUTE, BEGIN + 200 * MINUTE);
	ok(g.count >= 99 && g.count <= 101, "a part of the time");
	text_release(&g.all);
	store_close(s);
	result_line_release(&parsed);
	text_release(&line);
	text_release(&wanted[0]);
	text_release(&wanted[1]);
	forget();
}

/* ---- rollups give the figures of the results ---- */

static void tell(const char *what, const struct sla_samples *list, int64_t from_us, int64_t to_us,
		 struct text *t)
{
	struct sla_line line = {0}, cut = {0};
	struct sla_incidents incidents = {0};
	struct sla_reading how = {SLA_START_FIRST_FAILURE, to_us + DAY};

	(void)what;
	text_clear(t);
	sla_from_samples(&line, &incidents, list->sample, list->samples, &how);
	sla_line_cut(&cut, &line, from_us, to_us);
	for (size_t i = 0; i < cut.spans; i++)
		text_printf(t, "%lld %lld %d %d\n", (long long)cut.span[i].from_us,
			    (long long)cut.span[i].to_us, cut.span[i].state, cut.span[i].cause);
	sla_line_release(&line);
	sla_line_release(&cut);
	free(incidents.incident);
}

static void figures(struct text *t, int64_t from_us, int64_t to_us)
{
	struct read *r = look();
	struct sla_samples list = {0};
	struct read_steps steps = {0};
	struct text packed = {0};
	const struct read_target *x = read_find(r, "a");

	if (!x || !read_samples(r, x, from_us, to_us, &list) ||
	    !read_steps(r, x, NULL, from_us, to_us, &steps))
		ok(false, "samples: %s", read_wrong(r));
	tell("", &list, from_us, to_us, t);
	pack_steps(&packed, &steps);
	text_printf(t, "steps %lld %lld %016llx\n", (long long)steps.results,
		    (long long)steps.passed,
		    (unsigned long long)map_hash(packed.at, packed.size));
	free(list.sample);
	read_steps_release(&steps);
	text_release(&packed);
	read_close(r);
}

static void tidy(struct store *s, int64_t now_us)
{
	struct text wrong = {0};

	/* each does a few milliseconds of work, however slow the machine; with none left nothing */
	for (int i = 0; i < 500; i++)
		if (!store_tidy(s, now_us, &wrong))
			ok(false, "tidy: %s", text_get(&wrong));
	text_release(&wrong);
}

static int64_t count(const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *ask = NULL;
	int64_t n = -1;

	sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
	if (sqlite3_prepare_v2(db, sql, -1, &ask, NULL) == SQLITE_OK &&
	    sqlite3_step(ask) == SQLITE_ROW)
		n = sqlite3_column_int64(ask, 0);
	sqlite3_finalize(ask);
	sqlite3_close(db);
	return n;
}

static void change(const char *sql)
{
	sqlite3 *db;

	sqlite3_open(path, &db);
	sqlite3_exec(db, sql, NULL, NULL, NULL);
	sqlite3_close(db);
}

/* Whole months come from their own rows, their days only where such a row is not whole. */
static void months_and_days(const char *before, int64_t from_us, int64_t to_us)
{
	struct text now = {0};

	change("UPDATE month SET sum = sum + 1 WHERE day % 2");
	figures(&now, from_us, to_us);
	same(text_get(&now), before, "days stand in for months that are damaged");
	change("DELETE FROM month WHERE sum % 2");
	text_clear(&now);
	figures(&now, from_us, to_us);
	same(text_get(&now), before, "and for those that are gone");
	text_release(&now);
}

static void rollups(void)
{
	static const int64_t from[] = {BEGIN, BEGIN + 3 * DAY, BEGIN + 31 * DAY, BEGIN + 40 * DAY};
	static const int64_t to[] = {BEGIN + 90 * DAY, BEGIN + 4 * DAY, BEGIN + 61 * DAY,
				     BEGIN + 41 * DAY};
	struct text line = {0}, before[4] = {{0}}, now = {0};
	struct store *s = begin();
	int64_t due_us = BEGIN, end_us = BEGIN + 90 * DAY;
	bool is_up = true;

	for (int64_t n = 0; due_us < end_us; n++, due_us += MINUTE) {
		if (below(500) == 0)
			is_up = !is_up || below(2);
		else if (!is_up && below(30) == 0)
			is_up = true;
		if (below(5000) == 0)
			due_us += below(20) * MINUTE;
		/* either location may end the cycle */
		say(&line, "a", "here", due_us, is_up, n & 1);
		take(s, line.at, due_us);
		say(&line, "a", "there", due_us, is_up, !(n & 1));
		take(s, line.at, due_us);
		if (n % 60 == 59)
			commit(s, due_us, "");
	}
	commit(s, due_us, "");
	for (int i = 0; i < 4; i++)
		figures(&before[i], from[i], to[i]);
	ok(count("SELECT count(*) FROM day") == 0, "nothing is rolled up yet");
	tidy(s, end_us + DAY);
	ok(count("SELECT count(*) FROM day") == 90 * 3, "each day has its rows");
	ok(count("SELECT count(*) FROM month") >= 2 * 3, "so has each month");
	for (int i = 0; i < 4; i++) {
		figures(&now, from[i], to[i]);
		same(text_get(&now), text_get(&before[i]), "days give the figures of the results");
	}
	commit(s, end_us,
	       "standing a kind=ack event=begin by=ann at_us=5 incident=01i n=2\n"
	       "standing a kind=silence event=begin by=ann at_us=5 until_us=9 n=3\n"
	       "standing a kind=ack event=end at_us=9 n=4\n"
	       "standing a kind=silence event=end at_us=9 n=5\n");
	ok(count("SELECT count(*) FROM standing WHERE ended_us = 9") == 2, "both are over");
	store_retain(s, &(struct store_retention){.raw_us = 2 * DAY});
	tidy(s, end_us + 10 * DAY);
	ok(count("SELECT count(*) FROM block") == 0, "results go when they are old");
	ok(count("SELECT count(*) FROM standing") == 1 &&
		   count("SELECT count(*) FROM standing WHERE kind = 'ack'") == 1,
	   "so does what stood, but for what reports tell of incidents");
	for (int i = 0; i < 4; i++) {
		figures(&now, from[i], to[i]);
		same(text_get(&now), text_get(&before[i]), "so do days without the results");
	}
	change("CREATE TABLE kept AS SELECT * FROM month");
	months_and_days(text_get(&before[0]), from[0], to[0]);
	change("DELETE FROM month; INSERT INTO month SELECT * FROM kept; DROP TABLE kept");
	store_retain(s, &(struct store_retention){.raw_us = 2 * DAY, .day_us = 2 * DAY});
	tidy(s, end_us + 45 * DAY);
	ok(count("SELECT count(*) FROM day WHERE day < 20790") < 90 * 3, "days go");
	ok(count("SELECT count(*) FROM month") == 4 * 3, "months stay");
	figures(&now, from[0], to[0]);
	same(text_get(&now), text_get(&before[0]), "months give the figures of the results");
	store_close(s);
	for (int i = 0; i < 4; i++)
		text_release(&before[i]);
	text_release(&now);
	text_release(&line);
	forget();
}

static void late(void)
{
	struct text line = {0}, before = {0}, after = {0};
	struct store *s = begin();

	for (int n = 0; n < 3000; n++) {
		if (n >= 200 && n < 260)
			continue;
		say(&line, "a", "here", BEGIN + n * MINUTE, true, true);
		take(s, line.at, BEGIN + n * MINUTE);
	}
	commit(s, BEGIN + 3000 * MINUTE, "");
	tidy(s, BEGIN + 3 * DAY);
	figures(&before, BEGIN, BEGIN + DAY);
	ok(strstr(before.at, " 1 1\n") != NULL, "a gap is unknown");
	for (int n = 200; n < 260; n++) {
		say(&line, "a", "here", BEGIN + n * MINUTE, true, true);
		take(s, line.at, BEGIN + n * MINUTE);
	}
	commit(s, BEGIN + 3 * DAY, "");
	tidy(s, BEGIN + 3 * DAY);
	figures(&after, BEGIN, BEGIN + DAY);
	ok(strstr(after.at, " 1 1\n") == NULL, "until its results come, late");
	store_close(s);
	text_release(&line);
	text_release(&before);
	text_release(&after);
	forget();
}

static void stage_history(struct store *s, bool is_events);

/* A history of the same days comes when their results, and later their days, are gone: what was
 * measured then stays. */
static void final(void)
{
	struct text line = {0}, before = {0}, after = {0};
	struct store *s = begin();

	for (int n = 0; n < 6 * 1440; n++) {
		say(&line, "a", "here", BEGIN + n * MINUTE, true, true);
		take(s, line.at, BEGIN + n * MINUTE);
	}
	commit(s, BEGIN + 6 * DAY, "");
	store_retain(s, &(struct store_retention){.raw_us = DAY});
	tidy(s, BEGIN + 9 * DAY);
	figures(&before, BEGIN, BEGIN + 6 * DAY);
	ok(!count("SELECT count(*) FROM block"), "results are gone");
	stage_history(s, false);
	tidy(s, BEGIN + 9 * DAY);
	figures(&after, BEGIN, BEGIN + 6 * DAY);
	same(text_get(&after), text_get(&before), "days that were measured stay as they were");
	store_retain(s, &(struct store_retention){.raw_us = DAY, .day_us = DAY});
	tidy(s, BEGIN + 80 * DAY);
	ok(!count("SELECT count(*) FROM day"), "days are gone");
	stage_history(s, false);
	tidy(s, BEGIN + 80 * DAY);
	figures(&after, BEGIN, BEGIN + 6 * DAY);
	same(text_get(&after), text_get(&before), "so do months");
	store_close(s);
	text_release(&line);
	text_release(&before);
	text_release(&after);
	forget();
}

/* ---- the rest ---- */

static void names(void)
{
	struct store *s = begin();
	struct text lines = {0};
	struct read *r;
	const struct read_target *t;

	commit(s, BEGIN,
	       "target a kind=check module=tcp interval_us=60000000 owner=ops seen_us=5\n"
	       "target - name=\"S 1\" kind=service members=\"a\\nb b\" need=1 seen_us=5\n"
	       "target b kind=check module=http category=Mail seen_us=5\ntargets - at_us=5\n"
	       "state a kind=check from=up to=down at_us=17 reason=gone step=connect incident=i1\n"
	       "incident i1 check=a event=open at_us=17 start_us=17 reason=gone\n"
	       "incident i1 check=a event=confirmed at_us=18 start_us=17 reason=gone\n");
	commit(s, BEGIN, "target a kind=check module=tcp category=\"Web shops\" seen_us=9\n"
			 "target - name=\"S 1\" kind=service members=a need=1 seen_us=9\n"
			 "targets - at_us=9\n");
	store_resume(s, &lines);
	same(text_get(&lines),
	     "resume a kind=check state=down reason=gone step=connect since_us=17 incident=i1"
	     " incident_us=17 confirmed=1\n", "what a new keeper is told");
	store_close(s);
	r = look();
	t = read_find(r, "S 1");
	ok(t && t->kind == READ_SERVICE && t->members == 1 && t->need == 1, "a service's members");
	t = read_find(r, "b");
	ok(t && t->removed_us == 9, "what is no longer configured is told as removed");
	same(t ? t->category : NULL, "Mail", "with the category it had");
	ok(read_find(r, "a") && !read_find(r, "a")->removed_us && !read_find(r, "c"), "the others");
	same(read_find(r, "a")->category, "Web shops", "a category comes with any configuration");
	read_close(r);
	text_release(&lines);
	forget();
}

static void staged(void)
{
	static struct block_result r;
	struct stage st = {0};
	struct store *s = begin();
	struct text wrong = {0};
	struct gathered g;
	struct sla_samples events = {0};
	struct read *look_at;

	r = (struct block_result){.reason = "", .address = "", .item = "", .interval_us = MINUTE};
	stage_window(&st, BEGIN, BEGIN + MINUTE, BEGIN - DAY, "all of it");
	stage_target(&st, "old", true, 0);
	stage_window(&st, BEGIN, BEGIN + MINUTE, 0, "");
	r.flags = BLOCK_IS_EVENT;
	for (int n = 0; n < 9000; n++) {
		r.due_us = r.start_us = BEGIN + n * 7 * MINUTE;
		r.verdict = n % 2 ? SLA_UP : SLA_DOWN;
		r.ends = (uint8_t)(r.verdict + 1);
		stage_result(&st, &r);
	}
	stage_end(&st);
	ok(!store_merge(s, st.bytes.at, st.bytes.size - 1, &wrong) && strstr(wrong.at, "whole"),
	   "half a history is refused");
	text_clear(&wrong);
	ok(store_merge(s, st.bytes.at, st.bytes.size, &wrong), "a whole one is taken: %s",
	   text_get(&wrong));
	ok(!store_merge(s, st.bytes.at, st.bytes.size, &wrong) && strstr(wrong.at, "already"),
	   "but once");
	gather_all(&g, "old", BEGIN, BEGIN + 100 * DAY);
	ok(g.count == 9000, "all of it is there");
	for (int i = 0; i < 2; i++) {
		look_at = look();
		events.samples = 0;
		read_samples(look_at, read_find(look_at, "old"), BEGIN + 20 * DAY, BEGIN + 30 * DAY,
			     &events);
		ok(events.samples > 2000 && events.sample[0].at_us <= BEGIN + 20 * DAY &&
			   events.sample[0].origin == SLA_EVENT,
		   "its events, from the one before on");
		read_close(look_at);
		tidy(s, BEGIN + 200 * DAY);
	}
	ok(count("SELECT count(*) FROM maintenance") == 2, "its windows");
	text_release(&g.all);
	text_release(&wrong);
	free(events.sample);
	stage_release(&st);
	store_close(s);
	forget();
}

/* ---- a history, then our own watch ---- */

/* Three days of results every minute with one failure each half hour. */
static void stage_history(struct store *s, bool is_events)
{
	static struct block_result r;
	struct stage st = {0};
	struct text wrong = {0};

	r = (struct block_result){.reason = "",
				  .address = "",
				  .item = "",
				  .interval_us = is_events ? 0 : MINUTE,
				  .flags = is_events ? BLOCK_IS_EVENT : 0};
	stage_target(&st, "a", is_events, r.interval_us);
	for (int n = 0; n < 3 * 1440; n++) {
		r.due_us = r.start_us = BEGIN + n * MINUTE;
		r.verdict = n % 30 == 7 ? SLA_DOWN : SLA_UP;
		r.ends = (uint8_t)(r.verdict + 1);
		stage_result(&st, &r);
	}
	stage_end(&st);
	ok(store_merge(s, st.bytes.at, st.bytes.size, &wrong), "a history: %s", text_get(&wrong));
	stage_release(&st);
	text_release(&wrong);
}

static void watch_ourselves(struct store *s, int64_t from_us, int64_t to_us)
{
	struct text line = {0};

	for (int64_t n = 0, due_us = from_us; due_us < to_us; n++, due_us += MINUTE) {
		say(&line, "a", "here", due_us, n % 30 != 7, true);
		take(s, line.at, due_us);
		if (n % 60 == 59)
			commit(s, due_us, "");
	}
	commit(s, to_us, "");
	text_release(&line);
}

/* What is confirmed, blips, what is unknown: by who found it. */
static void sums_of(struct text *t, int64_t from_us, int64_t to_us)
{
	struct read *r = look();
	struct sla_samples list = {0};
	struct sla_line l = {0};
	struct sla_policy policy = {0};
	struct sla_reading how = {SLA_START_FIRST_FAILURE, to_us};
	struct sla_sums sums;

	read_samples(r, read_find(r, "a"), from_us, to_us, &list);
	sla_from_samples(&l, NULL, list.sample, list.samples, &how);
	sums = sla_sum(&l, from_us, to_us, &(struct sla_layers){0}, &policy);
	text_clear(t);
	/* each result starts up to 3 ms late */
	text_printf(t, "down %lld blips %lld unknown %lld",
		    (long long)((sums.down_us + MINUTE / 2) / MINUTE),
		    (long long)((sums.blip_us + MINUTE / 2) / MINUTE),
		    (long long)((sums.unknown_us + MINUTE / 2) / MINUTE));
	sla_line_release(&l);
	free(list.sample);
	read_close(r);
}

/* As schema 3 kept them: without a word on whose they are. */
static void forget_origins(const char *table)
{
	struct text get = {0}, put = {0};
	sqlite3 *db;
	sqlite3_stmt *ask, *set;

	text_printf(&get, "SELECT day, data FROM %s WHERE location = 0", table);
	text_printf(&put, "UPDATE %s SET sum = ?2, data = ?3 WHERE location = 0 AND day = ?1",
		    table);
	sqlite3_open(path, &db);
	sqlite3_exec(db,
		     "ALTER TABLE maintenance DROP COLUMN ref; ALTER TABLE maintenance DROP COLUMN "
		     "impact; ALTER TABLE target DROP COLUMN category; "
		     "DELETE FROM link; UPDATE meta SET value = 3 WHERE word = 'schema'",
		     NULL, NULL, NULL);
	sqlite3_prepare_v2(db, put.at, -1, &set, NULL);
	sqlite3_prepare_v2(db, get.at, -1, &ask, NULL);
	while (sqlite3_step(ask) == SQLITE_ROW) {
		struct sla_samples list = {0};
		struct text row = {0};

		unpack_samples(&list, sqlite3_column_blob(ask, 1),
			       (size_t)sqlite3_column_bytes(ask, 1));
		for (size_t i = 0; i < list.samples; i++)
			list.sample[i].origin = SLA_MEASURED;
		pack_samples(&row, &list);
		sqlite3_bind_int64(set, 1, sqlite3_column_int64(ask, 0));
		sqlite3_bind_int64(set, 2, (int64_t)map_hash(row.at, row.size));
		sqlite3_bind_blob(set, 3, row.at, (int)row.size, SQLITE_TRANSIENT);
		sqlite3_step(set);
		sqlite3_reset(set);
		free(list.sample);
		text_release(&row);
	}
	sqlite3_finalize(ask);
	sqlite3_finalize(set);
	sqlite3_close(db);
	text_release(&get);
	text_release(&put);
}

static void history_then_watch(bool is_events)
{
	/* every history lasts until our first result where it tells changes of state */
	const char *wanted = is_events ? "down 240 blips 96 unknown 0" :
					 "down 240 blips 96 unknown 1440";
	int64_t watched_us = BEGIN + 4 * DAY, end_us = BEGIN + 6 * DAY;
	struct store *s = begin();
	struct text now = {0};

	stage_history(s, is_events);
	watch_ourselves(s, watched_us, end_us);
	sums_of(&now, BEGIN, end_us);
	same(text_get(&now), wanted, "each sample by the rule of who found it");
	tidy(s, end_us + DAY);
	sums_of(&now, BEGIN, end_us);
	same(text_get(&now), wanted, "so from days");
	store_retain(s, &(struct store_retention){.raw_us = DAY, .day_us = DAY});
	tidy(s, end_us + 70 * DAY);
	ok(!count("SELECT count(*) FROM block") && !count("SELECT count(*) FROM day"), "alone");
	sums_of(&now, BEGIN, end_us);
	same(text_get(&now), wanted, "so from months alone");
	store_close(s);
	forget_origins("day");
	forget_origins("month");
	store_close(begin());
	ok(count("SELECT value FROM meta WHERE word = 'schema'") == STORE_SCHEMA, "migrated");
	sums_of(&now, BEGIN, end_us);
	same(text_get(&now), wanted, "so after rows of schema 3 were marked");
	text_release(&now);
	forget();
}

static void locked(void)
{
	struct store *s = begin();
	struct text wrong = {0};

	ok(!store_open(path, &wrong) && strstr(text_get(&wrong), "in use"), "there is one writer");
	text_clear(&wrong);
	ok(!store_move_aside(path, 0, &wrong), "nothing is moved under it");
	text_release(&wrong);
	store_close(s);
	forget();
}

static void copied(void)
{
	struct store *s = begin();
	struct text line = {0}, wrong = {0}, to = {0};
	struct read *r;

	for (int n = 0; n < 2000; n++) {
		say(&line, "a", "here", BEGIN + n * MINUTE, true, true);
		take(s, line.at, BEGIN + n * MINUTE);
	}
	commit(s, BEGIN, "");
	text_printf(&to, "%s.copy", path);
	r = look();
	ok(read_backup(r, to.at, NULL, NULL, &wrong), "a copy is made: %s", text_get(&wrong));
	ok(!read_backup(r, to.at, NULL, NULL, &wrong), "but not over another");
	read_close(r);
	r = read_open(to.at, &wrong);
	ok(r && read_find(r, "a"), "and it can be read");
	read_close(r);
	unlink(to.at);
	store_close(s);
	text_release(&line);
	text_release(&wrong);
	text_release(&to);
	forget();
}

static bool reads_diagnosis(const char *incident, const char *wanted)
{
	struct text wrong = {0}, text = {0};
	struct read *r = read_open(path, &wrong);
	int64_t at_us = 0;
	bool is_there = r && read_diagnosis(r, incident, &at_us, &text),
	     is_fine = is_there == (wanted != NULL) &&
		       (!wanted || (!strcmp(text_get(&text), wanted) && at_us == BEGIN));

	read_close(r);
	text_release(&wrong);
	text_release(&text);
	return is_fine;
}

static void diagnoses(void)
{
	struct store *s = begin();
	struct text line = {0};
	sqlite3 *db;

	text_printf(&line, "diagnosis i1 check=a at_us=%lld text=\"down\\n< 554 <b>\\n\"\n",
		    (long long)BEGIN);
	commit(s, BEGIN, line.at);
	commit(s, BEGIN + MINUTE, "diagnosis i1 check=a at_us=1 text=again\n");
	ok(reads_diagnosis("i1", "down\n< 554 <b>\n"), "what was found out first is kept");
	ok(reads_diagnosis("i2", NULL), "of another incident there is nothing");
	store_retain(s, &(struct store_retention){.raw_us = 2 * DAY});
	tidy(s, BEGIN + DAY);
	ok(reads_diagnosis("i1", "down\n< 554 <b>\n"), "as long as raw results");
	tidy(s, BEGIN + 4 * DAY);
	ok(reads_diagnosis("i1", NULL), "and no longer");
	store_close(s);
	sqlite3_open(path, &db);
	sqlite3_exec(
		db,
		"DROP TABLE diagnosis; ALTER TABLE maintenance DROP COLUMN ref; ALTER TABLE "
		"maintenance DROP COLUMN impact; ALTER TABLE target DROP COLUMN category; "
		"DELETE FROM link; UPDATE meta SET value = 4 WHERE word = 'schema'",
		NULL, NULL, NULL);
	sqlite3_close(db);
	s = begin();
	ok(count("SELECT value FROM meta WHERE word = 'schema'") == STORE_SCHEMA, "from schema 4");
	commit(s, BEGIN + 5 * DAY, line.at);
	ok(reads_diagnosis("i1", "down\n< 554 <b>\n"), "there is a place for it");
	store_close(s);
	text_release(&line);
	forget();
}

int main(void)
{
	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/db", folder);
	round_trip();
	rollups();
	late();
	final();
	names();
	staged();
	history_then_watch(false);
	history_then_watch(true);
	locked();
	copied();
	diagnoses();
	rmdir(folder);
	return done_testing();
}
