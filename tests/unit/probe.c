/* Everything of a probe that needs no network, seen by its result line: one small module a case. */
#include "../../core/prober/probe.h"

#include <stdlib.h>

#include "../../core/base/clock.h"
#include "../../core/base/steps.h"
#include "../../core/prober/blame.h"
#include "../lib/tap.h"

struct seen {
	char text[LINE_BYTES], whole[LINE_BYTES];
	struct line line;
	int times;
};

static struct probe_host host;
static struct blame blame;
static char trail[64];
static const char *secret = "hush-hush";

static void take(struct probe *p, const struct text *result, void *with)
{
	struct seen *s = with;

	(void)p;
	s->times++;
	memcpy(s->text, result->at, result->size);
	memcpy(s->whole, result->at, result->size + 1);
	if (line_parse(&s->line, s->text, result->size - 1))
		s->times += 1000;
}

static struct seen *run_order(void (*run)(struct probe *, const void *), struct probe_order order)
{
	static struct seen seen;
	static const struct module_option option[] = {
		{.name = "password", .type = OPTION_TYPE_TEXT, .flags = OPTION_IS_SECRET},
		OPTION_END};
	const char *options[] = {secret};
	struct check_module module = {.head.name = "case", .head.option = option, .run = run};

	memset(&seen, 0, sizeof seen);
	order.module = &module;
	order.options = options;
	order.id = "7";
	order.check = "a check";
	order.done = take;
	order.with = &seen;
	if (!order.timeout_us)
		order.timeout_us = 5 * CLOCK_SECOND;
	probe_begin(&host, &order);
	while (!seen.times)
		loop_once(host.loop, clock_mono_us() + CLOCK_SECOND);
	ok(seen.times == 1 && !host.in_flight && !blame.probe, "one well-formed result");
	return &seen;
}

static struct seen *run_case(void (*run)(struct probe *, const void *))
{
	return run_order(run, (struct probe_order){.slow_us = 0});
}

static const char *word(const struct seen *s, const char *key)
{
	return line_get(&s->line, key);
}

static void fine(struct probe *p, const void *options)
{
	(void)options;
	probe_step(p, "banner");
	probe_value(p, "certificate_days", 61, "d");
	probe_value(p, "share", 0.5, "");
	probe_value(p, "odd:", -1.5, "m,s");
	probe_fact(p, "Subject X", "a \"b\"\033");
	probe_remember(p, "seen 12");
	probe_expect_within(p, 1000);
}

static void test_fine(void)
{
	struct seen *s = run_case(fine);

	same(s->line.verb, "result", "verb");
	same(s->line.id, "7", "id");
	same(word(s, "verdict"), "up", "verdict");
	same(word(s, "reason"), "", "no reason");
	same(word(s, "step"), "", "no step");
	ok(!strncmp(word(s, "steps"), "banner:", 7), "steps: %s", word(s, "steps"));
	same(word(s, "values"), "certificate_days:61:d,share:0.5,odd_:-1.5:m;s",
	     "values: without a unit, of an odd name and unit");
	same(word(s, "fact._ubject__"), "a \"b\"\033", "fact");
	same(word(s, "memory"), "seen 12", "memory");
	same(word(s, "expect_us"), "1000", "expect_us");
	ok(llabs(line_int(&s->line, "start_us", 0) - clock_wall_us()) < CLOCK_SECOND,
	   "start is the wall clock");
}

static void fails(struct probe *p, const void *options)
{
	(void)options;
	probe_sleep(p, 20000);
	probe_step(p, "banner");
	probe_sleep(p, 1000);
	probe_hop(p, 1);
	probe_step(p, "greeting,x");
	probe_fail(p, "wanted 220, got '%s'", "554 go away");
	probe_fail(p, "something else");
	probe_unknown(p, "something else");
	probe_degrade(p, "something else");
	probe_step(p, "later");
	probe_value(p, "late", 1, "");
	ok(!probe_alloc(p, 8) && !*probe_text(p, "x") && !probe_sleep(p, 10),
	   "calls after a failure do nothing");
}

static void test_failure(void)
{
	struct seen *s = run_case(fails);
	int first = 0, second = 0, third = 0;

	same(word(s, "verdict"), "down", "verdict");
	same(word(s, "reason"), "wanted 220, got '554 go away'", "the first reason stays");
	same(word(s, "step"), "greeting,x", "the step that was open");
	ok(sscanf(word(s, "steps"), "other:%d,banner:%d,greeting-x@1:%d!", &first, &second,
		  &third) == 3 &&
		   strchr(word(s, "steps"), '!'),
	   "steps: %s", word(s, "steps"));
	ok(first >= 20000 && second >= first + 1000 && third >= second, "offsets are cumulative");
	ok(third <= line_int(&s->line, "elapsed_us", 0), "elapsed covers them");
	ok(!line_find(&s->line, "values"), "no value after a failure");
}

static void computes(struct probe *p, const void *options)
{
	int64_t end_us = clock_mono_us() + 5000;

	(void)options;
	while (clock_mono_us() < end_us)
		continue;
	probe_step(p, "banner");
}

