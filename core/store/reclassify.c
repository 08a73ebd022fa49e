/* store/reclassify: what somebody says afterwards of a span of time, and what takes it back: rows
 * that are only ever added, an audit trail. See store.h; read_reclassifications() reads them,
 * figures lay them over what was measured (core/sla). No sample is touched. */
#include <string.h>

#include "../sla/sla.h"
#include "inside.h"

#define REASON_BYTES 2000
#define STAMP_BITS   10 /* of a count within one millisecond */

struct word {
	const char *target, *as, *by, *reason, *incident, *undo;
	int64_t from_us, to_us;
};

static bool refuse(struct text *said, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static bool refuse(struct text *said, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	text_clear(said);
	text_vprintf(said, format, ap);
	va_end(ap);
	return false;
}

static bool is_blank(const char *text)
{
	return !text[strspn(text, " \t\r\n")];
}

/* One of the kinds that the engine knows. */
static bool judge_as(const char *as, struct text *said)
{
	for (int i = 0; i < SLA_AS; i++)
		if (!strcmp(sla_as_name[i], as))
			return true;
	refuse(said, "'%.60s' is nothing that a time can count as: write --as ", as);
	for (int i = 0; i < SLA_AS; i++)
		text_printf(said, "%s%s", !i ? "" : i + 1 < SLA_AS ? ", " : " or ", sla_as_name[i]);
	return false;
}

static struct word read_words(const struct line *l)
{
	return (struct word){.target = line_get(l, "target"),
			     .as = line_get(l, "as"),
			     .by = line_get(l, "by"),
			     .reason = line_get(l, "reason"),
			     .incident = line_get(l, "incident"),
			     .undo = line_get(l, "undo"),
			     .from_us = line_int(l, "from_us", 0),
			     .to_us = line_int(l, "to_us", 0)};
}

bool store_judge_reclassify(const struct line *l, struct text *said)
{
	struct word w = read_words(l);

	if (is_blank(w.by))
		return refuse(said, "who says so is missing: --by WHO");
	if (is_blank(w.reason))
		return refuse(said, "the reason is missing: --reason \"...\"");
	if (strlen(w.reason) > REASON_BYTES)
		return refuse(said, "the reason is longer than %d bytes", REASON_BYTES);
	if (*w.undo)
		return true;
	if (!*w.incident && w.from_us >= w.to_us)
		return refuse(said, "it ends before it begins: --from must be before --to");
	return judge_as(w.as, said);
}

/* The span of an incident that is over; its check's name is kept in *name. */
static bool find_incident(struct store *s, struct word *w, struct text *name, struct text *said)
{
	sqlite3_stmt *ask = sql_bind(&s->sql,
				     "SELECT name, start_us, at_us, event FROM incident"
				     " WHERE id = ?1",
				     "s", w->incident);
	bool is_fine = sql_row(ask);
	const char *event = is_fine ? sql_text(ask, 3) : "";

	if (!is_fine)
		return refuse(said,
			      "the record has no incident '%.60s': 'nines incident' shows them",
			      w->incident);
	is_fine = !strcmp(event, "closed") || !strcmp(event, "blip");
	if (!is_fine)
		refuse(said, "incident '%.60s' %s: name the span with --from and --to", w->incident,
		       strcmp(event, "withdrawn") ? "is not over" : "was withdrawn");
	text_puts(name, sql_text(ask, 0));
	w->target = text_get(name);
	w->from_us = sqlite3_column_int64(ask, 1);
	w->to_us = sqlite3_column_int64(ask, 2);
	sqlite3_reset(ask);
	return is_fine;
}

static bool judge_span(struct store *s, const struct word *w, int64_t now_us, struct text *said)
{
	sqlite3_stmt *ask =
		sql_bind(&s->sql, "SELECT 1 FROM target WHERE name = ?1", "s", w->target);
	bool is_known = sql_row(ask);

	sqlite3_reset(ask);
	if (!is_known)
		return refuse(said,
			      "the record has no check or service '%.200s': 'nines status' "
			      "lists them",
			      w->target);
	if (w->to_us > now_us)
		return refuse(said, "it ends in the future: only what is over can be reclassified "
				    "('nines maintenance add' plans what is to come)");
	return true;
}

/* Of the time, and nobody has it yet. */
static void make_id(struct store *s, int64_t now_us, char id[TEXT_STAMP])
{
	uint64_t stamp = (uint64_t)(now_us > 0 ? now_us / 1000 : 0) << STAMP_BITS;
	sqlite3_stmt *ask;

	do {
		text_stamp(id, stamp++);
		ask = sql_bind(&s->sql, "SELECT 1 FROM reclassification WHERE id = ?1", "s", id);
	} while (sql_row(ask) && !sqlite3_reset(ask));
}

static bool add_row(struct store *s, const struct word *w, int64_t now_us, struct text *said)
{
	char id[TEXT_STAMP];

	make_id(s, now_us, id);
	if (!sql_run(
		    &s->sql,
		    "INSERT INTO reclassification(id, target, from_us, to_us, state, owner, reason,"
		    " at_us, incident) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, nullif(?9, ''))",
		    "ssiisssis", id, w->target, w->from_us, w->to_us, w->as, w->by, w->reason,
		    now_us, w->incident)) {
		text_clear(said);
		return store_fail(s, "write", said);
	}
	text_clear(said);
	text_puts(said, id);
	return true;
}

/* Is it there, and not taken back already? Its check's name goes into *name. */
static bool judge_undo(struct store *s, const char *undo, struct text *name, struct text *said)
{
	sqlite3_stmt *ask =
		sql_bind(&s->sql,
			 "SELECT c.target, u.owner, u.at_us FROM reclassification c LEFT"
			 " JOIN reclassification u ON u.undoes = c.id"
			 " WHERE c.id = ?1 AND c.undoes IS NULL",
			 "s", undo);
	bool is_there = sql_row(ask), is_undone;

	if (!is_there)
		return refuse(said,
			      "there is no reclassification '%.60s': 'nines reclassify --list' "
			      "shows them",
			      undo);
	is_undone = sqlite3_column_type(ask, 2) != SQLITE_NULL;
	if (is_undone) {
		refuse(said, "'%.60s' was undone by %.100s already, at ", undo, sql_text(ask, 1));
		clock_add_utc(said, sqlite3_column_int64(ask, 2), 0);
	}
	text_puts(name, sql_text(ask, 0));
	sqlite3_reset(ask);
	return !is_undone;
}

static bool add_undo(struct store *s, const struct word *w, int64_t now_us, struct text *said)
{
	struct text name = {0};
	char id[TEXT_STAMP];
	bool is_fine = judge_undo(s, w->undo, &name, said);

	if (is_fine) {
		make_id(s, now_us, id);
		text_clear(said);
		is_fine = sql_run(&s->sql,
				  "INSERT INTO reclassification(id, target, owner, reason, at_us,"
				  " undoes) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
				  "ssssis", id, text_get(&name), w->by, w->reason, now_us,
				  w->undo) ||
			  store_fail(s, "write", said);
		if (is_fine)
			text_puts(said, "undone");
	}
	text_release(&name);
	return is_fine;
}

static bool add_claim(struct store *s, struct word *w, int64_t now_us, struct text *said)
{
	struct text name = {0};
	bool is_fine = (!*w->incident || find_incident(s, w, &name, said)) &&
		       judge_span(s, w, now_us, said) && add_row(s, w, now_us, said);

	text_release(&name);
	return is_fine;
}

/* With its link in the chain, or not at all. */
static bool finish(struct store *s, int64_t now_us, struct text *said)
{
	if (store_end(s, now_us))
		return true;
	text_clear(said);
	store_fail(s, "write", said);
	store_undo(s);
	return false;
}

bool store_reclassify(struct store *s, const struct line *l, int64_t now_us, struct text *said)
{
	struct word w = read_words(l);

	if (!store_judge_reclassify(l, said))
		return false;
	if (!sql_run(&s->sql, "BEGIN IMMEDIATE", ""))
		return store_fail(s, "write", said);
	if (*w.undo ? add_undo(s, &w, now_us, said) : add_claim(s, &w, now_us, said))
		return finish(s, now_us, said);
	store_undo(s);
	return false;
}
