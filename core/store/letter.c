/* store/letter: what the tables of event.c's rows cannot say of letters and declared maintenance:
 * words of any key, one row for each incident or service; what a new keeper is told of them; how
 * long letters are kept. See inside.h. */
#include <string.h>

#include "inside.h"

/* Words that have a column of their own, or none. */
static const char *const own_letter[] = {"kind",    "contact", "to",	     "incident",
					 "check",   "subject", "text",	     "short",
					 "n",	    "created_us", "expires_us", NULL};
static const char *const own_window[] = {"n", NULL};

static bool keep_words(struct store *s, const struct line *l, const char *sql,
		       const char *const *but)
{
	struct text words = {0};
	bool is_fine;

	line_begin(&words, "words", "-");
	line_add_words(&words, l, but);
	is_fine = sql_run(&s->sql, sql, "ss", line_name(l), text_get(&words));
	text_release(&words);
	return is_fine;
}

/* Calls the statement with the line's name and each entry of a list of its. */
static bool each_entry(struct store *s, const struct line *l, const char *word, const char *sql)
{
	const char *at = line_get(l, word);
	struct text entry = {0};
	bool is_fine = true;

	while (is_fine && text_next_line(&at, &entry))
		if (entry.size)
			is_fine = sql_run(&s->sql, sql, "ss", line_name(l), entry.at);
	text_release(&entry);
	return is_fine;
}

static bool write_letter(struct store *s, const struct line *l)
{
	return keep_words(s, l, "UPDATE letter SET words = ?2 WHERE id = ?1 AND words IS NULL",
			  own_letter) &&
	       each_entry(s, l, "incident",
			  "INSERT INTO told(letter, incident) VALUES(?1, ?2)"
			  " ON CONFLICT DO NOTHING");
}

/* What decides figures reads the table `maintenance`: a row for each service, or one for all. */
static const char window_row[] =
	"INSERT INTO maintenance(ref, target, from_us, to_us, announced_us, cancelled_us, owner,"
	" text, impact) SELECT id, nullif(?2, ''), start_us, end_us, announced_us, cancelled_us,"
	" owner, text, impact FROM planned WHERE id = ?1";

static bool write_window(struct store *s, const struct line *l)
{
	bool has_services = *line_get(l, "services") != '\0';

	return keep_words(s, l, "UPDATE planned SET words = ?2 WHERE id = ?1", own_window) &&
	       sql_run(&s->sql, "DELETE FROM maintenance WHERE ref = ?1", "s", line_name(l)) &&
	       (has_services ? each_entry(s, l, "services", window_row)
			     : sql_run(&s->sql, window_row, "ss", line_name(l), ""));
}

bool letter_write(struct store *s, const struct line *l)
{
	if (!strcmp(l->verb, "letter"))
		return write_letter(s, l);
	return strcmp(l->verb, "maintenance") != 0 || write_window(s, l);
}

/* ---- what a keeper needs at its start ---- */

struct column {
	const char *word;
	bool is_number;
};

static void add_columns(struct text *lines, sqlite3_stmt *ask, const struct column *column)
{
	for (int i = 1; column->word; i++, column++)
		if (sqlite3_column_type(ask, i) == SQLITE_NULL)
			continue;
		else if (column->is_number)
			line_add_int(lines, column->word, sqlite3_column_int64(ask, i));
		else if (*sql_text(ask, i))
			line_add(lines, column->word, sql_text(ask, i));
}

/* Words as keep_words() wrote them: all, or the one that is called `only`. */
static void add_words(struct text *lines, const char *kept, const char *only)
{
	static struct line l; /* too large for a stack frame */
	struct text copy = {0};

	text_puts(&copy, kept);
	if (copy.size && !line_parse(&l, copy.at, copy.size)) {
		if (!only)
			line_add_words(lines, &l, NULL);
		else if (line_find(&l, only))
			line_add(lines, only, line_get(&l, only));
	}
	text_release(&copy);
}

