/* A new keeper in the middle of things: what the record says of incidents, letters and what people
 * said, and the exact letters that follow. The times of the record are minutes before its start. */
#include "../lib/alerts.h"

#define DOWN \
	"resume a kind=check state=down since_us=-10m incident=0a incident_us=-10m confirmed=1 " \
	"due_us=-1m reason=refused\n"
#define UP "resume a kind=check state=up since_us=-10m due_us=-1m\n"
#define LETTER "resume-letter L1 kind=alert contact=ops to=log:ops incident=0a check=a "
#define TOLD LETTER "created_us=-5m outcome=delivered ended_us=-5m\n"

#define BURNING CHECK("a") "flapping=no\nservice S members=a target_micro=99000000 burn="
#define BURNT                                                                     \
	"resume S kind=service state=up since_us=-10m\n"                          \
	"resume-standing S kind=burn-page incident=0f at_us=-9m reason=x\n"       \
	"resume-letter L1 kind=alert contact=ops to=log:ops incident=0f check=S " \
	"created_us=-5m outcome=delivered ended_us=-5m\n"

static const struct {
	const char *name, *config, *record, *down, *events;
	int minutes;
	const char *letters;
} scene[] = {
	{"told before: not again; its end is told", CHECK("a") "\n" OPS_5, DOWN TOLD, "a 0-20", "",
	 60, "20.8 recovery ops a"},
	{"due meanwhile: told at once", CHECK("a") "\n" OPS_5, DOWN, "a 0-20", "", 60,
	 "0.0 alert ops 0a, 20.8 recovery ops a"},
	{"not due yet", CHECK("a") "\n" BOSS_30, DOWN, "a 0-40", "", 60,
	 "20.0 alert boss 0a, 40.8 recovery boss a"},
	{"it goes on with its repeats", CHECK("a") "\n" OPS "after_us=0 repeat_us=600000000\n",
	 DOWN TOLD, "a 0-20", "", 60, "5.0 alert ops 0a, 15.0 alert ops 0a, 20.8 recovery ops a"},
	{"repeats that became overdue are one",
	 CHECK("a") "\n" OPS "after_us=0 repeat_us=60000000\n", DOWN TOLD, "a 0-3", "", 60,
	 "0.0 alert ops 0a, 1.0 alert ops 0a, 2.0 alert ops 0a, 3.8 recovery ops a"},
	{"the cap counts what was sent before",
	 CHECK("a") "\n" OPS "after_us=0 repeat_us=300000000 cap=2\n", DOWN TOLD, "a 0-40", "", 60,
	 "0.0 alert ops 0a, 40.8 recovery ops a"},
	{"passed when it was looked at again", CHECK("a") "\n" OPS_5, DOWN TOLD, "", "", 60,
	 "0.0 recovery ops a"},
	{"a letter that surely waits still is withdrawn", CHECK("a") "\n" OPS_5,
	 DOWN LETTER "created_us=-5m next_us=30m number=3 text=x subject=x\n", "a 0-10",
	 "", 60, "10.8 withdrawn"},
	{"one that may have arrived is tried again, then its end is told", CHECK("a") "\n" OPS_5,
	 DOWN LETTER "created_us=-5m text=x subject=x\n", "a 0-10", "", 60,
	 "10.8 recovery ops a"},
	{"ended, and nobody was told of the end", CHECK("a") "\n" OPS_5,
	 UP TOLD "resume-incident 0a check=a start_us=-10m at_us=-1m reason=refused\n",
	 "", "", 10, "0.0 recovery ops 0a"},
	{"ended, and the end was told", CHECK("a") "\n" OPS_5,
	 UP TOLD "resume-letter L2 kind=recovery contact=ops to=log:ops incident=0a check=a "
	 "created_us=-1m outcome=delivered ended_us=-1m\n"
	 "resume-incident 0a check=a start_us=-10m at_us=-1m reason=refused\n",
	 "", "", 10, ""},
	{"acknowledged", CHECK("a") "\n" OPS "after_us=0 repeat_us=60000000\n",
	 DOWN TOLD "resume-standing a kind=ack by=eva reason=known incident=0a at_us=-4m\n",
	 "a 0-20", "", 60, "20.8 recovery ops a"},
	{"silenced", CHECK("a") "\n" OPS "after_us=0 repeat_us=60000000\n",
	 DOWN TOLD
	 "resume-standing a kind=silence by=eva reason=x at_us=-4m until_us=15m\n",
	 "a 0-16.5", "", 60, "15.0 alert ops 0a, 16.0 alert ops 0a, 16.8 recovery ops a"},
	{"a silence that ended meanwhile", CHECK("a") "\n" OPS_0,
	 DOWN TOLD
	 "resume-standing a kind=silence by=eva reason=x at_us=-4m until_us=-1m\n",
	 "a 0-20", "", 60, "0.0 alert ops 0a, 20.8 recovery ops a"},
	{"paused", CHECK("a") "\n" OPS_0,
	 "resume a kind=check state=not-monitored since_us=-10m\n"
	 "resume-standing a kind=pause by=eva reason=x at_us=-4m\n",
	 "a 0-40", "30 unpause a by=eva", 60, "30.8 alert ops a, 40.8 recovery ops a"},
	{"flapping: steady when it has been for a while", CHECK("a") "\n" OPS_0,
	 UP "resume-standing a kind=flapping incident=0f at_us=-9m\n"
	 "resume-letter L1 kind=alert contact=ops to=log:ops incident=0f check=a "
	 "created_us=-5m outcome=delivered ended_us=-5m\n",
	 "a 3-5", "", 60, "19.8 recovery ops a"},
	{"a budget burnt before: over once the short windows are seen", BURNING "page\n" OPS_0,
	 UP BURNT, "", "", 60, "28.3 recovery ops S"},
	{"a budget burnt before, and nobody knows now", BURNING "page\n" OPS_0, UP BURNT, "!", "",
	 60, ""},
	{"a budget burnt before, but its sla wants no alerts now", BURNING "no\n" OPS_0, UP BURNT,
	 "", "", 60, "0.0 recovery ops S"},
	{"what was down before this keeper burns nothing by itself", BURNING "page\n" OPS_0,
	 DOWN "resume S kind=service state=down since_us=-10m incident=0s incident_us=-10m "
	      "confirmed=1\n",
	 "a 0-7", "", 60, "0.0 alert ops 0a, 7.8 recovery ops a"},
	{"a summary told of two", CHECK("a") "\n" CHECK("b") "\n" OPS_5,
	 DOWN "resume b kind=check state=down since_us=-10m incident=0b incident_us=-10m "
	 "confirmed=1 due_us=-1m reason=refused\n"
	 "resume-letter L1 kind=summary of=alert contact=ops to=log:ops "
	 "incident=\"0a\\n0b\" created_us=-5m outcome=delivered ended_us=-5m\n",
	 "a 0-20, b 0-30", "", 60, "21.3 recovery ops a, 30.9 recovery ops b"},
	{"a service", CHECK("a") "\n" CHECK("b") "\nservice S members=\"a\\nb\"\n" OPS_5,
	 DOWN "resume b kind=check state=down since_us=-10m incident=0b incident_us=-10m "
	 "confirmed=1 due_us=-1m reason=refused\n"
	 "resume S kind=service state=down since_us=-10m incident=0s incident_us=-10m "
	 "confirmed=1\n"
	 "resume-letter L1 kind=alert contact=ops to=log:ops incident=0s check=S "
	 "created_us=-5m outcome=delivered ended_us=-5m\n",
	 "a 0-20, b 0-30", "", 60, "20.8 recovery ops S, 20.8 note ops 0b, 30.9 recovery ops b"},
	{"what is no longer configured ends", CHECK("b") "\n" OPS_5, DOWN TOLD, "", "", 60,
	 "0.0 recovery ops a"},
	{"due meanwhile, but nobody knows any more", CHECK("a") "\n" OPS_5, DOWN, "a !", "", 60,
	 ""},
	{"trouble of nines itself that is over", CHECK("a") "\n" OPS_0,
	 UP "resume-standing resolver kind=trouble incident=0t reason=x at_us=-9m\n"
	 "resume-letter L1 kind=alert contact=ops to=log:ops incident=0t "
	 "created_us=-5m outcome=delivered ended_us=-5m\n",
	 "", "", 60, "2.0 recovery ops resolver"},
};

