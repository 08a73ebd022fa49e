/* What the record costs: results a second through parsing, packing and commits, bytes of the file a
 * result, a month read from results and from rollups. Prints one line a figure beside its goal. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../core/base/clock.h"
#include "../../core/store/read.h"
#include "../../core/store/store.h"

#define MINUTE (60 * CLOCK_SECOND)
#define DAY (1440 * MINUTE)
#define MONTH (30 * DAY)
#define BEGIN (INT64_C(1790000000) * CLOCK_SECOND / DAY * DAY)

static char folder[] = "/var/tmp/nines-store-XXXXXX", path[64];
static uint64_t seed = 3;

static int64_t below(int64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((seed >> 33) % (uint64_t)n);
}

/* Long tails, as real networks have them. */
static int64_t jitter(int64_t us)
{
	int64_t more = below(us / 4 + 1);

	return us + more + (below(50) ? 0 : below(us * 4 + 1));
}

static void say(struct text *t, int check, int64_t due_us, int64_t every_us, int64_t n)
{
	static const char *const step[] = {"resolve", "connect",    "tls",
					   "request", "first-byte", "body"};
	static const int64_t usual[] = {900, 1500, 6000, 40, 9000, 300};
	int64_t at_us = 0;

	text_printf(t, "result check-%d verdict=up address=192.0.2.%d start_us=%lld late_us=900",
		    check, check % 250, (long long)(due_us + 200 + below(4000)));
	text_puts(t, " steps=");
	for (int i = 0; i < 6; i++) {
		at_us += jitter(usual[i] + check % 100 * 10);
		text_printf(t, "%s%s:%lld", i ? "," : "", step[i], (long long)at_us);
	}
	text_printf(t, " elapsed_us=%lld location=here due_at_us=%lld interval_us=%lld"
		       " ends=up n=%lld\n",
		    (long long)(at_us + 20 + below(30)), (long long)due_us,
		    (long long)every_us, (long long)n);
}

static void take(struct store *s, char *at, size_t size, int64_t now_us)
{
	static struct line line;
	char *newline;

	for (char *end = at + size; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (line_parse(&line, at, (size_t)(newline - at)))
			abort();
		store_take(s, &line, now_us);
	}
}

static void commit(struct store *s, int64_t now_us)
{
	struct text none = {0}, wrong = {0};

	if (!store_commit(s, &(struct store_batch){now_us, &none, "k", 1}, &wrong) ||
	    !store_tidy(s, now_us, &wrong)) {
		fprintf(stderr, "%s\n", text_get(&wrong));
		exit(1);
	}
}

static struct store *begin(void)
{
	struct text wrong = {0};
	struct store *s = store_open(path, &wrong);

	if (!s) {
		fprintf(stderr, "%s\n", text_get(&wrong));
		exit(1);
	}
	return s;
}

static void forget(void)
{
	static const char *const more[] = {"", "-wal", "-shm", ".lock"};
	char name[80];

	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof name, "%s%s", path, more[i]);
		unlink(name);
	}
}

static void goal(const char *what, double is, double most, const char *unit, bool is_least)
{
	printf("  %-58s %10.1f %s (%s %.0f: %s)\n", what, is, unit,
	       is_least ? "at least" : "at most", most,
	       (is_least ? is >= most : is <= most) ? "yes" : "NO");
	fflush(stdout);
}

