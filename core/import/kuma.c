/* import/kuma: the database of Uptime Kuma 1 and 2: monitors, and their heartbeats as single
 * checks. See import.h.
 *
 * `pending`, a failure that is tried again, is a failure, as in Uptime Kuma's own figures. Under
 * maintenance it checks nothing and writes beats of their own: they become unknown checks and the
 * window that they span. */
#include "../base/clock.h"
#include "database.h"

#define INTERVAL_MOST_S (366 * 86400.0)

/* By heartbeat.status. */
static const enum sla_state beat_state[] = {SLA_DOWN, SLA_UP, SLA_DOWN, SLA_UNKNOWN};
#define BEAT_STATES (sizeof beat_state / sizeof *beat_state)

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
	if (database_time(db, 3, &at_us) && database_response(db, 4, 1e-3, &response_us) &&
	    monitor->target != UINT32_MAX)
		import_add(db->im, monitor->target, at_us, beat_state[(int)status], SLA_NO_CAUSE,
			   response_us);
}

void import_read_kuma(struct import *im, const char *path)
{
	struct database db;
	bool is_open = database_open(&db, im, path);

	if (is_open && database_ask(&db, FOREIGN_KUMA_MONITORS)) {
		read_monitors(&db);
		if (database_ask(&db, FOREIGN_KUMA_BEATS))
			while (database_next(&db))
				read_beat(&db);
	}
	database_close(&db);
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
