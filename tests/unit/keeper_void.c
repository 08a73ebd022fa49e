/* Void cycles (F19, definitions.md 1): when our own lines fail, nobody is down. 500 checks a
 * minute, their network gone for five minutes. */
#include "../lib/keeper.h"
#include "../../core/keeper/void.h"

static void test_window(void)
{
	static const struct {
		int passed, failed;
		bool is_over;
	} table[] = {{0, 19, false}, {0, 20, true},      {10, 10, true},    {11, 10, false},
		     {11, 9, false}, {1000, 999, false}, {1000, 1000, true}};
	struct void_window v;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		void_window_init(&v);
		for (int n = 0; n < table[i].passed; n++)
			void_window_add(&v, 1000 * SECOND, false);
		for (int n = 0; n < table[i].failed; n++)
			void_window_add(&v, 1001 * SECOND, true);
		ok(void_window_is_over_share(&v, 1002 * SECOND) == table[i].is_over,
		   "%d passed, %d failed", table[i].passed, table[i].failed);
		ok(!void_window_is_over_share(&v, 1062 * SECOND),
		   "a minute later they are forgotten");
	}
	void_window_init(&v);
	ok(void_window_share(&v, "0.25") && v.share_permille == 250 &&
		   void_window_share(&v, "75%") && v.share_permille == 750 &&
		   void_window_share(&v, "30") && v.share_permille == 300,
	   "a share is 0.25, 75%% or 30");
	ok(!void_window_share(&v, "x") && !void_window_share(&v, "-1") &&
		   !void_window_share(&v, "200"),
	   "and nothing else");
}

/* The network is gone from down_from to down_to; names that begin with 'r' are reference targets,
 * which may answer all the same. */
static const char *network(struct world *w, const struct order *o)
{
	if (o->name[0] == 'r' && w->with)
		return always_up(w, o);
	return down_for_a_while(w, o);
}

static struct world *many(int references, int reference_every, const char *settings)
{
	struct world *w = world_new();

	w->answer = network;
	world_tell(w, END_PARENT, "begin 1");
	world_tell(w, END_PARENT, "setting - %s", settings);
	for (int i = 0; i < 500; i++)
		world_tell(w, END_PARENT, "define c%d module=tcp every_us=60000000", i);
	for (int i = 0; i < references; i++)
		world_tell(w, END_PARENT, "define r%d module=tcp every_us=%d000000 reference=1", i,
			   reference_every);
	world_tell(w, END_PARENT, "end 1");
	w->down_from = 10 * MINUTE;
	w->down_to = 15 * MINUTE;
	return w;
}

static void test_own_network(int references, int every)
{
	struct world *w = many(references, every, "location=here");

	world_run(w, 20 * MINUTE);
	ok(!count_of(&w->log, "event=confirmed"),
	   "%d references: nobody is called down while our network is gone", references);
	ok(count_of(&w->log, "event=open") <= 300 &&
		   count_of(&w->log, "event=open") == count_of(&w->log, "event=withdrawn"),
	   "what had opened provisionally is withdrawn (%d of %d)",
	   count_of(&w->log, "event=withdrawn"), count_of(&w->log, "event=open"));
	ok(count_of(&w->log, "kind=own-connection") == 2,
	   "one mark where it begins, one where it ends (%d)",
	   count_of(&w->log, "kind=own-connection"));
	ok(count_of(&w->log, "cause=void-cycle") >= 500 && !count_of(&w->log, "to=down"),
	   "the state is unknown, never down");
	ok(!strstr(world_ask(w, "status -"), "state=unknown"), "all are up again");
	ok(strstr(world_ask(w, "status -"), "ok=1") != NULL, "and the monitor is well");
	world_free(w);
}

static void test_storm(void)
{
	struct world *w = many(2, 60, "location=here");

	w->with = w; /* the references answer */
	world_run(w, 20 * MINUTE);
	ok(count_of(&w->log, "event=confirmed") == 500,
	   "references answer: 500 failures are a storm (%d confirmed)",
	   count_of(&w->log, "event=confirmed"));
	ok(count_of(&w->log, "event=closed") == 500 && !count_of(&w->log, "void-cycle"),
	   "each closed, none void");
	world_free(w);
}

static const char *one_fails(struct world *w, const struct order *o)
{
	if (!strcmp(o->name, "c7") && w->now - START >= 5 * MINUTE && w->now - START < 17 * MINUTE)
		return "verdict=down reason=refused";
	return network(w, o);
}

static void test_incident_across(void)
{
	struct world *w = many(0, 60, "location=here");

	w->answer = one_fails;
	world_run(w, 9 * MINUTE);
	ok(count_of(&w->log, "event=confirmed") == 1, "one check is down");
	world_run(w, 14 * MINUTE);
	ok(!count_of(&w->log, "event=closed"), "its incident stays open over the void cycles");
	ok(strstr(text_get(&w->log), "state c7 kind=check from=down to=unknown") != NULL,
	   "while its state is unknown");
	world_run(w, 20 * MINUTE);
	ok(count_of(&w->log, "event=closed") == 1 && count_of(&w->log, "event=confirmed") == 1,
	   "and it ends with the first pass");
	world_free(w);
}

static void test_few(void)
{
	struct world *w = world_new();

	w->answer = down_for_a_while;
	w->down_from = 10 * MINUTE;
	w->down_to = 15 * MINUTE;
	world_tell(w, END_PARENT, "begin 1");
	for (int i = 0; i < 15; i++)
		world_tell(w, END_PARENT, "define c%d module=tcp every_us=60000000", i);
	world_tell(w, END_PARENT, "end 1");
	world_run(w, 20 * MINUTE);
	ok(count_of(&w->log, "event=confirmed") == 15, "15 cycles a minute are too few to be void");
	world_free(w);
}

static void test_settings(void)
{
	struct world *w = many(0, 60, "void.minimum=1000");

	world_run(w, 20 * MINUTE);
	ok(count_of(&w->log, "event=confirmed") == 500, "void.minimum is a setting");
	world_free(w);
	w = many(0, 60, "void.share=0.99 void.window_us=10000000");
	world_run(w, 20 * MINUTE);
	ok(!count_of(&w->log, "event=confirmed") && count_of(&w->log, "event=open") < 110,
	   "share and window too (%d opened)", count_of(&w->log, "event=open"));
	world_free(w);
}

int main(void)
{
	test_window();
	test_own_network(0, 60);
	test_own_network(3, 60);
	test_own_network(3, 1200); /* a pass of long ago says nothing of now */
	test_storm();
	test_incident_across();
	test_few();
	test_settings();
	return done_testing();
}
