/* Items, passive checks, memory, services, the spool, health, commands. */
#include "../lib/keeper.h"
#include "../../core/keeper/health.h"
#include "../../core/keeper/item.h"
#include "../../core/keeper/spool.h"

/* ---- items ---- */

static const struct {
	const char *list;
	size_t count;
	const char *first, *last;
} item[] = {
	{"192.0.2.7", 1, "192.0.2.7", "192.0.2.7"},
	{"192.0.2.0/24", 256, "192.0.2.0", "192.0.2.255"},
	{"192.0.2.77/30", 4, "192.0.2.76", "192.0.2.79"},
	{"10.0.255.254/31\nmail.example.org\n\n", 3, "10.0.255.254", "mail.example.org"},
	{"10.0.0.0/16", 65536, "10.0.0.0", "10.0.255.255"},
	{"2001:db8::fe/127", 2, "2001:db8::fe", "2001:db8::ff"},
	{"2001:db8::/112", 65536, "2001:db8::", "2001:db8::ffff"},
	{"10.0.0.0/99", 1, "10.0.0.0/99", "10.0.0.0/99"},
	{"x/y", 1, "x/y", "x/y"},
	{"10.0.0.0/8", 0, "more than 65536 items", NULL},
	{"::/0", 0, "more than 65536 items", NULL},
	{"10.0.0.0/16\nx", 0, "more than 65536 items", NULL},
	{"\n", 0, "no items", NULL},
};

static void test_items(void)
{
	for (size_t i = 0; i < sizeof item / sizeof *item; i++) {
		const char *wrong;
		struct items *it = items_new(item[i].list, &wrong);
		struct text first = {0}, last = {0};

		if (!it) {
			same(wrong, item[i].first, "a list that is none");
			continue;
		}
		items_add(&first, it, 0);
		items_add(&last, it, items_count(it) - 1);
		ok(items_count(it) == item[i].count && !strcmp(first.at, item[i].first) &&
			   !strcmp(last.at, item[i].last),
		   "%s: %zu, from %s to %s", item[i].first, items_count(it), first.at, last.at);
		text_release(&first);
		text_release(&last);
		items_free(it);
	}
}

static const char *three_down(struct world *w, const struct order *o)
{
	const char *const *down = w->with;

	for (; down && *down; down++)
		if (!strcmp(o->item, *down))
			return "verdict=down reason=listed step=query";
	return "verdict=up";
}

static int64_t item_at[300];

static void note_item(struct world *w, const struct order *o)
{
	if (w->probes <= 256)
		item_at[w->probes - 1] = o->due_us;
}

static void test_block(void)
{
	static const char *const down[] = {"10.0.0.7", "10.0.0.9", "10.0.0.200", NULL};
	struct world *w = world_new();
	int64_t wide = 0;

	w->answer = three_down;
	w->with = (void *)(uintptr_t)down;
	w->seen = note_item;
	world_configure(w, "every_us=86400000000 items=10.0.0.0/24");
	world_run(w, 60 * SECOND);
	ok(w->probes >= 1 && w->probes < 3, "256 items in 24 h: one every 5.6 minutes");
	world_run(w, 86400 * SECOND + SECOND);
	for (int i = 1; i < 256; i++)
		if (item_at[i] - item_at[i - 1] != 337500000)
			wide++;
	ok(w->probes >= 256 && !wide, "evenly spread");
	ok(strstr(text_get(&w->log), "\"3 of 256 items down: 10.0.0.7, 10.0.0.9, 10.0.0.200\"") !=
		   NULL,
	   "the verdict names them");
	ok(strstr(text_get(&w->log), "to=unconfirmed") != NULL, "down at the end of the round");
	world_run(w, 86400 * SECOND + 180 * SECOND);
	ok(strstr(text_get(&w->log), "event=confirmed") &&
		   strstr(text_get(&w->log), "\"3 of 3 items down: "),
	   "the recheck asks the three again: %s", world_incidents(w));
	w->with = NULL;
	world_run(w, 4 * 86400 * SECOND);
	ok(strstr(text_get(&w->log), "event=closed") != NULL,
	   "and a round without one ends the incident");
	world_free(w);
}

