/* The rules of definitions.md 1 as tables: when an incident opens, is confirmed, ends; when the
 * recheck is due. */
#include "../lib/keeper.h"

/* One letter a cycle: u up, g degraded, d down, x unknown. */
static const char *letter(struct world *w, const struct order *o)
{
	const char *word = w->with;
	size_t n = (size_t)w->probes - 1;

	(void)o;
	if (n >= strlen(word))
		return NULL;
	switch (word[n]) {
	case 'u': return "verdict=up";
	case 'g': return "verdict=degraded reason=slow";
	case 'd': return "verdict=down reason=refused step=connect";
	default: return "verdict=unknown reason=\"no descriptors\"";
	}
}

static const struct {
	const char *cycles, *incidents, *states;
} table[] = {
	{"u", "", "up"},
	{"g", "", "degraded"},
	{"d", "open", "unconfirmed"},
	{"x", "", "unknown"},
	{"ud", "open", "up unconfirmed"},
	{"udu", "open blip", "up unconfirmed up"},
	{"udg", "open blip", "up unconfirmed degraded"},
	{"udd", "open confirmed", "up unconfirmed down"},
	{"uddu", "open confirmed closed", "up unconfirmed down up"},
	{"uddg", "open confirmed closed", "up unconfirmed down degraded"},
	{"udddu", "open confirmed closed", "up unconfirmed down up"},
	{"udxd", "open confirmed", "up unconfirmed unknown down"},
	{"udxu", "open blip", "up unconfirmed unknown up"},
	{"uddxd", "open confirmed", "up unconfirmed down unknown down"},
	{"uddxu", "open confirmed closed", "up unconfirmed down unknown up"},
	{"xd", "open", "unknown unconfirmed"},
	{"uxxu", "", "up unknown up"},
	{"gdgd", "open blip open", "degraded unconfirmed degraded unconfirmed"},
	{"dddd", "open confirmed", "unconfirmed down"},
	{"uddudd", "open confirmed closed open confirmed",
	 "up unconfirmed down up unconfirmed down"},
};

static void list(const char *log, const char *verb, const char *key, char *to, size_t room)
{
	const char *at = log, *end, *value;
	size_t size = 0;

	to[0] = '\0';
	for (; at && *at; at = end + 1) {
		end = strchr(at, '\n');
		value = strstr(at, key);
		if (strncmp(strchr(at, ' ') + 1, verb, strlen(verb)) || !value || value > end)
			continue;
		value += strlen(key);
		size += (size_t)snprintf(to + size, room - size, "%s%.*s", size ? " " : "",
					 (int)strcspn(value, " \n"), value);
	}
}

static void test_table(void)
{
	char got[256], name[64];

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct world *w = world_new();

		w->answer = letter;
		w->with = (void *)(uintptr_t)table[i].cycles;
		world_configure(w, "every_us=1000000 timeout_us=500000");
		while (w->probes < (long)strlen(table[i].cycles))
			world_run(w, w->now - START + 10000);
		list(text_get(&w->log), "incident ", " event=", got, sizeof got);
		snprintf(name, sizeof name, "%s: incidents", table[i].cycles);
		same(got, table[i].incidents, name);
		list(text_get(&w->log), "state ", " to=", got, sizeof got);
		snprintf(name, sizeof name, "%s: states", table[i].cycles);
		same(got, table[i].states, name);
		world_free(w);
	}
}

struct run {
	int64_t down_from, down_to, at[64];
	int runs;
};

static void note(struct world *w, const struct order *o)
{
	struct run *r = w->with;

	if (r->runs < 64)
		r->at[r->runs++] = o->due_us - START;
}

