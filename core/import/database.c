/* import/database: see database.h. */
#include "database.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"

#define RESPONSE_MOST_US 86400e6

static void tell(struct import *im, struct text *wrong)
{
	if (wrong->size)
		import_problem(im, "%s", wrong->at);
	text_release(wrong);
}

bool database_open(struct database *db, struct import *im, const char *path)
{
	struct text wrong = {0};
	FILE *f = import_open(im, path);

	*db = (struct database){.im = im};
	im->table = NULL;
	if (!f)
		return false;
	fclose(f);
	db->file = foreign_open(path, &wrong);
	tell(im, &wrong);
	return db->file;
}

void database_close(struct database *db)
{
	for (size_t i = 0; i < db->sources; i++)
		free(db->source[i].name);
	free(db->source);
	map_release(&db->by_id);
	foreign_close(db->file);
}

bool database_ask(struct database *db, enum foreign_table table)
{
	struct text wrong = {0};
	bool is_fine;

	db->im->table = NULL;
	db->im->line = 0;
	is_fine = foreign_ask(db->file, table, &wrong);
	tell(db->im, &wrong);
	db->im->table = foreign_name(table);
	return is_fine;
}

bool database_next(struct database *db)
{
	struct text wrong = {0};
	bool is_there = foreign_next(db->file, &wrong);

	if (is_there) {
		import_count(db->im, ++db->rows);
		db->im->line = (size_t)foreign_id(db->file, 0);
		return true;
	}
	db->im->line = 0;
	tell(db->im, &wrong);
	return false;
}

struct source *database_add_source(struct database *db, const char *name, int64_t interval_us)
{
	int64_t id = foreign_id(db->file, 0);

	if (db->sources == IMPORT_TARGETS) {
		import_problem(db->im, "more than %d names: import in parts", IMPORT_TARGETS);
		return NULL;
	}
	if (db->sources == db->source_room) {
		db->source_room = db->source_room ? db->source_room * 2 : 64;
		db->source = memory_resize(db->source, db->source_room * sizeof *db->source);
	}
	db->source[db->sources++] =
		(struct source){id, interval_us, memory_text(name), UINT32_MAX, 0};
	map_put(&db->by_id, (uint64_t)id, (void *)(uintptr_t)db->sources);
	return &db->source[db->sources - 1];
}

static size_t count_of(const struct map *names, const char *name)
{
	return (uintptr_t)map_find_text(names, name);
}

static void name_source(struct database *db, struct source *s, bool is_shared, struct map *taken)
{
	struct text full = {0};

	text_puts(&full, s->name);
	if (is_shared || !*s->name)
		text_printf(&full, "%s#%lld", *s->name ? " " : "", (long long)s->id);
	if (count_of(taken, full.at))
		import_problem(db->im, "two of them would be called '%s': rename one there",
			       full.at);
	map_put_text(taken, full.at, s);
	s->target = import_target(db->im, full.at);
	if (s->target != UINT32_MAX && s->interval_us)
		db->im->target[s->target].interval_us = s->interval_us;
	text_release(&full);
}

void database_name_sources(struct database *db)
{
	struct map names = {0}, taken = {0};

	for (size_t i = 0; i < db->sources; i++)
		map_put_text(&names, db->source[i].name,
			     (void *)(uintptr_t)(count_of(&names, db->source[i].name) + 1));
	for (size_t i = 0; i < db->sources; i++)
		name_source(db, &db->source[i], count_of(&names, db->source[i].name) > 1, &taken);
	map_release(&names);
	map_release(&taken);
}

const struct source *database_source(const struct database *db, int column)
{
	uintptr_t at = (uintptr_t)map_find(&db->by_id, (uint64_t)foreign_id(db->file, column));

	return at ? &db->source[at - 1] : NULL;
}

/* "+0100 CET", "+01:00", "Z" or nothing, in RFC 3339; false: something else. */
static bool add_zone(struct text *t, const char *zone)
{
	size_t digits = 0;

	zone += *zone == ' ';
	if (!*zone || !strcmp(zone, "Z")) {
		text_putc(t, 'Z');
		return true;
	}
	if (*zone != '+' && *zone != '-')
		return false;
	text_putc(t, *zone++);
	for (; digits < 4 && (isdigit((unsigned char)*zone) || *zone == ':'); zone++)
		if (*zone != ':') {
			text_puts(t, digits++ == 2 ? ":" : "");
			text_putc(t, *zone);
		}
	zone += *zone == ' ';
	while (isalpha((unsigned char)*zone))
		zone++;
	return digits == 4 && !*zone;
}

bool database_time(const struct database *db, int column, int64_t *us)
{
	const char *written = foreign_text(db->file, column);
	size_t digits = strspn(written, "0123456789-T:. ");
	struct text t = {0};
	bool is_fine;

	/* the minus of a zone and the space before it are no part of the time */
	if (digits > 19 && strchr(written + 19, '-'))
		digits = (size_t)(strchr(written + 19, '-') - written);
	while (digits && written[digits - 1] == ' ')
		digits--;
	text_add(&t, written, digits);
	is_fine = digits >= 19 && digits <= 29 && add_zone(&t, written + digits) &&
		  clock_parse_utc(t.at, us);
	text_release(&t);
	if (!is_fine)
		import_problem(db->im, "'%s' is no time like 2026-11-21 18:00:00.000", written);
	return is_fine && import_time(db->im, *us);
}

static bool read_count(const struct database *db, int column, uint32_t *count)
{
	double number;
	bool is_fine = foreign_number(db->file, column, &number) && number >= 0 &&
		       number <= IMPORT_SUM_CHECKS && number == (double)(int)number;

	*count = is_fine ? (uint32_t)number : 0;
	if (!is_fine)
		import_problem(db->im, "'%s' is no number of checks from 0 to %d",
			       foreign_text(db->file, column), IMPORT_SUM_CHECKS);
	return is_fine;
}

bool database_sum(const struct database *db, int column, struct import_sum *s)
{
	double from_s;

	*s = (struct import_sum){0};
	if (!read_count(db, column + 1, &s->up) || !read_count(db, column + 2, &s->down))
		return false;
	if (s->up + s->down > IMPORT_SUM_CHECKS) {
		import_problem(db->im, "more than %d checks in one sum", IMPORT_SUM_CHECKS);
		return false;
	}
	if (!foreign_number(db->file, column, &from_s) || !(from_s > 0 && from_s < 1e11)) {
		import_problem(db->im, "the timestamp '%s' is no time in seconds",
			       foreign_text(db->file, column));
		return false;
	}
	s->from_us = (int64_t)from_s * CLOCK_SECOND;
	return import_time(db->im, s->from_us);
}

bool database_response(const struct database *db, int column, double per_us, int64_t *us)
{
	double number;

	*us = -1;
	if (!foreign_number(db->file, column, &number))
		return true;
	if (!(number >= 0 && number / per_us <= RESPONSE_MOST_US)) {
		import_problem(db->im, "the response time is %g: none, or more than a day", number);
		return false;
	}
	*us = (int64_t)(number / per_us + 0.5);
	return true;
}
