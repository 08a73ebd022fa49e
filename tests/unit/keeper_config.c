/* Configuration: all or nothing, and what a reload keeps (row 70). */
#include "../lib/keeper.h"

static const char *silent(struct world *w, const struct order *o)
{
	(void)w, (void)o;
	return NULL;
}

static void load(struct world *w, int generation, const char *const *lines, const char *end)
{
	world_tell(w, END_PARENT, "begin %d", generation);
	for (; *lines; lines++)
		world_say(w, END_PARENT, 0, *lines);
	world_tell(w, END_PARENT, "end %d %s", generation, end);
	world_settle(w);
}

static const struct {
	const char *name, *end, *line[6];
} refused[] = {
	{"problems of the loader", "problems=1", {"define c module=tcp"}},
	{"a name twice", "", {"define c module=tcp", "define c module=tcp"}},
	{"a check and a service of one name", "", {"define c module=tcp", "service c members=c"}},
	{"a member nobody knows", "", {"define c module=tcp", "service s members=\"c\\nd\""}},
	{"a check without a name", "", {"define - module=tcp"}},
};

static void test_all_or_nothing(void)
{
	static const char *const good[] = {"define a module=tcp every_us=60000000", NULL};

	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct world *w = world_new();
		const char *const first[] = {good[0], NULL};
		const char *status;

		load(w, 1, first, "problems=0");
		world_run(w, SECOND);
		load(w, 2, refused[i].line, refused[i].end);
		status = world_ask(w, "status -");
		ok(strstr(status, "check a ") && !strstr(status, "check c "),
		   "%s: the old configuration stays", refused[i].name);
		ok(strstr(text_get(&w->told), "refused 2") != NULL, "and the parent is told: %s",
		   strstr(text_get(&w->told), "refused"));
		world_run(w, 3 * MINUTE);
		ok(w->probes >= 3, "and runs");
		world_free(w);
	}
}

static void test_kept(void)
{
	static const char *const one[] = {"define a module=tcp every_us=60000000",
					  "define b module=tcp every_us=60000000", NULL};
	static const char *const two[] = {"define b module=tcp every_us=60000000",
					  "define a module=tcp every_us=60000000",
					  "define c module=tcp every_us=60000000", NULL};
	struct world *w = world_new();
	struct text before = {0};
	const char *at;

	w->answer = down_for_a_while;
	w->down_from = 0;
	w->down_to = 10 * MINUTE;
	load(w, 1, one, "");
	world_run(w, 4 * MINUTE);
	text_puts(&before, world_ask(w, "status -"));
	w->answer = silent;
	while (w->probes % 2 == 0)
		world_run(w, w->now - START + 10000);
	at = strstr(before.at, "check a ");
	load(w, 2, two, "");
	ok(at && strstr(at, "state=down") &&
		   strstr(world_ask(w, "status -"), "check a module=tcp state=down"),
	   "an unchanged check keeps its state");
	ok(count_of(&w->log, "event=open") == 2 && count_of(&w->log, "event=confirmed") == 2,
	   "and its incident");
	world_tell(w, END_PROBER, "result %ld verdict=down reason=again", w->probes);
	w->answer = down_for_a_while;
	world_run(w, 8 * MINUTE);
	ok(count_of(&w->log, "event=open") == 3, "the new one begins anew (%d)",
	   count_of(&w->log, "event=open"));
	world_run(w, 12 * MINUTE);
	ok(count_of(&w->log, "event=closed") == 3, "each is closed once (%d)",
	   count_of(&w->log, "event=closed"));
	text_release(&before);
	world_free(w);
}

static int64_t last_due;

static void note_due(struct world *w, const struct order *o)
{
	(void)w;
	last_due = o->due_us;
}

static void test_phase_is_kept(void)
{
	static const char *const one[] = {"define a module=tcp every_us=60000000", NULL};
	struct world *w = world_new();
	int64_t before;

	w->seen = note_due;
	load(w, 1, one, "");
	world_run(w, 5 * MINUTE);
	before = last_due;
	load(w, 2, one, "");
	load(w, 3, one, "");
	world_run(w, 9 * MINUTE);
	ok(w->probes == 9 || w->probes == 10,
	   "a reload starts no probe of an unchanged check (%ld)", w->probes);
	ok((last_due - before) % MINUTE == 0, "and its slots stay");
	ok(strstr(text_get(&w->to[END_PROBER][1]), "check 2") == NULL,
	   "the prober hears nothing new");
	world_free(w);
}

static void test_changed(void)
{
	static const char *const one[] = {"define a module=tcp every_us=60000000 opt.port=1", NULL};
	static const char *const two[] = {"define a module=tcp every_us=60000000 opt.port=2", NULL};
	struct world *w = world_new();

	w->answer = down_for_a_while;
	w->down_to = 10 * MINUTE;
	load(w, 1, one, "");
	world_run(w, 3 * MINUTE);
	load(w, 2, two, "");
	ok(strstr(world_ask(w, "status -"), "state=down") &&
		   strstr(world_ask(w, "status -"), "incident="),
	   "changed options keep state and incident");
	world_run(w, 3 * MINUTE + SECOND);
	ok(count_of(&w->log, "event=open") == 1, "the incident goes on");
	w->down_to = 0;
	world_run(w, 5 * MINUTE);
	ok(strcmp(world_incidents(w), "") && count_of(&w->log, "event=closed") == 1,
	   "until the first pass: %s", world_incidents(w));
	world_free(w);
}

