/* Fibers park and go on in any order, end from within, and reuse stacks whatever was left on them.
 */
#include "../../core/fiber/fiber.h"

#include <stdint.h>
#include <stdlib.h>

#include "../lib/tap.h"

struct count {
	int to, at;
};

static void count(void *with)
{
	struct count *c = with;
	volatile char deep[6000];

	memset((char *)deep, c->to, sizeof deep);
	while (c->at < c->to) {
		c->at++;
		fiber_park();
	}
	if (deep[0] == 7)
		fiber_end();
}

static void test_many(void)
{
	enum { MANY = 300 };
	static struct fiber *f[MANY];
	static struct count c[MANY];
	int ended = 0, sum = 0;

	for (int i = 0; i < MANY; i++) {
		f[i] = fiber_new(1024);
		memset(fiber_spare(f[i]), 0x55, 1024);
		c[i] = (struct count){.to = i % 9};
		fiber_start(f[i], count, &c[i]);
	}
	for (int round = 0; round < 20; round++)
		for (int i = MANY - 1; i >= 0; i--)
			if (f[i] && !fiber_has_ended(f[i])) {
				fiber_resume(f[i]);
			} else if (f[i]) {
				ended++;
				sum += c[i].at;
				fiber_free(f[i]);
				f[i] = NULL;
			}
	ok(ended == MANY, "%d of %d fibers ended", ended, MANY);
	ok(sum == 1191, "each went all its rounds: %d", sum);
	ok(!fiber_running(), "the loop's own stack is no fiber");
}

static void note_running(void *with)
{
	*(struct fiber **)with = fiber_running();
}

static void test_reuse(void)
{
	struct fiber *f = fiber_new(0), *again, *seen = NULL;

	ok(((uintptr_t)fiber_spare(f) & 15) == 0, "the spare area is aligned");
	fiber_free(f);
	again = fiber_new(2000);
	ok(again == f, "a stack is taken from the pool");
	fiber_start(again, note_running, &seen);
	ok(seen == again && fiber_has_ended(again), "a fiber knows itself");
	fiber_free(again);
}

int main(void)
{
	test_many();
	test_many();
	test_reuse();
	return done_testing();
}
