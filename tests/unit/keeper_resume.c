/* A new keeper goes on where the one before it ended: states, times, incidents and their ids,
 * slots, what passive checks remember; and it begins all the same when nobody tells it. */
#include "../lib/keeper.h"

/* A keeper that waits, with one check `a` configured. */
static struct world *waiting(const char *words)
{
	struct world *w = world_new();

	world_tell(w, END_PARENT, "start keeper resume=1");
	world_configure(w, words);
	return w;
}

static struct world *resumed(const char *words, const char *line)
{
	struct world *w = waiting(words);

	if (*line)
		world_tell(w, END_RECORDER, "%s", line);
	world_tell(w, END_RECORDER, "resumed -");
	world_settle(w);
	return w;
}

static const char *all_down(struct world *w, const struct order *o)
{
	(void)w, (void)o;
	return "verdict=down reason=refused step=connect";
}

static bool logs(const struct world *w, const char *what)
{
	return strstr(text_get(&w->log), what) != NULL;
}

#define AGO(s) (long long)(WALL - (s) * SECOND)

static const struct {
	const char *state, *incident; /* incident: words behind the state's */
	bool is_down;                 /* what the next probe finds */
	const char *incidents, *to;   /* what is told then; to: "" when the state stays */
} table[] = {
	{"up", "", false, "", ""},
	{"degraded", "", false, "", "up"},
	{"up", "", true, "open", "unconfirmed"},
	{"unknown cause=agent-lost", "", false, "", "up"},
	{"unconfirmed", "incident=0abc confirmed=0", true, "confirmed", "down"},
	{"unconfirmed", "incident=0abc confirmed=0", false, "blip", "up"},
	{"down", "incident=0abc confirmed=1", true, "", ""},
	{"down", "incident=0abc confirmed=1", false, "closed", "up"},
	{"unknown", "incident=0abc confirmed=0", true, "confirmed", "down"},
	{"unknown", "incident=0abc confirmed=1", true, "", "down"},
	{"unknown", "incident=0abc confirmed=1", false, "closed", "up"},
	{"nonsense", "", false, "", "up"},
};

static void states(void)
{
	char line[512], wanted[64], name[128], got[256];

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct world *w;
		const char *state;

		snprintf(line, sizeof line,
			 "resume a kind=check state=%s since_us=%lld reason=x step=s%s%s%s%lld",
			 table[i].state, AGO(500), *table[i].incident ? " " : "",
			 table[i].incident, *table[i].incident ? " incident_us=" : " due_us=",
			 AGO(500));
		w = resumed("every_us=60000000", line);
		ok(!logs(w, " incident ") && !logs(w, " state "), "%s: nothing is told anew",
		   table[i].state);
		w->answer = table[i].is_down ? all_down : always_up;
		while (!w->probes)
			world_run(w, w->now - START + 10000);
		world_settle(w);
		snprintf(name, sizeof name, "%s, then %s", table[i].state,
			 table[i].is_down ? "down" : "up");
		snprintf(got, sizeof got, "%.*s", (int)strcspn(world_incidents(w), "@"),
			 world_incidents(w));
		same(got, table[i].incidents, name);
		state = strstr(text_get(&w->log), " to=");
		snprintf(wanted, sizeof wanted, " to=%s ", table[i].to);
		ok(*table[i].to ? state && !strncmp(state, wanted, strlen(wanted)) : !state,
		   "%s: the state", name);
		if (*table[i].incident && *table[i].incidents) {
			snprintf(wanted, sizeof wanted, "incident 0abc ");
			ok(logs(w, wanted), "%s: the incident keeps its id", name);
			snprintf(wanted, sizeof wanted, "start_us=%lld", AGO(500));
			ok(logs(w, wanted), "%s: and its start", name);
		}
		world_free(w);
	}
}

static void since(void)
{
	struct world *w = waiting("every_us=60000000");
	char wanted[64];
	const char *status;

	world_tell(w, END_RECORDER,
		   "resume a kind=check state=down since_us=%lld incident=0abc incident_us=%lld "
		   "confirmed=1 reason=\"it's gone\" step=connect",
		   AGO(5000), AGO(5060));
	world_tell(w, END_RECORDER, "resumed -");
	status = world_ask(w, "status -");
	snprintf(wanted, sizeof wanted, " since_us=%lld ", AGO(5000));
	ok(strstr(status, wanted) != NULL, "since when");
	snprintf(wanted, sizeof wanted, " incident_us=%lld", AGO(5060));
	ok(strstr(status, wanted) != NULL, "the incident's start");
	ok(strstr(status, "it's gone") != NULL, "the reason");
	world_free(w);
}

