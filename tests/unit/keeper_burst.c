/* The diagnosis of a first failure: once an incident, few at a time, kept with the incident. */
#include "../lib/keeper.h"

/* Every third check fails from the second minute on. */
static const char *a_third_fails(struct world *w, const struct order *o)
{
	return w->now - START > MINUTE && atoi(o->name + 1) % 3 == 0
		       ? "verdict=down reason=refused step=connect address=192.0.2.9"
		       : always_up(w, o);
}

static void define(struct world *w, int checks)
{
	world_tell(w, END_PARENT, "begin 1");
	for (int i = 0; i < checks; i++)
		world_tell(w, END_PARENT, "define c%d module=tcp every_us=60000000", i);
	world_tell(w, END_PARENT, "end 1");
}

static void test_once(void)
{
	struct world *w = world_new();

	w->answer = down_for_a_while;
	w->down_from = 90 * SECOND;
	w->down_to = 20 * MINUTE;
	world_configure(w, "every_us=60000000 recheck_us=60000000");
	world_run(w, 10 * MINUTE);
	ok(w->diagnoses == 1, "one for the whole incident");
	ok(strstr(w->diagnose, "check=a address= probe=1") != NULL, "the check's own probe again");
	world_tell(w, END_PROBER, "diagnosis 999 text=foreign");
	world_diagnose(w, 2, w->diagnose); /* of a prober that was not asked */
	world_settle(w);
	ok(!count_of(&w->log, " diagnosis "), "an answer nobody asked for is none");
	w->diagnose[strcspn(w->diagnose, " ")] = '\0';
	world_diagnose(w, 1, w->diagnose);
	world_diagnose(w, 1, w->diagnose);
	world_settle(w);
	ok(count_of(&w->log, " diagnosis ") == 1 && count_of(&w->log, "check=a at_us=") == 1 &&
		   count_of(&w->log, "text=looked") == 1,
	   "the one that was asked for goes to the record once");
	ok(count_of(&w->log, "event=confirmed") == 1, "and changes nothing else");
	w->down_from = 25 * MINUTE;
	w->down_to = 30 * MINUTE;
	world_run(w, 30 * MINUTE);
	ok(w->diagnoses == 2, "the next incident has its own");
	world_free(w);
}

static void test_storm(void)
{
	struct world *w = world_new();

	w->answer = a_third_fails;
	define(w, 3000);
	world_run(w, 2 * MINUTE + 30 * SECOND);
	ok(count_of(&w->log, "event=open") == 1000, "a thousand incidents");
	ok(w->diagnoses == 8, "eight under way at a time, and no more: %ld", w->diagnoses);
	ok(strstr(world_ask(w, "status -"), "diagnoses_left_out=992") != NULL, "the rest is told");
	world_free(w);
	w = world_new();
	w->answer = a_third_fails;
	w->diagnoses_at_once = true;
	define(w, 3000);
	world_run(w, 2 * MINUTE);
	ok(w->diagnoses == 10, "ten a minute where each ends at once: %ld", w->diagnoses);
	ok(count_of(&w->log, "text=looked") == 10, "all of them kept");
	world_free(w);
}

static void test_silence(void)
{
	struct world *w = world_new();

	w->answer = a_third_fails;
	define(w, 30);
	world_run(w, 3 * MINUTE);
	ok(w->diagnoses == 8, "eight wait for an answer");
	define(w, 90);
	world_run(w, 6 * MINUTE);
	ok(w->diagnoses > 8, "one that never comes frees its place after a while");
	world_free(w);
}

static void test_items(void)
{
	struct world *w = world_new();

	w->answer = down_for_a_while;
	w->down_to = 20 * MINUTE;
	world_configure(w, "every_us=60000000 items=192.0.2.0/30 opt.x=192.0.2.0/30");
	world_run(w, 3 * MINUTE);
	ok(w->diagnoses == 1 && strstr(w->diagnose, "probe= ") == NULL &&
		   !strcmp(w->diagnose + strlen(w->diagnose) - 6, "probe="),
	   "a check of items is not probed again: %s", w->diagnose);
	world_free(w);
	w = world_new();
	w->answer = down_for_a_while;
	w->down_to = 20 * MINUTE;
	world_configure(w, "every_us=60000000 when_healthy=1");
	world_run(w, 3 * MINUTE);
	ok(w->diagnoses == 1 && !strcmp(w->diagnose + strlen(w->diagnose) - 6, "probe="),
	   "nor is one that tells another monitor that we are well");
	world_free(w);
	w = world_new();
	w->answer = down_for_a_while;
	w->down_to = 20 * MINUTE;
	world_configure(w, "every_us=60000000 passive=1");
	world_tell(w, END_CLIENT, "beat a");
	world_run(w, 3 * MINUTE);
	ok(w->diagnoses == 0, "a passive check has nothing to look at");
	world_free(w);
}

int main(void)
{
	test_once();
	test_storm();
	test_silence();
	test_items();
	return done_testing();
}
