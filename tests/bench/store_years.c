/* What years of the record cost: the size of the file and the time of one month's figures after
 * one, three and five years of checks each minute, with results kept for a month, days for a year
 * and months for ever. The recorder's clock is passed in: five years take a minute. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../core/base/clock.h"
#include "../../core/store/read.h"
#include "../../core/store/store.h"
#include "results.h"

#define CHECKS 4
#define MINUTE (60 * CLOCK_SECOND)
#define DAY (1440 * MINUTE)
#define MONTH (30 * DAY)
#define YEAR (365 * DAY)
#define BATCH (180 * MINUTE)
#define BEGIN (INT64_C(1790000000) * CLOCK_SECOND / DAY * DAY)

static char folder[] = "/var/tmp/nines-years-XXXXXX", path[64];

static void must(bool is_done, struct text *wrong)
{
	if (is_done)
		return;
	fprintf(stderr, "%s\n", text_get(wrong));
	exit(1);
}

static void run_until(struct store *s, int64_t *now_us, int64_t end_us)
{
	static struct line line;
	char name[40];
	struct text t = {0}, none = {0}, wrong = {0};
	struct store_batch batch = {.events = &none, .keeper = "k", .last = 1};

	for (; *now_us < end_us; *now_us += BATCH) {
		for (int64_t due_us = *now_us; due_us < *now_us + BATCH; due_us += MINUTE)
			for (int c = 0; c < CHECKS; c++) {
				text_clear(&t);
				snprintf(name, sizeof name, "check-%d", c);
				/* one result in a thousand fails */
				say(&t, name, c, due_us + c * CLOCK_SECOND,
				    below(1000) ? "up" : "down");
				line_parse(&line, t.at, t.size);
				store_take(s, &line, due_us);
			}
		batch.at_us = *now_us + BATCH;
		must(store_commit(s, &batch, &wrong) && store_tidy(s, batch.at_us, &wrong), &wrong);
	}
	/* what a recorder does each second until nothing is left to do */
	for (int i = 0; i < 500; i++)
		must(store_tidy(s, end_us, &wrong), &wrong);
	text_release(&t);
}

static double number(const char *sql)
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

/* The best of twenty: states and times of steps, as a report asks for them. */
static double month_ms(int64_t from_us)
{
	struct text wrong = {0};
	int64_t best_us = INT64_MAX;

	for (int i = 0; i < 20; i++) {
		int64_t begun_us = clock_mono_us();
		struct read *r = read_open(path, &wrong);
		const struct read_target *t = r ? read_find(r, "check-1") : NULL;
		struct sla_samples samples = {0};
		struct read_steps steps = {0};

		must(t && read_samples(r, t, from_us, from_us + MONTH, &samples) &&
			     read_steps(r, t, NULL, from_us, from_us + MONTH, &steps) &&
			     steps.passed > 40000,
		     &wrong);
		read_close(r);
		if (clock_mono_us() - begun_us < best_us)
			best_us = clock_mono_us() - begun_us;
		free(samples.sample);
		read_steps_release(&steps);
	}
	return (double)best_us / 1e3;
}

static void tell(int years)
{
	int64_t end_us = BEGIN + years * YEAR;
	double months = CHECKS * years * 365.0 / 30;
	struct stat about;

	stat(path, &about);
	printf("  %d %-6s %7.2f MB %9.0f %9.0f %9.0f %9.2f ms %9.2f ms\n", years,
	       years > 1 ? "years" : "year", (double)about.st_size / 1e6,
	       number("SELECT (SELECT sum(length(data)) FROM block) +"
		      " (SELECT sum(length(data)) FROM part)") / CHECKS,
	       number("SELECT sum(length(data)) FROM day") / CHECKS,
	       number("SELECT sum(length(data)) FROM month") / months,
	       month_ms(end_us - 3 * MONTH), month_ms(BEGIN + DAY));
	fflush(stdout);
}

int main(void)
{
	static const int years[] = {1, 3, 5};
	struct text wrong = {0};
	int64_t now_us = BEGIN;
	struct store *s;

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/db", folder);
	s = store_open(path, &wrong);
	must(s, &wrong);
	store_retain(s, &(struct store_retention){.raw_us = MONTH, .day_us = YEAR});
	printf("%d checks each minute; results kept for 30 days, days for a year, months always:\n"
	       "  after          file   bytes of a check:   days  a month's  "
	       "figures of a month: from\n"
	       "                             results                   row"
	       "          days       months\n", CHECKS);
	for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
		run_until(s, &now_us, BEGIN + years[i] * YEAR);
		tell(years[i]);
	}
	store_close(s);
	for (int i = 0; i < 4; i++) {
		static const char *const more[] = {"", "-wal", "-shm", ".lock"};
		char name[80];

		snprintf(name, sizeof name, "%s%s", path, more[i]);
		unlink(name);
	}
	rmdir(folder);
	return 0;
}