/* A busy machine takes the time of a probe that does not wait: no step of its own for that. */
static void test_own_time(void)
{
	struct seen *s = run_case(computes);

	ok(!strncmp(word(s, "steps"), "banner:", 7), "own time is no other step: %s",
	   word(s, "steps"));
}

static void waits(struct probe *p, const void *options)
{
	(void)options;
	probe_step(p, "connect");
	same((const char *)blame.step, "connect", "blame: step");
	same((const char *)blame.module, "case", "blame: module");
	same((const char *)blame.check, "a check", "blame: check");
	ok(blame.probe == 7, "blame: probe");
	probe_sleep(p, 60 * CLOCK_SECOND);
}

static void test_deadline(void)
{
	struct seen *s = run_order(waits, (struct probe_order){.timeout_us = CLOCK_SECOND});
	bool is_ours = strstr(word(s, "reason"), "stood still"); /* on a busy machine it may */

	same(word(s, "verdict"), is_ours ? "unknown" : "down", "a timeout is down");
	same(word(s, "reason"),
	     is_ours ? "timeout after 1s, but the prober itself stood still" : "timeout after 1s",
	     "its reason");
	same(word(s, "step"), "connect", "in the open step");
	ok(strchr(word(s, "steps"), '!'), "steps: %s", word(s, "steps"));
	ok(line_int(&s->line, "elapsed_us", 0) < 30 * CLOCK_SECOND, "at its time");
}

static void leave_trail(void *thing)
{
	strncat(trail, thing, sizeof trail - strlen(trail) - 1);
}

static void never_asks(struct probe *p, const void *options)
{
	char one[] = "1", two[] = "2";

	(void)options;
	trail[0] = '\0';
	probe_defer(p, leave_trail, arena_copy(&p->arena, one, 1));
	probe_defer(p, leave_trail, arena_copy(&p->arena, two, 1));
	probe_fail(p, "no");
	for (;;)
		probe_step(p, "again");
}

static void test_abandoned(void)
{
	struct seen *s = run_case(never_asks);

	same(word(s, "verdict"), "down", "an abandoned fiber keeps its verdict");
	same(word(s, "reason"), "no", "and reason");
	same(trail, "21", "deferred releases ran, last first");
}

static void late(struct probe *p, const void *options)
{
	int64_t until_us = clock_mono_us() + 40000;

	(void)p;
	(void)options;
	while (clock_mono_us() < until_us)
		;
}

static void late_and_waits(struct probe *p, const void *options)
{
	probe_sleep(p, 1000);
	late(p, options);
	probe_sleep(p, CLOCK_SECOND);
}

/* A probe that stood in the way of others at the deadline: their lateness is ours. */
static void test_stood_still(void)
{
	struct seen *s = run_order(late, (struct probe_order){.timeout_us = 30000});

	same(word(s, "verdict"), "up", "what ended without a wait is no timeout");
	s = run_order(late_and_waits, (struct probe_order){.timeout_us = 50000});
	same(word(s, "verdict"), "unknown", "a timeout of a prober that stood still is unknown");
	same(word(s, "reason"), "timeout after 50ms, but the prober itself stood still",
	     "its reason");
}

static void hog(struct probe *p, const void *options)
{
	(void)options;
	while (probe_alloc(p, 100000))
		;
}

static void degrades(struct probe *p, const void *options)
{
	(void)options;
	probe_step(p, "body");
	probe_degrade(p, "first");
	probe_degrade(p, "second");
}

static void judges_later(struct probe *p, const void *options)
{
	(void)options;
	for (int hop = 0; hop < 2; hop++) {
		probe_hop(p, hop);
		probe_step(p, "request");
		probe_step(p, "body");
	}
	probe_fail_in(p, "request", "what was asked");
	probe_fail_in(p, "body", "what came");
}

static void judges_nothing(struct probe *p, const void *options)
{
	(void)options;
	probe_step(p, "body");
	probe_fail_in(p, "request", "never asked");
}

/* Names, hops and failures without the times. */
static void test_earlier_step(void)
{
	struct steps_one step[STEPS_MOST];
	struct seen *s = run_case(judges_later);

	same(word(s, "reason"), "what was asked", "what came in an earlier step is judged");
	same(word(s, "step"), "request", "its step");
	ok(steps_parse(word(s, "steps"), step, STEPS_MOST) == 4 && step[0].ok && step[1].ok &&
		   !step[2].ok && step[3].ok && step[2].hop == 1,
	   "the last of that name is the failed one: %s", word(s, "steps"));
	s = run_case(judges_nothing);
	same(word(s, "step"), "body", "without such a step the open one failed");
}

static void naps(struct probe *p, const void *options)
{
	(void)options;
	probe_sleep(p, 5000);
}

