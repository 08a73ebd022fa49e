/* Probers: where a check goes, what happens when one dies, hangs, is retired or is not there (F22,
 * F23, F24, F27); quarantine. */
#include "../lib/keeper.h"

static const char *silent(struct world *w, const struct order *o)
{
	(void)w, (void)o;
	return NULL;
}

static const char *silent_until_two(struct world *w, const struct order *o)
{
	return o->prober == 1 ? NULL : always_up(w, o);
}

static void add_prober(struct world *w, int n, const char *words)
{
	w->is_gone[END_PROBER][n] = false;
	world_tell(w, END_PARENT, "prober %d %s", n, words);
}

static void define(struct world *w, int n, const char *words)
{
	world_tell(w, END_PARENT, "begin 1");
	world_tell(w, END_PARENT, "module bad build=1");
	for (int i = 0; i < n; i++)
		world_tell(w, END_PARENT, "define %c module=%s every_us=60000000 %s", 'a' + i,
			   i ? "tcp" : "bad", words);
	world_tell(w, END_PARENT, "end 1");
}

static const struct {
	const char *words, *reason;
} death[] = {
	{"signal=11 module=bad step=connect", "module 'bad' crashed (signal 11) in step 'connect'"},
	{"signal=6 hung=1 module=bad step=banner",
	 "module 'bad' held the loop for 5s in step 'banner'"},
	{"signal=0 exit=3 module=bad", "module 'bad' ended the process (exit 3)"},
};

static void test_death(void)
{
	for (size_t i = 0; i < sizeof death / sizeof *death; i++) {
		struct world *w = world_new();

		w->answer = silent_until_two;
		w->keeps_results = true;
		define(w, 5, "");
		world_run(w, SECOND);
		add_prober(w, 2, "pool=general");
		world_tell(w, END_PARENT, "prober-gone 1 probe=1 check=a %s", death[i].words);
		world_run(w, 2 * SECOND);
		ok(strstr(text_get(&w->results), death[i].reason) != NULL, "%s", death[i].reason);
		ok(count_of(&w->results, "verdict=up") == 4 &&
			   count_of(&w->results, "cause=module") == 1,
		   "the four others start again on the new prober");
		ok(count_of(&w->results, "late_us=0 ") == 0, "with their original due time");
		world_free(w);
	}
}

static void test_blameless(void)
{
	struct world *w = world_new();

	w->answer = silent_until_two;
	w->keeps_results = true;
	define(w, 5, "");
	world_run(w, SECOND);
	w->is_gone[END_PROBER][1] = true;
	world_tell(w, END_PARENT, "prober-gone 1 signal=9");
	world_run(w, 3 * SECOND);
	ok(!w->results.size, "without a prober probes wait");
	add_prober(w, 2, "pool=general");
	world_run(w, 4 * SECOND);
	ok(count_of(&w->results, "verdict=up") == 5, "and go to the next that comes");
	world_free(w);
}

static void test_nobody(void)
{
	struct world *w = world_new();

	w->keeps_results = true;
	world_tell(w, END_PARENT, "prober-gone 1 signal=9");
	define(w, 2, "timeout_us=5000000");
	world_run(w, 4 * SECOND);
	ok(!w->results.size, "no prober at all: they wait for their timeout");
	world_run(w, 6 * SECOND);
	ok(count_of(&w->results, "reason=\"no prober\"") == 2 &&
		   count_of(&w->log, "to=unknown") == 2,
	   "then they are unknown");
	ok(strstr(world_ask(w, "status -"), "no prober is running") != NULL,
	   "and the monitor says so");
	world_free(w);
}

/* The module kills whoever runs it. */
static const char *killer(struct world *w, const struct order *o)
{
	return strcmp(o->name, "a") ? always_up(w, o) : NULL;
}

static void test_quarantine(void)
{
	struct world *w = world_new();
	int prober = 1;

	w->answer = killer;
	w->keeps_results = true;
	define(w, 3, "");
	for (int minute = 1; minute <= 4; minute++) {
		world_run(w, minute * MINUTE);
		if (minute == 4)
			break;
		world_tell(w, END_PARENT, "prober-gone %d signal=11 module=bad step=x probe=%ld",
			   prober, 0L);
		add_prober(w, ++prober, "pool=general");
	}
	ok(strstr(text_get(&w->told),
		  "quarantine bad deaths=3 text=\"module 'bad' is quarantined after 3 crashes\"") !=
		   NULL,
	   "three deaths in ten minutes: the parent hears of it: %s", text_get(&w->told));
	ok(strstr(text_get(&w->results),
		  "reason=\"module 'bad' is quarantined after 3 crashes\"") != NULL,
	   "its checks are unknown");
	ok(strstr(world_ask(w, "status -"), "quarantined=bad") != NULL, "status shows it");
	ok(strstr(text_get(&w->log), "kind=quarantine") != NULL, "the record shows it");
	ok(strstr(world_ask(w, "release nonsense"), "wrong=") != NULL,
	   "only a quarantined module can be released");
	ok(strstr(world_ask(w, "release bad"), "text=released") &&
		   !strstr(world_ask(w, "status -"), "quarantined=bad"),
	   "by command");
	world_free(w);
}