/* "=-10m" behind a key becomes the wall clock ten minutes before the start. */
static void tell_record(struct world *w, const char *record)
{
	char *copy = strdup(record), *rest = copy, *line;
	struct text t = {0};

	while ((line = strsep(&rest, "\n"))) {
		text_clear(&t);
		for (const char *at = line; *at; at++) {
			int minutes, n = 0;

			if (*at == '=' && sscanf(at, "=%dm%n", &minutes, &n) == 1 && n) {
				text_printf(&t, "=%lld", (long long)(WALL + minutes * MINUTE));
				at += n - 1;
			} else {
				text_putc(&t, *at);
			}
		}
		if (*line)
			world_say(w, END_RECORDER, 0, t.at);
	}
	text_release(&t);
	free(copy);
}

static void test_scene(size_t n)
{
	struct plan p = {.w = world_new(), .down = scene[n].down};

	p.w->with = &p;
	p.w->answer = by_plan;
	world_tell(p.w, END_PARENT, "start keeper resume=1");
	configure(p.w, scene[n].config);
	tell_record(p.w, scene[n].record);
	world_tell(p.w, END_RECORDER, "resumed -");
	play_on(&p, scene[n].config, scene[n].events, scene[n].minutes);
	same(text_get(&p.letters), scene[n].letters, scene[n].name);
	text_release(&p.letters);
	world_free(p.w);
}

int main(void)
{
	for (size_t n = 0; n < sizeof scene / sizeof *scene; n++)
		test_scene(n);
	return done_testing();
}
