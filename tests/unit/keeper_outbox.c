/* Letters in the keeper: the gate at the record, couriers that come, answer and die, fallbacks from
 * the configuration, what a new keeper takes over. */
#include "../../core/keeper/outbox.h"

#include "../lib/keeper.h"

static struct text heard;

static void hear(struct keeper *k, const char *id, enum alert_outcome outcome, int64_t at_wall_us)
{
	static const char *const name[] = {"waiting", "flying", "delivered", "lost", "withdrawn"};

	(void)k, (void)id, (void)at_wall_us;
	text_printf(&heard, "%s ", name[outcome]);
}

/* What the couriers got so far, a line each, without texts. */
static const char *mail(struct world *w)
{
	static struct text all;
	static struct line l;
	char *newline;

	world_settle(w);
	text_clear(&all);
	text_puts(&all, "");
	for (int n = 1; n <= PROBERS; n++) {
		struct text *t = &w->to[END_COURIER][n];

		for (char *at = t->at; t->size && at && *at; at = newline + 1) {
			newline = strchr(at, '\n');
			*newline = '\0';
			ok(!line_parse(&l, at, strlen(at)), "the line to a courier parses");
			text_printf(&all, "%d:%s#%s>%s%s%s ", n, line_get(&l, "subject"),
				    line_get(&l, "number"), line_get(&l, "address"),
				    *line_get(&l, "unrecorded") ? " unrecorded" : "",
				    line_int(&l, "delayed_us", 0) >= MINUTE ? " late" : "");
		}
		text_clear(t);
	}
	return all.at;
}

static struct world *begin(void)
{
	struct world *w = world_new();

	text_clear(&heard);
	text_puts(&heard, "");
	outbox_listen(w->k, hear);
	world_tell(w, END_PARENT, "begin 1");
	world_tell(w, END_PARENT,
		   "channel sms module=gateway at_once=4 per_minute=60 timeout_us=30000000");
	world_tell(
		w, END_PARENT,
		"channel mail module=email at_once=4 per_minute=60 timeout_us=30000000 blocks=1");
	world_tell(w, END_PARENT, "path ops notifier=sms address=1 fallback=mail:ops@example.org");
	world_tell(w, END_PARENT, "path ops notifier=mail address=ops@example.org fallback=sms:1");
	world_tell(w, END_PARENT, "end 1 problems=0");
	world_tell(w, END_PARENT, "courier sms number=1");
	world_tell(w, END_PARENT, "courier mail number=2");
	world_run(w, SECOND);
	text_clear(&w->log);
	text_puts(&w->log, "");
	return w;
}

static char *add_for(struct world *w, const char *contact, const char *to, const char *subject)
{
	static char id[8][24];
	static int next;
	struct letter_new n = {.kind = "alert", .contact = contact, .to = to, .subject = subject,
			       .text = "two\nlines", .brief = "one", .incidents = "01A\n01B",
			       .created_us = w->now + w->wall_ahead};

	next = (next + 1) % 8;
	outbox_add(w->k, &n, id[next], sizeof id[next]);
	return id[next];
}

static char *add(struct world *w, const char *to, const char *subject)
{
	return add_for(w, "somebody", to, subject);
}

static void answer(struct world *w, int courier, const char *id, const char *words)
{
	struct text t = {0};

	text_printf(&t, "outcome %s %s", id, words);
	world_say(w, END_COURIER, courier, t.at);
	text_release(&t);
	world_settle(w);
}

/* In the keeper somebody adds a letter while a line or a tick is served. */
static void tick(struct world *w, int64_t us)
{
	keeper_tick(w->k, w->now, w->now + w->wall_ahead);
	world_run(w, w->now - START + us);
}

/* How often `what` stands in what the recorder was told. */
static int recorded(struct world *w, const char *what)
{
	keeper_tick(w->k, w->now, w->now + w->wall_ahead);
	world_settle(w);
	return count_of(&w->log, what);
}

static void test_gate(void)
{
	struct world *w = begin();
	char *id;

	w->is_committing = false;
	id = add(w, "sms:1", "a");
	tick(w, 5 * SECOND);
	same(mail(w), "", "a letter does not go before it is on disk");
	ok(recorded(w, " letter ") == 1 && recorded(w, "incident=\"01A\\n01B\"") == 1 &&
		   recorded(w, "text=\"two\\nlines\"") == 1, "the recorder was told of it");
	world_tell(w, END_RECORDER, "committed 1000");
	tick(w, SECOND / 10);
	same(mail(w), "1:a#1>1 ", "it goes once it is");
	w->is_committing = true;
	answer(w, 1, id, "outcome=delivered elapsed_us=7");
	ok(recorded(w, "outcome=delivered") == 1 && recorded(w, "elapsed_us=7") == 1,
	   "and the attempt is recorded");
	tick(w, SECOND);
	same(text_get(&heard), "flying delivered ", "who listens has heard it");
	world_free(w);
}

