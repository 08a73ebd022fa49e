/* parent/table: the live table as text: one overview in, one screen of lines out.
 *
 * Pure: knows no terminal, no time and no process. Never more lines or columns than the window has.
 * Used by parent/terminal. */
#ifndef NINES_PARENT_TABLE_H
#define NINES_PARENT_TABLE_H

#include "../cli/screen.h"
#include "../web/overview.h"

struct table_window {
	const struct screen *screen;
	int rows;
	const char *page;       /* URL, "" not known */
	const char *const *said; /* the last messages, newest last */
	size_t messages;
	int64_t wall_us;
};

/* Appends at most `rows` lines, joined by newlines, without one at the end. */
void table_draw(struct text *, const struct table_window *, const struct overview *);

#endif