/* ---- passive checks and memory ---- */

struct heard {
	char events[512];
	const char *answer;
};

static const char *listen(struct world *w, const struct order *o)
{
	struct heard *h = w->with;
	size_t size = strlen(h->events);

	snprintf(h->events + size, sizeof h->events - size, "%s%s", size ? " " : "",
		 *o->event ? o->event : "-");
	return *o->event ? h->answer : "verdict=down reason=\"nothing came\" expect_us=100000000";
}

static void test_passive(void)
{
	struct world *w = world_new();
	struct heard h = {.answer = "verdict=up expect_us=30000000"};

	w->answer = listen;
	w->with = &h;
	w->keeps_results = true;
	world_configure(w, "every_us=60000000 passive=1");
	world_run(w, 59 * SECOND);
	ok(!w->probes, "a passive check waits");
	world_ask(w, "beat a text=one");
	world_run(w, 80 * SECOND);
	same(h.events, "one", "a line starts its probe, and its own expectation counts");
	world_run(w, 88 * SECOND);
	world_ask(w, "beat a text=two");
	world_run(w, 117 * SECOND);
	same(h.events, "one two", "another one in time");
	world_run(w, 120 * SECOND);
	same(h.events, "one two -", "nothing in time: it runs without");
	ok(strstr(world_incidents(w), "open") != NULL && count_of(&w->log, "event=confirmed") == 0,
	   "that is a failure");
	ok(strstr(text_get(&w->results), "interval_us=100000000") != NULL,
	   "which speaks until it wants to hear again");
	world_run(w, 200 * SECOND);
	ok(count_of(&w->log, "event=confirmed") == 1, "silence until the recheck confirms it: %s",
	   world_incidents(w));
	world_ask(w, "beat a");
	world_run(w, 201 * SECOND);
	ok(count_of(&w->log, "event=closed") == 1 && strstr(world_ask(w, "status -"), "state=up"),
	   "a line ends it");
	ok(strstr(world_ask(w, "beat b"), "wrong=") != NULL, "a line for nobody");
	world_free(w);
}

static const char *remembering(struct world *w, const struct order *o)
{
	static char answer[1200];
	long n = atol(o->memory);

	(void)w;
	if (n == 5) {
		memset(answer, 'x', sizeof answer);
		memcpy(answer, "verdict=up memory=", 18);
		answer[18 + 1025] = '\0';
		return answer;
	}
	snprintf(answer, sizeof answer, "verdict=up memory=%ld", n + 1);
	return answer;
}

static char memories[256];

static void note_memory(struct world *w, const struct order *o)
{
	(void)w;
	snprintf(memories + strlen(memories), sizeof memories - strlen(memories), "%.100s,",
		 o->memory);
}

static void test_memory(void)
{
	struct world *w = world_new();

	w->answer = remembering;
	w->seen = note_memory;
	w->keeps_results = true;
	world_configure(w, "every_us=1000000");
	while (w->probes < 8)
		world_run(w, w->now - START + 10000);
	same(memories, ",1,2,3,4,5,5,5,",
	     "memory goes from probe to probe, too much of it is not kept");
	ok(!strstr(text_get(&w->results), "memory="), "and not to the recorder");
	world_free(w);
}

/* ---- services ---- */

