/* tests/unit/web_throttle: whoever guesses waits, the owner does not (F55). Time is passed in. */
#include "../../core/web/throttle.h"
#include "../../core/web/tried.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../lib/tap.h"

#define SECOND INT64_C(1000000)

static struct throttle *throttle_new(void)
{
	return calloc(1, sizeof(struct throttle));
}

/* How many of `tries` from one network count, when it tries again each `every_us`. */
static int counted(struct throttle *t, const char *account, const char *net, int tries,
		   int64_t every_us, int64_t *now_us)
{
	int count = 0;

	for (int i = 0; i < tries; i++, *now_us += every_us)
		count += !throttle_try(t, account, net, *now_us);
	return count;
}

static void one_network(void)
{
	struct throttle *t = throttle_new();
	int64_t now_us = SECOND;

	ok(counted(t, "ann", "192.0.2.1", 1000, 0, &now_us) == THROTTLE_NET_FREE + 1,
	   "of a thousand tries at once %d count", THROTTLE_NET_FREE + 1);
	ok(throttle_try(t, "ann", "192.0.2.1", now_us) == SECOND, "then it waits a second");
	ok(counted(t, "ann", "192.0.2.1", 3600, SECOND, &now_us) < 15,
	   "of a try each second for an hour few do");
	ok(throttle_try(t, "ann", "192.0.2.1", now_us) > 60 * SECOND, "the wait has become long");
	ok(throttle_try(t, "bob", "192.0.2.1", now_us) > 60 * SECOND,
	   "for every account that it tries");
	ok(!throttle_try(t, "ann", "198.51.100.1", now_us),
	   "the owner comes in from elsewhere at once");
	ok(!throttle_try(t, "ann", "192.0.2.1", now_us + THROTTLE_NET_MOST_US),
	   "nobody waits longer than a quarter of an hour");
	free(t);
}

static void many_networks(void)
{
	struct throttle *t = throttle_new();
	int64_t now_us = SECOND;
	char net[64];
	int again = 0;

	for (int i = 0; i < 1000; i++) {
		snprintf(net, sizeof net, "10.%d.%d.1", i / 250, i % 250);
		throttle_try(t, "ann", net, now_us);
	}
	for (int i = 900; i < 1000; i++) {
		snprintf(net, sizeof net, "10.%d.%d.1", i / 250, i % 250);
		again += !throttle_try(t, "ann", net, now_us + SECOND);
	}
	ok(!again, "of a hundred networks that failed on an account none has another try");
	ok(!throttle_try(t, "ann", "198.51.100.1", now_us + SECOND),
	   "the owner's network, which has not, has it at once");
	ok(!throttle_try(t, "bob", net, now_us + SECOND), "so has another account");
	free(t);
}

static void forgiving(void)
{
	struct throttle *t = throttle_new();
	int64_t now_us = SECOND;
	int count = 0;

	for (int i = 0; i < 100; i++)
		if (!throttle_try(t, "ann", "192.0.2.1", now_us))
			throttle_forgive(t, "ann", "192.0.2.1");
	ok(!throttle_try(t, "ann", "192.0.2.1", now_us),
	   "whoever signs in a hundred times waits for nothing");
	for (int i = 0; i < 200; i++) {
		count += !throttle_try(t, "bob", "203.0.113.1", now_us);
		if (!throttle_try(t, "mallory", "203.0.113.1", now_us))
			throttle_forgive(t, "mallory", "203.0.113.1");
	}
	ok(count <= THROTTLE_NET_FREE + 1,
	   "signing in as oneself between the tries does not help (%d)", count);
	ok(!throttle_try(t, "bob", "203.0.113.1", now_us + THROTTLE_FORGET_US + 1000 * SECOND),
	   "an hour later all is forgotten");
	free(t);
}

/* What one process has left another goes on with, but for what cannot be. */
static void handed_on(void)
{
	int fd = tried_create(), wrong = memfd_create("wrong", MFD_CLOEXEC);
	int64_t now_us = SECOND;
	int count;

	ok(fd >= 0 && tried_open(fd, now_us), "a place for it");
	counted(tried(TRIED_SIGN_IN), "ann", "192.0.2.1", 10, 0, &now_us);
	ok(!throttle_try(tried(TRIED_PAGE), "ann", "192.0.2.1", now_us), "of each place its own");
	ok(tried_open(fd, now_us) && throttle_try(tried(TRIED_SIGN_IN), "ann", "192.0.2.1", now_us),
	   "the next process lets nobody begin anew");
	ok(!tried_open(wrong, now_us) && !tried_open(-1, now_us) &&
		   throttle_try(tried(TRIED_SIGN_IN), "ann", "192.0.2.1", now_us),
	   "what is no such memory changes nothing");
	ok(tried_open(fd, now_us - 1), "it is opened at a time before that");
	count = counted(tried(TRIED_SIGN_IN), "ann", "192.0.2.1", 10, 0, &now_us);
	ok(count == THROTTLE_NET_FREE + 1, "tries that have not been hold nobody up (%d)", count);
	close(wrong);
	close(fd);
}

static void networks(void)
{
	static const char *const row[][2] = {
		{"192.0.2.1", "192.0.2.1"},
		{"::ffff:192.0.2.1", "192.0.2.1"},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"},
		{"2001:db8:1:ffff::1", "2001:db8:1::/48"},
		{"::1", "::/48"},
		{"", ""},
	};
	char net[64];

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		throttle_net(net, row[i][0]);
		same(net, row[i][1], row[i][0]);
	}
}

int main(void)
{
	one_network();
	many_networks();
	forgiving();
	handed_on();
	networks();
	return done_testing();
}
