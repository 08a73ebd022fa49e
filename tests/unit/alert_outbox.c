/* The outbox: back-off, ways, refusals, withdrawal, expiry, limits, as a table of small scripts;
 * then some thousand random histories that must keep what core/alert/outbox.h promises. */
#include "../../core/alert/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/memory.h"
#include "../../core/base/text.h"
#include "../lib/tap.h"

#define SECOND INT64_C(1000000)
#define BEGIN_US (1000 * SECOND)

struct play {
	struct outbox_sink sink;
	struct outbox *o;
	int64_t now_us;
	struct text log;
	bool is_full; /* couriers take nothing */
};

static bool deliver(void *with, struct outbox_letter *l, int64_t delayed_us)
{
	struct play *p = with;

	if (p->is_full)
		return false;
	text_printf(&p->log, "%s#%d>%s%s ", l->id, l->number, outbox_way(l),
		    delayed_us >= 60 * SECOND ? "!" : "");
	return true;
}

/* "later:5m": 5 to 6 1/4 minutes; "later:30s" exactly. */
static void add_delay(struct text *t, int64_t us)
{
	static const int row[] = {1, 2, 5, 10, 20, 40, 60};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (us >= row[i] * 60 * SECOND && us <= row[i] * 75 * SECOND) {
			text_printf(t, ":%dm", row[i]);
			return;
		}
	text_printf(t, ":%llds", (long long)(us / SECOND));
}

static void note(void *with, struct outbox_letter *l, const struct outbox_attempt *a)
{
	struct play *p = with;

	text_printf(&p->log, "%s=%s", l->id, outbox_outcome_name[a->outcome]);
	if (a->next_us)
		add_delay(&p->log, a->next_us - a->at_us);
	text_putc(&p->log, ' ');
}

static void run_until(struct play *p, int64_t until_us)
{
	for (int64_t at_us; (at_us = outbox_next_us(p->o)) <= until_us;) {
		p->now_us = at_us > p->now_us ? at_us : p->now_us;
		outbox_serve(p->o, p->now_us);
	}
	p->now_us = until_us;
}

static void put(struct play *p, const char *name, int64_t at_once, int64_t per_minute)
{
	struct outbox_channel c = {name, at_once, per_minute, 30 * SECOND};

	outbox_channel_put(p->o, &c);
	outbox_channel_is_up(p->o, name, true);
}

static void add(struct play *p, const char *id, char *ways, const char *rest)
{
	const char *way[OUTBOX_WAYS + 1] = {NULL};
	struct outbox_order order = {.id = id,
				     .way = way,
				     .created_us = p->now_us,
				     .is_test = strstr(rest, "test") != NULL,
				     .is_foreign = strstr(rest, "foreign") != NULL};
	const char *number = strpbrk(rest, "0123456789");

	for (size_t i = 0; ways && i < OUTBOX_WAYS; i++)
		way[i] = strsep(&ways, ",");
	if (number)
		order.expires_us = p->now_us + strtoll(number, NULL, 10) * 60 * SECOND;
	if (!outbox_letter_add(p->o, &order))
		text_printf(&p->log, "%s=refused ", id);
	else if (!strstr(rest, "held"))
		outbox_letter_allow(p->o, outbox_letter_find(p->o, id));
}

static void take(struct play *p, const char *id, const char *outcome, const char *after)
{
	for (int i = 0; i < OUTBOX_OUTCOMES; i++)
		if (!strcmp(outbox_outcome_name[i], outcome))
			outbox_letter_take(p->o, id, (enum outbox_outcome)i, "because",
				    strtoll(after, NULL, 10) * SECOND, p->now_us);
}