static const struct {
	const char *a, *b, *c;
	const char *need; /* and what members weigh */
	const char *state;
} service[] = {
	{"up", "up", "down", "all", "unconfirmed"},
	{"up", "up", "up", "all", "up"},
	{"up", "degraded", "up", "all", "degraded"},
	{"up", "down", "down", "3 weights=\"a: 3\"", "up"},
	{"down", "up", "up", "3 weights=\"a: 3\"", "unconfirmed"},
	{"degraded", "up", "down", "3 weights=\"a: 3\"", "degraded"},
	{"unknown", "up", "up", "3 weights=\"a: 3\"", "unknown"},
	{"unknown", "down", "down", "4 weights=\"a: 3\"", "unconfirmed"},
	{"up", "down", "down", "all weights=\"a: 3\"", "unconfirmed"},
	{"up", "up", "up", "6 weights=\"?: 2\"", "up"},
	{"down", "up", "up", "5 weights=\"?: 2\\na: 1\"", "unconfirmed"},
	{"down", "up", "up", "4 weights=\"?: 2\\na: 1\"", "up"},
	/* what unknown members could make up is unknown, whatever else has failed */
	{"down", "unknown", "unknown", "1", "unknown"},
	{"down", "down", "unknown", "2", "unconfirmed"},
	{"up", "up", "up", "3", "up"},
	{"up", "down", "down", "1", "up"},
	{"up", "down", "down", "2", "unconfirmed"},
	{"degraded", "down", "down", "1", "degraded"},
	{"up", "degraded", "down", "2", "degraded"},
	{"up", "degraded", "up", "2", "up"},
	{"up", "unknown", "unknown", "1", "up"},
	{"up", "unknown", "unknown", "2", "unknown"},
	{"unknown", "unknown", "unknown", "1", "unknown"},
	{"up", "up", "up", "9", "up"},
};

static const char *by_word(struct world *w, const struct order *o)
{
	static char answer[64];
	const char *const *word = w->with;

	snprintf(answer, sizeof answer, "verdict=%s reason=x", word[o->name[0] - 'a']);
	return answer;
}

static void test_services(void)
{
	for (size_t i = 0; i < sizeof service / sizeof *service; i++) {
		struct world *w = world_new();
		const char *word[] = {service[i].a, service[i].b, service[i].c};
		char wanted[80];

		w->answer = by_word;
		w->with = word;
		world_tell(w, END_PARENT, "begin 1");
		for (int n = 0; n < 3; n++)
			world_tell(w, END_PARENT, "define %c module=tcp every_us=600000000",
				   'a' + n);
		world_tell(w, END_PARENT, "service outer members=inner need=1");
		world_tell(w, END_PARENT, "service inner members=\"a\\nb\\nc\" need=%s",
			   service[i].need);
		world_tell(w, END_PARENT, "end 1");
		ok(strstr(world_ask(w, "status -"), "service inner state=not-monitored") != NULL,
		   "before the first result");
		world_run(w, SECOND);
		snprintf(wanted, sizeof wanted, "service inner state=%s ", service[i].state);
		ok(strstr(world_ask(w, "status -"), wanted) != NULL, "%s %s %s, needs %s: %s",
		   service[i].a, service[i].b, service[i].c, service[i].need, service[i].state);
		snprintf(wanted, sizeof wanted, "service outer state=%s ", service[i].state);
		ok(strstr(world_ask(w, "status -"), wanted) != NULL,
		   "a service of services follows");
		world_free(w);
	}
}

static void test_service_down(void)
{
	struct world *w = world_new();

	w->answer = down_for_a_while;
	w->down_from = MINUTE;
	w->down_to = 5 * MINUTE;
	world_tell(w, END_PARENT, "begin 1");
	world_tell(w, END_PARENT, "define a module=tcp every_us=30000000");
	world_tell(w, END_PARENT, "define b module=tcp every_us=30000000");
	world_tell(w, END_PARENT, "service s members=\"a\\nb\" need=2");
	world_tell(w, END_PARENT, "service loop members=knot");
	world_tell(w, END_PARENT, "service knot members=loop");
	world_tell(w, END_PARENT, "end 1");
	world_run(w, 4 * MINUTE);
	ok(strstr(world_ask(w, "status -"), "service s state=down") != NULL,
	   "a service goes down with its members");
	world_run(w, 8 * MINUTE);
	ok(strstr(world_ask(w, "status -"), "service s state=up") &&
		   strstr(text_get(&w->told), "state s kind=service from=down"),
	   "and comes back, and the parent hears of it");
	world_free(w);
}

/* `b` answers at once, first up and then down; `a`, which began no later, is heard of by the test.
 */
static const char *b_alone(struct world *w, const struct order *o)
{
	if (*o->name == 'b')
		return w->now < w->down_from ? "verdict=up" : "verdict=down reason=refused";
	snprintf(w->with, 24, "%s", o->id);
	return NULL;
}

