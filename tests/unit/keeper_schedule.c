/* When probes start: the wheel itself, the grid without drift, missed slots, a keeper that stood
 * still (F14), clocks that jump (F13). */
#include "../lib/keeper.h"
#include "../../core/keeper/schedule.h"

#define HOUR (60 * MINUTE)

static void test_wheel(void)
{
	static struct schedule s;
	static struct schedule_entry e[5000];
	int64_t due, now = 123456789, last = 0, late = 0;
	size_t taken = 0, early = 0, disordered = 0;
	uint64_t seed = 1;

	schedule_init(&s, now);
	for (size_t i = 0; i < 5000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		due = now + (int64_t)(seed >> 33) % ((i % 5 == 0) ? 90000 * HOUR / 100
						     : i % 2      ? 3 * SECOND
								  : HOUR);
		schedule_set(&s, &e[i], due);
	}
	for (struct schedule_entry *got; taken < 5000 && now < 123456789 + 1000 * HOUR;
	     now = schedule_next_us(&s))
		while ((got = schedule_take(&s, now))) {
			taken++;
			early += got->due_us > now;
			disordered += got->due_us / SCHEDULE_TICK_US + 1 < last / SCHEDULE_TICK_US;
			last = got->due_us;
			if (now - got->due_us > late)
				late = now - got->due_us;
		}
	ok(taken == 5000 && !early && !disordered,
	   "the wheel gives back all entries in order, none early");
	ok(late <= 2 * SCHEDULE_TICK_US, "and none more than two ticks late: %lld us",
	   (long long)late);
	ok(schedule_next_us(&s) == INT64_MAX, "an empty wheel wants nothing");
	now = s.tick * SCHEDULE_TICK_US;
	schedule_set(&s, &e[0], now + 400 * 86400 * SECOND);
	schedule_stop(&s, &e[0]);
	ok(schedule_next_us(&s) == INT64_MAX && !schedule_take(&s, now + 500 * 86400 * SECOND),
	   "a stopped entry does not come");
}

struct grid {
	int64_t every, first, last, off, n;
};

static void on_grid(struct world *w, const struct order *o)
{
	struct grid *g = w->with;

	if (g->n++ == 1)
		g->first = o->due_us;
	if (g->n > 1) {
		g->off += (o->due_us - g->first) % g->every != 0;
		g->off += g->n > 2 && o->due_us - g->last != g->every;
	}
	g->last = o->due_us;
}

static void test_drift(void)
{
	struct world *w = world_new();
	struct grid g = {.every = 60 * SECOND};

	w->seen = on_grid;
	w->with = &g;
	world_configure(w, "every_us=60000000");
	world_run(w, 10002 * 60 * SECOND);
	ok(g.n >= 10000 && !g.off, "10,000 slots stay on the grid exactly (%lld seen, %lld off)",
	   (long long)g.n, (long long)g.off);
	ok(!count_of(&w->log, "kind=gap"), "no gap");
	world_free(w);
}

static const char *slow(struct world *w, const struct order *o)
{
	(void)w, (void)o;
	return NULL;
}

static void test_missed(void)
{
	struct world *w = world_new();

	w->answer = slow;
	w->keeps_results = true;
	world_configure(w, "every_us=1000000 timeout_us=10000000");
	world_run(w, 14 * SECOND);
	ok(w->probes == 1, "a probe that runs on keeps the next ones from starting");
	world_tell(w, END_PROBER, "result 1 verdict=up start_us=%lld elapsed_us=14000000",
		   (long long)(w->now + w->wall_ahead - 14 * SECOND));
	world_settle(w);
	world_run(w, 16 * SECOND);
	ok(strstr(text_get(&w->results), "missed=1") != NULL,
	   "the missed slots stand in the record: %s", text_get(&w->results));
	ok(w->probes == 2, "then the next slot is used");
	ok(strstr(world_ask(w, "status -"), "missed=1") != NULL, "and status shows them");
	world_free(w);
}

static void test_no_answer(void)
{
	struct world *w = world_new();

	w->answer = slow;
	w->keeps_results = true;
	world_configure(w, "every_us=600000000 timeout_us=10000000");
	world_run(w, 14 * SECOND);
	ok(!w->results.size, "until the deadline and 5 s a result may come");
	world_run(w, 16 * SECOND);
	ok(strstr(text_get(&w->results), "no answer from the prober") &&
		   strstr(text_get(&w->results), "cause=agent-lost") &&
		   strstr(text_get(&w->log), "to=unknown"),
	   "then it is unknown");
	world_tell(w, END_PROBER, "result 1 verdict=down");
	ok(!strstr(text_get(&w->log), "unconfirmed"), "a result too late finds nobody");
	world_free(w);
}

struct counts {
	int64_t at[2000]; /* last probe */
	int64_t runs[2000], first, most_in_tick, in_tick, tick;
};

static void count(struct world *w, const struct order *o)
{
	struct counts *c = w->with;
	int i = atoi(o->name + 1);

	c->runs[i]++;
	c->at[i] = w->now;
	if (w->now != c->tick)
		c->in_tick = 0;
	c->tick = w->now;
	if (++c->in_tick > c->most_in_tick)
		c->most_in_tick = c->in_tick;
}

static void configure_many(struct world *w, int n, const char *words)
{
	world_tell(w, END_PARENT, "begin 1");
	for (int i = 0; i < n; i++)
		world_tell(w, END_PARENT, "define c%d module=tcp %s", i, words);
	world_tell(w, END_PARENT, "end 1");
	world_settle(w);
}

