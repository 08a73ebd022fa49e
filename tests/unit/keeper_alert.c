/* The keeper's alerts, whole: checks that fail by a plan, contacts, paths, services, parents, what
 * people say; and the exact letters, with the minute in which each is made. All letters are
 * delivered at once unless the plan says otherwise. */
#include "../lib/alerts.h"

/* `down`: "NAME FROM-TO, ..." in minutes. `events`: "MINUTE LINE; ..." of a client, or of the
 * parent's where it begins with `!`, or `wait`, `refuse`, `deliver`. Letters: "MINUTE WHAT CONTACT
 * NAMES". */
static const struct {
	const char *name, *config, *down, *events;
	int minutes;
	const char *letters;
} scene[] = {
	{"one check, one path", CHECK("a") "\n" OPS_5, "a 10-30", "", 60,
	 "15.8 alert ops a, 30.8 recovery ops a"},
	{"a blip", CHECK("a") "\n" OPS_0, "a 10-10.5", "", 60, ""},
	{"recovered within the delay", CHECK("a") "\n" OPS_5, "a 10-14", "", 60, ""},
	{"repeats and the cap", CHECK("a") "\n" OPS "after_us=300000000 repeat_us=600000000\n",
	 "a 10-80", "", 100,
	 "15.8 alert ops a, 25.8 alert ops a, 35.8 alert ops a, 45.8 alert ops a, "
	 "80.8 recovery ops a"},
	{"escalation to somebody else", CHECK("a") "\n" OPS_5 BOSS_30, "a 10-60", "", 80,
	 "15.8 alert ops a, 40.8 alert boss a, 60.8 recovery ops a, 60.8 recovery boss a"},
	{"acknowledged", CHECK("a") "\n" OPS_5 BOSS_30, "a 10-60",
	 "20 ack a by=eva reason=\"the switch\"", 80, "15.8 alert ops a, 60.8 recovery ops a"},
	{"silenced, and told when it ends", CHECK("a") "\n" OPS_5, "a 10-60",
	 "8 silence a by=eva reason=moving for_us=2400000000", 80,
	 "48.0 alert ops a, 60.8 recovery ops a"},
	{"a silence ends with the recovery", CHECK("a") "\n" OPS_5, "a 10-20, a 30-50",
	 "8 silence a by=eva reason=moving for_us=7200000000", 80,
	 "35.8 alert ops a, 50.8 recovery ops a"},
	{"paused: not watched, and who was told hears so", CHECK("a") "\n" OPS_5, "a 10-60",
	 "20 pause a by=eva reason=\"new disks\"; 40 unpause a by=eva", 80,
	 "15.8 alert ops a, 20.0 recovery ops a, 45.0 alert ops a, 60.8 recovery ops a"},
	{"only what a contact hears of",
	 CHECK("a") "\n" CHECK("b") "\ncontact ops services=b\npath ops notifier=log address=ops "
				    "after_us=300000000\n",
	 "a 10-30, b 40-50", "", 80, "45.9 alert ops b, 50.9 recovery ops b"},
	{"not in service: no alerts", CHECK("a") "standing=in-preparation\n" OPS_0, "a 10-30", "",
	 60, ""},
	{"retired: not probed", CHECK("a") "standing=retired\n" OPS_0, "a 0-60", "", 60, ""},
	{"a parent fails first", CHECK("a") "parents=b\n" CHECK("b") "\n" OPS_5, "a 11-40, b 10-40",
	 "", 80, "15.9 alert ops b, 40.9 recovery ops b"},
	{"the child is seen first",
	 CHECK("a") "parents=b\n"
		    "define b module=tcp every_us=600000000\n" OPS_0,
	 "a 10-40, b 10-40", "", 80, "11.8 alert ops b, 45.9 recovery ops b"},
	{"the parent comes back, the child does not",
	 CHECK("a") "parents=b\n" CHECK("b") "\n" OPS_5, "a 10-60, b 10-30", "", 80,
	 "15.8 alert ops b, 30.9 recovery ops b, 35.9 alert ops a, 60.8 recovery ops a"},
	{"a chain of parents: one hop is enough",
	 CHECK("a") "parents=b\n" CHECK("b") "parents=c\n" CHECK("c") "\n" OPS_5,
	 "a 10-40, b 10-40, c 10-40", "", 80, "15.8 alert ops c, 40.8 recovery ops c"},
	{"told before its parent failed", CHECK("a") "parents=b\n" CHECK("b") "\n" OPS_5,
	 "a 10-40, b 20-50", "", 80,
	 "15.8 alert ops a, 25.9 alert ops b, 41.3 recovery ops a, 50.9 recovery ops b"},
	{"redundant: a note while the service is up",
	 CHECK("a") "\n" CHECK("b") "\nservice S members=\"a\\nb\" need=1\n" OPS_5, "a 10-40", "",
	 80, "15.8 note ops a, 40.8 recovery ops a"},
	{"redundant: an alert when it goes down",
	 CHECK("a") "\n" CHECK("b") "\nservice S members=\"a\\nb\" need=1\n" OPS_5,
	 "a 10-40, b 20-30", "", 80,
	 "15.8 note ops a, 25.9 alert ops S, 31.4 recovery ops S, 40.8 recovery ops a"},
	{"not redundant: the member's alert says it",
	 CHECK("a") "\n" CHECK("b") "\nservice S members=\"a\\nb\" need=2\n" OPS_5, "a 10-40", "",
	 80, "15.8 alert ops a, 40.8 recovery ops a"},
	{"weighted: it can do without the lighter one",
	 CHECK("a") "\n" CHECK("b") "\nservice S members=\"a\\nb\" need=2 "
				    "weights=\"a: 2\"\n" OPS_5,
	 "b 10-40", "", 80, "15.9 note ops b, 40.9 recovery ops b"},
	{"weighted: but not without the heavier one",
	 CHECK("a") "\n" CHECK("b") "\nservice S members=\"a\\nb\" need=2 "
				    "weights=\"a: 2\"\n" OPS_5,
	 "a 10-40", "", 80, "15.8 alert ops S, 40.8 recovery ops S"},
	{"weighted: that needs more than all but the lightest is not redundant",
	 CHECK("a") "\n" CHECK("b") "\nservice S members=\"a\\nb\" need=4 "
				    "weights=\"?: 3\"\n" OPS_5,
	 "a 10-40", "", 80, "15.8 alert ops a, 40.8 recovery ops a"},
	{"all of them are needed: the member's alert says it",
	 CHECK("a") "\n" CHECK("b") "\nservice S members=\"a\\nb\" need=all\n" OPS_5,
	 "a 10-40", "", 80, "15.8 alert ops a, 40.8 recovery ops a"},
	{"who hears of the member alone",
	 CHECK("a") "\n" CHECK("b") "\nservice S members=\"a\\nb\" need=1\ncontact ops services=a\n"
				    "path ops notifier=log address=ops after_us=300000000\n",
	 "a 10-60, b 30-40", "", 80, "15.8 note ops a, 30.9 alert ops a, 60.8 recovery ops a"},
	{"a service in a service",
	 CHECK("a") "\n" CHECK("b") "\n" CHECK("c") "\n"
						    "service M members=\"a\\nb\" need=2\nservice S "
						    "members=\"M\\nc\" need=1\n" OPS_5,
	 "a 10-40", "", 80, "15.8 note ops a, 40.8 recovery ops a"},
	{"an acknowledged service",
	 CHECK("a") "\n" CHECK("b") "\nservice S members=\"a\\nb\"\n" OPS
				    "after_us=300000000 repeat_us=300000000\n",
	 "a 10-60, b 10-60", "18 ack S by=eva reason=known", 80,
	 "15.9 alert ops S, 60.8 recovery ops S"},
	{"one letter for what fails together",
	 CHECK("a") "\n" CHECK("b") "\n" CHECK("c") "\n" CHECK("d") "\n" OPS_5,
	 "a 10-30, b 10-30, c 10-30, d 10-30", "", 60,
	 "15.8 summary alert ops d,c,a, 15.9 alert ops b, "
	 "30.8 summary recovery ops d,c,a, 30.9 recovery ops b"},
	{"it flaps: told once, and once when it ends", CHECK("a") "flapping=20%-40%\n" OPS_5,
	 "a 30-32, a 33-35, a 36-38, a 39-41, a 42-44, a 45-47, a 48-50", "", 90,
	 "41.8 alert ops a, 64.8 recovery ops a"},
	{"flapping is off", CHECK("a") "flapping=no\n" OPS_0, "a 30-32, a 33-35", "", 60,
	 "31.8 alert ops a, 32.8 recovery ops a, 34.8 alert ops a, 35.8 recovery ops a"},
	{"it flaps, then stays down", CHECK("a") "flapping=20%-40%\n" OPS_5,
	 "a 30-32, a 33-35, a 36-38, a 39-41, a 42-90", "", 120,
	 "41.8 alert ops a, 56.8 recovery ops a, 56.8 alert ops a, 90.8 recovery ops a"},
	{"a path is changed while it lasts", CHECK("a") "\n" OPS_5 BOSS_30, "a 10-60",
	 "20 !" OPS_5 "contact boss\npath boss notifier=sms address=1 after_us=900000000\n", 80,
	 "15.8 alert ops a, 25.8 alert boss a, 60.8 recovery ops a, 60.8 recovery boss a"},
	{"a path that is gone hears no more", CHECK("a") "\n" OPS_5 BOSS_30, "a 10-60",
	 "50 !" OPS_5, 80, "15.8 alert ops a, 40.8 alert boss a, 60.8 recovery ops a"},
	{"no longer configured", CHECK("a") "\n" CHECK("b") "\n" OPS_5, "a 10-60", "20 -a", 80,
	 "15.8 alert ops a, 20.0 recovery ops a"},
	{"never delivered", CHECK("a") "\n" OPS_5, "a 10-30", "9 wait", 60,
	 "15.8 alert ops a, 30.8 withdrawn"},
	{"delivered late", CHECK("a") "\n" OPS "after_us=300000000 repeat_us=600000000\n",
	 "a 10-50", "9 wait; 28 deliver", 60,
	 "15.8 alert ops a, 38.8 alert ops a, 48.8 alert ops a, 50.8 recovery ops a"},
	{"a summary waits: it goes while anything in it fails",
	 CHECK("a") "\n" CHECK("b") "\n" OPS_5, "a 10-30, b 10-40", "9 wait; 35 deliver", 60,
	 "15.9 summary alert ops a,b, 36.4 recovery ops a, 40.9 recovery ops b"},
	{"a summary waits: withdrawn when nothing fails", CHECK("a") "\n" CHECK("b") "\n" OPS_5,
	 "a 10-30, b 10-40", "9 wait", 60, "15.9 summary alert ops a,b, 40.9 withdrawn"},
	{"outside of the hours",
	 CHECK("a") "\n" OPS "after_us=300000000 hours=\"Sat 20:20-21:00\"\n", "a 10-60", "", 80,
	 "40.0 alert ops a, 60.8 recovery ops a"},
	{"alerts alone are wanted, and with them recoveries",
	 CHECK("a") "\n" CHECK("b") "\nservice S members=\"a\\nb\" need=1\n" OPS
				    "after_us=300000000 kinds=alerts\n",
	 "a 10-50, b 20-30", "", 60, "25.9 alert ops S, 30.9 recovery ops S"},
	{"notes alone are wanted",
	 CHECK("a") "\n" CHECK("b") "\nservice S members=\"a\\nb\" need=1\n" OPS
				    "after_us=300000000 kinds=notes\n",
	 "a 10-50, b 20-30", "", 60, "15.8 note ops a, 50.8 recovery ops a"},
	{"trouble of nines itself alone is wanted",
	 CHECK("a") "\n" OPS "after_us=0 kinds=monitor\n", "a 10-30", "", 60, ""},
	{"a test letter each day, at ten",
	 CHECK("a") "\n" OPS "after_us=0 test_us=86400000000\n", "", "", 900, "860.0 test ops"},
	{"a test letter within the hours of its path",
	 CHECK("a") "\n" OPS "after_us=0 test_us=86400000000 hours=\"Mon-Sun 10:30-11:00\"\n",
	 "", "", 900, "890.0 test ops"},
	{"a test letter that is refused is told by another path, until one arrives",
	 CHECK("a") "\n" OPS "after_us=0 test_us=3600000000\n" BOSS_0, "",
	 "0 refuse; 70 deliver", 180,
	 "34.8 test ops, 35.8 alert boss -, 94.8 test ops, 94.8 recovery boss -, "
	 "154.8 test ops"},
	{"a path that is not tested any more is no trouble",
	 CHECK("a") "\n" OPS "after_us=0 test_us=3600000000\n" BOSS_0, "",
	 "0 refuse; 50 !" OPS "after_us=0\n" BOSS_0, 120,
	 "34.8 test ops, 35.8 alert boss -, 50.0 recovery boss -"},
};

static void test_scene(size_t n)
{
	struct plan p = {.w = world_new(), .down = scene[n].down};

	p.w->with = &p;
	p.w->answer = by_plan;
	pass_until(&p, 0);
	play(&p, scene[n].config, scene[n].events, scene[n].minutes);
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
