/* The alert rules as time lines: what happens to one incident, minute by minute, and the exact
 * letters that each path gets. Every line is run twice: asked only when alert_look() wants to be,
 * and asked every ten seconds: the letters are the same. */
#include <stdlib.h>

#include "../../core/alert/alert.h"
#include "../lib/tap.h"

#define MINUTE (60 * INT64_C(1000000))
#define TEN_SECONDS (10 * INT64_C(1000000))
#define START (1000 * MINUTE) /* of the clock that never jumps: minute 0 */
#define PATHS 3

/* Events are "MINUTE:WORD": fail, sure (confirmed), pass; ack; quiet=UNTIL, loud; hold, go, and
 * free (as go, the delay counts anew); note, alert; once; wait, fly, lose: what becomes of letters
 * from now on, deliver: all that wait arrive; off, on: nobody looks in between. A path is
 * "AFTER/REPEAT/CAP HOURS@ZONE". Letters: a alert, n note, r recovery, w withdrawn, and the minute.
 */
static const struct {
	const char *name, *day, *path[PATHS], *events, *letters;
} line[] = {
	{"never confirmed", "", {"0/5/4"}, "0:fail 1:pass", ""},
	{"confirmed late", "", {"0/0/4"}, "0:fail 1:sure 9:pass", "a1 r9"},
	{"the delay", "", {"5/0/4"}, "0:fail 1:sure 9:pass", "a5 r9"},
	{"cancelled: it passes before the delay ends", "", {"5/5/4"}, "0:fail 1:sure 4.9:pass", ""},
	{"cancelled at the very end of the delay", "", {"5/5/4"}, "0:fail 1:sure 5:pass", ""},
	{"confirmed after the delay", "", {"5/0/4"}, "0:fail 20:sure 30:pass", "a20 r30"},
	{"repeats", "", {"5/10/4"}, "0:fail 1:sure 27:pass", "a5 a15 a25 r27"},
	{"the cap", "", {"5/10/4"}, "0:fail 1:sure 300:pass", "a5 a15 a25 a35 r300"},
	{"a cap of one", "", {"5/10/1"}, "0:fail 1:sure 300:pass", "a5 r300"},
	{"a cap of six", "", {"0/1/6"}, "0:fail 1:sure 300:pass", "a1 a2 a3 a4 a5 a6 r300"},
	{"escalation after 5 and 30 min", "", {"5/0/4", "30/0/4"}, "0:fail 1:sure 45:pass",
	 "a5 r45 | a30 r45"},
	{"the backup is never needed", "", {"5/0/4", "30/0/4"}, "0:fail 1:sure 29:pass",
	 "a5 r29 | "},
	{"three steps of escalation", "", {"5/20/4", "30/0/4", "60/0/4"}, "0:fail 1:sure 90:pass",
	 "a5 a25 a45 a65 r90 | a30 r90 | a60 r90"},
	{"acknowledged before the delay ends", "", {"5/5/4"}, "0:fail 1:sure 3:ack 30:pass", ""},
	{"acknowledged after the first: no repeats, no escalation", "", {"5/5/4", "30/0/4"},
	 "0:fail 1:sure 12:ack 60:pass", "a5 a10 r60 | "},
	{"what waits is withdrawn by an acknowledgement", "", {"5/5/4"},
	 "0:fail 1:sure 4:wait 7:ack 60:pass", "a5 w7"},
	{"silenced before, over while it lasts", "", {"5/0/4"}, "0:quiet=60 0:fail 1:sure 70:pass",
	 "a60 r70"},
	{"silenced over the whole incident", "", {"5/5/4"}, "0:quiet=60 0:fail 1:sure 50:pass", ""},
	{"silenced after the first: told again when it ends", "", {"5/0/4"},
	 "0:fail 1:sure 7:quiet=60 90:pass", "a5 a60 r90"},
	{"silenced between repeats", "", {"5/10/4"}, "0:fail 1:sure 12:quiet=31 90:pass",
	 "a5 a31 a41 a51 r90"},
	{"the end of a silence does not pass the cap", "", {"5/1/2"},
	 "0:fail 1:sure 8:quiet=31 90:pass", "a5 a6 r90"},
	{"the silence ends early", "", {"5/0/4"}, "0:fail 1:sure 7:quiet=60 20:loud 90:pass",
	 "a5 a20 r90"},
	{"who was told hears the end in spite of a silence", "", {"5/0/4"},
	 "0:fail 1:sure 7:quiet=600 90:pass", "a5 r90"},
	{"silenced for good", "", {"5/5/4"}, "0:fail 1:sure 7:quiet=never 90:pass", "a5 r90"},
	{"a parent fails, then it comes back with it", "", {"5/5/4"},
	 "0:fail 1:sure 2:hold 30:free 30.5:pass", ""},
	{"a parent comes back, the child does not", "", {"5/0/4"},
	 "0:fail 1:sure 2:hold 30:free 60:pass", "a35 r60"},
	{"without a delay a minute is left for the retest", "", {"0/0/4"},
	 "0:hold 0:fail 1:sure 30:free 60:pass", "a31 r60"},
	{"told, then a parent fails", "", {"5/10/4"}, "0:fail 1:sure 8:hold 40:free 60:pass",
	 "a5 a40 a50 r60"},
	{"told, then it recovers while a parent fails", "", {"5/10/4"},
	 "0:fail 1:sure 8:hold 40:pass", "a5 r40"},
	{"a maintenance window, still failing when it ends", "", {"5/10/4", "30/0/4"},
	 "0:hold 0:fail 1:sure 60:free 100:pass", "a65 a75 a85 a95 r100 | a90 r100"},
	{"it flaps, then stays down", "", {"5/0/4"}, "0:hold 0:fail 1:sure 20:go 30:pass",
	 "a20 r30"},
	{"flapping itself is told once", "", {"5/5/4"}, "0:once 0:fail 8:sure 90:pass", "a8 r90"},
	{"a member of a service that is up", "", {"5/5/4", "30/0/4"},
	 "0:note 0:fail 1:sure 90:pass", "n5 r90 | n30 r90"},
	{"a note, then the service goes down for who hears of no service", "", {"5/10/4"},
	 "0:note 0:fail 1:sure 20:alert 45:pass", "n5 a20 a30 a40 r45"},
	{"an alert, then the service is up again", "", {"5/10/4"},
	 "0:fail 1:sure 20:note 45:pass", "a5 a15 r45"},
	{"never delivered: withdrawn with its recovery", "", {"5/5/4"},
	 "0:wait 0:fail 1:sure 90:pass", "a5 w90"},
	{"on its way at the recovery, then delivered", "", {"5/0/4"},
	 "0:fly 0:fail 1:sure 6:pass 8:deliver", "a5 r8"},
	{"on its way at the recovery, then to be tried again", "", {"5/0/4"},
	 "0:fly 0:fail 1:sure 6:pass 8:wait", "a5 w8"},
	{"given up: no recovery", "", {"5/0/4"}, "0:lose 0:fail 1:sure 90:pass", "a5"},
	{"given up ones count for the cap", "", {"0/1/4"}, "0:lose 0:fail 1:sure 90:pass",
	 "a1 a2 a3 a4"},
	{"no repeat while one is still to be delivered", "", {"5/5/4"},
	 "0:wait 0:fail 1:sure 23:deliver 40:pass", "a5 a28 a33 a38 r40"},
	{"a repeat waits at the recovery", "", {"5/10/4"}, "0:fail 1:sure 12:wait 40:pass",
	 "a5 a15 w40 r40"},
	{"restarted in mid-incident", "", {"5/10/4"}, "0:fail 1:sure 16:off 22:on 40:pass",
	 "a5 a15 a25 a35 r40"},
	{"overdue repeats are one", "", {"5/10/4"}, "0:fail 1:sure 6:off 44:on 60:pass",
	 "a5 a44 a54 r60"},
	{"it ended during the standstill", "", {"5/10/4"}, "0:fail 1:sure 6:off 40:pass 44:on",
	 "a5 r44"},
	{"it began and ended during the standstill", "", {"5/10/4"},
	 "0:off 1:fail 2:sure 40:pass 44:on", ""},
	{"outside of the hours it waits for them", "2026-11-23", {"5/0/4 Mon-Fri 08:00-18:00@UTC"},
	 "360:fail 361:sure 600:pass", "a480 r600"},
	{"over before the hours begin", "2026-11-23", {"5/0/4 Mon-Fri 08:00-18:00@UTC"},
	 "360:fail 361:sure 479:pass", ""},
	{"inside of the hours", "2026-11-23", {"5/0/4 Mon-Fri 08:00-18:00@UTC"},
	 "600:fail 601:sure 700:pass", "a605 r700"},
	{"the recovery comes at any hour", "2026-11-23", {"5/0/4 Mon-Fri 08:00-18:00@UTC"},
	 "1070:fail 1071:sure 1200:pass", "a1075 r1200"},
	{"hours over midnight, with a day path", "2026-11-23",
	 {"5/60/4 Mon-Sun 22:00-07:00@UTC", "5/60/4 Mon-Sun 07:00-22:00@UTC"},
	 "1300:fail 1301:sure 1500:pass", "a1320 a1380 a1440 r1500 | a1305 r1500"},
	{"repeats stop when the hours end, and go on", "2026-11-23",
	 {"0/30/4 Mon-Sun 08:00-09:00@UTC"}, "485:fail 486:sure 2000:pass",
	 "a486 a516 a1920 a1950 r2000"},
	{"from Friday evening to Monday", "2026-11-27", {"5/0/4 Mon-Fri 08:00-18:00@UTC"},
	 "1100:fail 1101:sure 6000:pass", "a4800 r6000"},
	{"the hours of a zone", "2026-07-06", {"5/0/4 Mon-Fri 08:00-18:00@Europe/Berlin"},
	 "0:fail 1:sure 600:pass", "a360 r600"},
	{"the night that skips an hour", "2026-03-29", {"0/0/4 Mon-Sun 02:30-05:00@Europe/Berlin"},
	 "0:fail 1:sure 300:pass", "a90 r300"},
	{"the night that has an hour twice", "2026-10-25",
	 {"0/60/4 Mon-Sun 02:00-03:00@Europe/Berlin"}, "-20:fail -19:sure 300:pass",
	 "a0 a60 r300"},
	{"half an hour in Lord Howe", "2026-10-03", {"0/0/4 Sun 03:00-04:00@Australia/Lord_Howe"},
	 "900:fail 901:sure 1200:pass", "a960 r1200"},
	{"an hour that no day has", "2026-03-29", {"0/0/4 Sun 02:10-02:20@Europe/Berlin"},
	 "0:fail 1:sure 300:pass", "a70 r300"},
};

