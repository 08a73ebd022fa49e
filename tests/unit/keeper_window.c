/* Maintenance in the keeper: windows declared and by command, once and again; what the record
 * hears, the check before the end, who is alerted, and what the next keeper knows. */
#include "../../core/base/clock.h"
#include "../lib/keeper.h"

/* `minutes` since START, as a person writes it; two may be used at a time. */
static const char *at(int minutes)
{
	static struct text time[2];
	static int next;
	struct text *t = &time[next ^= 1];

	text_clear(t);
	clock_add_utc(t, WALL + minutes * MINUTE, 0);
	return t->at;
}

static void configure(struct world *w, int generation, const char *maintenance)
{
	world_tell(w, END_PARENT, "begin %d", generation);
	world_tell(w, END_PARENT, "module tcp build=1");
	world_tell(w, END_PARENT, "define a module=tcp every_us=300000000");
	world_tell(w, END_PARENT, "define b module=tcp every_us=300000000");
	world_tell(w, END_PARENT, "service S members=a need=1");
	world_tell(w, END_PARENT, "contact ops");
	world_tell(w, END_PARENT, "path ops notifier=log address=x after_us=0 repeat_us=0");
	if (*maintenance)
		world_say(w, END_PARENT, 0, maintenance);
	world_tell(w, END_PARENT, "end %d problems=0", generation);
	world_settle(w);
}

static struct world *begin(const char *maintenance)
{
	struct world *w = world_new();

	configure(w, 1, maintenance);
	world_settle(w);
	return w;
}

/* Alerts and recoveries in the log, as "alert@SECONDS recovery@SECONDS". */
static const char *letters(struct world *w)
{
	static char said[1000];
	size_t size = 0;

	said[0] = '\0';
	for (const char *l = w->log.at; l && *l; l = strchr(l, '\n') + 1) {
		const char *space = strchr(l, ' '), *kind = strstr(l, " kind=");

		if (strncmp(space, " letter ", 8) || size > sizeof said - 64)
			continue;
		kind += 6;
		size += (size_t)snprintf(said + size, sizeof said - size, "%s%.*s@%.0f",
					 size ? " " : "", (int)strcspn(kind, " "), kind,
					 strtod(l, NULL));
	}
	return said;
}

static const char *declared(const char *words)
{
	static char line[600];

	snprintf(line, sizeof line, "maintenance m %s", words);
	return line;
}

static const char *once(int from, int to, const char *more)
{
	static char line[500];

	snprintf(line, sizeof line, "start=%s end=%s %s", at(from), at(to), more);
	return line;
}

/* a and b fail from minute 5 to minute 25. */
static const struct {
	const char *title, *words;
	int from, to; /* 0, 0: `words` alone */
	int alerts; /* of a and b within the first 20 minutes */
} hold[] = {
	{"nothing planned", NULL, 0, 0, 2},
	{"of everything", "", 1, 20, 0},
	{"of one check", "services=a", 1, 20, 1},
	{"of its service", "services=S", 1, 20, 1},
	{"with another impact", "impact=degraded", 1, 20, 2},
	{"with no impact", "impact=none", 1, 20, 2},
	{"of another time", "", 30, 40, 2},
	{"again each hour", "cron=\"41 * * * *\" for=19m", 0, 0, 0},
};

static void test_hold(void)
{
	for (size_t i = 0; i < sizeof hold / sizeof *hold; i++) {
		const char *words = !hold[i].words ? NULL
				    : hold[i].to   ? once(hold[i].from, hold[i].to, hold[i].words)
						   : hold[i].words;
		struct world *w = begin(words ? declared(words) : "");
		int n;

		w->answer = down_for_a_while;
		w->down_from = 5 * MINUTE;
		w->down_to = 25 * MINUTE;
		world_run(w, 19 * MINUTE);
		n = count_of(&w->log, "kind=alert") + count_of(&w->log, "kind=note");
		ok(n == hold[i].alerts ||
			   (n > 0 && hold[i].alerts > 0 && strstr(letters(w), "summary")),
		   "%s: %d alerts: %s", hold[i].title, n, letters(w));
		ok(strstr(world_incidents(w), "confirmed@") != NULL,
		   "%s: recorded all the same: %s", hold[i].title, world_incidents(w));
		world_free(w);
	}
}