/* One step: "MINUTE VERB NAME ARGUMENT REST". */
static void step(struct play *p, const char *text)
{
	char verb[16] = "", name[32] = "", argument[64] = "", rest[32] = "";
	double minute;
	struct outbox_letter *l;

	sscanf(text, "%lf %15s %31s %63s %31[^\n]", &minute, verb, name, argument, rest);
	run_until(p, BEGIN_US + (int64_t)(minute * 60e6));
	l = outbox_letter_find(p->o, name);
	if (!strcmp(verb, "channel"))
		put(p, name, strtoll(argument, NULL, 10), strtoll(rest, NULL, 10));
	else if (!strcmp(verb, "add"))
		add(p, name, argument, rest);
	else if (!strcmp(verb, "take"))
		take(p, name, argument, rest);
	else if (!strcmp(verb, "allow"))
		outbox_letter_allow(p->o, l);
	else if (!strcmp(verb, "withdraw"))
		outbox_letter_withdraw(p->o, l, "over", p->now_us);
	else if (!strcmp(verb, "up") || !strcmp(verb, "down"))
		outbox_channel_is_up(p->o, name, !strcmp(verb, "up"));
	else if (!strcmp(verb, "break"))
		outbox_channel_break(p->o, name, "it crashes",
				     p->now_us + strtoll(argument, NULL, 10) * 60 * SECOND);
	else if (!strcmp(verb, "refusals"))
		outbox_refusals_put(p->o, name, (int)strtoll(argument, NULL, 10));
	else if (!strcmp(verb, "full"))
		p->is_full = !strcmp(name, "on");
	else if (!strcmp(verb, "trouble")) {
		struct outbox_trouble t;

		while (outbox_trouble_take(p->o, &t, p->now_us))
			text_printf(&p->log, "%s:%s ", t.name, t.is_on ? "trouble" : "well");
	} else if (!strcmp(verb, "forget")) {
		outbox_channels_begin(p->o);
		outbox_channels_end(p->o);
	}
	run_until(p, p->now_us);
}

static void forget(struct outbox_letter *l)
{
	(void)l;
}

