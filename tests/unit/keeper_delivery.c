/* Reports that send themselves: a keeper and a real record over a year in several zones, while the
 * keeper dies at any moment, loses what was not on disk and is off for days: each period goes to
 * each destination exactly once. And what is made up for, refused, tried again, asked for.
 *
 * SEED=n repeats a run. */
#include <sqlite3.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../../core/alert/period.h"
#include "../../core/base/clock.h"
#include "../../core/keeper/keeper.h"
#include "../../core/store/store.h"
#include "../lib/tap.h"

#define SECOND CLOCK_SECOND
#define HOUR   (3600 * SECOND)
#define DAY    (24 * HOUR)
#define YEAR   (366 * DAY)
#define BEGIN  (INT64_C(1767225600) * SECOND) /* 2026-01-01 */

static char folder[64], path[80];

static const struct plan {
	const char *name, *every, *zone, *at, *to;
	bool for_each, is_filed;
} plan[] = {
	{"berlin month", "month", "Europe/Berlin", "06:00", "email:a\\x09acme", false, false},
	{"utc day", "day", "UTC", "00:00", "email:a\\x09acme\\nemail:b\\x09bob", true, true},
	{"havana day", "day", "America/Havana", "00:30", "email:a\\x09acme", false, false},
	{"chatham week", "week", "Pacific/Chatham", "23:59", "email:a\\x09acme\\nsms:1\\x09acme",
	 false, false},
	{"filed", "day", "Asia/Kathmandu", "06:00", "", false, true},
};
#define PLANS (sizeof plan / sizeof *plan)

struct town {
	struct keeper *k;
	struct keeper_out out;
	struct store *store;
	struct text lines[6], batch, told;
	int64_t now, wall, number,
		answer_at; /* answer_at: when what is being made is; 0: nothing */
	int64_t making, busy_until, fails; /* fails: so many of the next fail */
	const char *answer; /* words of `made` */
	unsigned seed;
	int kills, made;
};

static int chance(struct town *t, int most)
{
	return (int)(rand_r(&t->seed) % (unsigned)most);
}

static struct text *line_for(void *with, struct keeper_end to)
{
	struct town *t = with;

	return to.kind == END_COURIER || to.kind == END_PROBER ? NULL : &t->lines[to.kind];
}

static void say(struct town *t, enum keeper_end_kind from, const char *line)
{
	static struct line l;
	struct text copy = {0};

	text_puts(&copy, line);
	if (copy.size && copy.at[copy.size - 1] == '\n')
		copy.at[--copy.size] = '\0';
	if (line_parse(&l, copy.at, copy.size))
		ok(false, "the test's own line: %s", line);
	else
		keeper_take(t->k, t->now, t->wall, (struct keeper_end){from, from == END_CLIENT},
			    &l);
	text_release(&copy);
}

static void each_line(struct town *t, enum keeper_end_kind kind,
		      void (*take)(struct town *, const struct line *))
{
	struct text lines = t->lines[kind];
	static struct line l;
	char *newline;

	t->lines[kind] = (struct text){0};
	for (char *at = lines.at; at && *at; at = newline + 1) {
		newline = strchr(at, '\n');
		if (!line_parse(&l, at, (size_t)(newline - at)))
			take(t, &l);
	}
	text_release(&lines);
}

static void take_recorded(struct town *t, const struct line *l)
{
	static const char *const but[] = {"n", NULL};

	t->number = line_int(l, "n", t->number);
	line_begin(&t->batch, l->verb, l->id);
	line_add_words(&t->batch, l, but);
	line_end(&t->batch);
}

static void take_parent(struct town *t, const struct line *l)
{
	if (!strcmp(l->verb, "make")) {
		t->making = line_number(l);
		t->busy_until = t->now + 240 * SECOND;
		t->answer_at = t->now + chance(t, 90) * SECOND;
	} else if (!strcmp(l->verb, "say")) {
		text_printf(&t->told, "%s; ", line_get(l, "text"));
	}
}