/* `words` is the number of the column that holds words, 0: there is none. */
static void add_rows(struct store *s, struct text *lines, const char *verb, const char *sql,
		     const struct column *column, int words, const char *only)
{
	sqlite3_stmt *ask = sql_ask(&s->sql, sql);

	while (sqlite3_step(ask) == SQLITE_ROW) {
		line_begin_name(lines, verb, sql_text(ask, 0));
		add_columns(lines, ask, column);
		if (words)
			add_words(lines, sql_text(ask, words), only);
		line_end(lines);
	}
	sqlite3_reset(ask);
}

static const char waiting_letters[] =
	"SELECT id, kind, contact, ways, name, subject, text, short, created_us, expires_us,"
	" (SELECT group_concat(incident, char(10)) FROM told WHERE letter = id),"
	" (SELECT max(number) FROM attempt WHERE letter = id),"
	" (SELECT next_us FROM attempt WHERE letter = id ORDER BY rowid DESC LIMIT 1),"
	" (SELECT group_concat(destination, char(10)) FROM attempt WHERE letter = id AND"
	"  outcome = 'gave-up'), words FROM letter WHERE outcome IS NULL ORDER BY id";
static const struct column waiting_column[] = {
	{"kind", false},      {"contact", false},    {"to", false},	{"check", false},
	{"subject", false},   {"text", false},	     {"short", false},	{"created_us", true},
	{"expires_us", true}, {"incident", false},   {"number", true},	{"next_us", true},
	{"refused", false},   {NULL, false}};

/* Incidents of the last week that have ended, and somebody who was told of one has been told
 * nothing of its end: the keeper died in between. */
#define UNFINISHED \
	"SELECT i.id FROM incident i JOIN told t ON t.incident = i.id JOIN letter l ON" \
	" l.id = t.letter WHERE i.event = 'closed' AND i.at_us >" \
	"  (SELECT coalesce(max(at_us), 0) FROM tail) - 604800000000 AND" \
	" coalesce(l.outcome, 'delivered') = 'delivered' AND " IS_NO_RECOVERY("l") \
	" AND NOT EXISTS (SELECT 1 FROM told u JOIN letter r ON r.id = u.letter WHERE" \
	"  u.incident = i.id AND r.contact = l.contact AND r.ways = l.ways AND" \
	"  NOT " IS_NO_RECOVERY("r") ")"
#define IS_NO_RECOVERY(letter) \
	"(" letter ".kind <> 'recovery' AND coalesce(" letter ".words, '') NOT LIKE" \
	" '% of=recovery%')"

static const char unfinished[] =
	"SELECT id, name, start_us, at_us, reason, step FROM incident WHERE id IN (" UNFINISHED
	") ORDER BY id";
static const struct column unfinished_column[] = {{"check", false},  {"start_us", true},
						  {"at_us", true},   {"reason", false},
						  {"step", false},   {NULL, false}};

/* Of what goes on: who was told, for the rules. */
static const char ended_letters[] =
	"SELECT id, kind, contact, ways, name, created_us, outcome, ended_us,"
	" (SELECT group_concat(incident, char(10)) FROM told WHERE letter = id),"
	" (SELECT destination FROM attempt WHERE letter = id ORDER BY rowid DESC LIMIT 1), words"
	" FROM letter WHERE outcome IS NOT NULL AND id IN (SELECT t.letter FROM told t"
	"  JOIN incident i ON i.id = t.incident WHERE i.event IN ('open', 'confirmed') UNION"
	"  SELECT t.letter FROM told t JOIN standing s ON s.incident = t.incident WHERE"
	"  s.ended_us IS NULL UNION SELECT letter FROM told WHERE incident IN (" UNFINISHED "))"
	" ORDER BY id";
static const struct column ended_column[] = {
	{"kind", false},       {"contact", false}, {"to", false},      {"check", false},
	{"created_us", true},  {"outcome", false}, {"ended_us", true}, {"incident", false},
	{"went_to", false},    {NULL, false}};

/* Letters that a destination has refused since the last one it took. */
static const char refusals[] =
	"SELECT destination, count(DISTINCT letter) FROM attempt a WHERE outcome = 'gave-up' AND"
	" number > 0 AND " SQL_OWN_LETTER " AND"
	" rowid > (SELECT coalesce(max(rowid), 0) FROM attempt WHERE"
	"  destination = a.destination AND outcome = 'delivered') GROUP BY destination";
