/* import/kuma: the database of Uptime Kuma 1 and 2: monitors, and their heartbeats as single
 * checks. See import.h.
 *
 * `pending`, a failure that is tried again, is a failure, as in Uptime Kuma's own figures. Under
 * maintenance it checks nothing and writes beats of their own: they become unknown checks and the
 * window that they span. Uptime Kuma 2 deletes beats after a day but for those that changed the
 * state, and keeps sums: an hour (older: a day) in which all checks found the same can be taken as
 * so many checks spread evenly over it. Of other sums nobody knows when what was found. */
#include <string.h>

#include "../base/clock.h"
#include "database.h"

#define INTERVAL_MOST_S (366 * 86400.0)

/* By heartbeat.status. */
static const enum sla_state beat_state[] = {SLA_DOWN, SLA_UP, SLA_DOWN, SLA_UNKNOWN};
#define BEAT_STATES (sizeof beat_state / sizeof *beat_state)

#define HOUR_US (3600 * CLOCK_SECOND)
#define DAY_HOURS 24
#define CHECKS_MOST 86400 /* in one sum */

struct kuma {
	struct database db;
	/* By target and hour since 1970: how many beats there are; which hours have a sum. */
	struct map beats, sums;
};

static uint64_t hour_key(uint32_t target, int64_t at_us)
{
	return (uint64_t)target << 32 | (uint64_t)(at_us / HOUR_US);
}

static size_t count_at(const struct map *hours, uint32_t target, int64_t from_us, int n)
{
	size_t count = 0;

	for (int i = 0; i < n; i++)
		count += (uintptr_t)map_find(hours, hour_key(target, from_us + i * HOUR_US));
	return count;
}

static void count_one(struct map *hours, uint32_t target, int64_t at_us)
{
	map_put(hours, hour_key(target, at_us),
		(void *)(uintptr_t)(count_at(hours, target, at_us, 1) + 1));
}

static void read_monitors(struct database *db)
{
	double interval_s;

	while (database_next(db)) {
		if (!foreign_number(db->file, 2, &interval_s) || !(interval_s > 0) ||
		    interval_s > INTERVAL_MOST_S)
			interval_s = 0;
		database_add_source(db, foreign_text(db->file, 1),
				    (int64_t)(interval_s * CLOCK_SECOND));
	}
	database_name_sources(db);
}

static void read_beat(struct kuma *k)
{
	struct database *db = &k->db;
	const struct source *monitor = database_source(db, 1);
	int64_t at_us, response_us;
	double status;

	if (!monitor)
		return;
	if (!foreign_number(db->file, 2, &status) ||
	    !(status >= 0 && status < BEAT_STATES && status == (double)(int)status)) {
		import_problem(db->im,
			       "the status '%s' is none of 0 down, 1 up, 2 pending, 3 maintenance",
			       foreign_text(db->file, 2));
		return;
	}
	if (!database_time(db, 3, &at_us) || !database_response(db, 4, 1e-3, &response_us) ||
	    monitor->target == UINT32_MAX)
		return;
	import_add(db->im, monitor->target, at_us, beat_state[(int)status], SLA_NO_CAUSE,
		   response_us);
	if (db->im->is_with_sums)
		count_one(&k->beats, monitor->target, at_us);
}

static bool read_count(struct database *db, int column, int *count)
{
	double number;
	bool is_fine = foreign_number(db->file, column, &number) && number >= 0 &&
		       number <= CHECKS_MOST && number == (double)(int)number;

	*count = is_fine ? (int)number : 0;
	if (!is_fine)
		import_problem(db->im, "'%s' is no number of checks from 0 to %d",
			       foreign_text(db->file, column), CHECKS_MOST);
	return is_fine;
}

/* Where beats are left, they say it better. */
static void spread(struct kuma *k, uint32_t target, int64_t from_us, int hours, int up, int down)
{
	int64_t span_us = hours * HOUR_US;
	int n = up + down;

	if (count_at(&k->beats, target, from_us, hours) * 2 >= (size_t)n)
		return;
	for (int i = 0; i < n; i++)
		import_add(k->db.im, target, from_us + span_us * (2 * i + 1) / (2 * n),
			   up ? SLA_UP : SLA_DOWN, SLA_NO_CAUSE, -1);
}

static void read_sum(struct kuma *k, int hours)
{
	struct database *db = &k->db;
	const struct source *monitor = database_source(db, 1);
	bool is_maintained = strstr(foreign_text(db->file, 5), "maintenance");
	double from_s;
	int64_t from_us;
	int up, down;

	if (!monitor || monitor->target == UINT32_MAX || !read_count(db, 3, &up) ||
	    !read_count(db, 4, &down))
		return;
	if (!foreign_number(db->file, 2, &from_s) || !(from_s > 0 && from_s < 1e11)) {
		import_problem(db->im, "the timestamp '%s' is no time in seconds",
			       foreign_text(db->file, 2));
		return;
	}
	from_us = (int64_t)from_s * CLOCK_SECOND;
	if (!import_time(db->im, from_us))
		return;
	if (hours == DAY_HOURS && count_at(&k->sums, monitor->target, from_us, hours))
		return;
	count_one(&k->sums, monitor->target, from_us);
	if (!(up && down) && !is_maintained &&
	    (!db->im->now_us || from_us + hours * HOUR_US <= db->im->now_us))
		spread(k, monitor->target, from_us, hours, up, down);
}

static void read_sums(struct kuma *k)
{
	if (database_ask(&k->db, FOREIGN_KUMA_HOURS))
		while (database_next(&k->db))
			read_sum(k, 1);
	if (database_ask(&k->db, FOREIGN_KUMA_DAYS))
		while (database_next(&k->db))
			read_sum(k, DAY_HOURS);
}

void import_read_kuma(struct import *im, const char *path)
{
	struct kuma k = {0};
	bool is_open = database_open(&k.db, im, path);

	if (is_open && database_ask(&k.db, FOREIGN_KUMA_MONITORS)) {
		read_monitors(&k.db);
		if (database_ask(&k.db, FOREIGN_KUMA_BEATS)) {
			while (database_next(&k.db))
				read_beat(&k);
			if (im->is_with_sums)
				read_sums(&k);
		}
	}
	database_close(&k.db);
	map_release(&k.beats);
	map_release(&k.sums);
}

/* Until the first beat behind it, or for one interval more. */
static void add_window(struct import *im, size_t from, size_t last)
{
	const struct import_record *r = &im->record[last];
	int64_t to_us = r->at_us + im->target[r->target].interval_us;

	if (last + 1 < im->records && r[1].target == r->target)
		to_us = r[1].at_us;
	if (to_us > im->record[from].at_us)
		import_add_window(im, r->target, im->record[from].at_us, to_us);
}

void import_finish_kuma(struct import *im)
{
	size_t from = 0;

	for (size_t i = 0; i < im->records; i++) {
		const struct import_record *r = &im->record[i];

		if (r->state != SLA_UNKNOWN)
			continue;
		if (!i || r[-1].target != r->target || r[-1].state != SLA_UNKNOWN)
			from = i;
		if (i + 1 == im->records || r[1].target != r->target || r[1].state != SLA_UNKNOWN)
			add_window(im, from, i);
	}
}