static void test_quarantine_window(void)
{
	struct world *w = world_new();
	int prober = 1;

	define(w, 1, "");
	for (int i = 0; i < 4; i++) {
		world_run(w, (i + 1) * 6 * MINUTE);
		world_tell(w, END_PARENT, "prober-gone %d signal=11 module=bad", prober);
		add_prober(w, ++prober, "pool=general");
	}
	ok(!strstr(text_get(&w->told), "quarantine"), "a death every six minutes is no quarantine");
	for (int i = 0; i < 2; i++) {
		world_tell(w, END_PARENT, "prober-gone %d signal=11 module=bad", prober);
		add_prober(w, ++prober, "pool=general");
	}
	world_settle(w);
	ok(strstr(text_get(&w->told), "quarantine bad") != NULL, "three within ten are");
	world_tell(w, END_PARENT, "begin 2");
	world_tell(w, END_PARENT, "module bad build=2");
	world_tell(w, END_PARENT, "define a module=bad every_us=60000000 build=2");
	world_tell(w, END_PARENT, "end 2");
	world_settle(w);
	ok(strstr(text_get(&w->told), "event=released") != NULL,
	   "a new build is given another chance");
	world_free(w);
}

static void test_crash_loop(void)
{
	struct world *w = world_new();

	w->answer = silent;
	w->keeps_results = true;
	define(w, 2, "");
	world_run(w, SECOND);
	for (int i = 1; i <= 3; i++) {
		add_prober(w, i + 1, "pool=general");
		world_tell(w, END_PARENT, "prober-gone %d signal=9", i);
		world_settle(w);
	}
	ok(count_of(&w->results, "its prober died three times") == 2,
	   "a probe is not handed on for ever");
	world_free(w);
}

static void test_liar(void)
{
	struct world *w = world_new();

	w->answer = silent;
	w->keeps_results = true;
	add_prober(w, 2, "pool=general");
	define(w, 1, "");
	world_run(w, SECOND);
	for (int i = 1; i <= 2; i++) {
		world_say(w, END_PROBER, i, "result 77 verdict=down");
		world_say(w, END_PROBER, i, "result -5 verdict=down");
		world_say(w, END_PROBER, i, "result x verdict=down");
	}
	world_say(w, END_PROBER, 7, "result 1 verdict=down reason=lie");
	world_settle(w);
	ok(!w->results.size, "results of nobody's probe are ignored");
	world_say(w, END_PROBER, 1,
		  "result 1 verdict=splendid n=99 ends=up name=other location=moon");
	world_say(w, END_PROBER, 2,
		  "result 1 verdict=splendid n=99 ends=up name=other location=moon");
	world_settle(w);
	ok(strstr(text_get(&w->results),
		  "result a verdict=unknown reason=\"the prober's answer makes no sense\"") != NULL,
	   "an impossible verdict is unknown: %s", text_get(&w->results));
	world_free(w);
}

static void test_own_words(void)
{
	struct world *w = world_new();

	w->answer = silent;
	w->keeps_results = true;
	define(w, 1, "");
	world_run(w, SECOND);
	world_say(w, END_PROBER, 1,
		  "result 1 verdict=up start_us=5 n=99 ends=down cause=x missed=7 name=other "
		  "location=moon fact.v=\"1 d\"");
	world_settle(w);
	ok(count_of(&w->results, "moon") == 0 && count_of(&w->results, "ends=down") == 0 &&
		   count_of(&w->results, "missed") == 0 && count_of(&w->results, "other") == 0,
	   "a prober cannot say the keeper's words");
	ok(strstr(text_get(&w->results), "fact.v=\"1 d\"") != NULL,
	   "its own go on to the recorder");
	world_free(w);
}

static int running, most;

static const char *note_running(struct world *w, const struct order *o)
{
	(void)w, (void)o;
	if (++running > most)
		most = running;
	return NULL;
}

