/* A check probed every 1 to 10 s for a limited time: by request, with transcripts, over by itself,
 * through a new configuration and a restart. */
#include "../lib/keeper.h"

static const struct {
	const char *words, *request, *says;
} refusal[] = {
	{"every_us=60000000", "intensify a every_us=500000 for_us=60000000", "1s to 10s"},
	{"every_us=60000000", "intensify a every_us=11000000 for_us=60000000", "1s to 10s"},
	{"every_us=60000000", "intensify a every_us=1000000 for_us=59000000", "1m to 1d"},
	{"every_us=60000000", "intensify a every_us=1000000 for_us=86400000001", "1m to 1d"},
	{"every_us=5000000", "intensify a every_us=5000000 for_us=60000000", "as often already"},
	{"every_us=60000000 passive=1", "intensify a every_us=1000000 for_us=60000000", "passive"},
	{"every_us=60000000 items=192.0.2.0/30", "intensify a every_us=1000000 for_us=60000000",
	 "many targets"},
	{"every_us=60000000", "intensify b every_us=1000000 for_us=60000000",
	 "no check has this name"},
	{"every_us=60000000", "intensify a cancel=1", "is not intensified"},
};

static void test_refusals(void)
{
	for (size_t i = 0; i < sizeof refusal / sizeof *refusal; i++) {
		struct world *w = world_new();

		world_configure(w, refusal[i].words);
		world_run(w, SECOND);
		ok(strstr(world_ask(w, refusal[i].request), refusal[i].says) != NULL, "%s: %s",
		   refusal[i].request, refusal[i].says);
		world_free(w);
	}
}

static void test_one(void)
{
	struct world *w = world_new();
	long before;

	w->keeps_results = true;
	world_configure(w, "every_us=300000000");
	world_run(w, 10 * MINUTE);
	before = w->probes;
	ok(before == 2 || before == 3, "every five minutes: %ld", before);
	ok(strstr(world_ask(w, "intensify a every_us=2000000 for_us=120000000"),
		  "text=\"intensified: ") != NULL,
	   "begun");
	ok(strstr(world_ask(w, "status -"), "interval_us=2000000 intense_until_us=") != NULL,
	   "the status says so");
	text_clear(&w->results);
	world_run(w, 12 * MINUTE + 5 * SECOND);
	ok(w->probes - before >= 60 && w->probes - before <= 63, "every two seconds: %ld",
	   w->probes - before);
	ok(count_of(&w->results, "interval_us=2000000") >= 60, "with the interval in force");
	ok(count_of(&w->results, "interval_us=300000000") == 1,
	   "when it is over a probe at once, with the usual one");
	ok(!strstr(world_ask(w, "status -"), "intense_until_us"), "the status no longer says so");
	before = w->probes;
	world_run(w, 30 * MINUTE);
	ok(w->probes - before >= 3 && w->probes - before <= 4, "every five minutes again: %ld",
	   w->probes - before);
	ok(strstr(text_get(&w->told), "a: intensified, probed every 2.00s") != NULL &&
		   strstr(text_get(&w->told), "a: no longer intensified, probed every 5m") != NULL,
	   "the terminal is told");
	world_free(w);
}

/* No gap in what the engine sees: each result comes before the one before it has run out. */
static void test_gaps(void)
{
	struct world *w = world_new();
	int64_t due_us, last_us = 0, every_us = 0, gap_us = 0;

	w->keeps_results = true;
	world_configure(w, "every_us=300000000");
	world_run(w, 7 * MINUTE);
	world_ask(w, "intensify a every_us=10000000 for_us=125000000");
	world_run(w, 30 * MINUTE);
	for (const char *at = w->results.at; (at = strstr(at, "due_at_us=")); at++) {
		due_us = strtoll(at + strlen("due_at_us="), NULL, 10);
		if (last_us && due_us - last_us - every_us > gap_us)
			gap_us = due_us - last_us - every_us;
		last_us = due_us;
		every_us = strtoll(strstr(at, "interval_us=") + strlen("interval_us="), NULL, 10);
	}
	ok(gap_us <= 150 * SECOND, "the longest gap is that of the first round: %lld",
	   (long long)gap_us);
	world_free(w);
}

