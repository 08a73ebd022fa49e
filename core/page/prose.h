/* page/prose: what people wrote, as HTML: paragraphs with an empty line between them, `## heading`,
 * lines that begin with `- `, and addresses that begin with https:// or http://. Everything else is
 * text, whatever it looks like (F44). */
#ifndef NINES_PAGE_PROSE_H
#define NINES_PAGE_PROSE_H

#include "../base/text.h"

/* `heading`: the level of its headings, 2 to 6; 0: it has none, `#` is text. */
void prose_add(struct text *, const char *prose, int heading);
/* One line: an address of mail, a URL, or text. */
void prose_add_contact(struct text *, const char *contact);

#endif