static const struct {
	const char *name, *steps, *want;
} table[] = {
	{"delivered at once", "0 add a m:x|0.1 take a delivered", "a#1>m:x a=delivered "},
	{"not before it is on disk", "0 add a m:x held|1 add b m:y|2 allow a", "b#1>m:y a#1>m:x! "},
	{"1, 2, 5, 10, 20, 40 and then every 60 minutes, a day long",
	 "0 add a m:x|0 take a later|2 take a later|5 take a later|12 take a later|25 take a later|"
	 "55 take a later|110 take a later|190 take a later|260 take a later",
	 "a#1>m:x a=later:1m a#2>m:x! a=later:2m a#3>m:x! a=later:5m a#4>m:x! a=later:10m "
	 "a#5>m:x! a=later:20m a#6>m:x! a=later:40m a#7>m:x! a=later:60m a#8>m:x! a=later:60m "
	 "a#9>m:x! a=later:60m "},
	{"another channel's letters do not wait",
	 "0 add a m:x|0 add b w:x|0.1 take b delivered|0.2 add c w:x",
	 "a#1>m:x b#1>w:x b=delivered c#1>w:x "},
	{"one at a time to a destination, in order",
	 "0 add a m:x|0 add b m:x|0 add c m:y|1 take a delivered",
	 "a#1>m:x c#1>m:y a=delivered b#1>m:x! "},
	{"so many at once as the channel takes",
	 "0 channel s 2 600|0 add a s:1|0 add b s:2|0 add c s:3|0 take b delivered",
	 "a#1>s:1 b#1>s:2 b=delivered c#1>s:3 "},
	{"so many a minute to one destination",
	 "0 channel s 9 2|0 add a s:1|0 take a delivered|0 add b s:1|0 take b delivered|"
	 "0 add c s:1|0 add d s:2|0.4 add e s:3|0.6 take c delivered",
	 "a#1>s:1 a=delivered b#1>s:1 b=delivered d#1>s:2 e#1>s:3 c#1>s:1 c=delivered "},
	{"what the other side asks for is waited, within limits",
	 "0 add a m:x|0 take a later 30|0.6 take a later 1|0.7 take a later 90000|61 add b w:y",
	 "a#1>m:x a=later:30s a#2>m:x a=later:5s a#3>m:x a=later:60m a#4>m:x! b#1>w:y "},
	{"and held for all letters of that destination",
	 "0 add a m:x|0 take a later 30|0.1 add b m:x|0.2 add c m:y|"
	 "0.6 take a delivered",
	 "a#1>m:x a=later:30s c#1>m:y a#2>m:x a=delivered b#1>m:x "},
	{"refused for good: the fallback at once",
	 "0 add a m:x,w:y|0 take a gave-up|0.1 take a delivered",
	 "a#1>m:x a=gave-up:0s a#2>w:y a=delivered "},
	{"refused on every way", "0 add a m:x,w:y|0 take a gave-up|0.1 take a gave-up",
	 "a#1>m:x a=gave-up:0s a#2>w:y a=gave-up "},
	{"failing for a quarter of an hour: the fallback, then by turns",
	 "0 add a m:x,w:y|60 add b w:z",
	 "a#1>m:x a=later:1m a#2>m:x! a=later:2m a#3>m:x! a=later:5m a#4>m:x! a=later:10m "
	 "a#5>m:x! a=later:0s a#6>w:y! a=later:20m a#7>m:x! a=later:0s a#8>w:y! a=later:40m "
	 "b#1>w:z "},
	{"the next letter knows it",
	 "0 add a m:x|0 take a later|2 take a later|5 take a later|16 take a later|"
	 "16 add b m:x,w:y|16 take b later|16 take b delivered",
	 "a#1>m:x a=later:1m a#2>m:x! a=later:2m a#3>m:x! a=later:5m a#4>m:x! a=later:10m "
	 "b#1>m:x b=later:0s b#2>w:y b=delivered "},
	{"a long Retry-After: the fallback",
	 "0 add a m:x,w:y|0 take a later 3600|0 take a delivered",
	 "a#1>m:x a=later:0s a#2>w:y a=delivered "},
	{"a module that crashes: the fallback", "0 break m 10|0 add a m:x,w:y|1 add b m:x",
	 "a=later:0s a#1>w:y b=later:1m "},
	{"its quarantine ends", "0 break m 10|0 add a m:x|11 add b m:y",
	 "a=later:1m a=later:2m a=later:5m a=later:10m b#1>m:y "},
	{"a notifier that is not configured any more",
	 "0 forget|0 add a m:x|1 channel m 1 1|2 add b m:y", "a=later:1m a#1>m:x! "},
	{"a courier that is just started gets a minute",
	 "0 down m|0 add a m:x,w:y|0.5 up m|0.6 take a delivered|1 down m|1 add b m:x,w:y|3 add c "
	 "w:z",
	 "a#1>m:x a=delivered b=later:0s b#1>w:y! c#1>w:z "},
	{"a courier whose link is full is asked again",
	 "0 full on|0 add a m:x|0.5 full off|0.6 add b w:y", "a#1>m:x b#1>w:y "},
	{"no answer at all", "0 add a m:x|1.4 add b w:y|1.6 add c w:z",
	 "a#1>m:x b#1>w:y a=later:1m c#1>w:z "},
	{"an answer to nothing", "0 add a m:x held|0 take a delivered|0 take b delivered", ""},
	{"expires",
	 "0 add a m:x 30|0 take a later|2 take a later|5 take a later|12 take a later|31 add b w:y",
	 "a#1>m:x a=later:1m a#2>m:x! a=later:2m a#3>m:x! a=later:5m a#4>m:x! a=later:10m "
	 "a#5>m:x! a=later:20m a=expired b#1>w:y "},
	{"expires while it waits", "0 add a m:x 2|0 take a later 600|3 add b w:y",
	 "a#1>m:x a=later:10m a=expired b#1>w:y "},
	{"withdrawn while it waits", "0 add a m:x|0 take a later|0.5 withdraw a|9 add b m:x",
	 "a#1>m:x a=later:1m a=withdrawn b#1>m:x "},
	{"withdrawn before it went", "0 add a m:x held|0 withdraw a", "a=withdrawn "},
	{"withdrawn under way, and delivered", "0 add a m:x|0 withdraw a|0.1 take a delivered",
	 "a#1>m:x a=delivered "},
	{"withdrawn under way, and not", "0 add a m:x,w:y|0 withdraw a|0.1 take a gave-up",
	 "a#1>m:x a=withdrawn "},
	{"withdrawn under way, and later", "0 add a m:x,w:y|0 withdraw a|0.1 take a later",
	 "a#1>m:x a=withdrawn "},
	{"five refusals in a row switch a destination off, a test letter on again",
	 "0 refusals m:x 4|0 add a m:x|0 take a gave-up|1 add b m:x|1 add c m:x,w:y|"
	 "1 take c delivered|1 add d m:y|1 take d delivered|2 add t m:x test|2 take t delivered|3 "
	 "add e m:x",
	 "a#1>m:x a=gave-up b=gave-up c=gave-up:0s c#1>w:y c=delivered d#1>m:y d=delivered t#1>m:x "
	 "t=delivered e#1>m:x "},
	{"one that is delivered forgets the refusals",
	 "0 refusals m:x 4|0 add a m:x|0 take a delivered|1 add b m:x|1 take b gave-up|2 add c m:x",
	 "a#1>m:x a=delivered b#1>m:x b=gave-up c#1>m:x "},
	{"trouble of a destination: told when it begins and when it ends",
	 "0 trouble|0 add a m:x 50|14 trouble|32 trouble|60 add b m:x|60 take b delivered|"
	 "60 trouble|61 trouble",
	 "m:well w:well a#1>m:x a=later:1m a#2>m:x! a=later:2m a#3>m:x! a=later:5m a#4>m:x! "
	 "a=later:10m a#5>m:x! a=later:20m m:x:trouble a#6>m:x! a=later:40m a=expired "
	 "b#1>m:x b=delivered m:x:well "},
	{"trouble of a channel, and of an address that is switched off",
	 "0 trouble|0 break m 5|0 trouble|4 trouble|6 trouble|7 refusals w:y 4|7 add a w:y|"
	 "7 take a gave-up|7 trouble|8 add t w:y test|8 take t delivered|8 trouble|9 forget|9 "
	 "trouble",
	 "m:well w:well m:trouble m:well a#1>w:y a=gave-up w:y:trouble t#1>w:y t=delivered "
	 "w:y:well "},
	{"foreign letters come behind ours and leave a place free",
	 "0 channel s 2 600|0 add f s:1 foreign held|0 add g s:2 foreign held|0 add a s:3 held|"
	 "1 allow g|1 allow f|1 allow a|2 take f delivered|2 take g delivered|2 take a delivered",
	 "g#1>s:2! a#1>s:3! g=delivered a=delivered f#1>s:1! "},
	{"a foreign address that fails is no trouble of ours",
	 "0 trouble|0 add f m:x 50 foreign|14 trouble|32 trouble|60 trouble",
	 "m:well w:well f#1>m:x f=later:1m f#2>m:x! f=later:2m f#3>m:x! f=later:5m f#4>m:x! "
	 "f=later:10m f#5>m:x! f=later:20m f#6>m:x! f=later:40m f=expired "},
	{"and is forgotten with its last letter",
	 "0 add f m:x foreign|0 take f gave-up|0 add g m:x foreign|0 take g gave-up|0 trouble",
	 "f#1>m:x f=gave-up g#1>m:x g=gave-up m:well w:well "},
	{"and one that has refused five letters, too: it is nothing that we write down",
	 "0 add a m:x foreign|0 add b m:x foreign|0 add c m:x foreign|0 add d m:x foreign|"
	 "0 add e m:x foreign|0 add f m:x foreign|0 take a gave-up|1 take b gave-up|"
	 "2 take c gave-up|3 take d gave-up|4 take e gave-up|5 add g m:x foreign",
	 "a#1>m:x a=gave-up b#1>m:x b=gave-up c#1>m:x! c=gave-up d#1>m:x! d=gave-up "
	 "e#1>m:x! e=gave-up f=gave-up g#1>m:x "},
	{"one of ours stays off, whoever writes to it",
	 "0 refusals m:x 5|0 add f m:x foreign|1 add a m:x", "f=gave-up a=gave-up "},
	{"the same id twice", "0 add a m:x|0 add a m:y", "a#1>m:x a=refused "},
};