static void test_failing(void)
{
	struct world *w = begin();

	w->is_committing = false;
	add(w, "sms:1", "a");
	world_tell(w, END_RECORDER, "failing - reason=\"disk full\"");
	tick(w, SECOND / 10);
	same(mail(w), "1:a#1>1 unrecorded ", "while the store fails letters go from memory");
	add(w, "sms:2", "b");
	tick(w, SECOND / 10);
	same(mail(w), "1:b#1>2 unrecorded ", "new ones, too");
	world_free(w);
	w = begin();
	w->is_committing = false;
	add(w, "sms:1", "a");
	tick(w, 9 * SECOND);
	same(mail(w), "", "a recorder that is silent is waited for");
	tick(w, 3 * SECOND);
	same(mail(w), "1:a#1>1 unrecorded ", "ten seconds");
	world_free(w);
}

static void test_couriers(void)
{
	struct world *w = begin();
	char *id = add(w, "sms:1", "a");

	tick(w, SECOND / 10);
	mail(w);
	answer(w, 2, id, "outcome=delivered");
	ok(!recorded(w, "attempt"), "another courier's word is not taken");
	answer(w, 1, "nothing", "outcome=delivered");
	answer(w, 1, id, "outcome=delivered");
	answer(w, 1, id, "outcome=gave-up");
	ok(recorded(w, "attempt") == 1, "a letter ends once");
	id = add(w, "sms:1", "b");
	add(w, "sms:2", "c");
	tick(w, SECOND / 10);
	same(mail(w), "1:b#1>1 1:c#1>2 ", "two under way");
	world_tell(
		w, END_PARENT,
		"courier-gone sms number=1 signal=11 hung=0 module=gateway step=connect letter=%s",
		id);
	tick(w, SECOND / 10);
	ok(recorded(w, "notifier 'gateway' crashed (signal 11) in step 'connect'") == 1,
	   "the letter that stood in it");
	ok(recorded(w, "its courier ended") == 1, "the one beside it is not to blame");
	tick(w, 5 * SECOND);
	world_tell(w, END_PARENT, "courier sms number=3");
	tick(w, 2 * MINUTE);
	same(mail(w), "3:c#2>2 3:b#2>1 late ",
	     "both go with the next one, the other one soon");
	world_free(w);
}

static void test_quarantine(void)
{
	struct world *w = begin();
	int courier = 1;
	char *id = add(w, "sms:9", "a");

	tick(w, SECOND / 10);
	for (int i = 0; i < 3; i++) {
		mail(w);
		world_tell(w, END_PARENT,
			   "courier-gone sms number=%d signal=11 hung=0 module=gateway step=x "
			   "letter=%s",
			   courier, id);
		world_tell(w, END_PARENT, "courier sms number=%d", ++courier);
		tick(w, 3 * MINUTE);
	}
	ok(count_of(&w->told, "three times: letters by 'sms' wait for ten minutes") == 1,
	   "three crashes are said");
	mail(w);
	add_for(w, "ops", "sms:1", "b");
	tick(w, SECOND);
	same(mail(w), "2:b#1>ops@example.org ", "others go their other way at once");
	tick(w, 9 * MINUTE);
	add(w, "sms:3", "c");
	tick(w, SECOND);
	same(strstr(mail(w), "c#1") ? "yes" : "no", "yes", "it ends by itself");
	world_free(w);
}

static void test_ways(void)
{
	struct world *w = begin();
	char *id = add_for(w, "ops", "sms:1", "a");

	tick(w, SECOND / 10);
	mail(w);
	ok(recorded(w, "to=\"sms:1\\nmail:ops@example.org\"") == 1,
	   "its ways are recorded, each once");
	answer(w, 1, id, "outcome=gave-up reason=\"no such number\"");
	tick(w, SECOND / 10);
	same(mail(w), "2:a#2>ops@example.org ", "the path's fallback");
	answer(w, 2, id, "outcome=gave-up reason=no");
	ok(recorded(w, "outcome=gave-up") == 2, "both attempts are recorded");
	tick(w, SECOND);
	same(text_get(&heard), "flying waiting flying lost ", "and lost is told once");
	for (int i = 0; i < 6; i++) {
		id = add(w, "sms:5", "b");
		tick(w, SECOND);
		mail(w);
		answer(w, 1, id, "outcome=gave-up reason=no");
	}
	ok(count_of(&w->told, "'sms:5' has refused 5 letters in a row and is switched off: no") ==
		   1,
	   "an address that refuses is switched off, and said so once");
	world_free(w);
}

static void test_withdraw(void)
{
	struct world *w = begin();
	char *id;

	w->is_committing = false;
	id = add(w, "sms:1", "a");
	outbox_withdraw(w->k, id, "it is up again");
	outbox_withdraw(w->k, id, "it is up again");
	tick(w, MINUTE);
	same(mail(w), "", "a withdrawn letter does not go");
	ok(recorded(w, "outcome=withdrawn") == 1, "which is recorded");
	world_free(w);
}