static void commit(struct town *t)
{
	struct text wrong = {0}, line = {0};

	each_line(t, END_RECORDER, take_recorded);
	if (!store_commit(t->store, &(struct store_batch){t->wall, &t->batch, "k", t->number},
			  &wrong))
		ok(false, "commit: %s", text_get(&wrong));
	text_clear(&t->batch);
	text_printf(&line, "committed %lld", (long long)t->number);
	say(t, END_RECORDER, line.at);
	text_release(&wrong);
	text_release(&line);
}

/* The files of zones go as the loader writes them. */
static void configure(struct town *t)
{
	struct text line = {0};

	say(t, END_PARENT, "begin 1");
	for (size_t i = 0; i < PLANS; i++) {
		struct zone *z = zone_open(plan[i].zone, &line);
		size_t size;
		const void *bytes = zone_bytes(z, &size);

		text_clear(&line);
		line_begin_name(&line, "zone", plan[i].zone);
		line_add_bytes(&line, "bytes", bytes, size);
		say(t, END_PARENT, line.at);
		zone_close(z);
	}
	for (size_t i = 0; i < PLANS; i++) {
		text_clear(&line);
		text_printf(&line,
			    "deliver - name=\"%s\" report=sla every=%s zone=%s at=%s%s to=\"%s\"%s",
			    plan[i].name, plan[i].every, plan[i].zone, plan[i].at,
			    plan[i].for_each ? " for_each=1" : "", plan[i].to,
			    plan[i].is_filed ? " folder=/srv" : "");
		say(t, END_PARENT, line.at);
	}
	say(t, END_PARENT, "end 1 problems=0");
	text_release(&line);
}

static void resume(struct town *t)
{
	struct text lines = {0};
	char *newline;

	store_resume(t->store, &lines);
	for (char *at = lines.at; at && *at; at = newline + 1) {
		newline = strchr(at, '\n');
		*newline = '\0';
		say(t, END_RECORDER, at);
	}
	say(t, END_RECORDER, "resumed -");
	text_release(&lines);
}

static void start(struct town *t)
{
	t->out = (struct keeper_out){.line = line_for, .with = t};
	t->k = keeper_new(&t->out);
	t->answer_at = 0;
	t->busy_until = t->now + 240 * SECOND;
	keeper_tick(t->k, t->now, t->wall);
	say(t, END_PARENT, "start keeper resume=1");
	say(t, END_PARENT, "recorder -");
	configure(t);
	resume(t);
}

/* What was not on disk is gone. */
static void kill_it(struct town *t)
{
	keeper_free(t->k);
	for (int i = 0; i < 6; i++)
		text_clear(&t->lines[i]);
	text_clear(&t->batch);
	t->kills++;
}

static void answer(struct town *t)
{
	struct text line = {0};

	if (!t->answer_at || t->now < t->answer_at)
		return;
	t->answer_at = 0;
	text_printf(&line, "made %lld ", (long long)t->making);
	if (t->fails > 0 && t->fails--)
		text_puts(&line, "wrong=\"report 'sla' crashed (signal 11)\"");
	else
		text_puts(&line, t->answer ? t->answer : "subject=s text=t short=s period=p");
	t->made++;
	say(t, END_PARENT, line.at);
	text_release(&line);
}

static void pass(struct town *t, int64_t us)
{
	t->now += us;
	t->wall += us;
	keeper_tick(t->k, t->now, t->wall);
	each_line(t, END_PARENT, take_parent);
	answer(t);
	each_line(t, END_RECORDER, take_recorded);
}

static void settle(struct town *t, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		pass(t, SECOND);
		if (t->batch.size)
			commit(t);
	}
}

static struct town *town_new(int64_t wall)
{
	struct town *t = calloc(1, sizeof *t);
	struct text wrong = {0};