static void reconfigure(struct world *w, const char *words)
{
	world_tell(w, END_PARENT, "begin 2");
	world_tell(w, END_PARENT, "module tcp build=1");
	world_tell(w, END_PARENT, "define a module=tcp %s", words);
	world_tell(w, END_PARENT, "end 2 problems=0");
	world_settle(w);
}

static void test_reload(void)
{
	static const char *const next[] = {"every_us=300000000", "every_us=300000000 opt.port=2",
					   "every_us=600000000"};
	long before;

	for (size_t i = 0; i < 3; i++) {
		struct world *w = world_new();

		world_configure(w, "every_us=300000000");
		world_run(w, MINUTE);
		world_ask(w, "intensify a every_us=1000000 for_us=600000000");
		world_run(w, 2 * MINUTE);
		reconfigure(w, next[i]);
		before = w->probes;
		world_run(w, 4 * MINUTE);
		ok(w->probes - before >= 110, "goes on after a new configuration: %s", next[i]);
		ok(strstr(world_ask(w, "intensify a cancel=1"),
			  "text=\"no longer intensified: ") != NULL,
		   "cancelled");
		before = w->probes;
		world_run(w, 8 * MINUTE);
		ok(w->probes - before <= 2, "and is over: %ld", w->probes - before);
		world_free(w);
	}
}

static void test_most(void)
{
	struct world *w = world_new();
	char request[80];

	world_tell(w, END_PARENT, "begin 1");
	for (int i = 0; i < 25; i++)
		world_tell(w, END_PARENT, "define c%d module=tcp every_us=60000000", i);
	world_tell(w, END_PARENT, "end 1");
	world_run(w, SECOND);
	for (int i = 0; i < 20; i++) {
		snprintf(request, sizeof request, "intensify c%d every_us=1000000 for_us=600000000",
			 i);
		world_ask(w, request);
	}
	ok(strstr(world_ask(w, "intensify c20 every_us=1000000 for_us=600000000"),
		  "20 checks") != NULL,
	   "no more than twenty");
	world_ask(w, "intensify c3 cancel=1");
	ok(strstr(world_ask(w, "intensify c20 every_us=1000000 for_us=600000000"),
		  "text=\"intensified: ") != NULL,
	   "another when one is cancelled");
	world_tell(w, END_PARENT, "begin 2");
	world_tell(w, END_PARENT, "define c21 module=tcp every_us=60000000");
	world_tell(w, END_PARENT, "end 2");
	world_settle(w);
	ok(strstr(world_ask(w, "intensify c21 every_us=1000000 for_us=600000000"),
		  "text=\"intensified: ") != NULL,
	   "those that are gone do not count");
	world_free(w);
}

/* What the record keeps of it brings it through a restart. */
static void test_restart(void)
{
	static const struct {
		int64_t until_s;
		const char *text;
		bool goes_on;
	} row[] = {{600, "1000000", true}, {-10, "1000000", false}, {600, "0", false},
		   {600, "abc", false},	   {600, "10", false},	    {9000000, "1000000", false}};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world *w = calloc(1, sizeof *w);

		w->out = (struct keeper_out){.line = world_line, .with = w};
		w->k = keeper_new(&w->out);
		w->now = START;
		w->wall_ahead = WALL - START;
		w->answer = always_up;
		for (int n = 2; n <= PROBERS; n++)
			w->is_gone[END_PROBER][n] = true;
		world_tell(w, END_PARENT, "start keeper resume=1");
		world_tell(w, END_PARENT, "recorder -");
		world_tell(w, END_PARENT, "prober 1 pool=general");
		world_configure(w, "every_us=300000000");
		world_tell(w, END_RECORDER, "resume a kind=check state=up since_us=%lld",
			   (long long)WALL - 1000000);
		world_tell(w, END_RECORDER, "memory a place=-1 text=%s due_us=%lld", row[i].text,
			   (long long)(WALL + row[i].until_s * SECOND));
		world_tell(w, END_RECORDER, "resumed -");
		world_run(w, 2 * MINUTE);
		ok((w->probes > 100) == row[i].goes_on, "text=%s until %lld: %ld", row[i].text,
		   (long long)row[i].until_s, w->probes);
		world_free(w);
	}
}

int main(void)
{
	test_refusals();
	test_one();
	test_gaps();
	test_reload();
	test_most();
	test_restart();
	return done_testing();
}
