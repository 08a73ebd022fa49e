/* Checks handed out before they are due: when they leave, in what order, and what must not change
 * by it: the slots, missed ones, what a prober that dies leaves behind. */
#include "../lib/keeper.h"

#define GRID   INT64_C(100000)
#define CHECKS 40

static int64_t last_due;
static struct {
	long wrong_time, wrong_order, turns, seen[CHECKS];
	int64_t turn_at;
} got;

static const char *look(struct world *w, const struct order *o)
{
	int64_t away = o->due_us - w->now;

	got.wrong_time += w->now % GRID != 0 || away <= 0 || away > GRID;
	got.wrong_order += o->due_us < last_due;
	last_due = o->due_us;
	got.turns += got.turn_at != w->now;
	got.turn_at = w->now;
	got.seen[atoi(o->name)]++;
	return always_up(w, o);
}

static const char *silent(struct world *w, const struct order *o)
{
	(void)w, (void)o;
	return NULL;
}

static struct world *world_ahead(const char *(*answer)(struct world *, const struct order *),
				 int checks, const char *words)
{
	struct world *w = world_new();

	w->answer = answer;
	w->keeps_results = true;
	world_tell(w, END_PARENT, "start keeper ahead_us=100000");
	world_tell(w, END_PARENT, "begin 1");
	world_tell(w, END_PARENT, "module tcp build=1");
	for (int i = 0; i < checks; i++)
		world_tell(w, END_PARENT, "define %d module=tcp %s", i, words);
	world_tell(w, END_PARENT, "end 1");
	return w;
}

static void test_batches(void)
{
	struct world *w = world_ahead(always_up, CHECKS, "every_us=1000000 timeout_us=500000");
	bool is_each_second = true;

	world_run(w, 3 * SECOND); /* the first probes come when they can */
	memset(&got, 0, sizeof got);
	last_due = 0;
	w->answer = look;
	world_run(w, 23 * SECOND);
	ok(!got.wrong_time, "checks leave on a grid of 100 ms, for the 100 ms that follow");
	ok(!got.wrong_order, "in the order in which they are due");
	ok(got.turns == 200, "many at a time: %ld times", got.turns);
	for (int i = 0; i < CHECKS; i++)
		is_each_second &= got.seen[i] == 20;
	ok(is_each_second, "each in each of its slots once");
	ok(!count_of(&w->results, "missed="), "and none is missed");
	world_free(w);
}

/* What others have to decide at the slot itself is not decided before. */
static void test_not_early(void)
{
	static const char *const words[] = {
		"every_us=1000000 pool=blocking", "every_us=1000000 passive=1",
		"every_us=1000000 when_healthy=1", "every_us=1000000 items=\"x\\ny\""};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct world *w = world_ahead(always_up, 1, words[i]);

		w->is_gone[END_PROBER][2] = false;
		world_tell(w, END_PARENT, "prober 2 pool=blocking");
		world_run(w, 10 * SECOND + 1);
		ok(count_of(&w->results, "result") > 0 && !count_of(&w->results, "late_us=-"),
		   "not before its time: %s", words[i]);
		world_free(w);
	}
}

/* A probe that takes all but the last moment of its interval leaves no slot out. */
static void test_running(void)
{
	struct world *w = world_ahead(silent, 1, "every_us=1000000 timeout_us=5000000");
	struct text line = {0};
	long before, missed;

	world_run(w, 2 * SECOND);
	before = w->probes;
	world_run(w, 2 * SECOND + SECOND / 2);
	ok(w->probes == before, "while a probe runs no other is handed out");
	text_printf(&line, "result %ld verdict=up start_us=%lld", before,
		    (long long)(w->now + w->wall_ahead));
	w->answer = always_up;
	world_run(w, 5 * SECOND);
	missed = count_of(&w->results, "missed=");
	world_say(w, END_PROBER, 1, line.at);
	world_run(w, 10 * SECOND);
	ok(!missed && count_of(&w->results, "missed=") == 1 && w->probes >= before + 4,
	   "what could not be probed at its time is missed, and it goes on");
	text_release(&line);
	world_free(w);
}

/* A probe that had not begun when its prober died has not been tried. */
static void test_death(void)
{
	struct world *w = world_ahead(silent, 1, "every_us=1000000");

	world_run(w, 2 * SECOND);
	world_say(w, END_PROBER, 1, "result 1 verdict=up");
	for (long before = w->probes; w->probes == before;)
		world_run(w, w->now - START + 10000);
	for (int n = 1; n < 5; n++) {
		w->is_gone[END_PROBER][n] = true;
		w->is_gone[END_PROBER][n + 1] = false;
		world_tell(w, END_PARENT, "prober %d pool=general", n + 1);
		world_tell(w, END_PARENT, "prober-gone %d signal=9", n);
		world_settle(w);
	}
	ok(!count_of(&w->results, "agent-lost"), "handed out again, however many probers died");
	w->answer = always_up;
	world_tell(w, END_PARENT, "prober 6 pool=general");
	w->is_gone[END_PROBER][5] = true;
	w->is_gone[END_PROBER][6] = false;
	world_tell(w, END_PARENT, "prober-gone 5 signal=9");
	world_settle(w);
	ok(count_of(&w->results, "verdict=up") == 2, "and answered by the one that lives");
	world_free(w);
}

int main(void)
{
	test_batches();
	test_not_early();
	test_running();
	test_death();
	return done_testing();
}