/* All stand still for `gap`; the clock `mono` says whether the monotonic one goes on. */
static void test_standing_still(int64_t gap, bool mono)
{
	struct world *w = world_new();
	static struct counts c;
	int once = 0;

	memset(&c, 0, sizeof c);
	w->seen = count;
	w->with = &c;
	configure_many(w, 1000, "every_us=60000000");
	world_run(w, 5 * MINUTE);
	memset(&c, 0, sizeof c);
	if (mono) {
		w->now += gap;
	} else {
		w->wall_ahead += gap;
		world_say(w, END_LOOP, 0, "suspended - for_us=28800000000");
	}
	keeper_tick(w->k, w->now, w->now + w->wall_ahead);
	world_settle(w);
	world_run(w, w->now - START + MINUTE - 1);
	for (int i = 0; i < 1000; i++)
		once += c.runs[i] == 1;
	ok(once == 1000, "%s 8 h: each of 1,000 checks runs once in the next interval (%d)",
	   mono ? "stopped for" : "slept", once);
	ok(c.most_in_tick <= 10, "spread out: at most %d in a tick", (int)c.most_in_tick);
	ok(!strstr(text_get(&w->log), "kind=clock-step"), "and no step of the clock");
	ok(strstr(text_get(&w->log), "kind=gap") != NULL, "the gap is marked");
	ok(!mono || strstr(world_ask(w, "status -"), "missed=48") != NULL,
	   "missed slots are counted");
	world_free(w);
}

static void test_short_stop(void)
{
	struct world *w = world_new();
	static struct counts c;
	int once = 0;

	memset(&c, 0, sizeof c);
	w->seen = count;
	w->with = &c;
	configure_many(w, 1000, "every_us=300000000");
	world_run(w, 10 * MINUTE);
	memset(&c, 0, sizeof c);
	w->now += 2 * MINUTE;
	keeper_tick(w->k, w->now, w->now + w->wall_ahead);
	world_settle(w);
	ok(c.in_tick < 30, "stopped for less than an interval: no flood (%d)", (int)c.in_tick);
	world_run(w, w->now - START + 3 * MINUTE - 1);
	for (int i = 0; i < 1000; i++)
		once += c.runs[i] == 1;
	ok(once == 1000, "each check runs once all the same (%d)", once);
	world_free(w);
}

static void test_clock(int64_t jump, const char *shown)
{
	struct world *w = world_new();
	static struct counts c;
	char wanted[80];
	long before;

	memset(&c, 0, sizeof c);
	w->seen = count;
	w->with = &c;
	w->answer = down_for_a_while;
	w->down_from = 0;
	w->down_to = 10 * MINUTE;
	configure_many(w, 10, "every_us=60000000"); /* too few for a void cycle */
	world_run(w, 5 * MINUTE);
	before = w->probes;
	w->wall_ahead += jump;
	world_run(w, 6 * MINUTE);
	ok(w->probes - before == 10, "clock by %s: still one probe an interval (%ld)", shown,
	   w->probes - before);
	snprintf(wanted, sizeof wanted, "clock stepped by %s", shown);
	ok(count_of(&w->log, "kind=clock-step") == 1 && strstr(text_get(&w->log), wanted),
	   "marked: %s", wanted);
	world_run(w, 12 * MINUTE);
	ok(count_of(&w->log, "event=closed") == 10, "every incident is closed once");
	ok(!strstr(text_get(&w->log), "lasted_us=-"), "no negative duration");
	world_free(w);
}

static void test_first_round(void)
{
	struct world *w = world_new();
	static struct counts c;

	memset(&c, 0, sizeof c);
	w->seen = count;
	w->with = &c;
	configure_many(w, 2000, "every_us=300000000");
	world_run(w, SECOND / 10);
	ok(w->probes > 0, "the first probe starts at once");
	world_run(w, 10 * SECOND + 20000);
	ok(w->probes == 2000, "the first round of 5-minute checks is over within 10 s (%ld)",
	   w->probes);
	ok(c.most_in_tick < 10, "spread out (%d in a tick)", (int)c.most_in_tick);
	world_free(w);
}

/* All that is due in one tick goes to a prober in one piece, the check's definition once. */
static void test_lines(void)
{
	struct world *w = world_new();
	const struct text *t = &w->to[END_PROBER][1];

	world_configure(w, "every_us=60000000 address_family=4 opt.host=192.0.2.1 reference=0");
	w->now += 10000;
	keeper_tick(w->k, w->now, w->now + w->wall_ahead);
	same(text_get(t),
	     "check 1 name=a module=tcp address_family=4 opt.host=192.0.2.1\nprobe 1 check=1 "
	     "due_us=1000000000\n",
	     "a prober is told the check, then its probe");
	world_settle(w);
	w->now += MINUTE + 31 * SECOND;
	keeper_tick(w->k, w->now, w->now + w->wall_ahead);
	ok(!strstr(text_get(t), "check 1 "), "and the check only once");
	world_free(w);
}

int main(void)
{
	test_wheel();
	test_drift();
	test_missed();
	test_no_answer();
	test_standing_still(8 * HOUR, true);
	test_standing_still(8 * HOUR, false);
	test_short_stop();
	test_clock(2 * SECOND, "2.00s");
	test_clock(-2 * SECOND, "-2.00s");
	test_clock(HOUR, "1h 0m");
	test_clock(-HOUR, "-1h 0m");
	test_clock(87600 * HOUR, "3650d 0h");
	test_clock(-87600 * HOUR, "-3650d 0h");
	test_first_round();
	test_lines();
	return done_testing();
}
