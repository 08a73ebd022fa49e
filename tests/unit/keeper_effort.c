/* What nines takes, for the record: one marker each quarter of an hour of wall clock, of what the
 * parent told and what each second saw; none where the parent tells nothing. */
#include "../lib/keeper.h"

#define QUARTER INT64_C(900000000)

/* The i-th marker of effort in the log; "" where there are fewer. */
static const char *marker(const struct world *w, int i)
{
	static char line[512];
	const char *at = text_get(&w->log);

	while (at && (at = strstr(at, "kind=effort")) && i--)
		at++;
	snprintf(line, sizeof line, "%.*s", at ? (int)strcspn(at, "\n") : 0, at ? at : "");
	return line;
}

/* A parent that has used a tenth of a core, and more memory in the middle. */
static void test_told(void)
{
	struct world *w = world_new();
	int64_t to_boundary = QUARTER - WALL % QUARTER;

	w->answer = always_up;
	world_configure(w, "every_us=10000000");
	for (int64_t at = 10000000; at < to_boundary + QUARTER + 60000000; at += 10000000) {
		world_run(w, at);
		world_tell(w, END_PARENT, "effort - cpu_us=%lld memory_bytes=%d",
			   (long long)(5000000 + at / 10),
			   at < to_boundary && at + 30000000 > to_boundary ? 9000 : 4096);
	}
	ok(strstr(marker(w, 0), "cpu:100000:ppm,memory:9000:B,in_flight:") != NULL,
	   "the first one: %s", marker(w, 0));
	ok(strstr(marker(w, 1), "cpu:100000:ppm,memory:4096:B,in_flight:") &&
		   strstr(marker(w, 1), "waiting_most:0,queue_most:") &&
		   strstr(marker(w, 1), "letters_most:0"),
	   "the second: %s", marker(w, 1));
	ok(!*marker(w, 2), "no further ones");
	ok(strstr(world_ask(w, "status -"), " memory_bytes=4096") != NULL, "health has it");
	world_free(w);
}

/* What stands at the end of a span that began before it was known is not made up. */
static void test_silent(void)
{
	struct world *w = world_new();

	w->answer = always_up;
	world_configure(w, "every_us=10000000");
	world_run(w, 3 * QUARTER);
	ok(!*marker(w, 0), "a parent that tells nothing: nothing is recorded");
	world_tell(w, END_PARENT, "effort - cpu_us=x memory_bytes=-3");
	world_run(w, 5 * QUARTER);
	ok(!*marker(w, 0), "nor from what is no number");
	world_tell(w, END_PARENT, "effort - cpu_us=7 memory_bytes=5");
	world_run(w, 6 * QUARTER + 1000000);
	ok(strstr(marker(w, 0), "text=\"memory:5:B,in_flight:") ||
		   strstr(marker(w, 0), "text=memory:5:B,in_flight:"),
	   "told once: no CPU share is known: %s", marker(w, 0));
	world_free(w);
}

int main(void)
{
	test_told();
	test_silent();
	return done_testing();
}