static void test_resume(void)
{
	struct world *w = world_new();
	long long before = (long long)(WALL - 5 * MINUTE);

	world_tell(w, END_PARENT, "start keeper resume=1");
	for (int twice = 0; twice < 2; twice++) {
		world_tell(w, END_RECORDER,
			   "resume-letter 01a kind=alert to=\"sms:1\\nmail:x@y\" subject=a text=t "
			   "short=s created_us=%lld word.check=web number=2 refused=sms:1 "
			   "next_us=%lld",
			   before, before);
		world_tell(w, END_RECORDER,
			   "resume-letter 01b kind=alert to=sms:1 subject=b created_us=%lld "
			   "next_us=%lld number=1",
			   before, (long long)(WALL + 2 * MINUTE));
		world_tell(w, END_RECORDER,
			   "resume-letter 01c kind=alert to=sms:1 created_us=%lld "
			   "outcome=delivered ended_us=%lld",
			   before, before);
		world_tell(w, END_RECORDER,
			   "resume-letter 01d kind=alert to=sms:2 subject=d created_us=%lld",
			   (long long)(WALL + 1));
		world_tell(w, END_RECORDER,
			   "resume-letter 01e kind=alert to=sms:3 subject=e created_us=%lld "
			   "expires_us=%lld",
			   before, before + 1);
		world_tell(w, END_RECORDER, "resume-destination - name=sms:7 refusals=5");
	}
	world_run(w, SECOND);
	same(mail(w), "", "nothing goes before there is a configuration");
	world_tell(w, END_RECORDER, "resumed -");
	world_tell(w, END_PARENT, "begin 1");
	world_tell(w, END_PARENT, "channel sms module=gateway");
	world_tell(w, END_PARENT, "channel mail module=email");
	world_tell(w, END_PARENT, "end 1 problems=0");
	world_tell(w, END_PARENT, "courier sms number=1");
	world_tell(w, END_PARENT, "courier mail number=2");
	world_run(w, 2 * SECOND);
	same(mail(w), "2:a#3>x@y late ",
	     "a letter goes on with its other way, as its third attempt");
	ok(recorded(w, "outcome=expired") == 1, "one whose time is over is recorded as expired");
	world_tell(w, END_RECORDER,
		   "resume-letter 01a kind=alert to=mail:x@y subject=a created_us=%lld", before);
	answer(w, 2, "01a", "outcome=delivered");
	world_tell(w, END_RECORDER,
		   "resume-letter 01a kind=alert to=mail:x@y subject=a created_us=%lld", before);
	world_run(w, 3 * MINUTE);
	same(mail(w), "1:b#2>1 late ",
	     "one waits for its time; what we know better is not taken again");
	add(w, "sms:7", "z");
	world_run(w, 4 * MINUTE);
	same(mail(w), "", "an address that was switched off stays it");
	world_free(w);
}

static void test_many(void)
{
	struct world *w = begin();
	struct text t = {0};

	w->is_committing = false;
	for (int i = 0; i < 10010; i++)
		add(w, "sms:1", "a");
	ok(outbox_waiting(w->k) == 10000 && recorded(w, "too many letters wait already") == 10,
	   "what is kept is bounded, what is not is recorded");
	text_release(&t);
	world_free(w);
}

static void test_trouble(void)
{
	struct world *w = begin();
	char *id = add(w, "sms:1", "a");
	const char *said;

	tick(w, 40 * MINUTE);
	said = world_ask(w, "status -");
	ok(strstr(said, "letters by 'sms:1' do not arrive: its notifier gave no answer") &&
		   strstr(said, " letters=1 ") && strstr(said, " ok=0 "),
	   "an address that fails is trouble of nines itself");
	for (int i = 0; i < 200 && outbox_waiting(w->k); i++) {
		tick(w, MINUTE / 2);
		answer(w, 1, id, "outcome=delivered");
	}
	tick(w, 2 * MINUTE);
	said = world_ask(w, "status -");
	ok(strstr(said, " ok=1 ") && strstr(said, " letters=0 "), "until it takes a letter");
	world_free(w);
}

static void test_sleep(void)
{
	struct world *w = begin();

	w->is_committing = false;
	add(w, "sms:1", "a");
	world_say(w, END_LOOP, 0, "suspended - for_us=28800000000");
	w->wall_ahead += 8 * 60 * MINUTE;
	world_tell(w, END_RECORDER, "committed 1000");
	tick(w, SECOND);
	same(mail(w), "1:a#1>1 late ", "a letter says how long the machine slept over it");
	world_free(w);
}

int main(void)
{
	test_gate();
	test_failing();
	test_couriers();
	test_quarantine();
	test_ways();
	test_withdraw();
	test_resume();
	test_many();
	test_trouble();
	test_sleep();
	text_release(&heard);
	return done_testing();
}