static const struct column refusals_column[] = {{"refusals", true}, {NULL, false}};

static const char standings[] = "SELECT name, kind, owner, reason, at_us, until_us, incident"
				" FROM standing WHERE ended_us IS NULL ORDER BY at_us";
static const struct column standing_column[] = {{"kind", false},  {"by", false},
						{"reason", false}, {"at_us", true},
						{"until_us", true}, {"incident", false},
						{NULL, false}};

static const char windows[] = "SELECT id, words FROM planned WHERE cancelled_us IS NULL AND"
			      " (end_us IS NULL OR end_us > (SELECT coalesce(max(at_us), 0) FROM"
			      "  tail) - 86400000000) ORDER BY id";
/* Of each delivery its last period that was dealt with, letters of later ones (the keeper died
 * before all of them were made), and last those that failed, with the letters that they have. */
#define DEALT_WITH \
	"(SELECT coalesce(max(to_us), 0) FROM delivery e WHERE e.name = d.name AND" \
	" e.every = d.every AND e.destination = '' AND e.outcome <> 'failed')"
static const char deliveries[] =
	"SELECT name, every, to_us, at_us, outcome, reason, destination FROM delivery d WHERE"
	" to_us > " DEALT_WITH " OR (destination = '' AND to_us = " DEALT_WITH ") OR"
	" EXISTS (SELECT 1 FROM delivery f WHERE f.name = d.name AND f.every = d.every AND"
	" f.to_us = d.to_us AND f.destination = '' AND f.outcome = 'failed' AND NOT EXISTS"
	" (SELECT 1 FROM delivery s WHERE s.name = d.name AND s.every = d.every AND"
	" s.to_us > d.to_us AND s.destination = '' AND s.outcome = 'skipped'))"
	" ORDER BY name, every, outcome = 'failed', to_us";
static const struct column delivery_column[] = {
	{"every", false},   {"to_us", true},   {"at_us", true},	 {"outcome", false},
	{"reason", false}, {"to_key", false}, {NULL, false}};

static const struct column window_column[] = {{NULL, false}};

void letter_resume(struct store *s, struct text *lines)
{
	add_rows(s, lines, "resume-letter", waiting_letters, waiting_column, 14, NULL);
	add_rows(s, lines, "resume-letter", ended_letters, ended_column, 10, "of");
	add_rows(s, lines, "resume-incident", unfinished, unfinished_column, 0, NULL);
	add_rows(s, lines, "resume-destination", refusals, refusals_column, 0, NULL);
	add_rows(s, lines, "resume-standing", standings, standing_column, 0, NULL);
	add_rows(s, lines, "resume-maintenance", windows, window_column, 1, NULL);
	add_rows(s, lines, "resume-delivery", deliveries, delivery_column, 0, NULL);
}

bool letter_forget(struct store *s, int64_t before_us)
{
	return sql_run(&s->sql,
		       "DELETE FROM attempt WHERE letter IN (SELECT id FROM letter WHERE"
		       " created_us < ?1 AND outcome IS NOT NULL)",
		       "i", before_us) &&
	       sql_run(&s->sql,
		       "DELETE FROM told WHERE letter IN (SELECT id FROM letter WHERE"
		       " created_us < ?1 AND outcome IS NOT NULL)",
		       "i", before_us) &&
	       sql_run(&s->sql,
		       "DELETE FROM letter WHERE created_us < ?1 AND outcome IS NOT NULL", "i",
		       before_us) &&
	       /* reports tell of incidents however old who acknowledged them when */
	       sql_run(&s->sql,
		       "DELETE FROM standing WHERE ended_us < ?1 AND kind IS NOT 'ack'", "i",
		       before_us) &&
	       sql_run(&s->sql,
		       "DELETE FROM delivery WHERE to_us < ?1 AND to_us < (SELECT max(to_us) FROM"
		       " delivery e WHERE e.name = delivery.name AND e.every = delivery.every AND"
		       " e.destination = '')",
		       "i", before_us);
}