static void test_course(void)
{
	struct world *w = begin(declared(once(10, 20, "services=a text=\"new disks\" by=me")));
	char from[80];

	snprintf(from, sizeof from, "start_us=%lld", (long long)(WALL + 10 * MINUTE));
	world_run(w, 9 * MINUTE);
	ok(!count_of(&w->log, " maintenance "), "nothing is recorded before it begins");
	world_run(w, 11 * MINUTE);
	ok(count_of(&w->log, " maintenance ") == 1 && count_of(&w->log, from) == 1 &&
		   count_of(&w->log, "text=\"new disks\"") == 1 &&
		   count_of(&w->log, "occurrence=1") == 1,
	   "its occurrence is recorded as it begins: %s", text_get(&w->log));
	ok(count_of(&w->told, "maintenance 'm' has begun and is to end at ") == 1, "said");
	ok(strstr(world_ask(w, "maintenance -"), "window m services=a ") != NULL, "listed");
	world_run(w, 21 * MINUTE);
	ok(count_of(&w->told, "maintenance 'm' has ended\"") == 1, "its end is said: %s",
	   text_get(&w->told));
	ok(!strstr(world_ask(w, "maintenance -"), "window"), "and it is listed no more");
	world_free(w);
}

static const char *a_is_down(struct world *w, const struct order *o)
{
	return strcmp(o->name, "a") ? always_up(w, o) : down_for_a_while(w, o);
}

static void test_recheck(void)
{
	struct world *w = begin(declared(once(10, 20, "services=a")));

	w->answer = a_is_down;
	w->down_from = 11 * MINUTE;
	w->down_to = 18 * MINUTE;
	w->keeps_results = true;
	world_run(w, 18 * MINUTE + 30 * SECOND);
	text_clear(&w->results);
	world_run(w, 19 * MINUTE + 5 * SECOND);
	ok(count_of(&w->results, "result a ") == 1,
	   "what fails is checked a minute before the end");
	world_run(w, 60 * MINUTE);
	ok(!strstr(letters(w), "alert"), "it works again, nobody was told: %s", letters(w));
	world_free(w);
}

static void test_overrun(void)
{
	struct world *w = begin(declared(once(10, 20, "services=a")));

	w->answer = a_is_down;
	w->down_from = 11 * MINUTE;
	w->down_to = 40 * MINUTE;
	world_run(w, 19 * MINUTE + 59 * SECOND);
	ok(!strstr(letters(w), "alert"), "none is told in it: %s", letters(w));
	world_run(w, 30 * MINUTE);
	ok(strstr(letters(w), "alert") != NULL, "what fails behind its end is: %s", letters(w));
	ok(count_of(&w->told, "still failing, which counts from now on: 'a'") == 1, "said: %s",
	   text_get(&w->told));
	world_free(w);
}

static void test_command(void)
{
	static const struct {
		const char *request, *says;
	} wrong[] = {
		{"maintenance-add - services=c end=%s start=%s", "no check or service 'c'"},
		{"maintenance-add - services=a", "start: it is missing"},
		{"maintenance-add - cron=\"0 2 * *\" for=2h", "cron: "},
		{"maintenance-add - cron=\"0 2 * * *\" for=2h zone=Europe/Berlin",
		 "bytes of its zone"},
		{"maintenance-add - impact=bad end=%s start=%s", "impact 'bad' is none of"},
		{"maintenance-cancel x", "no window that was added by command"},
	};
	struct world *w = begin("");
	char line[300], *id, cancel[100];
	const char *said;

	world_run(w, MINUTE);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		snprintf(line, sizeof line, wrong[i].request, at(20), at(10));
		ok(strstr(world_ask(w, line), wrong[i].says) != NULL, "%s: %s", line,
		   wrong[i].says);
	}
	snprintf(line, sizeof line, "maintenance-add - start=%s end=%s", at(-20), at(-10));
	ok(strstr(world_ask(w, line), "cannot be declared afterwards") != NULL, "not afterwards");
	snprintf(line, sizeof line, "maintenance-add - start=%s end=%s services=a announced=%s",
		 at(10), at(20), "2020-01-01T00:00:00Z");
	said = world_ask(w, line);
	id = strstr(said, "text=");
	snprintf(cancel, sizeof cancel, "maintenance-cancel %.*s", (int)strcspn(id + 5, "\n"),
		 id + 5);
	snprintf(line, sizeof line, "announced_us=%lld", (long long)(WALL + MINUTE));
	world_settle(w);
	ok(count_of(&w->log, " maintenance ") == 1 && count_of(&w->log, line) == 1,
	   "recorded, and announced now: %s", text_get(&w->log));
	world_run(w, 12 * MINUTE);
	ok(strstr(world_ask(w, "maintenance -"), "on=1") != NULL, "it is on");
	text_clear(&w->log);
	ok(strstr(world_ask(w, cancel), "cancelled") != NULL, "ended by command: %s", cancel);
	world_settle(w);
	snprintf(line, sizeof line, "end_us=%lld", (long long)(w->now - START + WALL));
	ok(count_of(&w->log, line) == 1 && !count_of(&w->log, "cancelled_us"),
	   "it is shorter, for the record too: %s", text_get(&w->log));
	world_free(w);
}