static void play_begin(struct play *p)
{
	*p = (struct play){.now_us = BEGIN_US};
	p->sink = (struct outbox_sink){deliver, note, p};
	p->o = outbox_new(&p->sink);
	put(p, "m", 4, 600);
	put(p, "w", 4, 600);
	text_puts(&p->log, "");
}

static void play_end(struct play *p)
{
	outbox_free(p->o, forget);
	text_release(&p->log);
}

static void test_table(void)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		char *copy = memory_text(table[i].steps), *at = copy, *one;
		struct play p;

		play_begin(&p);
		while ((one = strsep(&at, "|")))
			step(&p, one);
		same(text_get(&p.log), table[i].want, table[i].name);
		play_end(&p);
		free(copy);
	}
}

/* ---- random histories ---- */

#define LETTERS 40

struct seen {
	int ends, sent, flying;
	int64_t gone_us;
};

struct luck {
	uint64_t seed;
	struct outbox_sink sink;
	struct outbox *o;
	int64_t now_us;
	struct seen seen[LETTERS];
	int flying[3]; /* by channel */
	const char *wrong;
};

static unsigned draw(struct luck *k, unsigned most)
{
	k->seed = k->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(k->seed >> 33) % most;
}

static const struct {
	const char *name;
	int at_once;
} lucky[] = {{"m", 2}, {"w", 1}, {"s", 3}};