enum fate { FATE_DELIVERED, FATE_WAITS, FATE_FLIES, FATE_LOST };

struct track {
	struct alert_path path;
	struct alert_letter letter[ALERT_LETTERS];
	size_t letters;
	char said[400];
};

struct run {
	struct alert_incident incident;
	struct track track[PATHS];
	int paths;
	int64_t now_us, ahead_us, next_us;
	enum fate fate;
	bool is_off;
};

static int64_t day_us(const char *day)
{
	int y = 2026, m = 11, d = 23;

	sscanf(day, "%d-%d-%d", &y, &m, &d);
	return zone_days(y, m, d) * 1440 * MINUTE;
}

static void take_path(struct alert_path *p, const char *text)
{
	struct text wrong = {0};
	char hours[64] = "", zone[64] = "";
	int after, repeat;

	sscanf(text, "%d/%d/%d %63[^@]@%63s", &after, &repeat, &p->cap, hours, zone);
	p->after_us = after * MINUTE;
	p->repeat_us = repeat * MINUTE;
	if (*hours && !hours_add(&p->hours, hours, &wrong))
		ok(false, "the test's own hours: %s", text);
	if (*zone)
		p->zone = zone_open(zone, &wrong);
	text_release(&wrong);
}

static void say(struct run *r, struct track *t, char letter)
{
	size_t n = strlen(t->said);

	snprintf(t->said + n, sizeof t->said - n, "%s%c%g", n ? " " : "", letter,
		 (double)((r->now_us - START) / (MINUTE / 60)) / 60);
}

