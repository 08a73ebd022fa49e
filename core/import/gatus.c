/* import/gatus: the SQLite database of Gatus: endpoints, `group/name`, and their results as single
 * checks. See import.h.
 *
 * It keeps the last 100 results of an endpoint, unless told otherwise; its last 50 changes, and
 * sums of hours, after two days of days, for a month (import/conclude). How often it checks stands
 * nowhere: results show it. Suites as a whole are passed over. */
#include <string.h>

#include "../base/clock.h"
#include "database.h"

static void read_endpoints(struct database *db)
{
	struct text name = {0};

	while (database_next(db)) {
		text_clear(&name);
		text_puts(&name, foreign_text(db->file, 1));
		if (name.size)
			text_putc(&name, '/');
		text_puts(&name, foreign_text(db->file, 2));
		database_add_source(db, text_get(&name), 0);
	}
	text_release(&name);
	database_name_sources(db);
}

static void read_result(struct database *db)
{
	const struct source *endpoint = database_source(db, 1);
	int64_t at_us, response_us;
	double success;

	if (!endpoint)
		return;
	if (!foreign_number(db->file, 2, &success) || (success != 0 && success != 1)) {
		import_problem(db->im, "success '%s' is none of 0 and 1",
			       foreign_text(db->file, 2));
		return;
	}
	if (database_time(db, 3, &at_us) && database_response(db, 4, 1e3, &response_us) &&
	    endpoint->target != UINT32_MAX)
		import_add(db->im, endpoint->target, at_us, success != 0 ? SLA_UP : SLA_DOWN,
			   SLA_NO_CAUSE, response_us);
}

/* A change of the state, told at the time of the check that found it. */
static void read_event(struct database *db)
{
	const struct source *endpoint = database_source(db, 1);
	const char *type = foreign_text(db->file, 2);
	bool is_up = !strcmp(type, "HEALTHY");
	int64_t at_us;

	if (!endpoint || !strcmp(type, "START"))
		return;
	if (!is_up && strcmp(type, "UNHEALTHY"))
		import_problem(db->im, "the event '%s' is none of START, HEALTHY, UNHEALTHY", type);
	else if (database_time(db, 3, &at_us) && endpoint->target != UINT32_MAX)
		import_add(db->im, endpoint->target, at_us, is_up ? SLA_UP : SLA_DOWN, SLA_NO_CAUSE,
			   -1);
}

static void read_sum(struct database *db)
{
	const struct source *endpoint = database_source(db, 1);
	struct import_sum s;

	if (!endpoint || endpoint->target == UINT32_MAX || !database_sum(db, 2, &s))
		return;
	s.target = endpoint->target;
	import_add_sum(db->im, &s);
}

static const struct {
	enum foreign_table table;
	void (*read)(struct database *);
} sums[] = {{FOREIGN_GATUS_EVENTS, read_event}, {FOREIGN_GATUS_SUMS, read_sum}};

void import_read_gatus(struct import *im, const char *path)
{
	struct database db;
	bool is_open = database_open(&db, im, path);

	if (is_open && database_ask(&db, FOREIGN_GATUS_ENDPOINTS)) {
		read_endpoints(&db);
		if (database_ask(&db, FOREIGN_GATUS_RESULTS))
			while (database_next(&db))
				read_result(&db);
		/* before events, which are not as often as checks */
		import_sort(im);
		import_find_intervals(im);
		for (size_t i = 0; im->is_with_sums && i < sizeof sums / sizeof *sums; i++)
			if (database_ask(&db, sums[i].table))
				while (database_next(&db))
					sums[i].read(&db);
	}
	database_close(&db);
}