static double cpu(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* `checks` that each give a result every `every_us`, for `span_us`; a commit each `batch_us`. */
static double fill(struct store *s, int checks, int64_t every_us, int64_t span_us, int64_t batch_us,
		   double *slowest)
{
	struct text lines = {0};
	int64_t n = 0, spent_us = 0, now_us = BEGIN;
	double used = 0, before;

	*slowest = 0;
	for (; now_us < BEGIN + span_us; now_us += batch_us) {
		int64_t begun_us;

		text_clear(&lines);
		for (int64_t due_us = now_us; due_us < now_us + batch_us; due_us += every_us)
			for (int c = 0; c < checks; c++)
				say(&lines, c, due_us + c * 1000, every_us, ++n);
		before = cpu();
		begun_us = clock_mono_us();
		take(s, lines.at, lines.size, now_us + batch_us);
		commit(s, now_us + batch_us);
		spent_us += clock_mono_us() - begun_us;
		used += cpu() - before;
		if ((double)(clock_mono_us() - begun_us) > *slowest)
			*slowest = (double)(clock_mono_us() - begun_us);
	}
	text_release(&lines);
	printf("  %lld results, %.2f us of CPU each\n", (long long)n, used * 1e6 / (double)n);
	return (double)n / ((double)spent_us / 1e6);
}

static bool count(const struct read_result *r, void *with)
{
	(void)r;
	++*(int64_t *)with;
	return true;
}

static struct read *look(void)
{
	struct text wrong = {0};
	struct read *r = read_open(path, &wrong);

	if (!r)
		exit(1);
	return r;
}

static double raw_month(void)
{
	struct read *r = look();
	int64_t results = 0, begun_us, best_us = INT64_MAX;

	for (int i = 0; i < 5; i++) {
		results = 0;
		begun_us = clock_mono_us();
		read_results(r, read_find(r, "check-7"), BEGIN, BEGIN + MONTH, count, &results);
		if (clock_mono_us() - begun_us < best_us)
			best_us = clock_mono_us() - begun_us;
	}
	printf("  %lld results of one check\n", (long long)results);
	read_close(r);
	return (double)best_us / 1e3;
}

static double all_months(const char *what)
{
	struct read *r = look();
	const struct read_target *list;
	int64_t begun_us = clock_mono_us(), passed = 0;
	size_t targets;

	read_targets(r, &list, &targets);
	read_begin(r);
	for (size_t i = 0; i < targets; i++) {
		struct sla_samples samples = {0};
		struct read_steps steps = {0};

		read_samples(r, &list[i], BEGIN, BEGIN + MONTH, &samples);
		read_steps(r, &list[i], NULL, BEGIN, BEGIN + MONTH, &steps);
		passed += steps.passed;
		free(samples.sample);
		read_steps_release(&steps);
	}
	read_end(r);
	read_close(r);
	printf("  %s: %zu checks, %lld results behind the figures\n", what, targets,
	       (long long)passed);
	return (double)(clock_mono_us() - begun_us) / 1e3;
}

static double size_of(void)
{
	struct stat about;

	return stat(path, &about) ? 0 : (double)about.st_size;
}

static double rows_size(const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *ask = NULL;
	double n = 0;

	sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
	if (sqlite3_prepare_v2(db, sql, -1, &ask, NULL) == SQLITE_OK &&
	    sqlite3_step(ask) == SQLITE_ROW)
		n = sqlite3_column_double(ask, 0);
	sqlite3_finalize(ask);
	sqlite3_close(db);
	return n;
}

int main(void)
{
	double slowest, rate;
	struct store *s;

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/db", folder);

	printf("10,000 checks, 200,000 results a second, a commit each second:\n");
	s = begin();
	rate = fill(s, 10000, CLOCK_SECOND / 20, 40 * CLOCK_SECOND, CLOCK_SECOND, &slowest);
	goal("parsed, packed and on disk", rate, 200000, "results/s", true);
	goal("the slowest second's work", slowest / 1e3, 1000, "ms", false);
	store_close(s);
	forget();

	printf("a month of 40 checks, each every minute, six steps:\n");
	s = begin();
	rate = fill(s, 40, MINUTE, MONTH, 60 * MINUTE, &slowest);
	store_close(s);
	goal("bytes of the file a result, rollups and all", size_of() / (40 * 43200.0), 16, "bytes",
	     false);
	goal("one check's month from its results", raw_month(), 10, "ms", false);
	forget();

	printf("a month of 1,000 checks, each every ten minutes:\n");
	s = begin();
	rate = fill(s, 1000, 10 * MINUTE, MONTH, 60 * MINUTE, &slowest);
	for (int i = 0; i < 5000; i++) {
		struct text wrong = {0};

		store_tidy(s, BEGIN + MONTH + DAY, &wrong);
		text_release(&wrong);
	}
	store_close(s);
	printf("  a day's rollup takes %.0f bytes a check\n",
	       rows_size("SELECT sum(length(data)) / count(DISTINCT target * 10000 + day - 20000)"
			 " FROM day"));
	goal("1,000 checks' month from rollups", all_months("first"), 2000, "ms", false);
	forget();
	rmdir(folder);
	return 0;
}
