/* store/event: the rows of states, incidents, markers and targets, and what a new keeper is told of
 * them. A line's words are a row's columns by a table. See inside.h. */
#include <string.h>

#include "inside.h"

#define WORDS 11

/* `sql` has one parameter for each word, in order; "" is the line's name. */
static const struct {
	const char *verb, *sql, *word[WORDS];
} row[] = {
	{"state",
	 "INSERT INTO state(name, kind, at_us, was, state, reason, step, cause, incident,"
	 " lasted_us) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	 {"", "kind", "at_us", "from", "to", "reason", "step", "cause", "incident", "lasted_us"}},
	{"state",
	 "INSERT INTO target(name, kind, since_us, state, reason, step, cause, incident)"
	 " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT(name) DO UPDATE SET"
	 " kind = excluded.kind, since_us = excluded.since_us, state = excluded.state,"
	 " reason = excluded.reason, step = excluded.step, cause = excluded.cause,"
	 " incident = excluded.incident",
	 {"", "kind", "at_us", "to", "reason", "step", "cause", "incident"}},
	{"incident",
	 "INSERT INTO incident(id, name, event, at_us, start_us, reason, step, location, address,"
	 " lasted_us) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
	 " ON CONFLICT(id) DO UPDATE SET event = excluded.event, at_us = excluded.at_us,"
	 " lasted_us = excluded.lasted_us",
	 {"", "check", "event", "at_us", "start_us", "reason", "step", "location", "address",
	  "lasted_us"}},
	{"diagnosis",
	 "INSERT INTO diagnosis(incident, at_us, text) VALUES(?1, ?2, ?3)"
	 " ON CONFLICT(incident) DO NOTHING",
	 {"", "at_us", "text"}},
	{"marker",
	 "INSERT INTO marker(kind, at_us, event, text, by_us, from_us, to_us)"
	 " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	 {"kind", "at_us", "event", "text", "by_us", "from_us", "to_us"}},
	{"target", /* it is made of something else from now on */
	 "INSERT INTO makeup(name, until_us, members, need)"
	 " SELECT name, max(?5, coalesce((SELECT max(until_us) FROM makeup m WHERE m.name = ?1),"
	 " ?5)), members, need FROM target WHERE name = ?1 AND ?2 = 'service' AND"
	 " kind = 'service' AND members IS NOT NULL AND (members IS NOT ?3 OR need IS NOT ?4)",
	 {"", "kind", "members", "need", "seen_us"}},
	{"target",
	 "INSERT INTO target(name, kind, module, owner, interval_us, members, need, seen_us,"
	 " category) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT(name) DO UPDATE SET"
	 " kind = excluded.kind, module = excluded.module, owner = excluded.owner,"
	 " interval_us = excluded.interval_us, members = excluded.members, need = excluded.need,"
	 " seen_us = excluded.seen_us, category = excluded.category, removed_us = NULL",
	 {"", "kind", "module", "owner", "interval_us", "members", "need", "seen_us", "category"}},
	{"owner", /* between two configurations, as a claim has it */
	 "UPDATE target SET owner = ?2 WHERE name = ?1",
	 {"", "owner"}},
	{"memory",
	 "INSERT INTO memory(name, place, text, due_us) VALUES(?1, ?2, ?3, ?4)"
	 " ON CONFLICT(name, place) DO UPDATE SET text = excluded.text, due_us = excluded.due_us",
	 {"", "place", "text", "due_us"}},
	{"letter",
	 "INSERT INTO letter(id, kind, contact, ways, name, subject, text, short, created_us,"
	 " expires_us) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT(id) DO NOTHING",
	 {"", "kind", "contact", "to", "check", "subject", "text", "short", "created_us",
	  "expires_us"}},
	{"attempt", /* of a letter that is gone: its reader wants nothing kept of him */
	 "INSERT INTO attempt(letter, number, at_us, destination, outcome, reason, next_us,"
	 " elapsed_us) SELECT ?1, ?2, ?3, ?4, ?5, ?6, nullif(?7, 0), ?8 WHERE EXISTS"
	 " (SELECT 1 FROM letter WHERE id = ?1)",
	 {"", "number", "at_us", "to", "outcome", "reason", "next_us", "elapsed_us"}},
	{"attempt", /* without a next one it was the last */
	 "UPDATE letter SET outcome = ?2, ended_us = ?3 WHERE id = ?1 AND coalesce(?4, 0) = 0",
	 {"", "outcome", "at_us", "next_us"}},
	{"letter", /* of a report: this period has gone to this destination */
	 "INSERT OR REPLACE INTO delivery(name, every, to_us, destination, from_us, at_us, outcome,"
	 " letter) SELECT ?2, ?3, ?4, ?5, ?6, ?7, 'letter', ?1 WHERE ?2 IS NOT NULL",
	 {"", "delivery", "every", "to_us", "to_key", "from_us", "created_us"}},
	{"delivery", /* it begins here, again after a clock that was ahead; who has what stays */
	 "DELETE FROM delivery WHERE name = ?1 AND every = ?2 AND to_us > ?3 AND destination = ''"
	 " AND ?4 = 'begun'",
	 {"", "every", "to_us", "outcome"}},
	{"delivery",
	 "INSERT INTO delivery(name, every, to_us, destination, from_us, at_us, outcome, reason)"
	 " VALUES(?1, ?2, ?3, '', ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET at_us = excluded.at_us,"
	 " outcome = excluded.outcome, reason = excluded.reason",
	 {"", "every", "to_us", "from_us", "at_us", "outcome", "reason"}},
	{"standing", /* a new one takes the place of the old one */
	 "UPDATE standing SET ended_us = ?3, ended_by = ?4 WHERE name = ?1 AND kind = ?2 AND"
	 " ended_us IS NULL",
	 {"", "kind", "at_us", "by"}},
	{"standing",
	 "INSERT INTO standing(name, kind, owner, reason, at_us, until_us, incident)"
	 " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE ?8 = 'begin' ON CONFLICT DO NOTHING",
	 {"", "kind", "by", "reason", "at_us", "until_us", "incident", "event"}},
	{"maintenance",
	 "INSERT INTO planned(id, start_us, end_us, announced_us, cancelled_us, owner, text,"
	 " impact) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT(id) DO UPDATE SET"
	 " start_us = excluded.start_us, end_us = excluded.end_us,"
	 " announced_us = excluded.announced_us, cancelled_us = excluded.cancelled_us,"
	 " owner = excluded.owner, text = excluded.text, impact = excluded.impact",
	 {"", "start_us", "end_us", "announced_us", "cancelled_us", "by", "text", "impact"}},
	{"targets", /* all of a configuration were told: the others are gone */
	 "UPDATE target SET removed_us = ?1 WHERE seen_us < ?1 AND removed_us IS NULL",
	 {"at_us"}},
	{"targets",
	 "DELETE FROM memory WHERE name IN (SELECT name FROM target WHERE removed_us IS NOT NULL)",
	 {NULL}},
};

/* Words that are numbers: those that end in _us, `need`, `place` and `number`. */
static void bind_word(sqlite3_stmt *to, int at, const struct line *l, const char *word)
{
	const char *value = *word ? line_find(l, word) : line_name(l);
	size_t size = strlen(word);
	bool is_number = (size > 3 && !strcmp(word + size - 3, "_us")) || !strcmp(word, "need") ||
			 !strcmp(word, "place") || !strcmp(word, "number");
	int64_t n;

	if (value && is_number && text_to_int(value, &n))
		sqlite3_bind_int64(to, at, n);
	else if (value)
		sqlite3_bind_text(to, at, value, -1, SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(to, at);
}

/* What the tables of names hold must be known here as well, so that ids stay unique. */
static bool know_target(struct store *s, const struct line *l)
{
	struct target *t = series_target(s, line_name(l));

	return !t->is_new || sql_run(&s->sql,
				     "INSERT INTO target(id, name, rolled) VALUES(?1, ?2, ?3)"
				     " ON CONFLICT DO NOTHING",
				     "isi", t->id, t->name, t->rolled);
}

static bool write_row(struct store *s, const struct line *l)
{
	bool is_fine = true;

	if ((!strcmp(l->verb, "state") || !strcmp(l->verb, "target")) && *line_name(l))
		is_fine = know_target(s, l);
	for (size_t i = 0; i < sizeof row / sizeof *row && is_fine; i++) {
		sqlite3_stmt *to;

		if (strcmp(l->verb, row[i].verb))
			continue;
		to = sql_ask(&s->sql, row[i].sql);
		for (int word = 0; word < WORDS && row[i].word[word]; word++)
			bind_word(to, word + 1, l, row[i].word[word]);
		is_fine = sql_done(to);
	}
	return is_fine && letter_write(s, l) &&
	       card_put(s, l); /* a line of a newer keeper has no row */
}

bool event_write(struct store *s, const struct text *events)
{
	static struct line line; /* too large for a stack frame */
	struct text copy = {0};
	bool is_fine = true;
	char *newline;

	/* the parser works in place, and the batch may be needed again */
	text_add(&copy, events->at, events->size);
	for (char *at = copy.at;
	     is_fine && at && (newline = memchr(at, '\n', copy.size - (size_t)(at - copy.at)));
	     at = newline + 1)
		is_fine = line_parse(&line, at, (size_t)(newline - at)) != NULL ||
			  write_row(s, &line);
	text_release(&copy);
	return is_fine;
}

/* ---- what a keeper needs at its start ---- */

static int64_t last_due(struct store *s, const char *name)
{
	struct target *t = map_find_text(&s->targets_by_name, name);
	int64_t due_us = 0;

	for (size_t i = 0; t && i < t->count; i++)
		if (t->series[i]->last_due_us > due_us)
			due_us = t->series[i]->last_due_us;
	return due_us;
}

static void add_resume(struct store *s, struct text *lines, sqlite3_stmt *ask)
{
	static const char *const word[] = {"kind", "state", "reason", "step", "cause"};
	int64_t due_us = last_due(s, sql_text(ask, 0));

	line_begin_name(lines, "resume", sql_text(ask, 0));
	for (int i = 0; i < 5; i++)
		if (*sql_text(ask, i + 1))
			line_add(lines, word[i], sql_text(ask, i + 1));
	line_add_int(lines, "since_us", sqlite3_column_int64(ask, 6));
	if (*sql_text(ask, 7)) {
		line_add(lines, "incident", sql_text(ask, 7));
		line_add_int(lines, "incident_us", sqlite3_column_int64(ask, 8));
		line_add_int(lines, "confirmed", !strcmp(sql_text(ask, 9), "confirmed"));
	}
	if (due_us)
		line_add_int(lines, "due_us", due_us);
	line_end(lines);
}

static void add_memories(struct store *s, struct text *lines)
{
	sqlite3_stmt *ask = sql_ask(&s->sql, "SELECT name, place, text, due_us FROM memory");

	while (sqlite3_step(ask) == SQLITE_ROW) {
		line_begin_name(lines, "memory", sql_text(ask, 0));
		line_add_int(lines, "place", sqlite3_column_int64(ask, 1));
		line_add(lines, "text", sql_text(ask, 2));
		line_add_int(lines, "due_us", sqlite3_column_int64(ask, 3));
		line_end(lines);
	}
	sqlite3_reset(ask);
}

void store_resume(struct store *s, struct text *lines)
{
	sqlite3_stmt *ask =
		sql_ask(&s->sql, "SELECT t.name, t.kind, t.state, t.reason, t.step, t.cause,"
				 " t.since_us, i.id, i.start_us, i.event FROM target t"
				 " LEFT JOIN incident i ON i.id = (SELECT max(id) FROM incident"
				 "  WHERE name = t.name AND event IN ('open', 'confirmed'))"
				 " WHERE t.state IS NOT NULL AND t.removed_us IS NULL");

	while (sqlite3_step(ask) == SQLITE_ROW)
		add_resume(s, lines, ask);
	sqlite3_reset(ask);
	add_memories(s, lines);
	letter_resume(s, lines);
	card_resume(s, lines);
}
