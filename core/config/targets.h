/* config/targets: a table in a file: columns separated by tabs, one target a line.
 *
 * The first line names the columns, the first column is `name`. Empty lines and lines that begin
 * with `#` are skipped. In a cell \t \n and \\ stand for a tab, a newline (between the values of a
 * list) and a backslash. Used by check.c, which knows what the columns mean. */
#ifndef NINES_CONFIG_TARGETS_H
#define NINES_CONFIG_TARGETS_H

#include "parse.h"

#define TARGETS_COLUMNS 200

struct targets {
	const char *file;
	int line; /* of the row at hand */
	size_t columns;
	char *column[TARGETS_COLUMNS], *cell[TARGETS_COLUMNS]; /* cells live until the next row */
	bool (*take_header)(void *with, const struct targets *); /* false: no rows are wanted */
	void (*take_row)(void *with, const struct targets *);
	void *with;
};

/* Reads t->file; problems name it and the line. `from` and `line` are where it is mentioned. */
void targets_read(struct parse *, struct targets *, const char *from, int line);

#endif