static void test_blocking(void)
{
	struct world *w = world_new();

	w->answer = note_running;
	w->keeps_results = true;
	add_prober(w, 2, "pool=blocking");
	define(w, 4, "pool=blocking");
	for (int i = 1; i <= 4; i++) {
		world_run(w, i * SECOND);
		ok(most == 1 && w->probes == i, "a blocking prober has one probe at a time (%ld)",
		   w->probes);
		struct text t = {0};

		running = 0;
		text_printf(&t, "result %d verdict=up", i);
		world_say(w, END_PROBER, 2, t.at);
		text_release(&t);
	}
	world_settle(w);
	ok(count_of(&w->results, "verdict=up") == 4, "the others wait for it");
	world_free(w);
}

static void test_retire(void)
{
	struct world *w = world_new();

	w->answer = silent_until_two;
	define(w, 3, "");
	world_run(w, SECOND);
	add_prober(w, 2, "pool=general");
	world_tell(w, END_PARENT, "retire 1");
	world_settle(w);
	ok(!strstr(text_get(&w->told), "drained"), "a retired prober finishes what it has");
	for (int id = 1; id <= 3; id++)
		world_tell(w, END_PROBER, "result %d verdict=up", id);
	world_settle(w);
	ok(strstr(text_get(&w->told), "drained 1") != NULL, "then it is drained");
	world_run(w, 2 * MINUTE);
	ok(w->probes > 3 && !w->to[END_PROBER][1].size, "and gets no more");
	world_tell(w, END_PARENT, "retire 2");
	world_settle(w);
	ok(strstr(text_get(&w->told), "drained 2") != NULL, "an idle one is drained at once");
	world_tell(w, END_PARENT, "prober-gone 1 signal=0 exit=0 hung=0");
	world_tell(w, END_PARENT, "prober-gone 2 signal=0 exit=0 hung=0");
	ok(strstr(world_ask(w, "status -"), " prober_deaths=0 ") != NULL,
	   "who was retired and is gone has not died");
	world_free(w);
}

static int by_prober[PROBERS + 1];

static void count_prober(struct world *w, const struct order *o)
{
	(void)w;
	by_prober[o->prober]++;
}

static void test_generations(void)
{
	struct world *w = world_new();

	define(w, 20, "");
	world_run(w, 2 * MINUTE);
	w->seen = count_prober;
	add_prober(w, 2, "pool=general generation=2");
	world_run(w, 4 * MINUTE);
	ok(by_prober[1] && !by_prober[2], "a prober of the coming configuration waits for it");
	by_prober[1] = 0;
	world_tell(w, END_PARENT, "begin 2");
	for (int i = 0; i < 20; i++)
		world_tell(w, END_PARENT, "define %c module=tcp every_us=60000000 build=2",
			   'a' + i);
	world_tell(w, END_PARENT, "end 2");
	world_run(w, 6 * MINUTE);
	ok(!by_prober[1] && by_prober[2] > 20, "with it the older ones get nothing more");
	world_free(w);
}

static void test_sharing(void)
{
	struct world *w = world_new();

	add_prober(w, 2, "pool=general");
	memset(by_prober, 0, sizeof by_prober);
	w->seen = count_prober;
	world_tell(w, END_PARENT, "begin 1");
	for (int i = 0; i < 400; i++)
		world_tell(w, END_PARENT, "define c%d module=tcp every_us=60000000", i);
	world_tell(w, END_PARENT, "end 1");
	world_run(w, 10 * SECOND);
	ok(by_prober[1] > 120 && by_prober[2] > 120, "two probers share the checks: %d and %d",
	   by_prober[1], by_prober[2]);
	world_free(w);
}

static void test_refused(void)
{
	struct world *w = world_new();

	w->keeps_results = true;
	world_tell(w, END_PARENT, "begin 1");
	world_tell(w, END_PARENT, "module bad refused=\"module '/m/bad.so': others can write it\"");
	world_tell(w, END_PARENT, "define a module=bad every_us=60000000");
	world_tell(w, END_PARENT, "define b module=tcp every_us=60000000");
	world_tell(w, END_PARENT, "end 1");
	world_run(w, SECOND);
	ok(strstr(text_get(&w->results),
		  "reason=\"module '/m/bad.so': others can write it\"") != NULL,
	   "a refused module's checks are unknown, with the loader's sentence and no other");
	ok(strstr(text_get(&w->results), "result b ") && count_of(&w->results, "ends=up") == 1,
	   "the rest runs");
	world_free(w);
}

int main(void)
{
	test_death();
	test_blameless();
	test_nobody();
	test_quarantine();
	test_quarantine_window();
	test_crash_loop();
	test_liar();
	test_own_words();
	test_blocking();
	test_retire();
	test_generations();
	test_sharing();
	test_refused();
	return done_testing();
}
