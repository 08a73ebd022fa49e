/* store/read_letter: the outbox and its log, for who only looks. See read.h. */
#include "read_inside.h"

#define LETTER                                                                                     \
	"SELECT l.id, l.kind, l.contact, l.ways, l.name, l.subject, l.short, l.text, "             \
	"l.created_us,"                                                                            \
	" l.expires_us, l.outcome, l.ended_us, (SELECT group_concat(incident, char(10)) FROM told" \
	"  WHERE letter = l.id) FROM letter l"

static struct read_letter letter_of(sqlite3_stmt *row)
{
	return (struct read_letter){.id = sql_text(row, 0),
				    .kind = sql_text(row, 1),
				    .contact = sql_text(row, 2),
				    .ways = sql_text(row, 3),
				    .name = sql_text(row, 4),
				    .subject = sql_text(row, 5),
				    .brief = sql_text(row, 6),
				    .text = sql_text(row, 7),
				    .created_us = sqlite3_column_int64(row, 8),
				    .expires_us = sqlite3_column_int64(row, 9),
				    .outcome = sql_text(row, 10),
				    .ended_us = sqlite3_column_int64(row, 11),
				    .incidents = sql_text(row, 12)};
}

bool read_letters(struct read *r, const char *word, int64_t from_us, int64_t to_us,
		  bool (*take)(const struct read_letter *, void *with), void *with)
{
	static const char of_all[] = LETTER " WHERE l.created_us >= ?1 AND l.created_us < ?2"
					    " OR l.outcome IS NULL ORDER BY l.created_us, l.id",
			  of_some[] = LETTER
		" WHERE l.id = ?3 OR ((l.created_us >= ?1 AND l.created_us < ?2 OR l.outcome IS"
		" NULL) AND (l.contact = ?3 OR l.name = ?3 OR instr(char(10) || l.ways || char(10),"
		" char(10) || ?3 || char(10)) OR EXISTS(SELECT 1 FROM told WHERE letter = l.id AND"
		" incident = ?3))) ORDER BY l.created_us, l.id";
	sqlite3_stmt *ask = word ? sql_bind(&r->sql, of_some, "iis", from_us, to_us, word)
				 : sql_bind(&r->sql, of_all, "ii", from_us, to_us);

	while (sqlite3_step(ask) == SQLITE_ROW) {
		struct read_letter l = letter_of(ask);

		if (!take(&l, with))
			break;
	}
	return read_finish(r, ask);
}

bool read_attempts(struct read *r, const char *letter,
		   bool (*take)(const struct read_attempt *, void *with), void *with)
{
	sqlite3_stmt *ask = sql_bind(&r->sql,
				     "SELECT number, at_us, destination, outcome, reason, next_us,"
				     " elapsed_us FROM attempt WHERE letter = ?1 ORDER BY rowid",
				     "s", letter);

	while (sqlite3_step(ask) == SQLITE_ROW) {
		struct read_attempt a = {.number = sqlite3_column_int64(ask, 0),
					 .at_us = sqlite3_column_int64(ask, 1),
					 .to = sql_text(ask, 2),
					 .outcome = sql_text(ask, 3),
					 .reason = sql_text(ask, 4),
					 .next_us = sqlite3_column_int64(ask, 5),
					 .elapsed_us = sqlite3_column_int64(ask, 6)};

		if (!take(&a, with))
			break;
	}
	return read_finish(r, ask);
}

bool read_refusals(struct read *r, int least,
		   bool (*take)(const char *to, int64_t refusals, const char *reason, void *with),
		   void *with)
{
	sqlite3_stmt *ask = sql_bind(
		&r->sql,
		"SELECT destination, count(DISTINCT letter) AS refused, reason, max(rowid) FROM"
		" attempt a WHERE outcome = 'gave-up' AND number > 0 AND " SQL_OWN_LETTER
		" AND rowid > (SELECT"
		"  coalesce(max(rowid), 0) FROM attempt WHERE destination = a.destination AND"
		"  outcome = 'delivered') GROUP BY destination HAVING refused >= ?1",
		"i", (int64_t)least);

	while (sqlite3_step(ask) == SQLITE_ROW)
		if (!take(sql_text(ask, 0), sqlite3_column_int64(ask, 1), sql_text(ask, 2), with))
			break;
	return read_finish(r, ask);
}