static void test_verdicts(void)
{
	struct seen *s = run_case(hog);

	same(word(s, "verdict"), "unknown", "too much memory is unknown");
	same(word(s, "reason"), "probe used more than 4 MiB", "its reason");
	s = run_case(degrades);
	same(word(s, "verdict"), "degraded", "degraded");
	same(word(s, "reason"), "first", "its first reason");
	s = run_order(naps, (struct probe_order){.slow_us = 1000});
	if (!strcmp(word(s, "stall"), "1")) { /* on a busy machine it may */
		same(word(s, "verdict"), "up", "and is not called slow then");
	} else {
		same(word(s, "verdict"), "degraded", "slow is degraded");
		ok(!strncmp(word(s, "reason"), "slow: ", 6) &&
			   strstr(word(s, "reason"), "limit 1.00ms"),
		   "%s", word(s, "reason"));
	}
	s = run_order(late, (struct probe_order){.slow_us = 1000});
	same(word(s, "stall"), "1", "a probe on a loop that stood still is tainted");
	same(word(s, "verdict"), "up", "and not called slow");
	s = run_order(naps, (struct probe_order){.due_us = clock_mono_us() - 70000});
	ok(line_int(&s->line, "late_us", 0) >= 70000, "lateness is kept");
}

static void talks(struct probe *p, const void *options)
{
	(void)options;
	probe_transcribe(p, '>', "LOGIN hush-hush\r\nAUTH PLAIN AGpvZQBodXNoLWh1c2g=\r\n", 50);
	probe_transcribe(p, '<', "235 \033[3", 7);
	probe_transcribe(p, '<', "1mok\r", 5);
	probe_transcribe(p, '<', "\n", 1);
	for (const char *at = "hush-hush"; *at; at++)
		probe_transcribe(p, '<', at, 1);
	for (const char *at = " AGpvZQBodXNoLWh1c2g= "; *at; at++)
		probe_transcribe(p, '<', at, 1);
	probe_transcribe(p, '<', "and", 3);
	probe_note(p, "noted %d", 5);
}

/* A server repeats what it was told: the secret is nowhere in the result. */
static void repeats(struct probe *p, const void *options)
{
	char said[3000];

	(void)options;
	memset(said, ' ', sizeof said);
	memcpy(said + 1020, "hush-hush", sizeof "hush-hush");
	probe_fact(p, "greeting", said);
	probe_fact(p, "banner", "you are hush-hush");
	probe_fail(p, "wanted 235, got '500 AGpvZQBodXNoLWh1c2g= hush-hush'%s", said);
}

static void repeats_little(struct probe *p, const void *options)
{
	(void)options;
	probe_fail(p, "next text, x: 'x' eA== AHUAeA== dTp4 **x** fox");
}

static void test_short_secrets(void)
{
	secret = "x";
	same(word(run_case(repeats_little), "reason"),
	     "next text, *: '*' **** ******** **** ***** fox", "a letter that stands apart");
	secret = "*";
	same(word(run_case(repeats_little), "reason"),
	     "next text, x: 'x' eA== AHUAeA== dTp4 **x** fox", "stars");
	secret = "hush-hush";
}

static void test_secrets(void)
{
	struct seen *s = run_case(repeats);
	const char *reason = word(s, "reason");

	ok(!strncmp(reason, "wanted 235, got '500 ******************** *********'  ", 54), "%s",
	   reason);
	same(word(s, "fact.banner"), "you are *********", "a fact");
	ok(!strstr(s->whole, "hush"), "not even a part that a cut has left");
}

static void chatters(struct probe *p, const void *options)
{
	(void)options;
	for (int i = 0; i < 5000; i++)
		probe_transcribe(p, '<', "\1\2\3\"\\\5\6", 7);
	for (int i = 0; i < 100; i++)
		probe_fact(p, "long",
			   "\1\2\3\4\5\6\1\2\3\4\5\6\1\2\3\4\5\6\1\2\3\4\5\6\1\2\3\4\5\6\1\2\3\4\5"
			   "\6\1\2\3\4\5\6");
	for (int i = 0; i < 100; i++)
		probe_step(p, "a-rather-long-name-of-a-step");
}

static void test_transcript(void)
{
	struct seen *s = run_order(talks, (struct probe_order){.wants_transcript = true});

	same(word(s, "transcript"),
	     "> LOGIN *********\n> AUTH PLAIN ********************\n< 235 \\x1b[31mok\n< ********* "
	     "*******************= and\n* noted 5\n",
	     "transcript");
	s = run_case(talks);
	same(word(s, "transcript"), "", "only when asked for");
	s = run_order(chatters, (struct probe_order){.wants_transcript = true});
	ok(strlen(s->whole) < LINE_BYTES, "a result has its caps: %zu", strlen(s->whole));
	ok(strstr(word(s, "transcript"), "[...]") != NULL, "the transcript says that it was cut");
}

int main(void)
{
	host = (struct probe_host){
		.loop = loop_new(), .icmp4_fd = -1, .icmp6_fd = -1, .blame = &blame};
	probe_host_open(&host);
	test_fine();
	test_failure();
	test_own_time();
	test_deadline();
	test_abandoned();
	test_stood_still();
	test_verdicts();
	test_earlier_step();
	test_transcript();
	test_secrets();
	test_short_secrets();
	probe_host_close(&host);
	loop_free(host.loop);
	return done_testing();
}
