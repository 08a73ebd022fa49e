/* import/gatus: the SQLite database of Gatus: endpoints, `group/name`, and their results as single
 * checks. See import.h. */
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

void import_read_gatus(struct import *im, const char *path)
{
	struct database db;
	bool is_open = database_open(&db, im, path);

	if (is_open && database_ask(&db, FOREIGN_GATUS_ENDPOINTS)) {
		read_endpoints(&db);
		if (database_ask(&db, FOREIGN_GATUS_RESULTS))
			while (database_next(&db))
				read_result(&db);
	}
	database_close(&db);
}
