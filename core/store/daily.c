/* store/daily: see daily.h. The bytes that are digested of a result stand in docs/evidence.md. */
#include "daily.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../base/memory.h"
#include "pack.h"

/* ---- the digest of results: every field, numbers in eight bytes, texts with their NUL ---- */

static void add_number(struct text *t, uint64_t n)
{
	char byte[8];

	for (int i = 0; i < 8; i++)
		byte[i] = (char)(n >> 8 * i);
	text_add(t, byte, sizeof byte);
}

static void add_string(struct text *t, const char *s)
{
	text_add(t, s, strlen(s) + 1);
}

static void add_value(struct text *t, const struct block_value *v)
{
	uint64_t bits;

	memcpy(&bits, &v->value, sizeof bits);
	add_string(t, v->name);
	add_string(t, v->unit);
	add_number(t, bits);
}

static void add_result(struct text *t, const struct block_result *r)
{
	const int64_t number[] = {r->due_us,          r->start_us,      r->interval_us,
				  r->elapsed_us,      r->verdict,       r->ends,
				  r->cause,           r->flags,         (int64_t)r->steps,
				  (int64_t)r->values, (int64_t)r->facts};

	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		add_number(t, (uint64_t)number[i]);
	add_string(t, r->reason);
	add_string(t, r->address);
	add_string(t, r->item);
	for (size_t i = 0; i < r->steps; i++) {
		add_string(t, r->step[i].name);
		add_number(t, (uint64_t)r->step[i].end_us);
		add_number(t, (uint64_t)r->step[i].hop << 1 | r->step[i].has_failed);
	}
	for (size_t i = 0; i < r->values; i++)
		add_value(t, &r->value[i]);
	for (size_t i = 0; i < r->facts; i++) {
		add_string(t, r->fact[i].name);
		add_string(t, r->fact[i].text);
	}
}

/* ---- a day ---- */

static bool compute_part(struct sql *sql, struct daily *d, struct daily_part *p, int64_t day,
			 struct sla_samples *samples)
{
	struct source *from = memory_new(sizeof *from);
	struct read_steps steps = {0};
	struct text bytes = {0};
	bool is_fine;

	source_open_recorded(from, sql, p->series, day * DAILY_US, (day + 1) * DAILY_US, p->open);
	while (source_next(from)) {
		pack_add_steps(&steps, &from->result);
		pack_add_sample(samples, &from->result, p->place);
		text_clear(&bytes);
		add_result(&bytes, &from->result);
		digest_add(&p->digest, bytes.at, bytes.size);
		p->results++;
		if (d->see)
			d->see(p, d->with);
	}
	is_fine = !from->has_failed;
	d->damaged += from->damaged;
	if (steps.results)
		pack_steps(&p->row, &steps);
	source_release(from);
	free(from);
	read_steps_release(&steps);
	text_release(&bytes);
	return is_fine;
}

bool daily_compute(struct sql *sql, struct daily *d, int64_t day)
{
	struct sla_samples samples = {0};
	bool is_fine = true;

	for (size_t i = 0; i < d->parts && is_fine; i++)
		is_fine = compute_part(sql, d, &d->part[i], day, &samples);
	if (is_fine && samples.samples) {
		pack_join_samples(&samples);
		pack_samples(&d->row, &samples);
	}
	free(samples.sample);
	return is_fine;
}

void daily_release(struct daily *d)
{
	for (size_t i = 0; i < d->parts; i++) {
		text_release(&d->part[i].row);
		digest_release(&d->part[i].digest);
		d->part[i].results = 0;
	}
	text_release(&d->row);
	d->damaged = 0;
}

/* ---- a month ---- */

int64_t daily_month_of(int64_t day)
{
	time_t at = (time_t)(day * 86400);
	struct tm tm;

	gmtime_r(&at, &tm);
	return day - (tm.tm_mday - 1);
}

int64_t daily_month_behind(int64_t month)
{
	return daily_month_of(month + 31);
}

bool daily_month(struct sql *sql, int64_t target, int64_t location, int64_t month, struct text *row)
{
	struct sla_samples samples = {0};
	struct read_steps steps = {0};
	bool is_any = false, is_fine;
	sqlite3_stmt *ask = sql_bind(sql,
				     "SELECT data FROM day WHERE target = ?1 AND location = ?2"
				     " AND day >= ?3 AND day < ?4 ORDER BY day",
				     "iiii", target, location, month, daily_month_behind(month));

	while (sqlite3_step(ask) == SQLITE_ROW) {
		const void *bytes = sqlite3_column_blob(ask, 0);
		size_t size = (size_t)sqlite3_column_bytes(ask, 0);

		is_any = true;
		if (!location)
			unpack_samples(&samples, bytes, size);
		else
			unpack_steps(&steps, bytes, size);
	}
	is_fine = sqlite3_reset(ask) == SQLITE_OK;
	if (is_any && !location)
		pack_samples(row, &samples);
	else if (is_any)
		pack_steps(row, &steps);
	free(samples.sample);
	read_steps_release(&steps);
	return is_fine;
}