static size_t channel_of(const struct outbox_letter *l)
{
	size_t i = 0;

	while (strcmp(lucky[i].name, outbox_channel_of(l)))
		i++;
	return i;
}

static void demand(struct luck *k, bool is_so, const char *what)
{
	if (!is_so && !k->wrong)
		k->wrong = what;
}

static bool luck_deliver(void *with, struct outbox_letter *l, int64_t delayed_us)
{
	struct luck *k = with;
	struct seen *s = &k->seen[strtol(l->id, NULL, 10)];
	size_t c = channel_of(l);

	if (!draw(k, 10))
		return false;
	demand(k, !s->ends, "handed out after its end");
	demand(k, !s->flying++, "handed out twice at a time");
	demand(k, ++k->flying[c] <= lucky[c].at_once, "more at once than the channel takes");
	demand(k, l->number == ++s->sent, "attempts are not counted one by one");
	demand(k, delayed_us >= 0 && k->now_us < l->expires_us, "handed out past its time");
	s->gone_us = k->now_us;
	return true;
}

static void luck_note(void *with, struct outbox_letter *l, const struct outbox_attempt *a)
{
	struct luck *k = with;
	struct seen *s = &k->seen[strtol(l->id, NULL, 10)];

	if (s->flying) {
		s->flying = 0;
		k->flying[channel_of(l)]--;
	}
	demand(k, !s->ends, "told after its end");
	demand(k, !a->next_us || a->next_us >= a->at_us, "to be tried in the past");
	demand(k, (a->outcome == OUTBOX_LATER) <= (a->next_us != 0), "later without a time");
	if (!a->next_us)
		s->ends++;
}