	t->now = HOUR;
	t->wall = wall;
	t->store = store_open(path, &wrong);
	ok(t->store != NULL, "a record: %s", text_get(&wrong));
	start(t);
	settle(t, 2);
	text_release(&wrong);
	return t;
}

static void town_free(struct town *t)
{
	keeper_free(t->k);
	for (int i = 0; i < 6; i++)
		text_release(&t->lines[i]);
	text_release(&t->batch);
	text_release(&t->told);
	store_close(t->store);
	unlink(path);
	free(t);
}

static int count(const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *ask;
	int n = -1;

	sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
	if (sqlite3_prepare_v2(db, sql, -1, &ask, NULL) == SQLITE_OK &&
	    sqlite3_step(ask) == SQLITE_ROW)
		n = sqlite3_column_int(ask, 0);
	sqlite3_finalize(ask);
	sqlite3_close(db);
	return n;
}

static int count_of(const char *text, const char *what)
{
	int n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

/* ---- a year ---- */

/* So many periods became due since the delivery began. */
static int periods(const struct plan *p, int64_t from_us, int64_t to_us)
{
	struct text wrong = {0};
	struct zone *z = zone_open(p->zone, &wrong);
	struct period_rule r = {period_every_of(p->every), period_minute(p->at), z};
	struct period at = period_last_due(&r, from_us);
	int n = 0;

	for (at = period_step(&r, &at, 1); at.due_us <= to_us; at = period_step(&r, &at, 1))
		n++;
	zone_close(z);
	return n;
}

/* All letters of it; those of different periods and destinations. */
static void check_letters(const struct plan *p, int wanted)
{
	int destinations = *p->to ? 1 + count_of(p->to, "\\n") : 0;
	struct text sql = {0};

	text_printf(&sql, "SELECT count(*) FROM letter WHERE instr(words, 'delivery=\"%s\"')",
		    p->name);
	ok(count(sql.at) == wanted * destinations, "'%s': %d letters, wanted %d", p->name,
	   count(sql.at), wanted * destinations);
	text_clear(&sql);
	text_printf(&sql, "SELECT count(*) FROM delivery WHERE name = '%s' AND destination <> ''",
		    p->name);
	ok(count(sql.at) == wanted * destinations, "'%s': each of its own", p->name);
	text_clear(&sql);
	text_printf(&sql, "SELECT count(*) FROM delivery WHERE name = '%s' AND outcome = 'done'",
		    p->name);
	ok(count(sql.at) == wanted, "'%s': %d periods are done, wanted %d", p->name, count(sql.at),
	   wanted);
	text_release(&sql);
}

/* Mostly whole hours; near a report seconds, for that is where a death matters. */
static int64_t step_of(struct town *t)
{
	if (t->now < t->busy_until || chance(t, 3) == 0)
		return (1 + chance(t, 20)) * SECOND;
	return (1 + chance(t, 40)) * 300 * SECOND;
}

static void year(unsigned seed)
{
	struct town *t = town_new(BEGIN);

	t->seed = seed;
	while (t->wall < BEGIN + YEAR) {
		pass(t, step_of(t));
		if (chance(t, 20) == 0)
			t->fails = chance(t, 3);
		if (t->batch.size && chance(t, 3))
			commit(t);
		if (chance(t, t->answer_at || t->batch.size ? 25 : 200))
			continue;
		kill_it(t);
		t->now += SECOND;
		t->wall += chance(t, 4) ? SECOND : chance(t, 10) * HOUR; /* it was off */
		start(t);
	}
	t->fails = 0;
	for (int i = 0; i < 600; i++) {
		pass(t, 60 * SECOND);
		commit(t);
	}
	settle(t, 10);
	printf("# SEED=%u: %d deaths, %d reports made\n", seed, t->kills, t->made);
	ok(t->kills > 50, "it died often");
	for (size_t i = 0; i < PLANS; i++)
		check_letters(&plan[i], periods(&plan[i], BEGIN, t->wall));
	town_free(t);
}

/* ---- single cases ---- */

static void missed(void)
{
	struct town *t = town_new(BEGIN + 12 * HOUR);

	kill_it(t);
	t->wall += 40 * DAY;
	start(t);
	settle(t, 1200);
	check_letters(&plan[0], 1);
	check_letters(&plan[1], 3);
	check_letters(&plan[2], 3);
	check_letters(&plan[3], 4);
	ok(count_of(text_get(&t->told), "was missed too often: from 2026-01-01 to 2026-02-0") >= 1,
	   "what is not made up for is told: %s", text_get(&t->told));
	town_free(t);
}

static void fails_then_works(void)
{
	struct town *t = town_new(BEGIN + DAY + 10 * 60 * SECOND);

	t->fails = 3;
	pass(t, 10 * 60 * SECOND); /* 00:20 in UTC: one day is over */
	settle(t, 2);
	settle(t, 100);
	ok(count("SELECT count(*) FROM letter") == 0, "nothing half is sent");
	ok(count("SELECT count(*) FROM delivery WHERE outcome = 'failed' AND reason LIKE"
		 " '%crashed (signal 11)'") == 1,
	   "the failure is recorded");
	ok(count_of(text_get(&t->told), "report 'utc day' of 2026-01-01 was not made: report 'sla'"
					" crashed (signal 11)") == 1,
	   "and said once: %s", text_get(&t->told));
	settle(t, 900);
	check_letters(&plan[1], 1);
	town_free(t);
}

/* Letters go once, whatever becomes of the folder. */
static void folder_full(void)
{
	struct town *t = town_new(BEGIN + DAY + 10 * 60 * SECOND);

	t->answer = "subject=s text=t short=s folder_wrong=\"/srv: no space left on device\"";
	pass(t, 10 * 60 * SECOND);
	settle(t, 400);
	ok(count("SELECT count(*) FROM letter WHERE instr(words, 'utc day')") == 2,
	   "a letter for each contact, once");
	ok(count_of(text_get(&t->told),
		    "'utc day' of 2026-01-01 was sent, but not filed: /srv: no") == 1,
	   "what is wrong: %s", text_get(&t->told));
	kill_it(t);
	t->answer = NULL;
	start(t);
	settle(t, 400);
	check_letters(&plan[1], 1);
	town_free(t);
}

static const char *ask(struct town *t, const char *request)
{
	text_clear(&t->lines[END_CLIENT]);
	say(t, END_CLIENT, request);
	return text_get(&t->lines[END_CLIENT]);
}

/* Days as they are lived. */
static void live(struct town *t, int hours)
{
	for (int i = 0; i < hours * 60; i++) {
		pass(t, 60 * SECOND);
		if (t->batch.size)
			commit(t);
	}
}

#define OF_DAY " FROM delivery WHERE name = 'utc day' AND "

/* Nobody waits for what a folder lacks: what was not filed is made up for once it can be, the last
 * three days of it, whether the keeper dies meanwhile or not. */
static void folder_gone(bool dies)
{
	struct town *t = town_new(BEGIN + 12 * HOUR);
	int days = dies ? 3 : 4; /* a new keeper makes up for three, that of today among them */

	t->answer = "subject=s text=t short=s folder_wrong=\"/srv: no such file or directory\"";
	live(t, 5 * 24);
	ok(count("SELECT count(*)" OF_DAY "destination <> ''") == 10,
	   "each contact has the letters of five days");
	ok(count("SELECT count(*)" OF_DAY "outcome = 'failed'") >= 3, "no day is filed");
	ok(strstr(ask(t, "deliveries -"), " late=\"2026-01-02\\n2026-01-03\\n2026-01-04\"") != NULL,
	   "it says which: %s", ask(t, "deliveries -"));
	ok(strstr(text_get(&t->told), "'utc day' of 2026-01-01 is given up: /srv: no such") != NULL,
	   "what is given up is told");
	if (dies) {
		kill_it(t);
		start(t);
	}
	t->answer = NULL;
	live(t, 3);
	ok(count("SELECT count(*)" OF_DAY "outcome = 'failed'") == 0, "it is made up for");
	ok(count("SELECT count(*)" OF_DAY "outcome = 'done'") == days, "of the last days");
	ok(count("SELECT count(*)" OF_DAY "destination <> ''") == 10, "no letter goes twice");
	ok(count("SELECT count(*) FROM letter WHERE instr(words, 'utc day')") == 10,
	   "nor a second one of the same");
	ok(!strstr(ask(t, "deliveries -"), "late="), "nothing is late");
	live(t, 24);
	ok(count("SELECT count(*)" OF_DAY "outcome = 'done'") == days + 1, "and on it goes");
	town_free(t);
}

/* One contact's report that cannot be made keeps nobody else's back; it is tried again. */
static void one_fails(void)
{
	struct town *t = town_new(BEGIN + DAY + 10 * 60 * SECOND);

	t->fails = 1;
	pass(t, 10 * 60 * SECOND);
	settle(t, 70);
	live(t, 1);
	ok(count("SELECT count(*) FROM letter WHERE instr(words, 'email:b')") == 1 &&
		   count("SELECT count(*) FROM letter WHERE instr(words, 'email:a') AND"
			 " instr(words, 'utc day')") == 1,
	   "both have theirs");
	ok(count("SELECT min(l.id) = (SELECT min(id) FROM letter WHERE instr(words, 'email:b'))"
		 " FROM letter l WHERE instr(words, 'utc day')") == 1,
	   "the second before the first, whose failed");
	town_free(t);
}

/* A day that failed until the next one was due is behind what was dealt with; a keeper that dies
 * then does not forget it. */
static void left_behind(void)
{
	struct town *t = town_new(BEGIN + 12 * HOUR);

	t->fails = 1000000;
	live(t, 24 + 11);
	t->fails = 1000000;
	while (!strstr(ask(t, "deliveries -"), "late=2026-01-01 ") && t->wall < BEGIN + 3 * DAY)
		settle(t, 1);
	t->fails = 0;
	while (!count("SELECT count(*)" OF_DAY "outcome = 'done'") && t->wall < BEGIN + 3 * DAY)
		settle(t, 1);
	ok(count("SELECT count(*)" OF_DAY "outcome = 'done' AND from_us = 1767312000000000") == 1 &&
		   count("SELECT count(*)" OF_DAY "destination <> ''") == 2,
	   "the second day goes first");
	kill_it(t);
	start(t);
	live(t, 1);
	ok(count("SELECT count(*)" OF_DAY "outcome = 'done'") == 2 &&
		   count("SELECT count(*)" OF_DAY "destination <> ''") == 4 &&
		   count("SELECT count(*) FROM letter WHERE instr(words, 'utc day')") == 4,
	   "the first one follows, once");
	town_free(t);
}

/* A configuration that comes into force between the letters of a report that was asked for. */
static void asked_then_configured(void)
{
	struct town *t = town_new(BEGIN + 12 * HOUR);

	ask(t, "deliver - name=\"utc day\" period=2025-12-30");
	for (int i = 0; i < 300 && count("SELECT count(*) FROM letter") < 1; i++)
		settle(t, 1);
	configure(t);
	settle(t, 600);
	ok(count("SELECT count(*) FROM letter") == 2, "one for each, none twice");
	town_free(t);
}

/* Ten years ahead for a while (F13). */
static void wrong_clock(void)
{
	struct town *t = town_new(BEGIN + 12 * HOUR);

	t->wall += 3660 * DAY;
	live(t, 2);
	t->wall -= 3660 * DAY;
	live(t, 20);
	ok(count("SELECT count(*) FROM letter WHERE created_us < 1800000000000000") == 0,
	   "it may be the present clock that is wrong");
	live(t, 24);
	ok(strstr(text_get(&t->told), "'utc day' was dealt with until 2036-") != NULL &&
		   strstr(text_get(&t->told), "which has not come: the clock was wrong") != NULL,
	   "what was found is told: %s", text_get(&t->told));
	live(t, 24);
	kill_it(t);
	start(t);
	live(t, 24);
	ok(count("SELECT count(*)" OF_DAY "destination <> '' AND to_us < 1800000000000000") == 8,
	   "of four days each once, that of the doubt too");
	kill_it(t);
	t->wall -= 3000 * DAY; /* a machine that forgets the time */
	start(t);
	live(t, 1);
	t->wall += 3000 * DAY;
	live(t, 1);
	ok(count("SELECT count(*) FROM letter WHERE created_us < 1800000000000000 AND"
		 " instr(words, 'utc day')") == 8,
	   "nothing is sent again");
	town_free(t);
}

static void asked(void)
{
	struct town *t = town_new(BEGIN + DAY);

	ok(strstr(ask(t, "deliver nobody"), "there is no delivery 'nobody'") != NULL,
	   "no such one");
	ok(strstr(ask(t, "deliver - name=\"utc day\" period=2026-01-02"), "is not over") != NULL,
	   "a day that is not over");
	ok(strstr(ask(t, "deliver - name=\"utc day\" period=soon"), "is no period") != NULL,
	   "no period");
	ok(strstr(ask(t, "deliver - name=\"utc day\" period=2025-12-30"),
		  "'utc day' of 2025-12-30 is being made: for 2 destinations") != NULL,
	   "an old day");
	ok(strstr(ask(t, "deliver - name=\"utc day\" period=2025-12-30"), "just now") != NULL,
	   "not twice at once");
	settle(t, 300);
	ok(count("SELECT count(*) FROM letter") == 2, "a letter for each");
	ask(t, "deliver - name=\"utc day\" period=2025-12-30");
	settle(t, 300);
	ok(count("SELECT count(*) FROM letter") == 4, "as often as it is asked for");
	settle(t, 900);
	ask(t, "deliver - name=\"utc day\"");
	settle(t, 300);
	ok(count("SELECT count(*) FROM letter WHERE instr(words, 'to_us=1767312000000000')") >= 2,
	   "the day before where none is named");
	ok(strstr(ask(t, "deliveries -"),
		  "delivery - name=\"utc day\" report=sla every=day zone=UTC"
		  " folder=/srv to=\"email:a\\nemail:b\"") != NULL,
	   "they are listed");
	town_free(t);
}

/* Without the record's word nothing is sent. */
static void untold(void)
{
	struct town *t = town_new(BEGIN);

	kill_it(t);
	t->wall += 3 * DAY;
	t->k = keeper_new(&t->out);
	keeper_tick(t->k, t->now, t->wall);
	say(t, END_PARENT, "start keeper resume=1");
	say(t, END_PARENT, "recorder -");
	configure(t);
	say(t, END_RECORDER, "failing - reason=full");
	say(t, END_RECORDER, "recovered -");
	settle(t, 100);
	ok(count("SELECT count(*) FROM letter") == 0, "nothing is sent that may have been");
	resume(t);
	settle(t, 600);
	check_letters(&plan[2], 3);
	town_free(t);
}

int main(void)
{
	const char *seed = getenv("SEED");

	/* thousands of commits: in memory where there is such a place */
	snprintf(folder, sizeof folder, "%s/nines-delivery-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/db", folder);
	missed();
	fails_then_works();
	folder_full();
	folder_gone(false);
	folder_gone(true);
	one_fails();
	left_behind();
	asked_then_configured();
	wrong_clock();
	asked();
	untold();
	year(seed ? (unsigned)strtoul(seed, NULL, 10) : (unsigned)time(NULL));
	rmdir(folder);
	return done_testing();
}
