/* store/card: what people wrote while nines runs (core/board): each version of a card a row; a card
 * that is gone leaves none. Not in the chain of evidence: no figure is made of a card, and what is
 * taken back must be able to be gone. See inside.h. */
#include <string.h>

#include "inside.h"

/* Words that have a column of their own, or none. */
static const char *const own[] = {"kind", "version", "at_us", "first_us", "by", "gone", "n", NULL};

#define KEPT 20 /* versions of a card that nobody asks the past of */

/* What was told the public stays as it was told; of the rest the newest versions. */
static bool forget_old(struct store *s, const struct line *l)
{
	return sql_run(&s->sql,
		       "DELETE FROM card WHERE kind = ?1 AND id = ?2 AND version <= ?3 AND"
		       " kind NOT IN ('post', 'update')",
		       "ssi", line_get(l, "kind"), line_name(l), line_int(l, "version", 1) - KEPT);
}

static bool put(struct store *s, const struct line *l)
{
	int64_t at_us = line_int(l, "at_us", 0);
	struct text words = {0};
	bool is_fine;

	line_begin(&words, "words", "-");
	line_add_words(&words, l, own);
	is_fine =
		sql_run(&s->sql,
			"INSERT INTO card(kind, id, version, at_us, first_us, owner, words)"
			" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET"
			" at_us = excluded.at_us, first_us = excluded.first_us,"
			" owner = excluded.owner, words = excluded.words",
			"ssiiiss", line_get(l, "kind"), line_name(l), line_int(l, "version", 1),
			at_us, line_int(l, "first_us", at_us), line_get(l, "by"), text_get(&words));
	text_release(&words);
	return is_fine;
}

/* Who does not want to be written to any more has his address in no letter either. */
static bool forget_letters(struct store *s, const char *subscriber)
{
	struct text contact = {0};
	bool is_fine;

	text_printf(&contact, "subscriber %s", subscriber);
	is_fine = sql_run(&s->sql,
			  "DELETE FROM attempt WHERE letter IN (SELECT id FROM letter WHERE"
			  " contact = ?1)",
			  "s", text_get(&contact)) &&
		  sql_run(&s->sql, "DELETE FROM letter WHERE contact = ?1", "s",
			  text_get(&contact));
	text_release(&contact);
	return is_fine;
}

bool card_put(struct store *s, const struct line *l)
{
	bool is_subscriber = !strcmp(line_get(l, "kind"), "subscriber") ||
			     !strcmp(line_get(l, "kind"), "claim");

	if (strcmp(l->verb, "card"))
		return true;
	if (line_int(l, "gone", 0) == 1)
		return sql_run(&s->sql, "DELETE FROM card WHERE kind = ?1 AND id = ?2", "ss",
			       line_get(l, "kind"), line_name(l)) &&
		       (!is_subscriber || forget_letters(s, line_name(l)));
	return put(s, l) && forget_old(s, l);
}

void card_resume(struct store *s, struct text *lines)
{
	static struct line l; /* too large for a stack frame */
	sqlite3_stmt *ask =
		sql_ask(&s->sql, "SELECT kind, id, max(version), at_us, first_us, owner, words"
				 " FROM card GROUP BY kind, id ORDER BY kind, id");
	struct text words = {0};

	while (sqlite3_step(ask) == SQLITE_ROW) {
		line_begin(lines, "resume-card", sql_text(ask, 1));
		line_add(lines, "kind", sql_text(ask, 0));
		line_add_int(lines, "version", sqlite3_column_int64(ask, 2));
		line_add_int(lines, "at_us", sqlite3_column_int64(ask, 3));
		line_add_int(lines, "first_us", sqlite3_column_int64(ask, 4));
		line_add(lines, "by", sql_text(ask, 5));
		text_clear(&words);
		text_puts(&words, sql_text(ask, 6));
		if (words.size && !line_parse(&l, words.at, words.size))
			line_add_words(lines, &l, NULL);
		line_end(lines);
	}
	sqlite3_reset(ask);
	text_release(&words);
}