/* The first failed probe at `failed`: when is the next? */
static void test_recheck(int64_t every_us, int64_t recheck_us, int64_t wanted_us)
{
	struct world *w = world_new();
	struct run r = {0};
	char words[128];
	int i;

	w->answer = down_for_a_while;
	w->seen = note;
	w->with = &r;
	w->down_from = SECOND;
	w->down_to = INT64_MAX / 2;
	snprintf(words, sizeof words, "every_us=%lld recheck_us=%lld", (long long)every_us,
		 (long long)recheck_us);
	world_configure(w, words);
	world_run(w, 5 * every_us);
	for (i = 0; i < r.runs && r.at[i] < SECOND; i++)
		;
	ok(r.at[i + 1] - r.at[i] == wanted_us,
	   "every %lld s, recheck %lld s: the next probe %lld s after the failed one",
	   (long long)(every_us / SECOND), (long long)(recheck_us / SECOND),
	   (long long)((r.at[i + 1] - r.at[i]) / SECOND));
	ok(every_us < recheck_us || (r.at[i + 2] - r.at[i]) % every_us == 0 ||
		   wanted_us == every_us,
	   "the grid stays where it is");
	ok(count_of(&w->log, "event=confirmed") == 1, "confirmed once");
	world_free(w);
}

static void test_blip(void)
{
	struct world *w = world_new();

	w->answer = down_for_a_while;
	world_configure(w, "every_us=600000000");
	world_run(w, MINUTE);
	w->down_from = MINUTE;
	w->down_to = 1000 * SECOND;
	world_run(w, 1001 * SECOND);
	ok(count_of(&w->log, "event=open") == 1, "20 minutes: a failure opens");
	w->down_to = 1000 * SECOND;
	world_run(w, 1400 * SECOND);
	world_run(w, 3000 * SECOND);
	ok(count_of(&w->log, "event=open") ==
		   count_of(&w->log, "event=blip") + count_of(&w->log, "event=closed"),
	   "and ends: %s", world_incidents(w));
	world_free(w);
}

static const char *by_location(struct world *w, const struct order *o)
{
	/* letters of the locations that fail, '?' behind one: unknown */
	const char *down = w->with;
	const char *found = strchr(down, o->location[0]);

	if (!found)
		return "verdict=up";
	return found[1] == '?'         ? "verdict=unknown reason=odd"
	       : o->location[0] == 'a' ? "verdict=down reason=\"from a\""
				       : "verdict=down reason=other";
}

static const struct {
	const char *failing, *state, *reason;
} place[] = {
	{"", "up", ""},
	{"a", "up", ""},
	{"bc", "up", ""},
	{"abc", "unconfirmed", "from a"},
	{"a?bc", "unconfirmed", "other"},
	{"a?b?", "up", ""},
	{"a?b?c?", "unknown", "odd"},
	{"ab?c?", "unconfirmed", "from a"},
};

static void test_locations(void)
{
	char wanted[80];

	for (size_t i = 0; i < sizeof place / sizeof *place; i++) {
		struct world *w = world_new();

		w->answer = by_location;
		w->with = (void *)(uintptr_t)place[i].failing;
		w->keeps_results = true;
		world_tell(w, END_PARENT, "begin 1");
		world_tell(w, END_PARENT, "location a source=127.0.0.2");
		world_tell(w, END_PARENT, "location b source=127.0.0.3");
		world_tell(w, END_PARENT, "location c source=127.0.0.4");
		world_tell(w, END_PARENT, "define a module=tcp every_us=60000000");
		world_tell(w, END_PARENT, "end 1");
		world_run(w, SECOND);
		snprintf(wanted, sizeof wanted, "to=%s ", place[i].state);
		ok(strstr(text_get(&w->log), wanted) != NULL, "three locations, '%s' fail: %s",
		   place[i].failing, place[i].state);
		ok(w->probes == 3 && count_of(&w->results, "location=") == 3 &&
			   count_of(&w->results, "ends=") == 1,
		   "each recorded with its location, one ends the cycle");
		if (*place[i].reason)
			ok(strstr(text_get(&w->log), place[i].reason) != NULL,
			   "the reason of the first failing location");
		world_free(w);
	}
}

int main(void)
{
	test_table();
	for (int minutes = 1; minutes <= 20; minutes += minutes == 2 ? 3 : minutes == 5 ? 15 : 1)
		if (minutes == 1 || minutes == 2 || minutes == 5 || minutes == 20)
			test_recheck(minutes * MINUTE, MINUTE, MINUTE);
	test_recheck(30 * SECOND, MINUTE, 30 * SECOND);
	test_recheck(5 * MINUTE, 10 * SECOND, 10 * SECOND);
	test_blip();
	test_locations();
	return done_testing();
}