static void settle(struct run *r, struct alert_letter *l, enum fate fate)
{
	static const enum alert_outcome outcome[] = {ALERT_DELIVERED, ALERT_WAITING, ALERT_FLYING,
						     ALERT_LOST};

	l->outcome = outcome[fate];
	l->ended_us = fate == FATE_DELIVERED || fate == FATE_LOST ? r->now_us : 0;
}

static bool look(struct run *r, struct track *t)
{
	struct alert_due d = alert_look(&t->path, &r->incident, t->letter, t->letters, r->now_us,
					r->ahead_us);

	for (size_t i = 0; i < t->letters; i++)
		if (d.withdraw >> i & 1) {
			say(r, t, 'w');
			t->letter[i].outcome = ALERT_WITHDRAWN;
		}
	if (d.kind != ALERT_NOTHING) {
		say(r, t, " anr"[d.kind]);
		t->letter[t->letters] = (struct alert_letter){d.kind, 0, r->now_us, 0};
		settle(r, &t->letter[t->letters++], r->fate);
	}
	if (d.next_us < r->next_us)
		r->next_us = d.next_us;
	return d.kind != ALERT_NOTHING || d.withdraw;
}

static void look_at_all(struct run *r)
{
	r->next_us = ALERT_NEVER;
	for (int i = 0; i < r->paths && !r->is_off; i++)
		while (look(r, &r->track[i]))
			;
}

