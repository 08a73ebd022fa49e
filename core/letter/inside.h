/* letter/inside: what the files of this folder share; nobody else includes it. */
#ifndef NINES_LETTER_INSIDE_H
#define NINES_LETTER_INSIDE_H

#include "letter.h"

#define LETTER_TEMPLATE_BYTES 6000 /* as it stands in a line of base/line.h */
#define LETTER_LABEL 24 /* a line goes on below its first word if that begins before this column */

/* ---- fold.c ---- */

/* The character at `s`, which is valid UTF-8, and its length. */
size_t letter_rune(const char *s, size_t size, uint32_t *rune);
/* Columns on a terminal: 2 for the wide characters of East Asia, 0 for combining ones. */
size_t letter_columns(const char *s, size_t size);
/* At most `most` columns of it; what is cut ends in "...". */
void letter_add_clipped(struct text *, const char *s, size_t size, size_t most);
/* One line, wrapped to LETTER_COLUMNS, continued at column `indent`; with its newline. */
void letter_add_folded(struct text *, const char *line, size_t size, size_t indent);
/* The size as a quoted value of base/line.h. */
size_t letter_escaped(const char *s, size_t size);

/* ---- gsm.c ---- */

/* The one line `s`, shortened to what fits into one SMS with `tail` behind it, which is left out
 * where it would leave no room for it; NULL: none. */
void letter_add_short(struct text *, const char *s, size_t size, const char *tail);

/* ---- word.c ---- */

/* The value of each word, by its place: harmless lines, without the last newline. */
struct letter_values {
	struct text *value;
	size_t items; /* of a summary that are told */
};
void letter_values_fill(struct letter_values *, const struct letter_facts *);
void letter_values_release(struct letter_values *);
/* Its place; that behind the last when there is none of that name. */
size_t letter_word_find(const char *name, size_t size);

/* ---- template.c ---- */

/* Lines of at most LETTER_COLUMNS columns. */
void letter_add_filled(struct text *, const char *source, const struct letter_values *);
/* One line, not wrapped. */
void letter_add_filled_line(struct text *, const char *source, const struct letter_values *);

/* ---- form.c ---- */

struct letter_wording {
	const char *name, *kind, *subject, *text, *brief;
};
extern const struct letter_wording letter_wording[LETTER_FORMS];

#endif