/* ---- slots ---- */

static void note_due(struct world *w, const struct order *o)
{
	if (!w->with)
		w->with = (void *)(uintptr_t)o->due_us;
}

static int64_t first_due(const char *words, const char *line)
{
	struct world *w = resumed(words, line);
	int64_t due_us;

	w->seen = note_due;
	while (!w->with)
		world_run(w, w->now - START + 10000);
	due_us = (int64_t)(uintptr_t)w->with - START;
	world_free(w);
	return due_us;
}

/* What one keeper's grid is, the next one's is too. */
static void slots(void)
{
	const int64_t every = 3600 * SECOND;
	char line[256];
	struct world *w = resumed("every_us=3600000000", "");
	int64_t slot, first;

	w->seen = note_due;
	world_run(w, 20 * SECOND);
	w->with = NULL;
	while (!w->with)
		world_run(w, w->now - START + SECOND);
	slot = (int64_t)(uintptr_t)w->with - START;
	world_free(w);

	snprintf(line, sizeof line, "resume a kind=check state=up since_us=%lld due_us=%lld",
		 AGO(9000), (long long)(WALL + slot - every));
	first = first_due("every_us=3600000000", line);
	ok(first == slot || first == slot - every, "the slot after the last one probed: %lld, %lld",
	   (long long)first, (long long)slot);
	snprintf(line, sizeof line, "resume a kind=check state=up since_us=%lld due_us=%lld",
		 AGO(90000), (long long)(WALL + slot - 5 * every));
	first = first_due("every_us=3600000000", line);
	ok(first <= 10 * SECOND, "slots were missed: the first probe comes soon (%lld)",
	   (long long)first);
	snprintf(line, sizeof line,
		 "resume a kind=check state=unconfirmed since_us=%lld due_us=%lld incident=0abc "
		 "confirmed=0 incident_us=%lld",
		 AGO(10), (long long)(WALL + slot - every), AGO(10));
	first = first_due("every_us=3600000000", line);
	ok(first <= SECOND, "what is not yet confirmed is rechecked at once (%lld)",
	   (long long)first);
}

static void missed(void)
{
	struct world *w = waiting("every_us=60000000");

	w->keeps_results = true;
	world_tell(w, END_RECORDER, "resume a kind=check state=up since_us=%lld due_us=%lld",
		   AGO(9000), AGO(601));
	world_tell(w, END_RECORDER, "resumed -");
	world_run(w, 11 * SECOND);
	ok(strstr(text_get(&w->results), " missed=10") ||
		   strstr(text_get(&w->results), " missed=9"),
	   "the slots that nobody used are counted");
	world_free(w);
}

/* ---- who waits for whom ---- */

static void waits(void)
{
	struct world *w = waiting("every_us=1000000");

	world_run(w, 3 * SECOND);
	ok(!w->probes && !strstr(text_get(&w->told), "applied"),
	   "nothing begins before it is told");
	world_tell(w, END_RECORDER, "resumed -");
	world_run(w, 6 * SECOND);
	ok(w->probes > 0 && strstr(text_get(&w->told), "applied 1 checks=1"), "then it begins");
	world_tell(w, END_RECORDER, "resume a kind=check state=down since_us=1 incident=late");
	world_run(w, 9 * SECOND);
	ok(!logs(w, "late"), "what comes later is passed over");
	world_free(w);

	w = waiting("every_us=1000000");
	world_tell(w, END_RECORDER, "resume a kind=check state=down since_us=1 incident=0abc");
	world_tell(w, END_RECORDER, "failing - reason=\"disk full\"");
	world_run(w, 3 * SECOND);
	ok(w->probes > 0 && logs(w, "kind=begun-anew") &&
		   strstr(text_get(&w->told),
			  "say - text=\"beginning without what was known before: disk full\""),
	   "the store fails: it begins anew and says so");
	ok(!logs(w, "0abc"), "with nothing of what was half told");
	world_free(w);

	w = waiting("every_us=1000000");
	world_run(w, 20 * SECOND);
	ok(w->probes > 0 && logs(w, "kind=begun-anew"), "a recorder that says nothing: likewise");
	world_free(w);

	w = waiting("every_us=1000000");
	world_tell(w, END_PARENT, "begin 2");
	world_tell(w, END_PARENT, "define b module=tcp every_us=1000000");
	world_tell(w, END_PARENT, "end 2 problems=0");
	world_tell(w, END_RECORDER, "resumed -");
	world_settle(w);
	ok(strstr(text_get(&w->told), "applied 2 checks=1"), "the latest configuration is applied");
	world_free(w);
}