static void change_fates(struct run *r, enum fate fate)
{
	r->fate = fate;
	for (int i = 0; i < r->paths; i++)
		for (size_t n = 0; n < r->track[i].letters; n++)
			if (r->track[i].letter[n].outcome <= ALERT_FLYING)
				settle(r, &r->track[i].letter[n], fate);
}

static void happen(struct run *r, const char *word)
{
	struct alert_incident *i = &r->incident;

	if (!strcmp(word, "fail"))
		i->start_us = r->now_us;
	else if (!strcmp(word, "sure"))
		i->confirmed_us = r->now_us;
	else if (!strcmp(word, "pass"))
		i->end_us = r->now_us;
	else if (!strcmp(word, "ack"))
		i->is_stopped = true;
	else if (!strcmp(word, "quiet=never"))
		i->not_before_us = ALERT_NEVER;
	else if (!strncmp(word, "quiet=", 6))
		i->not_before_us = i->again_us = START + atoi(word + 6) * MINUTE;
	else if (!strcmp(word, "loud"))
		i->not_before_us = i->again_us = r->now_us;
	else if (!strcmp(word, "hold") || !strcmp(word, "free") || !strcmp(word, "go"))
		i->is_held = *word == 'h';
	else if (!strcmp(word, "note") || !strcmp(word, "alert"))
		i->is_note = *word == 'n';
	else if (!strcmp(word, "once"))
		i->is_once = true;
	else if (!strcmp(word, "off") || !strcmp(word, "on"))
		r->is_off = word[1] == 'f';
	else if (!strcmp(word, "deliver"))
		change_fates(r, FATE_DELIVERED);
	else if (!strcmp(word, "wait"))
		change_fates(r, FATE_WAITS);
	else if (!strcmp(word, "fly"))
		r->fate = FATE_FLIES;
	else if (!strcmp(word, "lose"))
		r->fate = FATE_LOST;
	else
		ok(false, "the test's own word: %s", word);
	if (!strcmp(word, "free"))
		i->counted_us = r->now_us;
}

/* `every_us` 0: only when it wants to be asked. */
static void pass_until(struct run *r, int64_t at_us, int64_t every_us)
{
	int64_t next_us;

	for (;;) {
		next_us = every_us ? r->now_us + every_us : r->next_us;
		if (r->is_off || next_us >= at_us)
			break;
		r->now_us = next_us;
		look_at_all(r);
	}
	r->now_us = at_us;
}

static void run(struct run *r, const char *events, int64_t every_us)
{
	char copy[256], *rest = copy, *event, *word;
	double minute;

	snprintf(copy, sizeof copy, "%s", events);
	r->next_us = ALERT_NEVER;
	r->now_us = START - 60 * MINUTE;
	while ((event = strsep(&rest, " "))) {
		minute = strtod(event, &word);
		pass_until(r, START + (int64_t)(minute * MINUTE), every_us);
		happen(r, word + 1);
		if (!rest || strtod(rest, NULL) != minute)
			if (r->incident.start_us)
				look_at_all(r);
	}
	pass_until(r, r->now_us + 3000 * MINUTE, every_us ? 30 * MINUTE : 0);
}

static void test_line(size_t n, int64_t every_us)
{
	struct run r = {.ahead_us = day_us(line[n].day) - START};
	char got[1300] = "", name[200];

	for (; r.paths < PATHS && line[n].path[r.paths]; r.paths++)
		take_path(&r.track[r.paths].path, line[n].path[r.paths]);
	run(&r, line[n].events, every_us);
	for (int i = 0; i < r.paths; i++) {
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i ? " | " : "",
			 r.track[i].said);
		zone_close((struct zone *)r.track[i].path.zone);
	}
	snprintf(name, sizeof name, "%s%s", line[n].name, every_us ? ", asked often" : "");
	same(got, line[n].letters, name);
}

int main(void)
{
	for (size_t n = 0; n < sizeof line / sizeof *line; n++) {
		test_line(n, 0);
		test_line(n, TEN_SECONDS);
	}
	return done_testing();
}
