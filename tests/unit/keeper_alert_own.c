/* Trouble of nines itself: told once, to who hears of it, with an end; never as if a target had
 * failed. The plan of alerts.h, with lines from the recorder and the parent in between. */
#include "../lib/alerts.h"

#define USER "contact user services=a\npath user notifier=log address=user after_us=0\n"
#define TELL OPS_0 USER

/* Lines are "MINUTE END LINE": r from the recorder, p from the parent, c from a client. */
static const struct {
	const char *name, *config, *answer, *lines, *letters;
} scene[] = {
	{"the store fails for an hour", CHECK("a") "\n" TELL, "up",
	 "10 r failing - reason=\"disk full\"; 70 r recovered -",
	 "11.0 alert ops store, 70.0 recovery ops store"},
	{"the store fails for half a minute", CHECK("a") "\n" TELL, "up",
	 "10 r failing - reason=\"disk full\"; 10.5 r recovered -", ""},
	{"the resolver fails: what needs names is unknown, that is told once", CHECK("a") "\n" TELL,
	 "names 10-70", "", "11.8 alert ops resolver, 70.8 recovery ops resolver"},
	{"a name that nobody has is no trouble of the resolver", CHECK("a") "\n" TELL,
	 "wrong 10-70", "", ""},
	{"our own connection: one letter by each path that hears of nines, none of targets",
	 "MANY" TELL BOSS_30, "all 10-50", "",
	 "11.5 alert ops connection, 40.5 alert boss connection, 50.5 recovery ops connection, "
	 "50.5 recovery boss connection"},
	{"an outage before our own connection fails, and after it", "MANY" TELL BOSS_30,
	 "one 2-70 all 10-50", "",
	 "2.3 alert ops a, 2.3 alert user a, 11.5 alert ops connection, "
	 "40.5 alert boss connection, 50.5 recovery boss connection, 50.8 alert boss a, "
	 "51.0 recovery ops connection, 70.1 recovery ops a, 70.1 recovery user a, "
	 "70.1 recovery boss a"},
	{"a static copy fails for an hour, and one for half a minute", CHECK("a") "\n" TELL, "up",
	 "10 p copy-trouble public reason=\"its hook failed\"; 20 p copy-trouble shop reason=no; "
	 "20.5 p copy-trouble shop; 70 p copy-trouble public",
	 "11.0 alert ops -, 70.0 recovery ops -"},
	{"a module is quarantined", CHECK("a") "\n" TELL, "up",
	 "10 p prober-gone 1 module=tcp signal=11 step=connect; 10 p prober 1 pool=general; "
	 "10.1 p prober-gone 1 module=tcp signal=11 step=connect; 10.1 p prober 1 pool=general; "
	 "10.2 p prober-gone 1 module=tcp signal=11 step=connect; 10.2 p prober 1 pool=general; "
	 "30 c release tcp",
	 "11.2 alert ops -, 30.0 recovery ops -"},
};

static bool is_within(const char *answer, const char *word, double minute)
{
	double from, to;
	size_t n = strlen(word);

	return !strncmp(answer, word, n) && sscanf(answer + n, " %lf-%lf", &from, &to) == 2 &&
	       minute >= from && minute < to;
}

static const char *answer(struct world *w, const struct order *o)
{
	const struct plan *p = w->with;
	double minute = (double)(w->now - START) / MINUTE;

	if (is_within(p->down, "names", minute))
		return "verdict=unknown step=resolve steps=resolve:900! "
		       "reason=\"resolver failing: no answer\"";
	if (is_within(p->down, "wrong", minute))
		return "verdict=unknown step=resolve steps=resolve:900! reason=\"no such name\"";
	if (is_within(p->down, "one", minute) && !strcmp(o->name, "a"))
		return "verdict=down step=connect steps=connect:900! reason=refused";
	if (strstr(p->down, "all") && is_within(strstr(p->down, "all"), "all", minute))
		return "verdict=down step=connect steps=connect:900! reason=\"no route\"";
	return "verdict=up steps=resolve:100,connect:200 elapsed_us=200";
}

/* "MANY": 40 checks every 10 s. */
static void configure_all(struct world *w, const char *config)
{
	world_tell(w, END_PARENT, "begin 1");
	parent_lines(w, strchr(SETTING, '\n') + 1);
	if (!strncmp(config, "MANY", 4)) {
		for (int i = 0; i < 40; i++)
			world_tell(w, END_PARENT, "define c%d module=tcp every_us=10000000", i);
		world_tell(w, END_PARENT, "define a module=tcp every_us=10000000");
		config += 4;
	}
	parent_lines(w, config);
	world_tell(w, END_PARENT, "end 1 problems=0");
	world_tell(w, END_PARENT, "courier log number=1");
	world_tell(w, END_PARENT, "courier sms number=2");
}