static void withdrawn(void)
{
	struct world *w = waiting("every_us=60000000");

	world_tell(w, END_RECORDER, "resume b kind=check state=down since_us=%lld incident=0abc "
				    "confirmed=1 incident_us=%lld", AGO(100), AGO(160));
	world_tell(w, END_RECORDER, "resume c kind=check state=unconfirmed since_us=%lld "
				    "incident=0abd confirmed=0 incident_us=%lld", AGO(9), AGO(9));
	world_tell(w, END_RECORDER, "resume s kind=service state=down since_us=%lld", AGO(9));
	world_tell(w, END_RECORDER, "resumed -");
	world_settle(w);
	ok(logs(w, "incident 0abc check=b event=closed") && logs(w, "no longer configured"),
	   "a check that is gone ends its incident");
	ok(logs(w, "incident 0abd check=c event=withdrawn"), "an unconfirmed one is withdrawn");
	ok(logs(w, "state b kind=check from=down to=not-monitored"), "its state is told");
	world_free(w);
}

static void services(void)
{
	struct world *w = world_new();
	char wanted[64];

	world_tell(w, END_PARENT, "start keeper resume=1");
	world_tell(w, END_PARENT, "begin 1");
	world_tell(w, END_PARENT, "define a module=tcp every_us=60000000");
	world_tell(w, END_PARENT, "service shop members=a need=1");
	world_tell(w, END_PARENT, "end 1 problems=0");
	world_tell(w, END_RECORDER, "resume a kind=check state=up since_us=%lld due_us=%lld",
		   AGO(700), AGO(70));
	world_tell(w, END_RECORDER, "resume shop kind=service state=up since_us=%lld", AGO(800));
	world_tell(w, END_RECORDER, "resumed -");
	snprintf(wanted, sizeof wanted, "since_us=%lld", AGO(800));
	ok(strstr(world_ask(w, "status -"), wanted) && !logs(w, "state shop"),
	   "a service keeps its state and since when");
	world_free(w);
}

static void off(void)
{
	char line[128], wanted[128];
	struct world *w;

	snprintf(line, sizeof line, "resume a kind=check state=up since_us=%lld due_us=%lld",
		 AGO(9000), AGO(600));
	w = resumed("every_us=60000000", line);
	snprintf(wanted, sizeof wanted, "from_us=%lld to_us=%lld", AGO(600), (long long)WALL);
	ok(logs(w, "kind=monitor-off") && logs(w, wanted), "a marker says since when");
	world_free(w);
	w = resumed("every_us=60000000", "");
	ok(!logs(w, "monitor-off"), "none of a store that knows nothing");
	world_free(w);
}

/* ---- passive checks ---- */

static char remembered[64];

static void note_memory(struct world *w, const struct order *o)
{
	(void)w;
	snprintf(remembered, sizeof remembered, "%.60s", o->memory);
}

static const char *expects(struct world *w, const struct order *o)
{
	(void)w, (void)o;
	return "verdict=up memory=seen-2 expect_us=500000000";
}

static void passive(void)
{
	struct world *w = waiting("passive=1 every_us=600000000");
	char wanted[64];

	world_tell(w, END_RECORDER, "resume a kind=check state=up since_us=%lld", AGO(9000));
	world_tell(w, END_RECORDER, "memory a place=0 text=seen-1 due_us=%lld",
		   (long long)(WALL + 100 * SECOND));
	world_tell(w, END_RECORDER, "memory a place=70000 text=nonsense");
	world_tell(w, END_RECORDER, "resumed -");
	snprintf(wanted, sizeof wanted, " next_us=%lld", (long long)(WALL + 100 * SECOND));
	ok(strstr(world_ask(w, "status -"), wanted) != NULL, "a passive check keeps its deadline");
	w->seen = note_memory;
	w->answer = expects;
	world_ask(w, "beat a");
	world_settle(w);
	same(remembered, "seen-1", "and what it remembers");
	ok(logs(w, "memory a place=0 text=seen-2 due_us="), "what is new is told");
	world_free(w);
}

int main(void)
{
	states();
	since();
	slots();
	missed();
	waits();
	withdrawn();
	services();
	off();
	passive();
	return done_testing();
}