/* What the record was told goes to the next keeper. */
static void test_resume(void)
{
	struct world *w = begin(""), *next;
	char line[600];
	const char *kept, *end;

	world_run(w, MINUTE);
	snprintf(line, sizeof line, "maintenance-add - start=%s end=%s services=a", at(10), at(20));
	world_ask(w, line);
	kept = strstr(w->log.at, " maintenance ") + 1;
	end = strchr(kept, '\n');
	snprintf(line, sizeof line, "resume-%.*s", (int)(end - kept), kept);
	next = world_new();
	world_say(next, END_RECORDER, 0, line);
	configure(next, 1, "");
	world_run(next, 12 * MINUTE);
	ok(strstr(world_ask(next, "maintenance -"), "on=1") != NULL, "it goes on: %s", line);
	world_free(next);
	world_free(w);
}

static void test_reload(void)
{
	char same[300];
	struct world *w;

	snprintf(same, sizeof same, "%s", declared(once(10, 20, "services=a")));
	w = begin(same);
	world_run(w, 12 * MINUTE);
	configure(w, 2, same);
	world_run(w, 13 * MINUTE);
	ok(count_of(&w->log, " maintenance ") == 1, "the same one goes on through a reload");
	configure(w, 3, "");
	world_run(w, 14 * MINUTE);
	ok(count_of(&w->log, " maintenance ") == 2 &&
		   strstr(text_get(&w->told), "was taken out of the configuration") != NULL,
	   "one that is taken out ends then");
	world_free(w);
}

static int count_text(const char *text, const char *what)
{
	const struct text t = {.at = (char *)text, .size = strlen(text)};

	return count_of(&t, what);
}

/* What `status -` tells for pages, with the spans of one that comes again. */
static void test_coming(void)
{
	struct world *w = begin(declared("cron=\"0 2 * * *\" for=1h services=a text=Nightly"));
	const char *said = world_ask(w, "status -");
	char line[200];

	ok(count_text(said, "window m ") == 14 && strstr(said, "text=Nightly"),
	   "each night of two weeks: %s", said);
	snprintf(line, sizeof line, "maintenance-add - start=%s end=%s services=b", at(10), at(20));
	world_ask(w, line);
	world_run(w, 12 * MINUTE);
	snprintf(line, sizeof line, "from_us=%lld", (long long)(WALL + 10 * MINUTE));
	said = world_ask(w, "status -");
	ok(count_text(said, line) == 1 && count_text(said, "services=b") == 1,
	   "one that goes on: %s", said);
	world_run(w, 22 * MINUTE);
	ok(!strstr(world_ask(w, "status -"), "services=b"), "one that is over is told no more");
	world_free(w);
	w = begin(declared(once(10, 20, "services=a announced=2999-01-01T00:00:00Z")));
	ok(!strstr(world_ask(w, "status -"), "window "), "and none that is to be announced");
	world_free(w);
	w = begin(declared(once(15 * 1440, 15 * 1440 + 60, "services=a")));
	ok(!strstr(world_ask(w, "status -"), "window "), "nor one of a later week");
	world_free(w);
}

int main(void)
{
	test_hold();
	test_course();
	test_recheck();
	test_overrun();
	test_command();
	test_resume();
	test_reload();
	test_coming();
	return done_testing();
}