static void play_lines(struct plan *p, const char *lines)
{
	char *copy = strdup(lines), *rest = copy, *line, *word;

	while ((line = strsep(&rest, ";"))) {
		double at = strtod(line, &word);

		if (word == line)
			break;
		pass_until(p, (int64_t)(at * MINUTE));
		world_say(p->w,
			  word[1] == 'r'   ? END_RECORDER
			  : word[1] == 'c' ? END_CLIENT
					   : END_PARENT,
			  word[1] == 'c', word + 3);
	}
	free(copy);
}

static void test_scene(size_t n)
{
	struct plan p = {.w = world_new(), .down = scene[n].answer};

	p.w->with = &p;
	p.w->answer = answer;
	configure_all(p.w, scene[n].config);
	play_lines(&p, scene[n].lines);
	pass_until(&p, 100 * MINUTE);
	same(text_get(&p.letters), scene[n].letters, scene[n].name);
	text_release(&p.letters);
	world_free(p.w);
}

/* The wall clock jumps; delays are counted by the one that does not (F13). */
static void test_clock(int64_t by_us)
{
	struct plan p = {.w = world_new(), .down = "a 10-40"};
	char name[64];

	p.w->with = &p;
	p.w->answer = by_plan;
	configure(p.w, CHECK("a") "\n" OPS "after_us=300000000 repeat_us=600000000\n");
	world_tell(p.w, END_PARENT, "courier log number=1");
	pass_until(&p, 13 * MINUTE);
	p.w->wall_ahead += by_us;
	pass_until(&p, 60 * MINUTE);
	snprintf(name, sizeof name, "the wall clock jumps by %lld s", (long long)(by_us / SECOND));
	same(text_get(&p.letters),
	     "15.8 alert ops a, 25.8 alert ops a, 35.8 alert ops a, 40.8 recovery ops a", name);
	text_release(&p.letters);
	world_free(p.w);
}

/* A customer's report does not reach him: who hears of nines hears of it, whatever became of the
 * letters to others, and of its end. */
static void deliver_report(struct plan *p, int minute)
{
	size_t told = p->w->told.size;
	const char *make;

	ok(!strstr(world_ask(p->w, "deliver monthly"), "wrong="), "a report is asked for");
	pass_until(p, minute * MINUTE);
	make = strstr(text_get(&p->w->told) + told, "make ");
	ok(make != NULL, "and made");
	world_tell(p->w, END_PARENT, "made %ld subject=s text=t short=s period=p",
		   make ? strtol(make + 5, NULL, 10) : 0);
}

static void test_bounce(const char *to, const char *letters)
{
	struct plan p = {.w = world_new(), .down = "", .refuses = true};

	p.w->with = &p;
	p.w->answer = by_plan;
	parent_lines(
		p.w,
		SETTING CHECK("a") "\ncontact boss monitor=1\n"
				   "path boss notifier=sms address=1 after_us=0\n"
				   "contact acme services=a\npath acme notifier=log address=acme\n"
				   "contact ann services=a\npath ann notifier=sms address=ann\n");
	world_tell(p.w, END_PARENT,
		   "deliver monthly report=sla every=day zone=UTC at=00:00 to=\"%s\"", to);
	parent_lines(p.w, "end 1 problems=0\ncourier log number=1\ncourier sms number=2\n");
	world_tell(p.w, END_RECORDER, "resumed -");
	pass_until(&p, MINUTE);
	deliver_report(&p, 2);
	pass_until(&p, 30 * MINUTE);
	p.refuses = false;
	deliver_report(&p, 31);
	pass_until(&p, 60 * MINUTE);
	same(text_get(&p.letters), letters, to);
	text_release(&p.letters);
	world_free(p.w);
}

int main(void)
{
	for (size_t n = 0; n < sizeof scene / sizeof *scene; n++)
		test_scene(n);
	test_bounce("log:acme\\tacme", "2.0 report acme, 3.0 alert boss -, 31.0 report acme, "
				       "31.0 recovery boss -");
	test_bounce("log:acme\\tacme\\nsms:ann\\tann",
		    "2.0 report acme, 2.0 report ann, "
		    "3.0 alert boss -, 31.0 report acme, 31.0 report ann, 31.0 recovery boss -");
	test_clock(3600 * SECOND);
	test_clock(-3600 * SECOND);
	test_clock(-INT64_C(315360000) * SECOND);
	return done_testing();
}
