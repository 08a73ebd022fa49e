/* pdf/table: a table set on sheets: columns as wide as they need or as there is room, the head
 * again on each sheet, no row broken over two unless it is higher than one, no small table broken
 * at all, no row alone at its begin or end. */
#ifndef NINES_PDF_TABLE_H
#define NINES_PDF_TABLE_H

#include "sheet.h"

#define TABLE_COLUMNS 64

struct table_cell {
	const char *text;
	enum ink ink;
	int heading; /* it leads to the one of that number; 0: to none */
};

struct table {
	size_t columns;
	const char *label[TABLE_COLUMNS];
	bool is_right[TABLE_COLUMNS];
	bool is_long[TABLE_COLUMNS]; /* it has texts that may be broken into lines */
	struct table_cell *cell; /* rows * columns */
	size_t rows;
	bool is_marked; /* cell by cell; else each row is a paragraph */
};

void table_set(struct sheet *, const struct table *);

#endif