static int64_t last_int(const char *log, const char *line, const char *key)
{
	const char *at = NULL;

	while ((log = strstr(log, line)))
		at = log++;
	at = at ? strstr(at, key) : NULL;
	return at ? strtoll(at + strlen(key), NULL, 10) : -1;
}

static void test_service_order(void)
{
	struct world *w = world_new();
	int64_t failed_us, passed_us;
	char id[24] = "";

	w->answer = b_alone;
	w->with = id;
	world_tell(w, END_PARENT, "begin 1");
	world_tell(w, END_PARENT, "define a module=tcp every_us=60000000");
	world_tell(w, END_PARENT, "define b module=tcp every_us=60000000");
	world_tell(w, END_PARENT, "service s members=\"a\\nb\" need=1");
	world_tell(w, END_PARENT, "end 1");
	w->down_from = w->now + 100 * SECOND;
	for (int64_t at_s = 1; at_s <= 60; at_s += 59) { /* of a its first probe and its second */
		world_run(w, at_s * SECOND);
		world_tell(w, END_PROBER, "result %s start_us=%lld late_us=0 verdict=down reason=x",
			   id, (long long)(w->now + w->wall_ahead));
	}
	world_run(w, 112 * SECOND);
	failed_us = last_int(text_get(&w->log), "state s ", " at_us=");
	world_tell(w, END_PROBER, "result %s start_us=%lld late_us=0 verdict=up", id,
		   (long long)failed_us - 20000);
	world_run(w, 113 * SECOND);
	passed_us = last_int(text_get(&w->log), "state s kind=service from=unconfirmed to=up",
			     " at_us=");
	ok(*id && failed_us > 0 && passed_us == failed_us,
	   "a member that began earlier and is heard of later changes a service no earlier");
	ok(last_int(text_get(&w->log), "event=blip", " at_us=") ==
		   last_int(text_get(&w->log), "event=blip", " start_us="),
	   "and no incident ends before it began");
	world_free(w);
}

/* ---- the recorder ---- */

static void test_spool(void)
{
	struct spool s;
	const char *line;
	size_t size, sent = 0;

	spool_init(&s, 1000);
	for (int i = 0; i < 100; i++) {
		line_begin(spool_begin(&s), "x", "0123456789");
		spool_end(&s);
	}
	ok(spool_bytes(&s) <= 1000 && s.dropped > 40 && s.count + s.dropped == 100,
	   "a full spool drops the oldest and counts them");
	while (spool_next(&s, &line, &size)) {
		sent += !strncmp(line, "x 0123456789 n=", 15) && line[size - 1] == '\n';
		spool_sent(&s);
	}
	ok(sent == s.count && s.count + s.dropped == 100, "what is left comes whole");
	spool_commit(&s, 98);
	ok(s.count == 2, "committed lines are forgotten");
	spool_rewind(&s);
	ok(spool_next(&s, &line, &size) && strstr(line, "n=99\n") == line + size - 5,
	   "a new recorder gets the others again");
	spool_commit(&s, 100);
	ok(s.count == 2, "what was not sent cannot be committed");
	spool_release(&s);
}

static void test_recorder(void)
{
	struct world *w = world_new();
	long before;

	w->is_committing = false;
	w->keeps_results = true;
	world_configure(w, "every_us=1000000");
	world_run(w, 100 * SECOND);
	before = w->records;
	w->is_gone[END_RECORDER][0] = true;
	world_say(w, END_RECORDER, 0, "closed -");
	world_run(w, 200 * SECOND);
	ok(w->records == before && w->probes >= 199, "without a recorder the checks go on");
	ok(strstr(world_ask(w, "status -"), "recorder=gone") &&
		   strstr(world_ask(w, "status -"), "ok=0"),
	   "and it shows");
	w->is_gone[END_RECORDER][0] = false;
	text_clear(&w->results);
	world_say(w, END_PARENT, 0, "recorder -");
	world_settle(w);
	ok(count_of(&w->results, "result a") == w->probes,
	   "a new one gets all that was not committed (%d of %ld)",
	   count_of(&w->results, "result a"), w->probes);
	ok(!strstr(text_get(&w->log), "to=down") && !strstr(text_get(&w->log), "to=unknown"),
	   "trouble of the store makes nothing down or unknown");
	world_say(w, END_RECORDER, 0, "failing - reason=\"no space left on device\"");
	ok(strstr(world_ask(w, "status -"), "no space left on device") != NULL,
	   "its trouble shows");
	world_say(w, END_RECORDER, 0, "recovered -");
	ok(strstr(world_ask(w, "status -"), "recorder=ok") != NULL, "until it has recovered");
	world_free(w);
}

