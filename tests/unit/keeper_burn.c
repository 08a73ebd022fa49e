/* Alerts by burn rate in a keeper: states of simulated hours, and exactly the letters; what
 * suppresses them; a keeper that is lost while an alert stands. The plan of alerts.h. */
#include "../../core/base/clock.h"
#include "../lib/alerts.h"

/* 14.4 times 1 % of an hour are 8.64 minutes, 3 times 1 % of a day 43.2. Of the letters those of
 * the service are its burn rate's: it needs all of its members, so they tell of incidents. */
#define SERVICE        "service S members=a target_micro=99000000 burn="
#define BUDGET(levels) CHECK("a") "flapping=no\n" SERVICE levels "\n" OPS_0

static const struct {
	const char *name, *config, *down, *events, *letters;
} scene[] = {
	{"a quarter of an hour: called once, and told of the end", BUDGET("both"), "a 10-25", "",
	 "11.8 alert ops a, 20.3 alert ops S, 26.3 recovery ops a, 30.3 recovery ops S"},
	{"too short to burn anything", BUDGET("both"), "a 10-18", "",
	 "11.8 alert ops a, 18.8 recovery ops a"},
	{"short ones, again and again: each is over soon, but the budget goes", BUDGET("page"),
	 "a 10-13, a 20-23, a 30-33, a 40-43", "",
	 "11.8 alert ops a, 13.8 recovery ops a, 21.8 alert ops a, 23.8 recovery ops a, "
	 "31.8 alert ops a, 33.8 recovery ops a, 34.3 alert ops S, 38.3 recovery ops S, "
	 "41.8 alert ops a, 42.3 alert ops S, 44.3 recovery ops a, 48.3 recovery ops S"},
	{"a ticket alone", BUDGET("ticket"), "a 10-60", "",
	 "11.8 alert ops a, 54.3 alert ops S, 61.3 recovery ops a, 417.3 recovery ops S"},
	{"both: the ticket waits while the page stands", BUDGET("both"), "a 10-60", "",
	 "11.8 alert ops a, 20.3 alert ops S, 61.3 recovery ops a, 89.3 recovery ops S, "
	 "89.3 alert ops S, 417.3 recovery ops S"},
	{"the sla wants none", CHECK("a") "flapping=no\nservice S members=a\n" OPS_0, "a 10-60", "",
	 "11.8 alert ops a, 60.8 recovery ops a"},
	{"a path that waits five minutes", CHECK("a") "flapping=no\n" SERVICE "page\n" OPS_5,
	 "a 10-30", "",
	 "15.8 alert ops a, 25.3 alert ops S, 31.3 recovery ops a, 35.3 recovery ops S"},
	{"silenced until it recovers: what was burnt is told then", BUDGET("page"), "a 10-30",
	 "5 silence S by=eva reason=x for_us=3600000000", "30.8 alert ops S, 35.3 recovery ops S"},
	{"paused: what nobody knows ends nothing", BUDGET("page"), "a 10-40",
	 "22 pause a by=eva reason=x; 70 unpause a by=eva",
	 "11.8 alert ops a, 20.3 alert ops S, 22.5 recovery ops a, 74.3 recovery ops S"},
	{"the service is no longer configured", SERVICE "page\n" CHECK("a") "flapping=no\n" OPS_0,
	 "a 10-50", "30 -",
	 "11.8 alert ops a, 20.3 alert ops S, 30.5 recovery ops S, 50.8 recovery ops a"},
	{"a parent fails",
	 CHECK("a") "flapping=no\n" CHECK("r") "flapping=no\n" SERVICE "page parents=r\n" OPS_0,
	 "r 5-60, a 10-40", "",
	 "6.1 alert ops r, 11.8 alert ops a, 41.3 recovery ops a, 60.1 recovery ops r, "
	 "60.1 alert ops S, 69.3 recovery ops S"},
	{"nothing is known for an hour: that ends nothing and begins nothing", BUDGET("page"), "!",
	 "", ""},
};

