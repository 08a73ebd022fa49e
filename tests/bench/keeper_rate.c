/* How much processor the keeper costs for each check: CHECKS checks a second for SECONDS seconds of
 * its time, as fast as it goes, with the parsing and the copying that its links do. Prints
 * microseconds a result and bytes a check. `make bench` runs it. */
#include <malloc.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "../lib/keeper.h"

#define CHECKS 120000
#define SECONDS 120

static struct text to[6];
static long results;

static struct text *line_for(void *with, struct keeper_end end)
{
	(void)with;
	return &to[end.kind];
}

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void say(struct keeper *k, int64_t now, enum keeper_end_kind kind, char *text, size_t size)
{
	struct line l;

	if (!line_parse(&l, text, size))
		keeper_take(k, now, now + WALL - START,
			    (struct keeper_end){kind, kind == END_PROBER}, &l);
}

static struct text answers;

/* The prober's side, not counted: an answer for each probe line. */
static double answer(int64_t now)
{
	double before = cpu_us();
	const char *end;

	for (const char *at = text_get(&to[END_PROBER]); *at; at = end + 1) {
		end = strchr(at, '\n');
		if (strncmp(at, "probe ", 6))
			continue;
		text_printf(&answers,
			    "result %ld verdict=up address=192.0.2.10 start_us=%lld late_us=812 "
			    "elapsed_us=2210 "
			    "steps=resolve:812,connect:1490,banner:2190,other:2210 "
			    "values=certificate_days:61:d\n",
			    strtol(at + 6, NULL, 10), (long long)(now + WALL - START));
	}
	text_clear(&to[END_PROBER]);
	return cpu_us() - before;
}

static void take_answers(struct keeper *k, int64_t now)
{
	char *newline;

	for (char *at = answers.at; at && *at; at = newline + 1) {
		newline = strchr(at, '\n');
		say(k, now, END_PROBER, at, (size_t)(newline - at));
		results++;
	}
	text_clear(&answers);
}

static void commit(struct keeper *k, int64_t now)
{
	struct text t = {0};

	text_clear(&to[END_RECORDER]);
	text_printf(&t, "committed %ld", results);
	say(k, now, END_RECORDER, t.at, t.size);
	text_release(&t);
}

static void configure(struct keeper *k)
{
	struct text t = {0};

	for (int i = -4; i <= CHECKS; i++) {
		text_clear(&t);
		if (i == -4)
			text_puts(&t, "recorder -");
		else if (i == -3)
			text_puts(&t, "prober 1 pool=general");
		else if (i == -2)
			text_puts(&t, "begin 1");
		else if (i == -1)
			text_puts(&t, "setting - location=here queue_bytes=67108864");
		else if (i == CHECKS)
			text_puts(&t, "end 1 problems=0");
		else
			text_printf(&t,
				    "define check-%d module=tcp every_us=60000000 "
				    "recheck_us=60000000 timeout_us=10000000 slow_us=0 "
				    "address_family=any build=b6a083f968446c17 pool=general "
				    "opt.host=192.0.2.10 opt.port=25 opt.expect=220",
				    i);
		say(k, START, END_PARENT, t.at, t.size);
	}
	text_release(&t);
}

int main(void)
{
	struct keeper_out out = {.line = line_for};
	struct keeper *k = keeper_new(&out);
	size_t heap = mallinfo2().uordblks;
	double before, others = 0;
	int64_t now = START, second = START;

	keeper_tick(k, now, WALL);
	configure(k);
	printf("bytes a check: %zu\n", (mallinfo2().uordblks - heap) / CHECKS);
	before = cpu_us();
	while (now < START + SECONDS * SECOND) {
		now += 10000;
		keeper_tick(k, now, now + WALL - START);
		others += answer(now);
		take_answers(k, now);
		text_clear(&to[END_PARENT]);
		if (now - second >= SECOND) {
			second = now;
			commit(k, now);
		}
	}
	printf("results: %ld\nmicroseconds a result: %.2f\n", results,
	       (cpu_us() - before - others) / (double)results);
	printf("bytes a check after %d s: %zu\n", SECONDS, (mallinfo2().uordblks - heap) / CHECKS);
	keeper_free(k);
	return 0;
}