static void luck_add(struct luck *k, int n)
{
	static const char *const to[] = {"m:1", "m:2", "w:1", "s:1", "s:2", "s:3"};
	const char *way[] = {to[draw(k, 6)], draw(k, 2) ? to[draw(k, 6)] : NULL, NULL};
	char id[16];
	struct outbox_order order = {
		.id = id,
		.way = way,
		.created_us = k->now_us,
		.is_test = !draw(k, 8),
		.is_foreign = !draw(k, 3),
		.expires_us = draw(k, 3) ? 0 : k->now_us + (int64_t)draw(k, 7200) * SECOND + 1};

	if (way[1] && !strcmp(way[0], way[1]))
		way[1] = NULL;
	snprintf(id, sizeof id, "%d", n);
	outbox_letter_allow(k->o, outbox_letter_add(k->o, &order));
}

static void luck_event(struct luck *k, int *added)
{
	static const enum outbox_outcome answer[] = {OUTBOX_DELIVERED, OUTBOX_LATER, OUTBOX_LATER,
						     OUTBOX_GAVE_UP};
	struct outbox_letter *l = outbox_first(k->o);
	const char *name = lucky[draw(k, 3)].name;

	for (unsigned n = draw(k, LETTERS); l && n && l->next; n--)
		l = l->next;
	switch (draw(k, 8)) {
	case 0:
		outbox_channel_is_up(k->o, name, draw(k, 3));
		break;
	case 1:
		outbox_channel_break(k->o, name, "it crashes",
				     k->now_us + (int64_t)draw(k, 600) * SECOND);
		break;
	case 2:
		if (l && !draw(k, 3))
			outbox_letter_withdraw(k->o, l, "over", k->now_us);
		break;
	case 3:
	case 4:
		if (*added < LETTERS)
			luck_add(k, (*added)++);
		break;
	default:
		if (l)
			outbox_letter_take(k->o, l->id, answer[draw(k, 4)], "so",
				    (int64_t)draw(k, 2) * draw(k, 5000) * SECOND, k->now_us);
	}
}

static void luck_serve(struct luck *k, int64_t until_us)
{
	int turns = 0;

	for (int64_t at_us; (at_us = outbox_next_us(k->o)) <= until_us && turns < 100000; turns++) {
		k->now_us = at_us > k->now_us ? at_us : k->now_us;
		outbox_serve(k->o, k->now_us);
	}
	demand(k, turns < 100000, "it spins");
	k->now_us = until_us;
}

static const char *luck_play(uint64_t seed)
{
	struct luck k = {.seed = seed, .now_us = 1000 * SECOND};
	int added = 0;

	k.sink = (struct outbox_sink){luck_deliver, luck_note, &k};
	k.o = outbox_new(&k.sink);
	for (size_t i = 0; i < 3; i++) {
		struct outbox_channel c = {lucky[i].name, lucky[i].at_once, 5, 30 * SECOND};

		outbox_channel_put(k.o, &c);
		outbox_channel_is_up(k.o, lucky[i].name, true);
	}
	for (int i = 0; i < 200; i++) {
		luck_event(&k, &added);
		luck_serve(&k, k.now_us + (int64_t)draw(&k, 300) * SECOND);
	}
	/* nobody answers any more: everything ends within a day and the last answer's time */
	luck_serve(&k, k.now_us + OUTBOX_EXPIRES_US + 10 * OUTBOX_MINUTE_US);
	demand(&k, !outbox_first(k.o) && !outbox_count(k.o), "something stays for ever");
	for (int i = 0; i < added; i++)
		demand(&k, k.seen[i].ends == 1, "a letter did not end exactly once");
	outbox_free(k.o, forget);
	return k.wrong;
}

static void test_luck(void)
{
	const char *wrong = NULL;
	uint64_t seed = 0;

	while (!wrong && seed < 3000)
		wrong = luck_play(++seed);
	if (!ok(!wrong, "what is promised holds in 3,000 random histories"))
		printf("#   seed %llu: %s\n", (unsigned long long)seed, wrong);
}

int main(void)
{
	test_table();
	test_luck();
	return done_testing();
}