/* The ping to a monitor that watches us stops with our health and begins again with it (F61). */
static void test_when_healthy(void)
{
	struct world *w = world_new();
	long before;

	world_configure(w, "every_us=1000000 when_healthy=1");
	world_run(w, 100 * SECOND);
	ok(w->probes >= 99, "while the monitor is well it is probed (%ld)", w->probes);
	world_say(w, END_RECORDER, 0, "failing - reason=\"no space left on device\"");
	before = w->probes;
	world_run(w, 200 * SECOND);
	ok(w->probes == before, "while its storage fails it is not (%ld)", w->probes - before);
	world_say(w, END_RECORDER, 0, "recovered -");
	world_run(w, 300 * SECOND);
	ok(w->probes >= before + 99, "and then again");
	ok(strstr(world_ask(w, "status -"), "missed=0") != NULL, "no slot is called missed");
	world_free(w);
}

static void test_full_queue(void)
{
	struct world *w = world_new();

	world_tell(w, END_PARENT, "begin 1");
	world_tell(w, END_PARENT, "setting - queue_bytes=20000");
	world_tell(w, END_PARENT, "define a module=tcp every_us=1000000");
	world_tell(w, END_PARENT, "end 1");
	w->is_gone[END_RECORDER][0] = true;
	world_run(w, 1000 * SECOND);
	ok(w->probes >= 999 && !strstr(world_ask(w, "status -"), "dropped=0"),
	   "the queue is bounded, what it dropped is counted");
	world_free(w);
}

/* ---- health and big answers ---- */

static void test_health(void)
{
	static struct health h;

	for (int i = 0; i < 1000; i++)
		health_add(&h, 100 * SECOND + i * 1000, i < 985 ? 900 : 50000);
	ok(health_results(&h, 101 * SECOND) == 1000, "results of the last minute");
	ok(health_late_us(&h, 101 * SECOND, 50) >= 900 &&
		   health_late_us(&h, 101 * SECOND, 50) < 1300,
	   "median lateness");
	ok(health_late_us(&h, 101 * SECOND, 99) >= 50000 &&
		   health_late_us(&h, 101 * SECOND, 99) < 70000,
	   "99 percent");
	ok(health_results(&h, 200 * SECOND) == 0 && health_late_us(&h, 200 * SECOND, 99) == 0,
	   "forgotten after a minute");
}

static void test_big_status(void)
{
	struct world *w = world_new();
	struct text answer = {0};
	size_t most = 0;

	world_tell(w, END_PARENT, "begin 1");
	for (int i = 0; i < 10000; i++)
		world_tell(w, END_PARENT, "define check-%d module=tcp every_us=600000000", i);
	world_tell(w, END_PARENT, "end 1");
	world_run(w, 12 * SECOND);
	world_tell(w, END_CLIENT, "status -");
	for (int i = 0; i < 100 && !strstr(text_get(&answer), "end -"); i++) {
		if (w->to[END_CLIENT][1].size > most)
			most = w->to[END_CLIENT][1].size;
		text_puts(&answer, text_get(&w->to[END_CLIENT][1]));
		text_clear(&w->to[END_CLIENT][1]);
		world_run(w, w->now - START + 10000);
	}
	ok(count_of(&answer, "\ncheck check-") == 9999 && strstr(answer.at, "end -"),
	   "10,000 checks answer completely");
	ok(most < 1000000, "in pieces (%zu bytes at most)", most);
	text_release(&answer);
	world_free(w);
}

int main(void)
{
	test_items();
	test_block();
	test_passive();
	test_memory();
	test_services();
	test_service_down();
	test_service_order();
	test_spool();
	test_recorder();
	test_when_healthy();
	test_full_queue();
	test_health();
	test_big_status();
	return done_testing();
}