/* F27 */
static void test_rebuilt(void)
{
	static const char *const one[] = {"define a module=tcp every_us=60000000 build=1", NULL};
	static const char *const two[] = {"define a module=tcp every_us=60000000 build=2", NULL};
	struct world *w = world_new();
	long probes;

	w->answer = silent;
	w->keeps_results = true;
	load(w, 1, one, "");
	while (!w->probes)
		world_run(w, w->now - START + 10000);
	probes = w->probes;
	load(w, 2, two, "");
	world_run(w, w->now - START + 5 * SECOND);
	ok(w->probes == probes, "a replaced module starts no probe anew (%ld)", w->probes);
	world_tell(w, END_PROBER, "result %ld verdict=up", w->probes);
	world_run(w, w->now - START + SECOND);
	ok(count_of(&w->results, "verdict=up") == 1, "and the one in flight counts");
	w->answer = down_for_a_while;
	world_run(w, 3 * MINUTE);
	ok(w->probes >= probes + 2, "the next come when they are due (%ld)", w->probes);
	world_free(w);
}

static void test_forget(void)
{
	static const char *const one[] = {"define a module=tcp every_us=60000000 opt.port=1", NULL};
	static const char *const two[] = {"define a module=tcp every_us=60000000 opt.port=2", NULL};
	struct world *w = world_new();
	const struct text *t = &w->to[END_PROBER][1];

	w->answer = silent;
	load(w, 1, one, "");
	world_run(w, SECOND);
	load(w, 2, one, "");
	ok(!t->size, "nothing to say");
	world_tell(w, END_PARENT, "begin 3");
	world_say(w, END_PARENT, 0, two[0]);
	world_tell(w, END_PARENT, "end 3");
	ok(strstr(text_get(t), "forget 1") != NULL, "the prober forgets the old definition: %s",
	   text_get(t));
	world_tell(w, END_PROBER, "result 1 verdict=down");
	world_settle(w);
	ok(!strstr(text_get(&w->log), "event=open"), "what was in flight for it no longer counts");
	world_run(w, 2 * SECOND);
	ok(w->probes == 2, "the new one is tried at once");
	world_free(w);
}

static void test_removed(void)
{
	static const char *const one[] = {"define a module=tcp every_us=60000000",
					  "define b module=tcp every_us=60000000",
					  "service s members=\"a\\nb\" need=2", NULL};
	static const char *const two[] = {"define b module=tcp every_us=60000000",
					  "service s members=b", NULL};
	struct world *w = world_new();
	const char *status;

	w->answer = down_for_a_while;
	w->down_to = 10 * MINUTE;
	load(w, 1, one, "");
	world_run(w, 3 * MINUTE);
	load(w, 2, two, "");
	status = world_ask(w, "status -");
	ok(!strstr(status, "check a ") && strstr(status, "check b ") && strstr(status, "checks=1"),
	   "a removed check is forgotten");
	ok(count_of(&w->log, "no longer configured") == 2 && count_of(&w->log, "event=closed") == 1,
	   "its incident is closed with the reason");
	world_run(w, 6 * MINUTE);
	ok(strstr(world_ask(w, "status -"), "service s state=down") != NULL,
	   "its service goes on without it");
	world_free(w);
}

static void test_names(void)
{
	static const char *const one[] = {
		"define - name=\"Mail, inbound\" module=tcp every_us=60000000",
		"service - name=\"all of it\" members=\"Mail, inbound\"", NULL};
	static const char *const two[] = {
		"define - name=\"Mail inbound\" module=tcp every_us=60000000",
		"service - name=\"all of it\" members=\"Mail inbound\"", NULL};
	struct world *w = world_new();

	load(w, 1, two, "");
	world_run(w, SECOND);
	ok(strstr(world_ask(w, "status -"), "check - name=\"Mail inbound\"") &&
		   strstr(world_ask(w, "status -"), "service - name=\"all of it\""),
	   "names with spaces");
	load(w, 2, one, "");
	world_run(w, 2 * SECOND);
	ok(strstr(world_ask(w, "status -"), "members=\"Mail, inbound\"") != NULL, "and commas: %s",
	   text_get(&w->told));
	ok(strstr(world_ask(w, "check-now - name=\"Mail, inbound\""), "text=started") != NULL,
	   "in requests too");
	ok(strstr(world_ask(w, "check-now nobody"), "wrong=") &&
		   strstr(world_ask(w, "dance -"), "wrong=\"unknown request\""),
	   "wrong requests");
	world_free(w);
}

int main(void)
{
	test_all_or_nothing();
	test_kept();
	test_phase_is_kept();
	test_changed();
	test_rebuilt();
	test_forget();
	test_removed();
	test_names();
	return done_testing();
}
