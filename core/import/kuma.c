/* import/kuma: the database of Uptime Kuma 1 and 2: monitors, and their heartbeats as single
 * checks. See import.h.
 *
 * `pending`, a failure that is tried again, is a failure, as in Uptime Kuma's own figures. Under
 * maintenance it checks nothing and writes beats of their own: they become unknown checks and the
 * window that they span. Uptime Kuma 2 deletes beats after a day but for those that changed the
 * state, and keeps sums of hours and, of what is older, days (import/conclude). */
#include <string.h>

#include "../base/clock.h"
#include "database.h"

#define INTERVAL_MOST_S (366 * 86400.0)
#define RETRIES_MOST 1000

/* By heartbeat.status. */
static const enum sla_state beat_state[] = {SLA_DOWN, SLA_UP, SLA_DOWN, SLA_UNKNOWN};
#define BEAT_STATES (sizeof beat_state / sizeof *beat_state)

#define HOUR_US (3600 * CLOCK_SECOND)
#define DAY_HOURS 24

struct kuma {
	struct database db;
	struct map hours; /* that have a sum, by target and hour since 1970 */
};

static uint64_t hour_key(uint32_t target, int64_t at_us)
{
	return (uint64_t)target << 32 | (uint64_t)(at_us / HOUR_US);
}

static void read_monitors(struct database *db)
{
	double interval_s, retries;

	while (database_next(db)) {
		struct source *s;

		if (!foreign_number(db->file, 2, &interval_s) || !(interval_s > 0) ||
		    interval_s > INTERVAL_MOST_S)
			interval_s = 0;
		s = database_add_source(db, foreign_text(db->file, 1),
					(int64_t)(interval_s * CLOCK_SECOND));
		if (s && foreign_number(db->file, 3, &retries) && retries > 0)
			s->retries = retries < RETRIES_MOST ? (uint32_t)retries : RETRIES_MOST;
	}
	database_name_sources(db);
}

static void read_beat(struct database *db)
{
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
}

static void read_sum(struct kuma *k, int hours)
{
	const struct source *monitor = database_source(&k->db, 1);
	struct import_sum s;

	if (!monitor || monitor->target == UINT32_MAX || !database_sum(&k->db, 2, &s))
		return;
	for (int i = 0; i < hours; i++)
		if (map_find(&k->hours, hour_key(monitor->target, s.from_us + i * HOUR_US)))
			return;
	map_put(&k->hours, hour_key(monitor->target, s.from_us), k);
	if (strstr(foreign_text(k->db.file, 5), "maintenance"))
		return;
	s.target = monitor->target;
	s.retries = monitor->retries;
	s.to_us = s.from_us + hours * HOUR_US;
	import_add_sum(k->db.im, &s);
}

static void read_sums(struct kuma *k)
{
	/* A day whose hours have sums says nothing more. */
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
				read_beat(&k.db);
			if (im->is_with_sums)
				read_sums(&k);
		}
	}
	database_close(&k.db);
	map_release(&k.hours);
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