static void test_scene(size_t n)
{
	struct plan p = {.w = world_new(), .down = scene[n].down};

	p.w->with = &p;
	p.w->answer = by_plan;
	play(&p, scene[n].config, scene[n].events, 440);
	same(text_get(&p.letters), scene[n].letters, scene[n].name);
	text_release(&p.letters);
	world_free(p.w);
}

/* Time in which an outage was announced burns nothing. */
static void test_maintenance(void)
{
	struct plan p = {.w = world_new(), .down = "a 10-60"};
	struct text config = {0};

	p.w->with = &p;
	p.w->answer = by_plan;
	text_puts(&config, BUDGET("both") "maintenance m services=S impact=outage start=");
	clock_add_utc(&config, WALL + 12 * MINUTE, 0);
	text_puts(&config, " end=");
	clock_add_utc(&config, WALL + 55 * MINUTE, 0);
	text_puts(&config, "\n");
	play(&p, text_get(&config), "", 440);
	same(text_get(&p.letters), "11.8 alert ops a, 60.8 recovery ops a", "maintenance");
	text_release(&config);
	text_release(&p.letters);
	world_free(p.w);
}

/* Two outages of six and five minutes: ten are too much for an hour, but two hours of sleep lie
 * between them. */
static void test_sleep(int64_t for_us, const char *letters, const char *name)
{
	struct plan p = {.w = world_new(), .down = "a 10-16, a 17-22"};
	char line[64];

	p.w->with = &p;
	p.w->answer = by_plan;
	configure(p.w, BUDGET("page"));
	world_tell(p.w, END_PARENT, "courier log number=1");
	pass_until(&p, 33 * MINUTE / 2);
	snprintf(line, sizeof line, "suspended - for_us=%lld", (long long)for_us);
	world_say(p.w, END_LOOP, 0, line);
	pass_until(&p, 60 * MINUTE);
	same(text_get(&p.letters), letters, name);
	text_release(&p.letters);
	world_free(p.w);
}

/* `status -` says of the service what stands, with when it began: the page before the ticket. */
static void test_status(void)
{
	static const struct {
		int minute;
		const char *said;
	} at[] = {{5, ""}, {30, "burning=page"}, {80, "burning=page"}, {200, "burning=ticket"},
		  {430, ""}};
	struct plan p = {.w = world_new(), .down = "a 10-60"};
	const char *service, *said;

	p.w->with = &p;
	p.w->answer = by_plan;
	configure(p.w, BUDGET("both"));
	world_tell(p.w, END_PARENT, "courier log number=1");
	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		pass_until(&p, at[i].minute * MINUTE);
		service = strstr(world_ask(p.w, "status -"), "service S ");
		said = service ? strstr(service, "burning=") : NULL;
		if (*at[i].said)
			ok(said && !strncmp(said, at[i].said, strlen(at[i].said)) &&
				   strstr(said, " burning_since_us="),
			   "minute %d: %s", at[i].minute, at[i].said);
		else
			ok(service && !said, "minute %d: nothing burns", at[i].minute);
	}
	text_release(&p.letters);
	world_free(p.w);
}

int main(void)
{
	for (size_t n = 0; n < sizeof scene / sizeof *scene; n++)
		test_scene(n);
	test_maintenance();
	test_status();
	test_sleep(0,
		   "11.8 alert ops a, 16.8 recovery ops a, 18.8 alert ops a, 21.3 alert ops S, "
		   "23.3 recovery ops a, 27.3 recovery ops S",
		   "two outages");
	test_sleep(120 * MINUTE,
		   "11.8 alert ops a, 16.5 alert ops a, 16.8 recovery ops a, 18.8 alert ops a, "
		   "22.8 recovery ops a",
		   "two outages, the machine slept between them");
	return done_testing();
}
