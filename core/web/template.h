/* web/template: the pieces of web/ *.html with words put in. Templates decide nothing: what
 * is shown is decided in page.c.
 *
 * A piece stands between `<!-- piece NAME -->` and the next such mark. {{word}} is replaced by
 * the word's value, escaped for HTML; {{{word}}} by the value as it is, for what was made by
 * another piece. Invariant (F44): no byte of a value that is escaped can end a text or an
 * attribute. */
#ifndef NINES_WEB_TEMPLATE_H
#define NINES_WEB_TEMPLATE_H

#include <stdbool.h>

#include "../base/text.h"

struct template_word {
	const char *key, *value; /* key NULL ends the list */
};

/* Pieces of an admin's own, which take the place of those asked for. */
struct template_dress;
struct template_dress *template_dress_new(const char *source);
void template_dress_free(struct template_dress *); /* which is not worn any more; or NULL */
/* What is made from now on is made with them; NULL: with those of nines. */
void template_wear(const struct template_dress *);

/* Tells `wrong` of each piece of an admin's source that nines has not, and of each word in one that
 * this piece is not given; true: there is none. */
typedef void template_wrong(void *with, int line, const char *text, const char *remedy);
bool template_judge(const char *source, template_wrong *wrong, void *with);

/* Appends the piece of that name of `source`. False: there is none. */
bool template_add(struct text *, const char *source, const char *piece,
		  const struct template_word *);

/* `text` safe for people and for HTML, in a text or a quoted attribute. */
void html_add(struct text *, const char *text);
/* The same of a text of several lines, which stay lines: for a <textarea>, and where style keeps
 * them. */
void html_add_lines(struct text *, const char *lines);

#endif
