/* pdf/mark: what a document tells programs beside its looks: what each part is (tags, for who has
 * it read out), its headings as bookmarks, and where a name in a table leads.
 *
 * What is on sheets only for the eye (bands, rules, footers, the head of a table once more) has no
 * tag. Nothing is marked while sheets are only counted. */
#ifndef NINES_PDF_MARK_H
#define NINES_PDF_MARK_H

#include "sheet.h"

/* "P", "Table" and so on, of ISO 32000-1, 14.8.4; each end is of the last begin. */
void mark_begin(struct sheet *, const char *tag);
void mark_end(struct sheet *, const char *tag);
/* Around the text of a heading that stands at `y`. */
void mark_begin_heading(struct sheet *, const struct sheet_heading *, double y);
void mark_end_heading(struct sheet *, const struct sheet_heading *);
/* Around what leads to the heading of that number; 0: to none. */
void mark_begin_link(struct sheet *, int heading);
void mark_end_link(struct sheet *, int heading);

#endif
